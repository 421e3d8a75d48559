/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain UDP of one worker, without ICE: RTP that other machines send us, RTP that we forward, and its RTCP.
 * Batch-shaped like ice/: recvmmsg into packets of the pool, send slots that leave at the end of the turn in runs.
 * Worker thread.
 */
#ifndef GW_PLAIN_PLAIN_H
#define GW_PLAIN_PLAIN_H

#include "ice/address.h"
#include "loop/loop.h"
#include "loop/packet.h"

struct gw_plain;
struct gw_plain_port; /* one socket */

/* A datagram came; its reference is given to the callee. */
typedef void gw_plain_packet_fn(void *owner, struct gw_packet *pkt, const struct gw_address *from, int64_t now_us);

int gw_plain_new(struct gw_plain **out, struct gw_loop *loop, struct gw_packet_pool *pool, uint8_t dscp);
void gw_plain_free(struct gw_plain *p); /* closes every port */
/* Called before every flush, also one forced by full slots. */
void gw_plain_before_flush(struct gw_plain *p, void (*fn)(void *arg), void *arg);
void gw_plain_flush(struct gw_plain *p);

/* Takes fd, also when it fails. fn NULL: nothing is read from it. */
int gw_plain_add(struct gw_plain_port **out, struct gw_plain *p, int fd, gw_plain_packet_fn *fn, void *owner);
void gw_plain_remove(struct gw_plain_port *port); /* flushes, closes; NULL is fine */
/* The worker's own socket for what needs no answer; made when first asked for, NULL: cannot be had. */
struct gw_plain_port *gw_plain_sender(struct gw_plain *p);

/* Room for one datagram of at most cap bytes to an address, or NULL: counted. */
uint8_t *gw_plain_reserve(struct gw_plain_port *port, const struct gw_address *to, size_t cap);
/* It has len bytes. Consecutive ones of the same owner, equal sizes and address make one run; NULL: none. */
void gw_plain_commit(struct gw_plain_port *port, const struct gw_address *to, const void *owner, size_t len);

struct gw_plain_stats {
    _Atomic uint64_t in_packets, in_bytes, out_packets, out_bytes, drop_no_buffer, drop_too_large, drop_send;
};
const struct gw_plain_stats *gw_plain_get_stats(const struct gw_plain *p); /* any thread may read */

#endif
