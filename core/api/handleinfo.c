/* SPDX-License-Identifier: Apache-2.0 */
/* handle_info: what the control thread knows of a handle at once, and what its worker says a little later. */
#include "api/inside.h"

#include <string.h>

struct gw_query {
    int64_t ticket, until_us;
    struct gw_origin origin;
    char *transaction;
    uint64_t session_id;
    json_t *info; /* owned */
    uint64_t handle_id;
};

static json_t *flags_json(struct gw_handle *h)
{
    size_t n;
    const struct cardea_stream *s = gw_link_streams(h->link, &n);
    bool kinds[4] = {false};

    for (size_t i = 0; i < n; i++)
        kinds[s[i].kind] |= !s[i].disabled;
    return json_pack("{sb sb sb sb sb sb sb sb sb sb}", "got-offer", gw_link_remote_sdp(h->link) != NULL, "got-answer",
                     gw_link_local_sdp(h->link) != NULL, "negotiated",
                     gw_link_exists(h->link) && !gw_link_offer_outstanding(h->link), "processing-offer", h->offer_waits,
                     "ready", h->up, "has-audio", kinds[CARDEA_AUDIO], "has-video", kinds[CARDEA_VIDEO],
                     "data-channels", kinds[CARDEA_DATA], "cleaning", h->cleaning, "e2ee", gw_link_e2ee(h->link));
}

static json_t *sdps_json(const struct gw_handle *h)
{
    json_t *o = json_object();

    if (gw_link_local_sdp(h->link))
        json_object_set_new(o, "local", json_string(gw_link_local_sdp(h->link)));
    if (gw_link_remote_sdp(h->link))
        json_object_set_new(o, "remote", json_string(gw_link_remote_sdp(h->link)));
    if (json_object_size(o))
        json_object_set_new(o, "profile", json_string("UDP/TLS/RTP/SAVPF"));
    return o;
}

static json_t *info_json(struct gw_handle *h)
{
    const struct gw_session *s = h->session;
    json_t *trace = gw_trace_json(&h->trace);
    json_t *o = json_pack("{sI sI sI}", "session_id", (json_int_t)s->id, "session_last_activity",
                          (json_int_t)s->last_us, "session_timeout", (json_int_t)gw_session_timeout_s(s));

    if (s->owner)
        json_object_set_new(o, "session_transport", json_string(s->owner->transport->shown));
    json_object_set_new(o, "handle_id", json_integer((json_int_t)h->id));
    if (h->opaque_id)
        json_object_set_new(o, "opaque_id", json_string(h->opaque_id));
    if (h->token)
        json_object_set_new(o, "token", json_string(h->token));
    json_object_set_new(o, "loop-running", json_true());
    json_object_set_new(o, "created", json_integer(h->created_us));
    json_object_set_new(o, "current_time", json_integer(h->api->conf.now_us()));
    json_object_set_new(o, "plugin", json_string(h->plugin->shown));
    if (trace)
        json_object_set_new(o, "trace", trace);
    if (h->plugin->table.describe) {
        json_t *specific = h->plugin->table.describe(h->ticket, h->user);

        if (specific)
            json_object_set_new(o, "plugin_specific", specific);
    }
    return o;
}

static void answer(struct gw_query *q)
{
    json_t *reply = json_pack("{ss ss sI sI so}", "janus", "success", "transaction", q->transaction, "session_id",
                              (json_int_t)q->session_id, "handle_id", (json_int_t)q->handle_id, "info", q->info);

    gw_origin_send_json(&q->origin, reply);
    g_free(q->transaction);
    g_free(q);
}

void gw_admin_handle_info(struct gw_request *rq)
{
    struct gw_handle *h = rq->handle;
    struct gw_query *q = g_new0(struct gw_query, 1);
    bool plugin_only = json_is_true(json_object_get(rq->root, "plugin_only"));

    q->ticket = ++rq->api->last_query;
    q->until_us = rq->api->conf.now_us() + GW_QUERY_US;
    q->origin = rq->origin;
    q->transaction = g_strdup(rq->transaction);
    q->session_id = rq->session_id;
    q->handle_id = rq->handle_id;
    q->info = info_json(h);
    if (plugin_only) {
        answer(q);
        return;
    }
    json_object_set_new(q->info, "flags", flags_json(h));
    json_object_set_new(q->info, "sdps", sdps_json(h));
    gw_captures_describe(h, q->info);
    if (!gw_link_exists(h->link) || gw_link_query(h->link, q->ticket))
        answer(q);
    else
        g_queue_push_tail(&rq->api->queries, q);
}

void gw_admin_query_done(struct gw_api *a, int64_t ticket, const char *json)
{
    for (GList *l = a->queries.head; l; l = l->next) {
        struct gw_query *q = l->data;
        json_t *webrtc;

        if (q->ticket != ticket)
            continue;
        webrtc = json ? json_loads(json, 0, NULL) : NULL;
        if (webrtc)
            json_object_set_new(q->info, "webrtc", webrtc);
        g_queue_delete_link(&a->queries, l);
        answer(q);
        return;
    }
}

/* A worker that does not answer in time is left out. */
void gw_admin_queries_watch(struct gw_api *a, bool all)
{
    struct gw_query *q;

    while ((q = g_queue_peek_head(&a->queries)) && (all || a->conf.now_us() > q->until_us)) {
        g_queue_pop_head(&a->queries);
        answer(q);
    }
}
