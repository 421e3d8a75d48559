/* SPDX-License-Identifier: Apache-2.0 */
/* One file of a recording. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "output.h"
#include "text.h"
#include "writer.h"

/* Everything that should be in the file is known. */
static bool all_known(const struct rec_output *out)
{
    for (guint i = 0; i < out->streams->len; i++) {
        const struct rec_stream *s = out->streams->pdata[i];

        if (!s->known || (s->video && s->need_key))
            return false;
    }
    return true;
}

bool rec_segment_wanted(struct rec_output *out, int64_t now_us)
{
    if (!out->pending.frames.head)
        return false;
    return all_known(out) || now_us - out->gathering_us > (int64_t)out->conf.gather_ms * 1000 ||
           out->pending.bytes > out->conf.most_pending;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static unsigned describe(struct rec_output *out, struct rec_mux_track *tracks)
{
    unsigned n = 0;

    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        s->in_segment = -1;
        if (!s->known || n == REC_MUX_TRACKS - 1)
            continue;
        s->in_segment = (int)n;
        tracks[n++] = (struct rec_mux_track){.codec = s->track->conf.codec,
                                             .config = s->config,
                                             .config_len = s->config_len,
                                             .width = s->width,
                                             .height = s->height,
                                             .rotation = s->rotation,
                                             .channels = s->channels,
                                             .title = s->track->conf.description};
    }
    out->text_track = -1;
    if (n && out->text) {
        out->text_track = (int)n;
        tracks[n++] = (struct rec_mux_track){.codec = REC_CODEC_NONE, .title = "messages"};
    }
    return n;
}

static char *file_name(const struct rec_output *out, const char *extension)
{
    if (!out->segments)
        return g_strdup_printf("%s.%s", out->conf.base, extension);
    return g_strdup_printf("%s-%u.%s", out->conf.base, out->segments + 1, extension);
}

static json_t *tracks_json(const struct rec_output *out)
{
    json_t *list = json_array();

    for (guint i = 0; i < out->streams->len; i++) {
        const struct rec_stream *s = out->streams->pdata[i];

        if (s->in_segment >= 0)
            json_array_append_new(list, json_integer(s->number));
    }
    return list;
}

static void write_pending(struct rec_output *out)
{
    for (struct rec_pending_frame *f; (f = rec_pending_pop(&out->pending));) {
        if (f->stream->in_segment >= 0)
            rec_segment_write(out, f, f->bytes);
        g_free(f);
    }
}

static void open_failed(struct rec_output *out, int err)
{
    out->failed = true;
    rec_pending_clear(&out->pending);
    for (guint i = 0; i < out->streams->len; i++)
        ((struct rec_stream *)out->streams->pdata[i])->in_segment = -1;
    rec_output_trouble(out, err == -ENOSPC ? "disk full" : "the file cannot be made");
}

int rec_segment_open(struct rec_output *out)
{
    struct rec_mux_track tracks[REC_MUX_TRACKS];
    int64_t first = rec_pending_first_us(&out->pending);
    unsigned n = describe(out, tracks);
    struct rec_mux_conf conf = {.cluster_ms = out->conf.cluster_ms, .mode = out->conf.mode, .title = out->conf.title};
    char *name = file_name(out, rec_mux_extension(tracks, n));
    char *path = g_build_filename(out->conf.folder, name, NULL);
    int err;

    conf.wall_us = out->conf.start_wall_us + (first - out->conf.start_us);
    err = rec_mux_open(&out->mux, path, &conf, tracks, n);
    out->gathering_us = 0;
    out->split = false;
    if (err) {
        open_failed(out, err);
    } else {
        out->segments++;
        out->segment_us = first;
        out->shift_us = 0;
        out->segment_path = path;
        path = NULL;
        out->segment = rec_manifest_segment(out->manifest, name, rec_output_time(out, first));
        json_object_set_new(out->segment, "tracks", tracks_json(out));
        rec_output_save(out);
        write_pending(out);
    }
    g_free(name);
    g_free(path);
    return err;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

void rec_segment_write(struct rec_output *out, const struct rec_pending_frame *f, const uint8_t *bytes)
{
    int64_t at = f->time_us - out->segment_us - out->shift_us;
    int err = rec_mux_write(out->mux, (unsigned)f->stream->in_segment, bytes, f->len, at < 0 ? 0 : at, f->duration_us,
                            f->keyframe);

    if (!err || err == -EINVAL)
        return;
    out->failed = true;
    rec_output_trouble(out, err == -ENOSPC ? "disk full" : "the disk failed");
}

struct sync {
    struct rec_output *out;
    int fd;
};

static void sync_work(void *arg)
{
    const struct sync *s = arg;

    fdatasync(s->fd); /* what fails here fails in the next write as well */
    close(s->fd);
}

static void sync_done(void *arg)
{
    struct sync *s = arg;

    s->out->syncing = false;
    g_free(s);
}

void rec_segment_sync(struct rec_output *out, int64_t now_us)
{
    struct sync *s;
    int fd;

    if (!out->conf.sync_ms || out->syncing || now_us - out->synced_us < (int64_t)out->conf.sync_ms * 1000)
        return;
    fd = open(out->segment_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    out->synced_us = now_us;
    out->syncing = true;
    s = g_new(struct sync, 1);
    *s = (struct sync){out, fd};
    rec_writer_background(sync_work, sync_done, s);
}

/* --- closing ------------------------------------------------------------------------------------------------------ */

struct hash {
    struct rec_output *out;
    size_t index; /* of the segment in the manifest */
    char *path, hex[65];
    bool sync;
    int err;
};

static void hash_work(void *arg)
{
    struct hash *h = arg;
    int fd = h->sync ? open(h->path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    h->err = rec_sha256(h->path, h->hex);
}

static void hash_done(void *arg)
{
    struct hash *h = arg;
    json_t *entry = json_array_get(json_object_get(h->out->manifest, "segments"), h->index);

    if (!h->err)
        json_object_set_new(entry, "sha256", json_string(h->hex));
    h->out->hashes--;
    if (!h->out->closed)
        rec_output_save(h->out);
    if (!h->err)
        h->out->conf.events->segment(h->out->conf.owner, h->path, entry);
    g_free(h->path);
    g_free(h);
}

void rec_segment_close(struct rec_output *out)
{
    uint64_t bytes = rec_mux_bytes(out->mux);
    int64_t end_us = rec_mux_end_us(out->mux);
    bool gone = rec_mux_is_gone(out->mux);
    int err = rec_mux_close(out->mux);
    struct stat st;
    struct hash *h;

    out->mux = NULL;
    out->split = false;
    for (guint i = 0; i < out->streams->len; i++)
        ((struct rec_stream *)out->streams->pdata[i])->in_segment = -1;
    out->failed |= err != 0;
    if (!stat(out->segment_path, &st))
        bytes = (uint64_t)st.st_size;
    out->finished_bytes += bytes;
    rec_manifest_segment_end(out->segment, end_us, bytes, gone ? "removed" : err ? "failed" : "finished");
    h = g_new0(struct hash, 1);
    h->out = out;
    h->index = json_array_size(json_object_get(out->manifest, "segments")) - 1;
    h->path = out->segment_path;
    h->sync = out->conf.sync;
    out->segment_path = NULL;
    out->segment = NULL;
    out->hashes++;
    rec_writer_background(hash_work, hash_done, h);
}
