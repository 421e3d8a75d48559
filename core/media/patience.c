/* SPDX-License-Identifier: Apache-2.0 */
#include "media/patience.h"

#include <stdbool.h>

#define MISSING  2     /* no more than 1/2 */
#define NO_QUEUE 12000 /* µs */
#define NEW      4     /* a quarter of the time */

/* Equals differ: three to six quarters. */
static void draw(struct gw_patience *p)
{
    p->random = p->random * 1664525u + 1013904223u;
    p->share = 192 + (p->random >> 24) * 3 / 4;
}

static int64_t patience_us(const struct gw_patience *p, const struct gw_patience_case *c)
{
    int64_t us = GW_PATIENCE_USUAL_US;

    if (c->given_bps <= c->lowest_bps)
        us = GW_PATIENCE_MOST_US;
    else if (c->given_bps > GW_PATIENCE_USUAL_BPS)
        us = us * GW_PATIENCE_USUAL_BPS / c->given_bps;
    if (c->up_us >= 0 && c->up_us < GW_PATIENCE_BLAME_US)
        us = c->up_us < GW_PATIENCE_BURST_US ? GW_PATIENCE_BURST_US : us / NEW;
    us = us * p->share / 256;
    return c->queue_us > GW_PATIENCE_QUEUE_US ? us / 2 : us;
}

/* While there is no queue, or it goes away, nothing has to be done. */
static void wait(struct gw_patience *p, const struct gw_patience_case *c, int64_t now_us)
{
    if (!p->since_us)
        draw(p);
    if (!p->since_us || c->queue_us < NO_QUEUE)
        p->since_us = now_us;
    else if (c->queue_us < p->queue_us)
        p->since_us += now_us - p->at_us;
    p->at_us = now_us;
    p->queue_us = c->queue_us;
}

uint32_t gw_patience_budget(struct gw_patience *p, const struct gw_patience_case *c, int64_t now_us)
{
    bool little = c->lowest_bps <= GW_PATIENCE_USUAL_BPS, lowest = c->given_bps <= c->lowest_bps;
    uint32_t least = little && !lowest && c->lowest_bps > c->budget_bps ? c->lowest_bps : c->budget_bps;

    if (c->budget_bps >= c->given_bps ||
        (!(little && lowest) && c->budget_bps < c->given_bps - c->given_bps / MISSING)) {
        p->since_us = 0;
        return least;
    }
    wait(p, c, now_us);
    if (now_us - p->since_us < patience_us(p, c))
        return c->given_bps;
    if (!lowest)
        p->since_us = 0;
    return least;
}
