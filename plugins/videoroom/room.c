/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"

#include <string.h>

#include "dummy.h"
#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "subscriber.h"

struct room *room_find(const char *id)
{
    return id && vr.rooms ? g_hash_table_lookup(vr.rooms, id) : NULL;
}

bool room_is_limit(void)
{
    return g_hash_table_size(vr.rooms) >= vr.max_rooms;
}

struct room *room_create(const char *id, struct properties *set)
{
    struct room *room;

    if ((id && room_find(id)) || room_is_limit())
        return NULL;
    room = g_new0(struct room, 1);
    do {
        g_free(room->id);
        room->id = id ? g_strdup(id) : id_random();
    } while (room_find(room->id));
    room->set = *set;
    memset(set, 0, sizeof(*set));
    if (!room->set.description || !*room->set.description) {
        g_free(room->set.description);
        room->set.description = g_strdup_printf("Room %s", room->id);
    }
    room->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    room->participants = g_hash_table_new(g_str_hash, g_str_equal);
    room->by_private = g_hash_table_new(g_int_hash, g_int_equal);
    room->subscribers = g_hash_table_new(NULL, NULL);
    room->group = vr.host->random_id();
    if (room->set.expected_participants)
        vr.host->expect(room->group, room->set.expected_participants);
    g_hash_table_insert(vr.rooms, room->id, room);
    dummy_add(room);
    return room;
}

static void room_free(struct room *room)
{
    vr.host->refund(room->charge);
    g_hash_table_destroy(room->tokens);
    g_hash_table_destroy(room->participants);
    g_hash_table_destroy(room->by_private);
    g_hash_table_destroy(room->subscribers);
    properties_clear(&room->set);
    g_free(room->id);
    g_free(room);
}

void room_destroy(struct room *room)
{
    GList *watching = g_hash_table_get_keys(room->subscribers);

    g_hash_table_remove(vr.rooms, room->id);
    room_tell(room, NULL, json_pack("{ss so}", "videoroom", "destroyed", "room", id_json(room->id)));
    for (GList *l = watching; l; l = l->next)
        subscriber_leave(l->data);
    g_list_free(watching);
    while (room->present.head) {
        struct publisher *p = room->present.head->data;

        publisher_leave(p);
        if (p->handle)
            vr.host->hangup(p->handle, "Close PC");
        else
            publisher_free(p);
    }
    if (room->set.expected_participants)
        vr.host->expect(room->group, 0);
    room_free(room);
}

struct publisher *room_participant(const struct room *room, const json_t *id)
{
    char *text = id_text(id);
    struct publisher *p = text ? g_hash_table_lookup(room->participants, text) : NULL;

    g_free(text);
    return p;
}

void room_tell(struct room *room, const struct publisher *but, json_t *body)
{
    struct cardea_handle **to = g_new(struct cardea_handle *, room->present.length + 1);
    size_t n = 0;

    for (GList *l = room->present.head; l; l = l->next) {
        const struct publisher *p = l->data;

        if (p != but && p->handle)
            to[n++] = p->handle;
    }
    vr.host->notify_all(to, n, body);
    g_free(to);
}

/* --- who may join ------------------------------------------------------------------------------------------------- */

bool room_allow(struct room *room, const json_t *tokens)
{
    const json_t *token;
    size_t i;

    json_array_foreach(tokens, i, token)
    {
        const char *text = json_string_value(token);

        if (g_hash_table_size(room->tokens) >= ROOM_TOKENS_MOST && !g_hash_table_contains(room->tokens, text))
            return false;
        g_hash_table_add(room->tokens, g_strdup(text));
    }
    return true;
}

json_t *room_tokens(const struct room *room)
{
    json_t *all = json_array();
    GHashTableIter it;
    gpointer key;

    g_hash_table_iter_init(&it, room->tokens);
    while (g_hash_table_iter_next(&it, &key, NULL))
        json_array_append_new(all, json_string(key));
    return all;
}

/* --- what is told about it ---------------------------------------------------------------------------------------- */

static void set_true(json_t *o, const char *name, bool on)
{
    if (on)
        json_object_set_new(o, name, json_true());
}

static json_t *room_json(const struct room *r)
{
    const struct properties *s = &r->set;
    json_t *o = json_pack(
        "{so ss sb sb si si si sb sb sb sb ss ss sb sb si sb sb sb sb sb}", "room", id_json(r->id), "description",
        s->description, "pin_required", s->pin != NULL, "is_private", s->is_private, "max_publishers",
        (int)s->publishers, "bitrate", (int)s->bitrate, "fir_freq", (int)s->fir_freq, "require_pvtid", s->require_pvtid,
        "require_e2ee", s->require_e2ee, "dummy_publisher", s->dummy_publisher, "notify_joining", s->notify_joining,
        "audiocodec", s->audiocodec, "videocodec", s->videocodec, "record", s->record, "lock_record", s->lock_record,
        "num_participants", (int)r->present.length, "audiolevel_ext", s->audiolevel_ext, "audiolevel_event",
        s->audiolevel_event, "videoorient_ext", s->videoorient_ext, "playoutdelay_ext", s->playoutdelay_ext,
        "transport_wide_cc_ext", s->transport_wide_cc_ext);

    set_true(o, "bitrate_cap", s->bitrate_cap);
    set_true(o, "locked", s->locked);
    set_true(o, "auto", s->automatic);
    set_true(o, "dynacast", s->dynacast);
    if (s->loudest)
        json_object_set_new(o, "loudest", json_integer(s->loudest));
    set_true(o, "opus_fec", s->opus_fec);
    set_true(o, "opus_dtx", s->opus_dtx);
    if (s->rec_dir)
        json_object_set_new(o, "rec_dir", json_string(s->rec_dir));
    if (s->audiolevel_event) {
        json_object_set_new(o, "audio_active_packets", json_integer(s->audio_active_packets));
        json_object_set_new(o, "audio_level_average", json_integer(s->audio_level_average));
    }
    return o;
}

json_t *room_list(bool with_private)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, vr.rooms);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct room *room = value;

        if (with_private || !room->set.is_private)
            json_array_append_new(list, room_json(room));
    }
    return list;
}

json_t *room_participants(const struct room *room)
{
    json_t *list = json_array();

    for (GList *l = room->present.head; l; l = l->next) {
        struct publisher *p = l->data;
        json_t *o = who_json(p, json_pack("{so}", "id", id_json(p->id)));
        bool talking;

        set_true(o, "dummy", p->origin == FROM_DUMMY);
        set_true(o, "remote", p->origin == FROM_REMOTE);
        set_true(o, "recording", p->record && p->published && p->handle);
        json_object_set_new(o, "publisher", json_boolean(p->published));
        if (p->published && publisher_measures_talk(p, &talking))
            json_object_set_new(o, "talking", json_boolean(talking));
        json_array_append_new(list, o);
    }
    return list;
}
