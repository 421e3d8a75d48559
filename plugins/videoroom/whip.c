/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /whip/<room> publishes (RFC 9725). ?id= and ?name= say how the publisher is called in the room; the Bearer token
 * is the room's pin or one of its allowed tokens.
 */
#include "ids.h"
#include "room.h"
#include "visits.h"

#define NAME_MOST 256

static bool take_id(json_t *message, const char *id, struct visit_refusal *refusal)
{
    if (!id)
        return true;
    if (!id_is_valid(id)) {
        visit_refuse(refusal, 400, "\"%.40s\" cannot be the id of a publisher", id);
        return false;
    }
    json_object_set_new(message, "id", id_json(id));
    return true;
}

static json_t *begin(const struct visit_request *rq, struct visit_refusal *refusal)
{
    struct room *room = visit_room(rq->path, rq->bearer, true, refusal);
    char *id, *name;
    json_t *message;

    if (!room)
        return NULL;
    id = visit_query(rq->query, "id");
    name = visit_query(rq->query, "name");
    message = json_pack("{ss ss so}", "request", "joinandconfigure", "ptype", "publisher", "room", id_json(room->id));
    visit_open(message, room, rq->bearer);
    if (name && g_utf8_strlen(name, -1) <= NAME_MOST)
        json_object_set_new(message, "display", json_string(name));
    if (!take_id(message, id, refusal))
        g_clear_pointer(&message, json_decref);
    g_free(id);
    g_free(name);
    return message;
}

const struct visit_kind visit_whip = {.prefix = "/whip", .begin = begin, .again = "configure"};
