/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources of other workers. The first sink here that wants one makes a mirror and sends a wish; the other worker then
 * sends each packet once, with its facts inside, and we keep a history of our own. Wishes may come before the source
 * does, and outlive it: they are kept until they are taken back. What the source has from its last keyframe on
 * (media/cache.h) comes first, so that the first viewer here need not wait for the camera either.
 */
#include <stdlib.h>
#include <string.h>

#include "loop/mailbox.h"
#include "media/start.h"
#include "peer/state.h"

#define WISHES_MOST 65536
#define SECOND_US   1000000

enum tag {
    WISH,     /* to the source's worker: send me its packets */
    NO_WISH,  /* not any more */
    KEYFRAME, /* to the source's worker */
    DEMAND,   /* to the source's worker: what our receivers can take */
    INFO,     /* to the wisher: what the source is */
    GONE,     /* to the wisher: it is not there (for now) */
    PACKET,   /* to the wisher: a reference comes along */
    OLD,      /* the same, of the source's cache: for the mirror's, not for its sinks */
    COMPLETE, /* to the wisher: that was all of the cache */
    SYNC,     /* to the wisher: a sender report */
    DATA,     /* to the wisher: a data-channel message, owned by the message */
};

struct message {
    uint8_t tag, from;
    gw_track_id source;
    union {
        unsigned layers; /* of KEYFRAME, as a mask */
        uint32_t bps;    /* of DEMAND */
        struct gw_packet *packet;
        struct gw_data_blob *data;
        struct {
            struct gw_source_conf conf;
            int32_t playout_delay;
            uint32_t cache_ms;
            bool muted, hushed, cached; /* cached: OLD follow, then COMPLETE */
        } info;
        struct {
            uint8_t layer;
            uint32_t ssrc;
            struct gw_sync sync;
        } sync;
    } u;
};
_Static_assert(sizeof(struct message) <= GW_MAIL_SIZE, "fits a mailbox slot");

struct wish {
    gw_track_id source;
    uint64_t workers;
    uint32_t demand_bps[GW_MAX_WORKERS];
};

static bool post(struct gw_engine *e, unsigned worker, struct message *m)
{
    m->from = (uint8_t)e->conf.index;
    return worker < GW_MAX_WORKERS && e->conf.to_engine && e->conf.to_engine(e->conf.arg, worker, m, sizeof(*m));
}

/* --- where the source lives --------------------------------------------------------------------------------------- */

static uint64_t wishers(const struct gw_engine *e, gw_track_id source)
{
    const struct wish *w = g_hash_table_lookup(e->wishes, &source);

    return w ? w->workers : 0;
}

static void set_wish(struct gw_engine *e, gw_track_id source, unsigned worker, bool on)
{
    struct wish *w = g_hash_table_lookup(e->wishes, &source);

    if (!w) {
        if (!on || g_hash_table_size(e->wishes) >= WISHES_MOST)
            return;
        w = g_new0(struct wish, 1);
        w->source = source;
        g_hash_table_insert(e->wishes, &w->source, w);
    }
    if (on && !(w->workers & 1ull << worker))
        w->demand_bps[worker] = GW_DEMAND_ALL;
    if (on)
        w->workers |= 1ull << worker;
    else
        w->workers &= ~(1ull << worker);
    if (!w->workers)
        g_hash_table_remove(e->wishes, &source);
}

static void note_demand(struct gw_engine *e, const struct message *m)
{
    struct wish *w = g_hash_table_lookup(e->wishes, &m->source);

    if (w && m->from < GW_MAX_WORKERS)
        w->demand_bps[m->from] = m->u.bps;
}

uint32_t gw_mirror_demand(const struct gw_engine *e, const struct gw_source *s)
{
    const struct wish *w = s->workers ? g_hash_table_lookup(e->wishes, &s->id) : NULL;
    uint32_t most = 0;

    for (uint64_t left = w ? w->workers : 0; left; left &= left - 1) {
        uint32_t bps = w->demand_bps[__builtin_ctzll(left)];

        most = bps > most ? bps : most;
    }
    return most;
}

static void send_info(struct gw_engine *e, struct gw_source *s, unsigned worker, bool cached)
{
    struct message m = {.tag = INFO, .source = s->id};

    m.u.info.conf = s->conf;
    m.u.info.cached = cached;
    m.u.info.playout_delay = s->playout_delay;
    m.u.info.cache_ms = (uint32_t)(s->cache_us / 1000);
    m.u.info.muted = s->muted;
    m.u.info.hushed = s->hushed;
    post(e, worker, &m);
}

static void send_packet(struct gw_engine *e, const struct gw_source *s, unsigned worker, struct gw_packet *pkt,
                        enum tag tag)
{
    struct message m = {.tag = (uint8_t)tag, .source = s->id};

    m.u.packet = gw_packet_ref(pkt);
    if (post(e, worker, &m))
        return;
    gw_packet_unref(pkt);
    gw_count(&e->counters.drops_queue);
}

/* What has been handed on of a layer since its last keyframe; what has not comes by itself. */
static void send_layer(struct gw_engine *e, const struct gw_source *s, const struct gw_source_layer *l, unsigned worker)
{
    const struct gw_packet *newest = gw_start_newest(s, l, NULL);

    for (uint64_t seq = l->cache.first; newest && seq <= newest->facts.ext_seq; seq++)
        send_packet(e, s, worker, gw_history_get(&l->history, (uint32_t)seq), OLD);
}

static void send_cache(struct gw_engine *e, const struct gw_source *s, unsigned worker)
{
    struct message m = {.tag = COMPLETE, .source = s->id};

    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->layer[i] && s->layer[i]->cache.first)
            send_layer(e, s, s->layer[i], worker);
    post(e, worker, &m);
}

static bool has_cache(const struct gw_source *s)
{
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (s->cache_us && s->layer[i] && s->layer[i]->cache.first)
            return true;
    return false;
}

static void wish(struct gw_engine *e, gw_track_id source, unsigned worker, int64_t now_us)
{
    struct gw_track *t = gw_engine_track(e, source);
    struct gw_source *s = t ? t->source : NULL;
    bool fresh = s && !(s->workers & 1ull << worker), cached = fresh && has_cache(s);

    set_wish(e, source, worker, true);
    if (!s)
        return;
    s->workers |= 1ull << worker;
    send_info(e, s, worker, cached);
    if (cached)
        send_cache(e, s, worker);
    else
        gw_source_want_keyframe(s, GW_LAYERS_ALL, now_us);
}

static void no_wish(struct gw_engine *e, gw_track_id source, unsigned worker)
{
    struct gw_track *t = gw_engine_track(e, source);

    set_wish(e, source, worker, false);
    if (t && t->source)
        t->source->workers &= ~(1ull << worker);
}

void gw_mirror_source_ready(struct gw_engine *e, struct gw_source *s, int64_t now_us)
{
    s->workers = wishers(e, s->id);
    gw_mirror_source_info(e, s);
}

void gw_mirror_source_info(struct gw_engine *e, struct gw_source *s)
{
    for (uint64_t left = s->workers; left; left &= left - 1)
        send_info(e, s, (unsigned)__builtin_ctzll(left), false);
}

void gw_mirror_source_gone(struct gw_engine *e, struct gw_source *s)
{
    for (uint64_t left = s->workers; left; left &= left - 1) {
        struct message m = {.tag = GONE, .source = s->id};

        post(e, (unsigned)__builtin_ctzll(left), &m);
    }
}

void gw_mirror_sync(struct gw_engine *e, struct gw_source *s, unsigned layer)
{
    const struct gw_source_layer *l = s->layer[layer];

    for (uint64_t left = l && l->sync.valid ? s->workers : 0; left; left &= left - 1) {
        struct message m = {.tag = SYNC, .source = s->id};

        m.u.sync.layer = (uint8_t)layer;
        m.u.sync.ssrc = l->ssrc;
        m.u.sync.sync = l->sync;
        post(e, (unsigned)__builtin_ctzll(left), &m);
    }
}

void gw_mirror_forward(struct gw_engine *e, struct gw_source *s, unsigned worker, struct gw_packet *pkt)
{
    send_packet(e, s, worker, pkt, PACKET);
}

void gw_mirror_data(struct gw_engine *e, gw_track_id source, struct gw_data_blob *blob)
{
    for (uint64_t left = wishers(e, source); left; left &= left - 1) {
        struct message m = {.tag = DATA, .source = source, .u.data = gw_data_blob_ref(blob)};

        if (post(e, (unsigned)__builtin_ctzll(left), &m))
            continue;
        gw_data_blob_unref(m.u.data);
        gw_count(&e->counters.drops_queue);
    }
}

/* --- where its mirror lives --------------------------------------------------------------------------------------- */

static void ask_keyframe(void *owner, struct gw_source *s, unsigned layers, int64_t now_us)
{
    struct gw_mirror *mi = owner;
    struct message m = {.tag = KEYFRAME, .source = s->id};

    m.u.layers = layers;
    post(mi->engine, gw_track_worker(s->id), &m);
}

static const struct gw_source_events events = {.keyframe = ask_keyframe};

static void send_wish(struct gw_mirror *mi, bool on)
{
    struct message m = {.tag = on ? WISH : NO_WISH, .source = mi->id};

    if (!post(mi->engine, gw_track_worker(mi->id), &m))
        return;
    mi->subscribed = on;
    mi->demand_bps = GW_DEMAND_ALL;
}

static void send_demand(struct gw_mirror *mi)
{
    struct message m = {.tag = DEMAND, .source = mi->id};

    m.u.bps = gw_demand_of(mi->engine, mi->source);
    if (m.u.bps != mi->demand_bps && post(mi->engine, gw_track_worker(mi->id), &m))
        mi->demand_bps = m.u.bps;
}

struct gw_mirror *gw_mirror_get(struct gw_engine *e, gw_track_id id, int64_t now_us)
{
    struct gw_mirror *mi = g_hash_table_lookup(e->mirrors, &id);
    struct gw_source_conf unknown = {0}; /* INFO tells: until then no sink takes anything */

    if (!mi) {
        mi = calloc(1, sizeof(*mi));
        if (!mi)
            return NULL;
        mi->id = id;
        mi->engine = e;
        if (gw_source_new(&mi->source, id, &unknown, &events, mi, e->conf.timers, &e->counters)) {
            free(mi);
            return NULL;
        }
        mi->source->burst = &e->burst;
        g_hash_table_insert(e->mirrors, &mi->id, mi);
    }
    mi->users++;
    if (!mi->subscribed)
        send_wish(mi, true);
    return mi;
}

static void mirror_free(struct gw_mirror *mi)
{
    g_hash_table_remove(mi->engine->mirrors, &mi->id);
    gw_source_free(mi->source);
    free(mi);
}

void gw_mirror_release(struct gw_mirror *mi)
{
    if (--mi->users)
        return;
    if (mi->subscribed)
        send_wish(mi, false);
    if (!mi->subscribed)
        mirror_free(mi); /* else the other mailbox was full: gw_mirrors_tick() */
}

static void tick(struct gw_mirror *mi, int64_t now_us)
{
    if (now_us - mi->ticked_us >= SECOND_US) {
        gw_source_tick(mi->source, 0, now_us);
        mi->ticked_us = now_us;
    }
    if (mi->users && !mi->subscribed)
        send_wish(mi, true);
    if (!mi->users && mi->subscribed)
        send_wish(mi, false);
    if (mi->subscribed)
        send_demand(mi);
}

void gw_mirrors_tick(struct gw_engine *e)
{
    GHashTableIter it;
    struct gw_mirror *mi;
    GSList *done = NULL;

    g_hash_table_iter_init(&it, e->mirrors);
    while (g_hash_table_iter_next(&it, NULL, (void **)&mi)) {
        tick(mi, e->now_us);
        if (!mi->users && !mi->subscribed)
            done = g_slist_prepend(done, mi);
    }
    for (GSList *d = done; d; d = d->next)
        mirror_free(d->data);
    g_slist_free(done);
}

static void take_info(struct gw_mirror *mi, const struct message *m, int64_t now_us)
{
    struct gw_source *s = mi->source;
    bool first = s->conf.kind == 0;

    gw_source_configure(s, &m->u.info.conf);
    if (s->playout_delay != m->u.info.playout_delay)
        for (unsigned i = 0; i < s->n_sinks; i++)
            s->sinks[i]->epoch++;
    s->playout_delay = m->u.info.playout_delay;
    s->cache_us = (int64_t)m->u.info.cache_ms * 1000;
    gw_source_silenced(s, m->u.info.muted, m->u.info.hushed, now_us);
    if (first && s->n_sinks && !m->u.info.cached)
        gw_source_want_keyframe(s, GW_LAYERS_ALL, now_us);
}

/* From the source's worker. What the message owns is ours. */
static void to_mirror(struct gw_engine *e, const struct message *m, int64_t now_us)
{
    struct gw_mirror *mi = g_hash_table_lookup(e->mirrors, &m->source);
    struct gw_source_layer *l;

    switch (m->tag) {
    case INFO:
        if (mi)
            take_info(mi, m, now_us);
        break;
    case GONE:
        for (unsigned i = 0; mi && i < mi->source->n_sinks; i++)
            gw_sink_restart(mi->source->sinks[i], now_us);
        break;
    case PACKET:
        if (mi)
            gw_source_forwarded(mi->source, m->u.packet, now_us);
        gw_packet_unref(m->u.packet);
        break;
    case OLD:
        if (mi)
            gw_source_cached(mi->source, m->u.packet, now_us);
        gw_packet_unref(m->u.packet);
        break;
    case COMPLETE: /* who begins with it needs no keyframe, the others do */
        for (unsigned i = 0; mi && i < mi->source->n_sinks; i++)
            gw_sink_want_keyframe(mi->source->sinks[i], now_us);
        break;
    case SYNC:
        l = mi && m->u.sync.layer < GW_LAYER_COUNT ? mi->source->layer[m->u.sync.layer] : NULL;
        if (l && l->ssrc == m->u.sync.ssrc)
            l->sync = m->u.sync.sync;
        break;
    case DATA:
        gw_data_deliver(e, m->source, m->u.data);
        gw_data_blob_unref(m->u.data);
        break;
    default:
        break;
    }
}

void gw_mirror_message(struct gw_engine *e, const void *message, int64_t now_us)
{
    struct message m;
    struct gw_track *t;

    memcpy(&m, message, sizeof(m));
    switch (m.tag) {
    case WISH:
        wish(e, m.source, m.from, now_us);
        break;
    case NO_WISH:
        no_wish(e, m.source, m.from);
        break;
    case DEMAND:
        note_demand(e, &m);
        break;
    case KEYFRAME:
        t = gw_engine_track(e, m.source);
        if (t && t->source)
            gw_source_want_keyframe(t->source, m.u.layers, now_us);
        break;
    default:
        to_mirror(e, &m, now_us);
        break;
    }
}
