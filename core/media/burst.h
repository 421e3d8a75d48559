/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets on their way from a source to its sinks. The packets of a frame arrive one by one within some 100 µs and
 * nobody can use the first ones before the last; handed on together they leave as one UDP_SEGMENT run per subscriber
 * instead of one system call each, and each sink is looked at once a frame instead of once a packet.
 *
 * So a source keeps what arrived until the end of the frame, at most GW_BURST_HOLD_US, and never beyond the end of a
 * turn when the frame is complete. Worker thread.
 */
#ifndef GW_MEDIA_BURST_H
#define GW_MEDIA_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "loop/packet.h"

#define GW_BURST_HOLD_US 300 /* of the first packet; browsers send a frame within 0.0 ms (median) to 0.5 ms (p90) */
#define GW_BURST_MOST    32  /* packets a source holds */

struct gw_sink;
struct gw_source;
struct gw_dirty;

struct gw_burst { /* one a worker: sources that hold something */
    struct gw_source *first, **last;
    struct gw_dirty *dirty; /* borrowed: flushed beside the last source of a turn; NULL: by whoever owns it */
};

struct gw_pending {                       /* a source's */
    struct gw_packet *pkt[GW_BURST_MOST]; /* one reference each */
    uint8_t n;
    uint8_t at;    /* how many of them the present sink has been offered; those before it all, those behind it none */
    unsigned sink; /* which it is: its place among the source's */
    bool listed;
    int64_t since_us; /* when the first of them came */
    struct gw_source *next;
};

/* Takes a reference of its own. Hands all on at once when there is no more room. */
void gw_burst_add(struct gw_source *s, struct gw_packet *pkt, int64_t now_us);
/* Hands on what is complete or has waited long enough. Returns when to come again; INT64_MAX: nothing waits. */
int64_t gw_burst_flush(struct gw_burst *b, int64_t now_us);
/* pkt has not been offered to this sink of the source yet, and will be; NULL: to all of them. */
bool gw_burst_holds(const struct gw_source *s, const struct gw_sink *k, const struct gw_packet *pkt);
/* The source goes: what it holds is dropped. */
void gw_burst_forget(struct gw_source *s);

#endif
