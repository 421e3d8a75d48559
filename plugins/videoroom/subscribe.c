/* SPDX-License-Identifier: Apache-2.0 */
/* What a subscriber receives: join, subscribe, unsubscribe and update. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "verbs.h"

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

/* --- choosing streams --- */

/* Checks one item against the room. `*decided` is set once the first item has decided whether all is encrypted. */
static bool check_item(struct cardea_request *rq, const struct room *room, const json_t *item, bool *decided,
                       bool *e2ee)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = id ? g_hash_table_lookup(room->participants, id) : NULL;
    const char *mid = member_text(item, "mid");
    bool fine = false;

    if (!p || !p->published)
        vr.host->fail(rq, E_NO_FEED, "No such feed: %s", id ? id : "?");
    else if (*decided && p->e2ee != *e2ee)
        vr.host->fail(rq, E_E2EE_MIX, "Encrypted and plain feeds cannot be mixed");
    else if (mid && !publisher_stream_of(p, mid))
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

bool subscriber_check_items(struct cardea_request *rq, const struct room *room, const json_t *list, bool *decided,
                            bool *e2ee)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item) if (!check_item(rq, room, item, decided, e2ee)) return false;
    return true;
}

static bool wanted_kind(const json_t *filter, enum cardea_kind kind)
{
    static const char *const names[] = {"", "offer_audio", "offer_video", "offer_data"};

    return member_flag(filter, names[kind], true);
}

/* Adds the streams that an item names. filter: legacy offer_… switches, or NULL. */
static bool add_item_streams(struct subscriber *s, const json_t *item, bool with_disabled, const json_t *filter)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = g_hash_table_lookup(s->room->participants, id);
    const char *mid = member_text(item, "mid");
    size_t n;
    const struct cardea_stream *stream = publisher_streams(p, &n);
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
    const char *sub_mid = member_text(item, "sub_mid");
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
        slots_drop_feed(s, p, member_text(item, "mid"), &media);
    g_free(id);
    return media;
}

/* --- joining --- */

uint32_t subscriber_private_id(const json_t *body)
{
    json_int_t n = json_integer_value(json_object_get(body, "private_id"));

    return n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

bool subscriber_check_private_id(struct cardea_request *rq, const struct room *room)
{
    uint32_t private_id = subscriber_private_id(vr.host->info(rq)->body);

    if (!room->set.require_pvtid || g_hash_table_contains(room->by_private, &private_id))
        return true;
    vr.host->fail(rq, E_UNAUTHORIZED, "This room wants the private_id of a participant");
    return false;
}

json_t *subscriber_attached(struct subscriber *s, const json_t *body, bool legacy)
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

json_t *subscriber_list(struct cardea_request *rq, const json_t *body, bool *legacy)
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
    struct subscriber *s = NULL;
    json_t *list, *item;
    size_t i;

    if (in->jsep_type) {
        vr.host->fail(rq, E_UNKNOWN, "A subscriber is offered to: join without a session description");
        return;
    }
    if (!vr.host->check(rq, in->body, join_params))
        return;
    list = subscriber_list(rq, in->body, &legacy);
    if (!list || !subscriber_check_items(rq, room, list, &decided, &e2ee))
        goto out;
    if (!subscriber_check_private_id(rq, room))
        goto out;
    s = subscriber_new(seat, room);
    s->private_id = subscriber_private_id(in->body);
    s->use_msid = member_flag(in->body, "use_msid", false);
    s->autoupdate = member_flag(in->body, "autoupdate", true);
    s->e2ee = e2ee;
    json_array_foreach(list, i, item) add_item_streams(s, item, true, legacy ? in->body : NULL);
    if (!s->slots->len || subscriber_offer(s, rq, false)) {
        vr.host->fail(rq, E_SDP, "There is nothing to offer");
        subscriber_free(s);
        goto out;
    }
    subscriber_sits(s, seat);
    vr.host->reply(rq, subscriber_attached(s, in->body, legacy));
out:
    json_decref(list);
}

/* --- changing --- */

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
    if (!subscriber_check_items(rq, s->room, adds, &decided, &e2ee))
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
