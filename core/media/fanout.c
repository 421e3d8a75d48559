/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/err.h"
#include "media/sink.h"
#include "media/source.h"

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

/* Sink by sink, so that what a sink needs is fetched once for all packets. */
void gw_fanout(struct gw_source *s, struct gw_packet *const *pkts, unsigned n, int64_t now_us)
{
    for (unsigned i = 0; i < s->n_sinks; i++)
        for (unsigned k = 0; k < n; k++) {
            s->pending.at = (uint8_t)(k + 1);
            gw_sink_offer(s->sinks[i], pkts[k], now_us);
        }
    s->pending.at = 0;
    for (uint64_t left = s->workers; left; left &= left - 1)
        for (unsigned k = 0; k < n; k++)
            s->events->forward(s->owner, s, (unsigned)__builtin_ctzll(left), pkts[k]);
}
