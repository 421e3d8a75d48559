/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber: one receive-only PeerConnection. At most one offer is outstanding; changes that come meanwhile are
 * folded into one cumulative offer, made right after the answer.
 */
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
static const struct cardea_param configure_item[] = {{"mid", CARDEA_STRING},
                                                     {"send", CARDEA_BOOL},
                                                     {"substream", CARDEA_UINT, .max = 2},
                                                     {"temporal", CARDEA_UINT, .max = 2},
                                                     {"fallback", CARDEA_UINT},
                                                     {"spatial_layer", CARDEA_UINT, .max = 2},
                                                     {"temporal_layer", CARDEA_UINT, .max = 2},
                                                     {"min_delay", CARDEA_INT},
                                                     {"max_delay", CARDEA_INT},
                                                     {0}};
static const struct cardea_param configure_params[] = {{"streams", CARDEA_ARRAY, .fields = configure_item},
                                                       {"audio", CARDEA_BOOL},
                                                       {"video", CARDEA_BOOL},
                                                       {"data", CARDEA_BOOL},
                                                       {"restart", CARDEA_BOOL},
                                                       {"update", CARDEA_BOOL},
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

/* --- life --------------------------------------------------------------------------------------------------------- */

void subscriber_leave(struct subscriber *s)
{
    if (!s->room)
        return;
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        GHashTableIter it;
        gpointer p;

        slot_clear(s, slot);
        if (!slot->data_feeds)
            continue;
        g_hash_table_iter_init(&it, slot->data_feeds);
        while (g_hash_table_iter_next(&it, &p, NULL))
            g_hash_table_remove(((struct publisher *)p)->subscribers, s);
        g_hash_table_remove_all(slot->data_feeds);
    }
    g_hash_table_remove(s->room->subscribers, s);
    s->room = NULL;
}

void subscriber_free(struct subscriber *s)
{
    if (!s)
        return;
    subscriber_leave(s);
    g_ptr_array_free(s->slots, TRUE);
    g_free(s);
}

static void ask_keyframe(const struct slot *slot)
{
    const struct cardea_stream *from = slot->feed ? publisher_stream(slot->feed, slot->feed_mindex, NULL) : NULL;

    if (from && from->source && from->kind == CARDEA_VIDEO)
        vr.host->keyframe(from->source);
}

static void ask_keyframes(struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        ask_keyframe(s->slots->pdata[i]);
}

void subscriber_up(struct subscriber *s)
{
    ask_keyframes(s);
}

/* --- offers ---------------------------------------------------------------------------------------------------------
 */

static json_t *updated(const struct subscriber *s)
{
    return json_pack("{ss so}", "videoroom", "updated", "room", id_json(s->room->id));
}

/* Makes the offer for what is stale now. rq may be NULL: it then travels with the next notify(). */
static int make_offer(struct subscriber *s, struct cardea_request *rq, bool restart)
{
    char *title = g_strdup_printf("VideoRoom %s", s->room->id);
    const struct cardea_offer offer = {.title = title, .restart = restart, .e2ee = s->e2ee};
    int err;

    slots_place(s);
    err = vr.host->offer(s->handle, rq, &offer);
    g_free(title);
    if (err) {
        vr.host->log(CARDEA_LOG_ERROR, s->handle, "the offer could not be made (%d)", err);
        return err;
    }
    s->answered = false;
    s->pending = s->pending_restart = s->changed = false;
    return 0;
}

/* Sends an offer by itself, or owes it when one is unanswered. */
static void offer_unasked(struct subscriber *s)
{
    json_t *body;

    if (!s->answered) {
        s->pending = true;
        return;
    }
    if (make_offer(s, NULL, s->pending_restart))
        return;
    body = updated(s);
    json_object_set_new(body, "streams", slots_json(s));
    vr.host->notify(s->handle, body);
}

/* The three possible replies to a change (no change, owed, offer). */
static void reply_changed(struct cardea_request *rq, struct subscriber *s, bool changed)
{
    json_t *body = updated(s);

    if (!changed && !s->changed) {
        vr.host->reply(rq, body);
        return;
    }
    if (!s->answered) {
        s->pending = true;
        json_object_set_new(body, "videoroom", json_string("updating"));
        vr.host->reply(rq, body);
        return;
    }
    if (make_offer(s, rq, false)) {
        json_decref(body);
        vr.host->fail(rq, E_SDP, "No offer could be made");
        return;
    }
    json_object_set_new(body, "streams", slots_json(s));
    vr.host->reply(rq, body);
}

void subscriber_lost_feed(struct subscriber *s, struct publisher *p, bool offer)
{
    bool media = false;

    slots_drop_feed(s, p, NULL, &media);
    if (!media || !s->room)
        return;
    if (offer && s->autoupdate)
        offer_unasked(s);
    else
        s->changed = true;
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
    if (!s->slots->len || make_offer(s, rq, false)) {
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

/* --- requests
 * --------------------------------------------------------------------------------------------------------- */

/* The client's answer has been applied: which m-lines does it take? */
static void take_answer(struct subscriber *s)
{
    size_t n;
    const struct cardea_stream *stream = vr.host->streams(s->handle, &n);

    s->answered = true;
    for (size_t i = 0; i < n; i++)
        if (stream[i].mindex < s->slots->len)
            ((struct slot *)s->slots->pdata[stream[i].mindex])->ready = stream[i].ready;
    slots_connect(s);
}

/* What every request does first: a room, and an answer that came along. */
static struct subscriber *begin(struct cardea_request *rq, bool needs_room, int gone)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = seat_subscriber(rq);

    if (!s)
        return NULL;
    if (in->jsep_type && strcmp(in->jsep_type, "answer")) {
        vr.host->fail(rq, E_JSEP, "A subscriber sends answers, not offers");
        return NULL;
    }
    if (in->jsep_type)
        take_answer(s);
    if (!s->room && needs_room) {
        vr.host->fail(rq, gone, "The room has gone");
        return NULL;
    }
    return s;
}

static void after_answer(struct subscriber *s)
{
    if (s->answered && s->pending && s->room)
        offer_unasked(s);
}

static json_t *result(const struct subscriber *s, const char *key)
{
    json_t *o = s->room ? event_room(s->room) : json_pack("{ss}", "videoroom", "event");

    json_object_set_new(o, key, json_string("ok"));
    return o;
}

void verb_start(struct cardea_request *rq)
{
    struct subscriber *s = begin(rq, false, 0);

    if (!s)
        return;
    s->paused = false;
    slots_connect(s);
    ask_keyframes(s);
    vr.host->reply(rq, result(s, "started"));
    after_answer(s);
}

void verb_pause(struct cardea_request *rq)
{
    struct subscriber *s = begin(rq, false, 0);

    if (!s)
        return;
    s->paused = true;
    slots_connect(s);
    vr.host->reply(rq, result(s, "paused"));
    after_answer(s);
}

static void change(struct cardea_request *rq, const struct cardea_param *params, const char *add, const char *drop)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = begin(rq, true, E_NO_FEED);
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
    reply_changed(rq, s, changed);
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

/* --- configure
 * ---------------------------------------------------------------------------------------------------------- */

static bool check_configure(struct cardea_request *rq, struct subscriber *s, const json_t *body, const json_t *streams)
{
    size_t n = streams ? json_array_size(streams) : 1;

    for (size_t i = 0; i < n; i++) {
        const char *mid = text(streams ? json_array_get(streams, i) : body, "mid");

        if (!mid && n > 1) {
            vr.host->fail(rq, E_INVALID, "With more than one stream each needs a mid");
            return false;
        }
        if (mid && !slots_by_mid(s, mid)) {
            vr.host->fail(rq, E_NO_FEED, "No stream with mid %s", mid);
            return false;
        }
    }
    return true;
}

/* A layer asked for that is the current one is confirmed at once. */
static void confirm(struct subscriber *s, guint i, const json_t *item, const char *name, int *current)
{
    const json_t *v = json_object_get(item, name);
    char mid[12];
    json_t *body;

    if (!v || *current < 0 || json_integer_value(v) != *current || !s->room)
        return;
    g_snprintf(mid, sizeof(mid), "%u", i);
    body = event_room(s->room);
    json_object_set_new(body, "mid", json_string(mid));
    json_object_set_new(body, name, json_integer(*current));
    vr.host->notify(s->handle, body);
}

static void configure_slot(struct subscriber *s, guint i, const json_t *item)
{
    struct slot *slot = s->slots->pdata[i];
    const struct cardea_stream *from = slot->feed ? publisher_stream(slot->feed, slot->feed_mindex, NULL) : NULL;
    const json_t *send = json_object_get(item, "send");

    if (send) {
        slot->send = json_is_true(send);
        if (slot->send)
            ask_keyframe(slot);
    }
    slot_read_layers(slot, item);
    slot_connect(s, slot);
    if (from && from->simulcast) {
        confirm(s, i, item, "substream", &slot->substream);
        confirm(s, i, item, "temporal", &slot->temporal);
    } else if (from && from->svc) {
        confirm(s, i, item, "spatial_layer", &slot->spatial);
        confirm(s, i, item, "temporal_layer", &slot->temporal);
    }
}

static void configure_kinds(struct subscriber *s, const json_t *body)
{
    static const char *const names[] = {"", "audio", "video", "data"};

    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        const json_t *on = json_object_get(body, names[slot->kind]);

        if (!on)
            continue;
        slot->send = json_is_true(on);
        if (slot->send)
            ask_keyframe(slot);
        slot_connect(s, slot);
    }
}

void subscriber_request_configure(struct cardea_request *rq, struct subscriber *unused)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = begin(rq, true, E_NO_ROOM);
    const json_t *streams = json_object_get(in->body, "streams");
    bool restart = flag(in->body, "restart", false), offer = restart || flag(in->body, "update", false), mids = false;
    size_t n = streams ? json_array_size(streams) : 1;
    json_t *body;

    (void)unused;
    if (!s || !vr.host->check(rq, in->body, configure_params) || !vr.host->check(rq, in->body, configure_item) ||
        !check_configure(rq, s, in->body, streams))
        return;
    if (s->barred) {
        vr.host->fail(rq, E_UNAUTHORIZED, "The participant this subscription belongs to was kicked");
        return;
    }
    for (size_t k = 0; k < n; k++) {
        const json_t *item = streams ? json_array_get(streams, k) : in->body;
        const char *mid = text(item, "mid");

        mids |= mid != NULL;
        for (guint i = 0; i < s->slots->len; i++)
            if (!mid || slots_by_mid(s, mid) == s->slots->pdata[i])
                configure_slot(s, i, item);
    }
    if (!mids)
        configure_kinds(s, in->body);
    if (offer && !s->answered) {
        s->pending = true;
        s->pending_restart |= restart;
        body = updated(s);
        json_object_set_new(body, "videoroom", json_string("updating"));
        vr.host->reply(rq, body);
        return;
    }
    if (offer && make_offer(s, rq, restart)) {
        vr.host->fail(rq, E_SDP, "No offer could be made");
        return;
    }
    vr.host->reply(rq, result(s, "configured"));
    after_answer(s);
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
    ask_keyframe(slot);
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
    struct subscriber *s = begin(rq, true, E_NO_ROOM);
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
        offer_unasked(s);
    body = result(s, "switched");
    json_object_set_new(body, "changes", json_integer(changes));
    json_object_set_new(body, "streams", slots_json(s));
    vr.host->reply(rq, body);
}

void subscriber_request_leave(struct cardea_request *rq, struct subscriber *s)
{
    json_t *body = result(s, "left");

    subscriber_leave(s);
    vr.host->reply(rq, body);
    vr.host->hangup(s->handle, "Close PC");
}
