/* SPDX-License-Identifier: Apache-2.0 */
#include "mux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavformat/avformat.h>

#include "avparams.h"
#include "turn.h"

#define IO_BUFFER 4096

_Static_assert(REC_MUX_PADDING >= AV_INPUT_BUFFER_PADDING_SIZE, "what libavcodec's readers ask for");

struct rec_mux {
    /* owned */
    int fd;
    AVFormatContext *format;
    AVPacket *packet;
    /* state */
    int64_t position;    /* where the next byte goes */
    uint64_t size, good; /* good: it ends with a whole cluster there */
    int64_t last_ms[REC_MUX_TRACKS];
    int64_t end_us;
    int error; /* the first one */
};

const char *rec_mux_extension(const struct rec_mux_track *tracks, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (tracks[i].codec != REC_CODEC_NONE && !rec_codec_is_webm(tracks[i].codec))
            return "mkv";
    return "webm";
}

/* --- bytes to the file -------------------------------------------------------------------------------------------- */

static int failed(struct rec_mux *m, int error)
{
    if (!m->error)
        m->error = error;
    return error;
}

static int put(void *mux, uint8_t *bytes, int len)
{
    struct rec_mux *m = mux;

    for (int done = 0; done < len;) {
        ssize_t n = pwrite(m->fd, bytes + done, (size_t)(len - done), m->position);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return AVERROR(-failed(m, n ? -errno : -EIO));
        done += (int)n;
        m->position += n;
    }
    if ((uint64_t)m->position > m->size)
        m->size = (uint64_t)m->position;
    return len;
}

static int64_t seek(void *mux, int64_t offset, int whence)
{
    struct rec_mux *m = mux;

    if (whence == AVSEEK_SIZE)
        return (int64_t)m->size;
    if (whence == SEEK_CUR)
        offset += m->position;
    else if (whence == SEEK_END)
        offset += (int64_t)m->size;
    else if (whence != SEEK_SET)
        return AVERROR(EINVAL);
    return offset < 0 ? AVERROR(EINVAL) : (m->position = offset);
}

/* --- the header --------------------------------------------------------------------------------------------------- */

static int add_track(struct rec_mux *m, const struct rec_mux_track *t, bool webm)
{
    const struct rec_params params = {.codec = t->codec,
                                      .config = t->config,
                                      .config_len = t->config_len,
                                      .width = t->width,
                                      .height = t->height,
                                      .channels = t->channels};
    AVStream *s = avformat_new_stream(m->format, NULL);

    if (!s)
        return -ENOMEM;
    s->time_base = (AVRational){1, 1000};
    if (t->title)
        av_dict_set(&s->metadata, "title", t->title, 0);
    if (t->codec == REC_CODEC_NONE) {
        s->codecpar->codec_type = AVMEDIA_TYPE_SUBTITLE;
        s->codecpar->codec_id = webm ? AV_CODEC_ID_WEBVTT : AV_CODEC_ID_SUBRIP;
        return 0;
    }
    if (!rec_turn_declare(s, t->rotation))
        return -ENOMEM;
    return rec_params_fill(s->codecpar, &params) ? -EINVAL : 0;
}

static void set_time(AVFormatContext *format, int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    char text[40], whole[24];
    struct tm tm;

    if (!wall_us || !gmtime_r(&seconds, &tm))
        return;
    strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, sizeof(text), "%s.%06dZ", whole, (int)(wall_us % 1000000));
    av_dict_set(&format->metadata, "creation_time", text, 0);
}

static int open_format(struct rec_mux *m, const struct rec_mux_conf *conf, const struct rec_mux_track *tracks,
                       unsigned n)
{
    bool webm = !strcmp(rec_mux_extension(tracks, n), "webm");
    AVDictionary *options = NULL;
    uint8_t *buffer = av_malloc(IO_BUFFER);
    int err = avformat_alloc_output_context2(&m->format, NULL, webm ? "webm" : "matroska", NULL);

    m->packet = av_packet_alloc();
    if (err < 0 || !buffer || !m->packet ||
        !(m->format->pb = avio_alloc_context(buffer, IO_BUFFER, 1, m, NULL, put, seek))) {
        av_free(buffer);
        return -ENOMEM;
    }
    m->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_FLUSH_PACKETS;
    if (conf->title)
        av_dict_set(&m->format->metadata, "title", conf->title, 0);
    set_time(m->format, conf->wall_us);
    for (unsigned i = 0; i < n; i++)
        if ((err = add_track(m, &tracks[i], webm)))
            return err;
    av_dict_set_int(&options, "cluster_time_limit", conf->cluster_ms, 0);
    av_dict_set_int(&options, "cluster_size_limit", 256 << 10, 0);
    err = avformat_write_header(m->format, &options);
    av_dict_free(&options);
    avio_flush(m->format->pb);
    return m->error ? m->error : err < 0 ? -EINVAL : rec_turn_settle(m->fd);
}

int rec_mux_open(struct rec_mux **out, const char *path, const struct rec_mux_conf *conf,
                 const struct rec_mux_track *tracks, unsigned n)
{
    struct rec_mux *m;
    int err;

    if (!n || n > REC_MUX_TRACKS)
        return -EINVAL;
    m = calloc(1, sizeof(*m));
    if (!m)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++)
        m->last_ms[i] = -1;
    m->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, conf->mode);
    err = m->fd < 0 ? -errno : open_format(m, conf, tracks, n);
    if (!err) {
        *out = m;
        return 0;
    }
    m->error = err;
    if (m->fd >= 0)
        unlink(path);
    rec_mux_close(m);
    return err;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

int rec_mux_write(struct rec_mux *m, unsigned track, const uint8_t *data, size_t len, int64_t time_us,
                  int64_t duration_us, bool keyframe)
{
    int64_t ms = (time_us + 500) / 1000;
    int err;

    if (m->error)
        return m->error;
    if (track >= m->format->nb_streams || len > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE)
        return -EINVAL;
    if (ms <= m->last_ms[track])
        ms = m->last_ms[track] + 1;
    m->last_ms[track] = ms;
    m->packet->data = (uint8_t *)data; /* it is not written to, and copied where it is kept */
    m->packet->size = (int)len;
    m->packet->stream_index = (int)track;
    m->packet->flags = keyframe ? AV_PKT_FLAG_KEY : 0;
    m->packet->pts = m->packet->dts = ms;
    m->packet->duration = (duration_us + 500) / 1000;
    if (ms * 1000 + duration_us > m->end_us)
        m->end_us = ms * 1000 + duration_us;
    err = av_write_frame(m->format, m->packet);
    av_packet_unref(m->packet);
    if (err < 0)
        return failed(m, m->error ? m->error : -EINVAL);
    m->good = m->size;
    return 0;
}

int rec_mux_sync(struct rec_mux *m)
{
    return fdatasync(m->fd) ? failed(m, -errno) : 0;
}

uint64_t rec_mux_bytes(const struct rec_mux *m)
{
    return m->size;
}

int64_t rec_mux_end_us(const struct rec_mux *m)
{
    return m->end_us;
}

bool rec_mux_is_gone(const struct rec_mux *m)
{
    struct stat st;

    return fstat(m->fd, &st) || st.st_nlink == 0;
}

int rec_mux_close(struct rec_mux *m)
{
    int err;

    if (m->format && m->format->pb) {
        if (!m->error && av_write_trailer(m->format) < 0)
            failed(m, -EIO);
        avio_flush(m->format->pb);
        if (!m->error && (err = rec_turn_settle(m->fd))) /* the tracks were written anew */
            failed(m, err);
        av_freep(&m->format->pb->buffer);
        avio_context_free(&m->format->pb);
    }
    avformat_free_context(m->format);
    av_packet_free(&m->packet);
    if (m->error && m->good && ftruncate(m->fd, (off_t)m->good)) /* half a cluster is worth nothing */
        failed(m, -errno);
    if (m->fd >= 0 && close(m->fd))
        failed(m, -errno);
    err = m->error;
    free(m);
    return err;
}
