/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the way to one peer can carry, as far as its feedback tells: REMB, losses in receiver reports,
 * transport-wide feedback. One a connection. Pure.
 *
 * The estimate is the smaller of the peer's own (a REMB of the last 10 s) and one that follows losses: below 2 % it
 * grows by 5 % a report, above 10 % it shrinks by half the loss (as in draft-ietf-rmcat-gcc §6).
 */
#ifndef GW_BWE_BWE_H
#define GW_BWE_BWE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_BWE_START_BPS 1000000
#define GW_BWE_LEAST_BPS 50000
#define GW_BWE_MOST_BPS  100000000

struct gw_bwe {
    uint32_t remb_bps;
    int64_t remb_us;
    uint32_t loss_bps; /* the estimate by losses */
    bool any;          /* some feedback came */
    uint8_t fraction_lost;
    uint32_t rtt_us; /* smoothed; 0 unknown */
    /* sent in the present and in the last whole second */
    uint64_t bytes, bytes_second;
    int64_t second_us;
};

void gw_bwe_init(struct gw_bwe *b);
void gw_bwe_sent(struct gw_bwe *b, uint16_t twcc_seq, size_t bytes, int64_t now_us);
void gw_bwe_remb(struct gw_bwe *b, uint32_t bps, int64_t now_us);
void gw_bwe_loss(struct gw_bwe *b, uint8_t fraction_lost, int64_t now_us); /* a receiver report, worst of its blocks */
void gw_bwe_rtt(struct gw_bwe *b, uint32_t rtt_us);
uint32_t gw_bwe_estimate(const struct gw_bwe *b, int64_t now_us); /* bit/s; 0: nothing known yet */

#endif
