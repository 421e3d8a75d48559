/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <string.h>

#include "ids.h"
#include "publisher.h"
#include "room.h"

const char *const kind_names[] = {"", "audio", "video", "data"};

json_t *event_room(const struct room *room)
{
    return json_pack("{ss so}", "videoroom", "event", "room", id_json(room->id));
}

json_t *who_json(const struct publisher *p, json_t *into)
{
    if (p->display)
        json_object_set_new(into, "display", json_string(p->display));
    if (p->metadata)
        json_object_set(into, "metadata", p->metadata);
    return into;
}

static void set_true(json_t *o, const char *name, bool on)
{
    if (on)
        json_object_set_new(o, name, json_true());
}

static void set_id(json_t *o, const char *name, unsigned id)
{
    if (id)
        json_object_set_new(o, name, json_integer(id));
}

static void audio_json(json_t *o, const struct cardea_stream *s, const struct track *t, bool joined)
{
    set_true(o, "stereo", s->stereo);
    set_true(o, "fec", s->fec);
    set_true(o, "dtx", s->dtx);
    if (joined && s->audiolevel_id)
        json_object_set_new(o, "talking", json_boolean(track_talks(t)));
}

static void video_json(json_t *o, const struct cardea_stream *s)
{
    if (s->profile && !strcmp(s->codec, "h264"))
        json_object_set_new(o, "h264_profile", json_string(s->profile));
    if (s->profile && !strcmp(s->codec, "vp9"))
        json_object_set_new(o, "vp9_profile", json_string(s->profile));
    set_true(o, "simulcast", s->simulcast);
    set_true(o, "svc", s->svc);
}

static json_t *stream_json(struct publisher *p, const struct cardea_stream *s, bool own, bool joined)
{
    const struct track *t = publisher_track(p, s->mindex);
    json_t *o = json_pack("{ss si ss}", "type", kind_names[s->kind], "mindex", (int)s->mindex, "mid", s->mid);

    if (s->disabled) {
        json_object_set_new(o, "disabled", json_true());
        return o;
    }
    if (t->description)
        json_object_set_new(o, "description", json_string(t->description));
    if (s->codec)
        json_object_set_new(o, "codec", json_string(s->codec));
    if (s->kind == CARDEA_AUDIO)
        audio_json(o, s, t, joined);
    if (s->kind == CARDEA_VIDEO)
        video_json(o, s);
    set_true(o, "moderated", t->moderated);
    if (own) {
        set_id(o, "audiolevel_ext_id", s->audiolevel_id);
        set_id(o, "videoorient_ext_id", s->orientation_id);
        set_id(o, "playoutdelay_ext_id", s->playout_delay_id);
    }
    return o;
}

json_t *streams_json(struct publisher *p, bool own, bool joined)
{
    json_t *list = json_array();
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, stream_json(p, &s[i], own, joined));
    return list;
}

json_t *publisher_json(struct publisher *p, bool joined)
{
    json_t *o = who_json(p, json_pack("{so}", "id", id_json(p->id)));
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);
    bool talking;

    for (size_t i = n; i-- > 0;) {
        if (s[i].disabled || !s[i].codec)
            continue;
        json_object_set_new(o, s[i].kind == CARDEA_AUDIO ? "audio_codec" : "video_codec", json_string(s[i].codec));
    }
    json_object_set_new(o, "streams", streams_json(p, false, joined));
    if (joined && publisher_measures_talk(p, &talking))
        json_object_set_new(o, "talking", json_boolean(talking));
    return o;
}

void tell_published(struct publisher *p)
{
    json_t *body = event_room(p->room);

    json_object_set_new(body, "publishers", json_pack("[o]", publisher_json(p, false)));
    room_tell(p->room, p, body);
}

void tell_gone(struct publisher *p, const char *key)
{
    json_t *body = who_json(p, event_room(p->room));

    json_object_set_new(body, key, id_json(p->id));
    room_tell(p->room, p, body);
}
