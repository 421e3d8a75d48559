/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the recordplay API. */
#include <string.h>

#include "recorder.h"
#include "seat.h"

#define KEY "recordplay"

static const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static bool flag(const json_t *body, const char *name, bool fallback)
{
    const json_t *v = json_object_get(body, name);

    return v ? json_is_true(v) : fallback;
}

static const struct cardea_request_info *info(struct cardea_request *rq)
{
    return recorder.host->info(rq);
}

static void reply(struct cardea_request *rq, json_t *result)
{
    recorder.host->reply(rq, json_pack("{ss so}", KEY, "event", "result", result));
}

static json_t *status(const struct rec_seat *s, const char *word)
{
    return json_pack("{ss sI}", "status", word, "id", (json_int_t)s->id);
}

static void tell(struct rec_seat *s, const char *event)
{
    rec_seat_tell(s, json_pack("{ss sI}", "event", event, "id", (json_int_t)s->id));
}

/* --- list, update, configure -------------------------------------------------------------------------------------- */

static void verb_list(struct cardea_request *rq)
{
    const char *key = text(info(rq)->body, "admin_key");
    bool with_private = recorder.set.admin_key && key && *key;

    if (with_private && !rec_key_is_right(key)) {
        recorder.host->fail(rq, E_UNAUTHORIZED, "This admin key is not right");
        return;
    }
    recorder.host->reply(rq, json_pack("{ss so}", KEY, "list", "list", rec_catalog_list(with_private)));
}

static void verb_update(struct cardea_request *rq)
{
    const json_t *key = json_object_get(info(rq)->body, "admin_key");

    if (recorder.set.admin_key && !key) {
        recorder.host->fail(rq, E_MISSING, "Element admin_key is missing");
        return;
    }
    if (recorder.set.admin_key && !rec_key_is_right(json_string_value(key))) {
        recorder.host->fail(rq, E_UNAUTHORIZED, "This admin key is not right");
        return;
    }
    rec_catalog_scan();
    recorder.host->reply(rq, json_pack("{ss}", KEY, "ok"));
}

/* As configured, on what is being recorded. */
static void apply(struct rec_seat *s)
{
    size_t n;
    const struct cardea_stream *streams = recorder.host->streams(s->handle, &n);

    if (!s->recording)
        return;
    recorder.host->bitrate(s->handle, s->bitrate);
    for (size_t i = 0; i < n; i++)
        if (streams[i].kind == CARDEA_VIDEO && streams[i].source)
            recorder.host->keyframe_every(streams[i].source, s->keyframe_ms / 1000);
}

static void verb_configure(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    const json_t *bitrate = json_object_get(in->body, "video-bitrate-max");
    const json_t *keyframe = json_object_get(in->body, "video-keyframe-interval");

    if (!s) {
        recorder.host->fail(rq, E_UNKNOWN, "configure is for handles");
        return;
    }
    if (bitrate)
        s->bitrate = (unsigned)json_integer_value(bitrate);
    if (keyframe)
        s->keyframe_ms = (unsigned)json_integer_value(keyframe);
    apply(s);
    recorder.host->reply(rq, json_pack("{ss ss s{sI sI}}", KEY, "configure", "status", "ok", "settings",
                                       "video-keyframe-interval", (json_int_t)s->keyframe_ms, "video-bitrate-max",
                                       (json_int_t)s->bitrate));
}

/* --- record ------------------------------------------------------------------------------------------------------- */

static void take_ended(void *user, struct rec_take *t, const json_t *manifest, const char *path)
{
    struct rec_seat *s = user;

    rec_catalog_add(manifest, path);
    rec_catalog_write_nfo(rec_take_id(t));
    if (rec_seat_exists(s) && s->recording && s->id == rec_take_id(t))
        recorder.host->hangup(s->handle, "the recording has ended"); /* by itself; `done` follows */
}

static int answer(struct cardea_request *rq, uint64_t id)
{
    const struct cardea_request_info *in = info(rq);
    const char *profile = text(in->body, "videoprofile");
    char title[48];
    const struct cardea_answer policy = {.title = title,
                                         .audio_codecs = text(in->body, "audiocodec"),
                                         .video_codecs = text(in->body, "videocodec"),
                                         .h264_profile = profile,
                                         .vp9_profile = profile,
                                         .receive_only = true,
                                         .max_audio = 1,
                                         .max_video = 1,
                                         .opus_fec = true,
                                         .opus_dtx = true,
                                         .opus_stereo = true,
                                         .audio_nack = true,
                                         .opus_red = flag(in->body, "opusred", false),
                                         .no_playout_delay = true,
                                         .e2ee = in->jsep_e2ee};

    g_snprintf(title, sizeof(title), "Recording %llu", (unsigned long long)id);
    return recorder.host->answer(rq, &policy);
}

static void tap_all(struct rec_seat *s)
{
    struct rec_take *t = rec_take_find(s->id);
    size_t n;
    const struct cardea_stream *streams = recorder.host->streams(s->handle, &n);

    if (t)
        rec_take_streams(t, streams, n, NULL);
    recorder.host->data_tap(s->handle, true);
    apply(s);
}

static void reply_recording(struct cardea_request *rq, struct rec_seat *s, bool is_private)
{
    json_t *result = status(s, "recording");

    json_object_set_new(result, "is_private", json_boolean(is_private));
    reply(rq, result);
}

static int begin_take(struct rec_seat *s, const struct cardea_request_info *in, const char *name, uint64_t id)
{
    const struct rec_take_conf conf = {.id = id,
                                       .name = text(in->body, "filename"),
                                       .title = name,
                                       .formats =
                                           flag(in->body, "mjr", false) ? recorder.set.formats | CARDEA_RECORD_MJR : 0,
                                       .is_private = flag(in->body, "is_private", recorder.set.is_private),
                                       .e2ee = in->jsep_e2ee,
                                       .overwrite = true,
                                       .text_data = flag(in->body, "textdata", true),
                                       .ended = take_ended,
                                       .user = s};
    struct rec_take *t;
    int err = rec_take_begin(&t, &conf);

    if (err)
        return err;
    s->recording = true;
    s->id = rec_take_id(t);
    s->name = g_strdup(name);
    s->is_private = conf.is_private;
    s->e2ee = conf.e2ee;
    return 0;
}

/* The attached offer renegotiates what is being recorded. */
static void renew(struct cardea_request *rq, struct rec_seat *s)
{
    if (!s->recording) {
        recorder.host->fail(rq, E_STATE, "Nothing is being recorded");
        return;
    }
    if (answer(rq, s->id)) {
        recorder.host->fail(rq, E_SDP, "This session description cannot be answered");
        return;
    }
    tap_all(s);
    reply_recording(rq, s, flag(info(rq)->body, "is_private", recorder.set.is_private));
}

static uint64_t new_id(void)
{
    uint64_t id;

    do
        id = recorder.host->random_id();
    while (rec_catalog_find(id) || rec_take_find(id));
    return id;
}

static void tell_recording(struct rec_seat *s)
{
    bool has[CARDEA_DATA + 1] = {0};
    size_t n;
    const struct cardea_stream *streams = recorder.host->streams(s->handle, &n);

    for (size_t i = 0; i < n; i++)
        if (!streams[i].disabled && streams[i].source && streams[i].kind <= CARDEA_DATA)
            has[streams[i].kind] = true;
    rec_seat_tell(s, json_pack("{ss sI sb sb sb sb}", "event", "recording", "id", (json_int_t)s->id, "is_private",
                               s->is_private, "audio", has[CARDEA_AUDIO], "video", has[CARDEA_VIDEO], "data",
                               has[CARDEA_DATA]));
}

static void verb_record(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    uint64_t id = (uint64_t)json_integer_value(json_object_get(in->body, "id"));
    int err;

    if (!in->jsep_type || strcmp(in->jsep_type, "offer")) {
        recorder.host->fail(rq, E_MISSING, "A recording begins with an offer");
        return;
    }
    if (flag(in->body, "update", false)) {
        renew(rq, s);
        return;
    }
    if (s->id) {
        recorder.host->fail(rq, E_STATE, "This handle records or plays already");
        return;
    }
    if (id && (rec_catalog_find(id) || rec_take_find(id))) {
        recorder.host->fail(rq, E_EXISTS, "There is a recording %llu already", (unsigned long long)id);
        return;
    }
    id = id ? id : new_id();
    if (answer(rq, id)) {
        recorder.host->fail(rq, E_SDP, "This session description cannot be answered");
        return;
    }
    err = begin_take(s, in, text(in->body, "name"), id);
    if (err) {
        recorder.host->fail(rq, err == CARDEA_EINVAL ? E_INVALID : E_INTERNAL, "%s",
                            err == CARDEA_EINVAL   ? "This file name is none"
                            : err == CARDEA_ELIMIT ? "No room for another recording"
                                                   : "The folder cannot be written");
        recorder.host->hangup(s->handle, "not recorded");
        return;
    }
    tap_all(s);
    reply_recording(rq, s, s->is_private);
    tell_recording(s);
}

/* --- pause, resume, stop ------------------------------------------------------------------------------------------ */

static void hold(struct cardea_request *rq, bool paused)
{
    struct rec_seat *s = info(rq)->user;
    struct rec_take *t = s->recording ? rec_take_find(s->id) : NULL;

    if (!t && !s->playout) {
        recorder.host->reply(rq, json_pack("{ss}", KEY, "event"));
        return;
    }
    if (t)
        rec_take_pause(t, paused);
    else
        rec_playout_pause(s->playout, paused);
    reply(rq, status(s, paused ? "paused" : "resumed"));
    tell(s, paused ? "paused" : "resumed");
}

static void verb_pause(struct cardea_request *rq)
{
    hold(rq, true);
}

static void verb_resume(struct cardea_request *rq)
{
    hold(rq, false);
}

static void verb_stop(struct cardea_request *rq)
{
    struct rec_seat *s = info(rq)->user;
    json_t *result = json_pack("{ss}", "status", "stopped");
    bool had = s->id != 0;

    if (had) {
        json_object_set_new(result, "id", json_integer((json_int_t)s->id));
        json_object_set_new(result, "is_private", json_integer(s->is_private));
    }
    reply(rq, result);
    if (recorder.host->is_up(s->handle))
        recorder.host->hangup(s->handle, "stopped"); /* `done` follows */
    else {
        recorder.host->hangup(s->handle, "stopped");
        rec_seat_done(s, "stopped");
    }
}

/* --- play --------------------------------------------------------------------------------------------------------- */

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
        s->id = 0;
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

static void verb_play(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    uint64_t id = (uint64_t)json_integer_value(json_object_get(in->body, "id"));
    const struct rec_item *item;

    if (in->jsep_type) {
        recorder.host->fail(rq, E_INVALID, "play makes the offer itself");
        return;
    }
    if (flag(in->body, "restart", false)) {
        restart(rq, s);
        return;
    }
    if (s->id) {
        recorder.host->fail(rq, E_STATE, "This handle records or plays already");
        return;
    }
    item = rec_catalog_find(id);
    if (!item) {
        recorder.host->fail(rq, E_NOT_FOUND, "There is no recording %llu", (unsigned long long)id);
        return;
    }
    s->id = id;
    s->name = g_strdup(item->name);
    s->is_private = item->is_private;
    s->e2ee = item->e2ee;
    s->asked = rq;
    s->playout = rec_playout_open(item, &playout_events, s);
}

static void connect_source(cardea_sink sink, cardea_source source)
{
    const struct cardea_link link = {0};

    if (sink && source)
        recorder.host->link(sink, source, &link);
}

static void verb_start(struct cardea_request *rq)
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

static void verb_seek(struct cardea_request *rq)
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

static void verb_position(struct cardea_request *rq)
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

/* --- the table ---------------------------------------------------------------------------------------------------- */

#define MOST_ID (((int64_t)1 << 53) - 1)

static const struct cardea_param list_params[] = {{"admin_key", CARDEA_STRING}, {0}};
static const struct cardea_param configure_params[] = {{"video-bitrate-max", CARDEA_UINT, .max = UINT32_MAX},
                                                       {"video-keyframe-interval", CARDEA_UINT, .max = 86400000},
                                                       {0}};
static const struct cardea_param record_params[] = {
    {"name", CARDEA_STRING, CARDEA_REQUIRED | CARDEA_NONEMPTY, .max = 250},
    {"id", CARDEA_UINT, .max = MOST_ID},
    {"is_private", CARDEA_BOOL},
    {"filename", CARDEA_STRING, .max = 1024},
    {"audiocodec", CARDEA_STRING},
    {"videocodec", CARDEA_STRING},
    {"videoprofile", CARDEA_STRING},
    {"opusred", CARDEA_BOOL},
    {"textdata", CARDEA_BOOL},
    {"mjr", CARDEA_BOOL},
    {"update", CARDEA_BOOL},
    {0}};
static const struct cardea_param play_params[] = {
    {"id", CARDEA_UINT, CARDEA_REQUIRED, .max = MOST_ID}, {"restart", CARDEA_BOOL}, {0}};
static const struct cardea_param seek_params[] = {
    {"position_ms", CARDEA_UINT, CARDEA_REQUIRED, .max = (int64_t)1 << 40}, {0}};

const struct cardea_verb rec_verbs[] = {
    {"list", CARDEA_SYNC, list_params, verb_list},
    {"update", CARDEA_SYNC, NULL, verb_update},
    {"configure", CARDEA_SYNC, configure_params, verb_configure},
    {"record", CARDEA_ASYNC, record_params, verb_record},
    {"pause", CARDEA_ASYNC, NULL, verb_pause},
    {"resume", CARDEA_ASYNC, NULL, verb_resume},
    {"stop", CARDEA_ASYNC, NULL, verb_stop},
    {"play", CARDEA_ASYNC, play_params, verb_play},
    {"start", CARDEA_ASYNC, NULL, verb_start},
    {"seek", CARDEA_ASYNC, seek_params, verb_seek},
    {"position", CARDEA_ASYNC, NULL, verb_position},
    {0},
};
