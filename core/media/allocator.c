/* SPDX-License-Identifier: Apache-2.0 */
#include "media/allocator.h"

#define SPARE   8        /* a step up must leave 1/8 of what the sink takes */
#define LEAST   5        /* the lowest level may take 1/5 of it more than there is */
#define TIGHT   8        /* what it has may take 1/8 more than there is, for a while */
#define SOON_US 15000000 /* a step down so soon after one up: it was too much */

struct round {
    struct gw_demand *d;
    unsigned n;
    int64_t now_us;
    int64_t left_bps; /* below 0: what the lowest levels took too much */
};

static uint32_t cost(const struct gw_demand *d, int level)
{
    return level < 0 ? 0 : d->level[level].bps;
}

/* What must be there before the sink may have this level: more than it takes when it is a step up. */
static int64_t wanted(const struct gw_demand *d, int level)
{
    int64_t bps = cost(d, level);

    if (!level) /* something to see is worth a little too much */
        return bps - bps / LEAST;
    return d->allotment->known && level > d->allotment->level ? bps + bps / SPARE : bps;
}

static bool is_held(const struct gw_demand *d, int level, int64_t now_us)
{
    const struct gw_allotment *a = d->allotment;

    int64_t hold_us = level ? a->hold_us : GW_ALLOCATOR_HOLD_US;

    return a->known && level > a->level && a->down_us && now_us - a->down_us < hold_us;
}

static int compare(const struct gw_level *a, const struct gw_level *b)
{
    if (a->substream != b->substream)
        return a->substream - b->substream;
    return a->spatial != b->spatial ? a->spatial - b->spatial : a->temporal - b->temporal;
}

/* Where what the sink has is among what is on offer now: the best that is not more. */
static void find_again(struct gw_demand *d)
{
    struct gw_allotment *a = d->allotment;

    if (!a->known || a->level < 0)
        return;
    a->level = 0;
    for (unsigned i = 1; i < d->n; i++)
        if (compare(&d->level[i], &a->has) <= 0)
            a->level = (int8_t)i;
}

/* Does the level fit what is left? What the sink has may be a little too much, for a while. */
static bool fits(const struct round *r, const struct gw_demand *d, int level, int64_t left_bps)
{
    struct gw_allotment *a = d->allotment;
    int64_t bps = wanted(d, level);

    if (!a->known || !level || level != a->level)
        return bps <= left_bps;
    if (bps <= left_bps) {
        a->tight_us = 0;
        return true;
    }
    if (!a->tight_us)
        a->tight_us = r->now_us;
    return r->now_us - a->tight_us < GW_ALLOCATOR_GRACE_US && bps - bps / TIGHT <= left_bps;
}

/* Raises a sink from the level it was given in this round. */
static bool raise_by_one(struct round *r, struct gw_demand *d, int *given)
{
    int next = *given + 1;

    /* levels that take less than the one before are no step: go over them to the best that costs no more */
    while (next + 1 < (int)d->n && d->level[next + 1].bps <= d->level[next].bps)
        next++;
    if (next >= (int)d->n || is_held(d, next, r->now_us))
        return false;
    if (!fits(r, d, next, r->left_bps + cost(d, *given)))
        return false;
    r->left_bps += (int64_t)cost(d, *given) - cost(d, next);
    *given = next;
    return true;
}

/* The next lower priority than `below` there is; -1: none. */
static int next_priority(const struct round *r, int below)
{
    int best = -1;

    for (unsigned i = 0; i < r->n; i++)
        if (r->d[i].n && (int)r->d[i].priority < below && (int)r->d[i].priority > best)
            best = r->d[i].priority;
    return best;
}

static void settle(const struct gw_demand *d, int level, int64_t now_us)
{
    struct gw_allotment *a = d->allotment;

    if (a->known && level < a->level) {
        if (!a->hold_us || now_us - a->down_us > GW_ALLOCATOR_STABLE_US)
            a->hold_us = GW_ALLOCATOR_HOLD_US;
        else if (a->up_us && now_us - a->up_us < SOON_US)
            a->hold_us = a->hold_us * 2 < GW_ALLOCATOR_MOST_US ? a->hold_us * 2 : GW_ALLOCATOR_MOST_US;
        a->down_us = now_us;
    } else if (a->known && level > a->level) {
        a->up_us = now_us;
    }
    if (a->known && level != a->level)
        a->tight_us = 0;
    a->known = true;
    a->level = (int8_t)level;
    if (level >= 0)
        a->has = d->level[level];
}

uint32_t gw_allocate(struct gw_demand *d, unsigned n, uint32_t budget_bps, int64_t now_us)
{
    struct round r = {.d = d, .n = n, .now_us = now_us, .left_bps = budget_bps};
    uint32_t spent = 0, spare;
    unsigned active = 0;
    int given[256];

    if (n > 256)
        n = r.n = 256;
    for (unsigned i = 0; i < n; i++) {
        given[i] = -1;
        find_again(&d[i]);
    }
    for (int p = next_priority(&r, UINT16_MAX + 1); p >= 0; p = next_priority(&r, p))
        for (unsigned i = 0; i < n; i++)
            if (d[i].n && d[i].priority == p)
                raise_by_one(&r, &d[i], &given[i]);
    for (int p = next_priority(&r, UINT16_MAX + 1); p >= 0; p = next_priority(&r, p))
        for (bool any = true; any;) {
            any = false;
            for (unsigned i = 0; i < n; i++)
                if (d[i].priority == p && given[i] >= 0)
                    any |= raise_by_one(&r, &d[i], &given[i]);
        }
    for (unsigned i = 0; i < n; i++)
        active += given[i] >= 0;
    for (unsigned i = 0; i < n; i++)
        spent += cost(&d[i], given[i]);
    spare = active && r.left_bps > 0 ? (uint32_t)(r.left_bps / active) : 0;
    for (unsigned i = 0; i < n; i++) {
        if (!d[i].n)
            continue;
        settle(&d[i], given[i], now_us);
        if (given[i] < 0)
            d[i].budget_bps = r.left_bps > 0 ? (uint32_t)r.left_bps : 0;
        else
            d[i].budget_bps = cost(&d[i], given[i]) + spare;
    }
    return spent;
}
