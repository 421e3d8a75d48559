/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec verify: files are what their manifest says, and decode from the first frame to the last. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../../plugins/recorder/hash.h"
#include "manifests.h"
#include "packets.h"
#include "rec.h"
#include "decode.h"

static struct {
    gboolean hashes_only, quiet;
} option;

static const GOptionEntry entries[] = {
    {"hashes-only", 'H', 0, G_OPTION_ARG_NONE, &option.hashes_only, "Compare sizes and hashes, decode nothing", NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &option.quiet, "Only say what is wrong", NULL},
    {0},
};

static int verify_media(const char *path)
{
    struct progress progress;
    struct decoded d;
    char length[24];
    int result;

    progress_begin(&progress, path, option.quiet);
    result = decode_file(path, &d, &progress);
    progress_end(&progress);
    if (result)
        return result;
    if (d.errors)
        return complain("%s: %llu errors while decoding; the first: %s", path, (unsigned long long)d.errors,
                        d.first_error[0] ? d.first_error : "a frame that the decoder refused");
    if (!d.frames)
        return complain("%s: holds no frame", path);
    if (!d.finished)
        return complain("%s: decodes, but was never finished (see 'cardea-rec repair')", path);
    if (!option.quiet)
        printf("%s: well: %s, %llu pictures, %.1f s of sound\n", path, duration_text(length, d.duration_us),
               (unsigned long long)d.pictures, (double)d.sound_us / 1e6);
    return 0;
}

static int verify_mjr(const char *path)
{
    struct packets_choice all = {.payload_type = -1};
    struct packets p;
    int result = 0;

    if (!packets_open(&p, path, &all))
        return 1;
    if (p.damaged)
        result = complain("%s: is damaged at byte %zu", path, p.reader.at);
    else if (p.reader.truncated)
        result = complain("%s: its last packet is cut off", path);
    else if (p.broken || p.reader.skipped)
        result = complain("%s: %llu packets are none", path, (unsigned long long)(p.broken + p.reader.skipped));
    else if (!option.quiet)
        printf("%s: well: %zu packets, %llu missing\n", path, p.n, (unsigned long long)p.missing);
    packets_free(&p);
    return result;
}

static int verify_file(const char *path)
{
    if (option.hashes_only)
        return 0;
    return mjr_is_one(path) ? verify_mjr(path) : verify_media(path);
}

static int verify_segment(const char *path, json_t *segment)
{
    const char *expected = json_string_value(json_object_get(segment, "sha256"));
    const json_t *bytes = json_object_get(segment, "bytes");
    char hash[65];
    struct stat st;
    int result = 0;

    if (stat(path, &st))
        result = complain("%s: %s", path, g_strerror(errno));
    else if (json_is_integer(bytes) && json_integer_value(bytes) != (json_int_t)st.st_size)
        result = complain("%s: has %lld bytes, and should have %lld", path, (long long)st.st_size,
                          (long long)json_integer_value(bytes));
    if (!result && expected) {
        int err = rec_sha256(path, hash);

        if (err)
            result = complain("%s: %s", path, g_strerror(-err));
        else if (g_ascii_strcasecmp(hash, expected))
            result = complain("%s: is not what was recorded: its SHA-256 differs", path);
    }
    if (!result)
        result = verify_file(path);
    return result;
}

static int verify_recording(const char *path, json_t *manifest, int result)
{
    if (!g_strcmp0(json_string_value(json_object_get(manifest, "state")), "recording"))
        result = complain("%s: was never finished (see 'cardea-rec repair')", path);
    if (!result && !option.quiet)
        printf("%s: well\n", path);
    return result;
}

int run_verify(int argc, char **argv)
{
    static const struct manifest_walk walk = {verify_file, verify_segment, verify_recording};
    int result;

    if (!parse_options(
            &argc, &argv, entries, "FILE|FOLDER…",
            "Sizes and SHA-256 are compared with the manifest (.json), and every frame is decoded. A folder is\n"
            "all of its manifests; .mjr and media files can be named alone.",
            NULL, &result))
        return result;
    if (argc < 2)
        return misused("a file is needed");
    return manifests_walk(argc, argv, &walk);
}
