/* SPDX-License-Identifier: Apache-2.0 */
/* handle_info: what the control thread knows of a handle at once, and what its worker says a little later. */
#include "api/inside.h"

#include <stdio.h>
#include <string.h>

#include "api/busy.h"
#include "peer/view.h"

struct gw_query {
    int64_t ticket, until_us;
    struct gw_origin origin;
    char *transaction;
    uint64_t session_id;
    json_t *info, *msids; /* owned; msids by mid */
    uint64_t handle_id;
};

static json_t *flags_json(struct gw_handle *h)
{
    size_t n;
    const struct cardea_stream *s = gw_link_streams(h->link, &n);
    bool exists = gw_link_exists(h->link), kinds[4] = {false};
    struct gw_link_view v;
    json_t *o = json_object();

    for (size_t i = 0; i < n; i++)
        kinds[s[i].kind] |= !s[i].disabled;
    gw_link_view(h->link, &v);
    const struct {
        const char *name;
        bool value;
    } flags[] = {
        {"got-offer", v.offered || h->offer_waits},
        {"got-answer", v.answered},
        {"negotiated", exists && v.negotiated},
        {"processing-offer", h->offer_waits},
        {"starting", exists && v.answered && !h->up && !h->cleaning},
        {"ice-restart", v.restarting},
        {"ready", h->up},
        {"stopped", h->cleaning || (h->went_down && !exists)},
        {"alert", h->alerted && (h->cleaning || !exists)},
        {"trickle", v.trickles},
        {"all-trickles", v.all_trickles},
        {"resend-trickles", v.resends},
        {"trickle-synced", v.in_step},
        {"data-channels", kinds[CARDEA_DATA]},
        {"has-audio", kinds[CARDEA_AUDIO]},
        {"has-video", kinds[CARDEA_VIDEO]},
        {"new-datachan-sdp", v.sctp_port},
        {"rfc4588-rtx", v.rtx},
        {"cleaning", h->cleaning},
        {"e2ee", gw_link_e2ee(h->link)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        json_object_set_new(o, flags[i].name, json_boolean(flags[i].value));
    return o;
}

/* The third word of the first m-line that says something: m=audio 9 UDP/TLS/RTP/SAVPF 111 */
static json_t *profile_of(const char *sdp)
{
    const char *m = strstr(sdp, "\nm=");
    char proto[64];

    if (!m || sscanf(m, "\nm=%*s %*s %63s", proto) != 1)
        return NULL;
    return json_string(proto);
}

static json_t *sdps_json(const struct gw_handle *h)
{
    const char *local = gw_link_local_sdp(h->link), *remote = gw_link_remote_sdp(h->link);
    json_t *o = json_object();

    if (local || remote)
        json_object_set_new(o, "profile", profile_of(local ? local : remote));
    if (local)
        json_object_set_new(o, "local", json_string(local));
    if (remote)
        json_object_set_new(o, "remote", json_string(remote));
    return o;
}

static void set_text(json_t *o, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(o, name, json_string(text));
}

/* By mid: the worker does not know them. */
static json_t *msids_json(const struct gw_handle *h)
{
    size_t n;
    const struct cardea_stream *s = gw_link_streams(h->link, &n);
    json_t *all = json_object();

    for (size_t i = 0; i < n; i++) {
        struct gw_link_msid names;
        json_t *o;

        if (!s[i].mid || !gw_link_msid(h->link, s[i].mindex, &names))
            continue;
        o = json_object();
        set_text(o, "local-stream", names.local_stream);
        set_text(o, "local-track", names.local_track);
        set_text(o, "remote-stream", names.remote_stream);
        set_text(o, "remote-track", names.remote_track);
        json_object_set_new(all, s[i].mid, o);
    }
    return all;
}

static void add_specific(json_t *o, const struct gw_handle *h)
{
    json_t *specific;

    GW_NAMED_CALL(h->plugin->table.name, "describe", specific = h->plugin->table.describe(h->ticket, h->user));

    if (!specific)
        return;
    if (!json_object_get(specific, "hangingup"))
        json_object_set_new(specific, "hangingup", json_integer(h->cleaning));
    if (!json_object_get(specific, "destroyed"))
        json_object_set_new(specific, "destroyed", json_integer(h->state == GW_HANDLE_CLOSING));
    json_object_set_new(o, "plugin_specific", specific);
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
    if (h->plugin->table.describe)
        add_specific(o, h);
    return o;
}

/* bps NULL: not known */
static void fill_peer_bitrate(json_t *info, json_t *bps)
{
    json_t *specific = json_object_get(info, "plugin_specific");

    if (!json_is_null(json_object_get(specific, "peer-bitrate")))
        return;
    if (bps)
        json_object_set(specific, "peer-bitrate", bps);
    else
        json_object_set_new(specific, "peer-bitrate", json_integer(0));
}

static void answer(struct gw_query *q)
{
    json_t *reply;

    fill_peer_bitrate(q->info, NULL);
    reply = json_pack("{ss ss sI sI so}", "janus", "success", "transaction", q->transaction, "session_id",
                      (json_int_t)q->session_id, "handle_id", (json_int_t)q->handle_id, "info", q->info);

    gw_origin_send_json(&q->origin, reply);
    json_decref(q->msids);
    g_free(q->transaction);
    g_free(q);
}

void gw_admin_handle_info(struct gw_request *rq)
{
    struct gw_handle *h = rq->handle;
    struct gw_query *q = g_new0(struct gw_query, 1);
    bool plugin_only = json_is_true(json_object_get(rq->root, "plugin_only"));
    struct gw_link_view v;

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
    gw_link_view(h->link, &v);
    if (v.waiting)
        json_object_set_new(q->info, "pending-trickles", json_integer(v.waiting));
    q->msids = msids_json(h);
    gw_captures_describe(h, q->info);
    if (!gw_link_exists(h->link) || gw_link_query(h->link, q->ticket))
        answer(q);
    else
        g_queue_push_tail(&rq->api->queries, q);
}

/* What the worker said, each part in its place. */
static void take_webrtc(struct gw_query *q, json_t *webrtc)
{
    json_t *media = json_object_get(webrtc, "media"), *msid;
    const char *mid;

    fill_peer_bitrate(q->info, json_object_get(json_object_get(webrtc, "bwe"), "remb-bitrate"));
    json_object_update_missing(q->info, json_object_get(webrtc, "agent"));
    json_object_del(webrtc, "agent");
    json_object_foreach(q->msids, mid, msid)
    {
        if (json_object_get(media, mid))
            json_object_set(json_object_get(media, mid), "msid", msid);
    }
    if (json_object_size(webrtc))
        json_object_set(q->info, "webrtc", webrtc);
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
            take_webrtc(q, webrtc);
        json_decref(webrtc);
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
