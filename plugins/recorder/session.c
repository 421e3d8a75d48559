/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "manifest.h"
#include "recorder.h"
#include "writer.h"

#define SAVE_US     5000000 /* an unfinished timeline on disk is not older than this, if anything happens */
#define MOST_EVENTS 20000

struct rec_session {
    char *key, *folder; /* owned */
    json_t *json;       /* owned */
    unsigned holds;
    int64_t start_us, saved_us;
};

static GHashTable *sessions; /* key: the folder without date and time -> session */

void rec_sessions_init(void)
{
    sessions = g_hash_table_new(g_str_hash, g_str_equal);
}

void rec_sessions_free(void)
{
    g_hash_table_destroy(sessions);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct save {
    char *path;
    json_t *json; /* a copy: the writer's own */
};

static void do_save(void *arg)
{
    struct save *s = arg;
    int err = rec_json_save(s->path, s->json, recorder.set.mode, recorder.set.sync);

    if (err)
        recorder.host->log(CARDEA_LOG_ERROR, NULL, "%s cannot be written: %s", s->path, g_strerror(-err));
    json_decref(s->json);
    g_free(s->path);
    g_free(s);
}

static void save(struct rec_session *s)
{
    struct save *what = g_new(struct save, 1);

    what->path = g_build_filename(s->folder, REC_SESSION_FILE, NULL);
    what->json = json_deep_copy(s->json);
    s->saved_us = recorder.host->now_us();
    if (g_atomic_int_get(&recorder.stopping))
        do_save(what); /* the writer has gone */
    else
        rec_writer_call(do_save, what);
}

static json_int_t now_ms(const struct rec_session *s)
{
    return (recorder.host->now_us() - s->start_us) / 1000;
}

static json_t *recording_of(const struct rec_session *s, uint64_t id)
{
    json_t *list = json_object_get(s->json, "recordings"), *r;
    size_t i;

    json_array_foreach(list, i, r) if ((uint64_t)json_integer_value(json_object_get(r, "id")) == id) return r;
    return NULL;
}

void rec_session_note(struct rec_session *s, uint64_t id, const char *what, const json_t *about)
{
    json_t *events = json_object_get(s->json, "events");
    json_t *e = json_pack("{sI sI ss}", "at_ms", now_ms(s), "recording", (json_int_t)id, "what", what);

    if (about)
        json_object_set_new(e, "about", json_deep_copy(about));
    if (json_array_size(events) < MOST_EVENTS)
        json_array_append_new(events, e);
    else
        json_decref(e);
    if (recorder.host->now_us() - s->saved_us > SAVE_US)
        save(s);
}

/* --- members ------------------------------------------------------------------------------------------------------ */

static struct rec_session *make(const char *key, const char *name, const char *room)
{
    struct rec_session *s = g_new0(struct rec_session, 1);
    int64_t wall = g_get_real_time();
    GDateTime *t = g_date_time_new_from_unix_utc(wall / 1000000);
    char *stamp = g_date_time_format(t, "%Y%m%d-%H%M%S"), *text = rec_time_text(wall);

    s->key = g_strdup(key);
    s->folder = g_strdup_printf("%s-%s", key, stamp);
    for (unsigned i = 2; g_file_test(s->folder, G_FILE_TEST_EXISTS); i++) {
        g_free(s->folder);
        s->folder = g_strdup_printf("%s-%s.%u", key, stamp, i);
    }
    s->start_us = recorder.host->now_us();
    s->json =
        json_pack("{ss si ss ss* ss ss sI s[] s[]}", "format", "cardea-session", "version", 1, "name", name, "room",
                  room, "state", "recording", "started", text, "started_us", (json_int_t)wall, "recordings", "events");
    g_free(text);
    g_free(stamp);
    g_date_time_unref(t);
    g_hash_table_insert(sessions, s->key, s);
    return s;
}

struct rec_session *rec_session_hold(const char *folder, const char *name, const char *room)
{
    char *key = g_build_filename(folder, name, NULL);
    struct rec_session *s = g_hash_table_lookup(sessions, key);

    if (!s)
        s = make(key, name, room);
    s->holds++;
    g_free(key);
    return s;
}

const char *rec_session_folder(const struct rec_session *s)
{
    return s->folder;
}

void rec_session_enter(struct rec_session *s, uint64_t id, const char *base, const char *participant)
{
    json_array_append_new(json_object_get(s->json, "recordings"),
                          json_pack("{sI ss ss* sI}", "id", (json_int_t)id, "name", base, "participant", participant,
                                    "from_ms", now_ms(s)));
    rec_session_note(s, id, "recording", NULL);
    save(s);
}

static void finish(struct rec_session *s)
{
    int64_t started_us = json_integer_value(json_object_get(s->json, "started_us"));
    char *text = rec_time_text(started_us + recorder.host->now_us() - s->start_us); /* whatever the wall clock did */

    json_object_set_new(s->json, "state", json_string("finished"));
    json_object_set_new(s->json, "ended", json_string(text));
    json_object_set_new(s->json, "duration_ms", json_integer(now_ms(s)));
    g_free(text);
    if (json_array_size(json_object_get(s->json, "recordings")))
        save(s);
    g_hash_table_remove(sessions, s->key);
    json_decref(s->json);
    g_free(s->key);
    g_free(s->folder);
    g_free(s);
}

void rec_session_leave(struct rec_session *s, uint64_t id, const char *cause)
{
    json_t *r = recording_of(s, id), *about = json_pack("{ss*}", "cause", cause);

    if (r) {
        json_object_set_new(r, "to_ms", json_integer(now_ms(s)));
        rec_session_note(s, id, "recorded", about);
    }
    json_decref(about);
    if (!--s->holds)
        finish(s);
    else if (r)
        save(s);
}
