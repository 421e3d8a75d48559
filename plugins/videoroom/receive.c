/* SPDX-License-Identifier: Apache-2.0 */
/* How a subscriber receives it: configure. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "slot.h"

static const struct cardea_param configure_item[] = {{"mid", CARDEA_STRING},
                                                     {"send", CARDEA_BOOL},
                                                     {"substream", CARDEA_UINT, .max = 2},
                                                     {"temporal", CARDEA_UINT, .max = 2},
                                                     {"fallback", CARDEA_UINT},
                                                     {"spatial_layer", CARDEA_UINT, .max = 2},
                                                     {"temporal_layer", CARDEA_UINT, .max = 2},
                                                     {"min_delay", CARDEA_INT},
                                                     {"max_delay", CARDEA_INT},
                                                     {"auto", CARDEA_BOOL},
                                                     {"priority", CARDEA_UINT, .max = 65535},
                                                     {0}};
static const struct cardea_param configure_params[] = {{"streams", CARDEA_ARRAY, .fields = configure_item},
                                                       {"audio", CARDEA_BOOL},
                                                       {"video", CARDEA_BOOL},
                                                       {"data", CARDEA_BOOL},
                                                       {"restart", CARDEA_BOOL},
                                                       {"update", CARDEA_BOOL},
                                                       {0}};

/* --- configure ---------------------------------------------------------------------------------------------------- */

static bool check_configure(struct cardea_request *rq, struct subscriber *s, const json_t *body, const json_t *streams)
{
    size_t n = streams ? json_array_size(streams) : 1;

    for (size_t i = 0; i < n; i++) {
        const char *mid = member_text(streams ? json_array_get(streams, i) : body, "mid");

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
static void confirm(struct subscriber *s, const struct slot *slot, const json_t *item, const char *name, int current)
{
    const json_t *v = json_object_get(item, name);

    if (v && current >= 0 && json_integer_value(v) == current)
        slot_tell_layer(s, slot, name, current);
}

static void configure_slot(struct subscriber *s, struct slot *slot, const json_t *item)
{
    const struct cardea_stream *from = slot_source(slot);
    const json_t *send = json_object_get(item, "send");

    if (send) {
        slot->send = json_is_true(send);
        if (slot->send)
            slot_keyframe(slot);
    }
    slot_read_layers(slot, item, json_object_get(item, "mid") ? SLOT_ALL_LAYERS : SLOT_LAYERS_IT_HAS);
    slot_connect(s, slot);
    if (from && from->simulcast) {
        confirm(s, slot, item, "substream", slot->substream);
        confirm(s, slot, item, "temporal", slot->temporal);
    } else if (from && from->svc) {
        confirm(s, slot, item, "spatial_layer", slot->spatial);
        confirm(s, slot, item, "temporal_layer", slot->temporal);
    }
}

static void configure_kinds(struct subscriber *s, const json_t *body)
{
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        const json_t *on = json_object_get(body, kind_names[slot->kind]);

        if (!on)
            continue;
        slot->send = json_is_true(on);
        if (slot->send)
            slot_keyframe(slot);
        slot_connect(s, slot);
    }
}

static void apply_items(struct subscriber *s, const json_t *body)
{
    const json_t *streams = json_object_get(body, "streams");
    size_t n = streams ? json_array_size(streams) : 1;
    bool mids = false;

    for (size_t k = 0; k < n; k++) {
        const json_t *item = streams ? json_array_get(streams, k) : body;
        const char *mid = member_text(item, "mid");

        mids |= mid != NULL;
        for (guint i = 0; i < s->slots->len; i++)
            if (!mid || slots_by_mid(s, mid) == s->slots->pdata[i])
                configure_slot(s, s->slots->pdata[i], item);
    }
    if (!mids)
        configure_kinds(s, body);
}

void subscriber_request_configure(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct subscriber *s = subscriber_begin(rq, true, E_NO_ROOM);
    bool restart, offer;
    json_t *body;

    if (!s || !vr.host->check(rq, in->body, configure_params) || !vr.host->check(rq, in->body, configure_item) ||
        !vr.host->check(rq, in->body, subscriber_sending) ||
        !check_configure(rq, s, in->body, json_object_get(in->body, "streams")))
        return; /* answered: nothing of it is there any more */
    if (s->barred) {
        vr.host->fail(rq, E_UNAUTHORIZED, "The participant this subscription belongs to was kicked");
        return;
    }
    restart = member_flag(in->body, "restart", false);
    offer = restart || member_flag(in->body, "update", false);
    subscriber_read_sending(s, in->body);
    apply_items(s, in->body);
    if (offer && !s->answered) {
        s->pending = true;
        s->pending_restart |= restart;
        body = subscriber_updated(s);
        json_object_set_new(body, "videoroom", json_string("updating"));
        vr.host->reply(rq, body);
    } else if (offer && subscriber_offer(s, rq, restart)) {
        vr.host->fail(rq, E_SDP, "No offer could be made");
    } else {
        vr.host->reply(rq, subscriber_result(s, "configured"));
        subscriber_after_answer(s);
    }
}
