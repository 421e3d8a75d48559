/* SPDX-License-Identifier: Apache-2.0 */
#include "loudest.h"

#include "publisher.h"
#include "room.h"

#define WINDOW      25      /* packets: half a second */
#define QUIETER_DB  6       /* so much, to lose one's place to somebody else */
#define KEEP_US     1000000 /* a place is kept at least so long */
#define SILENT_DBOV 127
#define SMOOTH      0.5

struct place { /* somebody's voice in a room */
    struct publisher *p;
    unsigned mindex;
    struct voice *voice;
};

static const struct cardea_stream *measured_stream(const struct publisher *p, unsigned mindex)
{
    const struct cardea_stream *s = publisher_stream_at(p, mindex);

    return s && s->kind == CARDEA_AUDIO && s->source && s->audiolevel_id && !s->disabled ? s : NULL;
}

static void set_heard(const struct place *at, bool heard)
{
    const struct cardea_stream *s = measured_stream(at->p, at->mindex);

    if (at->voice->heard == heard)
        return;
    at->voice->heard = heard;
    at->voice->since_us = vr.host->now_us();
    if (s)
        vr.host->hush(s->source, !heard);
}

/* Of those heard (or not heard): the quietest, the loudest, and how many. */
struct survey {
    struct place quietest_heard, loudest_unheard;
    unsigned heard;
};

static void look_at(struct survey *v, struct publisher *p)
{
    for (guint i = 0; i < p->tracks->len; i++) {
        struct voice *voice = &publisher_track(p, i)->voice;
        struct place at = {p, i, voice};

        if (!voice->measured)
            continue;
        v->heard += voice->heard;
        if (voice->heard && (!v->quietest_heard.p || voice->level > v->quietest_heard.voice->level))
            v->quietest_heard = at;
        if (!voice->heard && (!v->loudest_unheard.p || voice->level < v->loudest_unheard.voice->level))
            v->loudest_unheard = at;
    }
}

static void survey(struct survey *v, const struct room *room)
{
    *v = (struct survey){0};
    for (GList *l = room->publishing.head; l; l = l->next)
        look_at(v, l->data);
}

static bool takes_the_place(const struct survey *v)
{
    const struct voice *old = v->quietest_heard.voice, *young = v->loudest_unheard.voice;

    return young->level + QUIETER_DB < old->level && vr.host->now_us() - old->since_us >= KEEP_US;
}

/* Fills free places, and gives one to whoever is clearly louder. */
static void settle(struct room *room)
{
    unsigned most = room->set.loudest;
    struct survey v;

    for (survey(&v, room); most && v.heard > most; survey(&v, room))
        set_heard(&v.quietest_heard, false);
    for (; v.loudest_unheard.p && (!most || v.heard < most); survey(&v, room))
        set_heard(&v.loudest_unheard, true);
    if (most && v.loudest_unheard.p && v.quietest_heard.p && takes_the_place(&v)) {
        set_heard(&v.quietest_heard, false);
        set_heard(&v.loudest_unheard, true);
    }
}

/* Measures what can be, and lets go of places that nothing comes from any more. */
static void streams(struct publisher *p)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    if (!p->room->set.loudest)
        return;
    for (size_t i = 0; i < n; i++) {
        struct voice *voice = &publisher_track(p, s[i].mindex)->voice;
        bool can = measured_stream(p, s[i].mindex) != NULL;

        if (voice->measured == can)
            continue;
        *voice = (struct voice){.measured = can, .level = SILENT_DBOV};
        if (!can)
            continue;
        vr.host->loudness(s[i].source, WINDOW);
        vr.host->hush(s[i].source, true);
    }
    settle(p->room);
}

static void gone(struct publisher *p)
{
    for (guint i = 0; i < p->tracks->len; i++)
        publisher_track(p, i)->voice = (struct voice){0};
    if (p->room->set.loudest)
        settle(p->room);
}

const struct follower loudest = {streams, gone};

void loudest_level(struct publisher *p, unsigned mindex, double level)
{
    struct voice *voice = &publisher_track(p, mindex)->voice;
    const struct track *t = publisher_track(p, mindex);

    if (!voice->measured || !p->room)
        return;
    if (t->muted || t->moderated)
        level = SILENT_DBOV;
    voice->level += (level - voice->level) * SMOOTH;
    settle(p->room);
}

void loudest_muted(struct publisher *p, unsigned mindex)
{
    struct voice *voice = &publisher_track(p, mindex)->voice;

    if (!voice->measured || !p->room)
        return;
    voice->level = SILENT_DBOV; /* it is not measured now, and would keep its place */
    voice->since_us = 0;
    settle(p->room);
}

void loudest_changed(struct room *room)
{
    for (GList *l = room->publishing.head; l; l = l->next)
        streams(l->data);
    settle(room);
}

bool loudest_hushes(const struct publisher *p, unsigned mindex)
{
    const struct track *t = mindex < p->tracks->len ? &g_array_index(p->tracks, struct track, mindex) : NULL;

    return t && t->voice.measured && !t->voice.heard;
}
