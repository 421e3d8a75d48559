/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

#include "manifests.h"
#include "rec.h"

static void clear_clip(void *clip)
{
    g_free(((struct clip *)clip)->path);
}

static void free_person(void *person)
{
    struct person *p = person;

    g_array_free(p->clips, TRUE);
    g_free(p->name);
    g_free(p);
}

void timeline_init(struct timeline *t)
{
    t->people = g_ptr_array_new_with_free_func(free_person);
    t->end_us = 0;
}

void timeline_free(struct timeline *t)
{
    g_ptr_array_free(t->people, TRUE);
}

static struct person *add_person(struct timeline *t, const char *name)
{
    struct person *p = g_new0(struct person, 1);

    p->name = g_strdup(name);
    p->clips = g_array_new(FALSE, FALSE, sizeof(struct clip));
    g_array_set_clear_func(p->clips, clear_clip);
    g_ptr_array_add(t->people, p);
    return p;
}

/* path is taken. */
static void add_clip(struct person *p, char *path, int64_t begin_us)
{
    struct clip clip = {path, begin_us};

    g_array_append_val(p->clips, clip);
}

/* Wall clock of a manifest, or 0. */
static int64_t started(const json_t *manifest)
{
    return json_integer_value(json_object_get(manifest, "started_us"));
}

/* What people are called: a title that somebody chose, else the number of the participant. */
static const char *name_of(const json_t *manifest, const char *who, const char *path)
{
    const char *title = json_string_value(json_object_get(manifest, "title"));

    if (title && g_strcmp0(title, json_string_value(json_object_get(manifest, "name"))))
        return title;
    if (!who)
        who = json_string_value(json_object_get(manifest, "participant"));
    return who ? who : title ? title : path;
}

/* who: the participant as a session knows it, or NULL. */
static bool add_recording(struct timeline *t, const char *path, const char *who, int64_t begin_us)
{
    json_t *manifest = manifest_load(path);
    const json_t *s;
    struct person *p;
    int64_t end_us;
    size_t i;

    if (!manifest)
        return false;
    p = add_person(t, name_of(manifest, who, path));
    json_array_foreach(json_object_get(manifest, "segments"), i, s)
    {
        char *file = manifest_file(path, json_string_value(json_object_get(s, "file")));

        if (file)
            add_clip(p, file, begin_us + json_integer_value(json_object_get(s, "start_ms")) * 1000);
    }
    end_us = begin_us + json_integer_value(json_object_get(manifest, "duration_ms")) * 1000;
    t->end_us = end_us > t->end_us ? end_us : t->end_us;
    json_decref(manifest);
    return true;
}

/* The manifest of a recording that a session names: its base name may hold no folder. */
static bool add_member(struct timeline *t, const char *session_path, const json_t *session, const json_t *member)
{
    const char *name = json_string_value(json_object_get(member, "name"));
    const char *who = json_string_value(json_object_get(member, "participant"));
    char *file = g_strdup_printf("%s.json", name ? name : ""), *path = manifest_file(session_path, file);
    int64_t begin_us = json_integer_value(json_object_get(member, "from_ms")) * 1000;
    json_t *manifest = path ? manifest_load(path) : NULL;
    bool fine = manifest != NULL;

    if (!path)
        complain("%s: names a recording that is not beside it", session_path);
    if (fine && started(manifest) && started(session))
        begin_us = started(manifest) - started(session); /* finer than the session's milliseconds */
    fine = fine && add_recording(t, path, who, begin_us);
    json_decref(manifest);
    g_free(path);
    g_free(file);
    return fine;
}

static bool add_session(struct timeline *t, const char *path)
{
    json_t *session = manifest_load(path);
    const json_t *member;
    bool any = false;
    size_t i;

    json_array_foreach(json_object_get(session, "recordings"), i, member) any |= add_member(t, path, session, member);
    json_decref(session);
    if (!any)
        complain("%s: none of its recordings can be read", path);
    return any;
}

static bool add_manifest(struct timeline *t, const char *path)
{
    json_t *manifest = manifest_load(path);
    bool session = !g_strcmp0(json_string_value(json_object_get(manifest, "format")), MANIFEST_SESSION), fine;

    if (!manifest)
        return false;
    fine = session ? add_session(t, path) : add_recording(t, path, NULL, started(manifest));
    json_decref(manifest);
    return fine;
}

static bool add_folder(struct timeline *t, const char *path)
{
    GPtrArray *files = manifests_in(path);
    bool fine = files->len > 0;
    guint i;

    if (!fine)
        complain("%s: holds no manifest of a recording", path);
    for (i = 0; i < files->len && fine; i++) {
        fine = add_manifest(t, files->pdata[i]);
        if (manifest_is_one(files->pdata[i], MANIFEST_SESSION))
            break; /* it names all the others; sessions come first */
    }
    g_ptr_array_free(files, TRUE);
    return fine;
}

static bool add_file(struct timeline *t, const char *what)
{
    const char *at = strrchr(what, '@');
    char *path, *end = NULL, *name;
    double seconds = 0;

    if (at && !g_file_test(what, G_FILE_TEST_EXISTS)) {
        seconds = g_ascii_strtod(at + 1, &end);
        if (end == at + 1 || *end || !(seconds >= 0 && seconds < 1e7)) {
            complain("%s: what follows '@' is no number of seconds", what);
            return false;
        }
    }
    path = end ? g_strndup(what, (gsize)(at - what)) : g_strdup(what);
    name = g_path_get_basename(path);
    if (strrchr(name, '.') > name)
        *strrchr(name, '.') = 0; /* people are not called .webm */
    add_clip(add_person(t, name), path, (int64_t)(seconds * 1e6));
    g_free(name);
    return true;
}

bool timeline_add(struct timeline *t, const char *what)
{
    if (g_file_test(what, G_FILE_TEST_IS_DIR))
        return add_folder(t, what);
    return g_str_has_suffix(what, ".json") ? add_manifest(t, what) : add_file(t, what);
}

static int by_begin(const void *a, const void *b)
{
    const struct clip *x = a, *y = b;

    return x->begin_us < y->begin_us ? -1 : x->begin_us > y->begin_us;
}

void timeline_settle(struct timeline *t)
{
    int64_t first = INT64_MAX;
    guint i, k;

    for (i = 0; i < t->people->len; i++) {
        struct person *p = t->people->pdata[i];

        g_array_sort(p->clips, by_begin);
        if (p->clips->len && g_array_index(p->clips, struct clip, 0).begin_us < first)
            first = g_array_index(p->clips, struct clip, 0).begin_us;
    }
    if (first == INT64_MAX)
        return;
    for (i = 0; i < t->people->len; i++) {
        struct person *p = t->people->pdata[i];

        for (k = 0; k < p->clips->len; k++)
            g_array_index(p->clips, struct clip, k).begin_us -= first;
    }
    t->end_us = t->end_us > first ? t->end_us - first : 0;
}
