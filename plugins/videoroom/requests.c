/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs: their parameters, and the synchronous ones about rooms themselves. */
#include <string.h>

#include "videoroom.h"

static const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

/* --- who may ---------------------------------------------------------------------------------------------------------
 */

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
    const char *token = text(vr.host->info(rq)->body, "token");
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

struct room *request_room(struct cardea_request *rq, const char *key)
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

/* --- create, edit, destroy
 * -------------------------------------------------------------------------------------------- */

static bool read_tokens(struct room *room, const json_t *list)
{
    const json_t *token;
    size_t i;

    json_array_foreach(list, i, token) g_hash_table_add(room->tokens, g_strdup(json_string_value(token)));
    return list != NULL;
}

static void run_create(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    char *id = id_text(json_object_get(body, "room"));
    struct properties set;
    struct room *room = NULL;
    const char *wrong;

    properties_default(&set);
    if (id && (!*id || !strcmp(id, "0")))
        g_clear_pointer(&id, g_free);
    if (!check_password(rq, vr.admin_key, "admin_key"))
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

static void run_edit(struct cardea_request *rq)
{
    struct room *room = request_room(rq, "secret");

    if (!room)
        return;
    properties_edit(&room->set, vr.host->info(rq)->body);
    vr.host->reply(rq, json_pack("{ss so sb}", "videoroom", "edited", "room", id_json(room->id), "permanent", 0));
}

static void run_destroy(struct cardea_request *rq)
{
    struct room *room = request_room(rq, "secret");
    json_t *body;

    if (!room)
        return;
    body = json_pack("{ss so sb}", "videoroom", "destroyed", "room", id_json(room->id), "permanent", 0);
    room_destroy(room);
    vr.host->reply(rq, body);
}

/* --- asking
 * ----------------------------------------------------------------------------------------------------------- */

static void run_list(struct cardea_request *rq)
{
    const char *key = text(vr.host->info(rq)->body, "admin_key");
    bool all = vr.admin_key && key && *key;

    if (all && !check_password(rq, vr.admin_key, "admin_key"))
        return;
    vr.host->reply(rq, json_pack("{ss so}", "videoroom", "success", "list", room_list(all)));
}

static void run_exists(struct cardea_request *rq)
{
    char *id = id_text(json_object_get(vr.host->info(rq)->body, "room"));

    vr.host->reply(
        rq, json_pack("{ss so sb}", "videoroom", "success", "room", id_json(id), "exists", room_find(id) != NULL));
    g_free(id);
}

static void run_listparticipants(struct cardea_request *rq)
{
    struct room *room = request_room(rq, NULL);

    if (room)
        vr.host->reply(rq, json_pack("{ss so so}", "videoroom", "participants", "room", id_json(room->id),
                                     "participants", room_participants(room)));
}

static void run_allowed(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body, *list = json_object_get(body, "allowed"), *token;
    const char *action = text(body, "action");
    struct room *room = request_room(rq, "secret");
    GHashTableIter it;
    gpointer key;
    json_t *reply, *all;
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
    if (g_ascii_strcasecmp(action, "disable")) {
        all = json_array();
        g_hash_table_iter_init(&it, room->tokens);
        while (g_hash_table_iter_next(&it, &key, NULL))
            json_array_append_new(all, json_string(key));
        json_object_set_new(reply, "allowed", all);
    }
    vr.host->reply(rq, reply);
}

/* --- moderating
 * -------------------------------------------------------------------------------------------------------- */

static struct publisher *named_participant(struct cardea_request *rq, struct room *room)
{
    char *id = id_text(json_object_get(vr.host->info(rq)->body, "id"));
    struct publisher *p = id ? g_hash_table_lookup(room->participants, id) : NULL;

    if (!p)
        vr.host->fail(rq, E_NO_FEED, "No such participant: %s", id ? id : "?");
    g_free(id);
    return p;
}

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

static void run_kick(struct cardea_request *rq)
{
    struct room *room = request_room(rq, "secret");
    struct publisher *p = room ? named_participant(rq, room) : NULL;
    json_t *body;

    if (!p)
        return;
    body = event_room(room);
    json_object_set_new(body, "leaving", json_string("ok"));
    json_object_set_new(body, "reason", json_string("kicked"));
    vr.host->notify(p->handle, body);
    if (room->set.require_pvtid)
        bar_subscribers(room, p->private_id);
    tell_gone(p, "kicked");
    publisher_leave(p);
    p->kicked = true;
    vr.host->hangup(p->handle, "Close PC");
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}

static void run_moderate(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    struct room *room = request_room(rq, "secret");
    struct publisher *p = room ? named_participant(rq, room) : NULL;
    const struct cardea_stream *s = p && p->published ? publisher_stream(p, 0, text(body, "mid")) : NULL;
    struct track *t;
    json_t *event;

    if (!p)
        return;
    if (!s) {
        vr.host->fail(rq, E_NO_FEED, "This participant publishes nothing with mid %s", text(body, "mid"));
        return;
    }
    t = publisher_track(p, s->mindex);
    t->moderated = json_is_true(json_object_get(body, "mute"));
    if (s->source)
        vr.host->mute(s->source, t->muted || t->moderated);
    event = event_room(room);
    json_object_set_new(event, "id", id_json(p->id));
    json_object_set_new(event, "mid", json_string(s->mid));
    json_object_set_new(event, "moderation", json_string(t->moderated ? "muted" : "unmuted"));
    tell_others(room, NULL, event);
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}

/* --- asynchronous verbs that both roles have
 * --------------------------------------------------------------------------- */

static void run_configure(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);
    struct publisher *p;

    if (seat->kind == SEAT_SUBSCRIBER)
        subscriber_request_configure(rq, seat->subscriber);
    else if ((p = seat_publisher(rq)))
        publisher_request_configure(rq, p);
}

static void run_leave(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);
    struct publisher *p;

    if (seat->kind == SEAT_SUBSCRIBER)
        subscriber_request_leave(rq, seat->subscriber);
    else if ((p = seat_publisher(rq)))
        publisher_request_leave(rq, p);
}

/* --- tables
 * ------------------------------------------------------------------------------------------------------------- */

#define ROOM                                                                                                           \
    {                                                                                                                  \
        "room", CARDEA_ID, CARDEA_REQUIRED                                                                             \
    }
#define SECRET                                                                                                         \
    {                                                                                                                  \
        "secret", CARDEA_STRING                                                                                        \
    }
static const struct cardea_param join_params[] = {ROOM, {"ptype", CARDEA_STRING, CARDEA_REQUIRED}, {0}};
static const struct cardea_param room_params[] = {ROOM, {0}};
static const struct cardea_param list_params[] = {{"admin_key", CARDEA_STRING}, {0}};
static const struct cardea_param destroy_params[] = {ROOM, {"permanent", CARDEA_BOOL}, {0}};
static const struct cardea_param allowed_params[] = {
    ROOM,
    {"action", CARDEA_STRING, CARDEA_REQUIRED},
    {"allowed", CARDEA_ARRAY, .element = CARDEA_STRING, .element_typed = true},
    {0}};
static const struct cardea_param kick_params[] = {ROOM, {"id", CARDEA_ID, CARDEA_REQUIRED}, {0}};
static const struct cardea_param moderate_params[] = {ROOM,
                                                      {"id", CARDEA_ID, CARDEA_REQUIRED},
                                                      {"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                      {"mute", CARDEA_BOOL, CARDEA_REQUIRED},
                                                      {0}};
static const struct cardea_param edit_params[] = {ROOM,
                                                  {"new_description", CARDEA_STRING},
                                                  {"new_secret", CARDEA_STRING},
                                                  {"new_pin", CARDEA_STRING},
                                                  {"new_is_private", CARDEA_BOOL},
                                                  {"new_require_pvtid", CARDEA_BOOL},
                                                  {"new_lock_record", CARDEA_BOOL},
                                                  {"new_bitrate", CARDEA_UINT},
                                                  {"new_fir_freq", CARDEA_UINT},
                                                  {"new_publishers", CARDEA_UINT},
                                                  {"new_rec_dir", CARDEA_STRING},
                                                  {"permanent", CARDEA_BOOL},
                                                  {0}};
static const struct cardea_param create_params[] = {
    {"room", CARDEA_ID},
    {"description", CARDEA_STRING},
    {"is_private", CARDEA_BOOL},
    {"allowed", CARDEA_ARRAY, .element = CARDEA_STRING, .element_typed = true},
    {"secret", CARDEA_STRING},
    {"pin", CARDEA_STRING},
    {"require_pvtid", CARDEA_BOOL},
    {"signed_tokens", CARDEA_BOOL},
    {"bitrate", CARDEA_UINT},
    {"bitrate_cap", CARDEA_BOOL},
    {"fir_freq", CARDEA_UINT},
    {"publishers", CARDEA_UINT},
    {"audiocodec", CARDEA_STRING, CARDEA_NONEMPTY},
    {"videocodec", CARDEA_STRING, CARDEA_NONEMPTY},
    {"vp9_profile", CARDEA_STRING},
    {"h264_profile", CARDEA_STRING},
    {"opus_fec", CARDEA_BOOL},
    {"opus_dtx", CARDEA_BOOL},
    {"audiolevel_ext", CARDEA_BOOL},
    {"audiolevel_event", CARDEA_BOOL},
    {"audio_active_packets", CARDEA_UINT},
    {"audio_level_average", CARDEA_UINT},
    {"videoorient_ext", CARDEA_BOOL},
    {"playoutdelay_ext", CARDEA_BOOL},
    {"transport_wide_cc_ext", CARDEA_BOOL},
    {"record", CARDEA_BOOL},
    {"rec_dir", CARDEA_STRING},
    {"lock_record", CARDEA_BOOL},
    {"permanent", CARDEA_BOOL},
    {"notify_joining", CARDEA_BOOL},
    {"require_e2ee", CARDEA_BOOL},
    {0}};

const struct cardea_verb videoroom_verbs[] = {
    {"create", CARDEA_SYNC, create_params, run_create},
    {"edit", CARDEA_SYNC, edit_params, run_edit},
    {"destroy", CARDEA_SYNC, destroy_params, run_destroy},
    {"list", CARDEA_SYNC, list_params, run_list},
    {"exists", CARDEA_SYNC, room_params, run_exists},
    {"allowed", CARDEA_SYNC, allowed_params, run_allowed},
    {"kick", CARDEA_SYNC, kick_params, run_kick},
    {"moderate", CARDEA_SYNC, moderate_params, run_moderate},
    {"listparticipants", CARDEA_SYNC, room_params, run_listparticipants},
    {"join", CARDEA_ASYNC, join_params, verb_join},
    {"joinandconfigure", CARDEA_ASYNC, join_params, verb_joinandconfigure},
    {"publish", CARDEA_ASYNC, NULL, verb_publish},
    {"configure", CARDEA_ASYNC, NULL, run_configure},
    {"unpublish", CARDEA_ASYNC, NULL, verb_unpublish},
    {"start", CARDEA_ASYNC, NULL, verb_start},
    {"pause", CARDEA_ASYNC, NULL, verb_pause},
    {"subscribe", CARDEA_ASYNC, NULL, verb_subscribe},
    {"unsubscribe", CARDEA_ASYNC, NULL, verb_unsubscribe},
    {"update", CARDEA_ASYNC, NULL, verb_update},
    {"switch", CARDEA_ASYNC, NULL, verb_switch},
    {"leave", CARDEA_ASYNC, NULL, run_leave},
    {0},
};
