/* SPDX-License-Identifier: Apache-2.0 */
#include "repair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavformat/avformat.h>
#include <libavutil/opt.h>

#include "demux.h"
#include "turn.h"

#define ENDING ".repair"

struct copy {
    /* owned */
    struct rec_demux *in;
    AVFormatContext *out;
    AVPacket *packet;
    char *path;
    /* state */
    int64_t last[REC_DEMUX_TRACKS]; /* timestamp of each track's last frame, in its output's base */
    int64_t end_us;
    uint64_t frames;
    /* borrowed */
    const struct stat *like;
};

/* libavformat's muxer for what its demuxer (or ours) calls it. */
static const char *muxer_of(const char *format)
{
    return !strcmp(format, "webm") || !strcmp(format, "mp4") || !strcmp(format, "ogg") || !strcmp(format, "wav")
               ? format
               : "matroska";
}

static int add_streams(struct copy *c)
{
    AVFormatContext *in = rec_demux_format(c->in);
    unsigned i;

    av_dict_copy(&c->out->metadata, in->metadata, 0);
    for (i = 0; i < rec_demux_tracks(c->in); i++) {
        AVStream *from = in->streams[i], *to = avformat_new_stream(c->out, NULL);
        int err = to ? avcodec_parameters_copy(to->codecpar, from->codecpar) : AVERROR(ENOMEM);

        if (err < 0)
            return -ENOMEM;
        to->codecpar->codec_tag = 0;
        to->time_base = from->time_base;
        av_dict_copy(&to->metadata, from->metadata, 0);
        if (!rec_turn_declare(to, rec_demux_track(c->in, i)->rotation))
            return -ENOMEM;
        c->last[i] = INT64_MIN;
    }
    return 0;
}

static int open_output(struct copy *c, const char *path)
{
    const char *format = rec_demux_format_name(c->in);
    AVDictionary *options = NULL;
    char *url;
    int err;

    if (asprintf(&c->path, "%s" ENDING, path) < 0 || asprintf(&url, "file:%s", c->path) < 0)
        return -ENOMEM;
    err = avformat_alloc_output_context2(&c->out, NULL, muxer_of(format), url) < 0 ? -ENOMEM : add_streams(c);
    if (!err && avio_open(&c->out->pb, url, AVIO_FLAG_WRITE) < 0)
        err = -EACCES;
    free(url);
    if (err)
        return err;
    if (chmod(c->path, c->like->st_mode & 07777) || (chown(c->path, c->like->st_uid, c->like->st_gid) && !geteuid()))
        return -errno;
    av_dict_set(&options, "cluster_time_limit", "5000", 0);
    if (!strcmp(muxer_of(format), "mp4"))
        av_dict_set(&options, "movflags", "faststart", 0);
    err = avformat_write_header(c->out, &options) < 0 ? -EINVAL : 0;
    av_dict_free(&options);
    return err;
}

static int write_frame(struct copy *c, const struct rec_demux_frame *f)
{
    AVStream *s = c->out->streams[f->track];
    int64_t at = av_rescale_q(f->time_us, AV_TIME_BASE_Q, s->time_base);
    int err;

    if (at <= c->last[f->track])
        at = c->last[f->track] + 1;
    c->last[f->track] = at;
    if (av_new_packet(c->packet, (int)f->len))
        return -ENOMEM;
    memcpy(c->packet->data, f->data, f->len);
    c->packet->stream_index = (int)f->track;
    c->packet->pts = c->packet->dts = at;
    c->packet->duration = av_rescale_q(f->duration_us, AV_TIME_BASE_Q, s->time_base);
    c->packet->flags = f->keyframe ? AV_PKT_FLAG_KEY : 0;
    err = av_write_frame(c->out, c->packet);
    av_packet_unref(c->packet);
    if (err < 0)
        return err == AVERROR(ENOSPC) ? -ENOSPC : -EIO;
    c->frames++;
    if (f->time_us + f->duration_us > c->end_us)
        c->end_us = f->time_us + f->duration_us;
    return 0;
}

static int copy_frames(struct copy *c, int64_t size, void (*progress)(void *arg, double part), void *arg)
{
    struct rec_demux_frame frame;
    int more, err = 0;

    while (!err && (more = rec_demux_next(c->in, &frame)) > 0) {
        err = write_frame(c, &frame);
        if (progress && size > 0 && c->frames % 256 == 0)
            progress(arg, (double)avio_tell(rec_demux_format(c->in)->pb) / (double)size);
    }
    if (err || more < 0)
        return err ? err : more;
    if (!c->frames)
        return -ENODATA;
    return av_write_trailer(c->out) < 0 ? -EIO : 0;
}

/* The new file takes the place of the old one, once it is on the disk. */
static int settle(struct copy *c, const char *path, struct rec_repair *result)
{
    struct stat st;
    int fd, err = 0;

    avio_flush(c->out->pb);
    if (c->out->pb->error < 0 || avio_closep(&c->out->pb) < 0)
        return -EIO;
    fd = open(c->path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        err = -errno;
    else if (strstr(c->out->oformat->name, "matroska") || !strcmp(c->out->oformat->name, "webm"))
        err = rec_turn_settle(fd);
    if (!err && fsync(fd))
        err = -errno;
    if (fd >= 0)
        close(fd);
    if (err)
        return err;
    if (rename(c->path, path))
        return -errno;
    result->duration_us = c->end_us;
    result->frames = c->frames;
    result->bytes = (uint64_t)st.st_size;
    return 0;
}

int rec_repair(const char *path, bool force, struct rec_repair *result, void (*progress)(void *arg, double part),
               void *arg)
{
    struct copy c = {0};
    struct stat st;
    int err;

    memset(result, 0, sizeof(*result));
    if (stat(path, &st))
        return -errno;
    err = rec_demux_open(&c.in, path, false);
    if (err)
        return err;
    result->was_finished = rec_demux_duration_us(c.in) > 0;
    result->duration_us = rec_demux_duration_us(c.in);
    result->bytes = (uint64_t)st.st_size;
    if (result->was_finished && !force)
        goto out;
    c.like = &st;
    c.packet = av_packet_alloc();
    err = c.packet ? open_output(&c, path) : -ENOMEM;
    if (!err)
        err = copy_frames(&c, st.st_size, progress, arg);
    if (!err)
        err = settle(&c, path, result);
    if (err && c.path)
        unlink(c.path);
out:
    if (c.out && c.out->pb)
        avio_closep(&c.out->pb);
    avformat_free_context(c.out);
    av_packet_free(&c.packet);
    rec_demux_close(c.in);
    free(c.path);
    return err;
}
