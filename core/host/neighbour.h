/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another gateway process on this host: the one that we took over from and that drains, or the one that took over from
 * us. Clients come to the younger one, but some of them belong to sessions of the older: their messages and exchanges
 * are carried there and back. Whoever is on the other side of a session does not notice.
 *
 * To the API a neighbour is a transport like any other (what it sends on), and the place where sessions are that are
 * not here (api/elsewhere.c). Control thread.
 */
#ifndef GW_HOST_NEIGHBOUR_H
#define GW_HOST_NEIGHBOUR_H

#include <stdbool.h>

#include "api/api.h"
#include "host/frame.h"

enum gw_neighbour { GW_NEIGHBOUR_BEFORE, GW_NEIGHBOUR_AFTER }; /* our predecessor, our successor */

struct gw_neighbour_conf {
    enum gw_neighbour which;
    int fd; /* a stream socket to it; taken */
    /* Frames that are not about sessions. false: they make no sense, the neighbour is given up. */
    bool (*word)(void *arg, const struct gw_frame *frame);
    void (*gone)(void *arg); /* it has ended, or was given up. Not after gw_neighbours_end() */
    void *arg;
};

void gw_neighbours_begin(struct gw_api *api);
void gw_neighbours_end(void); /* both are given up */
/* GW_EPROTO: there is one of that kind already; fd is closed. */
int gw_neighbour_add(const struct gw_neighbour_conf *conf);
bool gw_neighbour_is_there(enum gw_neighbour which);
void gw_neighbour_serves(enum gw_neighbour which); /* a successor has begun: what is for it is sent on from now on */
/* Says a word to it: a frame without head and body. */
void gw_neighbour_say(enum gw_neighbour which, enum gw_frame_kind kind);
/* Something was sent on and is not answered yet. */
bool gw_neighbours_wait(void);

#endif
