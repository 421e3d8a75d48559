/* SPDX-License-Identifier: Apache-2.0 */
#include "observe.h"

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"

void observe(struct cardea_handle *h, json_t *body)
{
    if (vr.events)
        vr.host->event(h, body);
    else
        json_decref(body);
}

static json_t *about(const char *event, const struct room *room)
{
    return json_pack("{ss so}", "event", event, "room", id_json(room->id));
}

static json_t *about_person(const char *event, const struct publisher *p)
{
    json_t *o = about(event, p->room);

    json_object_set_new(o, "id", id_json(p->id));
    return o;
}

void observe_room(struct cardea_handle *h, const char *event, const struct room *room)
{
    if (vr.events)
        vr.host->event(h, about(event, room));
}

void observe_joined(const struct publisher *p, const char *token)
{
    json_t *o;

    if (!vr.events)
        return;
    o = who_json(p, about_person("joined", p));
    json_object_set_new(o, "private_id", json_integer(p->private_id));
    if (token)
        json_object_set_new(o, "token", json_string(token));
    if (p->own_talk_packets)
        json_object_set_new(o, "audio_active_packets", json_integer(p->own_talk_packets));
    if (p->own_talk_level)
        json_object_set_new(o, "audio_level_average", json_integer(p->own_talk_level));
    vr.host->event(p->handle, o);
}

void observe_published(struct publisher *p, const char *event)
{
    json_t *o;

    if (!vr.events)
        return;
    o = who_json(p, about_person(event, p));
    json_object_set_new(o, "streams", streams_json(p, false, false));
    vr.host->event(p->handle, o);
}

void observe_configured(const struct publisher *p)
{
    json_t *o;

    if (!vr.events)
        return;
    o = about_person("configured", p);
    json_object_set_new(o, "bitrate", json_integer(p->bitrate));
    vr.host->event(p->handle, o);
}

void observe_gone(const struct publisher *p, const char *event)
{
    if (vr.events)
        vr.host->event(p->handle, who_json(p, about_person(event, p)));
}

void observe_subscriber(struct subscriber *s, const char *event, bool with_streams)
{
    json_t *o;

    if (!vr.events || !s->room)
        return;
    o = about(event, s->room);
    if (with_streams) {
        json_object_set_new(o, "streams", slots_json(s));
        json_object_set_new(o, "private_id", json_integer(s->private_id));
    }
    vr.host->event(s->handle, o);
}

void observe_unsubscribed(const struct subscriber *s, const char *feed, const char *mid)
{
    json_t *o;

    if (!vr.events || !s->room)
        return;
    o = about("unsubscribed", s->room);
    json_object_set_new(o, "feed", id_json(feed));
    if (mid)
        json_object_set_new(o, "mid", json_string(mid));
    vr.host->event(s->handle, o);
}
