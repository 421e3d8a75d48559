/* SPDX-License-Identifier: Apache-2.0 */
#include "media/start.h"

#include "media/sender.h"

const struct gw_packet *gw_start_newest(const struct gw_source *s, const struct gw_source_layer *l)
{
    const struct gw_history *h = &l->history;
    const struct gw_packet *newest = NULL, *pkt;
    uint64_t seq = l->cache.first;

    for (; seq <= h->newest; seq++) {
        pkt = gw_history_get(h, (uint32_t)seq);
        if (!pkt || pkt->facts.ssrc != l->ssrc || gw_burst_holds(s, pkt))
            break;
        newest = pkt;
    }
    for (; seq <= h->newest; seq++) {
        pkt = gw_history_get(h, (uint32_t)seq);
        if (pkt && !gw_burst_holds(s, pkt))
            return NULL;
    }
    return newest;
}

static bool leaves_in_time(const struct gw_sink *k, const struct gw_cache *c)
{
    const struct gw_pacer *p = &k->sender->pacer;

    return !p->rate_bps || (uint64_t)c->bytes * 8 * 1000000 / p->rate_bps <= GW_START_MOST_US;
}

static bool start_layer(struct gw_sink *k, const struct gw_source_layer *l, int64_t now_us)
{
    const struct gw_cache *c = &l->cache;
    struct gw_packet *first = gw_history_get(&l->history, (uint32_t)c->first);

    if (!first || now_us - first->arrival_us > k->source->cache_us || !leaves_in_time(k, c))
        return false;
    k->cached = gw_start_newest(k->source, l);
    if (k->cached)
        gw_sink_offer(k, first, now_us); /* the rest follows it */
    k->cached = NULL;
    return !k->fresh;
}

bool gw_sink_start(struct gw_sink *k, int64_t now_us)
{
    const struct gw_source *s = k->source;

    if (!k->fresh || k->cached || !s->cache_us || s->muted || s->hushed || !gw_sender_ready(k->sender))
        return false;
    for (unsigned i = GW_LAYER_COUNT; i-- > 0;)
        if (s->layer[i] && s->layer[i]->cache.first && start_layer(k, s->layer[i], now_us))
            return true;
    return false;
}

uint32_t gw_start_step(const struct gw_sink *k, const struct gw_rtp_facts *first, uint32_t step)
{
    uint32_t span = k->cached->facts.timestamp - first->timestamp, least = span / GW_START_SQUEEZE + 1;

    return (step > least ? step : least) - span;
}

uint32_t gw_start_timestamp(const struct gw_sink *k, const struct gw_rtp_facts *f)
{
    uint32_t newest = k->cached->facts.timestamp + k->rewrite.ts_delta;
    int32_t before = (int32_t)(k->cached->facts.timestamp - f->timestamp);

    return before > 0 ? newest - (uint32_t)before / GW_START_SQUEEZE : newest;
}
