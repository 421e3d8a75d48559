/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <stddef.h>
#include <string.h>

#include "ids.h"
#include "room.h"

static const struct cardea_recorder *recorder(void)
{
    return vr.host->service ? vr.host->service(CARDEA_RECORDER) : NULL;
}

/* Recordings that have not ended: boxed id → id of the room. */
static GHashTable *rooms_of;

static void remember(cardea_recording id, const char *room)
{
    if (!rooms_of)
        rooms_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_hash_table_insert(rooms_of, g_memdup2(&id, sizeof(id)), g_strdup(room));
}

/* Its files are complete: perhaps because we said so, perhaps because the disk is full. */
static void ended(void *user, cardea_recording id, const char *cause)
{
    const char *key = rooms_of ? g_hash_table_lookup(rooms_of, &id) : NULL;
    const struct room *room = key ? room_find(key) : NULL;

    for (GList *l = room ? room->present.head : NULL; l; l = l->next) {
        struct publisher *p = l->data;

        if (p->recording != id)
            continue;
        p->recording = 0;
        p->record = p->armed && p->record;
        demand_check(p);
        vr.host->log(CARDEA_LOG_WARN, p->handle, "the recording of %s ended: %s", p->id, cause ? cause : "?");
    }
    if (key)
        g_hash_table_remove(rooms_of, &id);
}

void record_stop(void)
{
    const struct cardea_recorder *r = recorder();

    if (r && r->size > offsetof(struct cardea_recorder, forget))
        r->forget(ended);
    g_clear_pointer(&rooms_of, g_hash_table_destroy);
}

static char *name_of(const struct publisher *p)
{
    if (p->filename)
        return g_strdup(p->filename);
    return g_strdup_printf("videoroom-%s-user-%s-%" G_GINT64_FORMAT, p->room->id, p->id, g_get_real_time());
}

/* Nothing is written yet: the recorder keeps what comes, as long as it is configured to. */
static bool is_to_be_armed(const struct publisher *p)
{
    return !p->record && p->room->set.preroll && p->published;
}

static void begin(struct publisher *p, const struct cardea_recorder *r)
{
    char *name = name_of(p);
    const struct cardea_record what = {
        .size = sizeof(what),
        .folder = p->room->set.rec_dir,
        .name = name,
        .session = p->room->id,
        .title = p->display,
        .room = p->room->id,
        .participant = p->id,
        .meta = json_incref(p->metadata),
        .is_private = p->room->set.is_private,
        .e2ee = p->e2ee,
        .overwrite = p->filename != NULL,
        .text_data = true,
        .armed = is_to_be_armed(p),
        .ended = ended,
        .key = p->room->set.secret,
    };
    int err = r->begin(&p->recording, &what);

    p->armed = what.armed;
    if (err) {
        p->recording = 0;
        vr.host->log(what.armed ? CARDEA_LOG_VERBOSE : CARDEA_LOG_ERROR, p->handle, "%s cannot be recorded (%d)", p->id,
                     err);
    } else
        remember(p->recording, p->room->id);
    g_free(name);
}

static void end(struct publisher *p, const char *cause)
{
    const struct cardea_recorder *r = recorder();
    cardea_recording id = p->recording;

    p->recording = 0;
    if (p->handle && id)
        vr.host->data_tap(p->handle, false);
    if (r && id)
        r->end(id, cause);
    demand_check(p);
}

/* Its m-lines as they are now go into the recording, which begins with them. */
static void streams(struct publisher *p)
{
    const struct cardea_recorder *r = p->record || is_to_be_armed(p) ? recorder() : NULL;
    const char **descriptions;
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    if (!r || p->origin == FROM_DUMMY)
        return;
    if (!p->recording)
        begin(p, r);
    if (!p->recording)
        return;
    descriptions = g_new0(const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        descriptions[i] = publisher_track(p, s[i].mindex)->description;
        if (s[i].kind == CARDEA_VIDEO && s[i].source && !p->armed)
            vr.host->keyframe(s[i].source);
    }
    r->streams(p->recording, s, n, descriptions);
    demand_check(p);
    g_free(descriptions);
    if (p->handle)
        vr.host->data_tap(p->handle, !p->armed);
}

static void gone(struct publisher *p)
{
    if (p->recording)
        end(p, "unpublished");
    g_clear_pointer(&p->filename, g_free);
}

const struct follower recording = {streams, gone};

/* Record is pressed: with what was kept, unless its files are to have a name of their own. */
static void start(struct publisher *p)
{
    const struct cardea_recorder *r = recorder();

    if (p->recording && (p->filename || !r || r->start(p->recording)))
        end(p, "not wanted");
    p->armed = false;
    streams(p);
}

void record_set(struct publisher *p, bool on)
{
    if (p->record == on)
        return;
    p->record = on;
    if (on && p->published) {
        start(p);
    } else if (!on && p->recording) {
        end(p, "stopped");
        streams(p);
    }
}

static bool may_change(const struct publisher *p, const json_t *body)
{
    const struct properties *set = &p->room->set;
    const char *secret = member_text(body, "secret");

    return !set->lock_record || !set->secret || (secret && same_text(set->secret, secret)) ||
           (p->handle && vr.host->grants(vr.host->claims(p->handle), "admin", p->room->id));
}

void record_settings(struct publisher *p, const json_t *body)
{
    const json_t *on = json_object_get(body, "record");
    const char *filename = member_text(body, "filename");

    if ((!on && !filename) || !may_change(p, body))
        return;
    if (filename) {
        g_free(p->filename);
        p->filename = *filename ? g_strdup(filename) : NULL;
    }
    if (on)
        record_set(p, json_is_true(on));
}

void record_data(struct publisher *p, const struct cardea_message *msg)
{
    const struct cardea_recorder *r = p->recording ? recorder() : NULL;

    if (r)
        r->data(p->recording, msg);
}

void record_note(struct publisher *p, const char *what, json_t *about)
{
    const struct cardea_recorder *r = p->recording ? recorder() : NULL;

    if (r)
        r->note(p->recording, what, about);
    else
        json_decref(about);
}

const char *record_path(const struct publisher *p)
{
    const struct cardea_recorder *r = p->recording && !p->armed ? recorder() : NULL;

    return r ? r->path(p->recording) : NULL;
}
