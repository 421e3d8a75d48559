/* SPDX-License-Identifier: Apache-2.0 */
/* Small media files for tests: the frames of a browser, over and over, in any container. */
#ifndef TESTS_UNIT_RECORDER_MEDIA_H
#define TESTS_UNIT_RECORDER_MEDIA_H

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavformat/avformat.h>

#include "../../../plugins/recorder/avparams.h"
#include "frames.h"

#define MEDIA_FRAME_MS 40

struct media {
    AVFormatContext *out;
    const struct frames *frames[2];
};

static inline void media_track(AVFormatContext *out, const struct rec_frame *f, enum rec_codec codec)
{
    AVStream *s = avformat_new_stream(out, NULL);
    struct rec_params params = {.codec = codec,
                                .config = f->config,
                                .config_len = f->config_len,
                                .width = f->width,
                                .height = f->height,
                                .channels = f->channels};

    assert_non_null(s);
    s->time_base = (AVRational){1, 1000};
    assert_int_equal(rec_params_fill(s->codecpar, &params), 0);
}

static inline void media_frame(AVFormatContext *out, int track, const struct rec_frame *f, int64_t ms, int64_t duration)
{
    AVPacket *p = av_packet_alloc();

    assert_int_equal(av_new_packet(p, (int)f->len), 0);
    memcpy(p->data, f->data, f->len);
    p->stream_index = track;
    p->pts = p->dts = ms;
    p->duration = duration;
    p->flags = f->keyframe ? AV_PKT_FLAG_KEY : 0;
    av_packet_rescale_ts(p, (AVRational){1, 1000}, out->streams[track]->time_base);
    assert_true(av_write_frame(out, p) >= 0);
    av_packet_free(&p);
}

static inline struct frames *media_frames(const char *fixture, enum rec_codec codec)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load(fixture, v, VECTORS_MAX);
    struct frames *f = frames_new(frames_conf(codec), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    rec_depacketizer_flush(&f->d);
    assert_true(f->n > 0);
    vectors_free(v, n);
    return f;
}

/*
 * seconds of video (every 40 ms) and Opus (every 20 ms) in path; format: of libavformat. finished: with what a closed
 * file has; else as if the process had been killed.
 */
static inline void media_write(const char *path, const char *format, const char *fixture, enum rec_codec codec,
                               unsigned seconds, bool finished)
{
    struct frames *video = media_frames(fixture, codec), *audio = media_frames("rtp/chromium-opus.hex", REC_OPUS);
    AVFormatContext *out = NULL;
    AVDictionary *options = NULL;
    unsigned ms;

    assert_true(avformat_alloc_output_context2(&out, NULL, format, path) >= 0);
    media_track(out, &video->at[0], codec);
    media_track(out, &audio->at[0], REC_OPUS);
    assert_true(avio_open(&out->pb, path, AVIO_FLAG_WRITE) >= 0);
    av_dict_set(&options, "cluster_time_limit", "500", 0);
    if (!finished) {
        out->pb->seekable = 0;
        av_dict_set(&options, "live", "1", 0);
        av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_keyframe", 0);
    }
    assert_true(avformat_write_header(out, &options) >= 0);
    av_dict_free(&options);
    for (ms = 0; ms < seconds * 1000; ms += 20) {
        if (ms % MEDIA_FRAME_MS == 0)
            media_frame(out, 0, &video->at[ms / MEDIA_FRAME_MS % video->n], ms, MEDIA_FRAME_MS);
        media_frame(out, 1, &audio->at[ms / 20 % audio->n], ms, 20);
    }
    if (finished)
        assert_true(av_write_trailer(out) >= 0);
    avio_closep(&out->pb);
    avformat_free_context(out);
    frames_free(video);
    frames_free(audio);
}

/* A folder of its own, and a path in it. The caller removes them. */
struct media_folder {
    char name[64], path[128];
};

static inline struct media_folder media_folder(const char *file)
{
    struct media_folder f;

    strcpy(f.name, "/tmp/cardea-test-XXXXXX");
    assert_non_null(mkdtemp(f.name));
    snprintf(f.path, sizeof(f.path), "%s/%s", f.name, file);
    return f;
}

static inline void media_remove(const struct media_folder *f)
{
    unlink(f->path);
    assert_int_equal(rmdir(f->name), 0); /* nothing else was left behind */
}

#endif
