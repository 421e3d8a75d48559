/* SPDX-License-Identifier: Apache-2.0 */
/* What a link tells becomes callbacks of the plugin and events for the client. */
#include "api/busy.h"
#include "api/inside.h"

#include <string.h>

#include "log/log.h"

static bool hears(const struct gw_handle *h)
{
    return h->state == GW_HANDLE_LIVE;
}

/* --- sources ------------------------------------------------------------------------------------------------------ */

void gw_handle_forget_sources(struct gw_handle *h)
{
    g_array_set_size(h->sources, 0);
}

static const struct cardea_stream *find_stream(struct gw_handle *h, cardea_source source)
{
    size_t n;
    const struct cardea_stream *streams = gw_link_streams(h->link, &n);

    for (size_t i = 0; i < n; i++)
        if (streams[i].source == source)
            return &streams[i];
    return NULL;
}

static void tell_gone(struct gw_handle *h, guint index)
{
    const struct gw_known_source k = g_array_index(h->sources, struct gw_known_source, index);

    g_array_remove_index(h->sources, index);
    if (k.told && h->plugin->table.source_gone)
        GW_PLUGIN_CALL(h, source_gone, h->ticket, h->user, k.source);
}

/* A callback may negotiate and so change the list, but nothing of it is told before we are done here. */
static void tell_sources(struct gw_api *a, void *ticket)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (!h)
        return;
    h->sources_due = false;
    for (guint i = 0; hears(h) && !h->cleaning && i < h->sources->len;) {
        struct gw_known_source *k = &g_array_index(h->sources, struct gw_known_source, i);
        const struct cardea_stream *stream = find_stream(h, k->source);

        if (!stream) {
            tell_gone(h, i);
            continue;
        }
        i++;
        if (k->told)
            continue;
        k->told = true;
        if (h->plugin->table.source_added)
            GW_PLUGIN_CALL(h, source_added, h->ticket, h->user, stream);
    }
}

static bool knows(const struct gw_handle *h, cardea_source source)
{
    for (guint i = 0; i < h->sources->len; i++)
        if (g_array_index(h->sources, struct gw_known_source, i).source == source)
            return true;
    return false;
}

/* The plugin is told later, outside of its own call. */
void gw_handle_note_sources(struct gw_handle *h)
{
    size_t n;
    const struct cardea_stream *streams = gw_link_streams(h->link, &n);

    for (size_t i = 0; i < n; i++) {
        struct gw_known_source k = {streams[i].source, false};

        if (k.source && streams[i].kind != CARDEA_DATA && !knows(h, k.source))
            g_array_append_val(h->sources, k);
    }
    gw_egress_share(h->session); /* it may receive from now on */
    if (h->sources_due)
        return;
    h->sources_due = true;
    gw_defer(h->api, tell_sources, h->ticket);
}

/* --- news --------------------------------------------------------------------------------------------------------- */

static void on_described(void *owner, const char *type, char *sdp)
{
    gw_timing_mark(owner, GW_TRACE_SDP);
    gw_handle_described(owner, type, sdp);
}

static void on_trickle(void *owner, const char *mid, const char *candidate)
{
    struct gw_handle *h = owner;
    GString *g;

    if (!hears(h))
        return;
    g = gw_event_open(h, "trickle", NULL);
    if (candidate) {
        g_string_append(g, ",\"candidate\":{\"sdpMid\":");
        gw_json_quote(g, mid ? mid : "0");
        g_string_append(g, ",\"sdpMLineIndex\":0,\"candidate\":");
        gw_json_quote(g, candidate);
        g_string_append_c(g, '}');
    } else
        g_string_append(g, ",\"candidate\":{\"completed\":true}");
    g_string_append_c(g, '}');
    if (candidate)
        gw_event_candidate(h, false, candidate, strlen(candidate));
    gw_session_tell(h->session, g_string_free(g, FALSE)); /* may come before the SDP that waits */
}

static void on_ice(void *owner, enum gw_ice_state state)
{
    struct gw_handle *h = owner;

    gw_debug_of(h->session->id, h->id, "ICE state %d", (int)state);
    gw_event_ice(h, state);
    if (state == GW_ICE_CONNECTED || state == GW_ICE_READY)
        gw_timing_mark(h, GW_TRACE_ICE);
    if (state != GW_ICE_FAILED || !h->up || !hears(h))
        return;
    gw_out_event(h, gw_event_open(h, "ice-failed", NULL));
    if (gw_option_true(h->api, "nat", "hangup_on_failed"))
        gw_handle_hangup(h, "ICE failed");
}

static void on_selected(void *owner, const char *pair)
{
    gw_event_selected(owner, pair);
}

static void on_dtls(void *owner, enum gw_dtls_state state, unsigned retransmissions)
{
    gw_event_dtls(owner, state, retransmissions);
}

static void on_up(void *owner)
{
    struct gw_handle *h = owner;

    if (h->up || !hears(h))
        return;
    h->up = true;
    gw_event_connection(h, NULL);
    gw_timing_mark(h, GW_TRACE_DTLS);
    if (h->plugin->table.up)
        GW_PLUGIN_CALL(h, up, h->ticket, h->user);
    gw_out_event(h, gw_event_open(h, "webrtcup", NULL));
}

/* The plugin is told first: what it says comes before the `hangup`. */
static void on_down(void *owner, const char *reason)
{
    struct gw_handle *h = owner;
    GString *g;

    gw_timing_end(h);
    h->up = false;
    h->cleaning = true;
    h->offer_waits = false;
    h->went_down = true;
    h->alerted = strcmp(reason, "DTLS alert") == 0;
    gw_captures_over(h);
    gw_handle_forget_sources(h);
    gw_handle_described(h, NULL, NULL);
    gw_verbose_of(h->session->id, h->id, "PeerConnection closed: %s", reason);
    gw_event_connection(h, reason);
    if (h->plugin->table.down)
        GW_PLUGIN_CALL(h, down, h->ticket, h->user, reason);
    if (!hears(h))
        return;
    g = gw_event_open(h, "hangup", NULL);
    g_string_append(g, ",\"reason\":");
    gw_json_quote(g, reason);
    gw_out_event(h, g);
}

static void on_closed(void *owner)
{
    struct gw_handle *h = owner;

    h->cleaning = false;
    if (h->state == GW_HANDLE_CLOSING)
        gw_defer(h->api, gw_handle_finish, h->ticket);
    else
        gw_handle_unpark(h);
}

static void on_media(void *owner, const struct cardea_stream *s, bool receiving, int substream, unsigned seconds)
{
    struct gw_handle *h = owner;
    GString *g;

    if (!hears(h) || s->kind == CARDEA_DATA)
        return;
    if (receiving)
        gw_timing_mark(h, GW_TRACE_MEDIA);
    gw_event_media(h, s, receiving, substream, seconds);
    g = gw_event_open(h, "media", NULL);
    g_string_append(g, ",\"mid\":");
    gw_json_quote(g, s->mid);
    g_string_append_printf(g, ",\"type\":\"%s\",\"receiving\":%s", s->kind == CARDEA_VIDEO ? "video" : "audio",
                           receiving ? "true" : "false");
    if (substream >= 0)
        g_string_append_printf(g, ",\"substream\":%d", substream);
    if (!receiving && h->api->live.media.no_media_s > 1)
        g_string_append_printf(g, ",\"seconds\":%u", seconds);
    gw_out_event(h, g);
}

static void on_slow_link(void *owner, const struct cardea_stream *s, bool uplink, unsigned lost)
{
    struct gw_handle *h = owner;
    GString *g;

    if (!hears(h))
        return;
    gw_event_slow_link(h, s, uplink, lost);
    if (h->plugin->table.slow_link)
        GW_PLUGIN_CALL(h, slow_link, h->ticket, h->user, s->kind, uplink, lost);
    g = gw_event_open(h, "slowlink", NULL);
    g_string_append(g, ",\"mid\":");
    gw_json_quote(g, s->mid);
    g_string_append_printf(g, ",\"media\":\"%s\",\"uplink\":%s,\"lost\":%u",
                           s->kind == CARDEA_VIDEO ? "video" : "audio", uplink ? "true" : "false", lost);
    gw_out_event(h, g);
}

static void on_layer(void *owner, cardea_sink sink, const struct cardea_sink_state *state)
{
    struct gw_handle *h = owner;

    if (hears(h) && h->plugin->table.layer)
        GW_PLUGIN_CALL(h, layer, h->ticket, h->user, sink, state);
}

static void on_talking(void *owner, cardea_source source, bool talking, double level)
{
    struct gw_handle *h = owner;

    if (hears(h) && h->plugin->table.talking)
        GW_PLUGIN_CALL(h, talking, h->ticket, h->user, source, talking, level);
}

static void on_loudness(void *owner, cardea_source source, double level)
{
    struct gw_handle *h = owner;

    if (hears(h) && h->plugin->table.loudness)
        GW_PLUGIN_CALL(h, loudness, h->ticket, h->user, source, level);
}

static void on_data(void *owner, const struct cardea_message *msg)
{
    struct gw_handle *h = owner;

    if (hears(h) && h->plugin->table.data)
        GW_PLUGIN_CALL(h, data, h->ticket, h->user, msg);
}

static void on_query(void *owner, int64_t ticket, const char *json)
{
    struct gw_handle *h = owner;

    if (ticket == GW_QUERY_STATISTICS)
        gw_statistics_tell(h, json);
    else
        gw_admin_query_done(h->api, ticket, json);
}

const struct gw_link_events *gw_api_link_events(void)
{
    static const struct gw_link_events events = {
        .described = on_described,
        .trickle = on_trickle,
        .ice = on_ice,
        .selected = on_selected,
        .dtls = on_dtls,
        .up = on_up,
        .down = on_down,
        .closed = on_closed,
        .media = on_media,
        .slow_link = on_slow_link,
        .layer = on_layer,
        .talking = on_talking,
        .loudness = on_loudness,
        .data = on_data,
        .query = on_query,
    };

    return &events;
}
