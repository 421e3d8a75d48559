/* SPDX-License-Identifier: Apache-2.0 */
#include "subscriber.h"

#include <string.h>

#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "verbs.h"

/* --- life --------------------------------------------------------------------------------------------------------- */

const struct cardea_param subscriber_sending[] = {{"downlink_start", CARDEA_UINT, .max = 100000000},
                                                  {"downlink_min", CARDEA_UINT, .max = 100000000},
                                                  {"downlink_max", CARDEA_UINT, .max = 100000000},
                                                  {"probing", CARDEA_BOOL},
                                                  {"pacing", CARDEA_BOOL},
                                                  {0}};

static void read_number(uint32_t *out, const json_t *body, const char *name)
{
    const json_t *v = json_object_get(body, name);

    if (v)
        *out = (uint32_t)json_integer_value(v);
}

void subscriber_read_sending(struct subscriber *s, const json_t *body)
{
    struct cardea_sending *o = &s->sending;

    read_number(&o->start_bps, body, "downlink_start");
    read_number(&o->min_bps, body, "downlink_min");
    read_number(&o->max_bps, body, "downlink_max");
    o->no_probing = !member_flag(body, "probing", !o->no_probing);
    o->no_pacing = !member_flag(body, "pacing", !o->no_pacing);
    vr.host->sending(s->handle, o);
}

struct subscriber *subscriber_new(struct seat *seat, struct room *room)
{
    const struct properties *set = &room->set;
    struct subscriber *s = g_new0(struct subscriber, 1);

    s->handle = seat->handle;
    s->room = room;
    s->answered = true;
    s->slots = g_ptr_array_new_with_free_func((GDestroyNotify)slot_free);
    s->sending = (struct cardea_sending){.start_bps = set->downlink_start,
                                         .min_bps = set->downlink_min,
                                         .max_bps = set->downlink_max,
                                         .no_probing = set->no_probing,
                                         .no_pacing = set->no_pacing};
    vr.host->group(seat->handle, room->group);
    vr.host->sending(seat->handle, &s->sending);
    return s;
}

void subscriber_sits(struct subscriber *s, struct seat *seat)
{
    g_hash_table_add(s->room->subscribers, s);
    seat->kind = SEAT_SUBSCRIBER;
    seat->subscriber = s;
}

void subscriber_leave(struct subscriber *s)
{
    if (!s->room)
        return;
    for (guint i = 0; i < s->slots->len; i++)
        slot_clear(s, s->slots->pdata[i]);
    g_hash_table_remove(s->room->subscribers, s);
    s->room = NULL;
}

void subscriber_refresh(struct subscriber *s, const struct publisher *p)
{
    slots_refresh(s, p);
}

void subscriber_free(struct subscriber *s)
{
    if (!s)
        return;
    subscriber_leave(s);
    g_ptr_array_free(s->slots, TRUE);
    g_free(s);
}

static void ask_keyframes(struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        slot_keyframe(s->slots->pdata[i]);
}

void subscriber_up(struct subscriber *s)
{
    ask_keyframes(s);
    observe_subscriber(s, "subscribed", false);
}

/* --- offers ------------------------------------------------------------------------------------------------------- */

json_t *subscriber_updated(const struct subscriber *s)
{
    return json_pack("{ss so}", "videoroom", "updated", "room", id_json(s->room->id));
}

/* Makes the offer for what is stale now. rq may be NULL: it then travels with the next notify(). */
int subscriber_offer(struct subscriber *s, struct cardea_request *rq, bool restart)
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
void subscriber_offer_unasked(struct subscriber *s, struct cardea_request *rq)
{
    json_t *body;

    if (!s->answered) {
        s->pending = true;
        return;
    }
    if (subscriber_offer(s, NULL, s->pending_restart))
        return;
    body = subscriber_updated(s);
    json_object_set_new(body, "streams", slots_json(s));
    observe_subscriber(s, "updated", true);
    if (rq)
        vr.host->progress(rq, body);
    else
        vr.host->notify(s->handle, body);
}

/* The three possible replies to a change (no change, owed, offer). */
void subscriber_reply_changed(struct cardea_request *rq, struct subscriber *s, bool changed)
{
    json_t *body = subscriber_updated(s);

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
    if (subscriber_offer(s, rq, false)) {
        json_decref(body);
        vr.host->fail(rq, E_SDP, "No offer could be made");
        return;
    }
    json_object_set_new(body, "streams", slots_json(s));
    observe_subscriber(s, "updated", true);
    vr.host->reply(rq, body);
}

void subscriber_lost_feed(struct subscriber *s, struct publisher *p, bool offer)
{
    bool media = false;

    slots_drop_feed(s, p, NULL, &media);
    if (!media || !s->room)
        return;
    if (s->ends_with_feed && !slots_fed(s))
        vr.host->hangup(s->handle, "The feed has gone");
    else if (offer && s->autoupdate)
        subscriber_offer_unasked(s, NULL);
    else
        s->changed = true;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

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
struct subscriber *subscriber_begin(struct cardea_request *rq, bool needs_room, int gone)
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

void subscriber_after_answer(struct subscriber *s)
{
    if (s->answered && s->pending && s->room)
        subscriber_offer_unasked(s, NULL);
}

json_t *subscriber_result(const struct subscriber *s, const char *key)
{
    json_t *o = s->room ? event_room(s->room) : json_pack("{ss}", "videoroom", "event");

    json_object_set_new(o, key, json_string("ok"));
    return o;
}

void verb_start(struct cardea_request *rq)
{
    struct subscriber *s = subscriber_begin(rq, false, 0);

    if (!s)
        return;
    s->paused = false;
    slots_connect(s);
    ask_keyframes(s);
    vr.host->reply(rq, subscriber_result(s, "started"));
    subscriber_after_answer(s);
}

void verb_pause(struct cardea_request *rq)
{
    struct subscriber *s = subscriber_begin(rq, false, 0);

    if (!s)
        return;
    s->paused = true;
    slots_connect(s);
    vr.host->reply(rq, subscriber_result(s, "paused"));
    subscriber_after_answer(s);
}

void subscriber_request_leave(struct cardea_request *rq, struct subscriber *s)
{
    json_t *body = subscriber_result(s, "left");

    subscriber_leave(s);
    vr.host->reply(rq, body);
    vr.host->hangup(s->handle, "Close PC");
}
