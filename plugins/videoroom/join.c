/* SPDX-License-Identifier: Apache-2.0 */
/* join and joinandconfigure of a publisher; a join as subscriber goes on in subscribe.c. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "subscriber.h"
#include "verbs.h"

static const struct cardea_param join_params[] = {{"display", CARDEA_STRING},
                                                  {"metadata", CARDEA_OBJECT},
                                                  {"id", CARDEA_ID},
                                                  {"descriptions", CARDEA_ARRAY, .fields = description_item},
                                                  {"token", CARDEA_STRING},
                                                  {"audio_active_packets", CARDEA_INT},
                                                  {"audio_level_average", CARDEA_INT},
                                                  {0}};

static json_t *list_publishers(const struct room *room)
{
    json_t *list = json_array();

    for (GList *l = room->publishing.head; l; l = l->next) {
        struct publisher *p = l->data;
        json_t *o = publisher_json(p, true);

        if (p->origin == FROM_DUMMY)
            json_object_set_new(o, "dummy", json_true());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *list_attendees(const struct room *room, const struct publisher *but)
{
    json_t *list = json_array();

    for (GList *l = room->present.head; l; l = l->next) {
        const struct publisher *p = l->data;

        if (p != but && !p->published)
            json_array_append_new(list, who_json(p, json_pack("{so}", "id", id_json(p->id))));
    }
    return list;
}

static json_t *joined_json(struct publisher *p)
{
    const struct room *room = p->room;
    json_t *o = json_pack("{ss so ss so sI so}", "videoroom", "joined", "room", id_json(room->id), "description",
                          room->set.description, "id", id_json(p->id), "private_id", (json_int_t)p->private_id,
                          "publishers", list_publishers(room));

    if (room->set.notify_joining)
        json_object_set_new(o, "attendees", list_attendees(room, p));
    if (p->own_talk_packets)
        json_object_set_new(o, "audio_active_packets", json_integer(p->own_talk_packets));
    if (p->own_talk_level)
        json_object_set_new(o, "audio_level_average", json_integer(p->own_talk_level));
    if (room->set.locked)
        json_object_set_new(o, "locked", json_true());
    return o;
}

/* The id asked for, or a fresh one. NULL: rq has been failed. */
static char *choose_id(struct cardea_request *rq, const struct room *room, const json_t *asked)
{
    char *id = id_asked(asked);

    if (id && (!id_is_valid(id) || strlen(id) > ID_MOST)) {
        vr.host->fail(rq, E_INVALID, "This cannot be an id");
        g_free(id);
        return NULL;
    }
    if (id && g_hash_table_contains(room->participants, id)) {
        vr.host->fail(rq, E_ID_EXISTS, "Somebody with id %s is in the room", id);
        g_free(id);
        return NULL;
    }
    while (!id || g_hash_table_contains(room->participants, id)) {
        g_free(id);
        id = id_random();
    }
    return id;
}

/* May this one join at all? */
static bool check_joining(struct cardea_request *rq, const struct room *room, const json_t *body)
{
    const char *token = member_text(body, "token");

    if (!vr.host->check(rq, body, join_params))
        return false;
    if (room->check_tokens && (!token || !g_hash_table_contains(room->tokens, token)))
        vr.host->fail(rq, E_UNAUTHORIZED, "This token is not on the room's list");
    else if (room->set.locked && !access_moderates(rq, room))
        vr.host->fail(rq, E_UNAUTHORIZED, "The room is locked");
    else
        return true;
    return false;
}

static void tell_joining(const struct publisher *p)
{
    json_t *body = event_room(p->room);

    json_object_set_new(body, "joining", who_json(p, json_pack("{so}", "id", id_json(p->id))));
    room_tell(p->room, p, body);
}

static bool is_positive(const json_t *body, const char *name)
{
    return json_integer_value(json_object_get(body, name)) > 0;
}

static struct publisher *join(struct cardea_request *rq, struct seat *seat, struct room *room)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct publisher *p;
    char *id;

    if (!check_joining(rq, room, in->body))
        return NULL;
    id = choose_id(rq, room, json_object_get(in->body, "id"));
    if (!id)
        return NULL;
    p = publisher_new(seat, room, id);
    p->display = g_strdup(member_text(in->body, "display"));
    p->metadata = json_incref(json_object_get(in->body, "metadata"));
    vr.host->group(seat->handle, room->group);
    publisher_talk_settings(p, in->body);
    p->own_talk_packets = is_positive(in->body, "audio_active_packets") ? p->audio_active_packets : 0;
    p->own_talk_level = is_positive(in->body, "audio_level_average") ? p->audio_level_average : 0;
    observe_joined(p, member_text(in->body, "token"));
    if (room->set.notify_joining)
        tell_joining(p);
    return p;
}

/* What is true of every join. NULL: rq has been failed, or a subscriber has joined. */
static struct room *begin(struct cardea_request *rq, bool and_configure)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct seat *seat = in->user;
    const char *ptype = member_text(in->body, "ptype");
    struct room *room;

    if (seat->kind == SEAT_SUBSCRIBER && and_configure) {
        vr.host->fail(rq, E_UNKNOWN, "This handle is a subscriber");
        return NULL;
    }
    if (seat->kind != SEAT_NONE) {
        vr.host->fail(rq, E_JOINED, "This handle has joined already: use a new handle");
        return NULL;
    }
    room = access_room(rq, "pin");
    if (!room)
        return NULL;
    if (!g_ascii_strcasecmp(ptype, "subscriber") && !and_configure) {
        subscriber_join(rq, seat, room);
        return NULL;
    }
    if (g_ascii_strcasecmp(ptype, "publisher")) {
        vr.host->fail(rq, E_INVALID, "ptype must be publisher or subscriber");
        return NULL;
    }
    if (in->jsep_type && strcmp(in->jsep_type, "offer")) {
        vr.host->fail(rq, E_JSEP, "A publisher sends offers, not answers");
        return NULL;
    }
    return room;
}

static void join_as(struct cardea_request *rq, bool and_configure)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct room *room = begin(rq, and_configure);
    struct publisher *p;

    if (!room)
        return;
    if (and_configure && (!vr.host->check(rq, in->body, publisher_params) ||
                          (in->jsep_type && !publisher_check_codecs(rq, room, in->body))))
        return;
    p = join(rq, in->user, room);
    if (!p)
        return;
    if (in->jsep_type || and_configure)
        publisher_configure(rq, p, and_configure ? ALL_MEMBERS : ONLY_THE_OFFER, joined_json(p));
    else
        vr.host->reply(rq, joined_json(p));
}

void verb_join(struct cardea_request *rq)
{
    join_as(rq, false);
}

void verb_joinandconfigure(struct cardea_request *rq)
{
    join_as(rq, true);
}
