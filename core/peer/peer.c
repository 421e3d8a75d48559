/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one PeerConnection on its worker: ICE, then DTLS, then media, then the end. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "capture/capture.h"
#include "peer/state.h"

#define TICK_US        1000000
#define ICE_LOOK_US    500000
#define GRACE_SHORT_US 5000000
#define GRACE_LONG_US  15000000

static void tell_dtls(struct gw_peer *p, enum gw_dtls_state state)
{
    struct gw_news n = {.tag = GW_NEWS_DTLS, .peer = p->id};

    n.u.dtls.state = (int)state;
    n.u.dtls.retransmissions = p->dtls ? gw_dtls_retransmissions(p->dtls) : 0;
    gw_engine_tell(p->engine, &n);
}

static void tell_number(struct gw_peer *p, enum gw_news_tag tag, int64_t number)
{
    gw_engine_tell(p->engine, &(struct gw_news){.tag = tag, .peer = p->id, .u.number = number});
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static bool send_datagram(struct gw_peer *p, const uint8_t *data, size_t len)
{
    uint8_t *room = p->ice ? gw_ice_reserve(p->ice, len) : NULL;

    if (!room)
        return false;
    memcpy(room, data, len);
    gw_ice_commit(p->ice, len);
    return true;
}

static void capture_sent(void *arg, const uint8_t *data, size_t len)
{
    gw_capture_packet(arg, false, data, len);
}

void gw_peer_capture(struct gw_peer *p, struct gw_capture *c)
{
    gw_capture_close(p->capture);
    p->capture = c;
    p->sender.watch = c ? capture_sent : NULL;
    p->sender.watch_arg = c;
}

void gw_peer_send_rtcp(struct gw_peer *p, uint8_t *data, size_t len)
{
    if (p->capture)
        gw_capture_packet(p->capture, false, data, len);
    if (p->fed)
        gw_path_send_rtcp(p, data, len);
    else if (p->srtp && !gw_srtp_seal_rtcp(p->srtp, data, &len, len + GW_SRTP_OVERHEAD))
        send_datagram(p, data, len);
}

/* --- DTLS --------------------------------------------------------------------------------------------------------- */

static void dtls_send(void *arg, const uint8_t *data, size_t len)
{
    struct gw_peer *p = arg;

    if (!send_datagram(p, data, len))
        return;
    p->dtls_out++;
    p->dtls_out_bytes += len;
}

static void tick(void *arg, int64_t now_us);
static void twcc_tick(void *arg, int64_t now_us);

static void dtls_connected(void *arg, const struct gw_dtls_keys *keys)
{
    struct gw_peer *p = arg;
    struct gw_engine *e = p->engine;
    int64_t now_us = e->now_us;

    if (p->srtp)
        return;
    if (gw_srtp_new(&p->srtp, e->sealer, (enum gw_srtp_profile)keys->profile, keys->local, keys->remote, keys->len)) {
        gw_peer_close(p, "DTLS-SRTP stack error");
        return;
    }
    p->dtls_connected_us = now_us;
    p->up = true;
    p->sender.srtp = p->srtp;
    p->sender.ice = p->ice;
    p->sender.sealer = e->sealer;
    gw_count(&e->counters.handshakes);
    gw_timer_start(e->conf.timers, &p->tick_timer, now_us + TICK_US);
    gw_budget_start(p, now_us);
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->sink) {
            gw_sink_restart(p->tracks[i]->sink, now_us);
            gw_sink_want_keyframe(p->tracks[i]->sink, now_us);
        }
    tell_dtls(p, GW_DTLS_CONNECTED);
    tell_number(p, GW_NEWS_UP, 0);
    gw_data_start(p, now_us);
}

static void dtls_data(void *arg, const uint8_t *data, size_t len)
{
    struct gw_peer *p = arg;

    gw_data_receive(p, data, len, p->engine->now_us);
}

static void dtls_closed(void *arg, const char *reason)
{
    struct gw_peer *p = arg;

    tell_dtls(p, p->up ? GW_DTLS_CLOSED : GW_DTLS_FAILED);
    gw_peer_close(p, reason);
}

static const struct gw_dtls_events dtls_events = {
    .send = dtls_send,
    .connected = dtls_connected,
    .data = dtls_data,
    .closed = dtls_closed,
};

static void rearm_dtls(struct gw_peer *p)
{
    int64_t due = p->dtls ? gw_dtls_next(p->dtls) : INT64_MAX;

    if (due == INT64_MAX)
        gw_timer_stop(p->engine->conf.timers, &p->dtls_timer);
    else
        gw_timer_start(p->engine->conf.timers, &p->dtls_timer, due);
}

static void dtls_timer(void *arg, int64_t now_us)
{
    struct gw_peer *p = arg;

    p->engine->now_us = now_us;
    if (p->closing)
        return;
    gw_dtls_timer(p->dtls, now_us);
    rearm_dtls(p);
}

static void start_dtls(struct gw_peer *p, int64_t now_us)
{
    if (p->handshake_us || !p->dtls || !p->was_connected)
        return;
    p->handshake_us = now_us;
    gw_dtls_start(p->dtls, now_us);
    tell_dtls(p, GW_DTLS_TRYING);
    rearm_dtls(p);
}

void gw_peer_dtls_receive(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us)
{
    p->dtls_in++;
    p->dtls_in_bytes += len;
    if (!p->dtls) {
        gw_count(&p->engine->counters.drops_not_ready);
        return;
    }
    if (!p->handshake_us) { /* the path works before ICE says so (peers may be ahead of us) */
        p->was_connected = true;
        start_dtls(p, now_us);
    }
    gw_dtls_receive(p->dtls, data, len, now_us);
    rearm_dtls(p);
}

/* --- ICE ---------------------------------------------------------------------------------------------------------- */

static void told_gathered(struct gw_peer *p, int64_t now_us)
{
    const char *const *list;
    size_t n = gw_ice_candidates(p->ice, &list);
    struct gw_described *d = calloc(1, sizeof(*d) + n * sizeof(d->candidates[0]));
    struct gw_news news = {.tag = GW_NEWS_GATHERED, .peer = p->id};

    if (!d) {
        gw_peer_close(p, "ICE gathering error");
        return;
    }
    g_strlcpy(d->ufrag, gw_ice_ufrag(p->ice), sizeof(d->ufrag));
    g_strlcpy(d->pwd, gw_ice_pwd(p->ice), sizeof(d->pwd));
    d->lite = gw_ice_is_lite(p->ice);
    for (size_t i = 0; i < n; i++) {
        d->candidates[d->n_candidates] = strdup(list[i]);
        if (d->candidates[d->n_candidates])
            d->n_candidates++;
    }
    p->gathered = true;
    p->gathered_us = now_us;
    news.u.described = d;
    gw_engine_tell(p->engine, &news);
}

static void ice_gathered(void *peer, int64_t now_us)
{
    struct gw_peer *p = peer;

    p->engine->now_us = now_us;
    if (!p->closing)
        told_gathered(p, now_us);
}

static void ice_candidate(void *peer, const char *candidate, int64_t now_us)
{
    struct gw_peer *p = peer;

    if (p->full_trickle && !p->closing)
        gw_engine_tell(p->engine,
                       &(struct gw_news){.tag = GW_NEWS_CANDIDATE, .peer = p->id, .u.text = strdup(candidate)});
}

static void connected(struct gw_peer *p, int64_t now_us)
{
    char text[256];

    p->failed_us = 0;
    p->was_connected = true;
    if (!p->connected_us)
        p->connected_us = now_us;
    gw_timer_stop(p->engine->conf.timers, &p->ice_timer);
    gw_ice_selected(p->ice, text, sizeof(text));
    if (text[0])
        gw_engine_tell(p->engine, &(struct gw_news){.tag = GW_NEWS_SELECTED, .peer = p->id, .u.text = strdup(text)});
    start_dtls(p, now_us);
}

static void ice_state(void *peer, enum gw_ice_state state, int64_t now_us)
{
    struct gw_peer *p = peer;

    p->engine->now_us = now_us;
    if (p->closing)
        return;
    p->ice_state = state;
    tell_number(p, GW_NEWS_ICE, state);
    if (state == GW_ICE_CONNECTED || state == GW_ICE_READY) {
        connected(p, now_us);
    } else if (state == GW_ICE_FAILED && !p->failed_us) {
        p->failed_us = now_us;
        gw_timer_start(p->engine->conf.timers, &p->ice_timer, now_us + ICE_LOOK_US);
    }
}

/* After a failure the peer may still send candidates or restart ICE: give it some time. */
static void ice_timer(void *arg, int64_t now_us)
{
    struct gw_peer *p = arg;
    int64_t grace = p->remote && p->remote_done ? GRACE_SHORT_US : GRACE_LONG_US;

    p->engine->now_us = now_us;
    if (p->closing || !p->failed_us)
        return;
    if (now_us - p->failed_us >= grace)
        gw_peer_close(p, "ICE failed");
    else
        gw_timer_start(p->engine->conf.timers, &p->ice_timer, now_us + ICE_LOOK_US);
}

static void ice_packet(void *peer, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_peer *p = peer;

    p->engine->now_us = now_us;
    gw_demux(p, pkt, now_us);
}

const struct gw_ice_events gw_peer_ice_events = {
    .packet = ice_packet,
    .state = ice_state,
    .gathered = ice_gathered,
    .candidate = ice_candidate,
};

/* --- what control wants ------------------------------------------------------------------------------------------- */

static void add_candidate(struct gw_peer *p, char *candidate, int64_t now_us)
{
    gw_ice_add_remote(p->ice, candidate, now_us); /* a bad one is not used, that is all */
    free(candidate);
}

void gw_peer_candidate(struct gw_peer *p, char *candidate, int64_t now_us)
{
    if (!candidate) {
        p->remote_done = true;
        gw_ice_remote_done(p->ice);
    } else if (p->remote) {
        add_candidate(p, candidate, now_us);
    } else if (p->early->len < GW_PEER_WAITING) {
        g_ptr_array_add(p->early, candidate);
    } else {
        free(candidate);
    }
}

static int make_dtls(struct gw_peer *p)
{
    int err = gw_dtls_new(&p->dtls, p->engine->conf.dtls, p->remote->dtls_client ? GW_DTLS_CLIENT : GW_DTLS_SERVER,
                          &dtls_events, p);

    if (err)
        return err;
    return gw_dtls_expect(p->dtls, p->remote->hash, p->remote->fingerprint);
}

void gw_peer_remote(struct gw_peer *p, struct gw_remote *r, int64_t now_us)
{
    bool first = !p->remote;
    bool changed = first || strcmp(p->remote->ufrag, r->ufrag) || strcmp(p->remote->pwd, r->pwd);

    if (p->remote)
        free(p->remote);
    p->remote = r;
    if (first)
        p->started_us = now_us;
    if (changed && gw_ice_set_remote(p->ice, r->ufrag, r->pwd, now_us)) {
        gw_peer_close(p, "ICE failed");
        return;
    }
    for (unsigned i = 0; i < r->n_candidates; i++)
        add_candidate(p, r->candidates[i], now_us);
    r->n_candidates = 0;
    for (guint i = 0; i < p->early->len; i++)
        add_candidate(p, p->early->pdata[i], now_us);
    g_ptr_array_set_size(p->early, 0);
    if (first && make_dtls(p)) {
        gw_peer_close(p, "DTLS error");
        return;
    }
    start_dtls(p, now_us);
}

void gw_peer_restart(struct gw_peer *p, int64_t now_us)
{
    p->gathered = false;
    p->remote_done = false;
    if (gw_ice_restart(p->ice, now_us))
        gw_peer_close(p, "ICE gathering error");
}

/* --- the regular round -------------------------------------------------------------------------------------------- */

static void tick(void *arg, int64_t now_us)
{
    struct gw_peer *p = arg;
    struct gw_engine *e = p->engine;

    e->now_us = now_us;
    if (p->closing)
        return;
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_track *t = p->tracks[i];

        if (t && t->source) {
            gw_track_cache(t);
            gw_source_tick(t->source, e->conf.settings.no_media_s, now_us);
        }
        if (t && t->sink)
            gw_sink_tick(t->sink);
        if (t && t->forwarders)
            gw_forward_tick(t, now_us);
    }
    gw_path_tick(p, now_us);
    gw_reports_slow_link(p, now_us);
    gw_reports_send(p, now_us);
    gw_timer_start(e->conf.timers, &p->tick_timer, now_us + TICK_US);
}

static void twcc_tick(void *arg, int64_t now_us)
{
    struct gw_peer *p = arg;
    uint32_t period = p->engine->conf.settings.twcc_period_ms;

    p->engine->now_us = now_us;
    if (p->closing || !p->twcc)
        return;
    gw_reports_twcc(p, now_us);
    gw_timer_start(p->engine->conf.timers, &p->twcc_timer, now_us + (period ? period : 200) * 1000);
}

/* --- birth and death ---------------------------------------------------------------------------------------------- */

static struct gw_peer *make(struct gw_engine *e, gw_peer_id id, int64_t now_us)
{
    struct gw_peer *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->id = id;
    p->engine = e;
    p->created_us = now_us;
    p->early = g_ptr_array_new();
    p->dtls_timer = (struct gw_timer){.fire = dtls_timer, .arg = p};
    p->tick_timer = (struct gw_timer){.fire = tick, .arg = p, .coarse = true};
    p->twcc_timer = (struct gw_timer){.fire = twcc_tick, .arg = p};
    p->ice_timer = (struct gw_timer){.fire = ice_timer, .arg = p};
    gw_dtls_random(&p->own_ssrc, sizeof(p->own_ssrc));
    gw_sender_init(&p->sender, &e->dirty, e->conf.timers, &e->counters);
    p->sender.bwe.arrived = gw_feedback_arrived;
    p->sender.bwe.arg = p;
    p->sender.history_us = (int64_t)e->conf.settings.min_nack_queue_ms * 1000;
    p->sender.forget_at_keyframe = e->conf.settings.nack_optimizations;
    gw_budget_configure(p, now_us);
    return p;
}

static void enter(struct gw_peer *p)
{
    g_hash_table_insert(p->engine->peers, &p->id, p);
    if (p->fed)
        return; /* no PeerConnection */
    gw_count(&p->engine->counters.peers);
    p->counted = true;
}

int gw_peer_new_fed(struct gw_peer **out, struct gw_engine *e, gw_peer_id id, int64_t now_us)
{
    struct gw_peer *p = make(e, id, now_us);

    if (!p)
        return GW_ENOMEM;
    p->fed = true;
    enter(p);
    gw_timer_start(e->conf.timers, &p->tick_timer, now_us + TICK_US);
    *out = p;
    return 0;
}

int gw_peer_new(struct gw_peer **out, struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p = make(e, o->peer, now_us);
    int err;

    if (!p)
        return GW_ENOMEM;
    p->controlling = o->u.peer_new.controlling;
    p->full_trickle = o->u.peer_new.full_trickle;
    err = gw_ice_new(&p->ice, e->ice, p, p->controlling, now_us);
    if (!err && o->u.peer_new.relays)
        gw_ice_relays(p->ice, o->u.peer_new.relays);
    if (!err && o->u.peer_new.relay_only)
        gw_ice_relay_only(p->ice);
    if (!err)
        err = gw_ice_gather(p->ice, now_us);
    if (err) {
        gw_peer_free(p);
        return err;
    }
    enter(p);
    *out = p;
    return 0;
}

void gw_peer_close(struct gw_peer *p, const char *reason)
{
    struct gw_engine *e = p->engine;

    if (p->closing)
        return;
    p->closing = true;
    p->down_reason = reason ? strdup(reason) : NULL;
    p->next_closing = e->closing;
    e->closing = p;
}

static void stop_timers(struct gw_peer *p)
{
    struct gw_timers *t = p->engine->conf.timers;

    gw_timer_stop(t, &p->dtls_timer);
    gw_timer_stop(t, &p->tick_timer);
    gw_timer_stop(t, &p->twcc_timer);
    gw_timer_stop(t, &p->ice_timer);
    gw_timer_stop(t, &p->budget_timer);
}

static void free_remote(struct gw_peer *p)
{
    if (p->remote)
        for (unsigned i = 0; i < p->remote->n_candidates; i++)
            free(p->remote->candidates[i]);
    free(p->remote);
    for (guint i = 0; i < p->early->len; i++)
        free(p->early->pdata[i]);
    g_ptr_array_unref(p->early);
}

void gw_peer_free(struct gw_peer *p)
{
    struct gw_engine *e = p->engine;

    stop_timers(p);
    for (unsigned i = 0; i < p->n_tracks; i++)
        gw_track_free(p->tracks[i]);
    free(p->tracks);
    gw_paths_free(p);
    gw_sender_end(&p->sender);
    gw_peer_capture(p, NULL);
    gw_data_stop(p);
    if (p->dtls && p->handshake_us)
        gw_dtls_close(p->dtls, e->now_us);
    gw_dtls_free(p->dtls);
    gw_seal_flush(e->sealer); /* what is still being sealed uses the keys */
    gw_srtp_free(p->srtp);
    if (p->ice)
        gw_ice_free(p->ice);
    if (p->counted)
        gw_count_add(&e->counters.peers, (uint64_t)-1);
    free_remote(p);
    free(p->twcc);
    free(p->ssrcs);
    free(p->down_reason);
    free(p);
}
