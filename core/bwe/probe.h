/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trying out a higher rate for some 20 ms: when and how fast, and what came of it. At the start at three times the
 * first estimate, then twice each success, until it is known whether twice the need would fit; later whenever more is
 * needed than the estimate allows, at growing intervals while nothing is gained. The sender fills a probe with media
 * and, where that is not enough, with RTX padding. Pure.
 */
#ifndef GW_BWE_PROBE_H
#define GW_BWE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_PROBE_LEAST_PACKETS 8 /* sent: some may be lost */
#define GW_PROBE_LENGTH_US     20000
#define GW_PROBE_EVERY_US      1500000 /* at first; doubled without success */
#define GW_PROBE_MOST_US       3000000
#define GW_PROBE_AMPLE_US      30000000 /* between trials for more than is needed now */

struct gw_probe {
    uint8_t id; /* of the probe that is being sent or awaited; 0: none */
    bool sending;
    bool started;      /* the first one has been made */
    bool gentle;       /* given: the way was full not long ago, perhaps with others' packets */
    uint32_t bps;      /* its rate */
    int64_t length_us; /* how long it lasts at least */
    uint32_t need_bps; /* given: what could be used; 0: nothing */
    uint32_t sent_bps; /* given: what is being sent */
    uint32_t random;   /* given once: a seed */
    int64_t began_us, next_us, ample_us, every_us; /* ample: when more than needed may be tried */
    uint8_t last_id;
    /* sent */
    unsigned packets;
    uint64_t bytes;
    int64_t first_sent_us, last_sent_us;
    uint32_t last_sent_bytes;
    /* arrived: of those sent */
    unsigned arrived;
    uint64_t arrived_bytes;
    int64_t first_departure_us, last_departure_us, first_arrival_us, last_arrival_us;
    uint32_t first_arrival_bytes, last_departure_bytes;
    /* counters */
    uint64_t made, won;
};

/* Now and then, and after each feedback. settled: the queue on the way is quiet. true: a probe is to be sent. */
bool gw_probe_update(struct gw_probe *p, uint32_t estimate_bps, uint32_t max_bps, bool settled, int64_t now_us);
/* A packet of the present probe left. */
void gw_probe_sent(struct gw_probe *p, size_t bytes, int64_t now_us);
/* A packet of probe `id` arrived; sent by our clock, arrived by the receiver's. */
void gw_probe_arrived(struct gw_probe *p, uint8_t id, size_t bytes, int64_t sent_us, int64_t arrival_us);
/* After a feedback: bit/s that the present probe has shown, 0: nothing (yet). *saturated: the way could not carry more.
 */
uint32_t gw_probe_result(struct gw_probe *p, bool *saturated);
/* What became of it; when the next may be made. */
void gw_probe_done(struct gw_probe *p, bool won, bool saturated, int64_t now_us);
/* Not before so long: the queue has just grown. */
void gw_probe_hold(struct gw_probe *p, int64_t until_us);

#endif
