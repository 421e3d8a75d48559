/* SPDX-License-Identifier: Apache-2.0 */
/* The request `record`: a handle's own media into a recording. */
#include <string.h>

#include "access.h"
#include "catalog.h"
#include "verbs.h"

void rec_record_apply(struct rec_seat *s)
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
    rec_record_apply(s);
}

/* key: of a recording that begins, for who made it; NULL: it was told before. */
static void reply_recording(struct cardea_request *rq, struct rec_seat *s, bool is_private, const char *key)
{
    json_t *result = status(s, "recording");

    json_object_set_new(result, "is_private", json_boolean(is_private));
    if (key)
        json_object_set_new(result, "key", json_string(key));
    reply(rq, result);
}

static int begin_take(struct rec_seat *s, const struct cardea_request_info *in, const char *name, uint64_t id,
                      const char *key)
{
    const struct rec_take_conf conf = {.id = id,
                                       .name = text(in->body, "filename"),
                                       .title = name,
                                       .key = key,
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
    reply_recording(rq, s, flag(info(rq)->body, "is_private", recorder.set.is_private), NULL);
}

static uint64_t new_id(void)
{
    uint64_t id;

    do
        id = recorder.host->random_id();
    while (rec_catalog_find(id) || rec_take_exists(id));
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

static void refuse(struct cardea_request *rq, struct rec_seat *s, int err)
{
    recorder.host->fail(rq, err == CARDEA_EINVAL ? E_INVALID : E_INTERNAL, "%s",
                        err == CARDEA_EINVAL   ? "This file name is none"
                        : err == CARDEA_ELIMIT ? "No room for another recording"
                                               : "The folder cannot be written");
    recorder.host->hangup(s->handle, "not recorded");
}

static void record_now(void *request)
{
    struct cardea_request *rq = request;
    const struct cardea_request_info *in;
    struct rec_seat *s;
    uint64_t id;
    char *key;
    int err;

    if (!recorder.host->waits(rq))
        return;
    in = info(rq);
    s = in->user;
    id = (uint64_t)json_integer_value(json_object_get(in->body, "id"));
    if (s->id) {
        recorder.host->fail(rq, E_STATE, "This handle records or plays already");
        return;
    }
    if (id && (rec_catalog_find(id) || rec_take_exists(id))) {
        recorder.host->fail(rq, E_EXISTS, "There is a recording %llu already", (unsigned long long)id);
        return;
    }
    id = id ? id : new_id();
    if (answer(rq, id)) {
        recorder.host->fail(rq, E_SDP, "This session description cannot be answered");
        return;
    }
    key = rec_access_new_key();
    err = begin_take(s, in, text(in->body, "name"), id, key);
    if (err) {
        refuse(rq, s, err);
    } else {
        tap_all(s);
        reply_recording(rq, s, s->is_private, key);
        tell_recording(s);
    }
    g_free(key);
}

void verb_record(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);

    if (!in->jsep_type || strcmp(in->jsep_type, "offer"))
        recorder.host->fail(rq, E_MISSING, "A recording begins with an offer");
    else if (flag(in->body, "update", false))
        renew(rq, in->user);
    else
        rec_catalog_ready(record_now, rq); /* which numbers are taken is known then */
}
