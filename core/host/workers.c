/* SPDX-License-Identifier: Apache-2.0 */
#include "host/workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "log/log.h"
#include "loop/worker.h"
#include "metrics/metrics.h"
#include "plain/plain.h"

#define ORDERS        8192
#define ENGINE_MAIL   8192 /* packets and feedback from other workers */
#define MAX_PEERS     20000
#define MAX_PACKETS   65536
#define SILENT_PULSES 5

struct one {
    /* owned */
    struct gw_worker *thread;
    struct gw_engine *engine;
    struct gw_ice_io *ice;
    struct gw_plain *plain;
    struct gw_mailbox *others; /* what other engines say */
    /* borrowed */
    struct gw_workers *all;
    /* state */
    unsigned index;
    uint64_t turns;
    unsigned silent; /* pulses without a turn */
    uint64_t forwarded;
    struct gw_metric *delay;
};

struct gw_workers {
    struct gw_mailbox *news;
    unsigned n;
    struct one w[];
};

/* --- ways --------------------------------------------------------------------------------------------------------- */

static void take_order(void *arg, const void *message, int64_t now_us)
{
    struct one *w = arg;

    gw_engine_order(w->engine, message, now_us);
}

static void take_others(void *arg, uint32_t events, int64_t now_us)
{
    struct one *w = arg;
    _Alignas(16) char message[GW_MAIL_SIZE];

    for (unsigned i = 0; i < ENGINE_MAIL && gw_mailbox_take(w->others, message); i++)
        gw_engine_from_engine(w->engine, message, now_us);
}

static bool give_news(void *arg, const struct gw_news *news)
{
    struct one *w = arg;

    return !gw_mailbox_post(w->all->news, news, sizeof(*news));
}

static bool give_engine(void *arg, unsigned worker, const void *message, size_t size)
{
    struct one *w = arg;

    return worker < w->all->n && !gw_mailbox_post(w->all->w[worker].others, message, size);
}

static void end_turn(void *arg, int64_t now_us)
{
    struct one *w = arg;
    struct gw_engine_stats s;
    int64_t sending_us = gw_now_us(), end_us;

    gw_engine_turn_end(w->engine, now_us);
    end_us = gw_now_us();
    gw_engine_took(w->engine, end_us - now_us, end_us - sending_us, end_us);
    gw_engine_get_stats(w->engine, &s);
    if (s.packets_forwarded == w->forwarded)
        return;
    w->forwarded = s.packets_forwarded;
    gw_metric_observe(w->delay, (double)(end_us - now_us) / 1e6);
}

bool gw_workers_post(void *workers, unsigned worker, const struct gw_order *order)
{
    struct gw_workers *ws = workers;

    return worker < ws->n && !gw_worker_post(ws->w[worker].thread, order, sizeof(*order));
}

void gw_workers_settings(struct gw_workers *ws, const struct gw_media_settings *settings)
{
    const struct gw_order order = {.tag = GW_ORDER_SETTINGS, .u.settings = *settings};

    for (unsigned i = 0; i < ws->n; i++)
        if (!gw_workers_post(ws, i, &order))
            gw_warn("worker %u is too busy to take new settings", i);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

unsigned gw_workers_wanted(const struct cardea_config *c)
{
    int64_t n = gw_config_int(c, "general", "workers");

    if (!n)
        n = gw_config_int(c, "general", "event_loops");
    if (!n)
        n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > GW_MAX_WORKERS ? GW_MAX_WORKERS : (unsigned)n;
}

bool gw_workers_full_ice(const struct cardea_config *c)
{
    const char *mode = gw_config_string(c, "nat", "ice_mode");

    if (mode && !strcmp(mode, "auto"))
        return !gw_config_string(c, "nat", "announce") && gw_config_string(c, "nat", "stun_server");
    return mode && !strcmp(mode, "full");
}

static void read_ports(const struct cardea_config *c, struct gw_ice_conf *ice)
{
    const char *range = gw_config_string(c, "media", "rtp_port_range");
    unsigned from, to;

    if (range && sscanf(range, "%u-%u", &from, &to) == 2) {
        ice->port_min = (uint16_t)from;
        ice->port_max = (uint16_t)to;
    }
}

static void read_ice(const struct cardea_config *c, unsigned offset, struct gw_ice_conf *ice)
{
    const char *announce = gw_config_string(c, "nat", "announce");
    const char *nomination = gw_config_string(c, "nat", "ice_nomination");

    *ice = (struct gw_ice_conf){
        .full = gw_workers_full_ice(c),
        .without_servers = gw_config_bool(c, "nat", "ignore_unreachable_ice_server"),
        .port = (uint16_t)(gw_config_int(c, "media", "media_port") + offset),
        .tcp = gw_config_bool(c, "nat", "ice_tcp"),
        .ipv6 = gw_config_bool(c, "media", "ipv6"),
        .ipv6_linklocal = gw_config_bool(c, "media", "ipv6_linklocal"),
        .announce = announce ? announce : gw_config_string(c, "nat", "nat_1_1_mapping"),
        .keep_private = gw_config_bool(c, "nat", "keep_private_host"),
        .enforce = gw_config_string(c, "nat", "ice_enforce_list"),
        .ignore = gw_config_string(c, "nat", "ice_ignore_list"),
        .stun_server = gw_config_string(c, "nat", "stun_server"),
        .stun_port = (uint16_t)gw_config_int(c, "nat", "stun_port"),
        .turn_server = gw_config_string(c, "nat", "turn_server"),
        .turn_port = (uint16_t)gw_config_int(c, "nat", "turn_port"),
        .turn_type = gw_config_string(c, "nat", "turn_type"),
        .turn_user = gw_config_string(c, "nat", "turn_user"),
        .turn_password = gw_config_string(c, "nat", "turn_pwd"),
        .aggressive = !nomination || strcmp(nomination, "regular") != 0,
        .consent_freshness = gw_config_bool(c, "nat", "ice_consent_freshness"),
        .keepalive_conncheck = gw_config_bool(c, "nat", "ice_keepalive_conncheck"),
        .dscp = (uint8_t)(gw_config_int(c, "media", "dscp") ? gw_config_int(c, "media", "dscp")
                                                            : gw_config_int(c, "media", "dscp_tos")),
        .capacity = MAX_PEERS,
    };
    read_ports(c, ice);
}

static struct gw_metric *delay_metric(unsigned index)
{
    static const double bounds[] = {0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001,
                                    0.002,   0.005,   0.01,   0.02,   0.05,   0.1};
    char label[24];

    snprintf(label, sizeof(label), "worker=\"%u\"", index);
    return gw_metric_histogram("cardea_forwarding_seconds", label,
                               "From the wake-up that brought packets to their way out, a turn in which some went out.",
                               bounds, sizeof(bounds) / sizeof(bounds[0]));
}

static int make_one(struct one *w, const struct cardea_config *config, unsigned block, struct gw_dtls_context *dtls,
                    const struct gw_media_settings *settings, char *why, size_t why_len)
{
    char name[16];
    struct gw_ice_conf ice;
    struct gw_worker_conf thread = {.name = name,
                                    .glib = gw_workers_full_ice(config),
                                    .mail_capacity = ORDERS,
                                    .cpu = -1,
                                    .mail = take_order,
                                    .turn_end = end_turn,
                                    .arg = w};
    struct gw_engine_conf engine = {.index = w->index,
                                    .dtls = dtls,
                                    .settings = *settings,
                                    .max_peers = MAX_PEERS,
                                    .max_packets = MAX_PACKETS,
                                    .news = give_news,
                                    .to_engine = give_engine,
                                    .arg = w};
    int err;

    w->delay = delay_metric(w->index);
    snprintf(why, why_len, "worker %u: out of memory or descriptors", w->index);
    snprintf(name, sizeof(name), "worker-%u", w->index);
    err = gw_worker_new(&w->thread, &thread);
    if (err)
        return err;
    engine.timers = gw_loop_timers(gw_worker_loop(w->thread));
    err = gw_mailbox_new(&w->others, ENGINE_MAIL);
    if (!err)
        err = gw_mailbox_watch(w->others, gw_worker_loop(w->thread), take_others, w);
    if (!err)
        err = gw_engine_new(&w->engine, &engine);
    if (err)
        return err;
    read_ice(config, block * w->all->n + w->index, &ice);
    err = gw_ice_io_new(&w->ice, &ice, gw_worker_loop(w->thread), gw_engine_pool(w->engine), gw_engine_ice_events(),
                        why, why_len);
    if (err)
        return err;
    gw_engine_set_ice(w->engine, w->ice);
    err = gw_plain_new(&w->plain, gw_worker_loop(w->thread), gw_engine_pool(w->engine), ice.dscp);
    if (err)
        return err;
    gw_engine_set_plain(w->engine, w->plain);
    return 0;
}

int gw_workers_new(struct gw_workers **out, const struct cardea_config *config, unsigned block,
                   struct gw_dtls_context *dtls, struct gw_mailbox *news, const struct gw_media_settings *settings,
                   char *why, size_t why_len)
{
    unsigned n = gw_workers_wanted(config);
    struct gw_workers *ws = calloc(1, sizeof(*ws) + n * sizeof(ws->w[0]));
    int err = 0;

    if (!ws)
        return GW_ENOMEM;
    ws->n = n;
    ws->news = news;
    for (unsigned i = 0; i < n && !err; i++) {
        ws->w[i].all = ws;
        ws->w[i].index = i;
        err = make_one(&ws->w[i], config, block, dtls, settings, why, why_len);
    }
    if (err) {
        gw_workers_free(ws);
        return err;
    }
    *out = ws;
    return 0;
}

int gw_workers_start(struct gw_workers *ws)
{
    int err = 0;

    for (unsigned i = 0; i < ws->n && !err; i++)
        err = gw_worker_start(ws->w[i].thread);
    return err;
}

/* --- ending ------------------------------------------------------------------------------------------------------- */

void gw_workers_stop(struct gw_workers *ws)
{
    for (unsigned i = 0; ws && i < ws->n; i++)
        if (ws->w[i].thread)
            gw_worker_stop(ws->w[i].thread);
    for (unsigned i = 0; ws && i < ws->n; i++)
        if (ws->w[i].engine && ws->w[i].others)
            take_others(&ws->w[i], 0, gw_now_us()); /* packets inside are given back */
}

void gw_workers_free(struct gw_workers *ws)
{
    if (!ws)
        return;
    for (unsigned i = 0; i < ws->n; i++)
        gw_engine_free(ws->w[i].engine); /* all of them, before the sockets and mailboxes they use */
    for (unsigned i = 0; i < ws->n; i++) {
        gw_ice_io_free(ws->w[i].ice);
        gw_plain_free(ws->w[i].plain);
        gw_worker_free(ws->w[i].thread);
        gw_mailbox_free(ws->w[i].others);
    }
    free(ws);
}

/* --- watching ----------------------------------------------------------------------------------------------------- */

unsigned gw_workers_count(const struct gw_workers *ws)
{
    return ws->n;
}

void gw_workers_pulse(struct gw_workers *ws)
{
    for (unsigned i = 0; i < ws->n; i++) {
        struct one *w = &ws->w[i];
        uint64_t turns = gw_loop_turns(gw_worker_loop(w->thread));
        const struct gw_order nothing = {.tag = GW_ORDER_UNLINK};

        w->silent = turns == w->turns ? w->silent + 1 : 0;
        w->turns = turns;
        if (w->silent == SILENT_PULSES)
            gw_error("worker %u has not moved for %d s: a plugin's tap may be blocking it", i, SILENT_PULSES);
        gw_workers_post(ws, i, &nothing);
    }
}

bool gw_workers_alive(const struct gw_workers *ws)
{
    for (unsigned i = 0; i < ws->n; i++)
        if (ws->w[i].silent >= SILENT_PULSES)
            return false;
    return true;
}

const struct gw_engine *gw_workers_engine(const struct gw_workers *ws, unsigned worker)
{
    return ws->w[worker].engine;
}

const struct gw_ice_stats *gw_workers_ice(const struct gw_workers *ws, unsigned worker)
{
    return gw_ice_io_stats(ws->w[worker].ice);
}

const struct gw_plain_stats *gw_workers_plain(const struct gw_workers *ws, unsigned worker)
{
    return gw_plain_get_stats(ws->w[worker].plain);
}

const struct gw_loop *gw_workers_loop(const struct gw_workers *ws, unsigned worker)
{
    return gw_worker_loop(ws->w[worker].thread);
}

uint16_t gw_workers_port(const struct gw_workers *ws, unsigned worker)
{
    return gw_ice_io_port(ws->w[worker].ice);
}
