/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/fallback.h"

#define MUCH     0.10
#define LITTLE   0.02
#define GROWTH   1.05
#define TRIED    2.0
#define CLEAN_US 15000000

void gw_fallback_remb(struct gw_fallback *f, uint32_t bps, int64_t now_us)
{
    f->remb_bps = bps;
    f->remb_us = now_us;
}

void gw_fallback_loss(struct gw_fallback *f, double loss, double sent_bps, int64_t now_us)
{
    if (loss > MUCH) {
        f->clean_us = 0;
        if (f->loss_bps <= 0 || f->loss_bps > sent_bps)
            f->loss_bps = sent_bps;
        f->loss_bps *= 1 - loss / 2;
    } else if (loss < LITTLE && f->loss_bps > 0) {
        if (!f->clean_us)
            f->clean_us = now_us;
        if (f->loss_bps < TRIED * sent_bps)
            f->loss_bps *= GROWTH;
        if (now_us - f->clean_us > CLEAN_US)
            f->loss_bps = 0;
    } else {
        f->clean_us = 0;
    }
}

double gw_fallback_bps(const struct gw_fallback *f, int64_t now_us)
{
    double bps = f->loss_bps;

    if (f->remb_us && now_us - f->remb_us < GW_FALLBACK_REMB_US && (bps <= 0 || f->remb_bps < bps))
        bps = f->remb_bps ? f->remb_bps : 1;
    return bps;
}
