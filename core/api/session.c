/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: made, claimed, lost, ended; and where their events go. */
#include "api/inside.h"

#include <string.h>

#include "log/log.h"

struct gw_session *gw_session_find(const struct gw_api *a, uint64_t id)
{
    gint64 key = (gint64)id;

    return g_hash_table_lookup(a->sessions, &key);
}

struct gw_session *gw_session_find_for(const struct gw_api *a, uint64_t id, const struct gw_transport *from)
{
    struct gw_session *s = gw_session_find(a, id);

    return s && gw_lodger_is_for(s, from) ? s : NULL;
}

void gw_session_touch(struct gw_session *s)
{
    s->last_us = s->api->conf.now_us();
}

int64_t gw_session_timeout_s(const struct gw_session *s)
{
    return s->timeout_s >= 0 ? s->timeout_s : s->api->live.session_timeout_s;
}

static void set_owner(struct gw_session *s, struct gw_client *c)
{
    if (s->owner)
        g_hash_table_remove(s->owner->sessions, s);
    s->owner = c;
    if (c)
        g_hash_table_add(c->sessions, s);
}

static void forget_events(struct gw_session *s)
{
    g_queue_clear_full(&s->events, g_free);
    s->events_size = 0;
    s->events_full = false;
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static bool limits_allow(const struct gw_request *rq, const struct gw_client *owner)
{
    const struct gw_api *a = rq->api;
    bool full = gw_api_sessions(a) >= (size_t)gw_option_number(a, "limits", "sessions");
    bool greedy = owner->id &&
                  g_hash_table_size(owner->sessions) >= (guint)gw_option_number(a, "limits", "sessions_per_connection");

    if (full)
        gw_request_fail(rq, GW_API_NOT_ACCEPTING, "The limit of sessions is reached");
    else if (greedy)
        gw_request_fail(rq, GW_API_NOT_ACCEPTING, "The limit of sessions of one connection is reached");
    return !full && !greedy;
}

struct gw_session *gw_session_new(struct gw_api *a, struct gw_client *owner, uint64_t id)
{
    struct gw_session *s = g_new0(struct gw_session, 1);

    while (!id || gw_session_find(a, id))
        id = gw_api_random_id();
    s->api = a;
    s->id = id;
    s->timeout_s = -1;
    s->handles = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_queue_init(&s->events);
    g_queue_init(&s->polls);
    gw_session_touch(s);
    s->created_us = s->last_us;
    set_owner(s, owner);
    g_hash_table_insert(a->sessions, &s->id, s);
    a->sessions_made++;
    gw_verbose_of(id, 0, "session created over %s", owner->transport->shown);
    return s;
}

void gw_session_create(struct gw_request *rq)
{
    struct gw_api *a = rq->api;
    struct gw_client *owner = gw_origin_client(&rq->origin);
    uint64_t id = (uint64_t)json_integer_value(json_object_get(rq->root, "id"));
    struct gw_limits_session counted;
    struct gw_session *s;

    if (id && gw_session_find(a, id)) {
        rq->session_id = id;
        gw_request_fail(rq, GW_API_SESSION_EXISTS, "Session id %llu is in use", (unsigned long long)id);
        return;
    }
    if (!owner || !limits_allow(rq, owner) || !gw_limits_session(rq, &counted))
        return;
    s = gw_session_new(a, owner, id);
    gw_limits_session_made(s, &counted);
    gw_event_session(s, "created", &rq->origin);
    gw_request_reply(rq, json_pack("{ss s{sI}}", "janus", "success", "data", "id", (json_int_t)s->id));
}

/* --- ending ------------------------------------------------------------------------------------------------------- */

static void free_when_empty(struct gw_session *s)
{
    if (!s->over || s->n_handles || s->flushing)
        return;
    forget_events(s);
    g_hash_table_destroy(s->handles);
    g_free(s);
}

void gw_session_handle_gone(struct gw_session *s)
{
    s->n_handles--;
    if (s->lodger && !s->n_handles && !s->over)
        gw_session_destroy(s, false);
    else
        free_when_empty(s);
}

/* `timeout` is the last event but for the `detached` of its handles, which still find their way. */
void gw_session_destroy(struct gw_session *s, bool timed_out)
{
    gint64 key = (gint64)s->id;
    GList *handles;

    if (s->over)
        return;
    gw_verbose_of(s->id, 0, timed_out ? "session timed out" : "session ended");
    if (timed_out)
        gw_session_tell(s, g_strdup_printf("{\"janus\":\"timeout\",\"session_id\":%llu}", (unsigned long long)s->id));
    gw_polls_flush(s);
    gw_polls_release(s);
    g_hash_table_remove(s->api->sessions, &key);
    if (!s->lodger)
        gw_lifetimes_note(&s->api->lifetimes, (uint32_t)((s->api->conf.now_us() - s->created_us) / 1000000));
    s->over = true;
    s->n_handles++; /* so that it outlives the loop below */
    gw_guest_session_over(s);
    gw_limits_session_gone(s);
    gw_away_session_over(s);
    if (!s->lodger) /* its home tells of it */
        gw_event_session(s, timed_out ? "timeout" : "destroyed", NULL);
    set_owner(s, NULL);
    handles = g_hash_table_get_values(s->handles);
    for (GList *l = handles; l; l = l->next)
        gw_handle_close(l->data, false);
    g_list_free(handles);
    gw_session_handle_gone(s);
}

void gw_session_lost(struct gw_session *s)
{
    set_owner(s, NULL);
    s->lost_us = s->api->conf.now_us();
    if (s->lodger || !gw_option_number(s->api, "general", "reclaim_session_timeout"))
        gw_session_destroy(s, false);
    else
        gw_verbose_of(s->id, 0, "the connection has gone, the session can be claimed");
}

void gw_session_claim(struct gw_session *s, struct gw_client *by)
{
    if (!by || s->owner == by) {
        if (by && !by->id) { /* over HTTP a claim starts afresh */
            gw_polls_release(s);
            forget_events(s);
        }
        return;
    }
    gw_polls_release(s);
    forget_events(s);
    set_owner(s, by);
    gw_verbose_of(s->id, 0, "session claimed over %s", by->transport->shown);
}

void gw_api_close_all(struct gw_api *a)
{
    GList *all = g_hash_table_get_values(a->sessions);

    for (GList *l = all; l; l = l->next)
        gw_session_destroy(l->data, false);
    g_list_free(all);
}

/* --- events ------------------------------------------------------------------------------------------------------- */

static void flush_polls(struct gw_api *a, void *arg)
{
    struct gw_session *s = arg;

    s->flushing = false;
    if (s->over)
        free_when_empty(s);
    else
        gw_polls_flush(s);
}

static bool has_room(struct gw_session *s, size_t len)
{
    bool room = s->events.length < GW_MAX_EVENTS && s->events_size + len <= GW_MAX_EVENT_SIZE;

    if (!room && !s->events_full)
        gw_warn_of(s->id, 0, "nobody fetches the events of this session: further ones are dropped");
    s->events_full = !room;
    return room;
}

void gw_session_tell(struct gw_session *s, char *text)
{
    size_t len = strlen(text);

    if (s->owner && s->owner->id)
        s->owner->transport->table.send(s->owner->id, text, len);
    else if (s->owner && has_room(s, len)) {
        g_queue_push_tail(&s->events, text);
        s->events_size += len;
        if (!s->flushing && s->polls.length) {
            s->flushing = true; /* at the end of the turn, so that one poll takes all that belongs together */
            gw_defer(s->api, flush_polls, s);
        }
        return;
    }
    g_free(text);
}

uint64_t gw_api_sessions_made(const struct gw_api *a)
{
    return a->sessions_made;
}
