/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Echo test: answers the client's offer and sends back whatever arrives. The example to copy (docs/plugins.md).
 *
 * All of it is declaration: which source is linked to which sink, and with which limits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cardea/plugin.h>

#include "record.h"
#include "settings.h"

#define UNCAPPED_BPS  10000000u
#define PREFIX        "Cardea heard: "
#define MAX_TEXT_ECHO 65536

static const struct cardea_host *host;

static json_t *event(const char *result)
{
    return json_pack("{ss ss}", "echotest", "event", "result", result);
}

/* Every source back to the sink of its own m-line. */
static void link_all(struct cardea_handle *h, const struct echo *e)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    for (size_t i = 0; i < n; i++) {
        struct cardea_link l = s[i].kind == CARDEA_VIDEO ? e->link : (struct cardea_link){0};

        if (s[i].kind == CARDEA_DATA || !s[i].source || !s[i].sink)
            continue;
        l.automatic = true;
        l.paused = s[i].kind == CARDEA_VIDEO ? !e->video : !e->audio;
        if (host->adjust(s[i].sink, &l) == CARDEA_ENOENT)
            host->link(s[i].sink, s[i].source, &l);
    }
    host->bitrate(h, e->bitrate ? e->bitrate : UNCAPPED_BPS);
}

static void keyframes(struct cardea_handle *h)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].kind == CARDEA_VIDEO && s[i].source)
            host->keyframe(s[i].source);
}

static const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

/* A layer that was asked for and is the current one already is confirmed at once; changes are told by on_layer(). */
static void confirm(struct cardea_handle *h, const struct cardea_stream *s, const json_t *body, const char *name,
                    int current)
{
    const json_t *wanted = json_object_get(body, name);

    if (wanted && current >= 0 && json_integer_value(wanted) == current)
        host->notify(h, json_pack("{ss ss si}", "echotest", "event", "videocodec", s->codec, name, current));
}

static void confirm_layers(struct cardea_handle *h, const json_t *body)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);
    struct cardea_sink_state now;

    for (size_t i = 0; i < n; i++) {
        if (!s[i].sink || !s[i].codec || (!s[i].simulcast && !s[i].svc) || host->sink_state(s[i].sink, &now))
            continue;
        if (s[i].simulcast) {
            confirm(h, &s[i], body, "substream", now.substream);
            confirm(h, &s[i], body, "temporal", now.temporal);
        } else {
            confirm(h, &s[i], body, "spatial_layer", now.spatial);
            confirm(h, &s[i], body, "temporal_layer", now.temporal);
        }
        return;
    }
}

static void on_request(struct cardea_request *rq)
{
    const struct cardea_request_info *in = host->info(rq);
    struct echo *e = in->user;
    bool had_video = e->video;

    if (!in->jsep_type && !echo_asks_something(in->body)) {
        host->fail(rq, 413, "Nothing to do: give a setting or an offer");
        return;
    }
    echo_read_settings(e, in->body);
    if (in->jsep_type) {
        const char *profile = text(in->body, "videoprofile");
        const struct cardea_answer policy = {
            .title = "Echo test",
            .audio_codecs = text(in->body, "audiocodec"),
            .video_codecs = text(in->body, "videocodec"),
            .h264_profile = profile,
            .vp9_profile = profile,
            .opus_fec = true,
            .opus_dtx = true,
            .opus_stereo = true,
            .opus_red = json_is_true(json_object_get(in->body, "opusred")),
            .abs_send_time = true,
            .abs_capture_time = true,
            .layers_allocation = true,
            .e2ee = in->jsep_e2ee,
        };
        if (host->answer(rq, &policy)) {
            host->fail(rq, 414, "This session description cannot be answered");
            return;
        }
        host->data_tap(in->handle, true);
    }
    link_all(in->handle, e);
    echo_record(host, in->handle, e, in->body, in->jsep_e2ee);
    if (e->video && !had_video)
        keyframes(in->handle);
    confirm_layers(in->handle, in->body);
    host->reply(rq, event("ok"));
}

static void on_layer(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *now)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    for (size_t i = 0; i < n; i++) {
        if (s[i].sink != sink || !s[i].codec || (!s[i].simulcast && !s[i].svc))
            continue;
        host->notify(h, json_pack("{ss ss si si}", "echotest", "event", "videocodec", s[i].codec,
                                  s[i].svc ? "spatial_layer" : "substream", s[i].svc ? now->spatial : now->substream,
                                  s[i].svc ? "temporal_layer" : "temporal", now->temporal));
    }
}

static void on_slow_link(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost)
{
    const struct echo *e = user;
    json_t *body;

    if (uplink)
        return; /* told only about what we fail to receive */
    body = json_pack("{ss ss ss}", "echotest", "event", "event", "slow_link", "media",
                     kind == CARDEA_VIDEO ? "video" : "audio");
    if (kind == CARDEA_VIDEO)
        json_object_set_new(body, "current-bitrate", json_integer(e->bitrate));
    host->notify(h, body);
}

static void on_data(struct cardea_handle *h, void *user, const struct cardea_message *msg)
{
    struct cardea_message back = *msg;
    uint8_t *copy;

    echo_record_data(host, user, msg);
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

static void on_down(struct cardea_handle *h, void *user, const char *reason)
{
    echo_record_end(host, user);
    echo_reset(user);
    host->notify(h, event("done"));
}

static int attach(struct cardea_handle *h, void **user)
{
    struct echo *e = calloc(1, sizeof(*e));

    if (!e)
        return CARDEA_ENOMEM;
    echo_reset(e);
    *user = e;
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    if (!host->is_up(h))
        host->notify(h, event("done"));
    echo_record_end(host, user);
    free(user);
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    const struct echo *e = user;

    return json_pack("{sb sb si sb}", "audio_active", e->audio, "video_active", e->video, "bitrate", (int)e->bitrate,
                     "up", host->is_up(h));
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    host = h;
    return 0;
}

static void stop(void)
{
}

static const char *const aliases[] = {"janus.plugin.echotest", NULL};
static const struct cardea_option options[] = {
    {"general", "events", CARDEA_OPT_BOOL, "true", .help = "Tell event handlers about each processed request."},
    {0},
};
static const struct cardea_verb verbs[] = {{NULL, CARDEA_ASYNC, echo_params, on_request}, {0}};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.echotest",
    .aliases = aliases,
    .title = "Echo test",
    .description = "Sends back the audio, video and data it receives",
    .author = "The Cardea authors",
    .version_string = "0.0.7",
    .version = 7,
    .key = "echotest",
    .errors = {.no_message = 411, .not_object = 412, .unknown = 413, .missing = 413, .invalid = 413},
    .options = options,
    .config_name = "echotest",
    .verbs = verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .down = on_down,
    .layer = on_layer,
    .slow_link = on_slow_link,
    .data = on_data,
    .describe = describe,
};
