/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/bwe.h"

#include <string.h>

#define REMB_FRESH_US 10000000

void gw_bwe_init(struct gw_bwe *b)
{
    memset(b, 0, sizeof(*b));
    b->loss_bps = GW_BWE_START_BPS;
}

void gw_bwe_sent(struct gw_bwe *b, uint16_t twcc_seq, size_t bytes, int64_t now_us)
{
    if (now_us - b->second_us >= 1000000) {
        b->bytes_second = now_us - b->second_us < 2000000 ? b->bytes : 0;
        b->bytes = 0;
        b->second_us = now_us;
    }
    b->bytes += bytes;
}

void gw_bwe_remb(struct gw_bwe *b, uint32_t bps, int64_t now_us)
{
    b->remb_bps = bps;
    b->remb_us = now_us;
    b->any = true;
}

static uint32_t clamp(double bps)
{
    if (bps < GW_BWE_LEAST_BPS)
        return GW_BWE_LEAST_BPS;
    return bps > GW_BWE_MOST_BPS ? GW_BWE_MOST_BPS : (uint32_t)bps;
}

void gw_bwe_loss(struct gw_bwe *b, uint8_t fraction_lost, int64_t now_us)
{
    double loss = fraction_lost / 256.0, sent = (double)b->bytes_second * 8;

    b->any = true;
    b->fraction_lost = fraction_lost;
    if (loss > 0.10)
        b->loss_bps = clamp(b->loss_bps * (1 - loss / 2));
    else if (loss < 0.02 && b->loss_bps < 2 * sent + GW_BWE_START_BPS) /* no growth beyond what was tried */
        b->loss_bps = clamp(b->loss_bps * 1.05);
}

void gw_bwe_rtt(struct gw_bwe *b, uint32_t rtt_us)
{
    b->rtt_us = b->rtt_us ? b->rtt_us - b->rtt_us / 8 + rtt_us / 8 : rtt_us;
}

uint32_t gw_bwe_estimate(const struct gw_bwe *b, int64_t now_us)
{
    if (!b->any)
        return 0;
    if (b->remb_bps && now_us - b->remb_us < REMB_FRESH_US && b->remb_bps < b->loss_bps)
        return b->remb_bps;
    return b->loss_bps;
}
