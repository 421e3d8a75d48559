/* SPDX-License-Identifier: Apache-2.0 */
#include "media/shedding.h"

#define FULL    0.95 /* of a window's time: there is none left */
#define ROOM    0.8  /* below this there is room for more video, */
#define TARGET  0.85 /* up to this */
#define SENDING 0.25 /* of the busy time: sending less is of some use */
#define STEP    1.25 /* up, at most */

static double share_of(const struct gw_shedding *s)
{
    return 1 - s->shed;
}

static bool set(struct gw_shedding *s, double share)
{
    double shed = 1 - (share < GW_SHEDDING_LEAST ? GW_SHEDDING_LEAST : share > 1 ? 1 : share);
    bool changed = shed != s->shed;

    s->shed = shed;
    s->settled = 0;
    return changed;
}

/* busy, sending: of the window's time. */
static bool judge(struct gw_shedding *s, double busy, double sending)
{
    double step;

    s->full = busy >= FULL ? s->full + 1 : 0;
    s->settled++;
    if (s->settled < GW_SHEDDING_PATIENCE)
        return false;
    if (s->full >= GW_SHEDDING_PATIENCE && sending >= SENDING * busy)
        return set(s, share_of(s) / 2);
    if (!gw_shedding_is_on(s) || busy >= ROOM)
        return false;
    step = busy > TARGET / STEP ? TARGET / busy : STEP;
    return set(s, share_of(s) * step);
}

bool gw_shedding_note(struct gw_shedding *s, int64_t busy_us, int64_t sending_us, int64_t now_us)
{
    int64_t passed;
    bool changed;

    if (!s->window_us)
        s->window_us = now_us - busy_us;
    s->busy_us += busy_us;
    s->sending_us += sending_us;
    passed = now_us - s->window_us;
    if (passed < GW_SHEDDING_WINDOW_US)
        return false;
    changed = judge(s, (double)s->busy_us / (double)passed, (double)s->sending_us / (double)passed);
    s->window_us = now_us;
    s->busy_us = s->sending_us = 0;
    return changed;
}

/* Between the lowest and the best, while nobody has to go without: 0 … 1. */
static double quality(const struct gw_shedding *s)
{
    double q = (share_of(s) - GW_SHEDDING_HOLDS) / (1 - GW_SHEDDING_HOLDS);

    return q > 0 ? q : 0;
}

unsigned gw_shedding_levels(const struct gw_shedding *s, const struct gw_level *level, unsigned n, double place)
{
    uint32_t lowest = n ? level[0].bps : 0, has = lowest, most = lowest;
    unsigned may = n > 0;
    double want;

    if (!n || !gw_shedding_is_on(s))
        return n;
    if (place * GW_SHEDDING_HOLDS >= share_of(s))
        return 0;
    for (unsigned i = 1; i < n; i++)
        if (level[i].bps > most)
            most = level[i].bps;
    want = lowest + quality(s) * (most - lowest);
    for (; may < n; may++) {
        uint32_t bps = level[may].bps;

        if (bps > has && want < has + place * (bps - has))
            break;
        has = bps > has ? bps : has;
    }
    return may;
}

uint32_t gw_shedding_bps(const struct gw_shedding *s, uint32_t bps)
{
    return (uint32_t)(bps * share_of(s));
}
