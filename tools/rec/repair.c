/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec repair: what a killed process or a full disk left behind gets its end. */
#include "../../plugins/recorder/repair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../plugins/recorder/hash.h"
#include "../../plugins/recorder/manifest.h"
#include "manifests.h"
#include "packets.h"
#include "rec.h"

static struct {
    gboolean force, dry, quiet;
} option;

static const GOptionEntry entries[] = {
    {"force", 'f', 0, G_OPTION_ARG_NONE, &option.force, "Also files that look finished", NULL},
    {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &option.dry, "Say what would be done", NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &option.quiet, "Only say what went wrong", NULL},
    {0},
};

static void step(void *arg, double part)
{
    progress_step(arg, part);
}

static const char *reason(int err)
{
    return err == -EINVAL ? "is no media file" : err == -ENODATA ? "holds not one whole frame" : g_strerror(-err);
}

static int repair_media(const char *path, struct rec_repair *r)
{
    struct progress progress;
    char length[24], bytes[24];
    int err;

    progress_begin(&progress, path, option.quiet);
    err = rec_repair(path, option.force, r, step, &progress);
    progress_end(&progress);
    if (err)
        return complain("%s: %s", path, reason(err));
    if (option.quiet)
        return 0;
    if (r->was_finished && !option.force)
        printf("%s: is finished, left alone\n", path);
    else
        printf("%s: repaired: %s, %llu frames, %s\n", path, duration_text(length, r->duration_us),
               (unsigned long long)r->frames, bytes_text(bytes, r->bytes));
    return 0;
}

/* What is cut off at the end of an .mjr file goes; the rest is fine as it is. */
static int repair_mjr(const char *path)
{
    struct packets_choice all = {.payload_type = -1};
    struct packets p;
    size_t at;
    bool bad;

    if (!packets_open(&p, path, &all))
        return 1;
    bad = p.reader.truncated || p.damaged;
    at = p.reader.at;
    packets_free(&p);
    if (!bad) {
        if (!option.quiet)
            printf("%s: is whole, left alone\n", path);
        return 0;
    }
    if (!option.dry && truncate(path, (off_t)at))
        return complain("%s: %s", path, g_strerror(errno));
    if (!option.quiet)
        printf("%s: %s after byte %zu\n", path, option.dry ? "would be cut" : "cut", at);
    return 0;
}

static int repair(const char *path, struct rec_repair *r)
{
    memset(r, 0, sizeof(*r));
    if (mjr_is_one(path))
        return repair_mjr(path);
    if (!option.dry)
        return repair_media(path, r);
    printf("%s: would be looked at\n", path);
    return 0;
}

static int repair_file(const char *path)
{
    struct rec_repair r;

    return repair(path, &r);
}

static int repair_segment(const char *path, json_t *segment)
{
    const char *state = json_string_value(json_object_get(segment, "state"));
    struct rec_repair r;
    char hash[65];
    int result;

    if (!option.force && (!g_strcmp0(state, "finished") || !g_strcmp0(state, "repaired")))
        return 0;
    result = repair(path, &r);
    if (result || option.dry)
        return result;
    json_object_set_new(segment, "state", json_string("repaired"));
    json_object_set_new(segment, "duration_ms", json_integer(r.duration_us / 1000));
    json_object_set_new(segment, "bytes", json_integer((json_int_t)r.bytes));
    if (rec_sha256(path, hash))
        json_object_del(segment, "sha256"); /* of a file that is no more */
    else
        json_object_set_new(segment, "sha256", json_string(hash));
    return 0;
}

static int64_t end_of(const json_t *segments)
{
    int64_t end = 0, at;
    const json_t *s;
    size_t i;

    json_array_foreach(segments, i, s)
    {
        at = json_integer_value(json_object_get(s, "start_ms")) + json_integer_value(json_object_get(s, "duration_ms"));
        end = at > end ? at : end;
    }
    return end;
}

static int repair_recording(const char *path, json_t *manifest, int result)
{
    if (option.dry || g_strcmp0(json_string_value(json_object_get(manifest, "state")), "recording"))
        return result;
    json_object_set_new(manifest, "state", json_string("repaired"));
    json_object_set_new(manifest, "cause", json_string("the process that recorded it ended"));
    json_object_set_new(manifest, "duration_ms", json_integer(end_of(json_object_get(manifest, "segments"))));
    json_object_del(manifest, "writer");
    result |= manifest_save(path, manifest);
    if (!option.quiet && !result)
        printf("%s: repaired\n", path);
    return result;
}

int run_repair(int argc, char **argv)
{
    static const struct manifest_walk walk = {repair_file, repair_segment, repair_recording};
    int result;

    if (!parse_options(
            &argc, &argv, entries, "FILE|FOLDER…",
            "Unfinished media files get an index and a duration: each is copied, frame by frame, into a new\n"
            "file that takes its place. A packet that is cut off at the end of an .mjr file goes. Manifests\n"
            "(.json), and all manifests of a folder, are repaired with their files.",
            NULL, &result))
        return result;
    if (argc < 2)
        return misused("a file is needed");
    return manifests_walk(argc, argv, &walk);
}
