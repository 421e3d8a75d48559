/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms: their table, life, and what is told about them. */
#include <string.h>

#include "videoroom.h"

bool same_text(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned char differs = n != m;

    for (size_t i = 0; i < m; i++)
        differs |= (unsigned char)b[i] ^ (unsigned char)a[n ? i % n : 0];
    return !differs;
}

json_t *id_json(const char *id)
{
    return vr.string_ids ? json_string(id) : json_integer((json_int_t)g_ascii_strtoull(id, NULL, 10));
}

char *id_text(const json_t *id)
{
    if (json_is_string(id))
        return g_strdup(json_string_value(id));
    if (json_is_integer(id))
        return g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)json_integer_value(id));
    return NULL;
}

char *id_random(void)
{
    return vr.string_ids ? g_uuid_string_random() : g_strdup_printf("%" G_GUINT64_FORMAT, vr.host->random_id());
}

struct room *room_find(const char *id)
{
    return id ? g_hash_table_lookup(vr.rooms, id) : NULL;
}

struct room *room_create(const char *id, struct properties *set)
{
    struct room *room;

    if (id && room_find(id))
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
    room->subscribers = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(vr.rooms, room->id, room);
    return room;
}

static void room_free(struct room *room)
{
    g_hash_table_destroy(room->tokens);
    g_hash_table_destroy(room->participants);
    g_hash_table_destroy(room->subscribers);
    properties_clear(&room->set);
    g_free(room->id);
    g_free(room);
}

void room_destroy(struct room *room)
{
    GList *everybody = g_hash_table_get_values(room->participants);
    GList *watching = g_hash_table_get_keys(room->subscribers);

    g_hash_table_remove(vr.rooms, room->id);
    tell_others(room, NULL, json_pack("{ss so}", "videoroom", "destroyed", "room", id_json(room->id)));
    for (GList *l = watching; l; l = l->next)
        subscriber_leave(l->data);
    for (GList *l = everybody; l; l = l->next) {
        struct publisher *p = l->data;

        publisher_leave(p);
        vr.host->hangup(p->handle, "Close PC");
    }
    g_list_free(everybody);
    g_list_free(watching);
    room_free(room);
}

unsigned room_publishing(const struct room *room, const struct publisher *but)
{
    GHashTableIter it;
    gpointer value;
    unsigned n = 0;

    g_hash_table_iter_init(&it, room->participants);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct publisher *p = value;

        n += p != but && p->published;
    }
    return n;
}

static json_t *room_json(const struct room *r)
{
    const struct properties *s = &r->set;
    json_t *o = json_pack(
        "{so ss sb sb si si si sb sb sb sb ss ss sb sb si sb sb sb sb sb}", "room", id_json(r->id), "description",
        s->description, "pin_required", s->pin != NULL, "is_private", s->is_private, "max_publishers",
        (int)s->publishers, "bitrate", (int)s->bitrate, "fir_freq", (int)s->fir_freq, "require_pvtid", s->require_pvtid,
        "require_e2ee", s->require_e2ee, "dummy_publisher", 0, "notify_joining", s->notify_joining, "audiocodec",
        s->audiocodec, "videocodec", s->videocodec, "record", s->record, "lock_record", s->lock_record,
        "num_participants", (int)g_hash_table_size(r->participants), "audiolevel_ext", s->audiolevel_ext,
        "audiolevel_event", s->audiolevel_event, "videoorient_ext", s->videoorient_ext, "playoutdelay_ext",
        s->playoutdelay_ext, "transport_wide_cc_ext", s->transport_wide_cc_ext);

    if (s->bitrate_cap)
        json_object_set_new(o, "bitrate_cap", json_true());
    if (s->opus_fec)
        json_object_set_new(o, "opus_fec", json_true());
    if (s->opus_dtx)
        json_object_set_new(o, "opus_dtx", json_true());
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

static bool measures_talk(struct publisher *p, bool *talking)
{
    size_t n;
    const struct cardea_stream *s = vr.host->streams(p->handle, &n);
    bool measured = false;

    for (size_t i = 0; i < n; i++)
        if (s[i].kind == CARDEA_AUDIO && s[i].audiolevel_id && !s[i].disabled) {
            measured = true;
            *talking |= publisher_track(p, s[i].mindex)->talking;
        }
    return measured;
}

json_t *room_participants(const struct room *room)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, room->participants);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct publisher *p = value;
        json_t *o = who_json(p, json_pack("{so}", "id", id_json(p->id)));
        bool talking = false;

        json_object_set_new(o, "publisher", json_boolean(p->published));
        if (p->published && measures_talk(p, &talking))
            json_object_set_new(o, "talking", json_boolean(talking));
        json_array_append_new(list, o);
    }
    return list;
}
