/* SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include <string.h>

#include "ids.h"
#include "room.h"

static bool check_password(struct cardea_request *rq, const char *wanted, const char *name)
{
    const json_t *given = json_object_get(vr.host->info(rq)->body, name);

    if (!wanted)
        return true;
    if (!given)
        vr.host->fail(rq, E_MISSING, "Missing %s", name);
    else if (!json_is_string(given))
        vr.host->fail(rq, E_INVALID, "%s must be a string", name);
    else if (!same_text(wanted, json_string_value(given)))
        vr.host->fail(rq, E_UNAUTHORIZED, "Wrong %s", name);
    else
        return true;
    return false;
}

static bool check_signed(struct cardea_request *rq, const struct room *room)
{
    const char *token = member_text(vr.host->info(rq)->body, "token");
    char *descriptor;
    bool fine;

    if (!room->set.signed_tokens)
        return true;
    descriptor = g_strdup_printf("room=%s", room->id);
    fine = token && vr.host->signed_token(token, "janus.plugin.videoroom", descriptor);
    g_free(descriptor);
    if (!fine)
        vr.host->fail(rq, E_UNAUTHORIZED, "A signed token for this room is needed");
    return fine;
}

struct room *access_room(struct cardea_request *rq, const char *key)
{
    char *id = id_text(json_object_get(vr.host->info(rq)->body, "room"));
    struct room *room = room_find(id);

    if (!room)
        vr.host->fail(rq, E_NO_ROOM, "No such room: %s", id ? id : "?");
    g_free(id);
    if (!room || !key)
        return room;
    if (!strcmp(key, "pin") && !check_signed(rq, room))
        return NULL;
    return check_password(rq, !strcmp(key, "pin") ? room->set.pin : room->set.secret, key) ? room : NULL;
}

struct publisher *access_participant(struct cardea_request *rq, const struct room *room, const char *name)
{
    const json_t *asked = json_object_get(vr.host->info(rq)->body, name);
    struct publisher *p = room_participant(room, asked);
    char *id = p ? NULL : id_text(asked);

    if (!p)
        vr.host->fail(rq, E_NO_FEED, "No such participant: %s", id ? id : "?");
    g_free(id);
    return p;
}

bool access_moderates(const struct cardea_request *rq, const struct room *room)
{
    const char *secret = member_text(vr.host->info(rq)->body, "secret");

    return secret && room->set.secret && same_text(room->set.secret, secret);
}

bool access_admin(struct cardea_request *rq)
{
    return check_password(rq, vr.admin_key, "admin_key");
}

bool access_forward(struct cardea_request *rq)
{
    return !vr.lock_rtp_forward || access_admin(rq);
}
