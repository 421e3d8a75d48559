/* SPDX-License-Identifier: Apache-2.0 */
#include "item.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mjr.h"
#include "nfo.h"
#include "probe.h"

#define MJR_HEAD 4096 /* bytes of a .mjr file that hold its header */

void rec_item_free(void *item)
{
    struct rec_item *i = item;

    if (!i)
        return;
    g_free(i->name);
    g_free(i->date);
    g_free(i->audio_codec);
    g_free(i->video_codec);
    g_free(i->room);
    g_free(i->access);
    g_free(i->index);
    g_free(i->audio_mjr);
    g_free(i->video_mjr);
    g_free(i->data_mjr);
    g_free(i->messages);
    g_ptr_array_free(i->media, TRUE);
    if (i->starts)
        g_array_unref(i->starts);
    g_free(i);
}

static struct rec_item *item_new(uint64_t id)
{
    struct rec_item *i = g_new0(struct rec_item, 1);

    i->id = id;
    i->media = g_ptr_array_new_with_free_func(g_free);
    return i;
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
char *rec_item_beside(const char *index, const char *name)
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

    item->starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    json_array_foreach(json_object_get(manifest, "segments"), i, s)
    {
        char *file = rec_item_beside(path, json_string_value(json_object_get(s, "file")));
        int64_t start_ms = json_integer_value(json_object_get(s, "start_ms"));

        if (file) {
            g_ptr_array_add(item->media, file);
            g_array_append_val(item->starts, start_ms);
        }
        item->bytes += json_integer_value(json_object_get(s, "bytes"));
    }
    json_array_foreach(json_object_get(manifest, "mjr"), i, s)
    {
        const char *name = json_string_value(s);
        char *file = rec_item_beside(path, name);
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
    item->messages = rec_item_beside(path, json_string_value(json_object_get(manifest, "data")));
    item->data = item->messages || item->data_mjr;
}

struct rec_item *rec_item_of_manifest(const json_t *manifest, const char *path)
{
    uint64_t id = (uint64_t)json_integer_value(json_object_get(manifest, "id"));
    const char *title = json_string_value(json_object_get(manifest, "title"));
    struct rec_item *item;

    if (!id || g_strcmp0(json_string_value(json_object_get(manifest, "format")), "cardea-recording") ||
        !g_strcmp0(json_string_value(json_object_get(manifest, "state")), "recording"))
        return NULL;
    item = item_new(id);
    item->index = g_strdup(path);
    item->name = g_strdup(title ? title : "");
    item->modified_s = json_integer_value(json_object_get(manifest, "started_us")) / 1000000;
    item->date = local_date(item->modified_s);
    item->is_private = !json_is_false(json_object_get(manifest, "private"));
    item->room = g_strdup(json_string_value(json_object_get(manifest, "room")));
    item->access = g_strdup(json_string_value(json_object_get(manifest, "access")));
    item->e2ee = json_is_true(json_object_get(manifest, "e2ee"));
    item->duration_ms = json_integer_value(json_object_get(manifest, "duration_ms"));
    read_tracks(item, json_object_get(manifest, "tracks"));
    read_files(item, manifest, path);
    return item;
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

struct rec_item *rec_item_of_nfo(const struct rec_nfo *nfo, const char *path, int64_t modified_s)
{
    struct rec_item *item = item_new(nfo->id);

    item->index = g_strdup(path);
    item->name = g_strdup(nfo->name);
    item->date = g_strdup(nfo->date);
    item->is_private = nfo->is_private;
    item->modified_s = modified_s;
    item->audio_mjr = rec_item_beside(path, nfo->audio);
    item->video_mjr = rec_item_beside(path, nfo->video);
    item->data_mjr = rec_item_beside(path, nfo->data);
    item->data = item->data_mjr != NULL;
    if (item->audio_mjr)
        read_mjr(item->audio_mjr, &item->audio, &item->audio_codec, &item->audio_red, &item->e2ee);
    if (item->video_mjr)
        read_mjr(item->video_mjr, &item->video, &item->video_codec, NULL, &item->e2ee);
    return item;
}

/* --- files of others ---------------------------------------------------------------------------------------------- */

/* 53 bits of FNV-1a. */
uint64_t rec_item_number(const char *name)
{
    uint64_t h = 14695981039346656037u;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 1099511628211u;
    h &= ((uint64_t)1 << 53) - 1;
    return h ? h : 1;
}

struct rec_item *rec_item_of_media(const char *path, const char *below, int64_t modified_s, int64_t bytes)
{
    struct rec_probe probe;
    struct rec_item *item;

    if (rec_probe_file(path, &probe))
        return NULL;
    item = item_new(rec_item_number(below));
    item->name = g_strdup(below);
    item->date = local_date(modified_s);
    item->modified_s = modified_s;
    item->bytes = bytes;
    item->duration_ms = probe.duration_ms;
    item->audio = probe.audio != REC_CODEC_NONE;
    item->video = probe.video != REC_CODEC_NONE;
    item->audio_codec = item->audio ? g_strdup(rec_codec_name(probe.audio)) : NULL;
    item->video_codec = item->video ? g_strdup(rec_codec_name(probe.video)) : NULL;
    g_ptr_array_add(item->media, g_strdup(path));
    return item;
}

bool rec_item_matches(const struct rec_item *item, const char *wanted)
{
    char *all =
        g_strjoin(" ", item->name ? item->name : "", item->date ? item->date : "", item->room ? item->room : "", NULL);
    char *text = g_utf8_casefold(all, -1), *folded = g_utf8_casefold(wanted ? wanted : "", -1);
    char **words = g_strsplit_set(folded, " \t", 32);
    bool matches = true;

    for (char **w = words; *w && matches; w++)
        matches = strstr(text, *w) != NULL;
    g_strfreev(words);
    g_free(folded);
    g_free(text);
    g_free(all);
    return matches;
}

json_t *rec_item_json(const struct rec_item *i)
{
    json_t *j = json_pack("{sI sb ss ss sb ss* sb ss* sb}", "id", (json_int_t)i->id, "is_private", i->is_private,
                          "name", i->name, "date", i->date, "audio", i->audio, "audio_codec", i->audio_codec, "video",
                          i->video, "video_codec", i->video_codec, "data", i->data);
    if (i->audio_red)
        json_object_set_new(j, "audio_red", json_true());
    if (i->duration_ms)
        json_object_set_new(j, "duration_ms", json_integer(i->duration_ms));
    return j;
}
