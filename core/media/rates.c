/* SPDX-License-Identifier: Apache-2.0 */
#include "media/rates.h"

#include <string.h>

#define PAUSE_US 1500000 /* after so long without a packet a period says nothing */

/* Slowly up, because keyframes come in between; soon down. */
static void smooth(uint32_t *bps, uint32_t now)
{
    uint64_t old = *bps;

    *bps = !old ? now : (uint32_t)(now > old ? (old * 2 + now) / 3 : (old + 2 * (uint64_t)now) / 3);
}

static void end_period(struct gw_rates *r, int64_t passed_us)
{
    for (unsigned s = 0; s < GW_RATES_STEPS; s++)
        for (unsigned t = 0; t < GW_RATES_STEPS; t++) {
            uint64_t now = (uint64_t)r->bytes[s][t] * 8000000 / (uint64_t)passed_us;

            if (now || r->bps[s][t])
                smooth(&r->bps[s][t], now < UINT32_MAX / 16 ? (uint32_t)now : UINT32_MAX / 16);
        }
}

void gw_rates_packet(struct gw_rates *r, unsigned spatial, unsigned temporal, size_t bytes, int64_t now_us)
{
    int64_t passed = now_us - r->since_us;

    if (!r->since_us || passed < 0 || passed >= GW_RATES_PERIOD_US) {
        if (r->since_us && passed > 0 && passed < PAUSE_US)
            end_period(r, passed);
        memset(r->bytes, 0, sizeof(r->bytes));
        r->since_us = now_us;
    }
    r->bytes[spatial < GW_RATES_STEPS ? spatial : GW_RATES_STEPS - 1]
            [temporal < GW_RATES_STEPS ? temporal : GW_RATES_STEPS - 1] += (uint32_t)bytes + GW_RATES_OVERHEAD;
}

uint32_t gw_rates_up_to(const struct gw_rates *r, unsigned spatial, unsigned temporal)
{
    uint32_t sum = 0;

    for (unsigned s = 0; s <= spatial && s < GW_RATES_STEPS; s++)
        for (unsigned t = 0; t <= temporal && t < GW_RATES_STEPS; t++)
            sum += r->bps[s][t];
    return sum;
}
