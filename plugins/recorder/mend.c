/* SPDX-License-Identifier: Apache-2.0 */
#include "mend.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib.h>

#include "hash.h"
#include "manifest.h"
#include "repair.h"

static bool is(const json_t *object, const char *name, const char *value)
{
    return !g_strcmp0(json_string_value(json_object_get(object, name)), value);
}

static bool abandoned(const json_t *m)
{
    return is(m, "format", "cardea-recording") && is(m, "state", "recording") &&
           !rec_writer_lives(json_object_get(m, "writer"));
}

bool rec_is_abandoned(const char *manifest)
{
    json_t *m = rec_json_load(manifest);
    bool yes = m && abandoned(m);

    json_decref(m);
    return yes;
}

static const char *mend_file(const char *path, int64_t *duration_us)
{
    struct rec_repair result = {0};
    int err = rec_repair(path, false, &result, NULL, NULL);

    *duration_us = result.duration_us;
    return !err ? "repaired" : err == -ENODATA || err == -EINVAL ? "empty" : "failed";
}

static void mend_segment(json_t *segment, const char *folder, int64_t *end_us)
{
    const char *name = json_string_value(json_object_get(segment, "file"));
    int64_t start_us = json_integer_value(json_object_get(segment, "start_ms")) * 1000;
    int64_t duration_us = json_integer_value(json_object_get(segment, "duration_ms")) * 1000;
    char *path, hex[65];
    struct stat st;

    if (!name || strchr(name, '/'))
        return;
    path = g_build_filename(folder, name, NULL);
    if (is(segment, "state", "writing")) {
        const char *state = mend_file(path, &duration_us);

        rec_manifest_segment_end(segment, duration_us, stat(path, &st) ? 0 : (uint64_t)st.st_size, state);
    }
    if (!json_object_get(segment, "sha256") && !rec_sha256(path, hex))
        json_object_set_new(segment, "sha256", json_string(hex));
    if (start_us + duration_us > *end_us)
        *end_us = start_us + duration_us;
    g_free(path);
}

int rec_mend(const char *manifest)
{
    json_t *m = rec_json_load(manifest), *segment;
    char *folder = g_path_get_dirname(manifest);
    int64_t end_us = 0;
    struct stat st;
    size_t i;
    int err = 0;

    if (m && abandoned(m) && !stat(manifest, &st)) {
        json_array_foreach(json_object_get(m, "segments"), i, segment) mend_segment(segment, folder, &end_us);
        rec_manifest_end(m, "repaired", "the gateway died",
                         json_integer_value(json_object_get(m, "started_us")) + end_us, end_us);
        err = rec_json_save(manifest, m, st.st_mode & 0777, true);
    }
    json_decref(m);
    g_free(folder);
    return err;
}
