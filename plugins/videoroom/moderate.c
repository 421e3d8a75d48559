/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of moderators: kick, moderate, enable_recording. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "record.h"
#include "room.h"
#include "slot.h"
#include "verbs.h"

/* Subscriptions that came with this private id receive nothing any more. */
static void bar_subscribers(const struct room *room, uint32_t private_id)
{
    GHashTableIter it;
    gpointer key;

    g_hash_table_iter_init(&it, room->subscribers);
    while (g_hash_table_iter_next(&it, &key, NULL)) {
        struct subscriber *s = key;

        if (s->private_id != private_id)
            continue;
        s->barred = true;
        slots_connect(s);
    }
}

void verb_kick(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");
    struct publisher *p = room ? access_participant(rq, room, "id") : NULL;
    json_t *body;

    if (!p)
        return;
    if (!p->handle) { /* a remote one is taken away by those who brought it */
        vr.host->fail(rq, E_NO_FEED, "Participant %s has no connection that could be closed", p->id);
        return;
    }
    body = event_room(room);
    json_object_set_new(body, "leaving", json_string("ok"));
    json_object_set_new(body, "reason", json_string("kicked"));
    vr.host->notify(p->handle, body);
    if (room->set.require_pvtid)
        bar_subscribers(room, p->private_id);
    tell_gone(p, "kicked");
    observe_gone(p, "kicked");
    publisher_leave(p);
    p->kicked = true;
    vr.host->hangup(p->handle, "Close PC");
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}

void verb_moderate(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    const char *mid = member_text(body, "mid");
    struct room *room = access_room(rq, "secret");
    struct publisher *p = room ? access_participant(rq, room, "id") : NULL;
    const struct cardea_stream *s = p && p->published ? publisher_stream_of(p, mid) : NULL;
    struct track *t;
    json_t *event;

    if (!p)
        return;
    if (!s) {
        vr.host->fail(rq, E_NO_FEED, "This participant publishes nothing with mid %s", mid);
        return;
    }
    t = publisher_track(p, s->mindex);
    t->moderated = member_flag(body, "mute", false);
    publisher_apply(p, s);
    event = event_room(room);
    json_object_set_new(event, "id", id_json(p->id));
    json_object_set_new(event, "mid", json_string(s->mid));
    json_object_set_new(event, "moderation", json_string(t->moderated ? "muted" : "unmuted"));
    room_tell(room, NULL, event);
    event = json_pack("{ss so so ss ss}", "videoroom", "moderated", "room", id_json(room->id), "id", id_json(p->id),
                      "mid", s->mid, "moderation", t->moderated ? "muted" : "unmuted");
    record_note(p, t->moderated ? "muted" : "unmuted", json_pack("{ss}", "mid", s->mid));
    observe(p->handle, event);
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}

void verb_enable_recording(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");
    bool on = member_flag(vr.host->info(rq)->body, "record", false);

    if (!room)
        return;
    if (room->set.record != on) {
        room->set.record = on;
        for (GList *l = room->present.head; l; l = l->next)
            record_set(l->data, on);
    }
    vr.host->reply(rq, json_pack("{ss sb}", "videoroom", "success", "record", on));
}
