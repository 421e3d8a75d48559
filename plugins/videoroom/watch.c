/* SPDX-License-Identifier: Apache-2.0 */
/* watch: a subscriber whose client makes the offer (WHEP, or anybody who prefers to). */
#include <string.h>

#include "access.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "subscriber.h"
#include "verbs.h"

static const struct cardea_param item_params[] = {{"feed", CARDEA_ID, CARDEA_REQUIRED}, {"mid", CARDEA_STRING}, {0}};
static const struct cardea_param watch_params[] = {
    {"feed", CARDEA_ID}, {"streams", CARDEA_ARRAY, .fields = item_params}, {"private_id", CARDEA_UINT}, {0}};

/* --- which stream goes on which m-line of the offer --------------------------------------------------------------- */

static bool is_listed(const char *list, const char *word)
{
    for (size_t n = strlen(word); list; list = strchr(list, ','), list += list != NULL)
        if (!strncmp(list, word, n) && (!list[n] || list[n] == ','))
            return true;
    return false;
}

static bool is_taken(const struct subscriber *s, const struct publisher *p, const struct cardea_stream *stream)
{
    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];

        if (slot->feed == p && slot->feed_mindex == stream->mindex)
            return true;
    }
    return false;
}

static bool fits(const struct cardea_stream *stream, const struct cardea_offered *line)
{
    return stream->kind == line->kind && !stream->disabled && stream->codec && is_listed(line->codecs, stream->codec);
}

/* The first stream of the list that nobody has yet and that fits. */
static void fill(struct subscriber *s, struct slot *slot, const struct cardea_offered *line, const json_t *list)
{
    const json_t *item;
    size_t i, n;

    json_array_foreach(list, i, item)
    {
        struct publisher *p = room_participant(s->room, json_object_get(item, "feed"));
        const struct cardea_stream *streams = publisher_streams(p, &n);
        const char *mid = member_text(item, "mid");

        for (size_t k = 0; k < n; k++) {
            if (!fits(&streams[k], line) || (mid && strcmp(mid, streams[k].mid) != 0) || is_taken(s, p, &streams[k]))
                continue;
            slot_fill(s, slot, p, &streams[k]);
            slot_read_layers(slot, item, SLOT_ALL_LAYERS);
            return;
        }
    }
}

static void fill_data(struct subscriber *s, struct slot *slot, const json_t *list)
{
    const json_t *item;
    size_t i, n;

    json_array_foreach(list, i, item)
    {
        struct publisher *p = room_participant(s->room, json_object_get(item, "feed"));
        const struct cardea_stream *streams = publisher_streams(p, &n);

        for (size_t k = 0; k < n; k++)
            if (streams[k].kind == CARDEA_DATA && !streams[k].disabled)
                slot_add_feed(s, slot, p);
    }
}

/* One slot for each m-line, in the client's order. false: nothing of the list fits any of them. */
static bool lay_out(struct subscriber *s, const struct cardea_offered *line, size_t n, const json_t *list)
{
    for (size_t i = 0; i < n && i < SLOTS_MOST; i++) {
        struct slot *slot = slot_new(s, line[i].kind);

        slot->offered = true;
        if (line[i].rejected || !line[i].receives)
            continue;
        if (line[i].kind == CARDEA_DATA)
            fill_data(s, slot, list);
        else
            fill(s, slot, &line[i], list);
    }
    return slots_fed(s);
}

/* --- answering ---------------------------------------------------------------------------------------------------- */

static bool has_data(const struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];

        if (slot->data_feeds && g_hash_table_size(slot->data_feeds))
            return true;
    }
    return false;
}

static int answer(struct cardea_request *rq, struct subscriber *s)
{
    const struct properties *set = &s->room->set;
    char *title = g_strdup_printf("VideoRoom %s", s->room->id);
    const struct cardea_answer policy = {
        .title = title,
        .receive_only = true, /* what was not placed is not sent, and what the client sends goes nowhere */
        .no_data = !has_data(s),
        .opus_fec = set->opus_fec,
        .opus_dtx = set->opus_dtx,
        .opus_stereo = true,
        .no_transport_cc = !set->transport_wide_cc_ext,
        .e2ee = s->e2ee,
    };
    const struct cardea_stream *stream;
    size_t n;
    int err;

    slots_place(s);
    err = vr.host->answer(rq, &policy);
    g_free(title);
    if (err)
        return err;
    stream = vr.host->streams(s->handle, &n);
    for (size_t i = 0; i < n; i++)
        if (stream[i].mindex < s->slots->len)
            ((struct slot *)s->slots->pdata[stream[i].mindex])->ready = stream[i].ready;
    slots_connect(s);
    return 0;
}

/* The client offers again: an ICE restart, or fewer m-lines in use. */
static void answer_again(struct cardea_request *rq, struct subscriber *s)
{
    if (!s->room)
        vr.host->fail(rq, E_NO_ROOM, "The room has gone");
    else if (!s->watching)
        vr.host->fail(rq, E_JOINED, "This subscriber is offered to: use a new handle to offer");
    else if (answer(rq, s))
        vr.host->fail(rq, E_SDP, "This session description cannot be answered");
    else
        vr.host->reply(rq, subscriber_attached(s, NULL, false));
}

static bool may_watch(struct cardea_request *rq, const struct seat *seat)
{
    const struct cardea_request_info *in = vr.host->info(rq);

    if (!in->jsep_type || strcmp(in->jsep_type, "offer") != 0)
        vr.host->fail(rq, E_JSEP, "To watch is to bring an offer");
    else if (seat->kind == SEAT_PUBLISHER)
        vr.host->fail(rq, E_JOINED, "This handle has joined already: use a new handle");
    else
        return vr.host->check(rq, in->body, watch_params);
    return false;
}

void verb_watch(struct cardea_request *rq)
{
    const struct cardea_request_info *in = vr.host->info(rq);
    struct seat *seat = seat_of(rq);
    const struct cardea_offered *line;
    struct subscriber *s = NULL;
    bool legacy, e2ee, decided;
    struct room *room;
    json_t *list;
    size_t n;

    if (!may_watch(rq, seat))
        return;
    if (seat->kind == SEAT_SUBSCRIBER) {
        answer_again(rq, seat->subscriber);
        return;
    }
    room = access_room(rq, "pin");
    list = room ? subscriber_list(rq, in->body, &legacy) : NULL;
    if (!list)
        return;
    e2ee = decided = room->set.require_e2ee;
    if (!subscriber_check_items(rq, room, item_params, list, &decided, &e2ee))
        goto out;
    if (!subscriber_check_private_id(rq, room))
        goto out;
    s = subscriber_new(seat, room);
    s->private_id = subscriber_private_id(in->body);
    s->watching = s->ends_with_feed = true;
    s->e2ee = e2ee;
    line = vr.host->offered(rq, &n);
    if (!lay_out(s, line, n, list) || answer(rq, s)) {
        vr.host->fail(rq, E_SDP, "Nothing of it can be sent on this offer: no m-line has one of its codecs");
        subscriber_free(s);
        goto out;
    }
    subscriber_sits(s, seat);
    vr.host->reply(rq, subscriber_attached(s, NULL, false));
out:
    json_decref(list);
}
