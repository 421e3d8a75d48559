/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include <stddef.h>

#include "catalog.h"
#include "recorder.h"
#include "take.h"

struct client { /* who asked for a recording */
    void (*ended)(void *user, cardea_recording recording, const char *cause);
    void *user;
};

static GHashTable *clients; /* set; owned */

void rec_service_start(void)
{
    clients = g_hash_table_new_full(NULL, NULL, g_free, NULL);
}

void rec_service_stop(void)
{
    g_clear_pointer(&clients, g_hash_table_destroy);
}

static void ended(void *user, struct rec_take *t, const json_t *manifest, const char *path)
{
    struct client *c = user;
    const char *cause = json_string_value(json_object_get(manifest, "cause"));

    rec_catalog_add(manifest, path);
    if (c->ended)
        c->ended(c->user, rec_take_id(t), cause ? cause : "");
    g_hash_table_remove(clients, c);
}

static int begin(cardea_recording *out, const struct cardea_record *what)
{
    struct rec_take_conf conf = {.folder = what->folder,
                                 .name = what->name,
                                 .title = what->title,
                                 .session = what->session,
                                 .room = what->room,
                                 .participant = what->participant,
                                 .meta = what->meta,
                                 .formats = what->formats,
                                 .is_private = what->is_private || what->room, /* a room's are its moderators' */
                                 .e2ee = what->e2ee,
                                 .overwrite = what->overwrite,
                                 .text_data = what->text_data,
                                 .indexed = what->room != NULL,
                                 .armed = what->size > offsetof(struct cardea_record, armed) && what->armed,
                                 .key = what->size > offsetof(struct cardea_record, key) ? what->key : NULL,
                                 .ended = ended};
    struct client *c;
    struct rec_take *t;
    int err;

    if (conf.armed && !recorder.set.preroll_s) {
        json_decref(what->meta);
        return CARDEA_ESTATE;
    }
    c = g_new0(struct client, 1);
    c->ended = what->ended;
    c->user = what->user;
    conf.user = c;
    err = rec_take_begin(&t, &conf);
    if (err) {
        g_free(c);
        return err;
    }
    g_hash_table_add(clients, c);
    *out = rec_take_id(t);
    return 0;
}

static int streams(cardea_recording r, const struct cardea_stream *s, size_t n, const char *const *descriptions)
{
    struct rec_take *t = rec_take_find(r);

    if (t)
        rec_take_streams(t, s, n, descriptions);
    return t ? 0 : CARDEA_ENOENT;
}

static int data(cardea_recording r, const struct cardea_message *m)
{
    struct rec_take *t = rec_take_find(r);

    if (t)
        rec_take_data(t, m);
    return t ? 0 : CARDEA_ENOENT;
}

static int hold(cardea_recording r, bool paused)
{
    struct rec_take *t = rec_take_find(r);

    if (t)
        rec_take_pause(t, paused);
    return t ? 0 : CARDEA_ENOENT;
}

static int note(cardea_recording r, const char *what, json_t *about)
{
    struct rec_take *t = rec_take_find(r);

    if (t)
        rec_take_note(t, what, about);
    else
        json_decref(about);
    return t ? 0 : CARDEA_ENOENT;
}

static int end(cardea_recording r, const char *cause)
{
    struct rec_take *t = rec_take_find(r);

    if (t)
        rec_take_end(t, g_intern_string(cause ? cause : "stopped"));
    return t ? 0 : CARDEA_ENOENT;
}

static const char *path(cardea_recording r)
{
    const struct rec_take *t = rec_take_find(r);

    return t ? rec_take_path(t) : NULL;
}

static int start(cardea_recording r)
{
    struct rec_take *t = rec_take_find(r);

    return t ? rec_take_start(t) : CARDEA_ENOENT;
}

static void forget(void (*told)(void *user, cardea_recording recording, const char *cause))
{
    GHashTableIter it;
    struct client *c;

    g_hash_table_iter_init(&it, clients);
    while (g_hash_table_iter_next(&it, (gpointer *)&c, NULL))
        if (c->ended == told)
            c->ended = NULL;
}

const struct cardea_recorder rec_service = {
    .size = sizeof(struct cardea_recorder),
    .begin = begin,
    .streams = streams,
    .data = data,
    .pause = hold,
    .note = note,
    .end = end,
    .path = path,
    .start = start,
    .forget = forget,
};
