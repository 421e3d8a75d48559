/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sentry.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "host/control.h"
#include "host/envelope.h"
#include "log/line.h"
#include "metrics/metrics.h"

#define CAUSES       256
#define PAUSE_S      60 /* between two lines of one cause */
#define HOUR_S       3600
#define TRIES        3
#define MOST_AT_ONCE 32 /* lines on their way to the control thread */

static struct {
    struct gw_dsn dsn;
    struct gw_web *web;
    const char *environment; /* borrowed from the configuration */
    char node[64];
    unsigned an_hour;
    bool on;
    int64_t hour; /* that is counted */
    unsigned sent;
    struct gw_metric *sent_total, *dropped_total;
    /* any thread */
    _Atomic int64_t cause[CAUSES]; /* second in which one was last told */
    atomic_uint on_way;
} the;

struct told {
    struct gw_log_line line;
    char group[GW_LOG_MODULE + 24];
};

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* Is there room for one more this hour? */
static bool may_send(void)
{
    int64_t hour = gw_wall_us() / 1000000 / HOUR_S;

    if (hour != the.hour)
        the.sent = 0;
    the.hour = hour;
    if (the.sent >= the.an_hour)
        return false;
    the.sent++;
    return true;
}

static void sent(void *unused, int status)
{
    gw_metric_add(status >= 200 && status < 300 ? the.sent_total : the.dropped_total, 1);
}

static void send_problem(struct gw_problem *p)
{
    const char *headers[] = {the.dsn.auth, NULL};
    char id[33], *text;
    int err = GW_ELIMIT;

    p->node = the.node;
    p->environment = the.environment;
    snprintf(id, sizeof(id), "%08x%08x%08x%08x", g_random_int(), g_random_int(), g_random_int(), g_random_int());
    text = may_send() ? gw_envelope(p, id) : NULL;
    if (text)
        err = gw_web_send(the.web, &(struct gw_web_post){.url = the.dsn.url,
                                                         .content_type = "application/x-sentry-envelope",
                                                         .headers = headers,
                                                         .body = text,
                                                         .len = strlen(text),
                                                         .tries = TRIES,
                                                         .done = sent});
    if (err)
        gw_metric_add(the.dropped_total, 1);
    free(text);
}

static void told_free(struct told *t)
{
    free(t->line.text);
    g_free(t);
}

static void take_line(void *arg)
{
    struct told *t = arg;

    atomic_fetch_sub(&the.on_way, 1);
    if (the.on) {
        gw_log_scrub(t->line.text);
        send_problem(
            &(struct gw_problem){.wall_us = (int64_t)t->line.when.tv_sec * 1000000 + t->line.when.tv_nsec / 1000,
                                 .level = (enum cardea_log_level)t->line.level,
                                 .module = t->line.module,
                                 .message = t->line.text,
                                 .group = t->group});
    }
    told_free(t);
}

/* Any thread. The place in the source is what makes two lines the same problem: its text is, without what is filled in.
 */
static void hear_line(const struct gw_log_line *l, const void *cause)
{
    _Atomic int64_t *last = &the.cause[g_str_hash(cause) % CAUSES];
    struct told *t;

    if (l->level > CARDEA_LOG_ERROR)
        return;
    if (l->when.tv_sec - atomic_load(last) < PAUSE_S || atomic_load(&the.on_way) >= MOST_AT_ONCE) {
        gw_metric_add(the.dropped_total, 1);
        return;
    }
    atomic_store(last, l->when.tv_sec);
    t = g_new0(struct told, 1);
    t->line = *l;
    t->line.text = strdup(l->text);
    snprintf(t->group, sizeof(t->group), "%s-%08x", l->module, g_str_hash(cause));
    atomic_fetch_add(&the.on_way, 1);
    if (t->line.text && !gw_control_post(take_line, t))
        return;
    atomic_fetch_sub(&the.on_way, 1);
    told_free(t);
}

void gw_sentry_crash(const char *report)
{
    char *text, *message;

    if (!the.on)
        return;
    text = g_strdup(report);
    gw_log_scrub(text);
    message = g_strndup(text, strcspn(text, "\n"));
    send_problem(&(struct gw_problem){
        .wall_us = gw_wall_us(), .level = CARDEA_LOG_FATAL, .module = "crash", .message = message, .crash = text});
    g_free(message);
    g_free(text);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

int gw_sentry_begin(const struct cardea_config *config, struct gw_web *web)
{
    const char *dsn = gw_config_string(config, "sentry", "dsn"),
               *node = gw_config_string(config, "sentry", "server_name");

    if (!dsn)
        return 0;
    if (gw_dsn_read(&the.dsn, dsn)) {
        gw_error("sentry.dsn is not like https://KEY@HOST/PROJECT: nothing is reported");
        return GW_EINVAL;
    }
    the.web = web;
    the.environment = gw_config_string(config, "sentry", "environment");
    the.an_hour = (unsigned)gw_config_int(config, "sentry", "most_per_hour");
    if (node)
        g_strlcpy(the.node, node, sizeof(the.node));
    else if (gethostname(the.node, sizeof(the.node) - 1))
        the.node[0] = 0;
    the.sent_total = gw_metric_counter("cardea_problems_sent_total", NULL, "Errors told to the Sentry server.");
    the.dropped_total = gw_metric_counter("cardea_problems_dropped_total", NULL,
                                          "Errors not told to it: too many, or it did not take them.");
    the.on = true;
    gw_log_watch(hear_line);
    return 0;
}

void gw_sentry_end(void)
{
    gw_log_watch(NULL);
    the.on = false;
}
