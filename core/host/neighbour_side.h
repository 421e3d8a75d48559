/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a neighbour share: neighbour.c is the socket, what comes and goes; neighbour_transport.c takes and
 * answers what it sends on; neighbour_place.c sends on what is for it. Control thread.
 */
#ifndef GW_HOST_NEIGHBOUR_SIDE_H
#define GW_HOST_NEIGHBOUR_SIDE_H

#include <glib.h>

#include "host/neighbour.h"

enum { GW_NEIGHBOUR_HEADERS = 64 }; /* most of one exchange */

/* Where something came from that was sent on. */
struct gw_origin {
    uint64_t id; /* among what was sent on to this neighbour */
    const void *transport;
    uint64_t theirs; /* its connection or tag */
};

struct gw_side {
    struct gw_neighbour_conf conf;
    bool there, known; /* known: the API has its transport */
    bool serves;       /* it takes what is for it: a successor not before it has begun */
    GByteArray *in, *out;
    bool blocked;
    /* what we have sent on to it */
    uint64_t last_id;
    GHashTable *exchanges;   /* id → struct gw_origin */
    GHashTable *connections; /* id → struct gw_origin */
    /* what it has sent on to us: ids */
    GHashTable *taken_exchanges, *taken_connections;
};

struct gw_neighbours {
    struct gw_api *api;
    struct gw_side side[2]; /* by enum gw_neighbour */
};

extern struct gw_neighbours gw_neighbours;

/* A frame for it; head is taken. false: it is not there, does not read, or the frame is too big. */
bool gw_side_put(struct gw_side *s, enum gw_frame_kind kind, uint64_t id, json_t *head, const void *body, size_t len);
void gw_side_give_up(struct gw_side *s); /* at once; harmless when it is not there */

/* As the API knows a neighbour: a transport. */
extern const struct cardea_transport gw_neighbour_tables[2];
/* What it says about sessions. false: the frame is not about them. */
bool gw_side_take(struct gw_side *s, const struct gw_frame *f);
json_t *gw_side_headers(const char *const *headers); /* names and values in turn, as a frame has them */

/* As the API knows a neighbour: a place where sessions are. */
extern const struct gw_elsewhere gw_neighbour_place;

#endif
