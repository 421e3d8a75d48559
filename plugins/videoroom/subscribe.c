/* SPDX-License-Identifier: Apache-2.0 */
/* What a subscriber receives: join, subscribe, unsubscribe and update. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "verbs.h"

#define TOP_LAYER 2

static const struct cardea_param item_params[] = {{"feed", CARDEA_ID, CARDEA_REQUIRED},
                                                  {"mid", CARDEA_STRING},
                                                  {"crossrefid", CARDEA_STRING},
                                                  {"send", CARDEA_BOOL},
                                                  {"substream", CARDEA_UINT},
                                                  {"temporal", CARDEA_UINT},
                                                  {"fallback", CARDEA_UINT},
                                                  {"spatial_layer", CARDEA_UINT},
                                                  {"temporal_layer", CARDEA_UINT},
                                                  {"min_delay", CARDEA_INT},
                                                  {"max_delay", CARDEA_INT},
                                                  {"auto", CARDEA_BOOL},
                                                  {"priority", CARDEA_UINT, .max = 65535},
                                                  {0}};
static const struct cardea_param remove_item[] = {
    {"feed", CARDEA_ID}, {"mid", CARDEA_STRING}, {"sub_mid", CARDEA_STRING}, {0}};
static const struct cardea_param join_params[] = {
    {"private_id", CARDEA_UINT},
    {"use_msid", CARDEA_BOOL},
    {"autoupdate", CARDEA_BOOL},
    {"ends_with_feed", CARDEA_BOOL},
    {"streams", CARDEA_ARRAY, .element = CARDEA_OBJECT, .element_typed = true},
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
#define ITEMS .element = CARDEA_OBJECT, .element_typed = true
static const struct cardea_param subscribe_params[] = {
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, ITEMS}, {0}};
static const struct cardea_param unsubscribe_params[] = {
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = remove_item}, {0}};
static const struct cardea_param update_params[] = {
    {"subscribe", CARDEA_ARRAY, CARDEA_NONEMPTY, ITEMS},
    {"unsubscribe", CARDEA_ARRAY, CARDEA_NONEMPTY, .fields = remove_item},
    {0}};

/* --- choosing streams --------------------------------------------------------------------------------------------- */

static bool check_layers(struct cardea_request *rq, const json_t *item)
{
    static const char *const names[] = {"spatial_layer", "substream", "temporal_layer", "temporal"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (json_integer_value(json_object_get(item, names[i])) > TOP_LAYER) {
            vr.host->fail(rq, E_INVALID, "%s is at most %d", names[i], TOP_LAYER);
            return false;
        }
    return true;
}

static bool check_item(struct cardea_request *rq, const struct room *room, const json_t *item, bool *decided,
                       bool *e2ee)
{
    const struct publisher *p = room_participant(room, json_object_get(item, "feed"));
    const char *mid = member_text(item, "mid");

    if (!p || !p->published)
        vr.host->fail(rq, E_NO_FEED, "No such feed");
    else if (*decided && p->e2ee != *e2ee)
        vr.host->fail(rq, E_E2EE_MIX, "Encrypted and plain feeds cannot be mixed");
    else if (mid && !publisher_stream_of(p, mid))
        vr.host->fail(rq, E_NO_FEED, "Feed %s has no stream with mid %s", p->id, mid);
    else {
        *e2ee = *decided ? *e2ee : p->e2ee;
        *decided = true;
        return check_layers(rq, item);
    }
    return false;
}

bool subscriber_check_items(struct cardea_request *rq, const struct room *room, const struct cardea_param *params,
                            const json_t *list, bool *decided, bool *e2ee)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (!vr.host->check(rq, item, params) || !check_item(rq, room, item, decided, e2ee))
            return false;
    }
    return true;
}

static bool wanted_kind(const json_t *filter, enum cardea_kind kind)
{
    static const char *const names[] = {"", "offer_audio", "offer_video", "offer_data"};

    return member_flag(filter, names[kind], true);
}

/* Adds the streams that an item names. joining: disabled ones as well. filter: legacy offer_… switches, or NULL. */
static bool add_streams(struct subscriber *s, const json_t *item, bool joining, const json_t *filter)
{
    struct publisher *p = room_participant(s->room, json_object_get(item, "feed"));
    const char *mid = member_text(item, "mid");
    size_t n;
    const struct cardea_stream *stream = publisher_streams(p, &n);
    bool changed = false;

    for (size_t i = 0; i < n; i++)
        if ((!mid || !strcmp(mid, stream[i].mid)) && (joining || !stream[i].disabled) &&
            (!filter || wanted_kind(filter, stream[i].kind)))
            changed |= slots_add(s, p, &stream[i], item, !joining && mid);
    return changed;
}

static void clear_line(struct subscriber *s, struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);

    if (from)
        observe_unsubscribed(s, slot->feed->id, from->mid);
    slot_clear(s, slot);
}

/* true: it changes what is offered. */
static bool remove_streams(struct subscriber *s, const json_t *item)
{
    const char *sub_mid = member_text(item, "sub_mid");
    const json_t *feed = json_object_get(item, "feed");
    struct publisher *p;
    bool media = false;

    if (sub_mid) {
        struct slot *slot = slots_by_mid(s, sub_mid);

        if (slot)
            clear_line(s, slot);
        return slot != NULL;
    }
    p = feed ? room_participant(s->room, feed) : NULL;
    if (!p)
        return false;
    slots_drop_feed(s, p, member_text(item, "mid"), &media);
    observe_unsubscribed(s, p->id, member_text(item, "mid"));
    return media;
}

/* --- joining ------------------------------------------------------------------------------------------------------ */

uint32_t subscriber_private_id(const json_t *body)
{
    json_int_t n = json_integer_value(json_object_get(body, "private_id"));

    return n > 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

json_t *subscriber_attached(struct subscriber *s, const json_t *body, bool legacy)
{
    json_t *o =
        json_pack("{ss so so}", "videoroom", "attached", "room", id_json(s->room->id), "streams", slots_json(s));

    if (legacy) {
        const struct publisher *p = room_participant(s->room, json_object_get(body, "feed"));

        json_object_set_new(o, "id", id_json(p->id));
        who_json(p, o);
        json_object_set_new(o, "warning", json_string("deprecated_api"));
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

bool subscriber_check_private_id(struct cardea_request *rq, const struct room *room)
{
    uint32_t private_id = subscriber_private_id(vr.host->info(rq)->body);

    if ((!room->set.require_pvtid && !room->set.locked) || g_hash_table_contains(room->by_private, &private_id))
        return true;
    vr.host->fail(rq, E_UNAUTHORIZED, "This room wants the private_id of a participant");
    return false;
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
    if (!vr.host->check(rq, in->body, join_params) || !vr.host->check(rq, in->body, subscriber_sending))
        return;
    list = subscriber_list(rq, in->body, &legacy);
    if (!list || !subscriber_check_items(rq, room, item_params, list, &decided, &e2ee) ||
        !subscriber_check_private_id(rq, room))
        goto out;
    s = subscriber_new(seat, room);
    subscriber_read_sending(s, in->body);
    s->private_id = subscriber_private_id(in->body);
    s->use_msid = member_flag(in->body, "use_msid", false);
    s->autoupdate = member_flag(in->body, "autoupdate", true);
    s->ends_with_feed = member_flag(in->body, "ends_with_feed", false);
    s->e2ee = e2ee;
    json_array_foreach(list, i, item) add_streams(s, item, true, legacy ? in->body : NULL);
    if (!s->slots->len || subscriber_offer(s, rq, false)) {
        vr.host->fail(rq, E_SDP, "There is nothing to offer");
        subscriber_free(s);
        goto out;
    }
    subscriber_sits(s, seat);
    observe_subscriber(s, "subscribing", true);
    vr.host->reply(rq, subscriber_attached(s, in->body, legacy));
out:
    json_decref(list);
}

/* --- changing ----------------------------------------------------------------------------------------------------- */

static void change(struct cardea_request *rq, const struct cardea_param *params, const char *add, const char *drop)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = subscriber_begin(rq, true, E_NO_FEED);
    bool decided = true, e2ee = s && s->e2ee, changed = false;
    const json_t *adds, *drops, *item;
    size_t i;

    if (!s || !vr.host->check(rq, in->body, params)) /* answered: nothing of it is there any more */
        return;
    adds = add ? json_object_get(in->body, add) : NULL;
    drops = drop ? json_object_get(in->body, drop) : NULL;
    if (!adds && !drops) {
        vr.host->fail(rq, E_MISSING, "Say what to subscribe to or unsubscribe from");
        return;
    }
    if (!subscriber_check_items(rq, s->room, item_params, adds, &decided, &e2ee))
        return;
    json_array_foreach(drops, i, item) changed |= remove_streams(s, item);
    json_array_foreach(adds, i, item) changed |= add_streams(s, item, false, NULL);
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
