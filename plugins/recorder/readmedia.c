/* SPDX-License-Identifier: Apache-2.0 */
/* Frames out of WebM, Matroska and MP4 files, one file after the other. */
#include <string.h>

#include "messages.h"
#include "packetize.h"
#include "probe.h"
#include "readfile.h"

#define ROUNDED_US 10000

struct media {
    /* owned */
    GPtrArray *paths;
    GArray *starts;                /* int64_t, ms: where each begins on the timeline */
    struct rec_demux *demux;       /* NULL: none is open */
    struct rec_messages *messages; /* NULL: none */
    /* state */
    guint next; /* the file to open next */
    struct rec_probe probe;
    int64_t offset_us; /* where the file begins on the timeline */
    int64_t end_us;    /* of what was read */
    int64_t sound_us;  /* where the next sound should begin */
    bool turned;       /* a picture was, so its receiver has to know of those that are not */
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

/* Where file i begins: as the manifest says, but never before the end of the one before. */
static int64_t start_of(const struct media *m, guint i)
{
    int64_t us = i < m->starts->len ? g_array_index(m->starts, int64_t, i) * 1000 : 0;

    return us > m->end_us ? us : m->end_us;
}

struct sending {
    struct rec_reader *r;
    enum rec_read_kind kind;
    int64_t time_us;
    int rotation;
};

static void send(void *arg, const uint8_t *payload, size_t len, bool last)
{
    struct sending *s = arg;
    bool marker = s->kind == REC_READ_VIDEO && last;

    rec_read_push(s->r, rec_read_rtp(s->r, s->kind, s->time_us, payload, len, marker, s->rotation));
}

/* Messages up to this time. */
static void take_messages(struct rec_reader *r, struct media *m, int64_t until_us)
{
    const struct rec_line *l;

    while (m->messages && (l = rec_messages_peek(m->messages)) && l->time_us <= until_us) {
        struct rec_read *p = rec_read_new(REC_READ_DATA, l->time_us, l->len, l->label);

        p->binary = l->binary;
        memcpy(p->bytes, l->data, l->len);
        rec_read_push(r, p);
        rec_messages_pop(m->messages);
    }
}

static void take_picture(struct rec_reader *r, struct media *m, const struct rec_demux_frame *f, int64_t at)
{
    struct sending to = {r, REC_READ_VIDEO, at, -1};

    m->turned |= m->probe.rotation != 0;
    if (m->turned)
        to.rotation = m->probe.rotation;
    rec_packetize(r->what.video, f->data, f->len, f->keyframe, send, &to);
}

/*
 * Files know milliseconds, sound knows samples: what belongs together is put together again, or a receiver would hear
 * a hole, or too much, where a time was rounded.
 */
static void take_sound(struct rec_reader *r, struct media *m, const struct rec_demux_frame *f, int64_t at)
{
    int ticks = rec_audio_ticks(r->what.audio, f->data, f->len);
    struct sending to = {r, REC_READ_AUDIO, at, -1};

    if (ticks <= 0)
        return;
    if (at - m->sound_us < ROUNDED_US && m->sound_us - at < ROUNDED_US)
        to.time_us = m->sound_us;
    m->sound_us = to.time_us + (int64_t)ticks * 1000000 / rec_codec_clock_rate(r->what.audio);
    if (rec_read_is_stretched(r))
        rec_read_stretch(r, f->data, f->len, to.time_us);
    else
        rec_packetize(r->what.audio, f->data, f->len, true, send, &to);
}

static void take_frame(struct rec_reader *r, struct media *m, const struct rec_demux_frame *f)
{
    bool video = (int)f->track == m->probe.video_track;
    int64_t at = m->offset_us + (f->time_us > 0 ? f->time_us : 0), end = at + (f->duration_us ? f->duration_us : 20000);

    if (!video && (int)f->track != m->probe.audio_track)
        return;
    if (video ? m->probe.video != r->what.video : m->probe.audio != r->what.audio)
        return; /* a file later in the row may have another codec: it has no place */
    if (end > m->end_us)
        m->end_us = end;
    if (video)
        take_picture(r, m, f, at);
    else
        take_sound(r, m, f, at);
    take_messages(r, m, at);
}

static bool more(struct rec_reader *r)
{
    struct media *m = r->file;
    struct rec_demux_frame f;

    for (;;) {
        if (!m->demux) {
            if (m->next >= m->paths->len)
                return false;
            m->offset_us = start_of(m, m->next);
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

/* The file that holds the time, or the next one behind it; those that cannot be read are passed over. */
static void open_at(struct media *m, int64_t to_us)
{
    guint i = m->paths->len;

    close_file(m);
    m->end_us = 0;
    while (i > 1 && start_of(m, i - 1) > to_us)
        i--;
    for (m->next = i ? i - 1 : 0; m->next < m->paths->len && !m->demux;) {
        m->offset_us = start_of(m, m->next);
        if (open_file(m, m->paths->pdata[m->next++]) || m->next == m->paths->len)
            continue;
        if (rec_demux_duration_us(m->demux) > 0 && to_us >= m->offset_us + rec_demux_duration_us(m->demux))
            close_file(m);
    }
}

static int64_t seek(struct rec_reader *r, int64_t to_us)
{
    struct media *m = r->file;
    const struct rec_read *first;

    open_at(m, to_us);
    if (m->demux && to_us > m->offset_us)
        rec_demux_seek(m->demux, to_us - m->offset_us);
    if (m->messages)
        rec_messages_seek(m->messages, to_us);
    first = rec_reader_peek(r);
    return first ? first->time_us : to_us;
}

static void close_media(struct rec_reader *r)
{
    struct media *m = r->file;

    close_file(m);
    rec_messages_close(m->messages);
    g_array_unref(m->starts);
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
    m->starts = item->starts ? g_array_ref(item->starts) : g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < item->media->len; i++)
        g_ptr_array_add(m->paths, g_strdup(item->media->pdata[i]));
    m->messages = rec_messages_open(item->messages);
    while (m->next < m->paths->len && open_file(m, m->paths->pdata[m->next++]))
        ;
    if (!m->demux)
        return -3;
    r->what.audio = m->probe.audio;
    r->what.video = m->probe.video;
    r->what.orientation_id = r->what.video != REC_CODEC_NONE ? REC_READ_ORIENTATION : 0;
    r->what.data = m->messages && rec_messages_peek(m->messages);
    r->what.duration_ms = item->duration_ms ? item->duration_ms : m->probe.duration_ms;
    return 0;
}
