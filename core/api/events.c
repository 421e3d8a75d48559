/* SPDX-License-Identifier: Apache-2.0 */
#include "api/events.h"

#include <stdlib.h>
#include <string.h>

#include "api/inside.h"
#include "base/str.h"

#define UPDATE_US 15000000

/* --- who wants what ----------------------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    unsigned bits;
} words[] = {
    {"sessions", GW_EVENT_SESSION},
    {"handles", GW_EVENT_HANDLE},
    {"external", GW_EVENT_EXTERNAL},
    {"jsep", GW_EVENT_JSEP},
    {"webrtc", GW_EVENT_WEBRTC},
    {"media", GW_EVENT_MEDIA},
    {"plugins", GW_EVENT_PLUGIN},
    {"transports", GW_EVENT_TRANSPORT},
    {"core", GW_EVENT_CORE},
    {"all", GW_EVENT_ALL},
    {"none", 0},
};

bool gw_event_mask(const char *list, unsigned *mask)
{
    bool known = true;
    const char *item;
    size_t len;

    *mask = 0;
    while (gw_list_next(&list, &item, &len)) {
        size_t i = 0;

        while (i < G_N_ELEMENTS(words) && (strlen(words[i].word) != len || memcmp(words[i].word, item, len) != 0))
            i++;
        if (i < G_N_ELEMENTS(words))
            *mask |= words[i].bits;
        else
            known = false;
    }
    return known;
}

bool gw_events_wanted(const struct gw_api *a, unsigned type)
{
    for (guint i = 0; i < a->event_handlers->len; i++)
        if (((const struct gw_event_handler *)a->event_handlers->pdata[i])->mask & type)
            return true;
    return false;
}

const struct gw_event_handler *gw_events_find(const struct gw_api *a, const char *name)
{
    for (guint i = 0; i < a->event_handlers->len; i++) {
        const struct gw_event_handler *h = a->event_handlers->pdata[i];

        if (!strcmp(h->name, name) || !strcmp(h->shown, name))
            return h;
    }
    return NULL;
}

/* --- one event ---------------------------------------------------------------------------------------------------- */

static json_t *envelope(const struct gw_api *a, const struct gw_event *e)
{
    const char *name = gw_option_text(a, "general", "server_name");
    json_t *o = json_pack("{ss si}", "emitter", name ? name : "", "type", (int)e->type);

    if (e->subtype)
        json_object_set_new(o, "subtype", json_integer(e->subtype));
    json_object_set_new(o, "timestamp", json_integer(g_get_real_time()));
    if (e->session_id)
        json_object_set_new(o, "session_id", json_integer((json_int_t)e->session_id));
    if (e->handle) {
        json_object_set_new(o, "session_id", json_integer((json_int_t)e->handle->session->id));
        json_object_set_new(o, "handle_id", json_integer((json_int_t)e->handle->id));
        if (e->handle->opaque_id)
            json_object_set_new(o, "opaque_id", json_string(e->handle->opaque_id));
    }
    json_object_set(o, "event", e->body);
    return o;
}

void gw_event_tell(struct gw_api *a, const struct gw_event *e)
{
    json_t *o = e->body ? envelope(a, e) : NULL;
    char *text = o ? gw_json_text(o) : NULL;

    for (guint i = 0; text && i < a->event_handlers->len; i++) {
        const struct gw_event_handler *h = a->event_handlers->pdata[i];

        if (h->mask & e->type)
            h->take(h->arg, text);
    }
    free(text);
    json_decref(o);
    json_decref(e->body);
}

void gw_event_of_handle(struct gw_handle *h, unsigned type, unsigned subtype, json_t *body)
{
    gw_event_tell(h->api, &(struct gw_event){.type = type, .subtype = subtype, .handle = h, .body = body});
}

/* --- sessions and handles ----------------------------------------------------------------------------------------- */

void gw_event_session(struct gw_session *s, const char *name, const struct gw_origin *from)
{
    json_t *body;
    char id[24];

    if (!gw_events_wanted(s->api, GW_EVENT_SESSION))
        return;
    body = json_pack("{ss}", "name", name);
    if (from) {
        g_snprintf(id, sizeof(id), "%llu", (unsigned long long)(from->connection ? from->connection : from->tag));
        json_object_set_new(body, "transport", json_pack("{ss ss}", "transport", from->transport->shown, "id", id));
    }
    gw_event_tell(s->api, &(struct gw_event){.type = GW_EVENT_SESSION, .session_id = s->id, .body = body});
}

void gw_event_handle(struct gw_handle *h, const char *name)
{
    json_t *body;

    if (!gw_events_wanted(h->api, GW_EVENT_HANDLE))
        return;
    body = json_pack("{ss ss}", "name", name, "plugin", h->plugin->shown);
    if (h->opaque_id)
        json_object_set_new(body, "opaque_id", json_string(h->opaque_id));
    if (h->token)
        json_object_set_new(body, "token", json_string(h->token));
    gw_event_of_handle(h, GW_EVENT_HANDLE, 0, body);
}

/* --- descriptions, ICE, DTLS -------------------------------------------------------------------------------------- */

static void tell_candidates(struct gw_handle *h, bool remote, const char *sdp)
{
    static const char mark[] = "a=candidate:";

    for (const char *at = strstr(sdp, mark); at; at = strstr(at, mark)) {
        at += sizeof(mark) - 1;
        gw_event_candidate(h, remote, at, strcspn(at, "\r\n"));
    }
}

void gw_event_jsep(struct gw_handle *h, bool remote, const char *type, const char *sdp)
{
    if (gw_events_wanted(h->api, GW_EVENT_JSEP))
        gw_event_of_handle(
            h, GW_EVENT_JSEP, 0,
            json_pack("{ss s{ss ss}}", "owner", remote ? "remote" : "local", "jsep", "type", type, "sdp", sdp));
    if (gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        tell_candidates(h, remote, sdp);
}

void gw_event_candidate(struct gw_handle *h, bool remote, const char *text, size_t len)
{
    static const char prefix[] = "candidate:";

    if (!gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        return;
    if (len >= sizeof(prefix) - 1 && !memcmp(text, prefix, sizeof(prefix) - 1)) {
        text += sizeof(prefix) - 1;
        len -= sizeof(prefix) - 1;
    }
    gw_event_of_handle(h, GW_EVENT_WEBRTC, remote ? GW_WEBRTC_REMOTE : GW_WEBRTC_LOCAL,
                       json_pack("{ss% si si}", remote ? "remote-candidate" : "local-candidate", text, len, "stream_id",
                                 1, "component_id", 1));
}

static const char *const ice_names[] = {"disconnected", "gathering", "connecting", "connected", "ready", "failed"};

void gw_event_ice(struct gw_handle *h, enum gw_ice_state state)
{
    if ((size_t)state < G_N_ELEMENTS(ice_names) && gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        gw_event_of_handle(h, GW_EVENT_WEBRTC, GW_WEBRTC_ICE,
                           json_pack("{ss si si}", "ice", ice_names[state], "stream_id", 1, "component_id", 1));
}

/* One end of "203.0.113.9:55604 [host,udp] <-> …". */
static json_t *end_of_pair(const char *text)
{
    char address[80], type[12], transport[12];
    char *colon;

    if (sscanf(text, "%79s [%11[^,],%11[^]]]", address, type, transport) != 3)
        return json_object();
    colon = strrchr(address, ':');
    if (!colon)
        return json_object();
    *colon = '\0';
    return json_pack("{ss si ss ss si}", "address", address, "port", atoi(colon + 1), "type", type, "transport",
                     transport, "family", strchr(address, ':') ? 6 : 4);
}

void gw_event_selected(struct gw_handle *h, const char *pair)
{
    static const char between[] = " <-> ";
    const char *theirs = strstr(pair, between);

    if (!theirs || !gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        return;
    gw_event_of_handle(h, GW_EVENT_WEBRTC, GW_WEBRTC_SELECTED,
                       json_pack("{ss s{so so} si si}", "selected-pair", pair, "candidates", "local", end_of_pair(pair),
                                 "remote", end_of_pair(theirs + sizeof(between) - 1), "stream_id", 1, "component_id",
                                 1));
}

void gw_event_dtls(struct gw_handle *h, enum gw_dtls_state state, unsigned retransmissions)
{
    static const char *const names[] = {
        [GW_DTLS_CREATED] = "created", [GW_DTLS_TRYING] = "trying", [GW_DTLS_CONNECTED] = "connected",
        [GW_DTLS_FAILED] = "failed",   [GW_DTLS_CLOSED] = "failed",
    };

    if ((size_t)state < G_N_ELEMENTS(names) && gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        gw_event_of_handle(h, GW_EVENT_WEBRTC, GW_WEBRTC_DTLS,
                           json_pack("{ss si si si}", "dtls", names[state], "stream_id", 1, "component_id", 1,
                                     "retransmissions", (int)retransmissions));
}

/* reason NULL: it is up. */
void gw_event_connection(struct gw_handle *h, const char *reason)
{
    if (gw_events_wanted(h->api, GW_EVENT_WEBRTC))
        gw_event_of_handle(h, GW_EVENT_WEBRTC, GW_WEBRTC_STATE,
                           reason ? json_pack("{ss ss}", "connection", "hangup", "reason", reason)
                                  : json_pack("{ss}", "connection", "webrtcup"));
}

/* --- media -------------------------------------------------------------------------------------------------------- */

static const char *kind_of(const struct cardea_stream *s)
{
    return s->kind == CARDEA_VIDEO ? "video" : "audio";
}

void gw_event_media(struct gw_handle *h, const struct cardea_stream *s, bool receiving, int substream, unsigned seconds)
{
    json_t *body;

    if (!gw_events_wanted(h->api, GW_EVENT_MEDIA))
        return;
    body = json_pack("{ss ss sb}", "media", kind_of(s), "mid", s->mid, "receiving", receiving);
    if (substream >= 0)
        json_object_set_new(body, "substream", json_integer(substream));
    if (!receiving && h->api->live.media.no_media_s > 1)
        json_object_set_new(body, "seconds", json_integer(seconds));
    gw_event_of_handle(h, GW_EVENT_MEDIA, GW_MEDIA_STATE, body);
}

void gw_event_slow_link(struct gw_handle *h, const struct cardea_stream *s, bool uplink, unsigned lost)
{
    if (gw_events_wanted(h->api, GW_EVENT_MEDIA))
        gw_event_of_handle(h, GW_EVENT_MEDIA, GW_MEDIA_SLOW_LINK,
                           json_pack("{ss ss ss si}", "mid", s->mid, "media", kind_of(s), "slow_link",
                                     uplink ? "uplink" : "downlink", "lost_lastsec", (int)lost));
}

/* --- plugins, transports, operators ------------------------------------------------------------------------------- */

void gw_api_event(struct gw_api *a, struct cardea_handle *ticket, json_t *data)
{
    struct gw_handle *h = ticket ? gw_handle_of(a, ticket) : NULL;
    struct gw_event e = {.type = GW_EVENT_PLUGIN, .handle = h};

    if (!data || !gw_events_wanted(a, GW_EVENT_PLUGIN)) {
        json_decref(data);
        return;
    }
    e.body = json_pack("{ss? so}", "plugin", h ? h->plugin->shown : NULL, "data", data);
    gw_event_tell(a, &e);
}

void gw_api_transport_event(struct gw_api *a, const void *transport, uint64_t id, json_t *data)
{
    const struct gw_transport *t = gw_transport_find(a, transport);
    char text[24];

    if (!t || !data || !gw_events_wanted(a, GW_EVENT_TRANSPORT)) {
        json_decref(data);
        return;
    }
    g_snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
    gw_event_tell(a,
                  &(struct gw_event){.type = GW_EVENT_TRANSPORT,
                                     .body = json_pack("{ss ss so}", "transport", t->shown, "id", text, "data", data)});
}

void gw_event_external(struct gw_api *a, const char *schema, const json_t *data)
{
    if (gw_events_wanted(a, GW_EVENT_EXTERNAL))
        gw_event_tell(a, &(struct gw_event){.type = GW_EVENT_EXTERNAL,
                                            .body = json_pack("{ss sO}", "schema", schema, "data", data)});
}

/* --- the gateway itself ------------------------------------------------------------------------------------------- */

static void tell_update(void *arg, int64_t now_us)
{
    struct gw_api *a = arg;

    if (gw_events_wanted(a, GW_EVENT_CORE))
        gw_event_tell(
            a, &(struct gw_event){
                   .type = GW_EVENT_CORE,
                   .subtype = 1,
                   .body = json_pack("{ss s{sI sI sI sI}}", "status", "update", "info", "sessions",
                                     (json_int_t)gw_api_sessions(a), "handles", (json_int_t)gw_api_handles(a),
                                     "peerconnections", (json_int_t)(a->links ? gw_links_count(a->links) : 0),
                                     "stats-period", (json_int_t)gw_option_number(a, "events", "stats_period"))});
    gw_timer_start(a->conf.timers, &a->event_update, a->conf.now_us() + UPDATE_US);
}

void gw_events_started(struct gw_api *a)
{
    a->event_update = (struct gw_timer){.fire = tell_update, .arg = a};
    if (!a->event_handlers->len)
        return;
    if (gw_events_wanted(a, GW_EVENT_CORE))
        gw_event_tell(a,
                      &(struct gw_event){.type = GW_EVENT_CORE,
                                         .subtype = 1,
                                         .body = json_pack("{ss so}", "status", "started", "info", gw_info_json(a))});
    gw_timer_start(a->conf.timers, &a->event_update, a->conf.now_us() + UPDATE_US);
    gw_statistics_start(a);
}

void gw_events_shutdown(struct gw_api *a, int signal)
{
    if (gw_events_wanted(a, GW_EVENT_CORE))
        gw_event_tell(a, &(struct gw_event){.type = GW_EVENT_CORE,
                                            .subtype = 2,
                                            .body = json_pack("{ss si}", "status", "shutdown", "signum", signal)});
}

void gw_api_overload(struct gw_api *a, unsigned worker, double shed, double seconds)
{
    const char *status = shed > 0 ? "overload" : "overload_over";

    if (gw_events_wanted(a, GW_EVENT_CORE))
        gw_event_tell(a, &(struct gw_event){.type = GW_EVENT_CORE,
                                            .subtype = 3,
                                            .body = json_pack("{ss si sf sf}", "status", status, "worker", worker,
                                                              "shed", shed, "seconds", seconds)});
}

void gw_events_add(struct gw_api *a, struct gw_event_handler *handler)
{
    g_ptr_array_add(a->event_handlers, handler);
}

void gw_events_clear(struct gw_api *a)
{
    gw_timer_stop(a->conf.timers, &a->event_update);
    gw_statistics_stop(a);
    g_ptr_array_set_size(a->event_handlers, 0);
}
