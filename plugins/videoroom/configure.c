/* SPDX-License-Identifier: Apache-2.0 */
/* What a publisher may set, and its offer: publish and configure. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "record.h"
#include "room.h"
#include "seat.h"
#include "verbs.h"

/* --- settings of a participant and its tracks --------------------------------------------------------------------- */

const struct cardea_param description_item[] = {
    {"mid", CARDEA_STRING, CARDEA_REQUIRED}, {"description", CARDEA_STRING, CARDEA_REQUIRED}, {0}};
static const struct cardea_param stream_item[] = {{"mid", CARDEA_STRING},    {"send", CARDEA_BOOL},
                                                  {"keyframe", CARDEA_BOOL}, {"min_delay", CARDEA_INT},
                                                  {"max_delay", CARDEA_INT}, {0}};
const struct cardea_param publisher_params[] = {{"audiocodec", CARDEA_STRING},
                                                {"videocodec", CARDEA_STRING},
                                                {"bitrate", CARDEA_UINT},
                                                {"keyframe", CARDEA_BOOL},
                                                {"record", CARDEA_BOOL},
                                                {"filename", CARDEA_STRING},
                                                {"display", CARDEA_STRING},
                                                {"metadata", CARDEA_OBJECT},
                                                {"secret", CARDEA_STRING},
                                                {"audio_active_packets", CARDEA_INT},
                                                {"audio_level_average", CARDEA_INT},
                                                {"descriptions", CARDEA_ARRAY, .fields = description_item},
                                                {"streams", CARDEA_ARRAY, .fields = stream_item},
                                                {"mid", CARDEA_STRING},
                                                {"send", CARDEA_BOOL},
                                                {"min_delay", CARDEA_INT},
                                                {"max_delay", CARDEA_INT},
                                                {"audio", CARDEA_BOOL},
                                                {"video", CARDEA_BOOL},
                                                {"data", CARDEA_BOOL},
                                                {"update", CARDEA_BOOL},
                                                {"restart", CARDEA_BOOL},
                                                {0}};

/* The items of `streams`, or the request itself as the only one. Borrowed. */
static size_t items_of(const json_t *streams)
{
    return streams ? json_array_size(streams) : 1;
}

static const json_t *item_at(const json_t *body, const json_t *streams, size_t i)
{
    return streams ? json_array_get(streams, i) : body;
}

static bool check_items(struct cardea_request *rq, struct publisher *p, const json_t *body)
{
    const json_t *streams = json_object_get(body, "streams");
    size_t n = items_of(streams);

    for (size_t i = 0; i < n; i++) {
        const char *mid = member_text(item_at(body, streams, i), "mid");

        if (!mid && n > 1) {
            vr.host->fail(rq, E_INVALID, "With more than one stream each needs a mid");
            return false;
        }
        if (mid && !publisher_stream_of(p, mid)) {
            vr.host->fail(rq, E_NO_FEED, "No stream with mid %s", mid);
            return false;
        }
    }
    return true;
}

static int clamp_delay(json_int_t v)
{
    return v < 0 ? -1 : v > 4095 ? 4095 : (int)v;
}

static void apply_delay(struct track *t, const json_t *item)
{
    const json_t *min = json_object_get(item, "min_delay"), *max = json_object_get(item, "max_delay");

    if (!min && !max)
        return;
    t->min_delay = min ? clamp_delay(json_integer_value(min)) : t->min_delay;
    t->max_delay = max ? clamp_delay(json_integer_value(max)) : t->max_delay;
    if ((min && t->min_delay < 0) || (max && t->max_delay < 0)) {
        t->min_delay = t->max_delay = -1;
        return;
    }
    if (t->min_delay < 0)
        t->min_delay = 0;
    if (t->max_delay < t->min_delay) {
        if (max)
            t->min_delay = t->max_delay;
        else
            t->max_delay = t->min_delay;
    }
}

static void apply_item(struct publisher *p, const struct cardea_stream *s, const json_t *item, bool with_send)
{
    struct track *t = publisher_track(p, s->mindex);
    const json_t *send = json_object_get(item, "send");

    if (send && with_send)
        t->muted = !json_is_true(send);
    apply_delay(t, item);
    if (s->kind == CARDEA_VIDEO && s->source && json_is_true(json_object_get(item, "keyframe")))
        vr.host->keyframe(s->source);
}

static void apply_items(struct publisher *p, const json_t *body)
{
    const json_t *streams = json_object_get(body, "streams");
    size_t n = items_of(streams), n_streams;
    const struct cardea_stream *s = publisher_streams(p, &n_streams);
    bool legacy = true;

    for (size_t i = 0; i < n; i++) {
        const json_t *item = item_at(body, streams, i);
        const char *mid = member_text(item, "mid");

        legacy = legacy && !mid;
        for (size_t k = 0; k < n_streams; k++)
            if (!mid || !strcmp(mid, s[k].mid))
                apply_item(p, &s[k], item, mid != NULL);
    }
    for (size_t k = 0; legacy && k < n_streams; k++) {
        const json_t *on = json_object_get(body, kind_names[s[k].kind]);

        if (on)
            publisher_track(p, s[k].mindex)->muted = !json_is_true(on);
    }
}

/* true: something changed. */
static bool apply_descriptions(struct publisher *p, const json_t *body)
{
    const json_t *item;
    size_t i;
    bool changed = false;

    json_array_foreach(json_object_get(body, "descriptions"), i, item)
    {
        const struct cardea_stream *s = publisher_stream_of(p, member_text(item, "mid"));
        struct track *t = s ? publisher_track(p, s->mindex) : NULL;

        if (!t || !g_strcmp0(t->description, member_text(item, "description")))
            continue;
        g_free(t->description);
        t->description = g_strdup(member_text(item, "description"));
        changed = true;
    }
    return changed;
}

void publisher_talk_settings(struct publisher *p, const json_t *body)
{
    json_int_t packets = json_integer_value(json_object_get(body, "audio_active_packets"));
    json_int_t level = json_integer_value(json_object_get(body, "audio_level_average"));

    if (packets > 0)
        p->audio_active_packets = (unsigned)MIN(packets, G_MAXINT32);
    if (level > 0)
        p->audio_level_average = (unsigned)MIN(level, 127);
}

static void apply_settings(struct publisher *p, const json_t *body)
{
    const json_t *bitrate = json_object_get(body, "bitrate");
    unsigned cap = p->room->set.bitrate_cap ? p->room->set.bitrate : 0;

    if (bitrate)
        p->bitrate = (unsigned)CLAMP(json_integer_value(bitrate), 0, G_MAXINT32);
    if (cap && (!p->bitrate || p->bitrate > cap))
        p->bitrate = cap;
    publisher_talk_settings(p, body);
    record_settings(p, body);
}

/* A changed name is told; the first one is silent. */
static void apply_display(struct publisher *p, const json_t *body)
{
    const char *display = member_text(body, "display");
    json_t *metadata = json_object_get(body, "metadata");

    if (display && g_strcmp0(display, p->display)) {
        bool tell = p->display != NULL;

        g_free(p->display);
        p->display = g_strdup(display);
        if (tell)
            room_tell(p->room, p, who_json(p, json_pack("{ss so}", "videoroom", "event", "id", id_json(p->id))));
    }
    if (metadata && !json_equal(metadata, p->metadata)) {
        bool tell = p->metadata != NULL;

        json_decref(p->metadata);
        p->metadata = json_incref(metadata);
        if (tell)
            room_tell(p->room, p,
                      json_pack("{ss so sO}", "videoroom", "event", "id", id_json(p->id), "metadata", metadata));
    }
}

/* --- the publishing half ------------------------------------------------------------------------------------------ */

bool publisher_check_codecs(struct cardea_request *rq, const struct room *room, const json_t *body)
{
    const char *audio = member_text(body, "audiocodec"), *video = member_text(body, "videocodec");

    if ((audio && !codec_allowed(room->set.audiocodec, audio)) ||
        (video && !codec_allowed(room->set.videocodec, video))) {
        vr.host->fail(rq, E_INVALID, "This codec is not allowed in the room (audio: %s; video: %s)",
                      room->set.audiocodec, room->set.videocodec);
        return false;
    }
    return true;
}

/* Answers the offer of rq by the room's rules. false: rq has been failed. */
static bool answer(struct cardea_request *rq, struct publisher *p)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    const struct properties *set = &p->room->set;
    char *title = g_strdup_printf("VideoRoom %s", p->room->id);
    const struct cardea_answer policy = {
        .title = title,
        .audio_codecs = p->audiocodec ? p->audiocodec : set->audiocodec,
        .video_codecs = p->videocodec ? p->videocodec : set->videocodec,
        .h264_profile = set->h264_profile,
        .vp9_profile = set->vp9_profile,
        .receive_only = true,
        .opus_fec = set->opus_fec,
        .opus_dtx = set->opus_dtx,
        .opus_stereo = true,
        .no_audiolevel = !set->audiolevel_ext,
        .no_orientation = !set->videoorient_ext,
        .no_playout_delay = !set->playoutdelay_ext,
        .no_transport_cc = !set->transport_wide_cc_ext,
        .video_bandwidth = set->bitrate_cap ? set->bitrate : 0,
        .e2ee = in->jsep_e2ee,
    };
    int err = E_SDP;

    if (!in->jsep_update && p->room->limited >= set->publishers) {
        vr.host->fail(rq, E_FULL, "The room has its %u publishers already", set->publishers);
        goto out;
    }
    if (set->require_e2ee && !in->jsep_e2ee) {
        vr.host->fail(rq, E_UNAUTHORIZED, "This room is end-to-end encrypted: publish with e2ee");
        goto out;
    }
    err = vr.host->answer(rq, &policy);
    if (err) {
        vr.host->fail(rq, E_SDP, "This session description cannot be answered");
        goto out;
    }
    p->e2ee = in->jsep_e2ee;
    p->negotiating = !p->published;
out:
    g_free(title);
    return !err;
}

static void add_answer(struct publisher *p, json_t *body)
{
    json_t *who = publisher_json(p, false), *codec;

    if ((codec = json_object_get(who, "audio_codec")))
        json_object_set(body, "audio_codec", codec);
    if ((codec = json_object_get(who, "video_codec")))
        json_object_set(body, "video_codec", codec);
    json_object_set_new(body, "streams", streams_json(p, true, false));
    json_decref(who);
}

static void remember_codecs(struct publisher *p, const json_t *body)
{
    const char *audio = member_text(body, "audiocodec"), *video = member_text(body, "videocodec");

    if (audio) {
        g_free(p->audiocodec);
        p->audiocodec = g_ascii_strdown(audio, -1);
    }
    if (video) {
        g_free(p->videocodec);
        p->videocodec = g_ascii_strdown(video, -1);
    }
}

void publisher_configure(struct cardea_request *rq, struct publisher *p, enum publisher_members which, json_t *reply)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    bool described, renegotiated = in->jsep_update && p->published;

    if (which == ALL_MEMBERS) {
        apply_settings(p, in->body);
        apply_display(p, in->body);
    }
    if (in->jsep_type) {
        if (which == ALL_MEMBERS)
            remember_codecs(p, in->body);
        if (!answer(rq, p)) {
            json_decref(reply);
            return;
        }
    }
    if (which == ALL_MEMBERS)
        apply_items(p, in->body);
    described = apply_descriptions(p, in->body);
    publisher_streams_changed(p);
    if (in->jsep_type)
        add_answer(p, reply);
    else if (described && p->published)
        tell_published(p);
    observe_configured(p);
    vr.host->reply(rq, reply);
    if (!renegotiated)
        return;
    tell_published(p);
    observe_published(p, "updated");
}

void publisher_request_configure(struct cardea_request *rq, struct publisher *p)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    json_t *body;

    if (!vr.host->check(rq, in->body, publisher_params))
        return;
    if (in->jsep_type && strcmp(in->jsep_type, "offer")) {
        vr.host->fail(rq, E_JSEP, "A publisher sends offers, not answers");
        return;
    }
    if ((in->jsep_type && !publisher_check_codecs(rq, p->room, in->body)) ||
        (!in->jsep_type && !check_items(rq, p, in->body)))
        return;
    body = event_room(p->room);
    json_object_set_new(body, "configured", json_string("ok"));
    publisher_configure(rq, p, ALL_MEMBERS, body);
}

void verb_publish(struct cardea_request *rq)
{
    struct publisher *p = seat_publisher(rq);

    if (!p)
        return;
    if (p->published) {
        vr.host->fail(rq, E_PUBLISHED, "Publishing already: use configure");
        return;
    }
    publisher_request_configure(rq, p);
}
