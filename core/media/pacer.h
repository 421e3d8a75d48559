/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one connection has to send, in order of importance, and how much of it may leave now.
 *
 * Items are small: the sink remembers what the packet is, the source's history has its bytes. Rings grow to a bound;
 * beyond it the oldest item of the class is dropped and counted. An item older than a second is dropped too. Pure.
 */
#ifndef GW_MEDIA_PACER_H
#define GW_MEDIA_PACER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_PACER_MAX_AGE_US 1000000
#define GW_PACER_LATE_MS    40
#define GW_PACER_MAX_ITEMS  1024 /* per class */

struct gw_sink;

enum gw_send_class { GW_SEND_AUDIO, GW_SEND_RTX, GW_SEND_VIDEO, GW_SEND_CLASSES };

struct gw_send_item {
    struct gw_sink *sink; /* borrowed: gw_pacer_forget() before it goes */
    uint32_t out_seq;     /* low 32 bits of the outgoing number: names the entry in the sink's ring */
    uint16_t queued_ms;   /* modulo 2^16: what is older than a second goes */
    uint16_t bytes;       /* about; for budgets */
};
_Static_assert(sizeof(struct gw_send_item) <= 16, "four a cache line");

struct gw_pacer {
    struct gw_send_queue {
        struct gw_send_item *ring; /* owned */
        uint16_t size, head, n;    /* size: power of two */
    } queue[GW_SEND_CLASSES];
    /* policy */
    uint32_t rate_bps;      /* 0: everything leaves at once */
    uint32_t burst_us;      /* the budget never holds more than this much time */
    int64_t budget_bits;    /* may go negative by one burst */
    int64_t budget_us;      /* when it was last filled */
    struct gw_sink *broken; /* borrowed: the last one of which video was dropped; whoever looks at it sets it to NULL */
    /* counters */
    uint64_t left, late; /* packets; those that waited for more than GW_PACER_LATE_MS */
    uint64_t dropped_full, dropped_old;
};

void gw_pacer_clear(struct gw_pacer *p); /* frees the rings */
/* false: no memory, dropped. */
bool gw_pacer_push(struct gw_pacer *p, enum gw_send_class class, const struct gw_send_item *item, int64_t now_us);
/* The next item that may leave now. Audio never waits; retransmissions, and video behind them, wait for the rate. */
bool gw_pacer_next(struct gw_pacer *p, struct gw_send_item *item, enum gw_send_class *class, int64_t now_us);
void gw_pacer_forget(struct gw_pacer *p, const struct gw_sink *sink);
void gw_pacer_prefetch(const struct gw_pacer *p); /* where the next items go */
/* What is next in line, by class alone; NULL: nothing waits. */
const struct gw_send_item *gw_pacer_peek(const struct gw_pacer *p);
size_t gw_pacer_waiting(const struct gw_pacer *p);
/* rate 0 switches pacing off. burst_us: how much may leave at once, as time at that rate. */
void gw_pacer_set_rate(struct gw_pacer *p, uint32_t rate_bps, uint32_t burst_us, int64_t now_us);
int64_t gw_pacer_delay_us(const struct gw_pacer *p, int64_t now_us); /* how long the oldest item has waited */
int64_t gw_pacer_due(const struct gw_pacer *p); /* when something waiting may leave; INT64_MAX: nothing waits */

#endif
