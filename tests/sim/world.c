/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

#include "loop/mailbox.h"
#include "peer/state.h"
#include "sctp/sctp.h"
#include "sim/client.h"

/* --- what engines call -------------------------------------------------------------------------------------------- */

static bool take_news(void *arg, const struct gw_news *news)
{
    struct sim_worker *wk = arg;

    g_queue_push_tail(&wk->world->news, g_memdup2(news, sizeof(*news)));
    return true;
}

static bool to_engine(void *arg, unsigned worker, const void *message, size_t size)
{
    struct sim_worker *wk = arg;
    uint8_t *copy = g_malloc0(GW_MAIL_SIZE);

    memcpy(copy, message, size);
    g_queue_push_tail(&wk->world->worker[worker].mail, copy);
    return true;
}

static void transmit(void *arg, struct gw_ice *ice, const uint8_t *data, size_t len, int64_t now_us)
{
    struct sim_worker *wk = arg;

    for (guint i = wk->world->clients->len; i-- > 0;) { /* the newest: an older one's may have lain where this lies */
        struct sim_client *c = wk->world->clients->pdata[i];

        if (c->ice == ice) {
            sim_net_send(wk->world->net, &c->down, data, len, wk->world->now_us);
            return;
        }
    }
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void make_worker(struct sim_world *w, unsigned i)
{
    struct sim_worker *wk = &w->worker[i];
    struct gw_engine_conf conf = {
        .index = i,
        .dtls = w->dtls,
        .sealer = "openssl",
        .settings = {.min_nack_queue_ms = 200, .no_media_s = 1, .twcc_period_ms = 200},
        .max_peers = 1000,
        .max_packets = 20000,
        .news = take_news,
        .to_engine = to_engine,
        .arg = wk,
    };

    wk->world = w;
    wk->index = i;
    g_queue_init(&wk->mail);
    if (gw_timers_new(&wk->timers))
        abort();
    conf.timers = wk->timers;
    if (gw_engine_new(&wk->engine, &conf))
        abort();
    if (gw_ice_io_new_sim(&wk->ice, gw_engine_pool(wk->engine), gw_engine_ice_events(), transmit, wk))
        abort();
    gw_engine_set_ice(wk->engine, wk->ice);
}

struct sim_world *sim_world_new(uint64_t seed)
{
    static bool sctp_is_ready; /* once a process */
    struct sim_world *w = g_new0(struct sim_world, 1);
    struct gw_dtls_conf conf = {0};
    char why[200];

    if (!sctp_is_ready && gw_sctp_global_init())
        abort();
    sctp_is_ready = true;
    w->now_us = 1000000000;
    w->net = sim_net_new(seed);
    w->clients = g_ptr_array_new();
    g_queue_init(&w->news);
    if (gw_dtls_context_new(&w->dtls, &conf, why, sizeof(why)) || gw_sealer_new(&w->sealer, "openssl") ||
        gw_timers_new(&w->timers))
        abort();
    for (unsigned i = 0; i < SIM_WORKERS; i++)
        make_worker(w, i);
    return w;
}

static void free_news(gpointer data)
{
    gw_news_drop(data);
    g_free(data);
}

void sim_forget_news(struct sim_world *w)
{
    g_queue_clear_full(&w->news, free_news);
}

static void deliver_mail(struct sim_worker *wk)
{
    void *mail;

    while ((mail = g_queue_pop_head(&wk->mail))) {
        gw_engine_from_engine(wk->engine, mail, wk->world->now_us);
        g_free(mail);
    }
}

void sim_world_free(struct sim_world *w)
{
    for (guint i = 0; i < w->clients->len; i++)
        sim_client_free(w->clients->pdata[i]);
    g_ptr_array_set_size(w->clients, 0);
    for (unsigned i = 0; i < SIM_WORKERS; i++)
        deliver_mail(&w->worker[i]);
    for (unsigned i = 0; i < SIM_WORKERS; i++) {
        gw_engine_free(w->worker[i].engine);
        gw_ice_io_free(w->worker[i].ice);
        gw_timers_free(w->worker[i].timers);
    }
    for (unsigned i = 0; i < SIM_WORKERS; i++)
        g_queue_clear_full(&w->worker[i].mail, g_free);
    g_ptr_array_unref(w->clients);
    sim_forget_news(w);
    gw_timers_free(w->timers);
    gw_sealer_free(w->sealer);
    gw_dtls_context_free(w->dtls);
    sim_net_free(w->net);
    g_free(w);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t sim_next(const struct sim_world *w)
{
    int64_t next = earlier(sim_net_next(w->net), gw_timers_next(w->timers));

    for (unsigned i = 0; i < SIM_WORKERS; i++) {
        if (w->worker[i].mail.length)
            return w->now_us;
        next = earlier(next, gw_timers_next(w->worker[i].timers));
    }
    return next;
}

void sim_turn(struct sim_world *w)
{
    sim_net_run(w->net, w->now_us);
    gw_timers_run(w->timers, w->now_us);
    for (unsigned i = 0; i < SIM_WORKERS; i++) {
        deliver_mail(&w->worker[i]);
        gw_timers_run(w->worker[i].timers, w->now_us);
        gw_engine_turn_end(w->worker[i].engine, w->now_us);
    }
}

void sim_run(struct sim_world *w, int64_t us)
{
    int64_t end = w->now_us + us;

    for (;;) {
        int64_t next = sim_next(w);

        if (next > end)
            break;
        if (next > w->now_us)
            w->now_us = next;
        sim_turn(w);
    }
    w->now_us = end;
    sim_turn(w);
}

void sim_run_ms(struct sim_world *w, int64_t ms)
{
    sim_run(w, ms * 1000);
}

/* --- the control thread's part ------------------------------------------------------------------------------------ */

void sim_order(struct sim_world *w, unsigned worker, const struct gw_order *o)
{
    gw_engine_order(w->worker[worker].engine, o, w->now_us);
}

static bool matches(const struct gw_news *n, enum gw_news_tag tag, gw_peer_id peer, gw_track_id track)
{
    return n->tag == tag && (!peer || n->peer == peer) && (!track || n->track == track);
}

const struct gw_news *sim_news(const struct sim_world *w, enum gw_news_tag tag, gw_peer_id peer, gw_track_id track)
{
    for (const GList *l = w->news.tail; l; l = l->prev)
        if (matches(l->data, tag, peer, track))
            return l->data;
    return NULL;
}

unsigned sim_count_news(const struct sim_world *w, enum gw_news_tag tag, gw_peer_id peer, gw_track_id track)
{
    unsigned n = 0;

    for (const GList *l = w->news.head; l; l = l->next)
        n += matches(l->data, tag, peer, track);
    return n;
}

struct gw_ice *sim_ice_of(struct sim_world *w, gw_peer_id peer)
{
    return gw_engine_find(w->worker[gw_peer_worker(peer)].engine, peer)->ice;
}

void sim_link_tracks(struct sim_world *w, gw_track_id sink, gw_track_id source)
{
    struct gw_order o = {.tag = GW_ORDER_LINK, .track = sink, .other = source};

    o.u.link = (struct gw_link_options){.substream = 2, .temporal = 2, .spatial = 2, .playout_delay = -1};
    sim_order(w, gw_track_worker(sink), &o);
}
