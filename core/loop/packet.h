/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A datagram's buffer, from the socket to the history, and the pool it comes from.
 *
 * A pool belongs to one worker and has a fixed capacity. Only the owner takes packets out; any thread may give a
 * reference back, and the last one sends the packet home to its pool. After the source has filled in the facts the
 * bytes are const.
 */
#ifndef GW_LOOP_PACKET_H
#define GW_LOOP_PACKET_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/facts.h"

#define GW_PACKET_ROOM 1600 /* more than any datagram we accept (1500) plus what RTX or RED unwrapping needs */

struct gw_packet_pool;

struct gw_packet {
    struct gw_packet *next;      /* free list or queue of whoever holds the only reference */
    struct gw_packet_pool *home; /* borrowed */
    atomic_uint refs;
    uint16_t len;       /* bytes used in data */
    int64_t arrival_us; /* monotonic */
    struct gw_rtp_facts facts;
    uint8_t data[GW_PACKET_ROOM];
};

/* Makes a pool that grows in slabs up to `capacity` packets. The pool lives until its last packet is home. */
int gw_packet_pool_new(struct gw_packet_pool **out, size_t capacity);
/* Gives up the owner's hold; packets still out keep the memory alive. NULL is fine. */
void gw_packet_pool_free(struct gw_packet_pool *pool);
/* Owner thread. NULL when the capacity is used up (counted). The packet has one reference. */
struct gw_packet *gw_packet_take(struct gw_packet_pool *pool);
struct gw_packet *gw_packet_ref(struct gw_packet *pkt); /* any thread */
void gw_packet_unref(struct gw_packet *pkt);            /* any thread; NULL is fine */
size_t gw_packet_pool_used(const struct gw_packet_pool *pool);
size_t gw_packet_pool_bytes(const struct gw_packet_pool *pool); /* that it has grown to: it never shrinks */
uint64_t gw_packet_pool_misses(const struct gw_packet_pool *pool);

#endif
