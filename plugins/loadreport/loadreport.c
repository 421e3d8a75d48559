/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How loaded this gateway is, told to whoever wants to know: requests, pushed events, GET /load, metrics, a balancer's
 * agent check, a webhook, Redis. And the one thing that it does about it: above a configured load new sessions are
 * refused; nothing that runs is touched.
 */
#include "loadreport.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "agent.h"
#include "history.h"
#include "push.h"
#include "report.h"
#include "watchers.h"

#define NAME  "cardea.plugin.loadreport"
#define WORST 10 /* connections shown, unless another number is asked for */

struct loadreport lr;
static uint64_t timer;
static char host_name[64];

enum { E_NO_MESSAGE = 500, E_NOT_OBJECT = 501, E_UNKNOWN = 502, E_MISSING = 503, E_INVALID = 504, E_SECRET = 505 };

/* --- once a second ------------------------------------------------------------------------------------------------ */

static const char *watched_folder(void)
{
    const char *folder = lr.host->option_string(lr.config, "limits", "disk_folder");

    return folder && *folder ? folder : NULL;
}

static void take_reading(struct reading *r)
{
    memset(r, 0, sizeof(*r));
    r->at_us = lr.host->now_us();
    r->stats.size = sizeof(r->stats);
    lr.host->stats(&r->stats);
    r->n_workers = r->stats.workers < FIGURE_WORKERS ? r->stats.workers : FIGURE_WORKERS;
    for (unsigned i = 0; i < r->n_workers; i++) {
        r->worker[i].size = sizeof(r->worker[i]);
        lr.host->worker_stats(i, &r->worker[i]);
    }
    kernel_read(&r->kernel, watched_folder());
}

/* Refuses above the limit, and only lets in again when there is some room: no flapping at the edge. */
static void decide(void)
{
    double load = lr.figure.predicted;
    char why[120];

    if (lr.refuse_above <= 0 || (lr.refusing ? load > lr.refuse_above * 0.9 : load <= lr.refuse_above))
        return;
    if (lr.refusing && load <= lr.refuse_above * 0.9) {
        lr.refusing = false;
        lr.host->log(CARDEA_LOG_INFO, NULL, "load %.2f: new sessions are let in again", load);
    } else if (!lr.refusing) {
        lr.refusing = true;
        lr.host->log(CARDEA_LOG_WARN, NULL, "load %.2f (%s): new sessions are refused", load,
                     component_names[lr.figure.worst]);
    }
    snprintf(why, sizeof(why), "This gateway is full (%s): ask another one", component_names[lr.figure.worst]);
    lr.host->admit(NAME, !lr.refusing, why);
}

static void tell_balancer(void)
{
    char line[64];

    report_agent_line(line, sizeof(line));
    agent_say(line);
}

static void drain(bool draining)
{
    lr.host->stats(&lr.now.stats);
    tell_balancer(); /* at once: every second counts */
}

static void tick(void *arg)
{
    lr.before = lr.now;
    take_reading(&lr.now);
    figure_update(&lr.figure, &lr.before, &lr.now, &lr.limits);
    decide();
    history_note(&lr.figure, &lr.now.stats);
    report_metrics();
    tell_balancer();
    push_tick();
    watchers_tick();
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static bool knows_secret(const char *given)
{
    const char *secret = lr.host->option_string(lr.config, "general", "secret");

    return !secret || !*secret || (given && strlen(given) == strlen(secret) && !strcmp(given, secret));
}

static bool allowed(struct cardea_request *rq)
{
    const struct cardea_request_info *info = lr.host->info(rq);

    if (info->admin || knows_secret(json_string_value(json_object_get(info->body, "secret"))))
        return true;
    lr.host->fail(rq, E_SECRET, "Unauthorized: wrong or missing secret");
    return false;
}

static void reply_with(struct cardea_request *rq, const char *event, const char *name, json_t *value)
{
    json_t *o = json_pack("{ss}", "loadreport", event);

    if (value)
        json_object_set_new(o, name, value);
    lr.host->reply(rq, o);
}

static void run_report(struct cardea_request *rq)
{
    if (allowed(rq))
        reply_with(rq, "report", "report", report_json());
}

static unsigned asked(const json_t *body, const char *name, unsigned otherwise)
{
    const json_t *v = json_object_get(body, name);

    return v ? (unsigned)json_integer_value(v) : otherwise;
}

static void run_history(struct cardea_request *rq)
{
    const json_t *body = lr.host->info(rq)->body;

    if (allowed(rq))
        reply_with(rq, "history", "history",
                   history_json(asked(body, "seconds", HISTORY_SECONDS), asked(body, "step", 10)));
}

static void run_subscribe(struct cardea_request *rq)
{
    const struct cardea_request_info *info = lr.host->info(rq);

    if (!allowed(rq))
        return;
    if (!info->handle) {
        lr.host->fail(rq, E_INVALID, "Only a handle can subscribe");
        return;
    }
    watchers_add(info->handle, asked(info->body, "period", 1));
    reply_with(rq, "subscribed", NULL, NULL);
}

static void run_unsubscribe(struct cardea_request *rq)
{
    watchers_remove(lr.host->info(rq)->handle);
    reply_with(rq, "unsubscribed", NULL, NULL);
}

static void run_connections(struct cardea_request *rq)
{
    if (allowed(rq))
        reply_with(rq, "connections", "connections",
                   lr.host->worst_connections(asked(lr.host->info(rq)->body, "most", WORST)));
}

static const struct cardea_param p_connections[] = {
    {"secret", CARDEA_STRING, .max = 256}, {"most", CARDEA_UINT, .max = 50}, {0}};
static const struct cardea_param p_secret[] = {{"secret", CARDEA_STRING, .max = 256}, {0}};
static const struct cardea_param p_history[] = {{"secret", CARDEA_STRING, .max = 256},
                                                {"seconds", CARDEA_UINT, .max = HISTORY_SECONDS},
                                                {"step", CARDEA_UINT, .max = HISTORY_SECONDS},
                                                {0}};
static const struct cardea_param p_subscribe[] = {
    {"secret", CARDEA_STRING, .max = 256}, {"period", CARDEA_UINT, .max = 3600}, {0}};

static const struct cardea_verb verbs[] = {
    {"report", CARDEA_SYNC, p_secret, run_report},
    {"history", CARDEA_SYNC, p_history, run_history},
    {"connections", CARDEA_SYNC, p_connections, run_connections},
    {"subscribe", CARDEA_SYNC, p_subscribe, run_subscribe},
    {"unsubscribe", CARDEA_SYNC, NULL, run_unsubscribe},
    {0},
};

/* --- GET /load, /load/history?seconds=&step=, /load/connections?most=
 * ---------------------------------------------------------------------- */

static void http_json(struct cardea_http *x, int status, json_t *body)
{
    static const char *const headers[] = {"Content-Type", "application/json", "Cache-Control", "no-store", NULL};
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(5));

    lr.host->http_reply(x, status, headers, text ? text : "", text ? strlen(text) : 0);
    free(text);
    json_decref(body);
}

static unsigned query_number(const char *query, const char *name, unsigned otherwise)
{
    const char *at = strstr(query, name);
    unsigned n;

    return at && sscanf(at + strlen(name), "%u", &n) == 1 && n <= HISTORY_SECONDS ? n : otherwise;
}

static void serve(struct cardea_http *x, const struct cardea_http_request *rq)
{
    const char *auth = rq->header(x, "Authorization");

    if (!knows_secret(auth && !strncmp(auth, "Bearer ", 7) ? auth + 7 : NULL))
        http_json(x, 401,
                  json_pack("{ss}", "error", "this needs Authorization: Bearer with the secret of the load report"));
    else if (strcmp(rq->method, "GET"))
        http_json(x, 405, json_pack("{ss}", "error", "only GET"));
    else if (!*rq->rest)
        http_json(x, 200, report_json());
    else if (!strcmp(rq->rest, "history"))
        http_json(
            x, 200,
            history_json(query_number(rq->query, "seconds=", HISTORY_SECONDS), query_number(rq->query, "step=", 10)));
    else if (!strcmp(rq->rest, "connections"))
        http_json(x, 200, lr.host->worst_connections(query_number(rq->query, "most=", WORST)));
    else
        http_json(x, 404, json_pack("{ss}", "error", "there is /load, /load/history and /load/connections"));
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static int64_t number(const char *category, const char *name)
{
    return lr.host->option_int(lr.config, category, name);
}

static void read_limits(void)
{
    lr.limits = (struct figure_limits){
        .cores = (double)number("limits", "cpu_percent") / 100,
        .memory = (uint64_t)number("limits", "memory_mib") << 20,
        .network_bps = (uint64_t)number("limits", "network_mbps") * 1000000,
        .disk_free = (uint64_t)number("limits", "disk_free_mib") << 20,
        .lag_s = (double)number("limits", "lag_ms") / 1000,
        .machine = lr.host->option_bool(lr.config, "limits", "machine"),
        .subscribers = (uint64_t)number("limits", "subscribers"),
    };
    lr.refuse_above = (double)number("general", "refuse_above") / 100;
}

static int start(const struct cardea_host *host, const struct cardea_config *config)
{
    const char *address;
    char why[200];

    lr = (struct loadreport){.host = host, .config = config};
    lr.node = host->option_string(config, "general", "node");
    if (!lr.node && !gethostname(host_name, sizeof(host_name) - 1))
        lr.node = host_name;
    address = host->option_string(config, "agent", "agent_interface");
    if (number("agent", "agent_port") &&
        agent_start(address, (unsigned)number("agent", "agent_port"), why, sizeof(why))) {
        host->log(CARDEA_LOG_ERROR, NULL, "%s", why);
        return -1;
    }
    read_limits();
    history_start();
    push_start();
    watchers_start();
    take_reading(&lr.now);
    tell_balancer();
    host->route("/load", serve);
    timer = host->timer(1000, true, tick, NULL);
    return timer ? 0 : -1;
}

static void stop(void)
{
    lr.host->timer_stop(timer);
    push_stop();
    watchers_stop();
    agent_say("stopped #deploy");
    agent_stop();
    history_end();
}

static int attach(struct cardea_handle *h, void **user)
{
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    watchers_remove(h);
}

static const struct cardea_option options[] = {
    {"general", "node", CARDEA_OPT_STRING, NULL, .max = 100,
     .help = "Name of this gateway among others; unset: the name of the host."},
    {"general", "url", CARDEA_OPT_STRING, "", .max = 400, .help = "Where clients reach this gateway; told to Redis."},
    {"general", "secret", CARDEA_OPT_STRING, NULL, .max = 256,
     .help = "Who asks for reports must know it (secret in requests, Authorization: Bearer over HTTP); unset: "
             "everybody may."},
    {"general", "refuse_above", CARDEA_OPT_INT, "0", 0, 1000,
     .help = "Percent of load above which new sessions are refused with error 472; 0: never."},
    {"limits", "cpu_percent", CARDEA_OPT_INT, "0", 0, 100000,
     .help = "Processor time that is 100 % of load, in percent of one processor; 0: what the process may use."},
    {"limits", "machine", CARDEA_OPT_BOOL, "true",
     .help = "What others use of the machine counts, unless a control group limits our share of it."},
    {"limits", "memory_mib", CARDEA_OPT_INT, "0", 0, 100000000,
     .help = "Resident memory that is 100 % of load, in MiB; 0: the limit of the control group, or the machine's."},
    {"limits", "network_mbps", CARDEA_OPT_INT, "0", 0, 10000000,
     .help = "Mbit/s of all network devices, in one direction, that are 100 % of load; 0: not looked at."},
    {"limits", "disk_folder", CARDEA_OPT_STRING, NULL, .max = 1000,
     .help = "Folder whose disk is looked at (that of recordings); unset: none is."},
    {"limits", "disk_free_mib", CARDEA_OPT_INT, "1024", 0, 1000000000,
     .help = "Free space there that is 100 % of load, in MiB."},
    {"limits", "lag_ms", CARDEA_OPT_INT, "100", 1, 10000,
     .help = "Lateness of the loops (99 of 100 timers) that is 100 % of load, in milliseconds."},
    {"limits", "subscribers", CARDEA_OPT_INT, "0", 0, 100000000,
     .help = "Outgoing tracks that are wanted here at most, for the figure `capacity`; 0: as many as fit."},
    {"agent", "agent_port", CARDEA_OPT_INT, "0", 0, 65535, .help = "TCP port for the agent-check of HAProxy; 0: none."},
    {"agent", "agent_interface", CARDEA_OPT_STRING, "127.0.0.1", .max = 64,
     .help = "Numeric address that it listens on."},
    {"webhook", "url", CARDEA_OPT_STRING, NULL, .max = 1000,
     .help = "Reports are posted there as JSON; unset: nowhere."},
    {"webhook", "period", CARDEA_OPT_INT, "10", 1, 3600, .help = "Seconds between two reports."},
    {"redis", "host", CARDEA_OPT_STRING, NULL, .max = 400,
     .help = "Redis server (name, address, or path of a socket) that gets a hash for this node; unset: none."},
    {"redis", "port", CARDEA_OPT_INT, "6379", 1, 65535, .help = "Its port."},
    {"redis", "user", CARDEA_OPT_STRING, NULL, .max = 200, .help = "User for AUTH; unset: the default user."},
    {"redis", "password", CARDEA_OPT_STRING, NULL, .max = 400, .help = "Password for AUTH; unset: none."},
    {"redis", "database", CARDEA_OPT_INT, "0", 0, 1000, .help = "Number of the database."},
    {"redis", "prefix", CARDEA_OPT_STRING, "cardea:node:", .max = 100, .help = "The key is this and the node's name."},
    {"redis", "ttl", CARDEA_OPT_INT, "15", 1, 86400, .help = "Seconds after which the key of a silent node is gone."},
    {"redis", "period", CARDEA_OPT_INT, "3", 1, 3600, .help = "Seconds between two reports."},
    {0},
};

static const char *const aliases[] = {NULL};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = NAME,
    .aliases = aliases,
    .title = "Load report",
    .description = "How loaded this gateway is, for balancers, controllers and people",
    .author = "The Cardea authors",
    .version_string = "0.1.0",
    .version = 1,
    .key = "loadreport",
    .errors = {E_NO_MESSAGE, E_NOT_OBJECT, E_UNKNOWN, E_MISSING, E_INVALID},
    .options = options,
    .config_name = "loadreport",
    .verbs = verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .drain = drain,
};
