/* SPDX-License-Identifier: Apache-2.0 */
/* A joined participant: joining, publishing, leaving. */
#include <string.h>

#include "videoroom.h"

static void track_clear(gpointer data)
{
    struct track *t = data;

    g_free(t->description);
}

struct publisher *publisher_new(struct seat *seat, struct room *room, char *id)
{
    struct publisher *p = g_new0(struct publisher, 1);

    p->handle = seat->handle;
    p->room = room;
    p->id = id;
    do
        p->private_id = (uint32_t)vr.host->random_id();
    while (!p->private_id);
    p->bitrate = room->set.bitrate;
    p->audio_active_packets = room->set.audio_active_packets;
    p->audio_level_average = room->set.audio_level_average;
    p->tracks = g_array_new(FALSE, TRUE, sizeof(struct track));
    g_array_set_clear_func(p->tracks, track_clear);
    p->subscribers = g_hash_table_new(NULL, NULL);
    seat->kind = SEAT_PUBLISHER;
    seat->publisher = p;
    g_hash_table_insert(room->participants, p->id, p);
    return p;
}

void publisher_free(struct publisher *p)
{
    if (!p)
        return;
    publisher_leave(p);
    g_array_free(p->tracks, TRUE);
    g_hash_table_destroy(p->subscribers);
    json_decref(p->metadata);
    g_free(p->display);
    g_free(p->audiocodec);
    g_free(p->videocodec);
    g_free(p->id);
    g_free(p);
}

struct track *publisher_track(struct publisher *p, unsigned mindex)
{
    while (p->tracks->len <= mindex) {
        struct track t = {.min_delay = -1, .max_delay = -1};

        g_array_append_val(p->tracks, t);
    }
    return &g_array_index(p->tracks, struct track, mindex);
}

const struct cardea_stream *publisher_stream(struct publisher *p, unsigned mindex, const char *mid)
{
    size_t n;
    const struct cardea_stream *s = vr.host->streams(p->handle, &n);

    for (size_t i = 0; i < n; i++)
        if (mid ? !strcmp(s[i].mid, mid) : s[i].mindex == mindex)
            return &s[i];
    return NULL;
}

/* --- publishing ---------------------------------------------------------------------------------------------- */

static void apply_track(struct publisher *p, const struct cardea_stream *s)
{
    const struct track *t = publisher_track(p, s->mindex);
    const struct properties *set = &p->room->set;

    if (!s->source)
        return;
    vr.host->mute(s->source, t->muted || t->moderated);
    if (s->kind == CARDEA_AUDIO && set->audiolevel_event && s->audiolevel_id)
        vr.host->talk(s->source, p->audio_active_packets, p->audio_level_average);
    if (s->kind != CARDEA_VIDEO)
        return;
    vr.host->keyframe_every(s->source, set->fir_freq);
    vr.host->playout_delay(s->source, t->min_delay, t->max_delay);
}

void publisher_configured(struct publisher *p)
{
    size_t n;
    const struct cardea_stream *s = vr.host->streams(p->handle, &n);

    for (size_t i = 0; i < n; i++)
        apply_track(p, &s[i]);
    vr.host->bitrate(p->handle, p->bitrate);
    vr.host->data_tap(p->handle, true);
}

void publisher_up(struct publisher *p)
{
    if (!p->room)
        return;
    p->negotiating = false;
    p->published = true;
    tell_published(p);
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

void publisher_unpublish(struct publisher *p)
{
    bool was = p->published;

    p->published = p->negotiating = p->e2ee = false;
    g_clear_pointer(&p->audiocodec, g_free);
    g_clear_pointer(&p->videocodec, g_free);
    drop_subscribers(p, true);
    g_array_set_size(p->tracks, 0);
    if (was && p->room)
        tell_gone(p, "unpublished");
}

void publisher_leave(struct publisher *p)
{
    if (!p->room)
        return;
    drop_subscribers(p, false);
    g_hash_table_remove(p->room->participants, p->id);
    p->room = NULL;
    p->published = false;
}

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
    publisher_leave(p);
    vr.host->reply(rq, body);
}
