/* SPDX-License-Identifier: Apache-2.0 */
#include "seat.h"

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"

struct seat *seat_of(struct cardea_request *rq)
{
    return vr.host->info(rq)->user;
}

struct publisher *seat_publisher(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);

    if (seat->kind == SEAT_NONE)
        vr.host->fail(rq, E_NOT_JOINED, "Join a room first");
    else if (seat->kind == SEAT_SUBSCRIBER)
        vr.host->fail(rq, E_UNKNOWN, "This handle is a subscriber: only publishers can do this");
    else if (!seat->publisher->room && seat->publisher->kicked)
        vr.host->fail(rq, E_UNAUTHORIZED, "This participant was kicked: use a new handle");
    else if (!seat->publisher->room)
        vr.host->fail(rq, E_NO_ROOM, "This participant is no longer in a room: use a new handle");
    else
        return seat->publisher;
    return NULL;
}

struct subscriber *seat_subscriber(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);

    if (seat->kind == SEAT_SUBSCRIBER)
        return seat->subscriber;
    if (seat->kind == SEAT_NONE)
        vr.host->fail(rq, E_NOT_JOINED, "Join a room first");
    else if (!seat->publisher->room)
        vr.host->fail(rq, E_NO_ROOM, "This participant is no longer in a room: use a new handle");
    else
        vr.host->fail(rq, E_UNKNOWN, "This handle is a publisher: only subscribers can do this");
    return NULL;
}

json_t *seat_json(const struct seat *seat)
{
    struct publisher *p = seat->publisher;
    struct subscriber *s = seat->subscriber;
    json_t *o;

    if (p) {
        o = who_json(p, json_pack("{ss so sI sI}", "type", "publisher", "id", id_json(p->id), "private_id",
                                  (json_int_t)p->private_id, "bitrate", (json_int_t)p->bitrate));
        json_object_set_new(o, "streams", streams_json(p, true, true));
        if (p->room)
            json_object_set_new(o, "room", id_json(p->room->id));
        return o;
    }
    if (!s)
        return json_pack("{ss}", "type", "none");
    o = json_pack("{ss sI sb sb sb sb so}", "type", "subscriber", "private_id", (json_int_t)s->private_id, "answered",
                  s->answered, "pending_offer", s->pending, "pending_restart", s->pending_restart, "paused", s->paused,
                  "streams", slots_json(s));
    if (s->room)
        json_object_set_new(o, "room", id_json(s->room->id));
    return o;
}
