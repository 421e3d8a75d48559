/* SPDX-License-Identifier: Apache-2.0 */
/* What a subscriber receives: join, subscribe, unsubscribe, update and switch. */
#include <string.h>

#include "videoroom.h"

static const struct cardea_param add_item[] = {{"feed", CARDEA_ID, CARDEA_REQUIRED},
                                               {"mid", CARDEA_STRING},
                                               {"crossrefid", CARDEA_STRING},
                                               {"send", CARDEA_BOOL},
                                               {"substream", CARDEA_UINT, .max = 2},
                                               {"temporal", CARDEA_UINT, .max = 2},
                                               {"fallback", CARDEA_UINT},
                                               {"spatial_layer", CARDEA_UINT, .max = 2},
                                               {"temporal_layer", CARDEA_UINT, .max = 2},
                                               {"min_delay", CARDEA_INT},
                                               {"max_delay", CARDEA_INT},
                                               {0}};
static const struct cardea_param remove_item[] = {
    {"feed", CARDEA_ID}, {"mid", CARDEA_STRING}, {"sub_mid", CARDEA_STRING}, {0}};
static const struct cardea_param join_params[] = {{"private_id", CARDEA_UINT},
                                                  {"use_msid", CARDEA_BOOL},
                                                  {"autoupdate", CARDEA_BOOL},
                                                  {"streams", CARDEA_ARRAY, .fields = add_item},
                                                  {"feed", CARDEA_ID},
                                                  {"offer_audio", CARDEA_BOOL},
                                                  {"offer_video", CARDEA_BOOL},
                                                  {"offer_data", CARDEA_BOOL},
                                                  {"audio", CARDEA_BOOL},
                                                  {"video", CARDEA_BOOL},
                                                  {"data", CARDEA_BOOL},
                                                  {"substream", CARDEA_UINT},
                                                  {"temporal", CARDEA_UINT},
                                                  {"fallback", CARDEA_UINT},
                                                  {"spatial_layer", CARDEA_UINT},
                                                  {"temporal_layer", CARDEA_UINT},
                                                  {0}};
static const struct cardea_param subscribe_params[] = {
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = add_item}, {0}};
static const struct cardea_param unsubscribe_params[] = {
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = remove_item}, {0}};
static const struct cardea_param update_params[] = {
    {"subscribe", CARDEA_ARRAY, CARDEA_NONEMPTY, .fields = add_item},
    {"unsubscribe", CARDEA_ARRAY, CARDEA_NONEMPTY, .fields = remove_item},
    {0}};
static const struct cardea_param switch_item[] = {{"feed", CARDEA_ID, CARDEA_REQUIRED},
                                                  {"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                  {"sub_mid", CARDEA_STRING},
                                                  {"substream", CARDEA_UINT, .max = 2},
                                                  {"temporal", CARDEA_UINT, .max = 2},
                                                  {"spatial_layer", CARDEA_UINT, .max = 2},
                                                  {"temporal_layer", CARDEA_UINT, .max = 2},
                                                  {0}};
static const struct cardea_param switch_params[] = {
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = switch_item}, {0}};

static const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static bool flag(const json_t *body, const char *name, bool fallback)
{
    const json_t *v = json_object_get(body, name);

    return v ? json_is_true(v) : fallback;
}

/* --- choosing streams
 * ------------------------------------------------------------------------------------------------- */

/* Checks one item against the room. `*decided` is set once the first item has decided whether all is encrypted. */
static bool check_item(struct cardea_request *rq, struct room *room, const json_t *item, bool *decided, bool *e2ee)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = id ? g_hash_table_lookup(room->participants, id) : NULL;
    const char *mid = text(item, "mid");
    bool fine = false;

    if (!p || !p->published)
        vr.host->fail(rq, E_NO_FEED, "No such feed: %s", id ? id : "?");
    else if (*decided && p->e2ee != *e2ee)
        vr.host->fail(rq, E_E2EE_MIX, "Encrypted and plain feeds cannot be mixed");
    else if (mid && !publisher_stream(p, 0, mid))
        vr.host->fail(rq, E_NO_FEED, "Feed %s has no stream with mid %s", id, mid);
    else
        fine = true;
    if (fine && !*decided) {
        *decided = true;
        *e2ee = p->e2ee;
    }
    g_free(id);
    return fine;
}

static bool check_list(struct cardea_request *rq, struct room *room, const json_t *list, bool *decided, bool *e2ee)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item) if (!check_item(rq, room, item, decided, e2ee)) return false;
    return true;
}

static bool wanted_kind(const json_t *filter, enum cardea_kind kind)
{
    static const char *const names[] = {"", "offer_audio", "offer_video", "offer_data"};

    return flag(filter, names[kind], true);
}

/* Adds the streams that an item names. filter: legacy offer_… switches, or NULL. */
static bool add_item_streams(struct subscriber *s, const json_t *item, bool with_disabled, const json_t *filter)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = g_hash_table_lookup(s->room->participants, id);
    const char *mid = text(item, "mid");
    size_t n;
    const struct cardea_stream *stream = vr.host->streams(p->handle, &n);
    bool changed = false;

    for (size_t i = 0; i < n; i++)
        if ((!mid || !strcmp(mid, stream[i].mid)) && (with_disabled || !stream[i].disabled) &&
            (!filter || wanted_kind(filter, stream[i].kind)) && s->slots->len < 255)
            changed |= slots_add(s, p, &stream[i], item);
    g_free(id);
    return changed;
}

static bool remove_item_streams(struct subscriber *s, const json_t *item)
{
    const char *sub_mid = text(item, "sub_mid");
    char *id;
    struct publisher *p;
    bool media = false;

    if (sub_mid) {
        struct slot *slot = slots_by_mid(s, sub_mid);

        if (slot)
            slot_clear(s, slot);
        return slot != NULL;
    }
    id = id_text(json_object_get(item, "feed"));
    p = id ? g_hash_table_lookup(s->room->participants, id) : NULL;
    if (p)
        slots_drop_feed(s, p, text(item, "mid"), &media);
    g_free(id);
    return media;
}

/* --- joining --------------------------------------------------------------------------------------------------------
 */

static bool private_id_known(const struct room *room, uint32_t private_id)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, room->participants);
    while (g_hash_table_iter_next(&it, NULL, &value))
        if (((struct publisher *)value)->private_id == private_id)
            return true;
    return false;
}

static json_t *attached_json(struct subscriber *s, const json_t *body, bool legacy)
{
    json_t *o =
        json_pack("{ss so so}", "videoroom", "attached", "room", id_json(s->room->id), "streams", slots_json(s));

    if (legacy) {
        char *id = id_text(json_object_get(body, "feed"));
        const struct publisher *p = g_hash_table_lookup(s->room->participants, id);

        json_object_set_new(o, "id", id_json(id));
        who_json(p, o);
        json_object_set_new(o, "warning", json_string("deprecated_api"));
        g_free(id);
    }
    return o;
}

/* The list of what to subscribe to: `streams`, or the legacy `feed` as its only item. New reference; NULL: failed. */
static json_t *join_list(struct cardea_request *rq, const json_t *body, bool *legacy)
{
    json_t *streams = json_object_get(body, "streams"), *feed = json_object_get(body, "feed");

    *legacy = !streams && feed;
    if (*legacy)
        return json_pack("[{sO}]", "feed", feed);
    if (streams && json_array_size(streams))
        return json_incref(streams);
    vr.host->fail(rq, streams ? E_INVALID : E_MISSING, "Say which streams to subscribe to");
    return NULL;
}

void subscriber_join(struct cardea_request *rq, struct seat *seat, struct room *room)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    bool legacy, e2ee = room->set.require_e2ee, decided = e2ee;
    uint32_t private_id = (uint32_t)json_integer_value(json_object_get(in->body, "private_id"));
    struct subscriber *s = NULL;
    json_t *list, *item;
    size_t i;

    if (in->jsep_type) {
        vr.host->fail(rq, E_UNKNOWN, "A subscriber is offered to: join without a session description");
        return;
    }
    if (!vr.host->check(rq, in->body, join_params))
        return;
    list = join_list(rq, in->body, &legacy);
    if (!list || !check_list(rq, room, list, &decided, &e2ee))
        goto out;
    if (room->set.require_pvtid && !private_id_known(room, private_id)) {
        vr.host->fail(rq, E_UNAUTHORIZED, "This room wants the private_id of a participant");
        goto out;
    }
    s = g_new0(struct subscriber, 1);
    s->handle = seat->handle;
    s->room = room;
    s->private_id = private_id;
    s->use_msid = flag(in->body, "use_msid", false);
    s->autoupdate = flag(in->body, "autoupdate", true);
    s->e2ee = e2ee;
    s->slots = g_ptr_array_new_with_free_func((GDestroyNotify)slot_free);
    vr.host->group(seat->handle, g_str_hash(room->id));
    json_array_foreach(list, i, item) add_item_streams(s, item, true, legacy ? in->body : NULL);
    s->answered = true;
    if (!s->slots->len || subscriber_offer(s, rq, false)) {
        vr.host->fail(rq, E_SDP, "There is nothing to offer");
        subscriber_free(s);
        goto out;
    }
    g_hash_table_add(room->subscribers, s);
    seat->kind = SEAT_SUBSCRIBER;
    seat->subscriber = s;
    vr.host->reply(rq, attached_json(s, in->body, legacy));
out:
    json_decref(list);
}

/* --- changing -------------------------------------------------------------------------------------------------- */

static void change(struct cardea_request *rq, const struct cardea_param *params, const char *add, const char *drop)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = subscriber_begin(rq, true, E_NO_FEED);
    const json_t *adds = add ? json_object_get(in->body, add) : NULL;
    const json_t *drops = drop ? json_object_get(in->body, drop) : NULL;
    bool decided = true, e2ee = s && s->e2ee, changed = false;
    const json_t *item;
    size_t i;

    if (!s || !vr.host->check(rq, in->body, params))
        return;
    if (!adds && !drops) {
        vr.host->fail(rq, E_MISSING, "Say what to subscribe to or unsubscribe from");
        return;
    }
    if (!check_list(rq, s->room, adds, &decided, &e2ee))
        return;
    json_array_foreach(drops, i, item) changed |= remove_item_streams(s, item);
    json_array_foreach(adds, i, item) changed |= add_item_streams(s, item, false, NULL);
    subscriber_reply_changed(rq, s, changed);
}

void verb_subscribe(struct cardea_request *rq)
{
    change(rq, subscribe_params, "streams", NULL);
}

void verb_unsubscribe(struct cardea_request *rq)
{
    change(rq, unsubscribe_params, NULL, "streams");
}

void verb_update(struct cardea_request *rq)
{
    change(rq, update_params, "subscribe", "unsubscribe");
}

/* --- switch
 * -------------------------------------------------------------------------------------------------------------- */

static bool fits(const struct slot *slot, const struct cardea_stream *stream, const struct publisher *p)
{
    return slot->kind == stream->kind && stream->codec && !g_strcmp0(slot->codec, stream->codec) &&
           !(slot->feed == p && slot->feed_mindex == stream->mindex);
}

static bool switch_slot(struct subscriber *s, struct slot *slot, const json_t *item, bool *woke)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = g_hash_table_lookup(s->room->participants, id), *old = slot->feed;
    const struct cardea_stream *stream = publisher_stream(p, 0, text(item, "mid"));
    bool fine = fits(slot, stream, p);

    g_free(id);
    if (!fine)
        return false;
    *woke |= !old;
    slot->stale = slot->stale || !old;
    if (old) {
        slot->feed = NULL;
        if (old != p)
            slots_drop_feed(s, old, "", &fine); /* only to forget it when nothing else comes from it */
    }
    slot_fill(s, slot, p, stream);
    slot_read_layers(slot, item);
    slot_connect(s, slot);
    slot_keyframe(slot);
    return true;
}

static struct slot *switch_target(struct subscriber *s, const json_t *item)
{
    const char *sub_mid = text(item, "sub_mid");

    return sub_mid ? slots_by_mid(s, sub_mid) : NULL;
}

void verb_switch(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = subscriber_begin(rq, true, E_NO_ROOM);
    const json_t *streams = json_object_get(in->body, "streams"), *item;
    bool decided = true, e2ee = s && s->e2ee, woke = false;
    int changes = 0;
    json_t *body;
    size_t i;

    if (!s)
        return;
    if (!streams || (json_is_array(streams) && !json_array_size(streams))) {
        vr.host->fail(rq, json_object_get(in->body, "feed") ? E_INVALID : E_MISSING, "Say which streams to switch to");
        return;
    }
    if (!vr.host->check(rq, in->body, switch_params) || !check_list(rq, s->room, streams, &decided, &e2ee))
        return;
    json_array_foreach(streams, i, item)
    {
        struct slot *slot = switch_target(s, item);

        changes += slot && switch_slot(s, slot, item, &woke);
    }
    if (woke)
        subscriber_offer_unasked(s);
    body = subscriber_result(s, "switched");
    json_object_set_new(body, "changes", json_integer(changes));
    json_object_set_new(body, "streams", slots_json(s));
    vr.host->reply(rq, body);
}
