/* SPDX-License-Identifier: Apache-2.0 */
#include "media/shown.h"

#include <stddef.h>

#define FREEZE_MS 150 /* beyond the usual distance, and three times that: as getStats() counts them */
#define FACTOR    3
#define USUAL     32 /* gaps that the usual one is the mean of, freezes too: a stream that became slower is no freeze */
#define GAP_MOST  5000 /* ms */
#define LATE      128  /* marks go round: older than half of them is gone */

static struct gw_shown_picture *slot(struct gw_shown *s, uint8_t mark)
{
    return &s->ring[mark % GW_SHOWN_PICTURES];
}

static struct gw_shown_picture *find(struct gw_shown *s, uint8_t mark)
{
    struct gw_shown_picture *p = slot(s, mark);

    return mark && p->mark == mark ? p : NULL;
}

static uint8_t after(uint8_t mark)
{
    return mark == UINT8_MAX ? 1 : (uint8_t)(mark + 1);
}

/* A repetition: the picture with this timestamp, if it is still under way. */
static struct gw_shown_picture *of_time(struct gw_shown *s, uint32_t ts)
{
    for (unsigned i = 0; i < GW_SHOWN_PICTURES; i++)
        if (s->ring[i].mark && s->ring[i].ts == ts)
            return &s->ring[i];
    return NULL;
}

/* Those that the ring has no more room for are given up. */
static void give_up(struct gw_shown *s, const struct gw_shown_picture *p)
{
    if (!p->mark || p->mark != s->next)
        return;
    s->next = after(p->mark);
    s->stuck = true;
}

uint8_t gw_shown_sent(struct gw_shown *s, uint32_t ts, bool marker, bool keyframe, bool again)
{
    struct gw_shown_picture *p = again ? of_time(s, ts) : find(s, s->newest);

    if (again)
        return p ? p->mark : 0;
    if (!p || p->ts != ts) {
        s->newest = after(s->newest);
        p = slot(s, s->newest);
        give_up(s, p);
        *p = (struct gw_shown_picture){.ts = ts, .mark = s->newest};
        if (!s->next)
            s->next = s->newest;
    }
    p->sent++;
    p->keyframe |= keyframe;
    p->closed |= marker;
    return p->mark;
}

static void show(struct gw_shown *s, uint32_t at_ms)
{
    uint32_t gap = at_ms - s->shown_ms;

    s->pictures++;
    if (!s->shown_ms || gap > INT32_MAX) { /* the first; or they came in another order than they were sent */
        s->shown_ms = s->shown_ms ? s->shown_ms : at_ms;
        return;
    }
    s->shown_ms = at_ms;
    if (s->usual_ms && gap > s->usual_ms / USUAL + FREEZE_MS && gap > FACTOR * (s->usual_ms / USUAL)) {
        s->freezes++;
        s->frozen_ms += gap;
        s->longest_ms = gap > s->longest_ms ? gap : s->longest_ms;
    }
    if (gap > GAP_MOST)
        gap = GAP_MOST;
    s->usual_ms = s->usual_ms ? s->usual_ms - s->usual_ms / USUAL + gap : gap * USUAL;
}

static bool is_whole(const struct gw_shown_picture *p)
{
    return p && p->closed && p->arrived >= p->sent;
}

/* Pictures are shown in their order, or from a keyframe on, which makes what is missing before it needless. */
static void advance(struct gw_shown *s, struct gw_shown_picture *p)
{
    if (is_whole(p) && p->keyframe && p->mark != s->next) {
        s->next = p->mark;
        s->stuck = false;
    }
    while (is_whole(p = find(s, s->next)) && (!s->stuck || p->keyframe)) {
        s->stuck = false;
        show(s, p->at_ms);
        s->next = after(s->next);
        p->mark = 0;
    }
}

void gw_shown_arrived(struct gw_shown *s, uint8_t mark, int64_t arrival_us)
{
    struct gw_shown_picture *p = find(s, mark);
    uint32_t at_ms = (uint32_t)(arrival_us / 1000);

    if (!p || (uint8_t)(mark - s->next) >= LATE)
        return;
    p->arrived++;
    if (p->arrived == 1 || (int32_t)(at_ms - p->at_ms) > 0)
        p->at_ms = at_ms ? at_ms : 1;
    advance(s, p);
}

void gw_shown_restart(struct gw_shown *s)
{
    for (unsigned i = 0; i < GW_SHOWN_PICTURES; i++)
        s->ring[i].mark = 0;
    s->next = 0;
    s->stuck = false;
    s->shown_ms = 0;
}
