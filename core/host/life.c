/* SPDX-License-Identifier: Apache-2.0 */
#include "host/life.h"

static bool enter(struct gw_life *l, enum gw_life_phase phase, int64_t now_us)
{
    if (l->phase == phase)
        return false;
    l->phase = phase;
    l->since_us = now_us;
    return true;
}

bool gw_life_ready(struct gw_life *l, int64_t now_us)
{
    return l->phase == GW_LIFE_STARTING && enter(l, GW_LIFE_SERVING, now_us);
}

bool gw_life_drain(struct gw_life *l, int64_t timeout_s, int64_t now_us)
{
    if (l->phase != GW_LIFE_SERVING && l->phase != GW_LIFE_DRAINING)
        return false;
    l->deadline_us = timeout_s > 0 ? now_us + timeout_s * 1000000 : INT64_MAX;
    enter(l, GW_LIFE_DRAINING, now_us);
    return true;
}

bool gw_life_undrain(struct gw_life *l, int64_t now_us)
{
    return l->phase == GW_LIFE_DRAINING && enter(l, GW_LIFE_SERVING, now_us);
}

bool gw_life_stop(struct gw_life *l, int64_t now_us)
{
    return enter(l, GW_LIFE_STOPPING, now_us);
}

bool gw_life_term(struct gw_life *l, int64_t timeout_s, int64_t now_us)
{
    return l->phase == GW_LIFE_SERVING ? gw_life_drain(l, timeout_s, now_us) : gw_life_stop(l, now_us);
}

bool gw_life_pulse(struct gw_life *l, bool busy, int64_t now_us)
{
    if (l->phase != GW_LIFE_DRAINING || (busy && now_us < l->deadline_us))
        return false;
    return gw_life_stop(l, now_us);
}

const char *gw_life_name(enum gw_life_phase phase)
{
    static const char *const names[] = {"starting", "serving", "draining", "stopping"};

    return names[phase];
}
