/* SPDX-License-Identifier: Apache-2.0 */
/* What the sinks of a peer do, and why not more: for cardea_host.sink_states(). */
#include <stdlib.h>

#include "peer/state.h"

static bool is_silent(const struct gw_source *s, int64_t now_us)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->view.last_us[i] && now_us - s->view.last_us[i] < GW_LAYER_STALL_US)
            return false;
    return true;
}

/* A layer below the one asked for: by our choice, or because there is no other? */
static enum cardea_cause lower(int now, int target, int cap)
{
    if (now < 0 || now >= target)
        return target < GW_LAYER_COUNT - 1 ? CARDEA_CAUSE_ASKED : CARDEA_CAUSE_NONE;
    return cap < target && now >= cap ? CARDEA_CAUSE_BUDGET : CARDEA_CAUSE_SENDER;
}

/* Of two causes for less the more telling one. */
static enum cardea_cause worse(enum cardea_cause a, enum cardea_cause b)
{
    if (!a || !b)
        return a ? a : b;
    return a < b ? a : b;
}

static enum cardea_cause layer_cause(const struct gw_layers *l, const struct gw_layer_view *v)
{
    enum cardea_cause cause = CARDEA_CAUSE_NONE, temporal;

    if (v->simulcast)
        cause = lower(l->substream, l->target_substream, l->cap_substream);
    if (v->svc)
        cause = lower(l->spatial, l->target_spatial, l->cap_spatial);
    temporal = lower(l->temporal, l->target_temporal, l->cap_temporal);
    return temporal == CARDEA_CAUSE_SENDER ? cause : worse(cause, temporal); /* few senders have three of those */
}

static enum cardea_cause cause_of(const struct gw_track *t, const struct gw_sink *k, int64_t now_us)
{
    const struct gw_source *s = k->source;
    enum cardea_cause cause;

    if (!t->wanted)
        return CARDEA_CAUSE_UNLINKED;
    if (!k->conf.send || !t->peer->up)
        return CARDEA_CAUSE_CLOSED;
    if (k->options.paused)
        return CARDEA_CAUSE_PAUSED;
    if (!s)
        return CARDEA_CAUSE_SILENT;
    if (s->muted || s->hushed)
        return CARDEA_CAUSE_MUTED;
    if (is_silent(s, now_us))
        return CARDEA_CAUSE_SILENT;
    if (k->conf.kind != GW_VIDEO)
        return CARDEA_CAUSE_NONE;
    if (k->suspended)
        return k->shed ? CARDEA_CAUSE_OVERLOAD : CARDEA_CAUSE_HELD;
    if (k->layers.waiting)
        return CARDEA_CAUSE_KEYFRAME;
    cause = layer_cause(&k->layers, &s->view);
    return k->shed && cause == CARDEA_CAUSE_BUDGET ? CARDEA_CAUSE_OVERLOAD : cause;
}

static void explain_source(struct cardea_sink_state *out, const struct gw_source *s, int64_t now_us)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->layer[i])
            out->source_bps[i] = (uint32_t)(s->layer[i]->bytes_second * 8);
    for (unsigned i = 0; s->conf.kind == GW_VIDEO && i < GW_LAYER_COUNT; i++) {
        int64_t age_ms = (now_us - s->keyframe[i].seen_us) / 1000;

        if (s->keyframe[i].seen_us && (out->keyframe_age_ms < 0 || age_ms < out->keyframe_age_ms))
            out->keyframe_age_ms = age_ms;
    }
    out->width = s->width;
    out->height = s->height;
}

static void explain(struct cardea_sink_state *out, const struct gw_track *t, int64_t now_us)
{
    const struct gw_sink *k = t->sink;
    const struct gw_layers *l = &k->layers;

    *out = (struct cardea_sink_state){
        .source = t->wanted,
        .substream = l->substream,
        .temporal = l->temporal,
        .spatial = l->spatial,
        .target_substream = l->target_substream,
        .target_temporal = l->target_temporal,
        .target_spatial = l->target_spatial,
        .paused = k->options.paused,
        .bitrate_bps = (uint32_t)(k->bytes_second * 8),
        .cause = cause_of(t, k, now_us),
        .budget_bps = k->budget_bps,
        .estimate_bps = gw_bwe_estimate(&t->peer->sender.bwe, now_us),
        .rtt_ms = t->peer->sender.bwe.rtt_us / 1000,
        .loss = k->remote.fraction / 256.0,
        .keyframe_age_ms = -1,
        .packets = k->packets,
        .bytes = k->bytes,
        .dropped = k->dropped,
        .retransmitted = k->retransmitted,
        .freezes = k->shown ? k->shown->freezes : 0,
        .frozen_ms = k->shown ? k->shown->frozen_ms : 0,
    };
    if (k->source)
        explain_source(out, k->source, now_us);
}

struct gw_states *gw_explain(const struct gw_peer *p, int64_t now_us)
{
    struct gw_states *all = calloc(1, sizeof(*all) + p->n_tracks * sizeof(all->at[0]));

    for (unsigned i = 0; all && i < p->n_tracks; i++) {
        const struct gw_track *t = p->tracks[i];

        if (!t || !t->sink)
            continue;
        all->at[all->n].sink = gw_track_id_of(t);
        explain(&all->at[all->n++].state, t, now_us);
    }
    return all;
}
