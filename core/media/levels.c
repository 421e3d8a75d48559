/* SPDX-License-Identifier: Apache-2.0 */
#include "media/levels.h"

struct list {
    struct gw_level *out;
    unsigned n;
};

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The highest temporal layer of a spatial one that takes anything. */
static unsigned top_temporal(const struct gw_rates *r, unsigned spatial)
{
    unsigned t = GW_RATES_STEPS - 1;

    while (t && gw_rates_up_to(r, spatial, t) == gw_rates_up_to(r, spatial, t - 1))
        t--;
    return t;
}

/* top: the highest temporal layer seen so far; a limit there is none, so that new ones need not wait. */
static void add(struct list *l, const struct gw_rates *r, unsigned substream, unsigned spatial, unsigned temporal,
                bool top)
{
    uint32_t bps = gw_rates_up_to(r, spatial, temporal);
    unsigned limit = top ? GW_LAYER_COUNT - 1 : temporal;

    if (!bps || l->n == GW_ALLOCATOR_LEVELS)
        return;
    l->out[l->n++] = (struct gw_level){(uint8_t)substream, (uint8_t)limit, (uint8_t)spatial, bps};
}

/* The temporal layers of one picture size, up to a limit. whole: all of them, else the upper two. */
static void add_temporals(struct list *l, const struct gw_rates *r, unsigned substream, unsigned spatial,
                          unsigned limit, bool whole)
{
    unsigned top = least(top_temporal(r, spatial), limit);

    for (unsigned t = whole || top < 1 ? 0 : top - 1; t <= top; t++)
        add(l, r, substream, spatial, t, t == top);
}

static bool is_on_offer(const struct gw_source *s, unsigned i, int64_t now_us)
{
    return s->view.last_us[i] && now_us - s->view.last_us[i] < GW_LEVELS_FRESH_US;
}

unsigned gw_levels_of(const struct gw_sink *k, struct gw_level *out, int64_t now_us)
{
    const struct gw_source *s = k->source;
    struct list l = {.out = out};

    if (!s || k->conf.kind != GW_VIDEO)
        return 0;
    if (s->view.simulcast) {
        for (unsigned i = 0; i <= k->layers.target_substream && i < GW_LAYER_COUNT; i++)
            if (s->layer[i] && is_on_offer(s, i, now_us))
                add_temporals(&l, &s->layer[i]->rates, i, GW_LAYER_COUNT - 1, k->layers.target_temporal, !l.n);
    } else if (s->view.svc && s->layer[0]) {
        for (unsigned i = 0; i <= k->layers.target_spatial && i < GW_RATES_STEPS; i++)
            if (!i || s->layer[0]->rates.bps[i][0])
                add_temporals(&l, &s->layer[0]->rates, GW_LAYER_COUNT - 1, i, k->layers.target_temporal, !l.n);
    } else if (s->layer[0]) {
        add_temporals(&l, &s->layer[0]->rates, GW_LAYER_COUNT - 1, GW_LAYER_COUNT - 1, k->layers.target_temporal, true);
    }
    return l.n;
}

uint32_t gw_levels_most(const struct gw_level *level, unsigned n)
{
    uint32_t most = 0;

    for (unsigned i = 0; i < n; i++)
        if (level[i].bps > most)
            most = level[i].bps;
    return most;
}
