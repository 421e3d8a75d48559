/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec info: what a file holds, as JSON or for people. The JSON is made first; the text is printed out of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "../../plugins/recorder/demux.h"
#include "manifests.h"
#include "rec.h"
#include "stream.h"

#define CHANGES_MOST 1000 /* resolutions and rotations that are listed */

static struct {
    gboolean json;
} option;

static const GOptionEntry entries[] = {
    {"json", 'j', 0, G_OPTION_ARG_NONE, &option.json, "As JSON: one array, one element a file", NULL},
    {0},
};

/* --- .mjr --------------------------------------------------------------------------------------------------------- */

struct changes {
    json_t *resolutions, *rotations;
    uint16_t width, height, rotation;
    bool begun;
    uint64_t frames, keyframes, bytes;
};

static int note_change(void *arg, const struct rec_frame *f, int64_t time_us, int64_t duration_us)
{
    struct changes *c = arg;
    double seconds = (double)time_us / 1e6;

    c->frames++;
    c->keyframes += f->keyframe;
    c->bytes += f->len;
    if ((f->width != c->width || f->height != c->height) && json_array_size(c->resolutions) < CHANGES_MOST)
        json_array_append_new(c->resolutions,
                              json_pack("{sf si si}", "ts", seconds, "width", f->width, "height", f->height));
    if ((!c->begun || f->rotation != c->rotation) && json_array_size(c->rotations) < CHANGES_MOST)
        json_array_append_new(c->rotations, json_pack("{sf si}", "ts", seconds, "rotation", f->rotation));
    c->begun = true;
    c->width = f->width;
    c->height = f->height;
    c->rotation = f->rotation;
    return 0;
}

static json_t *extended(struct stream *s)
{
    struct changes c = {.resolutions = json_array(), .rotations = json_array()};
    const struct packets *p = &s->packets;
    bool video = rec_codec_is_video(p->codec);
    json_t *j;

    if (p->n && s->buffer) {
        stream_start(s, note_change, &c);
        while (!s->result && stream_next_us(s) != INT64_MAX)
            stream_step(s);
    }
    j = json_pack("{sI sf sI sI sI sI sI sI sb sb}", "packets", (json_int_t)p->n, "duration",
                  (double)packets_duration_us(p) / 1e6, "missing", (json_int_t)p->missing, "reordered",
                  (json_int_t)p->reordered, "duplicates", (json_int_t)p->duplicates, "foreign", (json_int_t)p->foreign,
                  "frames", (json_int_t)c.frames, "bytes", (json_int_t)c.bytes, "truncated", (int)p->reader.truncated,
                  "damaged", (int)p->damaged);
    if (video) {
        json_object_set_new(j, "keyframes", json_integer((json_int_t)c.keyframes));
        json_object_set(j, "rotations", c.rotations);
        json_object_set_new(j, "codec", json_pack("{sO}", "resolution", c.resolutions));
    }
    json_decref(c.resolutions);
    json_decref(c.rotations);
    return j;
}

static json_t *info_mjr(const char *path)
{
    struct packets_choice all = {.payload_type = -1};
    struct stream s = {0};
    json_t *j = NULL;

    if (!packets_open(&s.packets, path, &all))
        return NULL;
    if (s.packets.reader.json)
        j = json_loadb(s.packets.reader.json, s.packets.reader.json_len, 0, NULL);
    if (!j)
        j = json_pack("{ss#}", "t", &s.packets.reader.info.kind, 1);
    json_object_set_new(j, "file", json_string(path));
    json_object_set_new(j, "format", json_string("mjr"));
    json_object_set_new(j, "version", json_integer(s.packets.reader.version));
    json_object_set_new(j, "empty", json_boolean(s.packets.reader.empty));
    if (s.packets.codec && s.packets.n && !s.packets.reader.info.e2ee)
        stream_probe(&s, path);
    json_object_set_new(j, "extended", extended(&s));
    stream_free(&s);
    return j;
}

static void print_mjr(const json_t *j)
{
    const json_t *x = json_object_get(j, "extended"), *list, *r;
    const char *codec = json_string_value(json_object_get(j, "c"));
    char length[24], bytes[24];
    size_t i;

    if (json_is_true(json_object_get(j, "empty"))) {
        puts("  empty: nothing was ever received");
        return;
    }
    printf("  %s, %s, %lld packets, %lld frames, %s", codec ? codec : "older than headers",
           duration_text(length, (int64_t)(json_real_value(json_object_get(x, "duration")) * 1e6)),
           (long long)json_integer_value(json_object_get(x, "packets")),
           (long long)json_integer_value(json_object_get(x, "frames")),
           bytes_text(bytes, (uint64_t)json_integer_value(json_object_get(x, "bytes"))));
    if (json_integer_value(json_object_get(x, "missing")))
        printf(", %lld packets missing", (long long)json_integer_value(json_object_get(x, "missing")));
    putchar('\n');
    list = json_object_get(json_object_get(x, "codec"), "resolution");
    json_array_foreach(list, i, r)
        printf("  %dx%d from %.3f s\n", (int)json_integer_value(json_object_get(r, "width")),
               (int)json_integer_value(json_object_get(r, "height")), json_real_value(json_object_get(r, "ts")));
    json_array_foreach(json_object_get(x, "rotations"), i, r)
    {
        if (i || json_integer_value(json_object_get(r, "rotation")))
            printf("  turned by %d degrees from %.3f s\n", (int)json_integer_value(json_object_get(r, "rotation")),
                   json_real_value(json_object_get(r, "ts")));
    }
    if (json_is_true(json_object_get(j, "e")))
        puts("  encrypted end to end");
    if (json_is_true(json_object_get(x, "truncated")))
        puts("  its last packet is cut off");
    if (json_is_true(json_object_get(x, "damaged")))
        puts("  damaged: packets are missing from somewhere to the end");
}

/* --- media files -------------------------------------------------------------------------------------------------- */

struct tally {
    uint64_t frames, keyframes, bytes;
    int64_t first_us, last_us;
};

static json_t *track_json(const struct rec_demux_track *t, const struct tally *n)
{
    static const char *const kinds[] = {"?", "audio", "video", "text", "other"};
    json_t *j = json_pack("{ss ss sI sI sI sf sf}", "kind", kinds[t->kind], "codec", t->codec_name, "frames",
                          (json_int_t)n->frames, "keyframes", (json_int_t)n->keyframes, "bytes", (json_int_t)n->bytes,
                          "begin", (double)n->first_us / 1e6, "end", (double)n->last_us / 1e6);

    if (t->kind == REC_DEMUX_VIDEO)
        json_object_update_new(
            j, json_pack("{si si si}", "width", t->width, "height", t->height, "rotation", t->rotation));
    if (t->kind == REC_DEMUX_AUDIO)
        json_object_update_new(j, json_pack("{si si}", "channels", t->channels, "rate", (int)t->sample_rate));
    if (t->title)
        json_object_set_new(j, "title", json_string(t->title));
    return j;
}

static json_t *info_media(const char *path)
{
    struct tally tally[REC_DEMUX_TRACKS] = {0};
    struct rec_demux_frame f;
    struct rec_demux *d;
    json_t *j, *tracks;
    int64_t end = 0;
    unsigned i;
    int err = rec_demux_open(&d, path, false);

    if (err) {
        complain("%s: %s", path, err == -EINVAL ? "is neither an .mjr nor a media file" : g_strerror(-err));
        return NULL;
    }
    while (rec_demux_next(d, &f) > 0) {
        struct tally *t = &tally[f.track];

        if (!t->frames++)
            t->first_us = f.time_us;
        t->keyframes += f.keyframe;
        t->bytes += f.len;
        t->last_us = f.time_us + f.duration_us;
        end = t->last_us > end ? t->last_us : end;
    }
    tracks = json_array();
    for (i = 0; i < rec_demux_tracks(d); i++)
        json_array_append_new(tracks, track_json(rec_demux_track(d, i), &tally[i]));
    j = json_pack("{ss ss sb sf so}", "file", path, "format", rec_demux_format_name(d), "finished",
                  rec_demux_duration_us(d) > 0, "duration", (double)end / 1e6, "tracks", tracks);
    rec_demux_close(d);
    return j;
}

static void print_media(const json_t *j)
{
    double duration = json_real_value(json_object_get(j, "duration"));
    char length[24], bytes[24];
    const json_t *t;
    size_t i;

    printf("  %s, %s%s\n", json_string_value(json_object_get(j, "format")),
           duration_text(length, (int64_t)(duration * 1e6)),
           json_is_true(json_object_get(j, "finished")) ? "" : ", never finished (see 'cardea-rec repair')");
    json_array_foreach(json_object_get(j, "tracks"), i, t)
    {
        uint64_t size = (uint64_t)json_integer_value(json_object_get(t, "bytes"));

        printf("  %s %s", json_string_value(json_object_get(t, "kind")),
               json_string_value(json_object_get(t, "codec")));
        if (json_object_get(t, "width"))
            printf(" %dx%d", (int)json_integer_value(json_object_get(t, "width")),
                   (int)json_integer_value(json_object_get(t, "height")));
        printf(", %lld frames, %s", (long long)json_integer_value(json_object_get(t, "frames")),
               bytes_text(bytes, size));
        if (duration > 0)
            printf(", %.0f kbit/s", (double)size * 8 / duration / 1000);
        putchar('\n');
    }
}

/* --- manifests and folders ---------------------------------------------------------------------------------------- */

static void print_manifest(const json_t *j)
{
    const char *title = json_string_value(json_object_get(j, "title"));
    const json_t *s;
    char length[24], bytes[24];
    size_t i;

    printf("  %s, %s, begun %s, %s\n", title ? title : "untitled", json_string_value(json_object_get(j, "state")),
           json_string_value(json_object_get(j, "started")),
           duration_text(length, json_integer_value(json_object_get(j, "duration_ms")) * 1000));
    json_array_foreach(json_object_get(j, "segments"), i, s)
        printf("  %s: %s, from %s, %s\n", json_string_value(json_object_get(s, "file")),
               json_string_value(json_object_get(s, "state")),
               duration_text(length, json_integer_value(json_object_get(s, "start_ms")) * 1000),
               bytes_text(bytes, (uint64_t)json_integer_value(json_object_get(s, "bytes"))));
    json_array_foreach(json_object_get(j, "mjr"), i, s) printf("  %s\n", json_string_value(s));
    if (json_array_size(json_object_get(j, "gaps")))
        printf("  %zu gaps\n", json_array_size(json_object_get(j, "gaps")));
}

static void print_session(const json_t *j)
{
    const json_t *r;
    char from[24], to[24];
    size_t i;

    printf("  session %s, %s, begun %s\n", json_string_value(json_object_get(j, "name")),
           json_string_value(json_object_get(j, "state")), json_string_value(json_object_get(j, "started")));
    json_array_foreach(json_object_get(j, "recordings"), i, r)
    {
        const char *who = json_string_value(json_object_get(r, "participant"));

        printf("  %s - %s  %s\n", duration_text(from, json_integer_value(json_object_get(r, "from_ms")) * 1000),
               duration_text(to, json_integer_value(json_object_get(r, "to_ms")) * 1000),
               who ? who : json_string_value(json_object_get(r, "name")));
    }
}

static json_t *info_json(const char *path)
{
    json_t *j = manifest_load(path);

    if (j)
        json_object_set_new(j, "path", json_string(path));
    return j;
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

static int show(const char *path, json_t *list)
{
    const char *format;
    json_t *j;

    if (g_str_has_suffix(path, ".json"))
        j = info_json(path);
    else
        j = mjr_is_one(path) ? info_mjr(path) : info_media(path);
    if (!j)
        return 1;
    if (list) {
        json_array_append_new(list, j);
        return 0;
    }
    format = json_string_value(json_object_get(j, "format"));
    printf("%s\n", path);
    if (!g_strcmp0(format, MANIFEST_RECORDING))
        print_manifest(j);
    else if (!g_strcmp0(format, MANIFEST_SESSION))
        print_session(j);
    else if (!g_strcmp0(format, "mjr"))
        print_mjr(j);
    else
        print_media(j);
    json_decref(j);
    return 0;
}

static int show_folder(const char *path, json_t *list)
{
    GPtrArray *files = manifests_in(path);
    int result = 0;
    guint i;

    if (!files->len)
        result = complain("%s: holds no manifest of a recording", path);
    for (i = 0; i < files->len; i++)
        result |= show(files->pdata[i], list);
    g_ptr_array_free(files, TRUE);
    return result;
}

int run_info(int argc, char **argv)
{
    json_t *list;
    int i, result;

    if (!parse_options(
            &argc, &argv, entries, "FILE|FOLDER…",
            "Files are .mjr, media files, or the manifests (.json) of recordings and sessions; of a folder all\n"
            "manifests are shown.",
            NULL, &result))
        return result;
    if (argc < 2)
        return misused("a file is needed");
    list = option.json ? json_array() : NULL;
    for (i = 1, result = 0; i < argc; i++) {
        if (g_file_test(argv[i], G_FILE_TEST_IS_DIR))
            result |= show_folder(argv[i], list);
        else
            result |= show(argv[i], list);
    }
    if (list) {
        json_dumpf(list, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(list);
    }
    return result;
}
