/* SPDX-License-Identifier: Apache-2.0 */
/* switch: another source for m-lines that are there, without a negotiation. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"
#include "verbs.h"

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

static bool fits(const struct slot *slot, const struct cardea_stream *stream, const struct publisher *p)
{
    return slot->kind == stream->kind && stream->codec && !g_strcmp0(slot->codec, stream->codec) &&
           !(slot->feed == p && slot->feed_mindex == stream->mindex);
}

static bool switch_slot(struct subscriber *s, struct slot *slot, const json_t *item, bool *woke)
{
    char *id = id_text(json_object_get(item, "feed"));
    struct publisher *p = g_hash_table_lookup(s->room->participants, id), *old = slot->feed;
    const struct cardea_stream *stream = publisher_stream_of(p, member_text(item, "mid"));
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
    const char *sub_mid = member_text(item, "sub_mid");

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
    if (!vr.host->check(rq, in->body, switch_params) || !subscriber_check_items(rq, s->room, streams, &decided, &e2ee))
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
