/* SPDX-License-Identifier: Apache-2.0 */
#include "echotest.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX        "Cardea heard: "
#define MAX_TEXT_ECHO 65536

json_t *echo_result(const char *result)
{
    return json_pack("{ss ss}", "echotest", "event", "result", result);
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* The layers of one m-line, by the names that simulcast and SVC have for them. */
struct layers {
    const char *codec, *picture_name, *temporal_name;
    int picture, temporal;
    bool simulcast;
};

/* false: the m-line of that sink (0: no m-line) has no layers. */
static bool read_layers(struct cardea_handle *h, cardea_sink sink, struct layers *out, struct cardea_sink_state *now)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    for (size_t i = 0; i < n; i++) {
        if (!s[i].sink || !s[i].codec || (!s[i].simulcast && !s[i].svc) || (sink && s[i].sink != sink))
            continue;
        if (!sink && host->sink_state(s[i].sink, now))
            continue;
        *out = s[i].simulcast
                   ? (struct layers){s[i].codec, "substream", "temporal", now->substream, now->temporal, true}
                   : (struct layers){s[i].codec, "spatial_layer", "temporal_layer", now->spatial, now->temporal, false};
        return true;
    }
    return false;
}

static void confirm(struct cardea_handle *h, const json_t *body, const char *codec, const char *name, int current)
{
    const json_t *wanted = json_object_get(body, name);

    if (wanted && current >= 0 && json_integer_value(wanted) == current)
        host->notify(h, json_pack("{ss ss si}", "echotest", "event", "videocodec", codec, name, current));
}

void echo_confirm_layers(struct cardea_handle *h, const json_t *body)
{
    struct cardea_sink_state now;
    struct layers l;

    if (!read_layers(h, 0, &l, &now))
        return;
    confirm(h, body, l.codec, l.picture_name, l.picture);
    confirm(h, body, l.codec, l.temporal_name, l.temporal);
}

void echo_layer(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *state)
{
    struct cardea_sink_state now = *state;
    struct layers l;

    if (read_layers(h, sink, &l, &now))
        host->notify(h, json_pack("{ss ss si si}", "echotest", "event", "videocodec", l.codec, l.picture_name,
                                  l.picture, l.temporal_name, l.temporal));
}

/* --- losses and data ---------------------------------------------------------------------------------------------- */

void echo_slow_link(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost)
{
    struct echo *e = user;
    json_t *body;

    e->slow_links++;
    if (uplink)
        return; /* told only about what we fail to receive */
    body = json_pack("{ss ss ss}", "echotest", "event", "event", "slow_link", "media",
                     kind == CARDEA_VIDEO ? "video" : "audio");
    if (kind == CARDEA_VIDEO)
        json_object_set_new(body, "current-bitrate", json_integer(e->bitrate));
    host->notify(h, body);
}

void echo_data(struct cardea_handle *h, void *user, const struct cardea_message *msg)
{
    struct cardea_message back = *msg;
    uint8_t *copy;

    echo_record_data(user, msg);
    if (msg->binary || msg->len > MAX_TEXT_ECHO) {
        host->send_data(h, msg);
        return;
    }
    back.len = sizeof(PREFIX) - 1 + msg->len;
    copy = malloc(back.len);
    if (!copy)
        return;
    memcpy(copy, PREFIX, sizeof(PREFIX) - 1);
    memcpy(copy + sizeof(PREFIX) - 1, msg->data, msg->len);
    back.data = copy;
    host->send_data(h, &back);
    free(copy);
}

/* --- for the operator --------------------------------------------------------------------------------------------- */

/* What handle_info and event handlers both say. */
static json_t *settings(struct cardea_handle *h, const struct echo *e)
{
    return json_pack("{sb sb sI so*}", "audio_active", !e->audio.paused, "video_active", !e->video.paused, "bitrate",
                     (json_int_t)e->bitrate, "recording", echo_record_json(h, e));
}

static void add_video(json_t *o, const struct cardea_stream *s, const struct cardea_sink_state *now)
{
    json_object_set_new(o, "video_codec", json_string(s->codec));
    if (!s->simulcast && !s->svc)
        return;
    json_object_set_new(o, s->simulcast ? "simulcast" : "svc", json_true());
    json_object_set_new(o, s->simulcast ? "substream" : "spatial-layer",
                        json_integer(s->simulcast ? now->substream : now->spatial));
    json_object_set_new(o, s->simulcast ? "substream-target" : "spatial-layer-target",
                        json_integer(s->simulcast ? now->target_substream : now->target_spatial));
    json_object_set_new(o, "temporal-layer", json_integer(now->temporal));
    json_object_set_new(o, "temporal-layer-target", json_integer(now->target_temporal));
}

json_t *echo_describe(struct cardea_handle *h, void *user)
{
    const struct echo *e = user;
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);
    json_t *o = settings(h, e);

    for (size_t i = 0; i < n; i++) {
        struct cardea_sink_state now;

        if (!s[i].codec)
            continue;
        if (s[i].kind == CARDEA_AUDIO) {
            json_object_set_new(o, "audio_codec", json_string(s[i].codec));
            if (s[i].red)
                json_object_set_new(o, "audio_red", json_true());
        } else if (s[i].sink && !host->sink_state(s[i].sink, &now)) {
            add_video(o, &s[i], &now);
        }
    }
    if (e->video.fallback_us)
        json_object_set_new(o, "fallback", json_integer(e->video.fallback_us));
    if (e->e2ee)
        json_object_set_new(o, "e2ee", json_true());
    json_object_set_new(o, "peer-bitrate", json_null()); /* the gateway knows */
    json_object_set_new(o, "slowlink_count", json_integer(e->slow_links));
    json_object_set_new(o, "up", json_boolean(host->is_up(h)));
    return o;
}

void echo_event(struct cardea_handle *h, const struct echo *e)
{
    struct cardea_sink_state now;
    struct layers l;
    json_t *o;

    if (!host->option_bool(config, "general", "events"))
        return;
    o = settings(h, e);
    if (read_layers(h, 0, &l, &now) && l.simulcast)
        json_object_set_new(o, "simulcast", json_pack("{si si}", "substream", l.picture, "temporal-layer", l.temporal));
    host->event(h, o);
}
