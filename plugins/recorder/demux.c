/* SPDX-License-Identifier: Apache-2.0 */
#include "demux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavcodec/bsf.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>

#include "avparams.h"

#define IO_BUFFER  16384
#define FORMATS    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,ogg,wav"
#define PROBE_SIZE "262144"
#define BAD_MOST   1000        /* frames in a row that cannot be used */
#define ALLOC_MOST (128 << 20) /* of one piece of memory inside libavformat, for the whole process */

struct rec_demux {
    /* owned */
    int fd;
    AVIOContext *io; /* libavformat never frees it, whatever becomes of format */
    AVFormatContext *format;
    AVPacket *packet;
    AVBSFContext *filter[REC_DEMUX_TRACKS]; /* to Annex B; NULL: as it is */
    /* borrowed, when read from memory */
    const uint8_t *memory;
    size_t memory_len;
    /* state */
    int64_t position;
    int error; /* of the disk */
    unsigned n_tracks;
    struct rec_demux_track track[REC_DEMUX_TRACKS];
};

/* --- bytes -------------------------------------------------------------------------------------------------------- */

static int64_t size_of(const struct rec_demux *d)
{
    struct stat st;

    if (d->memory)
        return (int64_t)d->memory_len;
    return fstat(d->fd, &st) ? -1 : (int64_t)st.st_size;
}

static int get(void *demux, uint8_t *out, int len)
{
    struct rec_demux *d = demux;
    int64_t left = size_of(d) - d->position;
    ssize_t n;

    if (left <= 0)
        return AVERROR_EOF;
    if (left < len)
        len = (int)left;
    if (d->memory) {
        memcpy(out, d->memory + d->position, (size_t)len);
        n = len;
    } else {
        do {
            n = pread(d->fd, out, (size_t)len, d->position);
        } while (n < 0 && errno == EINTR);
    }
    if (n < 0) {
        d->error = -errno;
        return AVERROR(errno);
    }
    d->position += n;
    return n ? (int)n : AVERROR_EOF;
}

static int64_t seek(void *demux, int64_t offset, int whence)
{
    struct rec_demux *d = demux;

    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return size_of(d);
    case SEEK_SET:
        break;
    case SEEK_CUR:
        offset += d->position;
        break;
    case SEEK_END:
        offset += size_of(d);
        break;
    default:
        return AVERROR(EINVAL);
    }
    return offset < 0 ? AVERROR(EINVAL) : (d->position = offset);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static enum rec_demux_kind kind_of(enum AVMediaType type)
{
    switch (type) {
    case AVMEDIA_TYPE_AUDIO:
        return REC_DEMUX_AUDIO;
    case AVMEDIA_TYPE_VIDEO:
        return REC_DEMUX_VIDEO;
    case AVMEDIA_TYPE_SUBTITLE:
        return REC_DEMUX_TEXT;
    default:
        return REC_DEMUX_OTHER;
    }
}

static const char *tag(const AVStream *s, const char *name)
{
    const AVDictionaryEntry *e = av_dict_get(s->metadata, name, NULL, 0);

    return e ? e->value : NULL;
}

/* From the display matrix (MP4), or the tag that Matroska files carry. */
static uint16_t rotation_of(const AVStream *s)
{
    size_t size = 0;
    const uint8_t *matrix = av_stream_get_side_data(s, AV_PKT_DATA_DISPLAYMATRIX, &size);
    const char *text = tag(s, "rotate");
    double angle = 0;
    long degrees;

    if (matrix && size >= 9 * sizeof(int32_t))
        angle = -av_display_rotation_get((const int32_t *)matrix);
    else if (text)
        angle = strtod(text, NULL);
    if (!(angle > -3600 && angle < 3600))
        return 0;
    degrees = (long)(angle + (angle < 0 ? -45 : 45)) / 90 * 90;
    return (uint16_t)((degrees % 360 + 360) % 360);
}

static void describe(struct rec_demux_track *t, const AVStream *s)
{
    const AVCodecParameters *p = s->codecpar;

    t->kind = kind_of(p->codec_type);
    t->codec = rec_codec_from_av(p->codec_id);
    t->codec_name = avcodec_get_name(p->codec_id);
    t->title = tag(s, "title");
    t->language = tag(s, "language");
    if (t->kind == REC_DEMUX_VIDEO) {
        t->width = p->width > 0 && p->width <= UINT16_MAX ? (uint16_t)p->width : 0;
        t->height = p->height > 0 && p->height <= UINT16_MAX ? (uint16_t)p->height : 0;
        t->rotation = rotation_of(s);
    }
    if (t->kind == REC_DEMUX_AUDIO) {
        t->channels =
            p->ch_layout.nb_channels > 0 && p->ch_layout.nb_channels < 256 ? (uint8_t)p->ch_layout.nb_channels : 0;
        t->sample_rate = p->sample_rate > 0 ? (uint32_t)p->sample_rate : 0;
    }
    t->config = p->extradata_size > 0 ? p->extradata : NULL;
    t->config_len = t->config ? (size_t)p->extradata_size : 0;
}

/* Parameter sets behind start codes are passed on as they are. */
static bool is_usable_config(const AVCodecParameters *p)
{
    const uint8_t *config = p->extradata;
    int len = p->extradata_size;
    bool annex_b = len > 3 && !config[0] && !config[1] && config[2 + !config[2]] == 1;

    return p->codec_id != AV_CODEC_ID_HEVC || !len || annex_b || rec_hvcc_is_whole(config, (size_t)len);
}

/* H.264 and H.265 lie in files with lengths in front of their units, and the parameter sets apart. */
static int open_filter(AVBSFContext **out, const AVStream *s)
{
    enum AVCodecID id = s->codecpar->codec_id;
    const AVBitStreamFilter *f;
    AVBSFContext *b = NULL;
    int err;

    if (id != AV_CODEC_ID_H264 && id != AV_CODEC_ID_HEVC)
        return 0;
    if (!is_usable_config(s->codecpar))
        return AVERROR_INVALIDDATA;
    f = av_bsf_get_by_name(id == AV_CODEC_ID_H264 ? "h264_mp4toannexb" : "hevc_mp4toannexb");
    err = f ? av_bsf_alloc(f, &b) : AVERROR_BSF_NOT_FOUND;
    if (err >= 0)
        err = avcodec_parameters_copy(b->par_in, s->codecpar);
    if (err >= 0) {
        b->time_base_in = s->time_base;
        err = av_bsf_init(b);
    }
    if (err < 0)
        av_bsf_free(&b);
    *out = b;
    return err;
}

static int open_format(struct rec_demux *d)
{
    AVDictionary *options = NULL;
    uint8_t *buffer = av_malloc(IO_BUFFER);
    int err;

    /* some demuxers allocate what a header says before they look whether the file is that long (WAV: up to 2 GiB) */
    av_max_alloc(ALLOC_MOST);
    d->format = avformat_alloc_context();
    d->packet = av_packet_alloc();
    d->io = buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, d, get, NULL, seek) : NULL;
    if (!d->io)
        av_free(buffer);
    if (!d->io || !d->format || !d->packet)
        return -ENOMEM;
    d->format->pb = d->io;
    d->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    d->format->max_streams = REC_DEMUX_TRACKS;
    av_dict_set(&options, "format_whitelist", FORMATS, 0);
    av_dict_set(&options, "protocol_whitelist", "", 0);
    av_dict_set(&options, "probesize", PROBE_SIZE, 0);
    av_dict_set(&options, "formatprobesize", PROBE_SIZE, 0);
    err = avformat_open_input(&d->format, NULL, NULL, &options); /* frees format when it fails */
    av_dict_free(&options);
    return err < 0 ? (d->error ? d->error : err == AVERROR(ENOMEM) ? -ENOMEM : -EINVAL) : 0;
}

static int start(struct rec_demux *d, bool annex_b)
{
    unsigned i;
    int err;

    err = open_format(d);
    if (err)
        return err;
    if (!d->format->nb_streams)
        return -EINVAL;
    d->n_tracks = d->format->nb_streams < REC_DEMUX_TRACKS ? d->format->nb_streams : REC_DEMUX_TRACKS;
    for (i = 0; i < d->n_tracks; i++) {
        describe(&d->track[i], d->format->streams[i]);
        if (annex_b && open_filter(&d->filter[i], d->format->streams[i]) < 0)
            d->track[i].codec = REC_CODEC_NONE; /* parameters that nobody could use */
    }
    return 0;
}

static int open_common(struct rec_demux **out, struct rec_demux *d, bool annex_b)
{
    int err = start(d, annex_b);

    if (err) {
        rec_demux_close(d);
        return err;
    }
    *out = d;
    return 0;
}

int rec_demux_open(struct rec_demux **out, const char *path, bool annex_b)
{
    struct rec_demux *d = calloc(1, sizeof(*d));
    struct stat st;

    if (!d)
        return -ENOMEM;
    d->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (d->fd < 0 || fstat(d->fd, &st) || !S_ISREG(st.st_mode)) {
        int err = d->fd < 0 ? -errno : -EINVAL;

        rec_demux_close(d);
        return err;
    }
    return open_common(out, d, annex_b);
}

int rec_demux_open_memory(struct rec_demux **out, const void *data, size_t len, bool annex_b)
{
    struct rec_demux *d = calloc(1, sizeof(*d));

    if (!d)
        return -ENOMEM;
    d->fd = -1;
    d->memory = data;
    d->memory_len = len;
    return open_common(out, d, annex_b);
}

void rec_demux_close(struct rec_demux *d)
{
    unsigned i;

    if (!d)
        return;
    for (i = 0; i < REC_DEMUX_TRACKS; i++)
        av_bsf_free(&d->filter[i]);
    avformat_close_input(&d->format);
    if (d->io)
        av_freep(&d->io->buffer);
    avio_context_free(&d->io);
    av_packet_free(&d->packet);
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}

/* --- what it is --------------------------------------------------------------------------------------------------- */

unsigned rec_demux_tracks(const struct rec_demux *d)
{
    return d->n_tracks;
}

const struct rec_demux_track *rec_demux_track(const struct rec_demux *d, unsigned i)
{
    return &d->track[i];
}

int64_t rec_demux_duration_us(const struct rec_demux *d)
{
    int64_t duration = d->format->duration, of_stream;
    unsigned i;

    for (i = 0; duration <= 0 && i < d->n_tracks; i++) {
        const AVStream *s = d->format->streams[i];

        of_stream = s->duration > 0 ? av_rescale_q(s->duration, s->time_base, AV_TIME_BASE_Q) : 0;
        duration = of_stream > duration ? of_stream : duration;
    }
    return duration > 0 && duration < INT64_MAX / 2 ? duration : 0;
}

bool rec_demux_is_seekable(const struct rec_demux *d)
{
    return rec_demux_duration_us(d) > 0; /* index and duration are written together, at the end */
}

const char *rec_demux_format_name(const struct rec_demux *d)
{
    const AVDictionaryEntry *brand = av_dict_get(d->format->metadata, "major_brand", NULL, 0);
    const char *name = d->format->iformat->name;
    unsigned i;

    if (brand || !strncmp(name, "mov", 3))
        return "mp4";
    if (strncmp(name, "matroska", 8))
        return name;
    for (i = 0; i < d->n_tracks; i++) {
        if (d->track[i].kind <= REC_DEMUX_VIDEO && !rec_codec_is_webm(d->track[i].codec))
            return "matroska";
    }
    return "webm";
}

struct AVFormatContext *rec_demux_format(struct rec_demux *d)
{
    return d->format;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static int64_t to_us(int64_t ticks, AVRational base)
{
    return ticks == AV_NOPTS_VALUE ? 0 : av_rescale_q(ticks, base, AV_TIME_BASE_Q);
}

/* The packet in Annex B, where that is wanted. */
static int filter(struct rec_demux *d)
{
    AVBSFContext *b = d->filter[d->packet->stream_index];
    int err;

    if (!b)
        return 0;
    err = av_bsf_send_packet(b, d->packet);
    if (err >= 0)
        err = av_bsf_receive_packet(b, d->packet);
    if (err < 0) {
        av_packet_unref(d->packet);
        av_bsf_flush(b);
    }
    return err;
}

static bool is_usable(const struct rec_demux *d)
{
    const AVPacket *p = d->packet;

    return p->stream_index >= 0 && (unsigned)p->stream_index < d->n_tracks && p->size > 0 &&
           p->size <= REC_DEMUX_FRAME_MAX && !(p->flags & AV_PKT_FLAG_CORRUPT);
}

int rec_demux_next(struct rec_demux *d, struct rec_demux_frame *frame)
{
    const AVStream *s;
    unsigned bad = 0;
    int64_t pts;

    for (;;) {
        av_packet_unref(d->packet);
        if (av_read_frame(d->format, d->packet) < 0)
            return d->error;
        if (is_usable(d) && filter(d) >= 0 && d->packet->size > 0)
            break;
        if (++bad == BAD_MOST)
            return 0;
    }
    s = d->format->streams[d->packet->stream_index];
    pts = d->packet->pts != AV_NOPTS_VALUE ? d->packet->pts : d->packet->dts;
    frame->track = (unsigned)d->packet->stream_index;
    frame->data = d->packet->data;
    frame->len = (size_t)d->packet->size;
    frame->time_us = to_us(pts, s->time_base);
    frame->duration_us = to_us(d->packet->duration, s->time_base);
    frame->keyframe = d->packet->flags & AV_PKT_FLAG_KEY;
    return 1;
}

int rec_demux_seek(struct rec_demux *d, int64_t time_us)
{
    unsigned i;

    for (i = 0; i < d->n_tracks; i++) {
        if (d->filter[i])
            av_bsf_flush(d->filter[i]);
    }
    return avformat_seek_file(d->format, -1, INT64_MIN, time_us, time_us, 0) < 0 ? -EINVAL : 0;
}
