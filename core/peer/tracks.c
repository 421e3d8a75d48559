/* SPDX-License-Identifier: Apache-2.0 */
/* The m-lines of a peer: sources and sinks come and go with the negotiation, links join them. */
#include <stdlib.h>
#include <string.h>

#include <cardea/plugin.h>

#include "peer/state.h"

gw_track_id gw_track_id_of(const struct gw_track *t)
{
    return gw_track_make(t->peer->id, t->m.mindex);
}

struct gw_track *gw_track_get(struct gw_peer *p, unsigned mindex)
{
    struct gw_track *t;

    if (mindex >= GW_MAX_MLINES)
        return NULL;
    if (mindex >= p->n_tracks) {
        unsigned n = mindex + 1 < 4 ? 4 : mindex + 1;
        struct gw_track **tracks = realloc(p->tracks, n * sizeof(*tracks));

        if (!tracks)
            return NULL;
        memset(tracks + p->n_tracks, 0, (n - p->n_tracks) * sizeof(*tracks));
        p->tracks = tracks;
        p->n_tracks = n;
    }
    if (p->tracks[mindex])
        return p->tracks[mindex];
    t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->peer = p;
    t->m.mindex = (uint8_t)mindex;
    t->playout_delay = -1;
    t->top_layer = GW_LAYER_COUNT - 1;
    memset(t->told, -2, sizeof(t->told));
    p->tracks[mindex] = t;
    return t;
}

/* --- sources ------------------------------------------------------------------------------------------------------ */

static void want_keyframe(void *owner, struct gw_source *s, unsigned layers, int64_t now_us)
{
    struct gw_track *t = owner;

    if (!t->peer->fed) {
        gw_reports_pli(t->peer, s, layers);
        return;
    }
    gw_path_want_keyframe(t->peer, s, t->m.ssrc[0]);
    gw_engine_tell(t->peer->engine, &(struct gw_news){.tag = GW_NEWS_KEYFRAME, .peer = t->peer->id, .track = s->id});
}

static void want_missing(void *owner, struct gw_source *s, unsigned layer, const uint16_t *seqs, size_t n,
                         int64_t now_us)
{
    struct gw_track *t = owner;

    gw_reports_nack(t->peer, s->layer[layer]->ssrc, seqs, n);
}

static void tell_talking(void *owner, struct gw_source *s, bool talking, double level)
{
    struct gw_track *t = owner;
    struct gw_news n = {.tag = GW_NEWS_TALKING, .peer = t->peer->id, .track = s->id};

    n.u.talking.talking = talking;
    n.u.talking.level = level;
    gw_engine_tell(t->peer->engine, &n);
}

static void tell_loudness(void *owner, struct gw_source *s, double level)
{
    struct gw_track *t = owner;
    struct gw_news n = {.tag = GW_NEWS_LOUDNESS, .peer = t->peer->id, .track = s->id};

    n.u.talking.level = level;
    gw_engine_tell(t->peer->engine, &n);
}

static void tell_media(void *owner, struct gw_source *s, unsigned layer, bool receiving, uint32_t seconds)
{
    struct gw_track *t = owner;
    struct gw_news n = {.tag = GW_NEWS_MEDIA, .peer = t->peer->id, .track = s->id};

    if (!t->peer->engine->conf.settings.no_media_s)
        return; /* these events are switched off */
    n.u.media.receiving = receiving;
    n.u.media.substream = s->conf.simulcast ? (int8_t)layer : -1;
    n.u.media.seconds = seconds;
    gw_engine_tell(t->peer->engine, &n);
}

static void to_other_worker(void *owner, struct gw_source *s, unsigned worker, struct gw_packet *pkt)
{
    struct gw_track *t = owner;

    gw_mirror_forward(t->peer->engine, s, worker, pkt);
}

static void to_taps(const struct gw_track *t, const struct gw_source *s, const struct gw_packet *pkt)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    const struct gw_source_layer *l = s->layer[f->layer];
    const struct cardea_packet c = {
        .source = s->id,
        .data = pkt->data,
        .len = pkt->len,
        .arrival_us = pkt->arrival_us,
        .ext_seq = f->ext_seq,
        .keyframe = f->keyframe,
        .marker = f->marker,
        .substream = f->layer,
        .temporal = f->temporal,
        .spatial = f->spatial,
        .payload_type = f->payload_type,
        .timestamp = f->timestamp,
        .ssrc = f->ssrc,
        .payload = pkt->data + f->payload.offset,
        .payload_len = f->payload.len,
        .orientation = f->orientation,
        .audio_level = f->audio_level,
        .width = f->width,
        .height = f->height,
        .recovered = f->ext_seq < l->reception.newest,
    };

    for (unsigned i = 0; i < t->n_taps; i++)
        if (t->taps[i].events->packet)
            t->taps[i].events->packet(t->taps[i].arg, &c);
}

static void to_listeners(void *owner, struct gw_source *s, struct gw_packet *pkt)
{
    struct gw_track *t = owner;

    if (t->n_taps)
        to_taps(t, s, pkt);
    if (t->forwarders) /* those that are not loud enough for this room, too */
        gw_forward_packet(t, pkt, t->peer->engine->now_us);
}

void gw_track_note_listeners(struct gw_track *t)
{
    if (t->source)
        t->source->tapped = t->n_taps || t->forwarders;
}

void gw_track_report(struct gw_track *t, unsigned layer, uint64_t ntp, uint32_t rtp)
{
    const struct gw_source_layer *l = t->source->layer[layer];
    const struct cardea_report r = {
        .source = t->source->id,
        .ssrc = l ? l->ssrc : 0,
        .substream = (uint8_t)layer,
        .ntp = ntp,
        .rtp = rtp,
        .local_us = l ? l->sync.local_us : 0,
    };

    for (unsigned i = 0; l && l->sync.valid && i < t->n_taps; i++)
        if (t->taps[i].events->report)
            t->taps[i].events->report(t->taps[i].arg, &r);
}

static const struct gw_source_events source_events = {
    .keyframe = want_keyframe,
    .nack = want_missing,
    .talking = tell_talking,
    .loudness = tell_loudness,
    .media = tell_media,
    .tap = to_listeners,
    .forward = to_other_worker,
};

void gw_track_cache(struct gw_track *t)
{
    int64_t age_us = t->slow_start ? 0 : (int64_t)t->peer->engine->conf.settings.keyframe_cache_ms * 1000;

    if (t->source->cache_us == age_us)
        return;
    t->source->cache_us = age_us;
    gw_mirror_source_info(t->peer->engine, t->source);
}

static void silence(struct gw_track *t, int64_t now_us)
{
    struct gw_source *s = t->source;
    bool again = (s->muted && !t->muted) || (s->hushed && !t->hushed);

    if (s->muted == t->muted && s->hushed == t->hushed)
        return;
    gw_source_mute(s, t->muted, now_us);
    gw_source_hush(s, t->hushed, now_us);
    gw_mirror_source_info(t->peer->engine, s);
    if (again)
        gw_mirror_source_gone(t->peer->engine, s); /* its sinks elsewhere begin anew as well */
}

void gw_track_source_orders(struct gw_track *t, int64_t now_us)
{
    struct gw_source *s = t->source;

    if (!s)
        return;
    silence(t, now_us);
    if (s->loudness.packets != t->loudness)
        gw_loudness_set(&s->loudness, t->loudness);
    s->keyframe_every_us = t->keyframe_every_s * 1000000;
    gw_track_cache(t);
    if (s->talk.packets != t->talk.packets || s->talk.threshold != t->talk.threshold)
        gw_talk_set(&s->talk, t->talk.packets, t->talk.threshold);
    if (s->playout_delay != t->playout_delay) {
        s->playout_delay = t->playout_delay;
        for (unsigned i = 0; i < s->n_sinks; i++)
            s->sinks[i]->epoch++;
        gw_mirror_source_info(t->peer->engine, s);
    }
    gw_track_note_listeners(t);
}

static void tell_tap_gone(struct gw_track *t, const struct gw_tap *tap)
{
    gw_engine_tell(
        t->peer->engine,
        &(struct gw_news){.tag = GW_NEWS_TAP_GONE, .peer = t->peer->id, .track = gw_track_id_of(t), .u.tap = *tap});
}

void gw_track_tap(struct gw_track *t, const struct gw_tap *tap)
{
    if (t->n_taps == GW_TRACK_TAPS) {
        tell_tap_gone(t, tap);
        return;
    }
    t->taps[t->n_taps++] = *tap;
    gw_track_note_listeners(t);
}

void gw_track_untap(struct gw_track *t, const struct gw_tap *tap)
{
    for (unsigned i = t->n_taps; i-- > 0;) {
        const struct gw_tap old = t->taps[i];

        if (old.events != tap->events || (tap->arg && old.arg != tap->arg))
            continue;
        t->taps[i] = t->taps[--t->n_taps];
        tell_tap_gone(t, &old);
    }
    gw_track_note_listeners(t);
}

static void drop_source(struct gw_track *t)
{
    struct gw_source *s = t->source;

    if (!s)
        return;
    if (!t->peer->closing)
        gw_source_silent(s);
    gw_mirror_source_gone(t->peer->engine, s);
    for (unsigned i = 0; i < s->n_sinks; i++) { /* they wait for it to come back */
        struct gw_track *sink = s->sinks[i]->owner;

        g_ptr_array_add(t->peer->engine->waiting, sink);
        sink->waiting_at = t->peer->engine->waiting->len;
    }
    gw_source_free(s);
    t->source = NULL;
    gw_demux_forget(t->peer, t->m.mindex);
}

static void set_source(struct gw_track *t, int64_t now_us)
{
    const struct gw_mline *m = &t->m;
    struct gw_source_conf conf = {
        .kind = m->kind,
        .codec = m->codec,
        .clock_rate = m->clock_rate,
        .payload_type = m->payload_type,
        .red_payload_type = m->red_payload_type,
        .simulcast = m->layers > 1,
        .svc = m->svc,
        .nack = m->nack,
        .opaque = m->e2ee,
    };
    struct gw_engine *e = t->peer->engine;

    if (m->kind == GW_DATA || !m->receive) {
        drop_source(t);
        return;
    }
    for (unsigned i = 0; i < GW_MAX_LAYERS; i++) {
        if (m->ssrc[i])
            gw_demux_learn(t->peer, m->ssrc[i], m->mindex, i, false);
        if (m->rtx_ssrc[i])
            gw_demux_learn(t->peer, m->rtx_ssrc[i], m->mindex, i, true);
    }
    if (t->source) {
        if (memcmp(&t->source->conf, &conf, sizeof(conf)) != 0) {
            gw_source_configure(t->source, &conf);
            gw_mirror_source_info(e, t->source);
        }
        return;
    }
    if (gw_source_new(&t->source, gw_track_id_of(t), &conf, &source_events, t, e->conf.timers, &e->counters))
        return;
    t->source->burst = &e->burst;
    gw_track_source_orders(t, now_us);
    gw_tracks_source_ready(e, t->source, now_us);
    gw_mirror_source_ready(e, t->source, now_us);
}

/* --- sinks -------------------------------------------------------------------------------------------------------- */

static void tell_layer(void *owner, struct gw_sink *k)
{
    struct gw_track *t = owner;
    const struct gw_layers *l = &k->layers;
    int8_t now[6] = {l->substream,
                     l->temporal,
                     l->spatial,
                     (int8_t)l->target_substream,
                     (int8_t)l->target_temporal,
                     (int8_t)l->target_spatial};
    struct gw_news n = {.tag = GW_NEWS_LAYER, .peer = t->peer->id, .track = k->id};

    if (memcmp(now, t->told, sizeof(now)) == 0)
        return;
    memcpy(t->told, now, sizeof(now));
    n.u.layer.substream = now[0];
    n.u.layer.temporal = now[1];
    n.u.layer.spatial = now[2];
    n.u.layer.target_substream = now[3];
    n.u.layer.target_temporal = now[4];
    n.u.layer.target_spatial = now[5];
    n.u.layer.bitrate_bps = (uint32_t)(k->bytes_second * 8);
    n.u.layer.source = t->wanted;
    gw_engine_tell(t->peer->engine, &n);
}

static const struct gw_sink_events sink_events = {.layer = tell_layer};

static struct gw_sink *get_sink(struct gw_track *t)
{
    uint32_t random;

    if (t->sink)
        return t->sink;
    gw_dtls_random(&random, sizeof(random));
    gw_sink_new(&t->sink, gw_track_id_of(t), &t->peer->sender, &sink_events, t, &t->peer->engine->counters, random);
    return t->sink;
}

static void set_sink(struct gw_track *t, int64_t now_us)
{
    const struct gw_mline *m = &t->m;
    struct gw_sink_conf conf;

    if (m->kind == GW_DATA || (!m->send && !t->sink) || !get_sink(t))
        return;
    memset(&conf, 0, sizeof(conf)); /* compared as bytes */
    conf.send = m->send;
    conf.kind = m->kind;
    conf.codec = m->codec;
    conf.clock_rate = m->clock_rate;
    conf.ssrc = m->send_ssrc;
    conf.payload_type = m->payload_type;
    conf.red_payload_type = m->red_payload_type;
    conf.nack = m->nack;
    conf.two_byte_ok = m->ext_two_byte_ok;
    if (m->send_rtx_ssrc && m->rtx_payload_type) {
        conf.rtx_ssrc = m->send_rtx_ssrc;
        conf.rtx_payload_type = m->rtx_payload_type;
    }
    memcpy(conf.ext, m->ext, sizeof(conf.ext));
    g_strlcpy(conf.mid, m->mid, sizeof(conf.mid));
    gw_sink_configure(t->sink, &conf, now_us);
}

static struct gw_sink_options options_of(const struct gw_link_options *o)
{
    return (struct gw_sink_options){
        .substream = o->substream,
        .temporal = o->temporal,
        .spatial = o->spatial,
        .fallback_us = o->fallback_us,
        .paused = o->paused,
        .automatic = o->automatic,
        .playout_delay = o->playout_delay,
        .priority = o->priority,
    };
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static void stop_waiting(struct gw_track *t)
{
    GPtrArray *waiting = t->peer->engine->waiting;
    struct gw_track *last;

    if (!t->waiting_at)
        return;
    last = waiting->pdata[waiting->len - 1];
    waiting->pdata[t->waiting_at - 1] = last;
    last->waiting_at = t->waiting_at;
    g_ptr_array_set_size(waiting, (gint)waiting->len - 1);
    t->waiting_at = 0;
}

static void join(struct gw_track *t, int64_t now_us)
{
    struct gw_engine *e = t->peer->engine;
    struct gw_source *s = NULL;

    if (gw_track_worker(t->wanted) == e->conf.index) {
        struct gw_track *from = gw_engine_track(e, t->wanted);

        s = from ? from->source : NULL;
        if (!s && !t->waiting_at) {
            g_ptr_array_add(e->waiting, t);
            t->waiting_at = e->waiting->len;
        }
    } else {
        if (!t->mirror)
            t->mirror = gw_mirror_get(e, t->wanted, now_us);
        s = t->mirror ? t->mirror->source : NULL;
    }
    gw_sink_link(t->sink, s, now_us);
}

static void leave(struct gw_track *t, int64_t now_us)
{
    stop_waiting(t);
    if (t->sink)
        gw_sink_link(t->sink, NULL, now_us);
    if (t->mirror)
        gw_mirror_release(t->mirror);
    t->mirror = NULL;
}

void gw_track_link(struct gw_track *t, gw_track_id source, const struct gw_link_options *o, int64_t now_us)
{
    struct gw_sink_options options = options_of(o);

    gw_track_unlink(t, now_us);
    t->wanted = source;
    t->link = *o;
    memset(t->told, -2, sizeof(t->told));
    if (!get_sink(t))
        return;
    gw_sink_adjust(t->sink, &options, now_us);
    join(t, now_us);
}

void gw_track_unlink(struct gw_track *t, int64_t now_us)
{
    if (!t->wanted)
        return;
    leave(t, now_us);
    t->wanted = 0;
}

void gw_track_adjust(struct gw_track *t, const struct gw_link_options *o, int64_t now_us)
{
    struct gw_sink_options options = options_of(o);

    t->link = *o;
    if (t->sink)
        gw_sink_adjust(t->sink, &options, now_us);
}

void gw_tracks_source_ready(struct gw_engine *e, struct gw_source *s, int64_t now_us)
{
    for (guint i = e->waiting->len; i-- > 0;) {
        struct gw_track *t = e->waiting->pdata[i];

        if (t->wanted != s->id)
            continue;
        stop_waiting(t);
        gw_sink_link(t->sink, s, now_us);
    }
}

/* --- negotiation -------------------------------------------------------------------------------------------------- */

void gw_tracks_set(struct gw_peer *p, const struct gw_media *media, int64_t now_us)
{
    p->twcc_ext = 0;
    memset(p->ids, 0, sizeof(p->ids));
    for (unsigned i = 0; i < media->n; i++) {
        const struct gw_mline *m = &media->m[i];
        struct gw_track *t = gw_track_get(p, m->mindex);

        if (!t)
            continue;
        t->known = true;
        t->m = *m;
        if (m->transport_cc && m->ext[GW_EXT_TRANSPORT_CC])
            p->twcc_ext = m->ext[GW_EXT_TRANSPORT_CC];
        for (unsigned x = 0; x < GW_EXT_COUNT; x++)
            if (m->ext[x])
                p->ids[x] = m->ext[x];
        set_source(t, now_us);
        set_sink(t, now_us);
    }
    if (p->up)
        gw_data_start(p, now_us);
}

void gw_track_free(struct gw_track *t)
{
    if (!t)
        return;
    gw_track_unlink(t, t->peer->engine->now_us);
    gw_listen_no_more(t, 0);
    gw_sink_free(t->sink);
    t->sink = NULL;
    while (t->n_taps)
        gw_track_untap(t, &(struct gw_tap){t->taps[0].events, t->taps[0].arg});
    gw_forward_end(t);
    drop_source(t);
    free(t);
}
