/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/envelope.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/err.h"

#define MOST_FRAMES 64
#define MOST_LINES  64

/* --- where -------------------------------------------------------------------------------------------------------- */

static bool is_word(const char *text, size_t len, const char *more)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr(more, text[i]))
            return false;
    return len > 0;
}

int gw_dsn_read(struct gw_dsn *out, const char *dsn)
{
    size_t scheme = !strncmp(dsn, "https://", 8) ? 8 : !strncmp(dsn, "http://", 7) ? 7 : 0;
    const char *key = dsn + scheme, *at = strchr(key, '@'), *path = at ? strchr(at, '/') : NULL, *project;
    size_t key_len, host_len, prefix_len;
    int n;

    if (!scheme || !path)
        return GW_EPARSE;
    key_len = strcspn(key, ":@"); /* older ones have a secret behind a colon, which nobody asks for any more */
    host_len = (size_t)(path - at - 1);
    project = strrchr(path, '/') + 1;
    prefix_len = (size_t)(project - path);
    if (!is_word(key, key_len, "") || !is_word(at + 1, host_len, ".-:[]") || !is_word(project, strlen(project), "-_") ||
        !is_word(path, prefix_len, "/-_."))
        return GW_EPARSE;
    n = snprintf(out->url, sizeof(out->url), "%.*s%.*s%.*sapi/%s/envelope/", (int)scheme, dsn, (int)host_len, at + 1,
                 (int)prefix_len, path, project);
    if (n < 0 || n >= (int)sizeof(out->url))
        return GW_EPARSE;
    n = snprintf(out->auth, sizeof(out->auth),
                 "X-Sentry-Auth: Sentry sentry_version=7, sentry_client=cardea/" PACKAGE_VERSION ", sentry_key=%.*s",
                 (int)key_len, key);
    return n > 0 && n < (int)sizeof(out->auth) ? 0 : GW_EPARSE;
}

/* --- what --------------------------------------------------------------------------------------------------------- */

static const char *line_end(const char *text)
{
    return text + strcspn(text, "\n");
}

/* " #3 0x55d0 gw_loop_run+0x41", or " #4 /lib/x86_64-linux-gnu/libc.so.6(+0x29d90)[0x7f…]": as a frame. */
static json_t *frame(const char *line, const char *end)
{
    const char *at = memchr(line, '#', (size_t)(end - line)), *plus;

    at = at ? memchr(at, ' ', (size_t)(end - at)) : NULL;
    if (!at || ++at >= end)
        return NULL;
    if (!strncmp(at, "0x", 2)) {
        const char *name = memchr(at, ' ', (size_t)(end - at));

        plus = name ? memchr(name, '+', (size_t)(end - name)) : NULL;
        return plus ? json_pack("{ss% ss% ss}", "instruction_addr", at, (size_t)(name - at), "function", name + 1,
                                (size_t)(plus - name - 1), "package", "cardea")
                    : NULL;
    }
    return json_pack("{ss%}", "package", at, (size_t)(end - at));
}

/* Sentry wants the oldest call first. */
static json_t *frames_of(const char *report)
{
    const char *line = strstr(report, "backtrace:\n");
    json_t *list = json_array();

    line = line ? line_end(line) : NULL;
    for (unsigned n = 0; line && *line && line[1] == ' ' && n < MOST_FRAMES; n++, line = line_end(line + 1)) {
        json_t *f = frame(line + 1, line_end(line + 1));

        if (f)
            json_array_insert_new(list, 0, f);
    }
    return list;
}

static json_t *breadcrumbs_of(const char *report)
{
    const char *line = strstr(report, "last lines of the log:\n");
    json_t *list = json_array();

    line = line ? line_end(line) : NULL;
    for (unsigned n = 0; line && *line && strncmp(line + 1, "end of the report", 17) != 0 && n < MOST_LINES; n++) {
        const char *end = line_end(line + 1);
        json_t *text = json_stringn(line + 1, (size_t)(end - line - 1));

        if (text)
            json_array_append_new(list, json_pack("{ss so}", "category", "log", "message", text));
        line = end;
    }
    return list;
}

static void add_crash(json_t *event, const struct gw_problem *p)
{
    json_object_set_new(event, "exception",
                        json_pack("{s[{ss ss s{ss sb} s{so}}]}", "values", "type", "crash", "value", p->message,
                                  "mechanism", "type", "signalhandler", "handled", 0, "stacktrace", "frames",
                                  frames_of(p->crash)));
    json_object_set_new(event, "breadcrumbs", json_pack("{so}", "values", breadcrumbs_of(p->crash)));
}

static json_t *event_json(const struct gw_problem *p, const char *event_id)
{
    json_t *message = json_string(p->message), *event;

    if (!message) /* bytes of a peer that are no text */
        message = json_string("(a message that is not UTF-8)");
    event = json_pack("{ss sf ss ss ss ss so s{ss}}", "event_id", event_id, "timestamp", (double)p->wall_us / 1e6,
                      "platform", "native", "level", p->level <= CARDEA_LOG_FATAL ? "fatal" : "error", "logger",
                      p->module, "release", "cardea@" PACKAGE_VERSION, "message", message, "tags", "module", p->module);
    if (p->group)
        json_object_set_new(event, "fingerprint", json_pack("[s]", p->group));
    if (p->node)
        json_object_set_new(event, "server_name", json_string(p->node));
    if (p->environment)
        json_object_set_new(event, "environment", json_string(p->environment));
    if (p->crash)
        add_crash(event, p);
    return event;
}

char *gw_envelope(const struct gw_problem *p, const char *event_id)
{
    json_t *event = event_json(p, event_id);
    char *body = event ? json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(16)) : NULL, *out = NULL;
    time_t now = (time_t)(p->wall_us / 1000000);
    size_t size = body ? strlen(body) + 300 : 0;
    struct tm tm;
    char at[40];

    json_decref(event);
    gmtime_r(&now, &tm);
    strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (body && (out = malloc(size)))
        snprintf(out, size, "{\"event_id\":\"%s\",\"sent_at\":\"%s\"}\n{\"type\":\"event\",\"length\":%zu}\n%s\n",
                 event_id, at, strlen(body), body);
    free(body);
    return out;
}
