/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles whose room, or whatever their plugin is about, lives in a neighbour: the gateway process that we took over
 * from, or that took over from us (elsewhere.c has whole sessions). Their session stays where it is. The neighbour is
 * asked to take the handle in (lodger.c); then what is said to it is sent on, and what it says is told to its session.
 *
 * A plugin says which members of a request name what it is about (cardea_plugin.about), and whether that lives here
 * (welcomes). The first asynchronous request decides where a handle is; synchronous ones are sent one by one.
 */
#include "api/inside.h"

#include <string.h>
#include <strings.h>

#include "log/log.h"

static const void *key_of(const struct gw_api *a)
{
    return &a->away; /* how the neighbour's messages for sessions of ours find here */
}

/* --- what is it about, and where does that live? ------------------------------------------------------------------ */

/* {"plugin": …, "room": …}; NULL: the request names nothing. New reference. */
static json_t *purpose_of(const struct gw_request *rq)
{
    const struct gw_plugin *p = rq->handle->plugin;
    const json_t *body = json_object_get(rq->root, "body");
    json_t *purpose = json_pack("{ss}", "plugin", p->shown);

    for (const char *const *name = p->table.about; name && *name; name++)
        json_object_set(purpose, *name, json_object_get(body, *name)); /* nothing, when it is not there */
    if (json_object_size(purpose) > 1)
        return purpose;
    json_decref(purpose);
    return NULL;
}

static json_t *description_of(const struct gw_handle *h, json_t *purpose, bool once)
{
    json_t *o = json_pack("{sI sI so sb}", "session", (json_int_t)h->session->id, "handle", (json_int_t)h->id,
                          "purpose", purpose, "once", once);

    if (h->opaque_id)
        json_object_set_new(o, "opaque_id", json_string(h->opaque_id));
    if (h->token)
        json_object_set_new(o, "token", json_string(h->token));
    return o;
}

/* true: the neighbour was asked, and gw_api_lodged() will be called. */
static bool ask(const struct gw_request *rq, bool once)
{
    struct gw_api *a = rq->api;
    struct gw_handle *h = rq->handle;
    json_t *purpose = purpose_of(rq);

    if (!purpose || gw_plugin_welcomes(h->plugin, purpose)) {
        json_decref(purpose);
        return false;
    }
    if (!a->elsewhere->lodge(a->conf.arg, key_of(a), (uint64_t)(uintptr_t)h->ticket, h->session->id,
                             description_of(h, purpose, once), &h->away.where))
        return false;
    h->away.asks = true;
    h->away.once = once;
    h->away.asked_for = rq->root; /* it is kept: parked */
    return true;
}

bool gw_away_ask_place(struct gw_api *a, uint64_t id, json_t *purpose)
{
    int where;

    return a->elsewhere->lodge(a->conf.arg, key_of(a), id, 0, json_pack("{so}", "purpose", purpose), &where);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void send_there(const struct gw_request *rq)
{
    if (!gw_elsewhere_handle(rq, rq->handle->away.where))
        gw_request_fail(rq, GW_API_MESSAGE, "The process that this handle lives in does not take it");
}

void gw_away_request(struct gw_request *rq)
{
    struct gw_handle *h = rq->handle;
    bool last = !strcasecmp(rq->name, "detach");

    send_there(rq);
    if (last)
        gw_handle_close(h, false);
}

/* The answer to the question about this request is there. true: it has been sent on. */
static bool decided(struct gw_request *rq, bool async)
{
    struct gw_handle *h = rq->handle;

    h->away.asked_for = NULL;
    if (h->away.yes)
        send_there(rq);
    else
        h->away.here |= async;
    return h->away.yes;
}

bool gw_away_takes(struct gw_request *rq, bool async)
{
    struct gw_handle *h = rq->handle;

    if (!rq->api->elsewhere || h->session->lodger || gw_origin_is_guest(rq->api, &rq->origin))
        return false;
    if (h->away.asks && h->park_over) { /* no answer in time */
        h->away.asks = h->away.yes = false;
        h->away.late++;
    }
    if (!h->away.asks && h->away.asked_for == rq->root)
        return decided(rq, async);
    if (!h->away.asks && ((async && h->away.here) || !ask(rq, !async))) {
        h->away.here |= async;
        return false;
    }
    if (!gw_handle_park(h, rq))
        gw_request_fail(rq, GW_API_WRONG_STATE, "Too many requests wait to hear where their room is");
    return true;
}

/* --- what the neighbour says -------------------------------------------------------------------------------------- */

/* It took in a handle that does not want it any more. */
static void decline(struct gw_api *a, uint64_t session_id)
{
    const struct gw_session *s = gw_session_find(a, session_id);
    GHashTableIter it;
    gpointer value;

    if (s)
        g_hash_table_iter_init(&it, s->handles);
    while (s && g_hash_table_iter_next(&it, NULL, &value))
        if (((const struct gw_handle *)value)->away.there)
            return; /* others are there, and this one ends with them */
    gw_elsewhere_closed(a, key_of(a), session_id);
}

void gw_api_lodged(struct gw_api *a, uint64_t id, uint64_t session_id, bool in)
{
    struct cardea_handle *ticket = (void *)(uintptr_t)id;
    struct gw_handle *h = session_id ? gw_handle_of(a, ticket) : NULL;
    bool late = h && h->away.late;

    if (!session_id) {
        gw_route_located(gw_tickets_get(&a->exchanges, ticket), in);
        return;
    }
    if (late)
        h->away.late--;
    if (!h || late || !h->away.asks || h->state != GW_HANDLE_LIVE) {
        if (in)
            decline(a, session_id);
        return;
    }
    h->away.asks = false;
    h->away.yes = in;
    h->away.there = in && !h->away.once;
    if (h->away.there)
        gw_verbose_of(session_id, h->id, "what it is about lives in another process: the handle lodges there");
    gw_handle_unpark(h);
}

bool gw_away_is_key(const struct gw_api *a, const void *transport)
{
    return transport == key_of(a);
}

/* A handle that has ended there has ended here. */
static void note_end(const struct gw_session *s, const char *text, size_t len)
{
    json_t *o = json_loadb(text, len, 0, NULL);
    const char *janus = gw_json_string(o, "janus");
    gint64 key = json_integer_value(json_object_get(o, "sender"));
    struct gw_handle *h = g_hash_table_lookup(s->handles, &key);

    if (h && h->away.there && janus && !strcmp(janus, "detached"))
        gw_handle_close(h, false);
    json_decref(o);
}

void gw_away_heard(struct gw_api *a, uint64_t session_id, const char *text, size_t len)
{
    struct gw_session *s = gw_session_find(a, session_id);

    if (!s)
        return;
    gw_session_tell(s, g_strndup(text, len));
    if (g_strstr_len(text, (gssize)len, "\"detached\""))
        note_end(s, text, len);
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void gw_away_session_over(const struct gw_session *s)
{
    if (!s->lodger)
        gw_elsewhere_closed(s->api, key_of(s->api), s->id);
}

static void lose(struct gw_handle *h)
{
    GString *g = gw_event_open(h, "hangup", NULL);

    g_string_append(g, ",\"reason\":\"The process that it lived in has ended\"");
    gw_out_event(h, g);
    gw_handle_close(h, true);
}

void gw_api_neighbour_gone(struct gw_api *a, int where)
{
    GList *all = g_hash_table_get_values(a->handles.objects);
    GPtrArray *tickets = g_ptr_array_new();

    for (GList *l = all; l; l = l->next)
        g_ptr_array_add(tickets, ((struct gw_handle *)l->data)->ticket);
    for (unsigned i = 0; i < tickets->len; i++) {
        struct gw_handle *h = gw_handle_of(a, tickets->pdata[i]);

        if (!h || h->state != GW_HANDLE_LIVE || h->away.where != where)
            continue;
        h->away.late = 0;
        if (h->away.there)
            lose(h);
        else if (h->away.asks)
            gw_api_lodged(a, (uint64_t)(uintptr_t)h->ticket, h->session->id, false);
    }
    g_ptr_array_free(tickets, TRUE);
    g_list_free(all);
    gw_routes_neighbour_gone(a);
}
