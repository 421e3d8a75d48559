/* SPDX-License-Identifier: Apache-2.0 */
/* The requests about playing: play, start, seek, speed, position. */
#include <string.h>

#include "access.h"
#include "catalog.h"
#include "stretch.h"
#include "verbs.h"

/* The places of an offer of ours, in the order audio, video, data. */
static int place(struct rec_seat *s, const struct rec_playable *what)
{
    struct cardea_place audio = {.kind = CARDEA_AUDIO,
                                 .codec = rec_codec_name(what->audio),
                                 .payload_type = what->audio == REC_OPUS   ? 111
                                                 : what->audio == REC_PCMU ? 0
                                                                           : -1,
                                 .fmtp = what->fmtp,
                                 .opus_red = what->red_payload_type >= 0,
                                 .audiolevel = what->audiolevel_id != 0};
    struct cardea_place video = {.kind = CARDEA_VIDEO,
                                 .codec = rec_codec_name(what->video),
                                 .payload_type = 100,
                                 .orientation = what->orientation_id != 0,
                                 .transport_cc = true};
    struct cardea_place data = {.kind = CARDEA_DATA};
    int err = 0;

    s->audio_mindex = s->video_mindex = s->data_mindex = -1;
    if (what->audio == REC_PCMA)
        audio.payload_type = 8;
    if (what->audio == REC_G722)
        audio.payload_type = 9;
    if (what->audio != REC_CODEC_NONE)
        err = recorder.host->place(s->handle, &s->audio_mindex, &audio, &s->audio_sink);
    if (!err && what->video != REC_CODEC_NONE)
        err = recorder.host->place(s->handle, &s->video_mindex, &video, &s->video_sink);
    if (!err && what->data)
        err = recorder.host->place(s->handle, &s->data_mindex, &data, &s->data_sink);
    return err;
}

/* The request that asked has had its ack; its reply comes with the offer. */
static void opened(void *user, const struct rec_playable *what)
{
    struct rec_seat *s = user;
    struct cardea_request *rq = s->asked;
    char title[48];
    json_t *result;

    s->asked = NULL;
    g_snprintf(title, sizeof(title), "Recording %llu", (unsigned long long)s->id);
    if (!what || place(s, what) ||
        recorder.host->offer(s->handle, rq, &(struct cardea_offer){.title = title, .e2ee = s->e2ee})) {
        recorder.host->fail(rq, E_UNUSABLE, "The files of this recording cannot be played");
        rec_playout_close(s->playout);
        s->playout = NULL;
        rec_seat_clear(s);
        return;
    }
    result = status(s, "preparing");
    if (what->audio_unusable || what->video_unusable)
        json_object_set_new(result, "warning",
                            json_string(what->video_unusable ? "video file unreadable, audio only"
                                                             : "audio file unreadable, video only"));
    if (what->duration_ms)
        json_object_set_new(result, "duration_ms", json_integer(what->duration_ms));
    reply(rq, result);
    rec_seat_tell(s,
                  json_pack("{ss sI sb sb sb}", "event", "playout", "id", (json_int_t)s->id, "audio",
                            what->audio != REC_CODEC_NONE, "video", what->video != REC_CODEC_NONE, "data", what->data));
}

static void over(void *user)
{
    struct rec_seat *s = user;

    recorder.host->hangup(s->handle, "played to the end"); /* `done` follows */
}

static const struct rec_playout_events playout_events = {.opened = opened, .ended = over};

static void restart(struct cardea_request *rq, struct rec_seat *s)
{
    char title[48];

    if (!s->playout || s->asked) {
        recorder.host->fail(rq, E_STATE, "Nothing is being played");
        return;
    }
    g_snprintf(title, sizeof(title), "Recording %llu", (unsigned long long)s->id);
    if (recorder.host->offer(s->handle, rq, &(struct cardea_offer){.title = title, .restart = true, .e2ee = s->e2ee})) {
        recorder.host->fail(rq, E_STATE, "An offer is not answered yet");
        return;
    }
    reply(rq, status(s, "restarting"));
}

/* Two keys may come along, and what the token of the handle says. */
static bool may_play(const struct rec_item *item, const struct cardea_request_info *in)
{
    const struct rec_visitor admin = {text(in->body, "admin_key"), recorder.host->claims(in->handle)};
    const struct rec_visitor member = {text(in->body, "secret"), admin.claims};

    return rec_access_may_play(item, &admin) || rec_access_may_play(item, &member);
}

static void play_now(void *request)
{
    struct cardea_request *rq = request;
    const struct rec_item *item;
    struct rec_seat *s;
    uint64_t id;

    if (!recorder.host->waits(rq))
        return;
    s = info(rq)->user;
    id = (uint64_t)json_integer_value(json_object_get(info(rq)->body, "id"));
    item = rec_catalog_find(id);
    if (s->id) {
        recorder.host->fail(rq, E_STATE, "This handle records or plays already");
    } else if (!item) {
        recorder.host->fail(rq, E_NOT_FOUND, "There is no recording %llu", (unsigned long long)id);
    } else if (!may_play(item, info(rq))) {
        recorder.host->fail(rq, E_UNAUTHORIZED,
                            "A recording of a room needs its secret, the admin key, or a token for it");
    } else {
        s->id = id;
        s->name = g_strdup(item->name);
        s->is_private = item->is_private;
        s->e2ee = item->e2ee;
        s->asked = rq;
        s->playout = rec_playout_open(item, &playout_events, s);
        if (!s->playout)
            opened(s, NULL);
    }
}

void verb_play(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);

    if (in->jsep_type)
        recorder.host->fail(rq, E_INVALID, "play makes the offer itself");
    else if (flag(in->body, "restart", false))
        restart(rq, in->user);
    else
        rec_catalog_ready(play_now, rq);
}

static void connect_source(cardea_sink sink, cardea_source source)
{
    const struct cardea_link link = {0};

    if (sink && source)
        recorder.host->link(sink, source, &link);
}

void verb_start(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    cardea_source audio, video, data;

    if (!s->playout || s->asked) {
        recorder.host->fail(rq, E_STATE, "play comes before start");
        return;
    }
    if (!in->jsep_type || strcmp(in->jsep_type, "answer")) {
        recorder.host->fail(rq, E_MISSING, "start brings the answer");
        return;
    }
    if (!s->playing) {
        size_t n;
        const struct cardea_stream *streams = recorder.host->streams(s->handle, &n);

        for (size_t i = 0; i < n; i++)
            if (streams[i].kind == CARDEA_AUDIO)
                rec_playout_red(s->playout, streams[i].red);
        if (rec_playout_sources(s->playout, &audio, &video, &data)) {
            recorder.host->fail(rq, E_INTERNAL, "The recording cannot be played");
            return;
        }
        connect_source(s->audio_sink, audio);
        connect_source(s->video_sink, video);
        connect_source(s->data_sink, data);
        s->playing = true;
        if (recorder.host->is_up(s->handle))
            rec_playout_begin(s->playout);
    }
    reply(rq, json_pack("{ss}", "status", "playing"));
    tell(s, "playing");
}

void verb_seek(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    json_t *result;

    if (!s->playout || !s->playing) {
        recorder.host->fail(rq, E_STATE, "Nothing is being played");
        return;
    }
    rec_playout_seek(s->playout, json_integer_value(json_object_get(in->body, "position_ms")));
    result = status(s, "seeked");
    json_object_set(result, "position_ms", json_object_get(in->body, "position_ms"));
    reply(rq, result);
}

void verb_speed(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    const json_t *speed = json_object_get(in->body, "speed");
    double percent = json_number_value(speed) * 100;
    struct rec_seat *s = in->user;
    json_t *result;

    if (!speed) {
        recorder.host->fail(rq, E_MISSING, "Element speed is missing");
        return;
    }
    if (!json_is_number(speed) || !(percent >= REC_SLOWEST && percent <= REC_FASTEST)) {
        recorder.host->fail(rq, E_INVALID, "speed is a number from 0.5 to 2");
        return;
    }
    if (!s->playout || !s->playing) {
        recorder.host->fail(rq, E_STATE, "Nothing is being played");
        return;
    }
    rec_playout_speed(s->playout, (unsigned)(percent + 0.5));
    result = status(s, "speed");
    json_object_set_new(result, "speed", json_real((unsigned)(percent + 0.5) / 100.0));
    reply(rq, result);
}

void verb_position(struct cardea_request *rq)
{
    struct rec_seat *s = info(rq)->user;
    json_t *result;

    if (!s->playout) {
        recorder.host->fail(rq, E_STATE, "Nothing is being played");
        return;
    }
    result = status(s, "position");
    json_object_set_new(result, "position_ms", json_integer(rec_playout_position_ms(s->playout)));
    reply(rq, result);
}
