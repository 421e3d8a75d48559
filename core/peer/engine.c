/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/state.h"

#define SCTP_TICK_US   10000
#define MIRROR_TICK_US 200000

/* --- making ------------------------------------------------------------------------------------------------------- */

static void sctp_tick(void *arg, int64_t now_us)
{
    struct gw_engine *e = arg;

    gw_sctp_tick(now_us);
    if (e->n_sctp)
        gw_timer_start(e->conf.timers, &e->sctp_timer, now_us + SCTP_TICK_US);
}

static void mirror_tick(void *arg, int64_t now_us)
{
    gw_mirrors_tick(arg);
}

/* Only ends the wait: what is due leaves at the end of the turn. */
static void burst_due(void *arg, int64_t now_us)
{
}

int gw_engine_new(struct gw_engine **out, const struct gw_engine_conf *conf)
{
    struct gw_engine *e = calloc(1, sizeof(*e));
    int err;

    if (!e)
        return GW_ENOMEM;
    e->conf = *conf;
    e->data_last = &e->data_first;
    e->burst.dirty = &e->dirty;
    e->sctp_timer = (struct gw_timer){.fire = sctp_tick, .arg = e};
    e->mirror_timer = (struct gw_timer){.fire = mirror_tick, .arg = e};
    e->burst_timer = (struct gw_timer){.fire = burst_due, .arg = e};
    e->peers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, NULL);
    e->mirrors = g_hash_table_new(g_int64_hash, g_int64_equal);
    e->wishes = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    e->listeners = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    e->forwarders = g_hash_table_new(g_int64_hash, g_int64_equal);
    e->waiting = g_ptr_array_new();
    e->news = g_queue_new();
    err = gw_packet_pool_new(&e->pool, conf->max_packets);
    if (err)
        goto out;
    err = gw_sealer_new(&e->sealer, conf->sealer);
    if (err)
        goto out;
    *out = e;
    e = NULL;
out:
    gw_engine_free(e);
    return err;
}

static void drop_all_news(struct gw_engine *e)
{
    struct gw_news *n;

    while ((n = g_queue_pop_head(e->news))) {
        if (!e->conf.news || !e->conf.news(e->conf.arg, n))
            gw_news_drop(n);
        g_free(n);
    }
}

void gw_engine_free(struct gw_engine *e)
{
    GHashTableIter it;
    struct gw_peer *p;

    if (!e)
        return;
    g_hash_table_iter_init(&it, e->peers);
    while (g_hash_table_iter_next(&it, NULL, (void **)&p))
        gw_peer_close(p, NULL);
    gw_engine_turn_end(e, e->now_us);
    drop_all_news(e);
    if (e->plain)
        gw_plain_before_flush(e->plain, NULL, NULL);
    gw_timer_stop(e->conf.timers, &e->sctp_timer);
    gw_timer_stop(e->conf.timers, &e->mirror_timer);
    gw_timer_stop(e->conf.timers, &e->burst_timer);
    g_hash_table_unref(e->peers);
    g_hash_table_unref(e->mirrors);
    g_hash_table_unref(e->wishes);
    g_hash_table_unref(e->listeners);
    g_hash_table_unref(e->forwarders);
    g_ptr_array_unref(e->waiting);
    g_queue_free(e->news);
    gw_sealer_free(e->sealer);
    gw_packet_pool_free(e->pool);
    free(e);
}

static void before_flush(void *arg)
{
    struct gw_engine *e = arg;

    gw_seal_flush(e->sealer);
}

void gw_engine_set_ice(struct gw_engine *e, struct gw_ice_io *io)
{
    e->ice = io;
    gw_ice_io_before_flush(io, before_flush, e);
}

void gw_engine_set_plain(struct gw_engine *e, struct gw_plain *plain)
{
    e->plain = plain;
    gw_plain_before_flush(plain, before_flush, e);
}

const struct gw_ice_events *gw_engine_ice_events(void)
{
    return &gw_peer_ice_events;
}

struct gw_packet_pool *gw_engine_pool(const struct gw_engine *e)
{
    return e->pool;
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

struct gw_peer *gw_engine_find(struct gw_engine *e, gw_peer_id id)
{
    struct gw_peer *p = g_hash_table_lookup(e->peers, &id);

    return p && !p->closing ? p : NULL;
}

struct gw_track *gw_engine_track(struct gw_engine *e, gw_track_id id)
{
    struct gw_peer *p = gw_engine_find(e, gw_track_peer(id));
    unsigned mindex = gw_track_mindex(id);

    return p && mindex < p->n_tracks ? p->tracks[mindex] : NULL;
}

/* --- news --------------------------------------------------------------------------------------------------------- */

static void send_waiting_news(struct gw_engine *e)
{
    struct gw_news *n;

    while ((n = g_queue_peek_head(e->news)) && e->conf.news(e->conf.arg, n))
        g_free(g_queue_pop_head(e->news));
}

/* What may be lost when the control thread does not keep up: nothing depends on its order. */
static bool is_optional(enum gw_news_tag tag)
{
    return tag == GW_NEWS_DATA || tag == GW_NEWS_TALKING || tag == GW_NEWS_KEYFRAME || tag == GW_NEWS_LAYER ||
           tag == GW_NEWS_SLOW_LINK || tag == GW_NEWS_LOUDNESS;
}

void gw_engine_tell(struct gw_engine *e, struct gw_news *n)
{
    if (!e->news->length && e->conf.news(e->conf.arg, n))
        return;
    if (e->news->length >= GW_NEWS_WAITING && is_optional(n->tag)) {
        gw_count(&e->counters.drops_queue);
        gw_news_drop(n);
        return;
    }
    g_queue_push_tail(e->news, g_memdup2(n, sizeof(*n)));
}

/* --- orders ------------------------------------------------------------------------------------------------------- */

static void peer_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p;
    struct gw_news closed = {.tag = GW_NEWS_CLOSED, .peer = o->peer};

    if (g_hash_table_lookup(e->peers, &o->peer))
        return;
    if (g_hash_table_size(e->peers) < e->conf.max_peers && !gw_peer_new(&p, e, o, now_us))
        return;
    gw_engine_tell(e, &(struct gw_news){.tag = GW_NEWS_DOWN, .peer = o->peer, .u.text = strdup("ICE gathering error")});
    gw_engine_tell(e, &closed);
}

static void tell_figures(struct gw_peer *p, int64_t ticket, int64_t now_us)
{
    struct gw_news n = {.tag = GW_NEWS_QUERY, .peer = p->id};

    n.u.query.ticket = ticket;
    n.u.query.json = gw_describe(p, now_us);
    gw_engine_tell(p->engine, &n);
}

static void peer_order(struct gw_peer *p, const struct gw_order *o, int64_t now_us)
{
    struct gw_order rest = *o; /* what is not taken is dropped */

    switch (o->tag) {
    case GW_ORDER_PEER_REMOTE:
        gw_peer_remote(p, o->u.remote, now_us);
        return;
    case GW_ORDER_PEER_CANDIDATE:
        gw_peer_candidate(p, o->u.text, now_us);
        return;
    case GW_ORDER_PEER_MEDIA:
        gw_tracks_set(p, o->u.media, now_us);
        break;
    case GW_ORDER_PEER_RESTART:
        gw_peer_restart(p, now_us);
        break;
    case GW_ORDER_PEER_CLOSE:
        gw_peer_close(p, o->u.text);
        break;
    case GW_ORDER_BITRATE: {
        uint32_t bps = o->u.number > UINT32_MAX ? UINT32_MAX : o->u.number < 0 ? 0 : (uint32_t)o->u.number;

        gw_demand_set_cap(p, bps, now_us);
        break;
    }
    case GW_ORDER_DATA:
        gw_data_send(p, o->u.data);
        break;
    case GW_ORDER_CAPTURE:
        gw_peer_capture(p, o->u.capture);
        return;
    case GW_ORDER_DATA_TAP:
        p->data_tap = o->u.number;
        break;
    case GW_ORDER_SENDING:
        p->sending = o->u.sending;
        gw_budget_configure(p, now_us);
        break;
    case GW_ORDER_STATES: {
        struct gw_news n = {.tag = GW_NEWS_STATES, .peer = p->id};

        n.u.states.ask = o->u.states;
        n.u.states.states = gw_explain(p, now_us);
        gw_engine_tell(p->engine, &n);
        break;
    }
    case GW_ORDER_QUERY:
        tell_figures(p, o->u.number, now_us);
        break;
    default:
        break;
    }
    gw_order_drop(&rest);
}

static void source_order(struct gw_track *t, const struct gw_order *o, int64_t now_us)
{
    switch (o->tag) {
    case GW_ORDER_MUTE:
        t->muted = o->u.number;
        break;
    case GW_ORDER_KEYFRAME:
        if (t->source)
            gw_source_want_keyframe(t->source, GW_LAYERS_ALL, now_us);
        return;
    case GW_ORDER_KEYFRAME_EVERY:
        t->keyframe_every_s = o->u.number;
        break;
    case GW_ORDER_HUSH:
        t->hushed = o->u.number;
        break;
    case GW_ORDER_FAST_START:
        t->slow_start = !o->u.number;
        break;
    case GW_ORDER_TOP_LAYER:
        t->top_layer = (int8_t)o->u.number;
        t->layers_bps = 0;
        return; /* gw_demand_run() tells */
    case GW_ORDER_LOUDNESS:
        t->loudness = (uint32_t)o->u.number;
        break;
    case GW_ORDER_TALK:
        t->talk.packets = o->u.talk.packets;
        t->talk.threshold = o->u.talk.threshold;
        break;
    case GW_ORDER_PLAYOUT_DELAY:
        t->playout_delay = (int32_t)o->u.number;
        break;
    case GW_ORDER_TAP:
        gw_track_tap(t, &o->u.tap);
        return;
    case GW_ORDER_UNTAP:
        gw_track_untap(t, &o->u.tap);
        return;
    default:
        return;
    }
    gw_track_source_orders(t, now_us);
}

static void track_order(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p = gw_engine_find(e, gw_track_peer(o->track));
    struct gw_track *t = p ? gw_track_get(p, gw_track_mindex(o->track)) : NULL;
    struct gw_order rest = *o;

    if (!t) {
        gw_order_drop(&rest);
        if (o->tag == GW_ORDER_TAP) /* the tap's owner waits to hear that nobody calls it */
            gw_engine_tell(e, &(struct gw_news){.tag = GW_NEWS_TAP_GONE, .track = o->track, .u.tap = o->u.tap});
        return;
    }
    switch (o->tag) {
    case GW_ORDER_LINK:
        gw_track_link(t, o->other, &o->u.link, now_us);
        break;
    case GW_ORDER_UNLINK:
        gw_track_unlink(t, now_us);
        break;
    case GW_ORDER_ADJUST:
        gw_track_adjust(t, &o->u.link, now_us);
        break;
    case GW_ORDER_LISTEN:
        gw_listen(t, o->other, o->u.text);
        break;
    case GW_ORDER_UNLISTEN:
        gw_listen_no_more(t, o->other);
        break;
    default:
        source_order(t, o, now_us);
        break;
    }
}

static bool is_about_track(enum gw_order_tag tag)
{
    switch (tag) {
    case GW_ORDER_LINK:
    case GW_ORDER_UNLINK:
    case GW_ORDER_ADJUST:
    case GW_ORDER_MUTE:
    case GW_ORDER_KEYFRAME:
    case GW_ORDER_KEYFRAME_EVERY:
    case GW_ORDER_TALK:
    case GW_ORDER_PLAYOUT_DELAY:
    case GW_ORDER_TAP:
    case GW_ORDER_UNTAP:
    case GW_ORDER_LISTEN:
    case GW_ORDER_UNLISTEN:
    case GW_ORDER_HUSH:
    case GW_ORDER_LOUDNESS:
    case GW_ORDER_FAST_START:
    case GW_ORDER_TOP_LAYER:
        return true;
    default:
        return false;
    }
}

static void take_settings(struct gw_engine *e, const struct gw_media_settings *settings)
{
    GHashTableIter it;
    struct gw_peer *p;

    e->conf.settings = *settings;
    g_hash_table_iter_init(&it, e->peers);
    while (g_hash_table_iter_next(&it, NULL, (void **)&p)) {
        p->sender.forget_at_keyframe = settings->nack_optimizations;
        gw_budget_configure(p, e->now_us);
    }
}

void gw_engine_order(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p;

    e->now_us = now_us;
    if (o->tag == GW_ORDER_INJECT) {
        gw_feed_take(e, o->track, o->u.injected, now_us);
    } else if (o->tag == GW_ORDER_INLET_NEW) {
        gw_feed_new(e, o, now_us);
        free(o->u.media);
    } else if (o->tag == GW_ORDER_INLET_PORT) {
        gw_path_new(e, o, now_us);
    } else if (o->tag == GW_ORDER_FORWARD) {
        gw_forward_new(e, o, now_us);
    } else if (o->tag == GW_ORDER_FORWARD_STOP) {
        gw_forward_stop(e, (uint64_t)o->u.number);
    } else if (o->tag == GW_ORDER_INLET_CLOSE) {
        gw_feed_close(e, o->track);
    } else if (o->tag == GW_ORDER_SETTINGS) {
        take_settings(e, &o->u.settings);
    } else if (o->tag == GW_ORDER_PEER_NEW) {
        peer_new(e, o, now_us);
        free(o->u.peer_new.relays);
    } else if (is_about_track(o->tag)) {
        track_order(e, o, now_us);
    } else if ((p = gw_engine_find(e, o->peer))) {
        peer_order(p, o, now_us);
    } else {
        struct gw_order rest = *o;

        if (o->tag == GW_ORDER_QUERY)
            gw_engine_tell(
                e, &(struct gw_news){.tag = GW_NEWS_QUERY, .peer = o->peer, .u.query = {o->u.number, strdup("{}")}});
        if (o->tag == GW_ORDER_STATES)
            gw_engine_tell(e,
                           &(struct gw_news){.tag = GW_NEWS_STATES, .peer = o->peer, .u.states = {o->u.states, NULL}});
        gw_order_drop(&rest);
    }
}

void gw_engine_from_engine(struct gw_engine *e, const void *message, int64_t now_us)
{
    e->now_us = now_us;
    gw_mirror_message(e, message, now_us);
}

/* --- the end of a turn -------------------------------------------------------------------------------------------- */

static void bury(struct gw_engine *e)
{
    while (e->closing) {
        struct gw_peer *p = e->closing;
        gw_peer_id id = p->id;

        e->closing = p->next_closing;
        if (e->conf.settings.last_figures && p->dtls_connected_us)
            tell_figures(p, GW_QUERY_STATISTICS, e->now_us);
        if (p->down_reason) {
            gw_engine_tell(e, &(struct gw_news){.tag = GW_NEWS_DOWN, .peer = id, .u.text = p->down_reason});
            p->down_reason = NULL;
        }
        g_hash_table_remove(e->peers, &id);
        gw_peer_free(p);
        gw_engine_tell(e, &(struct gw_news){.tag = GW_NEWS_CLOSED, .peer = id});
    }
}

void gw_engine_turn_end(struct gw_engine *e, int64_t now_us)
{
    int64_t due;

    e->now_us = now_us;
    due = gw_burst_flush(&e->burst, now_us);
    if (due != INT64_MAX)
        gw_timer_start(e->conf.timers, &e->burst_timer, due);
    gw_dirty_flush(&e->dirty, now_us);
    gw_data_flush(e);
    bury(e);
    if (e->ice)
        gw_ice_io_flush(e->ice, now_us);
    if (e->plain)
        gw_plain_flush(e->plain);
    send_waiting_news(e);
    if (e->n_sctp && !gw_timer_running(&e->sctp_timer))
        gw_timer_start(e->conf.timers, &e->sctp_timer, now_us + SCTP_TICK_US);
    if (g_hash_table_size(e->mirrors) && !gw_timer_running(&e->mirror_timer))
        gw_timer_start(e->conf.timers, &e->mirror_timer, now_us + MIRROR_TICK_US);
}

void gw_engine_took(struct gw_engine *e, int64_t busy_us, int64_t sending_us, int64_t now_us)
{
    bool was_on = gw_shedding_is_on(&e->shedding);

    if (!gw_shedding_note(&e->shedding, busy_us, sending_us, now_us))
        return;
    if (!was_on)
        gw_count(&e->counters.overloads);
    atomic_store_explicit(&e->counters.shed_ppm, (uint64_t)(e->shedding.shed * 1e6), memory_order_relaxed);
}

void gw_engine_get_stats(const struct gw_engine *e, struct gw_engine_stats *out)
{
    const struct gw_counters *c = &e->counters;

#define READ(name) .name = atomic_load_explicit(&c->name, memory_order_relaxed)
    *out = (struct gw_engine_stats){
        READ(peers),
        READ(sources),
        READ(sinks),
        READ(packets_in),
        READ(bytes_in),
        READ(packets_forwarded),
        READ(bytes_out),
        READ(retransmitted),
        READ(nacks_in),
        READ(nacks_out),
        READ(plis_in),
        READ(plis_out),
        READ(handshakes),
        READ(drops_srtp),
        READ(drops_rtp),
        READ(drops_rtcp),
        READ(drops_unknown_ssrc),
        READ(drops_muted),
        READ(drops_queue),
        READ(drops_feedback),
        READ(probes),
        READ(feedbacks),
        READ(overuses),
        READ(freezes),
        READ(limited_sinks),
        READ(held_sinks),
        READ(overloads),
        READ(shed_ppm),
    };
#undef READ
    out->drops_queue += atomic_load_explicit(&c->drops_history, memory_order_relaxed);
}
