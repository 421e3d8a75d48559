/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about rooms as such: create, edit, destroy, list, exists, allowed, listparticipants. */
#include <string.h>

#include "access.h"
#include "ids.h"
#include "room.h"
#include "verbs.h"

/* --- making and changing --- */

/* true: there is a list, be it empty. */
static bool read_tokens(struct room *room, const json_t *list)
{
    const json_t *token;
    size_t i;

    json_array_foreach(list, i, token) g_hash_table_add(room->tokens, g_strdup(json_string_value(token)));
    return list != NULL;
}

void verb_create(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    char *id = id_asked(json_object_get(body, "room"));
    struct properties set;
    struct room *room = NULL;
    const char *wrong;

    properties_default(&set);
    if (!access_admin(rq))
        goto out;
    wrong = properties_read(&set, body, false);
    if (wrong) {
        vr.host->fail(rq, E_INVALID, "%s", wrong);
        goto out;
    }
    room = room_create(id, &set);
    if (!room) {
        vr.host->fail(rq, E_ROOM_EXISTS, "Room %s exists already", id);
        goto out;
    }
    room->check_tokens = read_tokens(room, json_object_get(body, "allowed"));
    vr.host->reply(rq, json_pack("{ss so sb}", "videoroom", "created", "room", id_json(room->id), "permanent", 0));
out:
    properties_clear(&set);
    g_free(id);
}

void verb_edit(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");

    if (!room)
        return;
    properties_edit(&room->set, vr.host->info(rq)->body);
    vr.host->reply(rq, json_pack("{ss so sb}", "videoroom", "edited", "room", id_json(room->id), "permanent", 0));
}

void verb_destroy(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");
    json_t *body;

    if (!room)
        return;
    body = json_pack("{ss so sb}", "videoroom", "destroyed", "room", id_json(room->id), "permanent", 0);
    room_destroy(room);
    vr.host->reply(rq, body);
}

/* --- asking --- */

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

/* --- who may join --- */

static json_t *tokens_json(const struct room *room)
{
    json_t *all = json_array();
    GHashTableIter it;
    gpointer key;

    g_hash_table_iter_init(&it, room->tokens);
    while (g_hash_table_iter_next(&it, &key, NULL))
        json_array_append_new(all, json_string(key));
    return all;
}

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
    else if (!g_ascii_strcasecmp(action, "add"))
        read_tokens(room, list);
    else if (!g_ascii_strcasecmp(action, "remove"))
        json_array_foreach(list, i, token) g_hash_table_remove(room->tokens, json_string_value(token));
    else {
        vr.host->fail(rq, E_INVALID, "action must be enable, disable, add or remove");
        return;
    }
    reply = json_pack("{ss so}", "videoroom", "success", "room", id_json(room->id));
    if (g_ascii_strcasecmp(action, "disable"))
        json_object_set_new(reply, "allowed", tokens_json(room));
    vr.host->reply(rq, reply);
}
