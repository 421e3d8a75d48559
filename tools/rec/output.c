/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "../../plugins/recorder/turn.h"
#include "rec.h"

#define PART            ".part"
#define SILENCE_MOST_US 3600000000 /* a longer hole is a broken timestamp, and becomes none */

struct output {
    /* owned */
    AVFormatContext *format;
    AVPacket *packet;
    char *path, *part;
    /* state */
    bool header, failed;
    int64_t last[OUTPUT_TRACKS]; /* dts of the last frame, in the track's base */
    bool begun[OUTPUT_TRACKS];
    int64_t filled_us; /* WAV: how much is there */
};

/* --- containers --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *ending, *muxer;
    enum AVCodecID codecs[8]; /* none: what libavformat says */
} containers[] = {
    {"webm", "webm", {AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_OPUS, AV_CODEC_ID_WEBVTT}},
    {"mkv", "matroska", {AV_CODEC_ID_NONE}},
    {"mka", "matroska", {AV_CODEC_ID_NONE}},
    {"mp4",
     "mp4",
     {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1, AV_CODEC_ID_VP9, AV_CODEC_ID_OPUS, AV_CODEC_ID_AAC}},
    {"m4a", "mp4", {AV_CODEC_ID_OPUS, AV_CODEC_ID_AAC}},
    {"ogg", "ogg", {AV_CODEC_ID_OPUS}},
    {"opus", "opus", {AV_CODEC_ID_OPUS}},
    {"wav", "wav", {AV_CODEC_ID_PCM_MULAW, AV_CODEC_ID_PCM_ALAW, AV_CODEC_ID_ADPCM_G722, AV_CODEC_ID_PCM_S16LE}},
};
#define N_CONTAINERS (sizeof(containers) / sizeof(containers[0]))

static size_t find(const char *ending)
{
    size_t i = 0;

    while (i < N_CONTAINERS && strcmp(containers[i].ending, ending))
        i++;
    return i;
}

char *output_ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

    return g_ascii_strdown(dot ? dot + 1 : "", -1);
}

const char *output_muxer(const char *ending)
{
    size_t i = find(ending);

    return i < N_CONTAINERS ? containers[i].muxer : NULL;
}

bool output_takes(const char *ending, enum AVCodecID codec)
{
    size_t i = find(ending), k;

    if (i == N_CONTAINERS)
        return false;
    if (containers[i].codecs[0] == AV_CODEC_ID_NONE)
        return avformat_query_codec(av_guess_format(containers[i].muxer, NULL, NULL), codec, FF_COMPLIANCE_NORMAL) == 1;
    for (k = 0; k < 8 && containers[i].codecs[k]; k++) {
        if (containers[i].codecs[k] == codec)
            return true;
    }
    return false;
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static int trouble(struct output *o, const char *doing, int err)
{
    if (!o->failed)
        complain("%s: %s: %s", o->path, doing, av_err2str(err));
    o->failed = true;
    return -1;
}

static int add_track(struct output *o, const struct output_track *t)
{
    AVStream *s = avformat_new_stream(o->format, NULL);
    const AVCodecParameters *p = t->params;

    if (!s || avcodec_parameters_copy(s->codecpar, p) < 0)
        return AVERROR(ENOMEM);
    s->codecpar->codec_tag = 0;
    s->time_base = p->codec_type == AVMEDIA_TYPE_AUDIO ? (AVRational){1, p->sample_rate} : (AVRational){1, 90000};
    if (t->title)
        av_dict_set(&s->metadata, "title", t->title, 0);
    if (t->language)
        av_dict_set(&s->metadata, "language", t->language, 0);
    return rec_turn_declare(s, t->rotation) ? 0 : AVERROR(ENOMEM);
}

static void set_metadata(struct output *o, const struct output_conf *conf)
{
    GDateTime *time;
    char *text;

    if (conf->comment)
        av_dict_set(&o->format->metadata, "comment", conf->comment, 0);
    time = conf->wall_us > 0 ? g_date_time_new_from_unix_utc(conf->wall_us / 1000000) : NULL;
    if (!time)
        return;
    text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
    av_dict_set(&o->format->metadata, "creation_time", text, 0);
    g_free(text);
    g_date_time_unref(time);
}

static int start(struct output *o, const struct output_conf *conf)
{
    AVDictionary *options = NULL;
    int err = avio_open(&o->format->pb, o->format->url, AVIO_FLAG_WRITE);

    if (err < 0)
        return trouble(o, "cannot be made", err);
    if (conf->faststart && !strcmp(o->format->oformat->name, "mp4"))
        av_dict_set(&options, "movflags", "faststart", 0);
    o->format->flags |= AVFMT_FLAG_BITEXACT; /* no version of a library in the file: equal input, equal output */
    err = avformat_write_header(o->format, &options);
    av_dict_free(&options);
    if (err < 0)
        return trouble(o, "does not take these tracks", err);
    o->header = true;
    return 0;
}

int output_open(struct output **out, const struct output_conf *conf, const struct output_track *tracks, unsigned n)
{
    char *ending = conf->format ? g_ascii_strdown(conf->format, -1) : output_ending(conf->path);
    struct output *o = g_new0(struct output, 1);
    char *url = g_strdup_printf("file:%s" PART, conf->path); /* some muxers open it a second time */
    unsigned i;
    int err = 0;

    o->path = g_strdup(conf->path);
    o->part = g_strdup_printf("%s" PART, conf->path);
    o->packet = av_packet_alloc();
    if (!output_muxer(ending))
        err = complain("%s: '%s' is no kind of file that can be written", conf->path, ending) * -1;
    for (i = 0; !err && i < n; i++) {
        if (!output_takes(ending, tracks[i].params->codec_id))
            err = complain("%s: a .%s file does not take %s", conf->path, ending,
                           avcodec_get_name(tracks[i].params->codec_id)) *
                  -1;
    }
    if (!err && avformat_alloc_output_context2(&o->format, NULL, output_muxer(ending), url) < 0)
        err = trouble(o, "cannot be made", AVERROR(ENOMEM));
    for (i = 0; !err && i < n; i++) {
        err = add_track(o, &tracks[i]);
        if (err)
            err = trouble(o, "cannot be made", err);
    }
    if (!err) {
        set_metadata(o, conf);
        err = start(o, conf);
    }
    g_free(ending);
    g_free(url);
    if (err) {
        output_close(o, false);
        return -1;
    }
    *out = o;
    return 0;
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

static int put(struct output *o, unsigned track, const uint8_t *data, size_t len, int64_t time_us, int64_t duration_us,
               bool keyframe)
{
    AVStream *s = o->format->streams[track];
    int64_t at = av_rescale_q(time_us < 0 ? 0 : time_us, AV_TIME_BASE_Q, s->time_base);
    int err;

    if (o->begun[track] && at <= o->last[track])
        at = o->last[track] + 1;
    o->begun[track] = true;
    o->last[track] = at;
    err = len > INT32_MAX / 2 ? AVERROR(EINVAL) : av_new_packet(o->packet, (int)len);
    if (err < 0)
        return trouble(o, "cannot be written", err);
    memcpy(o->packet->data, data, len);
    o->packet->stream_index = (int)track;
    o->packet->pts = o->packet->dts = at;
    o->packet->duration = av_rescale_q(duration_us, AV_TIME_BASE_Q, s->time_base);
    o->packet->flags = keyframe ? AV_PKT_FLAG_KEY : 0;
    err = av_interleaved_write_frame(o->format, o->packet);
    return err < 0 ? trouble(o, "cannot be written", err) : 0;
}

/* What silence looks like, one byte of it. */
static uint8_t silence_of(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_PCM_MULAW ? 0xff : codec == AV_CODEC_ID_PCM_ALAW ? 0xd5 : 0;
}

static int64_t bytes_a_second(const AVCodecParameters *p)
{
    int bits = p->bits_per_coded_sample ? p->bits_per_coded_sample : av_get_bits_per_sample(p->codec_id);

    return (int64_t)p->sample_rate * p->ch_layout.nb_channels * bits / 8;
}

/* WAV has no timestamps: a hole is filled, up to this moment. */
static int fill_to(struct output *o, unsigned track, int64_t time_us)
{
    const AVCodecParameters *p = o->format->streams[track]->codecpar;
    uint8_t block[4096];
    int64_t bytes;
    int err = 0;

    if (time_us - o->filled_us > SILENCE_MOST_US) {
        complain("%s: a hole of more than an hour is left out", o->path);
        o->filled_us = time_us;
        return 0;
    }
    bytes = av_rescale(time_us - o->filled_us, bytes_a_second(p), 1000000) & ~INT64_C(1);
    memset(block, silence_of(p->codec_id), sizeof(block));
    while (!err && bytes > 0) {
        size_t n = bytes < (int64_t)sizeof(block) ? (size_t)bytes : sizeof(block);
        int64_t duration = av_rescale((int64_t)n, 1000000, bytes_a_second(p));

        err = put(o, track, block, n, o->filled_us, duration, true);
        o->filled_us += duration;
        bytes -= (int64_t)n;
    }
    return err;
}

int output_write(struct output *o, unsigned track, const uint8_t *data, size_t len, int64_t time_us,
                 int64_t duration_us, bool keyframe)
{
    int err = 0;

    if (o->failed)
        return -1;
    if (!strcmp(o->format->oformat->name, "wav")) {
        if (time_us > o->filled_us)
            err = fill_to(o, track, time_us);
        time_us = o->filled_us;
        o->filled_us += duration_us;
    }
    return err ? err : put(o, track, data, len, time_us, duration_us, keyframe);
}

static bool is_matroska(const struct output *o)
{
    return !strcmp(o->format->oformat->name, "matroska") || !strcmp(o->format->oformat->name, "webm");
}

static int settle_turn(const struct output *o)
{
    int fd = open(o->part, O_RDWR | O_CLOEXEC), err = fd < 0 ? AVERROR(errno) : rec_turn_settle(fd);

    if (fd >= 0)
        close(fd);
    return err;
}

int output_close(struct output *o, bool finish)
{
    int err = 0;

    if (o->header) {
        err = av_write_trailer(o->format); /* also frees what the muxer holds */
        if (finish && err < 0)
            trouble(o, "cannot be finished", err);
    }
    if (o->format && o->format->pb) {
        err = avio_closep(&o->format->pb);
        if (finish && err < 0)
            trouble(o, "cannot be finished", err);
        if (finish && !o->failed && is_matroska(o) && (err = settle_turn(o)) < 0)
            trouble(o, "cannot be finished", err);
        if (finish && !o->failed && rename(o->part, o->path))
            trouble(o, "cannot be named", AVERROR(errno));
        if (!finish || o->failed)
            unlink(o->part);
    }
    err = finish && o->failed ? -1 : 0;
    avformat_free_context(o->format);
    av_packet_free(&o->packet);
    g_free(o->path);
    g_free(o->part);
    g_free(o);
    return err;
}
