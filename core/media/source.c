/* SPDX-License-Identifier: Apache-2.0 */
#include "media/source.h"

#include <stdlib.h>

#include "base/err.h"
#include "media/sink.h"

#define FIRST_HISTORY_VIDEO 256
#define FIRST_HISTORY_AUDIO 64
#define REPLAY_US           300000 /* what is heard of a source from before it was heard */
#define REPLAY_PACKETS      30

static void arm_keyframe_timer(struct gw_source *s)
{
    int64_t due = INT64_MAX;

    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (gw_keyframe_due(&s->keyframe[i]) < due)
            due = gw_keyframe_due(&s->keyframe[i]);
    if (due != INT64_MAX)
        gw_timer_start(s->timers, &s->keyframe_timer, due);
}

static void keyframe_timer(void *arg, int64_t now_us)
{
    struct gw_source *s = arg;
    unsigned layers = 0;

    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (gw_keyframe_fire(&s->keyframe[i], now_us))
            layers |= 1u << i;
    if (layers)
        s->events->keyframe(s->owner, s, layers, now_us);
    arm_keyframe_timer(s);
}

int gw_source_new(struct gw_source **out, uint64_t id, const struct gw_source_conf *conf,
                  const struct gw_source_events *events, void *owner, struct gw_timers *timers,
                  struct gw_counters *counters)
{
    struct gw_source *s = calloc(1, sizeof(*s));

    if (!s)
        return GW_ENOMEM;
    s->id = id;
    s->events = events;
    s->owner = owner;
    s->timers = timers;
    s->counters = counters;
    s->playout_delay = -1;
    s->keyframe_timer.fire = keyframe_timer;
    s->keyframe_timer.arg = s;
    gw_source_configure(s, conf);
    gw_count(&counters->sources);
    *out = s;
    return 0;
}

void gw_source_free(struct gw_source *s)
{
    if (!s)
        return;
    while (s->n_sinks)
        gw_sink_link(s->sinks[s->n_sinks - 1], NULL, 0);
    gw_burst_forget(s);
    gw_timer_stop(s->timers, &s->keyframe_timer);
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++) {
        if (!s->layer[i])
            continue;
        gw_history_clear(&s->layer[i]->history);
        free(s->layer[i]->dd);
        free(s->layer[i]);
    }
    gw_count_add(&s->counters->sources, (uint64_t)-1);
    free(s->sinks);
    free(s);
}

void gw_source_configure(struct gw_source *s, const struct gw_source_conf *conf)
{
    s->conf = *conf;
    s->view.video = conf->kind == GW_VIDEO;
    s->view.simulcast = conf->simulcast;
    s->view.svc = conf->svc;
    s->view.opaque = conf->opaque;
}

struct gw_source_layer *gw_source_get_layer(struct gw_source *s, unsigned layer)
{
    if (!s->layer[layer])
        s->layer[layer] = calloc(1, sizeof(*s->layer[layer]));
    return s->layer[layer];
}

void gw_source_want_keyframe(struct gw_source *s, unsigned layers, int64_t now_us)
{
    unsigned now = 0;

    if (s->conf.kind != GW_VIDEO || !s->events->keyframe)
        return;
    if (!s->conf.simulcast)
        layers = 1;
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (layers & 1u << i && gw_keyframe_want(&s->keyframe[i], now_us))
            now |= 1u << i;
    if (now)
        s->events->keyframe(s->owner, s, now, now_us);
    if (now != layers)
        arm_keyframe_timer(s);
}

/* --- a packet ----------------------------------------------------------------------------------------------------- */

static bool is_duplicate(struct gw_source_layer *l, uint64_t seq, bool retransmitted, int64_t now_us)
{
    bool asked;

    if (seq > l->reception.newest || l->packets == 0)
        return false; /* gw_reception_extend() moved newest: not reached for fresh numbers */
    if (gw_nack_arrived(&l->nack, seq, &asked, retransmitted, now_us))
        return retransmitted && !asked;
    if (retransmitted)
        return true;
    return gw_history_get(&l->history, (uint32_t)seq) || seq + GW_HISTORY_MAX < l->reception.newest;
}

static enum gw_source_result number(struct gw_source *s, struct gw_source_layer *l, struct gw_packet *pkt, uint16_t seq,
                                    bool retransmitted, int64_t now_us)
{
    struct gw_rtp_facts *f = &pkt->facts;
    uint64_t newest = l->reception.newest;
    bool restarted = false;

    if (retransmitted) {
        int16_t step = (int16_t)(seq - (uint16_t)newest);

        f->ext_seq = newest + (uint64_t)(int64_t)step;
        if (!l->reception.started || step >= 0 || is_duplicate(l, f->ext_seq, true, now_us))
            return GW_SOURCE_DUPLICATE;
        gw_reception_repaired(&l->reception);
        l->retransmissions++;
        return GW_SOURCE_TAKEN;
    }
    if (!gw_reception_extend(&l->reception, seq, &f->ext_seq, &restarted))
        return GW_SOURCE_IMPLAUSIBLE;
    if (restarted) {
        gw_nack_clear(&l->nack);
        l->sync.valid = false;
    } else if (f->ext_seq <= newest) {
        if (is_duplicate(l, f->ext_seq, false, now_us))
            return GW_SOURCE_DUPLICATE;
    } else if (s->conf.nack) {
        gw_nack_gap(&l->nack, newest, f->ext_seq, now_us);
    }
    gw_reception_count(&l->reception, f->ext_seq, f->timestamp, s->conf.clock_rate, pkt->arrival_us);
    return GW_SOURCE_TAKEN;
}

static void ask_for_missing(struct gw_source *s, struct gw_source_layer *l, unsigned layer, int64_t now_us)
{
    uint16_t seqs[GW_NACK_WINDOW];
    size_t n = gw_nack_due(&l->nack, seqs, GW_NACK_WINDOW, now_us);

    if (!n || !s->events->nack)
        return;
    l->nacks_sent += n;
    gw_count_add(&s->counters->nacks_out, n);
    s->events->nack(s->owner, s, layer, seqs, n, now_us);
}

static void note_media(struct gw_source *s, struct gw_source_layer *l, const struct gw_packet *pkt, int64_t now_us)
{
    unsigned layer = pkt->facts.layer;

    s->view.last_us[layer] = now_us;
    if (s->conf.simulcast && pkt->facts.timestamp != l->frame_ts) {
        if (l->frame_us)
            s->view.gap_us[layer] += (now_us - l->frame_us - s->view.gap_us[layer]) / 8;
        l->frame_ts = pkt->facts.timestamp;
        l->frame_us = now_us;
    }
    l->packets++;
    l->bytes += pkt->len;
    if (s->view.video)
        gw_rates_packet(&l->rates, pkt->facts.spatial, pkt->facts.temporal, pkt->len, now_us);
    if (!l->receiving) {
        l->receiving = true;
        if (s->events->media)
            s->events->media(s->owner, s, layer, true, 0);
    }
    if (pkt->facts.keyframe) {
        gw_keyframe_came(&s->keyframe[layer], now_us);
        if (pkt->facts.width) {
            s->width = pkt->facts.width;
            s->height = pkt->facts.height;
        }
    }
}

static void measure_talk(struct gw_source *s, const struct gw_rtp_facts *f)
{
    double average;

    if (f->audio_level >= 0 && gw_loudness_level(&s->loudness, (unsigned)f->audio_level, &average) &&
        s->events->loudness)
        s->events->loudness(s->owner, s, average);
    if (f->audio_level >= 0 && s->talk.packets && gw_talk_level(&s->talk, (unsigned)f->audio_level, &average) &&
        s->events->talking)
        s->events->talking(s->owner, s, s->talk.talking, average);
}

/* For those who ask again, and those who come. false: it is older than anything kept. */
static bool keep(struct gw_source *s, struct gw_source_layer *l, struct gw_packet *pkt, int64_t now_us)
{
    uint32_t first = s->conf.kind == GW_VIDEO ? FIRST_HISTORY_VIDEO : FIRST_HISTORY_AUDIO;

    if (gw_history_put(&l->history, pkt, first, now_us))
        return false;
    if (s->cache_us && s->conf.kind == GW_VIDEO)
        gw_cache_note(&l->cache, &l->history, pkt, s->cache_us);
    return true;
}

static void spread(struct gw_source *s, struct gw_source_layer *l, struct gw_packet *pkt, int64_t now_us)
{
    if (!keep(s, l, pkt, now_us))
        return;
    if (s->burst)
        gw_burst_add(s, pkt, now_us);
    else
        gw_fanout(s, &pkt, 1, NULL, now_us);
}

static void find_facts(struct gw_source *s, struct gw_source_layer *l, struct gw_packet *pkt, unsigned layer,
                       const struct gw_rtp_header *h, const struct gw_ext_spans *ext)
{
    enum gw_codec codec = h->payload_type == s->conf.payload_type ? s->conf.codec : GW_CODEC_NONE;

    if (!l->dd && ext->at[GW_EXT_DEPENDENCY_DESCRIPTOR].len)
        l->dd = calloc(1, sizeof(*l->dd));
    gw_facts_from(&pkt->facts, pkt->data, h, ext, codec, l->dd);
    pkt->facts.layer = (uint8_t)layer;
    if (pkt->facts.capture_ntp)
        pkt->facts.capture_offset = gw_sync_capture_offset(&l->sync, pkt->facts.capture_offset);
}

enum gw_source_result gw_source_receive(struct gw_source *s, struct gw_packet *pkt, unsigned layer,
                                        const struct gw_rtp_header *h, const struct gw_ext_spans *ext,
                                        bool retransmitted, int64_t now_us)
{
    struct gw_source_layer *l = gw_source_get_layer(s, layer);
    struct gw_rtp_facts *f = &pkt->facts;
    enum gw_source_result r;

    if (!l)
        return GW_SOURCE_NO_MEMORY;
    if (l->ssrc != h->ssrc) {
        if (l->ssrc)
            gw_reception_restart(&l->reception);
        gw_cache_clear(&l->cache, now_us);
        l->ssrc = h->ssrc;
        retransmitted = false;
    }
    find_facts(s, l, pkt, layer, h, ext);
    r = number(s, l, pkt, h->seq, retransmitted, now_us);
    if (r != GW_SOURCE_TAKEN)
        return r;
    if (f->keyframe && f->ext_seq == l->reception.newest)
        gw_nack_keyframe(&l->nack, f->ext_seq);
    note_media(s, l, pkt, now_us);
    ask_for_missing(s, l, layer, now_us);
    if (s->muted)
        return GW_SOURCE_MUTED;
    measure_talk(s, f);
    if (s->tapped)
        s->events->tap(s->owner, s, pkt);
    if (s->hushed) {
        if (s->conf.kind == GW_AUDIO) /* for the moment when it is heard again */
            gw_history_put(&l->history, pkt, FIRST_HISTORY_AUDIO, now_us);
        return GW_SOURCE_MUTED;
    }
    spread(s, l, pkt, now_us);
    return GW_SOURCE_TAKEN;
}

/* The layer of a packet from elsewhere, as it is with it. NULL: no such layer, or no memory. */
static struct gw_source_layer *take_foreign(struct gw_source *s, const struct gw_packet *pkt, int64_t now_us)
{
    struct gw_source_layer *l = pkt->facts.layer < GW_LAYER_COUNT ? gw_source_get_layer(s, pkt->facts.layer) : NULL;

    if (!l)
        return NULL;
    if (pkt->facts.ext_seq > l->reception.newest)
        l->reception.newest = pkt->facts.ext_seq;
    if (l->ssrc != pkt->facts.ssrc)
        gw_cache_clear(&l->cache, now_us);
    l->ssrc = pkt->facts.ssrc;
    note_media(s, l, pkt, now_us);
    return l;
}

void gw_source_forwarded(struct gw_source *s, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_source_layer *l = take_foreign(s, pkt, now_us);

    if (!l)
        return;
    if (s->tapped)
        s->events->tap(s->owner, s, pkt);
    spread(s, l, pkt, now_us);
}

void gw_source_cached(struct gw_source *s, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_source_layer *l = take_foreign(s, pkt, now_us);

    if (l)
        keep(s, l, pkt, now_us);
}

/* --- the rest of its life ----------------------------------------------------------------------------------------- */

/* It is heard again: everybody begins anew. */
static void restart(struct gw_source *s, int64_t now_us)
{
    for (unsigned i = 0; i < s->n_sinks; i++)
        gw_sink_restart(s->sinks[i], now_us);
    if (s->n_sinks || s->workers)
        gw_source_want_keyframe(s, GW_LAYERS_ALL, now_us);
}

/* What nobody was to see any more is not shown to newcomers either. */
static void forget_pictures(struct gw_source *s, int64_t now_us)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->layer[i])
            gw_cache_clear(&s->layer[i]->cache, now_us);
}

void gw_source_mute(struct gw_source *s, bool muted, int64_t now_us)
{
    if (muted && !s->muted)
        forget_pictures(s, now_us);
    if (s->muted && !muted)
        restart(s, now_us);
    s->muted = muted;
}

void gw_source_silenced(struct gw_source *s, bool muted, bool hushed, int64_t now_us)
{
    if (s->muted != muted || s->hushed != hushed)
        forget_pictures(s, now_us);
    s->muted = muted;
    s->hushed = hushed;
}

/* Who is heard because he speaks has begun to speak before: what he said last goes first. */
static void replay(struct gw_source *s, int64_t now_us)
{
    const struct gw_history *h = s->layer[0] ? &s->layer[0]->history : NULL;

    if (!h || !h->newest || s->conf.kind != GW_AUDIO)
        return;
    for (uint64_t seq = h->newest - REPLAY_PACKETS; seq <= h->newest; seq++) {
        struct gw_packet *pkt = gw_history_get(h, (uint32_t)seq);

        if (pkt && now_us - pkt->arrival_us <= REPLAY_US)
            gw_fanout(s, &pkt, 1, NULL, now_us);
    }
}

void gw_source_hush(struct gw_source *s, bool hushed, int64_t now_us)
{
    bool heard_again = s->hushed && !hushed;

    s->hushed = hushed;
    if (hushed)
        forget_pictures(s, now_us);
    if (!heard_again)
        return;
    restart(s, now_us);
    replay(s, now_us);
}

void gw_source_sender_report(struct gw_source *s, unsigned layer, struct gw_clock *clock, uint64_t ntp, uint32_t rtp,
                             int64_t now_us)
{
    struct gw_source_layer *l = s->layer[layer];

    if (!l)
        return;
    gw_sync_report(&l->sync, clock, ntp, rtp, now_us);
    l->last_sr = (uint32_t)(ntp >> 16);
    l->last_sr_us = now_us;
}

static void tick_layer(struct gw_source *s, unsigned i, uint32_t no_media_s, int64_t now_us)
{
    struct gw_source_layer *l = s->layer[i];

    l->bytes_second = l->bytes - l->bytes_mark;
    l->bytes_mark = l->bytes;
    gw_reception_update_quality(&l->reception);
    gw_cache_tick(&l->cache, &l->history, s->cache_us, now_us);
    gw_history_expire(&l->history, now_us - GW_HISTORY_KEEP_US);
    if (l->receiving && no_media_s && now_us - s->view.last_us[i] >= (int64_t)no_media_s * 1000000) {
        l->receiving = false;
        if (s->events->media)
            s->events->media(s->owner, s, i, false, no_media_s);
    }
}

void gw_source_tick(struct gw_source *s, uint32_t no_media_s, int64_t now_us)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->layer[i])
            tick_layer(s, i, no_media_s, now_us);
    if (s->keyframe_every_us && now_us - s->keyframe[0].seen_us >= s->keyframe_every_us && s->view.last_us[0])
        gw_source_want_keyframe(s, GW_LAYERS_ALL, now_us);
}

void gw_source_silent(struct gw_source *s)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->layer[i] && s->layer[i]->receiving) {
            s->layer[i]->receiving = false;
            if (s->events->media)
                s->events->media(s->owner, s, i, false, 0);
        }
}
