/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manifest.h"
#include "mjr.h"
#include "name.h"
#include "nfo.h"
#include "probe.h"
#include "recorder.h"

#define DEEPEST    6       /* folders below the root that are looked into */
#define MOST_ITEMS 1000000 /* the rest of the folder is not looked at */
#define MJR_HEAD   4096    /* bytes of a .mjr file that hold its header */

static GHashTable *items; /* id -> struct rec_item */

static void item_free(gpointer data)
{
    struct rec_item *i = data;

    g_free(i->name);
    g_free(i->date);
    g_free(i->audio_codec);
    g_free(i->video_codec);
    g_free(i->index);
    g_free(i->audio_mjr);
    g_free(i->video_mjr);
    g_free(i->data_mjr);
    g_free(i->messages);
    g_ptr_array_free(i->media, TRUE);
    g_free(i);
}

static struct rec_item *item_new(uint64_t id)
{
    struct rec_item *i = g_new0(struct rec_item, 1);

    i->id = id;
    i->media = g_ptr_array_new_with_free_func(g_free);
    return i;
}

/* The first to have a number keeps it. */
static void insert(struct rec_item *i)
{
    struct rec_item *present = g_hash_table_lookup(items, &i->id);

    i->seen = true;
    if (present && g_strcmp0(present->index, i->index) && present->index && i->index) {
        present->seen = true;
        item_free(i);
        return;
    }
    g_hash_table_replace(items, &i->id, i);
}

void rec_catalog_init(void)
{
    items = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, item_free);
}

void rec_catalog_free(void)
{
    g_hash_table_destroy(items);
}

static char *local_date(int64_t seconds)
{
    GDateTime *t = g_date_time_new_from_unix_local(seconds);
    char *text = t ? g_date_time_format(t, "%Y-%m-%d %H:%M:%S") : g_strdup("1970-01-01 00:00:00");

    if (t)
        g_date_time_unref(t);
    return text;
}

/* --- manifests ---------------------------------------------------------------------------------------------------- */

/* A file that a manifest or index names; NULL when it leaves its folder. */
static char *beside(const char *index, const char *name)
{
    char *folder, *path;

    if (!name || !*name || strchr(name, '/') || !strcmp(name, "..") || !strcmp(name, "."))
        return NULL;
    folder = g_path_get_dirname(index);
    path = g_build_filename(folder, name, NULL);
    g_free(folder);
    return path;
}

static void read_tracks(struct rec_item *item, const json_t *tracks)
{
    const json_t *t;
    size_t i;

    json_array_foreach(tracks, i, t)
    {
        const char *codec = json_string_value(json_object_get(t, "codec"));
        bool video = !g_strcmp0(json_string_value(json_object_get(t, "kind")), "video");

        if (json_object_get(t, "frames") && !json_integer_value(json_object_get(t, "frames")) && !item->e2ee)
            continue; /* it never sent anything */
        *(video ? &item->video : &item->audio) = true;
        if (video && !item->video_codec)
            item->video_codec = g_strdup(codec);
        if (!video && !item->audio_codec)
            item->audio_codec = g_strdup(codec);
    }
}

static void read_files(struct rec_item *item, const json_t *manifest, const char *path)
{
    const json_t *s;
    size_t i;

    json_array_foreach(json_object_get(manifest, "segments"), i, s)
    {
        char *file = beside(path, json_string_value(json_object_get(s, "file")));

        if (file)
            g_ptr_array_add(item->media, file);
        item->bytes += json_integer_value(json_object_get(s, "bytes"));
    }
    json_array_foreach(json_object_get(manifest, "mjr"), i, s)
    {
        const char *name = json_string_value(s);
        char *file = beside(path, name);
        char **slot = !file                    ? NULL
                      : strstr(name, "-audio") ? &item->audio_mjr
                      : strstr(name, "-video") ? &item->video_mjr
                                               : &item->data_mjr;
        struct stat st;

        if (file && !stat(file, &st))
            item->bytes += st.st_size;
        if (slot && !*slot)
            *slot = file;
        else
            g_free(file);
    }
    item->messages = beside(path, json_string_value(json_object_get(manifest, "data")));
    item->data = item->messages || item->data_mjr;
}

void rec_catalog_add(const json_t *manifest, const char *path)
{
    uint64_t id = (uint64_t)json_integer_value(json_object_get(manifest, "id"));
    const char *title = json_string_value(json_object_get(manifest, "title"));
    struct rec_item *item;

    if (!id || g_strcmp0(json_string_value(json_object_get(manifest, "format")), "cardea-recording") ||
        !g_strcmp0(json_string_value(json_object_get(manifest, "state")), "recording"))
        return;
    item = item_new(id);
    item->index = g_strdup(path);
    item->name = g_strdup(title ? title : "");
    item->modified_s = json_integer_value(json_object_get(manifest, "started_us")) / 1000000;
    item->date = local_date(item->modified_s);
    item->is_private = !json_is_false(json_object_get(manifest, "private"));
    item->e2ee = json_is_true(json_object_get(manifest, "e2ee"));
    item->duration_ms = json_integer_value(json_object_get(manifest, "duration_ms"));
    read_tracks(item, json_object_get(manifest, "tracks"));
    read_files(item, manifest, path);
    insert(item);
}

/* --- .nfo --------------------------------------------------------------------------------------------------------- */

static void read_mjr(const char *path, bool *has, char **codec, bool *red, bool *e2ee)
{
    uint8_t head[MJR_HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
    struct rec_mjr_reader r;

    if (fd >= 0)
        close(fd);
    *has = n >= 0;
    if (n < 0 || rec_mjr_open(&r, head, (size_t)n) || r.empty)
        return;
    if (codec)
        *codec = g_strdup(r.info.codec);
    if (red)
        *red = r.info.red_payload_type >= 0;
    *e2ee |= r.info.e2ee;
}

static void add_nfo(const char *path)
{
    struct rec_nfo nfo;
    struct rec_item *item;
    char *text = NULL;
    struct stat st;
    gsize len;

    if (stat(path, &st) || st.st_size > REC_NFO_MOST || !g_file_get_contents(path, &text, &len, NULL))
        return;
    if (rec_nfo_read(&nfo, text, len) || g_hash_table_contains(items, &nfo.id)) {
        item = rec_nfo_read(&nfo, text, len) ? NULL : g_hash_table_lookup(items, &nfo.id);
        if (item)
            item->seen = true;
        g_free(text);
        return;
    }
    g_free(text);
    item = item_new(nfo.id);
    item->index = g_strdup(path);
    item->name = g_strdup(nfo.name);
    item->date = g_strdup(nfo.date);
    item->is_private = nfo.is_private;
    item->modified_s = st.st_mtime;
    item->audio_mjr = beside(path, nfo.audio);
    item->video_mjr = beside(path, nfo.video);
    item->data_mjr = beside(path, nfo.data);
    item->data = item->data_mjr != NULL;
    if (item->audio_mjr)
        read_mjr(item->audio_mjr, &item->audio, &item->audio_codec, &item->audio_red, &item->e2ee);
    if (item->video_mjr)
        read_mjr(item->video_mjr, &item->video, &item->video_codec, NULL, &item->e2ee);
    insert(item);
}

static void base_name(char *out, size_t cap, const char *path)
{
    char *base = path ? g_path_get_basename(path) : NULL;

    g_strlcpy(out, base ? base : "", cap);
    g_free(base);
}

/* Only in the folder itself: the index names files without their folder. */
void rec_catalog_write_nfo(uint64_t id)
{
    const struct rec_item *i = rec_catalog_find(id);
    char *folder = i && i->index ? g_path_get_dirname(i->index) : NULL;
    struct rec_nfo nfo = {.id = id};
    char text[2048], *path;
    int n;

    if (folder && (i->audio_mjr || i->video_mjr) && !strcmp(folder, recorder.set.path)) {
        nfo.is_private = i->is_private;
        g_strlcpy(nfo.name, i->name, sizeof(nfo.name));
        g_strlcpy(nfo.date, i->date, sizeof(nfo.date));
        base_name(nfo.audio, sizeof(nfo.audio), i->audio_mjr);
        base_name(nfo.video, sizeof(nfo.video), i->video_mjr);
        base_name(nfo.data, sizeof(nfo.data), i->data_mjr);
        n = rec_nfo_write(text, sizeof(text), &nfo);
        path = g_strdup_printf("%s/%llu.nfo", folder, (unsigned long long)id);
        if (n > 0 && !g_file_set_contents(path, text, n, NULL))
            recorder.host->log(CARDEA_LOG_ERROR, NULL, "%s cannot be written", path);
        g_free(path);
    }
    g_free(folder);
}

/* --- files of others ---------------------------------------------------------------------------------------------- */

/* A number that stays the same as long as the file keeps its name: 53 bits of FNV-1a. */
static uint64_t number_of(const char *name)
{
    uint64_t h = 14695981039346656037u;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 1099511628211u;
    h &= ((uint64_t)1 << 53) - 1;
    return h ? h : 1;
}

static void add_foreign(const char *path, const char *below)
{
    uint64_t id = number_of(below);
    struct rec_item *item = g_hash_table_lookup(items, &id);
    struct rec_probe probe;
    struct stat st;

    if (stat(path, &st) || !S_ISREG(st.st_mode))
        return;
    if (item && item->modified_s == st.st_mtime) {
        item->seen = true;
        return;
    }
    if (rec_probe_file(path, &probe))
        return;
    item = item_new(id);
    item->name = g_strdup(below);
    item->date = local_date(st.st_mtime);
    item->modified_s = st.st_mtime;
    item->bytes = st.st_size;
    item->duration_ms = probe.duration_ms;
    item->audio = probe.audio != REC_CODEC_NONE;
    item->video = probe.video != REC_CODEC_NONE;
    item->audio_codec = item->audio ? g_strdup(rec_codec_name(probe.audio)) : NULL;
    item->video_codec = item->video ? g_strdup(rec_codec_name(probe.video)) : NULL;
    g_ptr_array_add(item->media, g_strdup(path));
    insert(item);
}

static bool is_media(const char *name)
{
    return g_str_has_suffix(name, ".webm") || g_str_has_suffix(name, ".mkv") || g_str_has_suffix(name, ".mp4");
}

/* --- the scan ----------------------------------------------------------------------------------------------------- */

struct scan {
    GPtrArray *nfos, *media; /* paths */
    GHashTable *owned;       /* paths of files that belong to a manifest */
};

static void add_manifest(struct scan *s, const char *path)
{
    json_t *manifest = rec_json_load(path), *segment;
    size_t i;

    if (!manifest)
        return;
    json_array_foreach(json_object_get(manifest, "segments"), i, segment)
    {
        char *file = beside(path, json_string_value(json_object_get(segment, "file")));

        if (file)
            g_hash_table_add(s->owned, file);
    }
    rec_catalog_add(manifest, path);
    json_decref(manifest);
}

static void walk(struct scan *s, const char *folder, unsigned depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) && s->media->len < MOST_ITEMS) {
        char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (name[0] == '.' || lstat(path, &st))
            ;
        else if (S_ISDIR(st.st_mode) && depth < DEEPEST)
            walk(s, path, depth + 1);
        else if (g_str_has_suffix(name, REC_MANIFEST_ENDING) && S_ISREG(st.st_mode))
            add_manifest(s, path);
        else if (g_str_has_suffix(name, ".nfo") && !depth)
            g_ptr_array_add(s->nfos, g_strdup(path));
        else if (is_media(name))
            g_ptr_array_add(s->media, g_strdup(path));
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
}

static gboolean is_unseen(gpointer key, gpointer value, gpointer unused)
{
    return !((struct rec_item *)value)->seen;
}

void rec_catalog_scan(void)
{
    struct scan s = {g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free),
                     g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    size_t root = strlen(recorder.set.path) + 1;
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, items);
    while (g_hash_table_iter_next(&it, NULL, &value))
        ((struct rec_item *)value)->seen = false;
    walk(&s, recorder.set.path, 0);
    for (guint i = 0; i < s.nfos->len; i++)
        add_nfo(s.nfos->pdata[i]);
    for (guint i = 0; i < s.media->len; i++)
        if (!g_hash_table_contains(s.owned, s.media->pdata[i]))
            add_foreign(s.media->pdata[i], (char *)s.media->pdata[i] + root);
    g_hash_table_foreach_remove(items, is_unseen, NULL);
    g_ptr_array_free(s.nfos, TRUE);
    g_ptr_array_free(s.media, TRUE);
    g_hash_table_destroy(s.owned);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

const struct rec_item *rec_catalog_find(uint64_t id)
{
    return g_hash_table_lookup(items, &id);
}

json_t *rec_catalog_list(bool with_private)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, items);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct rec_item *i = value;
        json_t *j;

        if (i->is_private && !with_private)
            continue;
        j = json_pack("{sI sb ss ss sb ss* sb ss* sb}", "id", (json_int_t)i->id, "is_private", i->is_private, "name",
                      i->name, "date", i->date, "audio", i->audio, "audio_codec", i->audio_codec, "video", i->video,
                      "video_codec", i->video_codec, "data", i->data);
        if (i->audio_red)
            json_object_set_new(j, "audio_red", json_true());
        if (i->duration_ms)
            json_object_set_new(j, "duration_ms", json_integer(i->duration_ms));
        json_array_append_new(list, j);
    }
    return list;
}

void rec_catalog_each(void (*each)(const struct rec_item *item, void *arg), void *arg)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, items);
    while (g_hash_table_iter_next(&it, NULL, &value))
        each(value, arg);
}

static int remove_file(const char *path)
{
    return !path || !g_unlink(path) || errno == ENOENT ? 0 : CARDEA_EIO;
}

int rec_catalog_remove(uint64_t id)
{
    struct rec_item *i = g_hash_table_lookup(items, &id);
    int err = 0;

    if (!i)
        return CARDEA_ENOENT;
    for (guint m = 0; m < i->media->len; m++)
        err |= remove_file(i->media->pdata[m]);
    err |= remove_file(i->audio_mjr) | remove_file(i->video_mjr) | remove_file(i->data_mjr) | remove_file(i->messages);
    if (!err)
        err = remove_file(i->index); /* last: what is left can be removed again */
    if (!err && i->index) {
        char *folder = g_path_get_dirname(i->index);

        if (strcmp(folder, recorder.set.path))
            g_rmdir(folder); /* when nothing else is in it */
        g_free(folder);
    }
    if (err)
        return CARDEA_EIO;
    g_hash_table_remove(items, &id);
    return 0;
}
