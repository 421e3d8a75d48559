/* SPDX-License-Identifier: Apache-2.0 */
/* Handles: attached, parked, hung up, detached. */
#include "api/busy.h"
#include "api/inside.h"

#include <string.h>

#include "log/log.h"

struct gw_parked {
    struct gw_origin origin;
    json_t *root;
};

struct gw_handle *gw_handle_of(const struct gw_api *a, const struct cardea_handle *ticket)
{
    return gw_tickets_get(&a->handles, ticket);
}

/* --- attaching ---------------------------------------------------------------------------------------------------- */

static uint64_t free_id(const struct gw_session *s)
{
    gint64 id;

    do
        id = (gint64)gw_api_random_id();
    while (g_hash_table_contains(s->handles, &id));
    return (uint64_t)id;
}

static struct gw_handle *make(struct gw_session *s, struct gw_plugin *p, uint64_t id, const char *opaque_id,
                              const char *token)
{
    struct gw_handle *h = g_new0(struct gw_handle, 1);

    h->api = s->api;
    h->session = s;
    h->plugin = p;
    h->id = id ? id : free_id(s);
    h->opaque_id = g_strdup(opaque_id);
    h->token = g_strdup(token);
    h->claims = json_deep_copy(gw_auth_claims(h->api, token));
    h->created_us = s->api->conf.now_us();
    h->sources = g_array_new(FALSE, FALSE, sizeof(struct gw_known_source));
    g_queue_init(&h->outbox);
    g_queue_init(&h->messages);
    g_queue_init(&h->parked);
    return h;
}

static void list(struct gw_handle *h)
{
    struct gw_session *s = h->session;

    h->ticket = gw_tickets_add(&h->api->handles, h);
    g_hash_table_insert(s->handles, &h->id, h);
    s->n_handles++;
    h->api->n_handles++;
    gw_limits_handle_made(h);
}

static void unlist(struct gw_handle *h)
{
    gint64 key = (gint64)h->id;

    g_hash_table_remove(h->session->handles, &key);
}

/* Nobody calls for it any more. */
static void free_handle(struct gw_handle *h)
{
    struct gw_session *s = h->session;

    unlist(h);
    gw_egress_share(s);
    gw_tickets_remove(&h->api->handles, h->ticket);
    gw_handle_forget_sources(h);
    gw_link_free(h->link);
    gw_sdp_unref(h->describing);
    gw_sdp_unref(h->unsent);
    g_array_free(h->sources, TRUE);
    g_free(h->opaque_id);
    g_free(h->token);
    g_free(h->memory);
    json_decref(h->claims);
    gw_captures_over(h);
    h->api->n_handles--;
    gw_limits_handle_gone(h);
    g_free(h);
    gw_session_handle_gone(s);
}

static const struct cardea_param attach_params[] = {
    {"plugin", CARDEA_STRING, CARDEA_REQUIRED},
    {"opaque_id", CARDEA_STRING},
    {"loop_index", CARDEA_UINT},
    {0},
};

static uint64_t most_handles(const struct gw_request *rq)
{
    uint64_t most = (uint64_t)gw_option_number(rq->api, "limits", "handles_per_session");

    return gw_jwt_quota(gw_auth_claims(rq->api, gw_json_string(rq->root, "token")), "handles", most);
}

static bool may_attach(const struct gw_request *rq, const struct gw_plugin *p)
{
    const char *name = gw_json_string(rq->root, "plugin");

    if (!p)
        gw_request_fail(rq, GW_API_NO_PLUGIN, "No such plugin: %.100s", name);
    else if (!gw_auth_may_attach(rq->api, gw_json_string(rq->root, "token"), p))
        gw_request_fail(rq, GW_API_PLUGIN_NOT_ALLOWED, "This token may not use %.100s", name);
    else if (rq->session->n_handles >= most_handles(rq))
        gw_request_fail(rq, GW_API_ATTACH, "The limit of handles of one session is reached");
    else
        return gw_limits_handle(rq);
    return false;
}

struct gw_handle *gw_handle_new(struct gw_session *s, struct gw_plugin *p, uint64_t id, const char *opaque_id,
                                const char *token)
{
    struct gw_handle *h = make(s, p, id, opaque_id, token);
    bool refused;

    list(h);
    h->user = h->memory = p->table.user_size ? g_malloc0(p->table.user_size) : NULL;
    gw_busy_with(p->table.name, "attach");
    refused = gw_link_new(&h->link, s->api->links, h) || (p->table.attach && p->table.attach(h->ticket, &h->user));
    gw_busy_with(NULL, NULL);
    if (refused) {
        gw_message_answer_rest(h);
        free_handle(h);
        return NULL;
    }
    gw_egress_share(s);
    h->state = GW_HANDLE_LIVE;
    gw_verbose_of(s->id, h->id, "attached to %s", p->shown);
    gw_event_handle(h, "attached");
    return h;
}

void gw_handle_attach(struct gw_request *rq)
{
    const json_t *loop;
    struct gw_plugin *p;
    struct gw_handle *h;

    if (!gw_request_check(rq, attach_params, rq->root))
        return;
    p = gw_plugin_find(rq->api, gw_json_string(rq->root, "plugin"));
    if (!may_attach(rq, p))
        return;
    h = gw_handle_new(rq->session, p, 0, gw_json_string(rq->root, "opaque_id"), gw_json_string(rq->root, "token"));
    if (!h) {
        gw_request_fail(rq, GW_API_ATTACH, "%s refused the handle", p->shown);
        return;
    }
    loop = json_object_get(rq->root, "loop_index");
    if (loop && gw_option_true(rq->api, "general", "allow_loop_indication"))
        gw_link_worker(h->link, (unsigned)MIN(json_integer_value(loop), G_MAXINT));
    gw_request_reply(rq, json_pack("{ss s{sI}}", "janus", "success", "data", "id", (json_int_t)h->id));
}

/* --- going -------------------------------------------------------------------------------------------------------- */

void gw_handle_finish(struct gw_api *a, void *ticket)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (!h)
        return;
    if (h->plugin->table.detach)
        GW_PLUGIN_CALL(h, detach, h->ticket, h->user);
    gw_handle_described(h, NULL, NULL);
    gw_message_answer_rest(h);
    if (h->tell)
        gw_out_event(h, gw_event_open(h, "detached", NULL));
    gw_out_flush(h);
    gw_verbose_of(h->session->id, h->id, "detached from %s", h->plugin->shown);
    gw_event_handle(h, "detached");
    free_handle(h);
}

void gw_handle_close(struct gw_handle *h, bool tell)
{
    if (h->state == GW_HANDLE_CLOSING)
        return;
    h->state = GW_HANDLE_CLOSING;
    h->tell = tell;
    gw_timing_end(h);
    unlist(h);
    gw_timer_stop(h->api->conf.timers, &h->park_timer);
    gw_handle_unpark(h);
    if (h->cleaning)
        return; /* closed() is on its way */
    if (gw_link_exists(h->link)) {
        h->cleaning = true;
        gw_link_close(h->link, "Detach");
    } else
        gw_defer(h->api, gw_handle_finish, h->ticket);
}

static void end(struct gw_api *a, void *ticket)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (h && h->state == GW_HANDLE_LIVE)
        gw_handle_close(h, true);
}

void gw_api_end(struct gw_api *a, struct cardea_handle *ticket)
{
    if (gw_handle_of(a, ticket))
        gw_defer(a, end, ticket);
}

void gw_handle_hangup(struct gw_handle *h, const char *reason)
{
    if (h->cleaning || !gw_link_exists(h->link))
        return;
    h->cleaning = true;
    gw_link_close(h->link, reason);
}

void gw_api_hangup(struct gw_api *a, struct cardea_handle *ticket, const char *reason)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (h)
        gw_handle_hangup(h, reason ? reason : "Close PC");
}

/* --- waiting for the old PeerConnection to be gone ---------------------------------------------------------------- */

static void waited_enough(void *arg, int64_t now_us)
{
    struct gw_handle *h = arg;
    struct gw_api *a = h->api;
    struct cardea_handle *ticket = h->ticket;

    h->park_over = true;
    gw_handle_unpark(h);
    h = gw_handle_of(a, ticket);
    if (h)
        h->park_over = false;
}

bool gw_handle_park(struct gw_handle *h, const struct gw_request *rq)
{
    struct gw_parked *p;

    if (h->parked.length >= GW_MAX_PARKED)
        return false;
    p = g_new0(struct gw_parked, 1);
    p->origin = rq->origin;
    p->root = json_incref(rq->root);
    g_queue_push_tail(&h->parked, p);
    if (gw_timer_running(&h->park_timer))
        return true;
    h->park_timer.fire = waited_enough;
    h->park_timer.arg = h;
    gw_timer_start(h->api->conf.timers, &h->park_timer,
                   h->api->conf.now_us() + (h->away.asks ? GW_ASK_US : GW_PARK_US));
    return true;
}

/* Each request is taken as if it came now. They may park again, or end the handle. */
void gw_handle_unpark(struct gw_handle *h)
{
    struct gw_api *a = h->api;
    GQueue waiting = h->parked;
    struct gw_parked *p;

    g_queue_init(&h->parked);
    gw_timer_stop(a->conf.timers, &h->park_timer);
    while ((p = g_queue_pop_head(&waiting))) {
        gw_request_take(a, &p->origin, p->root);
        json_decref(p->root);
        g_free(p);
    }
}

/* --- who is it? --------------------------------------------------------------------------------------------------- */

struct gw_link *gw_api_link(struct gw_api *a, const struct cardea_handle *ticket)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    return h ? h->link : NULL;
}

struct gw_links *gw_api_links(struct gw_api *a)
{
    return a->links;
}

char *gw_api_relay_user(const void *owner)
{
    const struct gw_handle *h = owner;

    return h->opaque_id ? g_strdup(h->opaque_id) : g_strdup_printf("%llu", (unsigned long long)h->session->id);
}

const json_t *gw_api_claims(struct gw_api *a, const struct cardea_handle *ticket)
{
    const struct gw_handle *h = gw_handle_of(a, ticket);

    return h ? h->claims : NULL;
}

void gw_api_ids(struct gw_api *a, const struct cardea_handle *ticket, uint64_t *session, uint64_t *handle)
{
    const struct gw_handle *h = ticket ? gw_handle_of(a, ticket) : NULL;

    *session = h ? h->session->id : 0;
    *handle = h ? h->id : 0;
}
