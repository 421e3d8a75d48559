/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Echo test: answers the client's offer and sends back whatever arrives. The example to copy (docs/plugins.md).
 *
 * This file is the plugin: what it is, what may be asked of it, and what is linked to what. Beside it: settings.c (what
 * a client has asked for), told.c (what client and operator hear), record.c (the recorder's work).
 */
#include "echotest.h"

#include <string.h>

#define UNCAPPED_BPS 10000000u

const struct cardea_host *host;
const struct cardea_config *config;

/* Every source goes back to the sink of its own m-line. What was paused begins again with a keyframe, by itself. */
static void link_all(struct cardea_handle *h, const struct echo *e)
{
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    for (size_t i = 0; i < n; i++) {
        const struct cardea_link *l = s[i].kind == CARDEA_VIDEO ? &e->video : &e->audio;

        if (s[i].kind != CARDEA_DATA && s[i].source && s[i].sink && host->adjust(s[i].sink, l) == CARDEA_ENOENT)
            host->link(s[i].sink, s[i].source, l);
    }
    host->bitrate(h, e->bitrate ? e->bitrate : UNCAPPED_BPS);
    host->data_tap(h, true);
}

/* The client's codecs, whatever they are, unless it asks for one; and everything about them that can be sent back. */
static int answer(struct cardea_request *rq, const struct cardea_request_info *in)
{
    const char *profile = echo_text(in->body, "videoprofile");
    const struct cardea_answer policy = {
        .title = "Echo test",
        .audio_codecs = echo_text(in->body, "audiocodec"),
        .video_codecs = echo_text(in->body, "videocodec"),
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

    return host->answer(rq, &policy);
}

static void on_request(struct cardea_request *rq)
{
    const struct cardea_request_info *in = host->info(rq);
    struct echo *e = in->user;

    if (!in->jsep_type && !echo_asks_something(in->body)) {
        host->fail(rq, 413, "Nothing to do: give a setting or an offer");
        return;
    }
    echo_read_settings(e, in->body);
    if (in->jsep_type && answer(rq, in)) {
        host->fail(rq, 414, "This session description cannot be answered");
        return;
    }
    e->e2ee = in->jsep_e2ee;
    link_all(in->handle, e);
    echo_record(in->handle, e, in->body);
    echo_confirm_layers(in->handle, in->body);
    echo_event(in->handle, e);
    host->reply(rq, echo_result("ok"));
}

/* An operator's message comes back as it is, too. */
static void on_admin(struct cardea_request *rq)
{
    host->reply(rq, json_incref(host->info(rq)->body));
}

static void on_down(struct cardea_handle *h, void *user, const char *reason)
{
    echo_record_end(user);
    *(struct echo *)user = (struct echo){0};
    if (strcmp(reason, "Detach") != 0) /* then on_detach() says it */
        host->notify(h, echo_result("done"));
}

static void on_detach(struct cardea_handle *h, void *user)
{
    host->notify(h, echo_result("done")); /* also when there was nothing to end */
    echo_record_end(user);
}

static int start(const struct cardea_host *h, const struct cardea_config *c)
{
    host = h;
    config = c;
    return 0;
}

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.echotest",
    .aliases = (const char *const[]){"janus.plugin.echotest", NULL},
    .title = "Echo test",
    .description = "Sends back the audio, video and data it receives",
    .author = "The Cardea authors",
    .version_string = "0.0.7",
    .version = 7,
    .key = "echotest",
    .errors = {.no_message = 411, .not_object = 412, .unknown = 413, .missing = 413, .invalid = 413},
    .config_name = "echotest",
    .options = (const struct cardea_option[]){{"general", "events", CARDEA_OPT_BOOL, "true", .reloadable = true,
                                               .help = "Tell event handlers about each processed request."},
                                              {0}},
    .verbs = (const struct cardea_verb[]){{NULL, CARDEA_ASYNC, echo_params, on_request},
                                          {NULL, CARDEA_SYNC, NULL, on_admin},
                                          {0}},
    .start = start,
    .user_size = sizeof(struct echo),
    .detach = on_detach,
    .down = on_down,
    .layer = echo_layer,
    .slow_link = echo_slow_link,
    .data = echo_data,
    .describe = echo_describe,
};
