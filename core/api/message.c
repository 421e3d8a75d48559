/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to plugins: which verb, are its parameters right, who gets the reply. Every one is answered once: by the
 * plugin, by us when its parameters are wrong, or by us when its handle goes.
 */
#include "api/busy.h"
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/params.h"
#include "base/err.h"
#include "log/log.h"

#define UNANSWERED 499 /* what plugins of this API use for "unknown error" */

/* --- the object --------------------------------------------------------------------------------------------------- */

static struct gw_message *make(const struct gw_request *rq, struct gw_plugin *p, const json_t *body)
{
    struct gw_message *m = g_new0(struct gw_message, 1);

    m->api = rq->api;
    m->plugin = p;
    m->handle = rq->handle;
    m->origin = rq->origin;
    m->transaction = g_strdup(rq->transaction);
    m->session_id = rq->session_id;
    m->since_us = rq->api->conf.now_us();
    m->body = json_incref((json_t *)body);
    m->ticket = gw_tickets_add(&rq->api->messages, m);
    m->info.handle = rq->handle ? rq->handle->ticket : NULL;
    m->info.user = rq->handle ? rq->handle->user : NULL;
    m->info.body = m->body;
    m->info.admin = !rq->handle;
    if (rq->handle)
        g_queue_push_tail(&rq->handle->messages, m);
    return m;
}

/* It has been answered. */
static void free_message(struct gw_message *m)
{
    gw_tickets_remove(&m->api->messages, m->ticket);
    if (m->handle)
        g_queue_remove(&m->handle->messages, m);
    gw_sdp_unref(m->sdp);
    json_decref(m->body);
    g_free(m->transaction);
    g_free(m);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

/* ,"plugindata":{"plugin":…,"data":…}; body is borrowed. */
static bool append_plugindata(GString *g, const struct gw_plugin *p, const json_t *body)
{
    char *text = json_is_object(body) ? gw_json_text(body) : NULL;

    if (!text)
        return false;
    g_string_append(g, ",\"plugindata\":{\"plugin\":");
    gw_json_quote(g, p->shown);
    g_string_append_printf(g, ",\"data\":%s}", text);
    free(text);
    return true;
}

static GString *error_462(const struct gw_message *m)
{
    GString *g = g_string_new(NULL);

    g_string_append_printf(g,
                           "{\"janus\":\"error\",\"session_id\":%llu,\"error\":{\"code\":462,\"reason\":\"The plugin "
                           "gave no result\"},\"transaction\":",
                           (unsigned long long)m->session_id);
    gw_json_quote(g, m->transaction);
    return g;
}

/* success, or 462 when the plugin's result is no object */
static void answer_sync(struct gw_message *m, const json_t *body)
{
    GString *g = gw_event_open(m->handle, "success", m->transaction);

    if (!append_plugindata(g, m->plugin, body)) {
        g_string_free(g, TRUE);
        g = error_462(m);
    }
    if (m->sdp) {
        gw_out_put(m->handle, g, m->sdp, &m->origin, true);
        return;
    }
    g_string_append_c(g, '}');
    gw_origin_send(&m->origin, g->str);
    g_string_free(g, TRUE);
}

static void answer_async(struct gw_message *m, const json_t *body)
{
    GString *g = gw_event_open(m->handle, "event", m->transaction);

    if (append_plugindata(g, m->plugin, body)) {
        gw_out_put(m->handle, g, m->sdp, NULL, true);
        return;
    }
    gw_error("%s answered with something that is not an object", m->plugin->shown);
    g_string_free(g, TRUE);
}

static void answer_admin(struct gw_message *m, json_t *body)
{
    json_t *root = json_pack("{ss ss sO}", "janus", "success", "transaction", m->transaction, "response", body);

    if (!root)
        root = json_pack("{ss ss s{}}", "janus", "success", "transaction", m->transaction, "response");
    gw_origin_send_json(&m->origin, root);
}

/* An offer that came with a message is answered by it or forgotten. */
static void settle_offer(struct gw_message *m)
{
    struct gw_handle *h = m->handle;

    if (!h || !h->offer_waits || !m->info.jsep_type || strcmp(m->info.jsep_type, "offer") != 0)
        return;
    h->offer_waits = false;
    gw_link_offer_ignored(h->link);
}

/* body is taken; the message is gone afterwards. */
static void answer(struct gw_message *m, json_t *body)
{
    settle_offer(m);
    gw_timing_request(m->handle ? "message" : "message_plugin", m->verb && m->verb->name ? m->verb->name : NULL,
                      m->api->conf.now_us() - m->since_us);
    if (!m->handle)
        answer_admin(m, body);
    else if (m->async)
        answer_async(m, body);
    else
        answer_sync(m, body);
    json_decref(body);
    free_message(m);
}

static json_t *error_body(const struct gw_plugin *p, int code, const char *text)
{
    json_t *s = json_string(text);

    return json_pack("{ss si so}", p->table.key, "event", "error_code", code, "error", s ? s : json_string("error"));
}

static struct gw_message *of_ticket(struct gw_api *a, const struct cardea_request *rq, const char *what)
{
    struct gw_message *m = gw_tickets_get(&a->messages, rq);

    if (!m)
        gw_error("a plugin called %s() for a request that is answered already, or whose handle has gone; refused",
                 what);
    return m;
}

const struct cardea_request_info *gw_api_info(struct gw_api *a, const struct cardea_request *rq)
{
    static const struct cardea_request_info nothing;
    struct gw_message *m = of_ticket(a, rq, "info");

    return m ? &m->info : &nothing;
}

bool gw_api_waits(struct gw_api *a, const struct cardea_request *rq)
{
    return gw_tickets_get(&a->messages, rq);
}

void gw_api_reply(struct gw_api *a, struct cardea_request *rq, json_t *body)
{
    struct gw_message *m = of_ticket(a, rq, "reply");

    if (m)
        answer(m, body);
    else
        json_decref(body);
}

void gw_api_fail(struct gw_api *a, struct cardea_request *rq, int code, const char *text)
{
    struct gw_message *m = of_ticket(a, rq, "fail");

    if (m)
        answer(m, error_body(m->plugin, code, text));
}

void gw_api_progress(struct gw_api *a, struct cardea_request *rq, json_t *body)
{
    struct gw_message *m = of_ticket(a, rq, "progress");
    struct gw_handle *h = m ? m->handle : NULL;
    GString *g;

    if (h && m->async) {
        g = gw_event_open(h, "event", m->transaction);
        if (append_plugindata(g, m->plugin, body)) {
            gw_out_put(h, g, h->unsent, NULL, false);
            gw_sdp_unref(h->unsent);
            h->unsent = NULL;
        } else
            g_string_free(g, TRUE);
    }
    json_decref(body);
}

void gw_message_answer_rest(struct gw_handle *h)
{
    struct gw_message *m;

    while ((m = g_queue_peek_head(&h->messages)))
        answer(m, error_body(m->plugin, UNANSWERED, "The handle has gone before the request was answered"));
}

/* --- unsolicited -------------------------------------------------------------------------------------------------- */

void gw_api_notify(struct gw_api *a, struct cardea_handle *ticket, json_t *body)
{
    gw_api_notify_all(a, &ticket, 1, body);
}

void gw_api_notify_all(struct gw_api *a, struct cardea_handle *const *handles, size_t n, json_t *body)
{
    char *text = json_is_object(body) ? gw_json_text(body) : NULL;

    json_decref(body);
    for (size_t i = 0; text && i < n; i++) {
        struct gw_handle *h = gw_handle_of(a, handles[i]);
        GString *g;

        if (!h || h->away.there)
            continue;
        g = gw_event_open(h, "event", NULL);
        g_string_append(g, ",\"plugindata\":{\"plugin\":");
        gw_json_quote(g, h->plugin->shown);
        g_string_append_printf(g, ",\"data\":%s}", text);
        gw_out_put(h, g, h->unsent, NULL, false);
        gw_sdp_unref(h->unsent);
        h->unsent = NULL;
    }
    if (!text)
        gw_error("a plugin sent an event that is not an object; dropped");
    free(text);
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static bool has_named_verbs(const struct cardea_verb *v)
{
    for (; v && v->run; v++)
        if (v->name)
            return true;
    return false;
}

static bool is_named(const struct cardea_verb *v, const char *name)
{
    return name && v->name ? !strcasecmp(name, v->name) : !name && !v->name;
}

/* name NULL: the body has no `request`. Operators have no handle, so for them one that does not need it goes first. */
static const struct cardea_verb *find_verb(const struct gw_message *m, const char *name)
{
    const struct cardea_verb *found = NULL;

    for (const struct cardea_verb *v = m->plugin->table.verbs; v && v->run; v++) {
        if (!is_named(v, name))
            continue;
        if (m->handle || v->mode != CARDEA_ASYNC)
            return v;
        found = found ? found : v;
    }
    return found;
}

/* Finds the verb; or a code, and why there is none. */
static int choose_verb(struct gw_message *m, const char **why)
{
    const struct gw_plugin *p = m->plugin;
    const json_t *name = json_object_get(m->body, "request");

    if (!has_named_verbs(p->table.verbs))
        name = NULL; /* this plugin does not look at it */
    if (name && !json_is_string(name)) {
        *why = "Invalid element type: request must be a string";
        return p->table.errors.invalid;
    }
    m->verb = find_verb(m, json_string_value(name));
    if (m->verb)
        return 0;
    *why = name ? "Unknown request" : "Missing mandatory element (request)";
    return name ? p->table.errors.unknown : p->table.errors.missing;
}

/* The message may be gone afterwards. */
static void run(struct gw_message *m)
{
    struct gw_api *a = m->api;
    struct cardea_request *ticket = m->ticket;
    const struct gw_plugin *p = m->plugin;
    enum gw_params_result r;
    char why[300];

    m->info.verb = m->verb->name;
    r = gw_params_check(m->verb->params, m->body, p->string_ids, why, sizeof(why));
    if (r) {
        answer(m, error_body(p, r == GW_PARAMS_MISSING ? p->table.errors.missing : p->table.errors.invalid, why));
        return;
    }
    gw_busy_with(p->table.name, m->verb->name);
    m->verb->run(ticket);
    gw_busy_with(NULL, NULL);
    m = gw_tickets_get(&a->messages, ticket);
    if (!m || m->verb->mode != CARDEA_SYNC)
        return;
    gw_error("%s did not answer \"%s\" at once, although the verb is synchronous", p->shown,
             m->verb->name ? m->verb->name : "");
    answer(m, NULL);
}

static const struct cardea_param message_params[] = {
    {"body", CARDEA_OBJECT, CARDEA_REQUIRED}, {"traceparent", CARDEA_STRING, .max = 256}, {0}};

static void deliver(struct gw_request *rq, struct cardea_request_info *info)
{
    struct gw_handle *h = rq->handle;
    struct gw_message *m = make(rq, h->plugin, json_object_get(rq->root, "body"));
    const char *why;
    int code;

    gw_trace_parse(&h->trace, gw_json_string(rq->root, "traceparent")); /* a bad one is as good as none */
    gw_timing_mark(h, GW_TRACE_REQUEST);
    m->info.jsep_type = info->jsep_type;
    m->info.jsep_e2ee = info->jsep_e2ee;
    m->info.jsep_update = info->jsep_update;
    code = choose_verb(m, &why);
    if (!m->verb) {
        answer(m, error_body(h->plugin, code, why));
        return;
    }
    m->async = m->verb->mode == CARDEA_ASYNC;
    if (m->async)
        gw_request_ok(rq, "ack");
    run(m);
}

/* An offer waits until the old PeerConnection is gone, and what comes after it stays behind it. */
static bool must_park(const struct gw_request *rq, const json_t *jsep)
{
    const struct gw_handle *h = rq->handle;
    const char *type = gw_json_string(jsep, "type");

    return h->parked.length || (h->cleaning && !h->park_over && type && !strcasecmp(type, "offer"));
}

static bool is_allowed_by(const json_t *claims, const struct gw_request *rq, const char **why)
{
    const json_t *body = json_object_get(rq->root, "body"), *room = json_object_get(body, "room");
    const char *as = gw_json_string(body, "ptype");
    const struct gw_message asked = {.plugin = rq->handle->plugin, .handle = rq->handle};
    const struct cardea_verb *verb;

    *why = "This token is not for that room";
    if (room && !gw_jwt_allows(claims, "rooms", room))
        return false;
    *why = "This token has not the role for that";
    verb = find_verb(&asked, gw_json_string(body, "request"));
    return (!verb || !verb->role || gw_jwt_has_role(claims, verb->role)) && (!as || gw_jwt_has_role(claims, as));
}

/* Tokens may be for some rooms and roles only: the one that came with the message, and the one that the handle was
 * attached with, which a message with the API secret does not get around. */
static bool may_enter(const struct gw_request *rq)
{
    const json_t *claims = gw_auth_claims(rq->api, gw_json_string(rq->root, "token"));
    const char *why;

    if ((!claims || is_allowed_by(claims, rq, &why)) &&
        (!rq->handle->claims || is_allowed_by(rq->handle->claims, rq, &why)))
        return true;
    gw_request_fail(rq, GW_API_UNAUTHORIZED, "%s", why);
    return false;
}

/* A synchronous request leaves nothing behind in the plugin. */
static bool is_async(const struct gw_request *rq)
{
    const struct gw_message asked = {.plugin = rq->handle->plugin, .handle = rq->handle};
    const json_t *body = json_object_get(rq->root, "body");
    const struct cardea_verb *verb = find_verb(&asked, gw_json_string(body, "request"));

    return (verb && verb->mode == CARDEA_ASYNC) || json_object_get(rq->root, "jsep");
}

void gw_message_take(struct gw_request *rq)
{
    struct cardea_request_info info = {0};
    json_t *jsep = json_object_get(rq->root, "jsep");

    if (!gw_request_check(rq, message_params, rq->root) || !may_enter(rq) || gw_away_takes(rq, is_async(rq)))
        return;
    if (jsep && !gw_jsep_check(rq, jsep))
        return;
    if (rq->handle->messages.length >= GW_MAX_MESSAGES) {
        gw_request_fail(rq, GW_API_MESSAGE, "The plugin has %u requests of this handle to answer", GW_MAX_MESSAGES);
        return;
    }
    if (must_park(rq, jsep)) {
        if (!gw_handle_park(rq->handle, rq))
            gw_request_fail(rq, GW_API_WRONG_STATE, "Too many requests wait for the old PeerConnection to go");
        return;
    }
    if (!jsep || gw_jsep_take(rq, jsep, &info))
        deliver(rq, &info);
}

/* --- admin -------------------------------------------------------------------------------------------------------- */

static const struct cardea_param plugin_params[] = {
    {"plugin", CARDEA_STRING, CARDEA_REQUIRED},
    {"request", CARDEA_OBJECT},
    {0},
};

/* Only synchronous verbs: an asynchronous one needs a handle. */
static bool takes_admin(const struct gw_plugin *p)
{
    for (const struct cardea_verb *v = p->table.verbs; v && v->run; v++)
        if (v->mode != CARDEA_ASYNC)
            return true;
    return false;
}

void gw_message_plugin(struct gw_request *rq)
{
    struct gw_plugin *p;
    struct gw_message *m;
    const json_t *body;
    const char *why;
    int code;

    if (!gw_request_check(rq, plugin_params, rq->root))
        return;
    p = gw_plugin_find(rq->api, gw_json_string(rq->root, "plugin"));
    if (!p || !takes_admin(p)) {
        gw_request_fail(rq, p ? GW_API_UNKNOWN : GW_API_NO_PLUGIN, "%s: %.100s",
                        p ? "This plugin takes no admin requests" : "No such plugin",
                        gw_json_string(rq->root, "plugin"));
        return;
    }
    body = json_object_get(rq->root, "request");
    m = make(rq, p, body);
    code = body ? choose_verb(m, &why) : p->table.errors.no_message;
    if (!body)
        why = "No message";
    else if (m->verb && m->verb->mode == CARDEA_ASYNC) {
        code = p->table.errors.unknown;
        why = "This request needs a handle";
        m->verb = NULL;
    }
    if (m->verb)
        run(m);
    else
        answer(m, error_body(p, code, why));
}
