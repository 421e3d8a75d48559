/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The passive side of ICE-TCP (RFC 6544): connections accepted from a listener, datagrams in RFC 4571 frames both
 * ways. Who a connection belongs to is its user's business; one that belongs to nobody is closed after a while.
 * One thread. A connection that was closed stays valid memory until gw_tcp_sweep().
 */
#ifndef GW_ICE_TCP_H
#define GW_ICE_TCP_H

#include "ice/address.h"
#include "ice/ice.h"

#define GW_TCP_STRANGERS   64 /* most connections that belong to nobody yet */
#define GW_TCP_STRANGER_US 10000000
#define GW_TCP_QUEUE       (256 * 1024) /* bytes waiting for a slow peer, per connection */

struct gw_tcp;

struct gw_tcp_conn {
    struct gw_address remote, local;
    void *owner; /* the user's; NULL: a stranger */
};

struct gw_tcp_events {
    void (*frame)(void *arg, struct gw_tcp_conn *c, uint8_t *data, size_t len, int64_t now_us);
    /* Not after gw_tcp_close(). `deferred`: we are inside a gw_tcp_send(). */
    void (*closed)(void *arg, struct gw_tcp_conn *c, bool deferred, int64_t now_us);
};

/* fd: a listening socket, borrowed. max: connections at once. */
int gw_tcp_new(struct gw_tcp **out, struct gw_loop *loop, int fd, size_t max, uint8_t dscp,
               const struct gw_tcp_events *events, void *arg, struct gw_ice_stats *stats);
void gw_tcp_free(struct gw_tcp *t);
void gw_tcp_own(struct gw_tcp *t, struct gw_tcp_conn *c, void *owner); /* owner is not NULL */
/* Whole frames, `count` of them. What neither the socket nor the queue takes is dropped and counted. */
void gw_tcp_send(struct gw_tcp *t, struct gw_tcp_conn *c, const uint8_t *frames, size_t len, size_t count);
void gw_tcp_close(struct gw_tcp *t, struct gw_tcp_conn *c);
void gw_tcp_sweep(struct gw_tcp *t); /* outside of events: frees what was closed */

#endif
