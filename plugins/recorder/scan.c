/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include <string.h>
#include <sys/stat.h>

#include "item.h"
#include "manifest.h"
#include "nfo.h"

#define DEEPEST    6       /* folders below the root that are looked into */
#define MOST_ITEMS 1000000 /* the rest of the folder is not looked at */

struct rec_scan *rec_scan_new(const char *root)
{
    struct rec_scan *s = g_new0(struct rec_scan, 1);

    s->root = g_strdup(root);
    s->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    s->items = g_ptr_array_new_with_free_func(rec_item_free);
    s->seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return s;
}

void rec_scan_know(struct rec_scan *s, uint64_t id, int64_t modified_s)
{
    g_hash_table_insert(s->known, g_memdup2(&id, sizeof(id)), g_memdup2(&modified_s, sizeof(modified_s)));
}

void rec_scan_free(struct rec_scan *s)
{
    if (!s)
        return;
    g_free(s->root);
    g_hash_table_destroy(s->known);
    g_hash_table_destroy(s->seen);
    g_ptr_array_free(s->items, TRUE);
    g_free(s);
}

static void saw(struct rec_scan *s, uint64_t id)
{
    g_hash_table_add(s->seen, g_memdup2(&id, sizeof(id)));
}

static void take(struct rec_scan *s, struct rec_item *item)
{
    if (!item)
        return;
    saw(s, item->id);
    g_ptr_array_add(s->items, item);
}

/* --- the folder --------------------------------------------------------------------------------------------------- */

struct walk {
    struct rec_scan *scan;
    GPtrArray *nfos, *media; /* paths; looked at when all manifests are known */
    GHashTable *owned;       /* paths of files that belong to a manifest */
};

static void add_manifest(struct walk *w, const char *path)
{
    json_t *manifest = rec_json_load(path), *segment;
    size_t i;

    json_array_foreach(json_object_get(manifest, "segments"), i, segment)
    {
        char *file = rec_item_beside(path, json_string_value(json_object_get(segment, "file")));

        if (file)
            g_hash_table_add(w->owned, file);
    }
    take(w->scan, rec_item_of_manifest(manifest, path));
    json_decref(manifest);
}

static void add_nfo(struct rec_scan *s, const char *path)
{
    struct rec_nfo nfo;
    char *text = NULL;
    struct stat st;
    gsize len;

    if (stat(path, &st) || st.st_size > REC_NFO_MOST || !g_file_get_contents(path, &text, &len, NULL))
        return;
    if (!rec_nfo_read(&nfo, text, len)) {
        if (g_hash_table_contains(s->known, &nfo.id) || g_hash_table_contains(s->seen, &nfo.id))
            saw(s, nfo.id);
        else
            take(s, rec_item_of_nfo(&nfo, path, st.st_mtime));
    }
    g_free(text);
}

static void add_foreign(struct rec_scan *s, const char *path)
{
    const char *below = path + strlen(s->root) + 1;
    uint64_t id = rec_item_number(below);
    const int64_t *modified = g_hash_table_lookup(s->known, &id);
    struct stat st;

    if (stat(path, &st) || !S_ISREG(st.st_mode))
        return;
    if (modified && *modified == st.st_mtime)
        saw(s, id);
    else
        take(s, rec_item_of_media(path, below, st.st_mtime, st.st_size));
}

static bool is_media(const char *name)
{
    return g_str_has_suffix(name, ".webm") || g_str_has_suffix(name, ".mkv") || g_str_has_suffix(name, ".mp4");
}

static bool goes_on(const struct walk *w)
{
    return !g_atomic_int_get(&w->scan->stop) && w->media->len < MOST_ITEMS && w->scan->items->len < MOST_ITEMS;
}

static void walk(struct walk *w, const char *folder, unsigned depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) && goes_on(w)) {
        char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (name[0] == '.' || lstat(path, &st))
            ;
        else if (S_ISDIR(st.st_mode) && depth < DEEPEST)
            walk(w, path, depth + 1);
        else if (g_str_has_suffix(name, REC_MANIFEST_ENDING) && S_ISREG(st.st_mode))
            add_manifest(w, path);
        else if (g_str_has_suffix(name, ".nfo") && !depth)
            g_ptr_array_add(w->nfos, g_strdup(path));
        else if (is_media(name))
            g_ptr_array_add(w->media, g_strdup(path));
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
}

void rec_scan_run(struct rec_scan *s)
{
    struct walk w = {s, g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free),
                     g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};

    walk(&w, s->root, 0);
    for (guint i = 0; i < w.nfos->len; i++)
        add_nfo(s, w.nfos->pdata[i]);
    for (guint i = 0; i < w.media->len && !g_atomic_int_get(&s->stop); i++)
        if (!g_hash_table_contains(w.owned, w.media->pdata[i]))
            add_foreign(s, w.media->pdata[i]);
    g_ptr_array_free(w.nfos, TRUE);
    g_ptr_array_free(w.media, TRUE);
    g_hash_table_destroy(w.owned);
}
