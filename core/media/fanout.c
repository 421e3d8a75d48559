/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/err.h"
#include "media/sender.h"
#include "media/sink.h"
#include "media/source.h"

#define AT_ONCE 16 /* senders: what they, their sinks and keys take stays in a processor's nearest caches */

int gw_fanout_add(struct gw_source *s, struct gw_sink *sink)
{
    if (s->n_sinks == s->cap_sinks) {
        unsigned cap = s->cap_sinks ? s->cap_sinks * 2 : 4;
        struct gw_sink **sinks = realloc(s->sinks, cap * sizeof(*sinks));

        if (!sinks)
            return GW_ENOMEM;
        s->sinks = sinks;
        s->cap_sinks = cap;
    }
    sink->at = s->n_sinks;
    s->sinks[s->n_sinks++] = sink;
    return 0;
}

void gw_fanout_remove(struct gw_source *s, struct gw_sink *sink)
{
    struct gw_sink *last = s->sinks[--s->n_sinks];

    s->sinks[sink->at] = last;
    last->at = sink->at;
}

/* With hundreds of sinks nothing of theirs is in the cache any more: while one is worked on, those of the next three
 * are fetched, each what the step before has told the place of. */
static void fetch_ahead(const struct gw_source *s, unsigned at)
{
    if (at + 3 < s->n_sinks)
        gw_sink_prefetch(s->sinks[at + 3]);
    if (at + 2 < s->n_sinks) {
        const struct gw_sink *k = s->sinks[at + 2];

        gw_sink_prefetch_entries(k, (uint32_t)k->rewrite.out_seq);
        gw_sender_prefetch(k->sender);
    }
    if (at + 1 < s->n_sinks)
        gw_sender_prefetch_rest(s->sinks[at + 1]->sender);
}

/* Sink by sink, so that what a sink needs is fetched once for all packets. */
void gw_fanout(struct gw_source *s, struct gw_packet *const *pkts, unsigned n, struct gw_dirty *dirty, int64_t now_us)
{
    for (unsigned i = 0; i < s->n_sinks; i++) {
        fetch_ahead(s, i);
        s->pending.sink = i;
        for (unsigned k = 0; k < n; k++) {
            s->pending.at = (uint8_t)(k + 1);
            gw_sink_offer(s->sinks[i], pkts[k], now_us);
        }
        if (dirty && i % AT_ONCE == AT_ONCE - 1)
            gw_dirty_flush(dirty, now_us);
    }
    s->pending.sink = s->pending.at = 0;
    for (uint64_t left = s->workers; left; left &= left - 1)
        for (unsigned k = 0; k < n; k++)
            s->events->forward(s->owner, s, (unsigned)__builtin_ctzll(left), pkts[k]);
}
