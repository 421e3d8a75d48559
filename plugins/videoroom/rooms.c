/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about rooms as such: create, edit, destroy, list, exists, allowed, listparticipants. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "ids.h"
#include "loudest.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"
#include "store.h"
#include "verbs.h"

/* --- making and changing ------------------------------------------------------------------------------------------ */

/* Clients have so many rooms each, unless only those who know the key make any. false: rq has been failed. */
static bool charge(struct cardea_request *rq, struct cardea_charge **out)
{
    char why[64];

    *out = NULL;
    if (vr.admin_key || !vr.host->charge(vr.host->info(rq)->handle, out, why, sizeof(why)))
        return true;
    vr.host->fail(rq, E_INTERNAL, "There are as many rooms of yours as there may be (%s)", why);
    return false;
}

static void create(struct cardea_request *rq, const json_t *body, const char *id, struct properties *set)
{
    const json_t *allowed = json_object_get(body, "allowed");
    struct cardea_charge *charged;
    bool kept = false;
    struct room *room;

    if (!charge(rq, &charged))
        return;
    room = room_create(id, set);
    if (!room && room_is_limit())
        vr.host->fail(rq, E_INTERNAL, "There are %u rooms already (general.max_rooms)", vr.max_rooms);
    else if (!room)
        vr.host->fail(rq, E_ROOM_EXISTS, "Room %s exists already", id);
    if (!room) {
        vr.host->refund(charged);
        return;
    }
    room->charge = charged;
    room_allow(room, allowed);
    room->check_tokens = allowed != NULL;
    if (member_flag(body, "permanent", false))
        kept = store_save(room);
    observe_room(vr.host->info(rq)->handle, "created", room);
    vr.host->reply(rq, json_pack("{ss so sb}", "videoroom", "created", "room", id_json(room->id), "permanent", kept));
}

void verb_create(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    char *id = id_asked(json_object_get(body, "room"));
    struct properties set;
    const char *wrong;

    properties_default(&set);
    wrong = properties_read(&set, body, false);
    if (wrong)
        vr.host->fail(rq, E_INVALID, "%s", wrong);
    else if (id && !id_is_valid(id))
        vr.host->fail(rq, E_INVALID, "This cannot be the id of a room");
    else if (!access_admin(rq))
        ;
    else if (member_flag(body, "permanent", false) && !store_exists())
        vr.host->fail(rq, E_INTERNAL, "There is no folder to keep rooms in (general.state_folder)");
    else
        create(rq, body, id, &set);
    properties_clear(&set);
    g_free(id);
}

/* What those publishing, and people in the room, have to know at once. The old settings, as far as they matter. */
struct before {
    bool locked, no_fast_start;
    unsigned loudest;
};

static void apply_edit(struct room *room, const struct before *old)
{
    json_t *body;

    if (room->set.loudest != old->loudest)
        loudest_changed(room);
    for (GList *l = room->publishing.head; l && room->set.no_fast_start != old->no_fast_start; l = l->next)
        publisher_apply_all(l->data);
    if (room->set.locked == old->locked)
        return;
    body = event_room(room);
    json_object_set_new(body, "locked", json_boolean(room->set.locked));
    room_tell(room, NULL, body);
}

void verb_edit(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct room *room = access_room(rq, "secret");
    struct before old;
    bool kept = false;

    if (!room)
        return;
    old = (struct before){room->set.locked, room->set.no_fast_start, room->set.loudest};
    properties_edit(&room->set, in->body);
    if (member_flag(in->body, "permanent", false))
        kept = store_save(room);
    apply_edit(room, &old);
    observe_room(in->handle, "edited", room);
    vr.host->reply(rq, json_pack("{ss so sb}", "videoroom", "edited", "room", id_json(room->id), "permanent", kept));
}

void verb_destroy(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct room *room = access_room(rq, "secret");
    bool forgotten = false;
    json_t *body;

    if (!room)
        return;
    if (member_flag(in->body, "permanent", false))
        forgotten = store_forget(room);
    body = json_pack("{ss so sb}", "videoroom", "destroyed", "room", id_json(room->id), "permanent", forgotten);
    observe_room(in->handle, "destroyed", room);
    room_destroy(room);
    vr.host->reply(rq, body);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

void verb_list(struct cardea_request *rq)
{
    const char *key = member_text(vr.host->info(rq)->body, "admin_key");
    bool all = vr.admin_key && key && *key;

    if (all && !access_admin(rq))
        return;
    vr.host->reply(rq, json_pack("{ss so}", "videoroom", "success", "list", room_list(all)));
}

void verb_exists(struct cardea_request *rq)
{
    char *id = id_text(json_object_get(vr.host->info(rq)->body, "room"));

    vr.host->reply(
        rq, json_pack("{ss so sb}", "videoroom", "success", "room", id_json(id), "exists", room_find(id) != NULL));
    g_free(id);
}

void verb_listparticipants(struct cardea_request *rq)
{
    struct room *room = access_room(rq, NULL);

    if (room)
        vr.host->reply(rq, json_pack("{ss so so}", "videoroom", "participants", "room", id_json(room->id),
                                     "participants", room_participants(room)));
}

/* --- who may join ------------------------------------------------------------------------------------------------- */

void verb_allowed(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body, *list = json_object_get(body, "allowed"), *token;
    const char *action = member_text(body, "action");
    struct room *room = access_room(rq, "secret");
    json_t *reply;
    size_t i;

    if (!room)
        return;
    if (!g_ascii_strcasecmp(action, "enable") || !g_ascii_strcasecmp(action, "disable"))
        room->check_tokens = !g_ascii_strcasecmp(action, "enable");
    else if (!g_ascii_strcasecmp(action, "add")) {
        if (!room_allow(room, list)) {
            vr.host->fail(rq, E_INTERNAL, "A room has at most %d tokens", ROOM_TOKENS_MOST);
            return;
        }
    } else if (!g_ascii_strcasecmp(action, "remove")) {
        json_array_foreach(list, i, token) g_hash_table_remove(room->tokens, json_string_value(token));
    } else {
        vr.host->fail(rq, E_INVALID, "action must be enable, disable, add or remove");
        return;
    }
    if (room->permanent)
        store_save(room);
    reply = json_pack("{ss so}", "videoroom", "success", "room", id_json(room->id));
    if (g_ascii_strcasecmp(action, "disable"))
        json_object_set_new(reply, "allowed", room_tokens(room));
    vr.host->reply(rq, reply);
}
