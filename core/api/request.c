/* SPDX-License-Identifier: Apache-2.0 */
/* From one JSON value to the function that serves it: framing, routing, authentication, existence, dispatch. */
#include "api/inside.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/params.h"
#include "log/log.h"
#include "metrics/metrics.h"

/* --- replies ------------------------------------------------------------------------------------------------------ */

void gw_request_reply(const struct gw_request *rq, json_t *reply)
{
    json_object_set_new(reply, "transaction", json_string(rq->transaction));
    if (rq->session_id)
        json_object_set_new(reply, "session_id", json_integer((json_int_t)rq->session_id));
    gw_origin_send_json(&rq->origin, reply);
}

void gw_request_ok(const struct gw_request *rq, const char *janus)
{
    gw_request_reply(rq, json_pack("{ss}", "janus", janus));
}

static void count_error(int code)
{
    char labels[64];

    snprintf(labels, sizeof(labels), "code=\"%d\"", code);
    gw_metric_add(gw_metric_counter("cardea_api_errors_total", labels, "Requests answered with an error."), 1);
}

json_t *gw_error_json(int code, const char *text)
{
    json_t *reason = json_string(text);

    count_error(code);
    if (!reason) /* a cut in the middle of a character */
        reason = json_string(gw_api_error_text(code));
    return json_pack("{ss s{si so}}", "janus", "error", "error", "code", code, "reason", reason);
}

void gw_request_fail(const struct gw_request *rq, int code, const char *fmt, ...)
{
    char text[500];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    gw_request_reply(rq, gw_error_json(code, *text ? text : gw_api_error_text(code)));
}

void gw_request_refuse(const struct gw_origin *o, uint64_t session_id, int code, const char *fmt, ...)
{
    char text[500];
    va_list ap;
    json_t *reply;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    reply = gw_error_json(code, text);
    if (session_id)
        json_object_set_new(reply, "session_id", json_integer((json_int_t)session_id));
    gw_origin_send_json(o, reply);
}

bool gw_request_check(const struct gw_request *rq, const struct cardea_param *table, const json_t *object)
{
    char why[300];

    switch (gw_params_check(table, object, false, why, sizeof(why))) {
    case GW_PARAMS_OK:
        return true;
    case GW_PARAMS_MISSING:
        gw_request_fail(rq, GW_API_MISSING, "%s", why);
        break;
    case GW_PARAMS_INVALID:
        gw_request_fail(rq, GW_API_INVALID, "%s", why);
        break;
    }
    return false;
}

/* --- server level ------------------------------------------------------------------------------------------------- */

void gw_verb_ping(struct gw_request *rq)
{
    gw_request_ok(rq, "pong");
}

void gw_verb_info(struct gw_request *rq)
{
    gw_request_reply(rq, gw_info_json(rq->api));
}

static bool passes(const struct gw_request *rq)
{
    if (gw_origin_is_guest(rq->api, &rq->origin) ||
        gw_auth_passes(rq->api, gw_json_string(rq->root, "apisecret"), gw_json_string(rq->root, "token")))
        return true;
    gw_request_fail(rq, GW_API_UNAUTHORIZED, "%s", gw_api_error_text(GW_API_UNAUTHORIZED));
    return false;
}

static void run_create(struct gw_request *rq)
{
    if ((rq->api->succeeded && gw_elsewhere_create(rq)) || !gw_admission_passes(rq) || !passes(rq))
        return;
    gw_session_create(rq);
}

/* --- session level ------------------------------------------------------------------------------------------------ */

static void run_keepalive(struct gw_request *rq)
{
    gw_request_ok(rq, "ack");
}

static void run_claim(struct gw_request *rq)
{
    gw_session_claim(rq->session, gw_origin_client(&rq->origin));
    gw_request_ok(rq, "success");
}

void gw_verb_destroy(struct gw_request *rq)
{
    gw_request_ok(rq, "success");
    gw_session_destroy(rq->session, false);
}

/* --- handle level ------------------------------------------------------------------------------------------------- */

void gw_verb_detach(struct gw_request *rq)
{
    gw_request_ok(rq, "success");
    gw_handle_close(rq->handle, true);
}

static void run_hangup(struct gw_request *rq)
{
    gw_request_ok(rq, "success");
    gw_handle_hangup(rq->handle, "Janus API");
}

static const struct verb {
    const char *name;
    unsigned levels; /* where it may be asked */
    void (*run)(struct gw_request *rq);
} verbs[] = {
    {"message", GW_LEVEL_HANDLE, gw_message_take},
    {"trickle", GW_LEVEL_HANDLE, gw_trickle_take},
    {"keepalive", GW_LEVEL_SESSION | GW_LEVEL_HANDLE, run_keepalive},
    {"attach", GW_LEVEL_SESSION, gw_handle_attach},
    {"detach", GW_LEVEL_HANDLE, gw_verb_detach},
    {"hangup", GW_LEVEL_HANDLE, run_hangup},
    {"claim", GW_LEVEL_SESSION | GW_LEVEL_HANDLE, run_claim},
    {"destroy", GW_LEVEL_SESSION, gw_verb_destroy},
    {"create", GW_LEVEL_SERVER, run_create},
    {"info", GW_LEVEL_SERVER, gw_verb_info},
    {"ping", GW_LEVEL_SERVER, gw_verb_ping},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (!strcasecmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

/* --- routing ------------------------------------------------------------------------------------------------------ */

/* An integer, whatever its sign; everything else counts as absent. */
static uint64_t read_id(const json_t *root, const char *name, bool *present)
{
    const json_t *v = json_object_get(root, name);

    *present = json_is_integer(v);
    return *present ? (uint64_t)json_integer_value(v) : 0;
}

void gw_request_read_ids(struct gw_request *rq)
{
    bool present;

    rq->session_id = read_id(rq->root, "session_id", &present);
    rq->handle_id = read_id(rq->root, "handle_id", &rq->has_handle);
}

/* Messages are answered by a plugin, perhaps later: they are timed where that is (message.c). */
static void run_timed(struct gw_request *rq, const struct verb *v)
{
    const struct gw_api *a = rq->api;
    int64_t start_us = a->conf.now_us();

    v->run(rq);
    if (v->run != gw_message_take)
        gw_timing_request(v->name, NULL, a->conf.now_us() - start_us);
}

static void serve_server_level(struct gw_request *rq)
{
    const struct verb *v = find_verb(rq->name);

    if (v && (v->levels & GW_LEVEL_SERVER))
        run_timed(rq, v);
    else
        gw_request_fail(rq, GW_API_WRONG_PATH, "\"%.60s\" is not a request for the server as a whole", rq->name);
}

static void serve_level(struct gw_request *rq, unsigned level)
{
    const struct verb *v = find_verb(rq->name);

    if (!v || v->levels == GW_LEVEL_SERVER)
        gw_request_fail(rq, GW_API_UNKNOWN_REQUEST, "Unknown request \"%.60s\"", rq->name);
    else if (!(v->levels & level))
        gw_request_fail(rq, GW_API_WRONG_PATH, "\"%.60s\" is not a request for a %s", rq->name,
                        level == GW_LEVEL_HANDLE ? "handle" : "session");
    else
        run_timed(rq, v);
}

/* The ids are there, at least one of them: who is addressed? */
static void serve_addressed(struct gw_request *rq)
{
    if (!rq->session_id) {
        gw_request_fail(rq, GW_API_NO_SESSION, "A handle_id without a session_id");
        return;
    }
    if (rq->has_handle && !rq->handle_id) {
        gw_request_fail(rq, GW_API_NO_HANDLE, "No such handle: 0");
        return;
    }
    if (!passes(rq))
        return;
    rq->session = gw_session_find_for(rq->api, rq->session_id, rq->origin.transport);
    if (!rq->session) {
        if (!gw_elsewhere_request(rq))
            gw_request_fail(rq, GW_API_NO_SESSION, "No such session: %llu", (unsigned long long)rq->session_id);
        return;
    }
    gw_session_touch(rq->session);
    if (!gw_limits_session_request(rq))
        return;
    if (rq->has_handle) {
        gint64 key = (gint64)rq->handle_id;

        rq->handle = g_hash_table_lookup(rq->session->handles, &key);
        if (!rq->handle) {
            gw_request_fail(rq, GW_API_NO_HANDLE, "No such handle: %llu", (unsigned long long)rq->handle_id);
            return;
        }
    }
    if (rq->handle && rq->handle->away.there)
        gw_away_request(rq);
    else
        serve_level(rq, rq->handle ? GW_LEVEL_HANDLE : GW_LEVEL_SESSION);
}

static const struct cardea_param client_frame[] = {
    {"transaction", CARDEA_STRING, CARDEA_REQUIRED},
    {"janus", CARDEA_STRING, CARDEA_REQUIRED},
    {"id", CARDEA_UINT},
    {"for", CARDEA_OBJECT},
    {0},
};
static const struct cardea_param admin_frame[] = {
    {"transaction", CARDEA_STRING, CARDEA_REQUIRED},
    {"janus", CARDEA_STRING, CARDEA_REQUIRED},
    {0},
};

/* These errors carry no transaction, even when there is one. */
static bool framed(struct gw_request *rq)
{
    bool admin = rq->origin.door == CARDEA_DOOR_ADMIN;
    char why[300];
    enum gw_params_result r;

    r = gw_params_check(admin ? admin_frame : client_frame, rq->root, false, why, sizeof(why));
    if (r)
        gw_request_refuse(&rq->origin, rq->session_id, r == GW_PARAMS_MISSING ? GW_API_MISSING : GW_API_INVALID, "%s",
                          why);
    rq->name = gw_json_string(rq->root, "janus");
    rq->transaction = gw_json_string(rq->root, "transaction");
    return !r;
}

void gw_request_take(struct gw_api *a, const struct gw_origin *o, json_t *root)
{
    static struct gw_metric *count;
    struct gw_request rq = {.api = a, .origin = *o, .root = root};

    if (!count)
        count = gw_metric_counter("cardea_api_requests_total", NULL, "Requests of clients and operators.");
    gw_metric_add(count, 1);
    if (!json_is_object(root) && !json_is_array(root)) {
        gw_request_refuse(o, 0, GW_API_NOT_JSON, "Invalid JSON: neither object nor array");
        return;
    }
    gw_request_read_ids(&rq);
    if (!framed(&rq))
        return;
    gw_debug("request %.40s, transaction %.40s", rq.name, rq.transaction);
    if (o->door == CARDEA_DOOR_ADMIN)
        gw_admin_take(&rq);
    else if (!gw_limits_request(&rq))
        return;
    else if (!rq.session_id && !rq.handle_id)
        serve_server_level(&rq);
    else
        serve_addressed(&rq);
}
