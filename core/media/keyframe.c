/* SPDX-License-Identifier: Apache-2.0 */
#include "media/keyframe.h"

static bool leave(struct gw_keyframe *k, int64_t now_us)
{
    k->asked = true;
    k->waiting = false;
    k->asked_us = now_us;
    return true;
}

bool gw_keyframe_want(struct gw_keyframe *k, int64_t now_us)
{
    if (!k->asked || now_us - k->asked_us >= GW_KEYFRAME_SPACING_US)
        return leave(k, now_us);
    k->waiting = true;
    return false;
}

int64_t gw_keyframe_due(const struct gw_keyframe *k)
{
    return k->waiting ? k->asked_us + GW_KEYFRAME_SPACING_US : INT64_MAX;
}

bool gw_keyframe_fire(struct gw_keyframe *k, int64_t now_us)
{
    return now_us >= gw_keyframe_due(k) && leave(k, now_us);
}

void gw_keyframe_came(struct gw_keyframe *k, int64_t now_us)
{
    k->waiting = false;
    k->seen_us = now_us;
}
