/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sink.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "media/sender.h"
#include "media/start.h"

#define CATCH_UP 32     /* packets that may have overtaken a keyframe */
#define STARVE   4      /* a lower substream is awaited in silence when the present one takes 1/4 too much, */
#define QUEUE_US 150000 /* or when there is such a queue on the way, which will lose what is put into it */
#define FRAME    6      /* packets that are likely to come together */
#define JUMP     1000   /* a hole larger than this is closed: nobody will ever fill it */

int gw_sink_new(struct gw_sink **out, uint64_t id, struct gw_sender *sender, const struct gw_sink_events *events,
                void *owner, struct gw_counters *counters, uint32_t random)
{
    struct gw_sink *k = calloc(1, sizeof(*k));

    if (!k)
        return GW_ENOMEM;
    k->id = id;
    k->sender = sender;
    k->events = events;
    k->owner = owner;
    k->counters = counters;
    k->options = (struct gw_sink_options){.substream = 2, .temporal = 2, .spatial = 2, .playout_delay = -1};
    k->remote.quality = k->remote.media_quality = 100;
    k->allotment.level = -1;
    gw_layers_init(&k->layers);
    gw_rewrite_init(&k->rewrite, random & 0x7fff, random * 2654435761u);
    k->rtx_seq = random >> 17;
    gw_count(&counters->sinks);
    *out = k;
    return 0;
}

void gw_sink_free(struct gw_sink *k)
{
    if (!k)
        return;
    if (k->limited)
        gw_count_add(&k->counters->limited_sinks, (uint64_t)-1);
    if (k->suspended)
        gw_count_add(&k->counters->held_sinks, (uint64_t)-1);
    gw_sink_link(k, NULL, 0);
    gw_sender_forget(k->sender, k);
    gw_count_add(&k->counters->sinks, (uint64_t)-1);
    free(k->ring);
    free(k->shown);
    free(k);
}

/* A newcomer. */
static void begin(struct gw_sink *k, int64_t now_us)
{
    gw_sink_restart(k, now_us);
    k->fresh = true;
}

void gw_sink_configure(struct gw_sink *k, const struct gw_sink_conf *conf, int64_t now_us)
{
    bool resumed = conf->send && !k->conf.send;

    if (memcmp(&k->conf, conf, sizeof(*conf)) == 0)
        return;
    k->conf = *conf;
    k->rewrite.compact_pics = conf->codec == GW_VP8;
    k->epoch++; /* headers would come out differently now */
    if (resumed)
        begin(k, now_us);
}

static void rejoin(struct gw_sink *k, int64_t now_us)
{
    gw_layers_restart(&k->layers, now_us);
    k->relink = true;
}

void gw_sink_restart(struct gw_sink *k, int64_t now_us)
{
    rejoin(k, now_us);
    if (k->shown)
        gw_shown_restart(k->shown);
}

void gw_sink_broken(struct gw_sink *k, int64_t now_us)
{
    rejoin(k, now_us);
    gw_sink_want_keyframe(k, now_us);
}

uint8_t gw_sink_mark(struct gw_sink *k, const struct gw_sent *e, bool keyframe, bool again)
{
    if (k->conf.kind != GW_VIDEO)
        return 0;
    if (!k->shown)
        k->shown = calloc(1, sizeof(*k->shown));
    return k->shown ? gw_shown_sent(k->shown, e->ts, e->marker, keyframe, again) : 0;
}

int gw_sink_link(struct gw_sink *k, struct gw_source *source, int64_t now_us)
{
    int err;

    if (k->source == source)
        return 0;
    if (k->source)
        gw_fanout_remove(k->source, k);
    k->source = NULL;
    k->epoch++;
    if (!source)
        return 0;
    err = gw_fanout_add(source, k);
    if (err)
        return err;
    k->source = source;
    begin(k, now_us);
    gw_sink_want_keyframe(k, now_us);
    return 0;
}

void gw_sink_adjust(struct gw_sink *k, const struct gw_sink_options *o, int64_t now_us)
{
    struct gw_sink_options old = k->options;

    k->options = *o;
    k->layers.target_substream = o->substream;
    k->layers.target_temporal = o->temporal;
    k->layers.target_spatial = o->spatial;
    k->layers.fallback_us = o->fallback_us ? o->fallback_us : GW_LAYER_FALLBACK_US;
    if (old.playout_delay != o->playout_delay)
        k->epoch++;
    if (old.paused && !o->paused) {
        begin(k, now_us);
        gw_sink_want_keyframe(k, now_us);
    } else if (old.substream != o->substream || old.temporal != o->temporal || old.spatial != o->spatial) {
        gw_sink_want_keyframe(k, now_us);
    }
}

/* Of which substreams a keyframe would help this sink. */
static unsigned layers_needed(const struct gw_sink *k)
{
    return k->layers.waiting || k->layers.substream < 0 ? GW_LAYERS_ALL : 1u << k->layers.substream;
}

void gw_sink_want_keyframe(struct gw_sink *k, int64_t now_us)
{
    if (k->source && k->conf.send && !k->options.paused && !k->suspended && !gw_sink_start(k, now_us))
        gw_source_want_keyframe(k->source, layers_needed(k), now_us);
}

/* --- bandwidth ---------------------------------------------------------------------------------------------------- */

/* Does even the lowest temporal layer of what is being sent take more than there is, or would it be lost? */
static bool starves(const struct gw_sink *k, uint32_t budget_bps)
{
    const struct gw_source_layer *l =
        k->source && k->layers.substream >= 0 ? k->source->layer[k->layers.substream] : NULL;
    uint64_t most = budget_bps;

    if (gw_bwe_queue_us(&k->sender->bwe) <= QUEUE_US)
        most += budget_bps / STARVE;
    return l && gw_rates_up_to(&l->rates, GW_LAYER_COUNT - 1, 0) > most;
}

static void tell_change(struct gw_sink *k)
{
    if (k->events && k->events->layer)
        k->events->layer(k->owner, k);
}

void gw_sink_limit(struct gw_sink *k, const struct gw_level *level, uint32_t budget_bps, int64_t now_us)
{
    bool resumed = level && k->suspended, changed = k->suspended != !level || !k->limited;

    if (!k->limited)
        gw_count(&k->counters->limited_sinks);
    if (k->suspended != !level)
        gw_count_add(&k->counters->held_sinks, level ? (uint64_t)-1 : 1);
    k->limited = true;
    k->budget_bps = budget_bps;
    k->suspended = !level;
    if (level)
        gw_layers_cap(&k->layers, level->substream, level->temporal, level->spatial, starves(k, budget_bps), now_us);
    if (resumed) {
        gw_sink_restart(k, now_us);
        gw_sink_want_keyframe(k, now_us);
    }
    if (changed)
        tell_change(k);
}

void gw_sink_unlimit(struct gw_sink *k, int64_t now_us)
{
    static const struct gw_level all = {GW_LAYER_COUNT - 1, GW_LAYER_COUNT - 1, GW_LAYER_COUNT - 1, 0};

    if (!k->limited)
        return;
    gw_sink_limit(k, &all, UINT32_MAX, now_us);
    k->limited = false;
    gw_count_add(&k->counters->limited_sinks, (uint64_t)-1);
    k->budget_bps = k->wish_bps = 0;
    k->allotment = (struct gw_allotment){.level = -1};
}

/* --- a packet ----------------------------------------------------------------------------------------------------- */

static struct gw_sent *slot(const struct gw_sink *k, uint32_t out_seq)
{
    return &k->ring[out_seq & (k->ring_size - 1)];
}

static bool grow(struct gw_sink *k)
{
    uint32_t size = k->ring_size ? k->ring_size * 2 : GW_SINK_RING_FIRST;
    struct gw_sent *ring;

    if (size > GW_SINK_RING_MAX)
        return false;
    ring = calloc(size, sizeof(*ring));
    if (!ring)
        return false;
    for (uint32_t i = 0; i < k->ring_size; i++)
        if (k->ring[i].used)
            ring[k->ring[i].out_seq & (size - 1)] = k->ring[i];
    free(k->ring);
    k->ring = ring;
    k->ring_size = size;
    return true;
}

/* Is it too early to forget this entry? It has not left yet, or may still be asked back. */
static bool is_needed(const struct gw_sink *k, const struct gw_sent *e, int64_t now_us)
{
    if (!e->sent_ms)
        return true;
    return k->conf.nack && (uint32_t)(now_us / 1000) - e->sent_ms < k->sender->history_us / 1000;
}

/* The slot for a number. The ring grows while it would lose what is needed. */
static struct gw_sent *place(struct gw_sink *k, uint32_t out_seq, int64_t now_us)
{
    struct gw_sent *e;

    if (!k->ring_size && !grow(k))
        return NULL;
    e = slot(k, out_seq);
    while (e->used && e->out_seq != out_seq && is_needed(k, e, now_us) && grow(k))
        e = slot(k, out_seq);
    return e;
}

/* How far the outgoing timestamp moves at a switch: by the senders' reports if they tell, else by time of arrival. */
static uint32_t switch_step(const struct gw_sink *k, const struct gw_packet *pkt)
{
    const struct gw_rewrite *r = &k->rewrite;
    const struct gw_source_layer *now = k->source->layer[pkt->facts.layer];
    int64_t step_us = pkt->arrival_us - r->newest_us;

    for (unsigned i = 0; i < GW_LAYER_COUNT && now->sync.valid; i++) {
        const struct gw_source_layer *was = k->source->layer[i];
        int64_t d;

        if (!was || was == now || was->ssrc != r->ssrc || !was->sync.valid)
            continue;
        d = gw_sync_local_of(&now->sync, pkt->facts.timestamp, k->conf.clock_rate) -
            gw_sync_local_of(&was->sync, r->newest_ts, k->conf.clock_rate);
        if (d > -500000 && d < step_us + 500000)
            step_us = d;
    }
    if (step_us <= 0)
        return 1;
    return (uint32_t)(step_us * (int64_t)k->conf.clock_rate / 1000000);
}

static bool renumber(struct gw_sink *k, const struct gw_packet *pkt, bool switched, struct gw_patch *patch)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    struct gw_rewrite *r = &k->rewrite;

    if (k->relink || switched || !r->mapped || r->ssrc != f->ssrc || f->ext_seq > r->newest_in + JUMP) {
        k->relink = false;
        gw_rewrite_switch(r, f, k->cached ? gw_start_step(k, f, switch_step(k, k->cached)) : switch_step(k, pkt));
    }
    if (!gw_rewrite_pass(r, f, pkt->arrival_us, patch))
        return false;
    if (k->cached)
        patch->ts = gw_start_timestamp(k, f);
    return true;
}

/* Payload types we can name on this line: the codec's own, or RED around it (unwrapped when not negotiated here). */
static bool wanted(const struct gw_sink *k, const struct gw_rtp_facts *f)
{
    if (!f->payload.len && k->conf.kind == GW_VIDEO)
        return false; /* padding probes are for us alone */
    return k->conf.codec == k->source->conf.codec;
}

static void enqueue(struct gw_sink *k, const struct gw_packet *pkt, const struct gw_patch *patch, bool marker,
                    int64_t now_us)
{
    struct gw_sent *e = place(k, (uint32_t)patch->seq, now_us);
    struct gw_send_item item = {.sink = k, .out_seq = (uint32_t)patch->seq, .bytes = pkt->facts.payload.len + 40};

    if (!e) {
        gw_count(&k->counters->drops_queue);
        return;
    }
    *e = (struct gw_sent){.src_seq = (uint32_t)pkt->facts.ext_seq,
                          .out_seq = (uint32_t)patch->seq,
                          .ts = patch->ts,
                          .picture_id = patch->picture_id,
                          .tl0_picidx = patch->tl0_picidx,
                          .used = true,
                          .marker = marker,
                          .layer = pkt->facts.layer & 3,
                          .cached = k->cached != NULL,
                          .epoch = k->epoch};
    if (patch->seq > k->out_highest)
        k->out_highest = patch->seq;
    if (pkt->facts.keyframe && pkt->facts.frame_start) {
        k->keyframe_seq = (uint32_t)patch->seq;
        k->keyframe_us = now_us;
    }
    if (k->conf.rtx_ssrc)
        k->sender->prober = k;
    gw_sender_push(k->sender, k->conf.kind == GW_AUDIO ? GW_SEND_AUDIO : GW_SEND_VIDEO, &item, now_us);
}

/* Packets that overtook the first one of a keyframe on their way to us were dropped when they came: they are due now.
 * So is all the rest of the cache. */
static void catch_up(struct gw_sink *k, const struct gw_packet *first, int64_t now_us)
{
    const struct gw_history *h = &k->source->layer[first->facts.layer]->history;

    uint64_t last = k->cached ? k->cached->facts.ext_seq : first->facts.ext_seq + CATCH_UP;

    for (uint64_t seq = first->facts.ext_seq + 1; seq <= h->newest && seq <= last; seq++) {
        struct gw_packet *pkt = gw_history_get(h, (uint32_t)seq);

        if (pkt && !gw_burst_holds(k->source, k, pkt)) /* those come by themselves */
            gw_sink_offer(k, pkt, now_us);
    }
}

void gw_sink_prefetch(const struct gw_sink *k)
{
    for (size_t at = 0; at < offsetof(struct gw_sink, rewrite.pics); at += 64)
        __builtin_prefetch((const char *)k + at);
}

void gw_sink_prefetch_entries(const struct gw_sink *k, uint32_t out_seq)
{
    for (uint32_t i = 0; i < FRAME && k->ring_size; i += 2)
        __builtin_prefetch(slot(k, out_seq + i), 1);
}

void gw_sink_offer(struct gw_sink *k, struct gw_packet *pkt, int64_t now_us)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    struct gw_layer_verdict v;
    struct gw_patch patch;

    if (!k->conf.send || k->options.paused || k->suspended || !gw_sender_ready(k->sender))
        return;
    if (!wanted(k, f)) {
        if (f->ssrc == k->rewrite.ssrc)
            gw_rewrite_drop(&k->rewrite, f, false);
        return;
    }
    gw_layers_decide(&k->layers, &k->source->view, f, now_us, &v);
    if (v.want_keyframe && gw_sink_start(k, now_us))
        return; /* with this packet at its end */
    if (v.want_keyframe)
        gw_source_want_keyframe(k->source, v.want_of, now_us);
    if (!v.pass) {
        k->dropped++;
        if (!k->relink && f->ssrc == k->rewrite.ssrc)
            gw_rewrite_drop(&k->rewrite, f, v.whole_frame);
    } else if (renumber(k, pkt, v.switched, &patch)) {
        enqueue(k, pkt, &patch, v.marker, now_us);
        if (v.switched) {
            k->fresh = false;
            catch_up(k, pkt, now_us);
        }
    }
    if (v.changed)
        tell_change(k);
}

/* --- retransmission ----------------------------------------------------------------------------------------------- */

struct gw_sent *gw_sink_entry(struct gw_sink *k, uint32_t out_seq)
{
    struct gw_sent *e = k->ring_size ? slot(k, out_seq) : NULL;

    return e && e->used && e->out_seq == out_seq ? e : NULL;
}

struct gw_packet *gw_sink_packet(const struct gw_sink *k, const struct gw_sent *e)
{
    if (!k->source || e->epoch != k->epoch || !k->source->layer[e->layer])
        return NULL;
    return gw_history_get(&k->source->layer[e->layer]->history, e->src_seq);
}

/* --- reports ------------------------------------------------------------------------------------------------------ */

bool gw_sink_timestamp_at(const struct gw_sink *k, int64_t us, uint32_t *ts)
{
    const struct gw_rewrite *r = &k->rewrite;

    if (!k->packets)
        return false;
    for (unsigned i = 0; k->source && r->mapped && i < GW_LAYER_COUNT; i++) {
        const struct gw_source_layer *l = k->source->layer[i];

        if (!l || l->ssrc != r->ssrc || !l->sync.valid)
            continue;
        *ts = gw_sync_rtp_at(&l->sync, us, k->conf.clock_rate) + r->ts_delta;
        return true;
    }
    *ts = r->out_ts + (uint32_t)((us - r->newest_us) * (int64_t)k->conf.clock_rate / 1000000);
    return true;
}

void gw_sink_tick(struct gw_sink *k)
{
    k->bytes_second = k->bytes - k->bytes_mark;
    k->bytes_mark = k->bytes;
    k->again_second = k->again_bytes - k->again_mark;
    k->again_mark = k->again_bytes;
}
