/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/parts.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/capture.h"
#include "host/control.h"
#include "host/crash.h"
#include "host/event_handlers.h"
#include "host/listeners.h"
#include "host/neighbour.h"
#include "host/operator.h"
#include "host/relays.h"
#include "host/routes.h"
#include "host/sentry.h"
#include "host/stats.h"
#include "host/takeover.h"
#include "log/log.h"
#include "sctp/sctp.h"

#define NEWS         16384
#define STALL_MS     3000    /* the loop turns once a second at least */
#define LAST_WORD_US 5000000 /* handles are given this long to be let go at the end */

static const char *text(const struct host *h, const char *category, const char *name)
{
    return gw_config_string(h->config, category, name);
}

/* --- start -------------------------------------------------------------------------------------------------------- */

static int watch_signals(struct host *h, const struct gw_host_calls *calls)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL); /* before there are other threads */
    h->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return h->signals < 0 ? GW_EIO : gw_loop_add(gw_control_loop(), h->signals, EPOLLIN, calls->signalled, h);
}

static int make_dtls(struct host *h)
{
    const struct gw_dtls_conf conf = {
        .cert_pem = text(h, "certificates", "cert_pem"),
        .key_pem = text(h, "certificates", "cert_key"),
        .password = text(h, "certificates", "cert_pwd"),
        .rsa = gw_config_bool(h->config, "certificates", "rsa_private_key"),
        .trusted_only = !gw_config_bool(h->config, "certificates", "dtls_accept_selfsigned"),
        .ciphers = text(h, "certificates", "dtls_ciphers"),
        .mtu = (unsigned)gw_config_int(h->config, "media", "dtls_mtu"),
    };
    char why[300] = "";
    int err = gw_dtls_context_new(&h->dtls, &conf, why, sizeof(why));

    if (err)
        gw_fatal("%s", why);
    return err;
}

static void media_changed(void *arg, const struct gw_media_settings *settings)
{
    struct host *h = arg;

    gw_workers_settings(h->workers, settings);
}

static void find_libraries(struct host *h)
{
    const char *const all[] = {"crypto",  gw_dtls_library(), "libsrtp", gw_srtp_library(),
                               "libcurl", gw_web_library(),  NULL};

    _Static_assert(sizeof(all) == sizeof(h->libraries), "room for all");
    memcpy(h->libraries, all, sizeof(all));
}

static void find_sealer(struct host *h)
{
    struct gw_sealer *s;

    if (gw_sealer_new(&s, NULL))
        return;
    g_strlcpy(h->sealer, gw_sealer_name(s), sizeof(h->sealer));
    gw_sealer_free(s);
}

static int make_jwt(struct host *h)
{
    const struct gw_jwt_conf conf = {.secret = text(h, "general", "jwt_secret"),
                                     .key_file = text(h, "general", "jwt_key"),
                                     .audience = text(h, "general", "jwt_audience"),
                                     .issuer = text(h, "general", "jwt_issuer")};
    char why[300];
    int err;

    if (!conf.secret && !conf.key_file)
        return 0;
    err = gw_jwt_new(&h->jwt, &conf, why, sizeof(why));
    if (err)
        gw_fatal("general.jwt_key: %s", why);
    return err;
}

static int make_api(struct host *h, const struct gw_host_calls *calls)
{
    const struct gw_api_conf conf = {
        .config = h->settings->config,
        .timers = gw_loop_timers(gw_control_loop()),
        .now_us = gw_now_us,
        .address = h->address,
        .log_file = text(h, "general", "log_to_file"),
        .commit = h->settings->commit,
        .jwt = h->jwt,
        .sealer = h->sealer,
        .libraries = h->libraries,
        .workers = gw_workers_wanted(h->config),
        .ice_full = gw_workers_full_ice(h->config),
        .media_changed = media_changed,
        .drain = calls->drain,
        .operate = gw_operator_ask,
        .web = gw_control_web(),
        .arg = h,
    };

    return gw_api_new(&h->api, &conf);
}

/* Beside a predecessor its media ports are taken: the next block of numbers, then. */
static int make_workers(struct host *h, const struct gw_host_calls *calls)
{
    int64_t blocks = h->heir ? gw_config_int(h->config, "media", "media_port_blocks") : 1;
    struct gw_media_settings media;
    char why[300] = "";
    int err = gw_mailbox_new(&h->news, NEWS);

    if (!err)
        err = gw_mailbox_watch(h->news, gw_control_loop(), calls->news, h);
    if (err)
        return err;
    gw_api_media_settings(h->api, &media);
    err = GW_EIO;
    for (int64_t i = 0; err == GW_EIO && i < blocks; i++)
        err = gw_workers_new(&h->workers, h->config, (unsigned)i, h->dtls, h->news, &media, why, sizeof(why));
    if (err)
        gw_fatal("%s", why);
    return err;
}

static int make_links(struct host *h)
{
    struct gw_links_conf conf = {
        .workers = gw_workers_count(h->workers),
        .full_trickle = gw_config_bool(h->config, "nat", "full_trickle"),
        .fingerprint = gw_dtls_fingerprint(h->dtls),
        .address = h->address,
        .peers_per_worker = (unsigned)gw_config_int(h->config, "media", "peers_per_worker"),
        .post = gw_workers_post,
        .arg = h->workers,
        .events = gw_api_link_events(),
        .now_us = gw_now_us,
        .candidates_timeout_s = (unsigned)gw_config_int(h->config, "general", "candidates_timeout"),
        .seek_relays = gw_relays_start(h->config) ? gw_relays_seek : NULL,
        .plain_most = (unsigned)gw_config_int(h->config, "media", "plain_limit"),
    };
    const char *range = text(h, "media", "plain_port_range");
    int err;

    if (range)
        sscanf(range, "%hu-%hu", &conf.plain_min, &conf.plain_max); /* checked with the options */
    err = gw_links_new(&h->links, &conf);
    if (!err) {
        gw_api_set_links(h->api, h->links);
        if (conf.seek_relays)
            gw_relays_use(h->links);
    }
    return err;
}

static int load_modules(struct host *h)
{
    unsigned refused = gw_modules_load(&h->modules, h->api, h->settings);

    if (refused && gw_config_bool(h->config, "general", "exit_on_dl_error")) {
        gw_fatal("%u modules were refused, and general.exit_on_dl_error is on", refused);
        return GW_EPROTO;
    }
    if (gw_config_bool(h->config, "general", "token_auth") && !text(h, "general", "token_auth_secret") &&
        !gw_api_door_is_open(h->api, CARDEA_DOOR_ADMIN)) {
        gw_fatal("general.token_auth needs the Admin API, by which tokens come: open it in a transport, or set "
                 "general.token_auth_secret");
        return GW_EPROTO;
    }
    if (!gw_api_door_is_open(h->api, CARDEA_DOOR_CLIENT)) {
        gw_fatal("no transport offers the API: see the lines above, and general.transports_folder");
        return GW_EPROTO;
    }
    return 0;
}

static void tell_of_crash(void *unused, const char *path, const char *text)
{
    gw_warn("a former process of this gateway crashed, %s has it: %.*s", path, (int)strcspn(text, "\n"), text);
    gw_sentry_crash(text);
}

/* Of former processes; and errors of this one, from here on. */
static void tell_of_crashes(const struct host *h)
{
    gw_sentry_begin(h->config, gw_control_web());
    gw_crash_each(h->crash_folder, tell_of_crash, NULL);
}

/* Listening sockets that are there already. */
static int inherit(struct host *h)
{
    int err = GW_ENOENT;

    if (gw_listeners_inherit_from_manager())
        gw_info("listening sockets come from the service manager");
    if (h->settings->takeover)
        err = gw_takeover_from(h->takeover_path);
    h->heir = !err;
    if (h->heir)
        gw_info("taking over from the gateway at %s", h->takeover_path);
    else if (err == GW_EIO)
        gw_fatal("the gateway at %s does not hand over its sockets: is it of another version?", h->takeover_path);
    else if (h->settings->takeover)
        gw_info("nobody is there to take over from");
    return err == GW_EIO ? err : 0;
}

/* A plugin does not return: everything that clients ask for waits, media goes on. */
static void stands_still(void *arg, const char *plugin, const char *what, unsigned ms, bool over)
{
    if (over)
        gw_warn("the control thread moves again after %u ms; it was in %s (%s)", ms, plugin ? plugin : "no plugin",
                what ? what : "timers, jobs or the gateway itself");
    else
        gw_error("the control thread stands still since %u ms, in %s (%s)", ms, plugin ? plugin : "no plugin",
                 what ? what : "timers, jobs or the gateway itself");
}

int gw_parts_begin(struct host *h, const struct gw_host_calls *calls)
{
    int err = gw_environment_raise_limits(h->config);

    gw_environment_address(h->config, h->address);
    find_sealer(h);
    find_libraries(h);
    gw_calibrate(&h->cost);
    if (!err)
        err = gw_control_new();
    if (!err)
        err = watch_signals(h, calls);
    if (!err)
        tell_of_crashes(h);
    if (!err)
        err = gw_listeners_begin();
    if (!err)
        err = inherit(h);
    if (!err)
        err = gw_sctp_global_init();
    if (!err)
        err = make_dtls(h);
    if (!err)
        err = make_jwt(h);
    if (!err)
        err = make_api(h, calls);
    if (!err)
        err = gw_relays_try_servers(h->config);
    if (!err) {
        gw_neighbours_begin(h->api);
        err = make_workers(h, calls);
    }
    if (!err)
        err = make_links(h);
    if (!err) {
        gw_loop_on_turn_end(gw_control_loop(), calls->turn_end, h);
        err = gw_workers_start(h->workers);
    }
    if (!err)
        gw_host_stats_begin(h->api, h->workers, &h->cost, h->address);
    if (!err)
        err = load_modules(h);
    if (!err)
        err = gw_host_routes(h->api, h->workers);
    if (!err)
        err = gw_event_handlers_start(h->api, h->settings);
    if (!err)
        gw_operator_start(&(struct gw_operator_conf){
            .api = h->api, .modules = h->modules, .settings = h->settings, .reloaded = calls->reloaded, .arg = h});
    if (!err)
        h->pulse = gw_control_timer(1000, true, calls->pulse, h);
    if (!err)
        err = gw_stall_new(&h->stall, &(struct gw_stall_conf){
                                          .loop = gw_control_loop(), .patience_ms = STALL_MS, .tell = stands_still});
    return err;
}

/* --- stop --------------------------------------------------------------------------------------------------------- */

static void let_go(struct host *h)
{
    int64_t until = gw_now_us() + LAST_WORD_US;

    gw_api_accept(h->api, false);
    gw_api_close_all(h->api);
    while (gw_api_handles(h->api) && gw_now_us() < until)
        gw_loop_turn(gw_control_loop(), 10);
    if (gw_api_handles(h->api))
        gw_warn("%zu handles were not let go in time", gw_api_handles(h->api));
}

static void drop_news(struct host *h)
{
    _Alignas(16) char message[GW_MAIL_SIZE];

    while (gw_mailbox_take(h->news, message))
        gw_news_drop((struct gw_news *)message);
}

void gw_parts_end(struct host *h)
{
    gw_stall_free(h->stall);
    if (h->api && h->links)
        let_go(h);
    gw_neighbours_end();
    gw_event_handlers_stop(h->last_signal);
    gw_operator_stop();
    gw_relays_stop();
    gw_host_routes_end();
    if (h->api) {
        gw_api_stop_transports(h->api);
        gw_control_hear_out(); /* what their threads said last */
        gw_api_stop_plugins(h->api);
    }
    gw_listeners_end();
    gw_takeover_end();
    gw_host_stats_end();
    gw_workers_stop(h->workers);
    if (h->news)
        drop_news(h);
    gw_links_free(h->links);
    gw_workers_free(h->workers);
    gw_capture_end();
    gw_api_free(h->api);
    gw_jwt_free(h->jwt);
    if (gw_control_loop())
        gw_control_end_jobs();
    gw_modules_free(h->modules);
    gw_sentry_end();
    if (gw_control_loop())
        gw_control_free();
    gw_mailbox_free(h->news);
    gw_dtls_context_free(h->dtls);
    gw_sctp_global_end();
    if (h->signals >= 0)
        close(h->signals);
}
