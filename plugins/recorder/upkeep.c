/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog.h"
#include "manifest.h"
#include "mend.h"
#include "recorder.h"

#define RETENTION_MS 60000
#define DEEPEST      6

#define LEAP_US (3600ll * 1000000)

static struct {
    uint64_t timer;
    int64_t wall_us; /* wall clock against ours, at the start */
    bool leapt;      /* it has been said */
} upkeep;

/* --- repair ------------------------------------------------------------------------------------------------------- */

struct repair {
    char *folder;     /* a copy: the plugin may be stopped meanwhile */
    GPtrArray *paths; /* of manifests */
    guint failed;
};

static void find_manifests(const char *folder, GPtrArray *paths, unsigned depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (!lstat(path, &st) && S_ISDIR(st.st_mode) && depth < DEEPEST)
            find_manifests(path, paths, depth + 1);
        if (g_str_has_suffix(name, REC_MANIFEST_ENDING) && !lstat(path, &st) && S_ISREG(st.st_mode))
            g_ptr_array_add(paths, path);
        else
            g_free(path);
    }
    if (dir)
        g_dir_close(dir);
}

static void repair_work(void *arg)
{
    struct repair *r = arg;

    find_manifests(r->folder, r->paths, 0);
    for (guint i = r->paths->len; i-- > 0;) {
        if (!rec_is_abandoned(r->paths->pdata[i]))
            g_ptr_array_remove_index_fast(r->paths, i);
        else if (rec_mend(r->paths->pdata[i]))
            r->failed++;
    }
}

static void repair_done(void *arg)
{
    struct repair *r = arg;

    if (r->paths->len && !g_atomic_int_get(&recorder.stopping)) {
        recorder.host->log(CARDEA_LOG_WARN, NULL,
                           "recorder: %u unfinished recordings were found, %u could not be repaired", r->paths->len,
                           r->failed);
        rec_catalog_scan(NULL, NULL);
    }
    g_ptr_array_free(r->paths, TRUE);
    g_free(r->folder);
    g_free(r);
}

/* --- retention ---------------------------------------------------------------------------------------------------- */

struct old {
    uint64_t id;
    int64_t when_s, bytes;
};

static void collect(const struct rec_item *item, void *list)
{
    const struct old o = {item->id, item->modified_s, item->bytes};

    if (item->index) /* files of others are theirs */
        g_array_append_val((GArray *)list, o);
}

static int by_age(gconstpointer a, gconstpointer b)
{
    int64_t x = ((const struct old *)a)->when_s, y = ((const struct old *)b)->when_s;

    return x < y ? -1 : x > y;
}

/* What is old by a wall clock that has been set since the start may not be old at all: the next start will know. */
static bool wall_has_leapt(void)
{
    int64_t by = g_get_real_time() - recorder.host->now_us() - upkeep.wall_us;
    bool leapt = by > LEAP_US || by < -LEAP_US;

    if (leapt && !upkeep.leapt)
        recorder.host->log(CARDEA_LOG_WARN, NULL,
                           "the wall clock was set by %lld s: until the next start no recording is removed for its age",
                           (long long)(by / 1000000));
    upkeep.leapt = leapt;
    return leapt;
}

static void remove_old(void *unused)
{
    const struct rec_settings *set = &recorder.set;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct old));
    int64_t now = g_get_real_time() / 1000000, total = 0;
    bool by_time = set->retention_s && !wall_has_leapt();

    rec_catalog_each(collect, list);
    g_array_sort(list, by_age);
    for (guint i = 0; i < list->len; i++)
        total += g_array_index(list, struct old, i).bytes;
    for (guint i = 0; i < list->len; i++) {
        const struct old *o = &g_array_index(list, struct old, i);
        bool too_old = by_time && now - o->when_s > set->retention_s;

        if (!too_old && (!set->retention_bytes || total <= (int64_t)set->retention_bytes))
            break;
        recorder.host->log(CARDEA_LOG_INFO, NULL, "recording %llu is removed: %s", (unsigned long long)o->id,
                           too_old ? "it is old" : "there are too many");
        rec_catalog_remove(o->id);
        total -= o->bytes;
    }
    g_array_free(list, TRUE);
}

void rec_upkeep_start(void)
{
    struct repair *r = g_new0(struct repair, 1);

    r->folder = g_strdup(recorder.set.path);
    r->paths = g_ptr_array_new_with_free_func(g_free);
    if (recorder.host->job(repair_work, repair_done, r))
        repair_done(r);
    upkeep.wall_us = g_get_real_time() - recorder.host->now_us();
    upkeep.leapt = false;
    if (recorder.set.retention_s || recorder.set.retention_bytes) {
        upkeep.timer = recorder.host->timer(RETENTION_MS, true, remove_old, NULL);
        rec_catalog_ready(remove_old, NULL);
    }
}

void rec_upkeep_stop(void)
{
    if (upkeep.timer)
        recorder.host->timer_stop(upkeep.timer);
    upkeep.timer = 0;
}
