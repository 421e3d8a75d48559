/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a receiver knows about one incoming SSRC: extended sequence numbers, losses, jitter (RFC 3550 A.1, A.3, A.8),
 * and the link quality that the admin API shows. Pure.
 */
#ifndef GW_MEDIA_RECEPTION_H
#define GW_MEDIA_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "rtcp/rtcp.h"

#define GW_SEQ_RESTART 3000 /* a jump by more than this, either way, is a new sequence (MAX_DROPOUT of RFC 3550) */

struct gw_reception {
    bool started;
    uint64_t base, newest; /* extended; newest of all, base of the present sequence */
    uint64_t received;     /* of the present sequence, without duplicates and retransmissions */
    uint64_t repaired;     /* retransmissions that filled a gap */
    uint64_t lost_before;  /* cumulative losses of earlier sequences */
    bool has_transit;
    uint32_t transit, last_ts; /* ticks, modulo 2^32 */
    uint32_t jitter_q4;        /* ticks * 16 */
    uint8_t suspects;
    uint16_t suspect_next;
    /* at the last report */
    uint64_t prior_expected, prior_received;
    /* at the last quality update */
    uint64_t quality_expected, quality_received, quality_repaired;
    double quality, media_quality; /* 0…100 */
};

/* true: the number is taken, *ext is its extended form. false: an implausible jump, dropped until the next number
 * confirms it. */
bool gw_reception_extend(struct gw_reception *r, uint16_t seq, uint64_t *ext, bool *restarted);
/* Counts a packet that came the regular way; no duplicates. Packets of one frame have one timestamp: only the first of
 * a timestamp counts for jitter. arrival_us: monotonic. */
void gw_reception_count(struct gw_reception *r, uint64_t ext, uint32_t ts, uint32_t clock_rate, int64_t arrival_us);
void gw_reception_repaired(struct gw_reception *r);
/* A different SSRC feeds the layer from now on: extended numbers go on far beyond the old ones. */
void gw_reception_restart(struct gw_reception *r);
/* Sets fraction, lost, highest_seq and jitter of a report block, nothing else; starts a new interval. */
void gw_reception_report(struct gw_reception *r, struct gw_rtcp_report *out);
uint32_t gw_reception_jitter(const struct gw_reception *r); /* ticks */
int64_t gw_reception_lost(const struct gw_reception *r);    /* cumulative, after repair */
void gw_reception_update_quality(struct gw_reception *r);   /* every second */

#endif
