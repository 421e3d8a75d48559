/* SPDX-License-Identifier: Apache-2.0 */
/* Frames out of WebM, Matroska and MP4 files, one file after the other. */
#include <string.h>

#include "packetize.h"
#include "probe.h"
#include "readfile.h"

struct media {
    GPtrArray *paths;        /* owned copies */
    guint next;              /* the file to open next */
    struct rec_demux *demux; /* NULL: none is open */
    struct rec_probe probe;
    int64_t offset_us; /* where the file begins on the timeline */
    int64_t end_us;    /* of what was read */
};

static void close_file(struct media *m)
{
    rec_demux_close(m->demux);
    m->demux = NULL;
}

static int open_file(struct media *m, const char *path)
{
    int err = rec_demux_open(&m->demux, path, true);

    if (err)
        return err;
    rec_probe(m->demux, &m->probe);
    if (m->probe.audio != REC_CODEC_NONE || m->probe.video != REC_CODEC_NONE)
        return 0;
    close_file(m);
    return -3;
}

struct sending {
    struct rec_reader *r;
    enum rec_read_kind kind;
    int64_t time_us;
};

static void send(void *arg, const uint8_t *payload, size_t len, bool last)
{
    struct sending *s = arg;

    rec_read_push(s->r, rec_read_rtp(s->r, s->kind, s->time_us, payload, len, s->kind == REC_READ_VIDEO && last));
}

static void take_frame(struct rec_reader *r, struct media *m, const struct rec_demux_frame *f)
{
    bool video = (int)f->track == m->probe.video_track;
    int64_t at = m->offset_us + (f->time_us > 0 ? f->time_us : 0), end = at + (f->duration_us ? f->duration_us : 20000);
    struct sending to = {r, video ? REC_READ_VIDEO : REC_READ_AUDIO, at};

    if (!video && (int)f->track != m->probe.audio_track)
        return;
    if (video ? m->probe.video != r->what.video : m->probe.audio != r->what.audio)
        return; /* a file later in the row may have another codec: it has no place */
    if (end > m->end_us)
        m->end_us = end;
    rec_packetize(video ? r->what.video : r->what.audio, f->data, f->len, f->keyframe, send, &to);
}

static bool more(struct rec_reader *r)
{
    struct media *m = r->file;
    struct rec_demux_frame f;

    for (;;) {
        if (!m->demux) {
            if (m->next >= m->paths->len)
                return false;
            m->offset_us = m->next ? m->end_us : 0;
            open_file(m, m->paths->pdata[m->next++]);
            continue;
        }
        if (rec_demux_next(m->demux, &f) != 1) {
            close_file(m);
            continue;
        }
        take_frame(r, m, &f);
        return true;
    }
}

/* Files before the right one are passed by their durations. */
static int64_t seek(struct rec_reader *r, int64_t to_us)
{
    struct media *m = r->file;
    int64_t begin = 0, duration;
    const struct rec_read *first;

    close_file(m);
    m->next = 0;
    m->end_us = 0;
    while (m->next < m->paths->len) {
        if (open_file(m, m->paths->pdata[m->next++]))
            continue;
        m->offset_us = begin;
        duration = rec_demux_duration_us(m->demux);
        if (duration <= 0 || begin + duration > to_us || m->next == m->paths->len)
            break;
        begin += duration;
        m->end_us = begin;
        close_file(m);
    }
    if (m->demux)
        rec_demux_seek(m->demux, to_us - m->offset_us);
    first = rec_reader_peek(r);
    return first ? first->time_us : to_us;
}

static void close_media(struct rec_reader *r)
{
    struct media *m = r->file;

    close_file(m);
    g_ptr_array_free(m->paths, TRUE);
    g_free(m);
}

int rec_read_media_open(struct rec_reader *r, const struct rec_item *item)
{
    struct media *m = g_new0(struct media, 1);

    r->file = m;
    r->more = more;
    r->seek = seek;
    r->close = close_media;
    m->paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < item->media->len; i++)
        g_ptr_array_add(m->paths, g_strdup(item->media->pdata[i]));
    while (m->next < m->paths->len && open_file(m, m->paths->pdata[m->next++]))
        ;
    if (!m->demux)
        return -3;
    r->what.audio = m->probe.audio;
    r->what.video = m->probe.video;
    r->what.duration_ms = item->duration_ms ? item->duration_ms : m->probe.duration_ms;
    return 0;
}
