/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cache.h"

static void begin(struct gw_cache *c, struct gw_history *h, const struct gw_packet *pkt)
{
    *c = (struct gw_cache){.first = pkt->facts.ext_seq, .first_ts = pkt->facts.timestamp, .since_us = pkt->arrival_us};
    if (!h->keep_from)
        h->keep_from = c->first; /* else that of the last one, for a while */
}

void gw_cache_note(struct gw_cache *c, struct gw_history *h, const struct gw_packet *pkt, int64_t age_us)
{
    const struct gw_rtp_facts *f = &pkt->facts;

    if (f->keyframe && f->ext_seq > c->first && (!c->first || f->timestamp != c->first_ts))
        begin(c, h, pkt);
    if (!c->first)
        return;
    if (f->keyframe && f->ext_seq < c->first && f->timestamp == c->first_ts)
        c->first = f->ext_seq; /* parameter sets that were overtaken */
    if (f->ext_seq < c->first)
        return;
    c->bytes += pkt->len;
    c->packets++;
    if (c->bytes > GW_CACHE_BYTES || c->packets > GW_CACHE_PACKETS || pkt->arrival_us - c->since_us > age_us)
        gw_cache_clear(c, pkt->arrival_us);
}

void gw_cache_clear(struct gw_cache *c, int64_t now_us)
{
    if (c->first)
        *c = (struct gw_cache){.since_us = now_us};
}

void gw_cache_tick(struct gw_cache *c, struct gw_history *h, int64_t age_us, int64_t now_us)
{
    if (now_us - c->since_us > age_us)
        gw_cache_clear(c, now_us);
    if (now_us - c->since_us > GW_HISTORY_KEEP_US)
        h->keep_from = c->first;
}
