/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/gather.h"

static bool is_busy(const struct gw_gather *g, int64_t passed_us)
{
    if (g->on)
        return g->turns >= GW_GATHER_STILL && g->busy_us * GW_GATHER_IDLE >= passed_us;
    return g->turns * GW_GATHER_WINDOW_US >= GW_GATHER_TURNS * passed_us && g->busy_us * GW_GATHER_BUSY >= passed_us;
}

int64_t gw_gather_note(struct gw_gather *g, int64_t start_us, int64_t end_us)
{
    int64_t passed;

    if (!g->window_us)
        g->window_us = start_us;
    g->busy_us += end_us - start_us;
    g->turns++;
    passed = end_us - g->window_us;
    if (passed >= GW_GATHER_WINDOW_US) {
        g->on = is_busy(g, passed);
        g->window_us = end_us;
        g->busy_us = 0;
        g->turns = 0;
    }
    return g->on && start_us + GW_GATHER_TURN_US > end_us ? start_us + GW_GATHER_TURN_US : 0;
}
