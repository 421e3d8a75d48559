/* SPDX-License-Identifier: Apache-2.0 */
/* Life of the process: starting -> serving <-> draining -> stopping (docs/architecture.md). */
#include "config.h"

#include "host/host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/err.h"
#include "host/control.h"
#include "host/crash.h"
#include "host/daemon.h"
#include "host/listeners.h"
#include "host/neighbour.h"
#include "host/notify.h"
#include "host/operator.h"
#include "host/parts.h"
#include "host/sandbox.h"
#include "host/sentry.h"
#include "host/stats.h"
#include "host/takeover.h"
#include "host/workers.h"
#include "log/log.h"

#define NEWS_A_TURN 2048

static const char *text(const struct host *h, const char *category, const char *name)
{
    return gw_config_string(h->config, category, name);
}

/* --- the control thread's turn ------------------------------------------------------------------------------------ */

static void take_news(void *arg, uint32_t events, int64_t now_us)
{
    struct host *h = arg;
    _Alignas(16) char message[GW_MAIL_SIZE];

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
    gw_api_said(h->api);  /* after all that may say something */
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
    gw_api_admit(h->api, "files", gw_environment_has_files(h->config),
                 "File descriptors are nearly used up (limits.reserved_files)");
    watch_egress(h);
    gw_overload_watch(&h->overload, h->workers, h->api, gw_now_us());
    if (gw_workers_alive(h->workers) && gw_notify_watchdog_us())
        gw_notify("WATCHDOG=1");
    if (gw_life_pulse(&h->life, is_busy(h, gw_now_us()), gw_now_us()))
        tell_phase(h);
}

static void reloaded(void *arg)
{
    struct host *h = arg;

    gw_environment_log(h->config);
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

/* --- who and where -------------------------------------------------------------------------------------------------
 */

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

/* All is there, what is not needed is given up, and from here on clients come to us. */
static int serve(struct host *h, struct gw_sandbox *sandbox)
{
    int err = gw_takeover_stop_predecessor();

    if (err)
        gw_fatal("the gateway that we take over from does not answer any more");
    else if (h->settings->takeover)
        err = keep_pid_file(h);
    if (err)
        return err;
    gw_listeners_forget_inherited();
    gw_takeover_begin(&(struct gw_takeover_conf){
        .path = h->takeover_path, .stopping = for_successor, .succeeded = succeeded, .arg = h});
    err = gw_sandbox_close(sandbox, h->settings);
    if (err)
        return err;
    gw_life_ready(&h->life, gw_now_us());
    gw_listeners_accept(true);
    gw_notify("READY=1\nSTATUS=serving");
    return 0;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static const struct gw_host_calls calls = {.signalled = take_signal,
                                           .news = take_news,
                                           .turn_end = end_turn,
                                           .drain = drain,
                                           .reloaded = reloaded,
                                           .pulse = pulse};

int gw_host_run(struct gw_settings *settings)
{
    struct host h = {.settings = settings, .config = settings->config, .signals = -1};
    struct gw_sandbox *sandbox;
    int err, code;

    if (gw_config_bool(h.config, "general", "daemonize") && !gw_daemon_leave(&code))
        return code;
    sandbox = gw_sandbox_new(settings); /* before there is any thread */
    if (gw_environment_start_log(h.config)) {
        gw_sandbox_free(sandbox);
        return 1;
    }
    gw_info("Cardea " PACKAGE_VERSION ", configured by %s", settings->config_file ? settings->config_file : "defaults");
    h.takeover_path = takeover_path(&h);
    h.crash_folder = crash_folder(&h);
    gw_crash_begin(h.crash_folder);
    err = settings->takeover ? 0 : keep_pid_file(&h);
    if (!err)
        err = gw_parts_begin(&h, &calls);
    if (!err)
        err = serve(&h, sandbox);
    gw_sandbox_free(sandbox);
    if (!err) {
        gw_info("serving at %s: %u workers, media from UDP port %u on, sealing by %s", h.address,
                gw_workers_count(h.workers), gw_workers_port(h.workers, 0), h.sealer);
        gw_daemon_ready(output_is_wanted(settings));
        gw_loop_run(gw_control_loop());
    }
    gw_parts_end(&h);
    gw_pid_file_remove();
    gw_crash_end();
    g_free(h.takeover_path);
    g_free(h.crash_folder);
    gw_log_stop();
    return err ? 1 : 0;
}
