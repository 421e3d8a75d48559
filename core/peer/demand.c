/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sender is told to send at most, by REMB: the cap its plugin gave, and what its receivers have a use for. A
 * stream without simulcast or SVC has to fit the best of its receivers; the others get it when it fits them, too. With
 * layers to choose from, or with a receiver that has no limit, nothing is asked of the sender. Receivers on other
 * workers count as one, the best of them, as their worker tells five times a second (mirror.c).
 */
#include "peer/state.h"

#define CHANGE 8 /* a demand that moves by less than 1/8 is not told */

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return !a ? b : !b ? a : a < b ? a : b;
}

static void tell(struct gw_peer *p, int64_t now_us)
{
    uint32_t bps = gw_remb_set(&p->remb, smaller(p->cap_bps, p->demand_bps), now_us);

    if (bps)
        gw_reports_remb(p, bps);
}

void gw_demand_set_cap(struct gw_peer *p, uint32_t bps, int64_t now_us)
{
    p->cap_bps = bps;
    tell(p, now_us);
}

uint32_t gw_demand_of(const struct gw_engine *e, const struct gw_source *s)
{
    uint32_t most = gw_mirror_demand(e, s);

    for (unsigned i = 0; i < s->n_sinks; i++) {
        const struct gw_sink *k = s->sinks[i];

        if (k->options.paused || !k->conf.send)
            continue;
        if (!k->wish_bps)
            return GW_DEMAND_ALL;
        if (k->wish_bps > most)
            most = k->wish_bps;
    }
    return most;
}

/* 0: all that there is, or nobody watches and nothing is asked of the sender. */
static uint32_t of_peer(const struct gw_peer *p)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        const struct gw_track *t = p->tracks[i];
        uint32_t bps;

        if (!t || !t->source || t->m.kind != GW_VIDEO || !t->m.remb)
            continue;
        bps = gw_demand_of(p->engine, t->source);
        if (!bps || bps == GW_DEMAND_ALL)
            return 0;
        sum += bps;
    }
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

void gw_demand_run(struct gw_peer *p, int64_t now_us)
{
    uint32_t bps = of_peer(p), old = p->demand_bps;

    if (bps == old || (bps && old && bps < old + old / CHANGE && bps > old - old / CHANGE))
        return;
    p->demand_bps = bps;
    tell(p, now_us);
}
