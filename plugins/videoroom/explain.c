/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: what a subscriber receives, stream by stream, and why not more. The plugin knows who paused what; what the
 * sinks do and how the network is, their worker tells (cardea_host.sink_states). The reply waits for all of them.
 */
#include "access.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "verbs.h"

#define SUBSCRIBERS_MOST 100 /* in one reply */

/* One request, as long as some worker has not answered. Owned by its questions. */
struct inquiry {
    struct cardea_request *rq;
    json_t *reply; /* owned */
    unsigned waiting;
};

/* What one subscriber's sinks do. */
struct question {
    struct inquiry *inquiry;
    GHashTable *streams; /* &sink -> its JSON object, borrowed from the reply */
};

static const char *const causes[] = {
    [CARDEA_CAUSE_NONE] = "everything",      [CARDEA_CAUSE_UNLINKED] = "no_feed",
    [CARDEA_CAUSE_CLOSED] = "not_connected", [CARDEA_CAUSE_PAUSED] = "paused",
    [CARDEA_CAUSE_MUTED] = "muted",          [CARDEA_CAUSE_SILENT] = "feed_silent",
    [CARDEA_CAUSE_HELD] = "no_bandwidth",    [CARDEA_CAUSE_KEYFRAME] = "waiting_for_keyframe",
    [CARDEA_CAUSE_BUDGET] = "budget",        [CARDEA_CAUSE_SENDER] = "not_sent",
    [CARDEA_CAUSE_ASKED] = "asked",          [CARDEA_CAUSE_OVERLOAD] = "overload",
};

/* --- what we know ourselves --------------------------------------------------------------------------------------- */

static json_t *paused_by(const struct subscriber *s, const struct slot *slot)
{
    const struct track *t = slot->feed ? publisher_track(slot->feed, slot->feed_mindex) : NULL;
    const struct {
        const char *who;
        bool is;
    } all[] = {
        {"subscriber", s->paused},
        {"send", !slot->send},
        {"unanswered", !slot->ready},
        {"kick", s->barred},
        {"publisher", t && t->muted},
        {"moderator", t && t->moderated},
        {"loudest", t && loudest_hushes(slot->feed, slot->feed_mindex)},
    };
    json_t *list = json_array();

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        if (all[i].is)
            json_array_append_new(list, json_string(all[i].who));
    return list;
}

/* Before the worker has said anything. */
static const char *first_guess(const struct subscriber *s, const struct slot *slot, const json_t *paused)
{
    const struct cardea_stream *from = slot_source(slot);

    if (!vr.host->is_up(s->handle))
        return causes[CARDEA_CAUSE_CLOSED];
    if (slot->data_feeds ? !g_hash_table_size(slot->data_feeds) : !from || from->disabled)
        return causes[CARDEA_CAUSE_UNLINKED];
    return causes[json_array_size(paused) ? CARDEA_CAUSE_PAUSED : CARDEA_CAUSE_NONE];
}

static json_t *stream_json(const struct subscriber *s, const struct slot *slot)
{
    json_t *o = slot_json(slot), *paused = paused_by(s, slot);

    json_object_set_new(o, "why", json_string(first_guess(s, slot, paused)));
    if (json_array_size(paused))
        json_object_set(o, "paused_by", paused);
    json_decref(paused);
    return o;
}

/* --- what the worker knows ---------------------------------------------------------------------------------------- */

static void set_number(json_t *o, const char *name, json_int_t n, bool known)
{
    if (known)
        json_object_set_new(o, name, json_integer(n));
}

static json_t *layer_json(int substream, int spatial, int temporal)
{
    return json_pack("{si si si}", "substream", substream, "spatial", spatial, "temporal", temporal);
}

static void add_state(json_t *o, const struct cardea_sink_state *k)
{
    bool video = !g_strcmp0(member_text(o, "type"), "video");
    json_t *paused = json_object_get(o, "paused_by");

    if ((unsigned)k->cause < G_N_ELEMENTS(causes) && !(k->cause == CARDEA_CAUSE_SILENT && paused))
        json_object_set_new(o, "why", json_string(causes[k->cause]));
    if (video) {
        json_object_set_new(o, "layer", layer_json(k->substream, k->spatial, k->temporal));
        json_object_set_new(o, "target", layer_json(k->target_substream, k->target_spatial, k->target_temporal));
        set_number(o, "width", k->width, k->width);
        set_number(o, "height", k->height, k->height);
        set_number(o, "freezes", k->freezes, true);
        set_number(o, "frozen_ms", (json_int_t)k->frozen_ms, true);
        set_number(o, "keyframe_age_ms", k->keyframe_age_ms, k->keyframe_age_ms >= 0);
    }
    json_object_set_new(
        o, "feed_bitrate",
        json_pack("[I,I,I]", (json_int_t)k->source_bps[0], (json_int_t)k->source_bps[1], (json_int_t)k->source_bps[2]));
    set_number(o, "bitrate", k->bitrate_bps, true);
    set_number(o, "budget", k->budget_bps, k->budget_bps);
    set_number(o, "estimate", k->estimate_bps, k->estimate_bps);
    set_number(o, "rtt_ms", k->rtt_ms, k->rtt_ms);
    json_object_set_new(o, "loss", json_real(k->loss));
    set_number(o, "packets", (json_int_t)k->packets, true);
    set_number(o, "bytes", (json_int_t)k->bytes, true);
    set_number(o, "held_back", (json_int_t)k->dropped, true);
    set_number(o, "retransmitted", (json_int_t)k->retransmitted, true);
}

static void finish(struct inquiry *q)
{
    if (--q->waiting)
        return;
    vr.host->reply(q->rq, q->reply);
    g_free(q);
}

static void tell(void *arg, cardea_sink sink, const struct cardea_sink_state *state)
{
    struct question *question = arg;
    json_t *o = sink ? g_hash_table_lookup(question->streams, &sink) : NULL;

    if (o)
        add_state(o, state);
    if (sink)
        return;
    finish(question->inquiry);
    g_hash_table_destroy(question->streams);
    g_free(question);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

/* The streams of s; the worker's part of them comes later. New reference. */
static json_t *ask(struct inquiry *q, struct subscriber *s)
{
    struct question *question = g_new0(struct question, 1);
    json_t *list = json_array();

    question->inquiry = q;
    question->streams = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];
        json_t *o = stream_json(s, slot);

        json_array_append_new(list, o);
        if (slot->sink)
            g_hash_table_insert(question->streams, g_memdup2(&slot->sink, sizeof(slot->sink)), o);
    }
    q->waiting++;
    if (vr.host->sink_states(s->handle, tell, question)) /* no PeerConnection: there is nothing to add */
        tell(question, 0, NULL);
    return list;
}

static struct inquiry *inquiry_new(struct cardea_request *rq, const struct room *room)
{
    struct inquiry *q = g_new0(struct inquiry, 1);

    q->rq = rq;
    q->waiting = 1; /* until everybody was asked */
    q->reply = json_pack("{ss}", "videoroom", "explained");
    if (room)
        json_object_set_new(q->reply, "room", id_json(room->id));
    return q;
}

static bool is_asked_for(const struct subscriber *s, const json_t *body, const struct publisher *feed)
{
    const json_t *private_id = json_object_get(body, "private_id");

    return (!private_id || json_integer_value(private_id) == s->private_id) &&
           (!feed || g_hash_table_contains(feed->subscribers, (gpointer)s));
}

static void explain_room(struct cardea_request *rq, const struct room *room)
{
    const json_t *body = vr.host->info(rq)->body;
    const struct publisher *feed = NULL;
    json_t *list = json_array();
    struct inquiry *q;
    unsigned more = 0;
    GHashTableIter it;
    gpointer key;

    if (json_object_get(body, "feed") && !(feed = access_participant(rq, room, "feed"))) {
        json_decref(list);
        return;
    }
    q = inquiry_new(rq, room);
    g_hash_table_iter_init(&it, room->subscribers);
    while (g_hash_table_iter_next(&it, &key, NULL)) {
        struct subscriber *s = key;

        if (!is_asked_for(s, body, feed))
            continue;
        if (json_array_size(list) >= SUBSCRIBERS_MOST)
            more++;
        else
            json_array_append_new(list, json_pack("{sI sb so}", "private_id", (json_int_t)s->private_id, "answered",
                                                  s->answered, "streams", ask(q, s)));
    }
    json_object_set_new(q->reply, "subscribers", list);
    if (more)
        json_object_set_new(q->reply, "more", json_integer(more));
    finish(q);
}

void verb_explain(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct seat *seat = in->user;
    struct room *room;
    struct inquiry *q;

    if (seat->kind == SEAT_SUBSCRIBER && !json_object_get(in->body, "room")) {
        q = inquiry_new(rq, seat->subscriber->room);
        json_object_set_new(q->reply, "streams", ask(q, seat->subscriber));
        finish(q);
        return;
    }
    if (!json_object_get(in->body, "room")) {
        vr.host->fail(rq, E_MISSING, "Name a room, or ask as a subscriber");
        return;
    }
    room = access_room(rq, "secret");
    if (room)
        explain_room(rq, room);
}
