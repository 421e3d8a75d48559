/* SPDX-License-Identifier: Apache-2.0 */
#include "seat.h"

#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "record.h"
#include "room.h"
#include "slot.h"

struct seat *seat_of(struct cardea_request *rq)
{
    return vr.host->info(rq)->user;
}

/* Out of the room for good. Only who wants to publish is told why. */
static void fail_gone(struct cardea_request *rq, const struct publisher *p)
{
    const char *verb = vr.host->info(rq)->verb;

    if (p->kicked && (!strcmp(verb, "publish") || !strcmp(verb, "configure")))
        vr.host->fail(rq, E_UNAUTHORIZED, "This participant was kicked: use a new handle");
    else
        vr.host->fail(rq, E_NO_ROOM, "This participant is no longer in a room: use a new handle");
}

struct publisher *seat_publisher(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);

    if (seat->kind == SEAT_NONE)
        vr.host->fail(rq, E_NOT_JOINED, "Join a room first");
    else if (seat->kind == SEAT_SUBSCRIBER)
        vr.host->fail(rq, E_UNKNOWN, "This handle is a subscriber: only publishers can do this");
    else if (!seat->publisher->room)
        fail_gone(rq, seat->publisher);
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
        fail_gone(rq, seat->publisher);
    else
        vr.host->fail(rq, E_UNKNOWN, "This handle is a publisher: only subscribers can do this");
    return NULL;
}

/* --- handle_info -------------------------------------------------------------------------------------------------- */

static unsigned count_subscribers(const struct publisher *p, unsigned mindex)
{
    GHashTableIter it;
    gpointer key;
    unsigned n = 0;

    g_hash_table_iter_init(&it, p->subscribers);
    while (g_hash_table_iter_next(&it, &key, NULL)) {
        const struct subscriber *s = key;

        for (guint i = 0; i < s->slots->len; i++) {
            const struct slot *slot = s->slots->pdata[i];

            n += slot->feed == p && slot->feed_mindex == mindex;
        }
    }
    return n;
}

/* Operators see profiles spelled with a hyphen, and some things more. */
static json_t *detailed_streams(struct publisher *p)
{
    json_t *list = streams_json(p, true, true), *o;
    size_t i;

    json_array_foreach(list, i, o)
    {
        unsigned mindex = (unsigned)json_integer_value(json_object_get(o, "mindex"));
        const struct track *t = publisher_track(p, mindex);
        json_t *profile;

        if ((profile = json_object_get(o, "h264_profile")))
            json_object_set(o, "h264-profile", profile);
        if ((profile = json_object_get(o, "vp9_profile")))
            json_object_set(o, "vp9-profile", profile);
        if (t->min_delay >= 0)
            json_object_set_new(o, "playout-delay",
                                json_pack("{si si}", "min-delay", t->min_delay, "max-delay", t->max_delay));
        if (t->voice.measured)
            json_object_set_new(o, "audio-level-dBov", json_real(t->voice.level));
        json_object_set_new(o, "subscribers", json_integer(count_subscribers(p, mindex)));
    }
    return list;
}

static json_t *publisher_info(struct publisher *p)
{
    const char *path = record_path(p);
    json_t *o = who_json(p, json_pack("{ss so sI sI so sb sb}", "type", "publisher", "id", id_json(p->id), "private_id",
                                      (json_int_t)p->private_id, "bitrate", (json_int_t)p->bitrate, "streams",
                                      detailed_streams(p), "hangingup", 0, "destroyed", !p->room));

    if (p->e2ee)
        json_object_set_new(o, "e2ee", json_true());
    if (path)
        json_object_set_new(o, "recording", json_string(path));
    return o;
}

static json_t *subscriber_info(struct subscriber *s)
{
    json_t *o = json_pack("{ss sI sb sb sb sb so sb sb}", "type", "subscriber", "private_id", (json_int_t)s->private_id,
                          "answered", s->answered, "pending_offer", s->pending, "pending_restart", s->pending_restart,
                          "paused", s->paused, "streams", slots_json(s), "hangingup", 0, "destroyed", !s->room);

    if (s->e2ee)
        json_object_set_new(o, "e2ee", json_true());
    return o;
}

json_t *seat_json(const struct seat *seat)
{
    const struct room *room = seat->publisher    ? seat->publisher->room
                              : seat->subscriber ? seat->subscriber->room
                                                 : NULL;
    json_t *o = seat->publisher    ? publisher_info(seat->publisher)
                : seat->subscriber ? subscriber_info(seat->subscriber)
                                   : json_pack("{ss sb sb}", "type", "none", "hangingup", 0, "destroyed", 0);

    if (room)
        json_object_set_new(o, "room", id_json(room->id));
    return o;
}
