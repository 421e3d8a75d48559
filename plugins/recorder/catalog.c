/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "nfo.h"
#include "recorder.h"
#include "scan.h"
#include "session.h"

struct waiter {
    void (*then)(void *arg);
    void *arg;
    unsigned serial; /* of the scan that it waits for */
};

static struct {
    GHashTable *items;     /* id -> struct rec_item */
    GQueue waiters;        /* struct waiter */
    GHashTable *removed;   /* ids, while a scan goes on */
    struct rec_scan *scan; /* goes on; NULL: none */
    GThread *thread;
    unsigned serial; /* of the last scan that was begun */
    bool again;      /* another is wanted behind it */
    bool ready;      /* the first one is done */
} catalog;

/* The first to have a number keeps it. */
static void insert(struct rec_item *i)
{
    const struct rec_item *present = g_hash_table_lookup(catalog.items, &i->id);

    i->serial = catalog.serial;
    if (present && present->index && i->index && strcmp(present->index, i->index) && !access(present->index, F_OK))
        rec_item_free(i);
    else
        g_hash_table_replace(catalog.items, &i->id, i);
}

void rec_catalog_add(const json_t *manifest, const char *path)
{
    struct rec_item *i = rec_item_of_manifest(manifest, path);

    if (i)
        insert(i);
}

/* --- the scan ----------------------------------------------------------------------------------------------------- */

static void tell_waiters(bool all)
{
    for (guint n = catalog.waiters.length; n > 0; n--) {
        struct waiter *w = g_queue_pop_head(&catalog.waiters);

        if (!all && w->serial > catalog.serial) {
            g_queue_push_tail(&catalog.waiters, w);
            continue;
        }
        w->then(w->arg);
        g_free(w);
    }
}

/* What was added while it went on stays, what was removed meanwhile does not come back. */
static void merge(struct rec_scan *scan)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, catalog.items);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct rec_item *i = value;

        if (i->serial != catalog.serial && !g_hash_table_contains(scan->seen, &i->id))
            g_hash_table_iter_remove(&it);
    }
    for (guint k = 0; k < scan->items->len; k++) {
        struct rec_item *i = scan->items->pdata[k];

        if (!g_hash_table_contains(catalog.removed, &i->id)) {
            insert(i);
            scan->items->pdata[k] = NULL;
        }
    }
}

static void begin(void);

static void scanned(void *unused)
{
    struct rec_scan *scan = catalog.scan;

    if (rec_has_stopped())
        return;
    g_thread_join(catalog.thread);
    catalog.thread = NULL;
    catalog.scan = NULL;
    merge(scan);
    rec_scan_free(scan);
    g_hash_table_remove_all(catalog.removed);
    catalog.ready = true;
    tell_waiters(false);
    if (catalog.again)
        begin();
}

static gpointer run(gpointer scan)
{
    rec_scan_run(scan);
    rec_post(scanned, NULL);
    return NULL;
}

static void begin(void)
{
    GHashTableIter it;
    gpointer value;

    catalog.again = false;
    catalog.serial++;
    catalog.scan = rec_scan_new(recorder.set.path);
    g_hash_table_iter_init(&it, catalog.items);
    while (g_hash_table_iter_next(&it, NULL, &value))
        rec_scan_know(catalog.scan, ((struct rec_item *)value)->id, ((struct rec_item *)value)->modified_s);
    catalog.thread = g_thread_new("rec-scan", run, catalog.scan);
}

static void wait_for(void (*then)(void *arg), void *arg, unsigned serial)
{
    struct waiter *w = g_new(struct waiter, 1);

    *w = (struct waiter){then, arg, serial};
    g_queue_push_tail(&catalog.waiters, w);
}

void rec_catalog_scan(void (*then)(void *arg), void *arg)
{
    catalog.again = catalog.scan != NULL;
    if (then)
        wait_for(then, arg, catalog.serial + 1);
    if (!catalog.scan)
        begin();
}

void rec_catalog_ready(void (*then)(void *arg), void *arg)
{
    if (catalog.ready)
        then(arg);
    else
        wait_for(then, arg, 1);
}

bool rec_catalog_is_ready(void)
{
    return catalog.ready;
}

void rec_catalog_init(void)
{
    memset(&catalog, 0, sizeof(catalog));
    g_queue_init(&catalog.waiters);
    catalog.items = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, rec_item_free);
    catalog.removed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

void rec_catalog_free(void)
{
    if (catalog.thread) {
        g_atomic_int_set(&catalog.scan->stop, 1);
        g_thread_join(catalog.thread);
        rec_scan_free(catalog.scan);
    }
    tell_waiters(true);
    g_hash_table_destroy(catalog.items);
    g_hash_table_destroy(catalog.removed);
}

/* --- .nfo --------------------------------------------------------------------------------------------------------- */

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

/* --- asking ------------------------------------------------------------------------------------------------------- */

const struct rec_item *rec_catalog_find(uint64_t id)
{
    return g_hash_table_lookup(catalog.items, &id);
}

json_t *rec_catalog_list(const struct rec_visitor *v, const char *wanted)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, catalog.items);
    while (g_hash_table_iter_next(&it, NULL, &value))
        if (rec_access_may_see(value, v) && rec_item_matches(value, wanted))
            json_array_append_new(list, rec_item_json(value));
    return list;
}

void rec_catalog_each(void (*each)(const struct rec_item *item, void *arg), void *arg)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, catalog.items);
    while (g_hash_table_iter_next(&it, NULL, &value))
        each(value, arg);
}

static int remove_file(const char *path)
{
    return !path || !g_unlink(path) || errno == ENOENT ? 0 : CARDEA_EIO;
}

/* The folder of a session goes with the last recording of it. */
static void remove_folder(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    char *timeline = g_build_filename(folder, REC_SESSION_FILE, NULL);
    const char *name;
    bool alone = true;

    while (dir && (name = g_dir_read_name(dir)))
        alone &= !strcmp(name, REC_SESSION_FILE);
    if (dir)
        g_dir_close(dir);
    if (alone)
        g_unlink(timeline);
    g_rmdir(folder); /* when nothing else is in it */
    g_free(timeline);
}

int rec_catalog_remove(uint64_t id)
{
    struct rec_item *i = g_hash_table_lookup(catalog.items, &id);
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
            remove_folder(folder);
        g_free(folder);
    }
    if (err)
        return CARDEA_EIO;
    if (catalog.scan)
        g_hash_table_add(catalog.removed, g_memdup2(&id, sizeof(id)));
    g_hash_table_remove(catalog.items, &id);
    return 0;
}
