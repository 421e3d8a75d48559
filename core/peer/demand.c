/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sender is told to send at most, by REMB: the cap its plugin gave, and what its receivers have a use for. A
 * stream without simulcast or SVC has to fit the best of its receivers; the others get it when it fits them, too. With
 * layers to choose from, or with a receiver that has no limit, nothing is asked of the sender; unless the plugin has
 * said that nobody takes the upper layers of a simulcast. Receivers on other workers count as one, the best of them, as
 * their worker tells five times a second (mirror.c).
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

/* What browsers give the two lower layers at most, and more where they were seen to do so. */
static uint32_t of_layers(const struct gw_source *s, unsigned top)
{
    static const uint32_t usual_bps[] = {200000, 900000};
    uint64_t bps = 0;

    for (unsigned i = 0; i <= top; i++)
        if (s->layer[i])
            bps += s->layer[i]->bytes_second * 8;
    bps += bps / 4;
    return bps < usual_bps[top] ? usual_bps[top] : bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}

/* While nobody takes the upper layers there is a cap, which only rises: what is sent below it goes up and down. */
static uint32_t of_simulcast(struct gw_track *t)
{
    uint32_t bps;

    if (t->top_layer >= GW_LAYER_COUNT - 1)
        return GW_DEMAND_ALL;
    bps = of_layers(t->source, t->top_layer < 0 ? 0 : (unsigned)t->top_layer);
    if (bps > t->layers_bps)
        t->layers_bps = bps;
    return t->layers_bps;
}

/* 0: all that there is, or nobody watches and nothing is asked of the sender. */
static uint32_t of_peer(const struct gw_peer *p)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_track *t = p->tracks[i];
        uint32_t bps;

        if (!t || !t->source || t->m.kind != GW_VIDEO || !t->m.remb)
            continue;
        bps = t->source->conf.simulcast ? of_simulcast(t) : gw_demand_of(p->engine, t->source);
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
