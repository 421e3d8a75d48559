/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/aimd.h"

#include <math.h>

#define BACK_OFF        0.85
#define GROWTH_A_SECOND 1.08
#define TRIED           1.05 /* no growth beyond this much of what arrives */
#define PACKET_BITS     9600
#define RESPONSE_US     100000
#define LEAST_STEP      4000   /* bit/s in a second */
#define CAPACITY_WEIGHT 0.05   /* of a new sample */
#define DEVIATION_LEAST 0.0004 /* 2 % and 16 %, squared */
#define DEVIATION_MOST  0.0256
#define DOWN_AGAIN_US   200000 /* the effect of a step down must be seen before the next */

void gw_aimd_init(struct gw_aimd *a, uint32_t start_bps, uint32_t min_bps, uint32_t max_bps)
{
    *a = (struct gw_aimd){.bps = start_bps, .min_bps = min_bps, .max_bps = max_bps, .deviation = DEVIATION_MOST};
}

static void put(struct gw_aimd *a, double bps, int64_t now_us)
{
    a->bps = bps < a->min_bps ? a->min_bps : bps > a->max_bps ? a->max_bps : bps;
    a->changed_us = now_us;
}

void gw_aimd_set(struct gw_aimd *a, double bps, int64_t now_us)
{
    put(a, bps, now_us);
    a->holding = false;
}

/* Three standard deviations, as a part of the capacity. */
static double spread(const struct gw_aimd *a)
{
    return 3 * sqrt(a->deviation);
}

static void note_capacity(struct gw_aimd *a, double bps)
{
    double error;

    if (a->capacity_bps <= 0) {
        a->capacity_bps = bps;
        return;
    }
    error = (bps - a->capacity_bps) / a->capacity_bps;
    a->capacity_bps += CAPACITY_WEIGHT * (bps - a->capacity_bps);
    a->deviation += CAPACITY_WEIGHT * (error * error - a->deviation);
    if (a->deviation < DEVIATION_LEAST)
        a->deviation = DEVIATION_LEAST;
    if (a->deviation > DEVIATION_MOST)
        a->deviation = DEVIATION_MOST;
}

static void increase(struct gw_aimd *a, double acked, uint32_t rtt_us, int64_t now_us)
{
    double passed = a->changed_us ? (double)(now_us - a->changed_us) / 1e6 : 0, limit, next;

    if (passed < 0 || passed > 1)
        passed = passed < 0 ? 0 : 1;
    if (a->capacity_bps > 0 && acked > a->capacity_bps * (1 + spread(a)))
        a->capacity_bps = 0; /* the way has become wider */
    if (a->capacity_bps > 0) {
        double step = PACKET_BITS * 1e6 / (RESPONSE_US + (double)rtt_us);

        next = a->bps + passed * (step > LEAST_STEP ? step : LEAST_STEP);
    } else {
        next = a->bps * pow(GROWTH_A_SECOND, passed);
    }
    limit = TRIED * acked;
    if (next > limit)
        next = a->bps > limit ? a->bps : limit;
    put(a, next, now_us);
}

static void decrease(struct gw_aimd *a, double acked, int64_t now_us)
{
    double from = acked > 0 ? acked : a->bps, next = BACK_OFF * from;

    if (next > a->bps && a->capacity_bps > 0)
        next = BACK_OFF * a->capacity_bps;
    if (next > a->bps)
        next = a->bps;
    if (a->capacity_bps > 0 && from < a->capacity_bps * (1 - spread(a)))
        a->capacity_bps = 0; /* the way has become narrower */
    if (acked > 0)
        note_capacity(a, acked);
    put(a, next, now_us);
    a->decreased_us = now_us;
    a->holding = true;
}

bool gw_aimd_update(struct gw_aimd *a, enum gw_usage usage, uint32_t acked_bps, uint32_t rtt_us, int64_t now_us)
{
    switch (usage) {
    case GW_USAGE_OVER:
        if (a->decreased_us && now_us - a->decreased_us < DOWN_AGAIN_US + rtt_us && acked_bps > a->bps / 2)
            return false;
        decrease(a, acked_bps, now_us);
        return true;
    case GW_USAGE_UNDER: /* the queue drains: let it */
        a->holding = true;
        a->changed_us = now_us;
        return false;
    case GW_USAGE_NORMAL:
        break;
    }
    if (a->holding) {
        a->holding = false;
        a->changed_us = now_us;
    } else {
        increase(a, acked_bps, rtt_us, now_us);
    }
    return false;
}
