/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packets of one incoming layer are missing, and when to ask for them (spec: media behaviour §6.1): a first time
 * when a packet comes at least 12 ms after the gap was seen, once more 155 ms after, then given up. Where repairs have
 * shown how long one takes, a request is repeated after that time, up to six times within a second. Gaps beyond a
 * window of 160 packets are not repaired. A newer keyframe makes the list pointless. Pure.
 */
#ifndef GW_MEDIA_NACK_H
#define GW_MEDIA_NACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_NACK_WINDOW    160
#define GW_NACK_FIRST_US  12000
#define GW_NACK_SECOND_US 155000
#define GW_NACK_TRIES     6       /* where the time of a repair is known */
#define GW_NACK_SLACK_US  10000   /* a request is repeated after 1.5 times that, and so much */
#define GW_NACK_FORGET_US 1000000 /* a repair that comes later than this is of no use to anybody */

struct gw_nack {
    unsigned n;
    int64_t repair_us; /* from request to repair, smoothed; 0: unknown */
    struct gw_missing {
        uint64_t seq; /* extended */
        int64_t seen_us;
        uint32_t asked_ms;  /* after it was seen missing, the last time */
        uint8_t asked;      /* times */
    } list[GW_NACK_WINDOW]; /* by seq */
};

/* A packet newer than `newest` came: everything between is missing. */
void gw_nack_gap(struct gw_nack *n, uint64_t newest, uint64_t seq, int64_t now_us);
/* seq arrived. true: it was missing. *asked: whether we had asked for it. repaired: by a retransmission. */
bool gw_nack_arrived(struct gw_nack *n, uint64_t seq, bool *asked, bool repaired, int64_t now_us);
/* Writes the (16-bit) numbers to ask for now, at most max; returns how many. */
size_t gw_nack_due(struct gw_nack *n, uint16_t *out, size_t max, int64_t now_us);
/* A keyframe starts at seq: what is older need not be asked for any more. */
void gw_nack_keyframe(struct gw_nack *n, uint64_t seq);
void gw_nack_clear(struct gw_nack *n);

#endif
