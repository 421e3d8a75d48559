/* SPDX-License-Identifier: Apache-2.0 */
#include "push.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loadreport.h"
#include "redis.h"
#include "report.h"

#define LONGEST_PAUSE 60 /* periods that are left out at most after a failure */

/* One place to report to: when next, and how often it failed. */
struct target {
    unsigned period_s, wait_s, failures;
    bool busy; /* the last report is still on its way */
    struct cardea_metric *sent, *failed;
};

static struct target web, redis;
static const char *web_url;

static int64_t number(const char *category, const char *name)
{
    return lr.host->option_int(lr.config, category, name);
}

static struct cardea_metric *counter(const char *name, const char *to, const char *help)
{
    char label[32];

    snprintf(label, sizeof(label), "to=\"%s\"", to);
    return lr.host->metric(
        &(struct cardea_metric_conf){.kind = CARDEA_COUNTER, .name = name, .labels = label, .help = help});
}

static void prepare(struct target *t, const char *name)
{
    *t = (struct target){.period_s = (unsigned)number(name, "period")};
    t->sent = counter("cardea_load_reports_sent_total", name, "Load reports pushed.");
    t->failed = counter("cardea_load_reports_failed_total", name, "Load reports that could not be pushed.");
}

static bool due(struct target *t)
{
    if (t->busy || t->wait_s-- > 1)
        return false;
    t->wait_s = t->period_s;
    return true;
}

/* One line when it begins to fail, one when it works again. */
static void done(struct target *t, const char *name, bool fine)
{
    t->busy = false;
    lr.host->metric_add(fine ? t->sent : t->failed, 1);
    if (!fine && !t->failures++)
        lr.host->log(CARDEA_LOG_WARN, NULL, "load reports to %s fail: see [%s] in the configuration", name, name);
    if (fine && t->failures) {
        lr.host->log(CARDEA_LOG_INFO, NULL, "load reports to %s work again after %u failures", name, t->failures);
        t->failures = 0;
    }
    if (t->failures) {
        unsigned pause = 1u << (t->failures < 6 ? t->failures : 6);

        t->wait_s = t->period_s * (pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE);
    }
}

/* --- a web server ------------------------------------------------------------------------------------------------- */

static void web_done(void *arg, int status)
{
    done(&web, "webhook", status >= 200 && status < 300);
}

static void to_web(void)
{
    json_t *report = report_json();
    char *text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(5));
    const struct cardea_web_post post = {.size = sizeof(post),
                                         .url = web_url,
                                         .body = text,
                                         .len = text ? strlen(text) : 0,
                                         .timeout_ms = 5000,
                                         .done = web_done};

    json_decref(report);
    web.busy = true;
    if (!text || lr.host->web_post(&post))
        web_done(NULL, 0);
    free(text);
}

/* --- Redis -------------------------------------------------------------------------------------------------------- */

static void redis_work(void *arg)
{
    redis_put(arg);
}

static void redis_done(void *arg)
{
    struct redis_hash *h = arg;

    done(&redis, "redis", h->fine);
    if (!h->fine && redis.failures == 1)
        lr.host->log(CARDEA_LOG_WARN, NULL, "Redis: %s", h->why);
    redis_hash_free(h);
}

static struct redis_hash *hash(void)
{
    const struct figure *f = &lr.figure;
    const struct cardea_stats *s = &lr.now.stats;
    struct redis_hash *h = redis_hash_new((unsigned)number("redis", "ttl"), "%s%s",
                                          lr.host->option_string(lr.config, "redis", "prefix"), lr.node);

    redis_hash_add(h, "state", "%s", s->draining ? "draining" : s->accepting ? "ready" : "full");
    redis_hash_add(h, "load", "%.3f", f->load);
    redis_hash_add(h, "predicted", "%.3f", f->predicted);
    redis_hash_add(h, "capacity", "%lld", (long long)f->capacity);
    redis_hash_add(h, "worst", "%s", component_names[f->worst]);
    redis_hash_add(h, "sessions", "%llu", (unsigned long long)s->sessions);
    redis_hash_add(h, "sources", "%llu", (unsigned long long)f->sources);
    redis_hash_add(h, "sinks", "%llu", (unsigned long long)f->sinks);
    redis_hash_add(h, "address", "%s", s->address ? s->address : "");
    redis_hash_add(h, "url", "%s", lr.host->option_string(lr.config, "general", "url"));
    redis_hash_add(h, "version", "%s", s->version ? s->version : "");
    return h;
}

static void to_redis(void)
{
    struct redis_hash *h = hash();

    redis.busy = true;
    if (lr.host->job(redis_work, redis_done, h))
        redis_done(h);
}

/* --- both --------------------------------------------------------------------------------------------------------- */

void push_start(void)
{
    web_url = lr.host->option_string(lr.config, "webhook", "url");
    prepare(&web, "webhook");
    prepare(&redis, "redis");
    redis_configure(&(struct redis_conf){
        .host = lr.host->option_string(lr.config, "redis", "host"),
        .port = (unsigned)number("redis", "port"),
        .user = lr.host->option_string(lr.config, "redis", "user"),
        .password = lr.host->option_string(lr.config, "redis", "password"),
        .database = (unsigned)number("redis", "database"),
    });
}

void push_tick(void)
{
    if (lr.now.stats.succeeded)
        return; /* the other process tells, under the same name */
    if (web_url && due(&web))
        to_web();
    if (redis_is_configured() && due(&redis))
        to_redis();
}

void push_stop(void)
{
    struct redis_hash *h;

    if (!redis_is_configured() || lr.now.stats.succeeded)
        return;
    h = redis_hash_new(0, "%s%s", lr.host->option_string(lr.config, "redis", "prefix"), lr.node);
    redis_put(h);
    redis_hash_free(h);
}
