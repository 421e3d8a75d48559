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

#include "echotest.h"

#define UNCAPPED_BPS  10000000u
#define PREFIX        "Cardea heard: "
#define MAX_TEXT_ECHO 65536

struct echotest echotest;

static json_t *event(const char *result)
{
    return json_pack("{ss ss}", "echotest", "event", "result", result);
}

/* Every source back to the sink of its own m-line. What was paused begins again with a keyframe, by itself. */
static void link_all(struct cardea_handle *h, const struct echo *e)
{
    size_t n;
    const struct cardea_stream *s = echotest.host->streams(h, &n);

    for (size_t i = 0; i < n; i++) {
        struct cardea_link l = s[i].kind == CARDEA_VIDEO ? e->link : (struct cardea_link){0};

        if (s[i].kind == CARDEA_DATA || !s[i].source || !s[i].sink)
            continue;
        l.automatic = true;
        l.paused = s[i].kind == CARDEA_VIDEO ? !e->video : !e->audio;
        if (echotest.host->adjust(s[i].sink, &l) == CARDEA_ENOENT)
            echotest.host->link(s[i].sink, s[i].source, &l);
    }
    echotest.host->bitrate(h, e->bitrate ? e->bitrate : UNCAPPED_BPS);
}

static const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static int answer(struct cardea_request *rq, const struct cardea_request_info *in)
{
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
    int err = echotest.host->answer(rq, &policy);

    if (!err)
        echotest.host->data_tap(in->handle, true);
    return err;
}

static void on_request(struct cardea_request *rq)
{
    const struct cardea_request_info *in = echotest.host->info(rq);
    struct echo *e = in->user;

    if (!in->jsep_type && !echo_asks_something(in->body)) {
        echotest.host->fail(rq, 413, "Nothing to do: give a setting or an offer");
        return;
    }
    echo_read_settings(e, in->body);
    if (in->jsep_type && answer(rq, in)) {
        echotest.host->fail(rq, 414, "This session description cannot be answered");
        return;
    }
    link_all(in->handle, e);
    echo_record(in->handle, e, in->body, in->jsep_e2ee);
    echo_confirm_layers(in->handle, in->body);
    echo_event(in->handle, e);
    echotest.host->reply(rq, event("ok"));
}

static void on_data(struct cardea_handle *h, void *user, const struct cardea_message *msg)
{
    struct cardea_message back = *msg;
    uint8_t *copy;

    echo_record_data(user, msg);
    if (msg->binary || msg->len > MAX_TEXT_ECHO) {
        echotest.host->send_data(h, msg);
        return;
    }
    back.len = sizeof(PREFIX) - 1 + msg->len;
    copy = malloc(back.len);
    if (!copy)
        return;
    memcpy(copy, PREFIX, sizeof(PREFIX) - 1);
    memcpy(copy + sizeof(PREFIX) - 1, msg->data, msg->len);
    back.data = copy;
    echotest.host->send_data(h, &back);
    free(copy);
}

static void on_down(struct cardea_handle *h, void *user, const char *reason)
{
    echo_record_end(user);
    echo_reset(user);
    echotest.host->notify(h, event("done"));
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
    if (!echotest.host->is_up(h))
        echotest.host->notify(h, event("done"));
    echo_record_end(user);
    free(user);
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    echotest.host = h;
    echotest.events = h->option_bool(config, "general", "events");
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
    .layer = echo_layer,
    .slow_link = echo_slow_link,
    .data = on_data,
    .describe = echo_describe,
};
