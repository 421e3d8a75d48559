/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of the lite back end: one, with one peer, and plain sockets on loopback that play the client. Include
 * cmocka before.
 */
#ifndef LITE_WORLD_H
#define LITE_WORLD_H

#include "ice/inside.h"
#include "ice/lite.h"
#include "unit/ice/world.h"

extern struct gw_ice_io *io;
extern struct gw_ice_conf conf; /* of io */
extern struct world_peer peer;
extern const struct gw_ice_stats *stats; /* of io */

/* For cmocka: with IPv6 and without. */
int set_up_dual(void **state);
int set_up_v4(void **state);
int tear_down(void **state);

/* A socket at `from` that is connected to our port at `to`; the caller closes it. type: SOCK_DGRAM or SOCK_STREAM */
int client_at(const char *from, const char *to, int type);
/* Returns when all that was sent before has arrived: a busy kernel delivers later, even on loopback. */
void settle(void);
void turns(int n);     /* with what has been sent, and until what they send has arrived */
void set_remote(void); /* the peer's credentials are there: "clnt" */

#define DUAL(test) cmocka_unit_test_setup_teardown(test, set_up_dual, tear_down)
#define BOTH(test) DUAL(test), cmocka_unit_test_setup_teardown(test, set_up_v4, tear_down)

#endif
