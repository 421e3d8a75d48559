/* SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

static const char *const causes[] = {"loss", "overload", "pause", "silence"};

/* --- files -------------------------------------------------------------------------------------------------------- */

static int write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? -errno : -EIO;
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

static int sync_folder(const char *path)
{
    char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = fd < 0 || fsync(fd) ? -errno : 0;

    if (fd >= 0)
        close(fd);
    g_free(folder);
    return err;
}

int rec_json_save(const char *path, const json_t *json, mode_t mode, bool sync)
{
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    char *temporary = g_strdup_printf("%s.new", path);
    int fd = text ? open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode) : -1;
    int err = !text ? -ENOMEM : fd < 0 ? -errno : write_all(fd, text, strlen(text));

    if (!err && sync && fsync(fd))
        err = -errno;
    if (fd >= 0 && close(fd) && !err)
        err = -errno;
    if (!err && rename(temporary, path))
        err = -errno;
    if (!err && sync)
        err = sync_folder(path);
    if (err && fd >= 0)
        unlink(temporary);
    free(text);
    g_free(temporary);
    return err;
}

json_t *rec_json_load(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    json_t *json = NULL;

    if (fd < 0)
        return NULL;
    if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= REC_MANIFEST_MOST)
        json = json_loadfd(fd, 0, NULL);
    close(fd);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

/* --- who writes --------------------------------------------------------------------------------------------------- */

/* When a process was started, in clock ticks since boot; 0: there is none. Its number may have been given out anew. */
static int64_t started(int64_t pid)
{
    char *path = g_strdup_printf("/proc/%lld/stat", (long long)pid), *text = NULL;
    const char *rest = g_file_get_contents(path, &text, NULL, NULL) ? strrchr(text, ')') : NULL;
    int64_t ticks = 0;

    for (int field = 2; rest && field < 22; field++)
        rest = strchr(rest + 1, ' ');
    if (rest)
        ticks = g_ascii_strtoll(rest + 1, NULL, 10);
    g_free(text);
    g_free(path);
    return ticks;
}

static char *boot(void)
{
    char *text = NULL;

    if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
        return g_strstrip(text);
    return g_strdup("");
}

json_t *rec_writer_json(void)
{
    char *id = boot();
    json_t *j =
        json_pack("{sI sI ss}", "pid", (json_int_t)getpid(), "since", (json_int_t)started(getpid()), "boot", id);

    g_free(id);
    return j;
}

bool rec_writer_lives(const json_t *writer)
{
    int64_t pid = json_integer_value(json_object_get(writer, "pid"));
    char *id = boot();
    bool same = !g_strcmp0(json_string_value(json_object_get(writer, "boot")), id);

    g_free(id);
    return same && pid > 0 && started(pid) == json_integer_value(json_object_get(writer, "since"));
}

/* --- the manifest ------------------------------------------------------------------------------------------------- */

char *rec_time_text(int64_t wall_us)
{
    GDateTime *t = g_date_time_new_from_unix_utc(wall_us / 1000000);
    char *seconds = g_date_time_format(t, "%Y-%m-%dT%H:%M:%S");
    char *text = g_strdup_printf("%s.%03dZ", seconds, (int)(wall_us / 1000 % 1000));

    g_free(seconds);
    g_date_time_unref(t);
    return text;
}

static json_int_t ms(int64_t us)
{
    return (us + (us < 0 ? -500 : 500)) / 1000;
}

json_t *rec_manifest_new(uint64_t id, const char *name, const char *title, int64_t wall_us, json_t *meta)
{
    char *text = rec_time_text(wall_us);
    json_t *j = json_pack("{ss si sI ss ss* ss ss sI so so* s[] s[] s[] s[] s[]}", "format", "cardea-recording",
                          "version", REC_MANIFEST_VERSION, "id", (json_int_t)id, "name", name, "title", title, "state",
                          "recording", "started", text, "started_us", (json_int_t)wall_us, "writer", rec_writer_json(),
                          "meta", meta, "tracks", "segments", "mjr", "gaps", "events");

    g_free(text);
    return j;
}

/* Adds element (taken) to a list that must not grow for ever. */
static void note(json_t *manifest, const char *list, const char *counter, json_t *element)
{
    json_t *array = json_object_get(manifest, list);

    if (json_array_size(array) < REC_GAPS_MOST) {
        json_array_append_new(array, element);
        return;
    }
    json_object_set_new(manifest, counter, json_integer(json_integer_value(json_object_get(manifest, counter)) + 1));
    json_decref(element);
}

void rec_manifest_gap(json_t *manifest, unsigned track, enum rec_gap_cause cause, int64_t at_us, int64_t for_us)
{
    note(manifest, "gaps", "more_gaps",
         json_pack("{si ss sI sI}", "track", (int)track, "cause", causes[cause], "at_ms", ms(at_us), "for_ms",
                   ms(for_us)));
}

void rec_manifest_event(json_t *manifest, const char *what, int64_t at_us, json_t *about)
{
    note(manifest, "events", "more_events", json_pack("{ss sI so*}", "what", what, "at_ms", ms(at_us), "about", about));
}

/* Moves a list of what happened; what would have happened before the beginning is forgotten. */
static void move(json_t *list, json_int_t by_ms)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *e = json_array_get(list, i);
        json_int_t at = json_integer_value(json_object_get(e, "at_ms")) - by_ms;

        if (at < 0)
            json_array_remove(list, i);
        else
            json_object_set_new(e, "at_ms", json_integer(at));
    }
}

void rec_manifest_begin(json_t *manifest, const char *name, int64_t wall_us, int64_t by_us)
{
    char *text = rec_time_text(wall_us);
    json_t *track;
    size_t i;

    if (name)
        json_object_set_new(manifest, "name", json_string(name));
    if (name && !json_object_get(manifest, "title"))
        json_object_set_new(manifest, "title", json_string(name));
    json_object_set_new(manifest, "started", json_string(text));
    json_object_set_new(manifest, "started_us", json_integer(wall_us));
    json_array_foreach(json_object_get(manifest, "tracks"), i, track)
    {
        json_int_t from = json_integer_value(json_object_get(track, "from_ms")) - ms(by_us);

        json_object_set_new(track, "from_ms", json_integer(from > 0 ? from : 0));
    }
    move(json_object_get(manifest, "gaps"), ms(by_us));
    move(json_object_get(manifest, "events"), ms(by_us));
    json_object_del(manifest, "more_gaps");
    json_object_del(manifest, "more_events");
    g_free(text);
}

json_t *rec_manifest_segment(json_t *manifest, const char *file, int64_t start_us)
{
    json_t *list = json_object_get(manifest, "segments");

    json_array_append_new(list, json_pack("{ss ss sI}", "file", file, "state", "writing", "start_ms", ms(start_us)));
    return json_array_get(list, json_array_size(list) - 1);
}

void rec_manifest_segment_end(json_t *segment, int64_t duration_us, uint64_t bytes, const char *state)
{
    json_object_set_new(segment, "state", json_string(state));
    json_object_set_new(segment, "duration_ms", json_integer(ms(duration_us)));
    json_object_set_new(segment, "bytes", json_integer((json_int_t)bytes));
}

void rec_manifest_end(json_t *manifest, const char *state, const char *cause, int64_t wall_us, int64_t duration_us)
{
    char *text = rec_time_text(wall_us);

    json_object_set_new(manifest, "state", json_string(state));
    json_object_set_new(manifest, "cause", json_string(cause));
    json_object_set_new(manifest, "ended", json_string(text));
    json_object_set_new(manifest, "duration_ms", json_integer(ms(duration_us)));
    json_object_del(manifest, "writer");
    g_free(text);
}
