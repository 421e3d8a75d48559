/* SPDX-License-Identifier: Apache-2.0 */
/* switch: another source for m-lines that are there, without a negotiation. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"
#include "verbs.h"

static const struct cardea_param item_params[] = {{"feed", CARDEA_ID, CARDEA_REQUIRED},
                                                  {"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                  {"sub_mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                  {"substream", CARDEA_UINT},
                                                  {"temporal", CARDEA_UINT},
                                                  {"spatial_layer", CARDEA_UINT},
                                                  {"temporal_layer", CARDEA_UINT},
                                                  {0}};
static const struct cardea_param params[] = {
    {"streams", CARDEA_ARRAY, .element = CARDEA_OBJECT, .element_typed = true}, {"feed", CARDEA_ID}, {0}};

static bool fits(const struct slot *slot, const struct cardea_stream *stream, const struct publisher *p)
{
    return slot->kind == stream->kind && stream->codec && !g_strcmp0(slot->codec, stream->codec) &&
           !(slot->feed == p && slot->feed_mindex == stream->mindex);
}

/* item NULL: layers as the room has them. *woke is set when the m-line was inactive: it has to be offered. */
static bool switch_slot(struct subscriber *s, struct slot *slot, const json_t *item, struct publisher *p,
                        const struct cardea_stream *stream, bool *woke)
{
    if (!fits(slot, stream, p))
        return false;
    if (!slot->feed)
        *woke = slot->stale = true;
    slot_fill(s, slot, p, stream);
    slot_read_layers(slot, item, SLOT_ALL_LAYERS);
    slot_connect(s, slot);
    slot_keyframe(slot);
    return true;
}

static unsigned switch_list(struct subscriber *s, const json_t *streams, bool *woke)
{
    const json_t *item;
    unsigned changes = 0;
    size_t i;

    json_array_foreach(streams, i, item)
    {
        struct publisher *p = room_participant(s->room, json_object_get(item, "feed"));
        struct slot *slot = slots_by_mid(s, member_text(item, "sub_mid"));

        changes += slot && switch_slot(s, slot, item, p, publisher_stream_of(p, member_text(item, "mid")), woke);
    }
    return changes;
}

/* The next active m-line, from `at` on, that this stream fits into; NULL: none. */
static struct slot *next_fit(struct subscriber *s, const struct publisher *p, const struct cardea_stream *stream,
                             const bool *taken)
{
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];

        if (!taken[i] && slot->feed && fits(slot, stream, p))
            return slot;
    }
    return NULL;
}

/* Legacy: all m-lines go to one feed, each to the first of its streams that fits and is not used yet. */
static unsigned switch_all(struct subscriber *s, struct publisher *p, bool *woke)
{
    bool *taken = g_new0(bool, s->slots->len + 1);
    unsigned changes = 0;
    size_t n;
    const struct cardea_stream *stream = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++) {
        struct slot *slot = stream[i].disabled ? NULL : next_fit(s, p, &stream[i], taken);

        if (!slot || !switch_slot(s, slot, NULL, p, &stream[i], woke))
            continue;
        taken[slot->mindex] = true;
        changes++;
    }
    g_free(taken);
    return changes;
}

static void reply(struct cardea_request *rq, struct subscriber *s, unsigned changes, bool woke)
{
    json_t *body;

    if (woke)
        subscriber_offer_unasked(s, rq);
    observe_subscriber(s, "switched", false);
    body = subscriber_result(s, "switched");
    json_object_set_new(body, "changes", json_integer(changes));
    json_object_set_new(body, "streams", slots_json(s));
    vr.host->reply(rq, body);
}

void verb_switch(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = subscriber_begin(rq, true, E_NO_ROOM);
    bool decided = true, e2ee = s && s->e2ee, woke = false, legacy;
    const json_t *streams;
    unsigned changes;
    json_t *list, *feed;

    if (!s || !vr.host->check(rq, in->body, params)) /* answered: nothing of it is there any more */
        return;
    streams = json_object_get(in->body, "streams");
    feed = json_object_get(in->body, "feed");
    legacy = !json_array_size(streams);
    if (legacy && !feed) {
        vr.host->fail(rq, E_MISSING, "Say which streams to switch to");
        return;
    }
    list = legacy ? json_pack("[{sO}]", "feed", feed) : NULL;
    if (subscriber_check_items(rq, s->room, legacy ? params + 1 : item_params, legacy ? list : streams, &decided,
                               &e2ee)) {
        changes = legacy ? switch_all(s, room_participant(s->room, feed), &woke) : switch_list(s, streams, &woke);
        reply(rq, s, changes, woke);
    }
    json_decref(list);
}
