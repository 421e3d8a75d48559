/* SPDX-License-Identifier: Apache-2.0 */
#include "publisher.h"

#include <string.h>

#include "cascade.h"
#include "events.h"
#include "ids.h"
#include "observe.h"
#include "record.h"
#include "room.h"
#include "seat.h"
#include "subscriber.h"
#include "verbs.h"

static const struct follower forwarding = {.streams = cascades_follow, .gone = forwards_stop};
static const struct follower *const followers[] = {&loudest, &recording, &forwarding, NULL};

/* --- life --------------------------------------------------------------------------------------------------------- */

static void track_clear(gpointer data)
{
    struct track *t = data;

    g_free(t->description);
}

/* A string of a stream that we keep ourselves. */
static void replace_text(const char **text)
{
    *text = g_strdup(*text);
}

static void stream_clear(gpointer data)
{
    struct cardea_stream *s = data;
    const char *texts[] = {s->mid, s->codec, s->profile, s->fmtp, s->msid_stream, s->msid_track};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free((char *)texts[i]);
}

static struct publisher *join(enum publisher_origin origin, struct room *room, char *id)
{
    struct publisher *p = g_new0(struct publisher, 1);

    p->origin = origin;
    p->room = room;
    p->id = id;
    p->present.data = p->publishing.data = p;
    p->bitrate = room->set.bitrate;
    p->record = room->set.record;
    p->audio_active_packets = room->set.audio_active_packets;
    p->audio_level_average = room->set.audio_level_average;
    p->tracks = g_array_new(FALSE, TRUE, sizeof(struct track));
    g_array_set_clear_func(p->tracks, track_clear);
    p->own = g_array_new(FALSE, TRUE, sizeof(struct cardea_stream));
    g_array_set_clear_func(p->own, stream_clear);
    p->subscribers = g_hash_table_new(NULL, NULL);
    p->forwards = g_ptr_array_new();
    p->cascades = g_ptr_array_new();
    g_hash_table_insert(room->participants, p->id, p);
    g_queue_push_tail_link(&room->present, &p->present);
    return p;
}

struct publisher *publisher_new(struct seat *seat, struct room *room, char *id)
{
    struct publisher *p = join(FROM_HANDLE, room, id);

    p->handle = seat->handle;
    do
        p->private_id = (uint32_t)vr.host->random_id();
    while (!p->private_id || g_hash_table_contains(room->by_private, &p->private_id));
    g_hash_table_insert(room->by_private, &p->private_id, p);
    seat->kind = SEAT_PUBLISHER;
    seat->publisher = p;
    return p;
}

struct publisher *publisher_new_without_handle(enum publisher_origin origin, struct room *room, char *id)
{
    return join(origin, room, id);
}

void publisher_free(struct publisher *p)
{
    if (!p)
        return;
    publisher_leave(p);
    demand_stop(p);
    if (p->free_more)
        p->free_more(p);
    cascades_free(p);
    g_ptr_array_unref(p->cascades);
    g_ptr_array_unref(p->forwards);
    g_array_free(p->tracks, TRUE);
    g_array_free(p->own, TRUE);
    g_hash_table_destroy(p->subscribers);
    json_decref(p->metadata);
    g_free(p->display);
    g_free(p->audiocodec);
    g_free(p->videocodec);
    g_free(p->filename);
    g_free(p->id);
    g_free(p);
}

/* --- its m-lines -------------------------------------------------------------------------------------------------- */

const struct cardea_stream *publisher_streams(const struct publisher *p, size_t *n)
{
    if (p->handle)
        return vr.host->streams(p->handle, n);
    *n = p->own->len;
    return (const struct cardea_stream *)(const void *)p->own->data;
}

const struct cardea_stream *publisher_stream_at(const struct publisher *p, unsigned mindex)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].mindex == mindex)
            return &s[i];
    return NULL;
}

const struct cardea_stream *publisher_stream_of(const struct publisher *p, const char *mid)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(s[i].mid, mid))
            return &s[i];
    return NULL;
}

const struct cardea_stream *publisher_stream_from(const struct publisher *p, cardea_source source)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].source == source)
            return &s[i];
    return NULL;
}

const struct cardea_stream *publisher_data(const struct publisher *p)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].kind == CARDEA_DATA && !s[i].disabled)
            return &s[i];
    return NULL;
}

void publisher_set_streams(struct publisher *p, const struct cardea_stream *streams, size_t n)
{
    GArray *old = p->own;

    p->own = g_array_new(FALSE, TRUE, sizeof(struct cardea_stream));
    g_array_set_clear_func(p->own, stream_clear);
    for (size_t i = 0; i < n; i++) {
        struct cardea_stream s = streams[i];

        replace_text(&s.mid);
        replace_text(&s.codec);
        replace_text(&s.profile);
        replace_text(&s.fmtp);
        replace_text(&s.msid_stream);
        replace_text(&s.msid_track);
        g_array_append_val(p->own, s);
    }
    g_array_free(old, TRUE); /* last: what was given may point into it */
}

struct track *publisher_track(struct publisher *p, unsigned mindex)
{
    while (p->tracks->len <= mindex) {
        struct track t = {.min_delay = -1, .max_delay = -1, .demand.told = DEMAND_ALL};

        g_array_append_val(p->tracks, t);
    }
    return &g_array_index(p->tracks, struct track, mindex);
}

/* --- publishing --------------------------------------------------------------------------------------------------- */

void publisher_apply(struct publisher *p, const struct cardea_stream *s)
{
    const struct track *t = publisher_track(p, s->mindex);

    if (s->source)
        vr.host->mute(s->source, t->muted || t->moderated);
    if (t->muted || t->moderated)
        loudest_muted(p, s->mindex);
}

static void apply_track(struct publisher *p, const struct cardea_stream *s)
{
    const struct track *t = publisher_track(p, s->mindex);
    const struct properties *set = &p->room->set;

    if (!s->source)
        return;
    publisher_apply(p, s);
    if (s->kind == CARDEA_AUDIO && set->audiolevel_event && s->audiolevel_id)
        vr.host->talk(s->source, p->audio_active_packets, p->audio_level_average);
    if (s->kind != CARDEA_VIDEO)
        return;
    vr.host->keyframe_every(s->source, set->fir_freq);
    vr.host->fast_start(s->source, !set->no_fast_start);
    vr.host->playout_delay(s->source, t->min_delay, t->max_delay);
}

/* What is linked to its m-lines is as they are now. */
static void refresh_subscribers(struct publisher *p)
{
    GHashTableIter it;
    gpointer s;

    g_hash_table_iter_init(&it, p->subscribers);
    while (g_hash_table_iter_next(&it, &s, NULL))
        subscriber_refresh(s, p);
}

void publisher_apply_all(struct publisher *p)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        apply_track(p, &s[i]);
}

void publisher_streams_changed(struct publisher *p)
{
    publisher_apply_all(p);
    if (p->handle)
        vr.host->bitrate(p->handle, p->bitrate);
    refresh_subscribers(p);
    for (size_t i = 0; p->published && followers[i]; i++)
        followers[i]->streams(p);
}

/* Does it count towards the room's limit? */
static bool is_limited(const struct publisher *p)
{
    return p->origin != FROM_DUMMY;
}

void publisher_up(struct publisher *p)
{
    if (!p->room || p->published)
        return;
    p->negotiating = false;
    p->published = true;
    p->room->limited += is_limited(p);
    g_queue_push_tail_link(&p->room->publishing, &p->publishing);
    for (size_t i = 0; followers[i]; i++)
        followers[i]->streams(p);
    if (p->origin != FROM_DUMMY) {
        tell_published(p);
        observe_published(p, "published");
    }
    demand_check(p);
}

/* Everybody who receives something of it loses it; with autoupdate they are offered that. */
static void drop_subscribers(struct publisher *p, bool offer)
{
    GList *all = g_hash_table_get_keys(p->subscribers);

    for (GList *l = all; l; l = l->next)
        subscriber_lost_feed(l->data, p, offer);
    g_list_free(all);
    g_hash_table_remove_all(p->subscribers);
}

static void publish_no_more(struct publisher *p)
{
    if (!p->published)
        return;
    p->published = false;
    p->room->limited -= is_limited(p);
    g_queue_unlink(&p->room->publishing, &p->publishing);
    for (size_t i = 0; followers[i]; i++)
        followers[i]->gone(p);
    demand_stop(p);
}

void publisher_unpublish(struct publisher *p)
{
    bool was = p->published;

    publish_no_more(p);
    p->negotiating = p->e2ee = false;
    g_clear_pointer(&p->audiocodec, g_free);
    g_clear_pointer(&p->videocodec, g_free);
    drop_subscribers(p, true);
    g_array_set_size(p->tracks, 0);
    if (was && p->room) {
        tell_gone(p, "unpublished");
        observe_gone(p, "unpublished");
    }
}

bool publisher_measures_talk(struct publisher *p, bool *talking)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);
    bool measured = false;

    *talking = false;
    for (size_t i = 0; i < n; i++)
        if (s[i].kind == CARDEA_AUDIO && s[i].audiolevel_id && !s[i].disabled) {
            measured = true;
            *talking |= track_talks(publisher_track(p, s[i].mindex));
        }
    return measured;
}

void publisher_talking(struct publisher *p, const struct cardea_stream *s, bool on, double level)
{
    struct track *t = publisher_track(p, s->mindex);
    json_t *body;

    if (!p->room || t->muted || t->moderated)
        return;
    t->talking = on;
    body =
        json_pack("{ss so so si ss sf}", "videoroom", on ? "talking" : "stopped-talking", "room", id_json(p->room->id),
                  "id", id_json(p->id), "mindex", (int)s->mindex, "mid", s->mid, "audio-level-dBov-avg", level);
    observe(p->handle, json_incref(body));
    room_tell(p->room, NULL, body);
    record_note(p, on ? "talking" : "stopped-talking", NULL);
}

void publisher_vanish(struct publisher *p)
{
    publish_no_more(p);
    drop_subscribers(p, true);
    tell_gone(p, "leaving");
    observe_gone(p, "leaving");
    publisher_leave(p);
}

void publisher_leave(struct publisher *p)
{
    struct room *room = p->room;

    if (!room)
        return;
    publish_no_more(p);
    drop_subscribers(p, false);
    g_hash_table_remove(room->participants, p->id);
    if (p->private_id)
        g_hash_table_remove(room->by_private, &p->private_id);
    g_queue_unlink(&room->present, &p->present);
    p->room = NULL;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

void verb_unpublish(struct cardea_request *rq)
{
    struct publisher *p = seat_publisher(rq);
    json_t *body;

    if (!p)
        return;
    if (!p->published) {
        vr.host->fail(rq, E_NOT_PUBLISHED, "This participant is not publishing");
        return;
    }
    publisher_unpublish(p);
    body = event_room(p->room);
    json_object_set_new(body, "unpublished", json_string("ok"));
    vr.host->reply(rq, body);
    vr.host->hangup(p->handle, "Close PC");
}

void publisher_request_leave(struct cardea_request *rq, struct publisher *p)
{
    json_t *body = event_room(p->room);

    json_object_set_new(body, "leaving", json_string("ok"));
    tell_gone(p, "leaving");
    observe_gone(p, "leaving");
    publisher_leave(p);
    vr.host->reply(rq, body);
}
