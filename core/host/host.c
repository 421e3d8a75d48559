/* SPDX-License-Identifier: Apache-2.0 */
/* Life of the process: starting -> serving <-> draining -> stopping (docs/architecture.md). */
#include "config.h"

#include "host/host.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "capture/capture.h"
#include "host/calibrate.h"
#include "host/control.h"
#include "host/crash.h"
#include "host/daemon.h"
#include "host/event_handlers.h"
#include "host/life.h"
#include "host/listeners.h"
#include "host/modules.h"
#include "host/neighbour.h"
#include "host/notify.h"
#include "host/operator.h"
#include "host/relays.h"
#include "host/routes.h"
#include "host/sandbox.h"
#include "host/sentry.h"
#include "host/stall.h"
#include "host/stats.h"
#include "host/takeover.h"
#include "host/workers.h"
#include "log/log.h"
#include "sctp/sctp.h"

#define NEWS         16384
#define NEWS_A_TURN  2048
#define STALL_MS     3000    /* the loop turns once a second at least */
#define LAST_WORD_US 5000000 /* handles are given this long to be let go at the end */

struct host {
    /* borrowed */
    struct gw_settings *settings;
    const struct cardea_config *config;
    /* owned */
    struct gw_dtls_context *dtls;
    struct gw_mailbox *news;
    struct gw_workers *workers;
    struct gw_links *links;
    struct gw_jwt *jwt;
    struct gw_api *api;
    struct gw_modules *modules;
    int signals;
    /* state */
    char sealer[24];          /* name of what seals RTP here */
    const char *libraries[7]; /* their names and versions */
    char address[64];         /* of this host, as peers see it */
    struct gw_life life;
    struct gw_packet_cost cost;
    struct gw_stall *stall;
    uint64_t pulse, soon;
    uint64_t sent_bytes; /* by all workers, at the last pulse */
    int64_t sent_us;
    int last_signal;
    char *takeover_path, *crash_folder; /* owned */
    bool heir;                          /* we take over from another process */
};

static const char *text(const struct host *h, const char *category, const char *name)
{
    return gw_config_string(h->config, category, name);
}

/* --- log, limits, address ----------------------------------------------------------------------------------------- */

static enum gw_log_format log_format(const struct host *h)
{
    const char *name = text(h, "general", "log_format");

    if (name && !strcmp(name, "json"))
        return GW_LOG_JSON;
    return name && !strcmp(name, "journal") ? GW_LOG_JOURNAL : GW_LOG_HUMAN;
}

/* What may change while the gateway runs. */
static void set_log(const struct host *h)
{
    gw_log_set_format(log_format(h));
    gw_log_set_timestamps(gw_config_bool(h->config, "general", "debug_timestamps"));
    gw_log_set_colors(gw_config_bool(h->config, "general", "debug_colors"));
    gw_log_set_redact(gw_config_bool(h->config, "general", "log_redact_addresses"));
    gw_log_set_rate((unsigned)gw_config_int(h->config, "general", "log_rate"));
    gw_log_set_level((int)gw_config_int(h->config, "general", "debug_level"));
    if (gw_log_set_modules(text(h, "general", "debug_modules")))
        gw_warn("general.debug_modules is not a list such as \"ice=6, api=5\": ignored");
}

static int start_log(const struct host *h)
{
    const struct gw_log_conf conf = {
        .to_stdout = gw_config_bool(h->config, "general", "log_to_stdout"),
        .file = text(h, "general", "log_to_file"),
        .file_bytes = (uint64_t)gw_config_int(h->config, "general", "log_file_size") << 20,
        .file_keep = (unsigned)gw_config_int(h->config, "general", "log_file_keep"),
        .prefix = text(h, "general", "log_prefix"),
    };
    int err = gw_log_start(&conf);

    set_log(h);
    if (!err)
        return 0;
    gw_fatal("the log file %s cannot be opened (%s): change general.log_to_file", conf.file, strerror(errno));
    return GW_EIO;
}

static int raise_limits(const struct host *h)
{
    int64_t wanted = gw_config_int(h->config, "general", "check_openfiles_limit");
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files))
        return 0;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if ((int64_t)files.rlim_cur >= wanted)
        return 0;
    gw_fatal("only %llu open files are allowed, general.check_openfiles_limit wants %lld: raise the limit (ulimit -n)",
             (unsigned long long)files.rlim_cur, (long long)wanted);
    return GW_ELIMIT;
}

/* The address that would be used towards the world; no packet is sent for it. */
static void find_address(struct host *h)
{
    const char *announced = text(h, "nat", "announce"), *given = text(h, "general", "interface");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)}, own;
    socklen_t len = sizeof(own);
    struct in_addr v4;
    int fd;

    g_strlcpy(h->address, "127.0.0.1", sizeof(h->address));
    if (announced || (given && inet_pton(AF_INET, given, &v4) == 1)) {
        g_strlcpy(h->address, announced ? announced : given, sizeof(h->address));
        h->address[strcspn(h->address, ", ")] = 0;
        return;
    }
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) && !getsockname(fd, (struct sockaddr *)&own, &len))
        inet_ntop(AF_INET, &own.sin_addr, h->address, sizeof(h->address));
    close(fd);
}

/* --- the control thread's turn ------------------------------------------------------------------------------------ */

static void take_news(void *arg, uint32_t events, int64_t now_us)
{
    struct host *h = arg;
    _Alignas(16) char message[GW_MAIL_SIZE];

    gw_mailbox_rearm(h->news);
    for (unsigned i = 0; i < NEWS_A_TURN; i++) {
        if (!gw_mailbox_take(h->news, message))
            return;
        gw_links_news(h->links, (const struct gw_news *)message);
    }
    gw_mailbox_kick(h->news);
}

static void nothing(void *arg)
{
    struct host *h = arg;

    h->soon = 0;
}

static void end_turn(void *arg, int64_t now_us)
{
    struct host *h = arg;
    bool more;

    if (!h->api || !h->links)
        return;
    more = gw_api_turn_end(h->api);
    more |= gw_links_turn(h->links);
    if (more && !h->soon) /* another turn, soon */
        h->soon = gw_control_timer(5, false, nothing, h);
}

/* --- draining and signals ----------------------------------------------------------------------------------------- */

static int64_t drain_timeout_s(const struct host *h)
{
    return gw_config_int(h->config, "general", "drain_timeout");
}

/* Somebody is here, or may just be on the way (see drain_grace). */
static bool is_busy(const struct host *h, int64_t now_us)
{
    int64_t grace_us = gw_config_int(h->config, "general", "drain_grace") * 1000000;

    return gw_api_sessions(h->api) > 0 || gw_neighbours_wait() || now_us < h->life.since_us + grace_us;
}

/* The phase or its deadline changed: all who care are told. */
static void tell_phase(struct host *h)
{
    const struct gw_life *l = &h->life;
    const struct gw_drain_status d = {l->phase == GW_LIFE_DRAINING, l->since_us, l->deadline_us};

    gw_info("%s; %zu sessions", gw_life_name(l->phase), gw_api_sessions(h->api));
    gw_notify("%sSTATUS=%s, %zu sessions", l->phase == GW_LIFE_STOPPING ? "STOPPING=1\n" : "", gw_life_name(l->phase),
              gw_api_sessions(h->api));
    if (l->phase == GW_LIFE_STOPPING)
        gw_loop_quit(gw_control_loop());
    else
        gw_api_draining(h->api, &d);
}

static void drain(void *arg, bool on, int64_t timeout_s)
{
    struct host *h = arg;
    int64_t now_us = gw_now_us();

    if (on ? gw_life_drain(&h->life, timeout_s, now_us) : gw_life_undrain(&h->life, now_us))
        tell_phase(h);
}

static unsigned open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

/* The last descriptors are for what runs already: a log file that is rotated, a recording, a plugin's work. */
static void watch_files(struct host *h)
{
    int64_t reserved = gw_config_int(h->config, "limits", "reserved_files");
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY)
        return;
    gw_api_admit(h->api, "files", (int64_t)files.rlim_cur - open_files() > reserved,
                 "File descriptors are nearly used up (limits.reserved_files)");
}

/* What the workers have sent since the last pulse. */
static void watch_egress(struct host *h)
{
    uint64_t bytes = 0;
    int64_t now_us = gw_now_us();

    for (unsigned i = 0; i < gw_workers_count(h->workers); i++) {
        struct gw_engine_stats s;

        gw_engine_get_stats(gw_workers_engine(h->workers, i), &s);
        bytes += s.bytes_out;
    }
    if (h->sent_us && now_us > h->sent_us)
        gw_api_egress(h->api, (bytes - h->sent_bytes) * 8 * 1000000 / (uint64_t)(now_us - h->sent_us));
    h->sent_bytes = bytes;
    h->sent_us = now_us;
}

static void pulse(void *arg)
{
    struct host *h = arg;

    gw_workers_pulse(h->workers);
    watch_files(h);
    watch_egress(h);
    if (gw_workers_alive(h->workers) && gw_notify_watchdog_us())
        gw_notify("WATCHDOG=1");
    if (gw_life_pulse(&h->life, is_busy(h, gw_now_us()), gw_now_us()))
        tell_phase(h);
}

static void reloaded(void *arg)
{
    struct host *h = arg;

    set_log(h);
    gw_api_reload(h->api);
    gw_links_tune(h->links, (unsigned)gw_config_int(h->config, "media", "peers_per_worker"),
                  (unsigned)gw_config_int(h->config, "general", "candidates_timeout"));
}

static void take_signal(void *arg, uint32_t events, int64_t now_us)
{
    struct host *h = arg;
    struct signalfd_siginfo s;

    if (read(h->signals, &s, sizeof(s)) != sizeof(s))
        return;
    if (s.ssi_signo == SIGHUP || s.ssi_signo == SIGUSR1) {
        json_decref(gw_operator_reload());
        gw_log_reopen();
    } else {
        bool term = s.ssi_signo == SIGTERM;

        h->last_signal = (int)s.ssi_signo;
        if (term ? gw_life_term(&h->life, drain_timeout_s(h), now_us) : gw_life_stop(&h->life, now_us))
            tell_phase(h);
        if (gw_life_pulse(&h->life, is_busy(h, now_us), now_us))
            tell_phase(h);
    }
}

static int watch_signals(struct host *h)
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
    return h->signals < 0 ? GW_EIO : gw_loop_add(gw_control_loop(), h->signals, EPOLLIN, take_signal, h);
}

/* --- start -------------------------------------------------------------------------------------------------------- */

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

static int make_api(struct host *h)
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
        .drain = drain,
        .operate = gw_operator_ask,
        .web = gw_control_web(),
        .arg = h,
    };

    return gw_api_new(&h->api, &conf);
}

/* Beside a predecessor its media ports are taken: the next block of numbers, then. */
static int make_workers(struct host *h)
{
    int64_t blocks = h->heir ? gw_config_int(h->config, "media", "media_port_blocks") : 1;
    struct gw_media_settings media;
    char why[300] = "";
    int err = gw_mailbox_new(&h->news, NEWS);

    if (!err)
        err = gw_loop_add(gw_control_loop(), gw_mailbox_fd(h->news), EPOLLIN, take_news, h);
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

static int start(struct host *h)
{
    int err = raise_limits(h);

    find_address(h);
    find_sealer(h);
    find_libraries(h);
    gw_calibrate(&h->cost);
    if (!err)
        err = gw_control_new();
    if (!err)
        err = watch_signals(h);
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
        err = make_api(h);
    if (!err)
        err = gw_relays_try_servers(h->config);
    if (!err) {
        gw_neighbours_begin(h->api);
        err = make_workers(h);
    }
    if (!err)
        err = make_links(h);
    if (!err) {
        gw_loop_on_turn_end(gw_control_loop(), end_turn, h);
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
            .api = h->api, .modules = h->modules, .settings = h->settings, .reloaded = reloaded, .arg = h});
    if (!err)
        h->pulse = gw_control_timer(1000, true, pulse, h);
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

static void stop(struct host *h)
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

/* A line of the log that says what is wrong, as long as somebody sees it. */
static int keep_pid_file(const struct host *h)
{
    const char *path = text(h, "general", "pid_file");
    int err = path ? gw_pid_file_keep(path) : 0;

    if (err == GW_EPROTO)
        gw_fatal("general.pid_file: %s is that of another gateway which runs: give each its own", path);
    else if (err)
        gw_fatal("general.pid_file: %s cannot be written: %s", path, strerror(errno));
    return err;
}

/* In the background the terminal is let go, unless the command line says that it is wanted. */
static bool output_is_wanted(const struct gw_settings *s)
{
    for (size_t i = s->n_overrides; i-- > 0;)
        if (!strcmp(s->overrides[i].name, "log_to_stdout"))
            return !strcmp(s->overrides[i].value, "true");
    return false;
}

/* --- one process after the other ---------------------------------------------------------------------------------- */

static char *takeover_path(const struct host *h)
{
    const char *path = text(h, "general", "takeover_socket"), *folder = getenv("RUNTIME_DIRECTORY");

    return path ? g_strdup(path) : g_build_filename(folder ? folder : h->settings->state_folder, "takeover", NULL);
}

static char *crash_folder(const struct host *h)
{
    const char *folder = text(h, "general", "crash_folder");

    return folder ? g_strdup(folder) : g_build_filename(h->settings->state_folder, "crashes", NULL);
}

static void for_successor(void *arg, bool stop)
{
    if (stop)
        gw_pid_file_remove();
    else
        keep_pid_file(arg);
}

static void succeeded(void *arg)
{
    struct host *h = arg;

    gw_info("a successor serves from now on");
    gw_api_succeeded(h->api);
    gw_host_stats_succeeded();
    drain(h, true, drain_timeout_s(h));
}

/* All is there: from here on clients come to us. */
static int serve(struct host *h)
{
    int err = gw_takeover_stop_predecessor();

    if (err)
        gw_fatal("the gateway that we take over from does not answer any more");
    else if (h->settings->takeover)
        err = keep_pid_file(h);
    if (err)
        return err;
    gw_listeners_forget_inherited();
    gw_life_ready(&h->life, gw_now_us());
    gw_listeners_accept(true);
    gw_takeover_begin(&(struct gw_takeover_conf){
        .path = h->takeover_path, .stopping = for_successor, .succeeded = succeeded, .arg = h});
    gw_notify("READY=1\nSTATUS=serving");
    return 0;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

int gw_host_run(struct gw_settings *settings)
{
    struct host h = {.settings = settings, .config = settings->config, .signals = -1};
    struct gw_sandbox *sandbox;
    int err, code;

    if (gw_config_bool(h.config, "general", "daemonize") && !gw_daemon_leave(&code))
        return code;
    sandbox = gw_sandbox_new(settings); /* before there is any thread */
    if (start_log(&h)) {
        gw_sandbox_free(sandbox);
        return 1;
    }
    gw_info("Cardea " PACKAGE_VERSION ", configured by %s", settings->config_file ? settings->config_file : "defaults");
    h.takeover_path = takeover_path(&h);
    h.crash_folder = crash_folder(&h);
    gw_crash_begin(h.crash_folder);
    err = settings->takeover ? 0 : keep_pid_file(&h);
    if (!err)
        err = start(&h);
    if (!err)
        err = serve(&h);
    if (!err)
        err = gw_sandbox_close(sandbox, settings);
    gw_sandbox_free(sandbox);
    if (!err) {
        gw_info("serving at %s: %u workers, media from UDP port %u on, sealing by %s", h.address,
                gw_workers_count(h.workers), gw_workers_port(h.workers, 0), h.sealer);
        gw_daemon_ready(output_is_wanted(settings));
        gw_loop_run(gw_control_loop());
    }
    stop(&h);
    gw_pid_file_remove();
    gw_crash_end();
    g_free(h.takeover_path);
    g_free(h.crash_folder);
    gw_log_stop();
    return err ? 1 : 0;
}
