/* SPDX-License-Identifier: Apache-2.0 */
#include "media/start.h"

#include "media/sender.h"

const struct gw_packet *gw_start_newest(const struct gw_source *s, const struct gw_source_layer *l,
                                        const struct gw_sink *k)
{
    const struct gw_history *h = &l->history;
    const struct gw_packet *newest = NULL, *pkt;
    uint64_t seq = l->cache.first;

    for (; seq <= h->newest; seq++) {
        pkt = gw_history_get(h, (uint32_t)seq);
        if (!pkt || pkt->facts.ssrc != l->ssrc || gw_burst_holds(s, k, pkt))
            break;
        newest = pkt;
    }
    for (; seq <= h->newest; seq++) {
        pkt = gw_history_get(h, (uint32_t)seq);
        if (pkt && !gw_burst_holds(s, k, pkt))
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
    k->cached = gw_start_newest(k->source, l, k);
    k->start = (struct gw_start){.left_bytes = c->bytes};
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

/* Of the picture that this packet is the first of. */
static uint32_t picture_bytes(const struct gw_sink *k, const struct gw_rtp_facts *f)
{
    const struct gw_history *h = &k->source->layer[f->layer]->history;
    const struct gw_packet *pkt;
    uint32_t bytes = 0;

    for (uint64_t seq = f->ext_seq; seq <= k->cached->facts.ext_seq; seq++) {
        pkt = gw_history_get(h, (uint32_t)seq);
        if (!pkt || pkt->facts.timestamp != f->timestamp)
            break;
        bytes += pkt->len;
    }
    return bytes;
}

/* How far before the newest picture the one with this packet is to be shown. */
static uint32_t behind(const struct gw_sink *k, const struct gw_rtp_facts *f, uint32_t left_bytes)
{
    int32_t before = (int32_t)(k->cached->facts.timestamp - f->timestamp);
    uint64_t ts = before > 0 ? (uint32_t)before / GW_START_SQUEEZE : 0;

    if (k->sender->pacer.rate_bps)
        ts += (uint64_t)left_bytes * 8 * k->conf.clock_rate / k->sender->pacer.rate_bps;
    return (uint32_t)ts;
}

uint32_t gw_start_step(const struct gw_sink *k, const struct gw_rtp_facts *first, uint32_t step)
{
    uint32_t span = k->cached->facts.timestamp - first->timestamp, least = behind(k, first, k->start.left_bytes) + 1;

    return (step > least ? step : least) - span;
}

uint32_t gw_start_timestamp(struct gw_sink *k, const struct gw_rtp_facts *f)
{
    struct gw_start *s = &k->start;

    if (!s->any || s->ts != f->timestamp) {
        uint32_t bytes = picture_bytes(k, f);

        s->any = true;
        s->ts = f->timestamp;
        s->left_bytes -= bytes < s->left_bytes ? bytes : s->left_bytes;
        s->behind = f->timestamp == k->cached->facts.timestamp ? 0 : behind(k, f, s->left_bytes);
    }
    return k->cached->facts.timestamp + k->rewrite.ts_delta - s->behind;
}
