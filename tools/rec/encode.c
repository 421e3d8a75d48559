/* SPDX-License-Identifier: Apache-2.0 */
#include "encode.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>

#include "output.h"
#include "rec.h"

#define KEYFRAME_SECONDS 2

struct encode {
    /* owned */
    AVCodecContext *video, *audio; /* NULL: none */
    AVAudioFifo *fifo;             /* until a frame of the encoder's size is full */
    AVFrame *picture, *sound;
    AVPacket *packet;
    struct output *out;
    /* state */
    unsigned audio_track;
    int64_t samples; /* given to the encoder */
};

/* --- which encoder ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *ending;
    const char *video[5], *audio[4]; /* the first that is there */
} defaults[] = {
    {"webm", {"libvpx-vp9", "libvpx", "libsvtav1", "libaom-av1"}, {"libopus", "opus"}},
    {"mp4", {"libx264", "libopenh264", "libsvtav1", "libx265"}, {"aac", "libopus"}},
    {"m4a", {NULL}, {"aac", "libopus"}},
    {"mkv", {"libx264", "libvpx-vp9", "libvpx", "libopenh264"}, {"libopus", "aac"}},
    {"mka", {NULL}, {"libopus", "aac"}},
    {"opus", {NULL}, {"libopus", "opus"}},
    {"ogg", {NULL}, {"libopus", "opus"}},
    {"wav", {NULL}, {"pcm_s16le"}},
};

const char *encode_default(const char *ending, bool video)
{
    size_t i, k;

    for (i = 0; i < G_N_ELEMENTS(defaults); i++) {
        const char *const *names = video ? defaults[i].video : defaults[i].audio;

        for (k = 0; !strcmp(defaults[i].ending, ending) && names[k]; k++) {
            if (avcodec_find_encoder_by_name(names[k]))
                return names[k];
        }
    }
    return NULL;
}

void encode_list(void)
{
    static const enum AVCodecID ids[] = {AV_CODEC_ID_VP8,  AV_CODEC_ID_VP9,  AV_CODEC_ID_AV1, AV_CODEC_ID_H264,
                                         AV_CODEC_ID_HEVC, AV_CODEC_ID_OPUS, AV_CODEC_ID_AAC};
    const AVCodec *codec;
    void *at;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(ids); i++) {
        printf("%-6s", avcodec_get_name(ids[i]));
        for (at = NULL; (codec = av_codec_iterate(&at)) != NULL;) {
            if (av_codec_is_encoder(codec) && codec->id == ids[i])
                printf(" %s", codec->name);
        }
        putchar('\n');
    }
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static const AVCodec *find(const char *name, const char *ending, bool video)
{
    const AVCodec *codec;

    if (!name)
        name = encode_default(ending, video);
    if (!name) {
        complain("there is no encoder for the %s of a .%s file", video ? "pictures" : "sound", ending);
        return NULL;
    }
    codec = avcodec_find_encoder_by_name(name);
    if (!codec || codec->type != (video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO)) {
        complain("there is no %s encoder '%s' here (see --encoders)", video ? "video" : "audio", name);
        return NULL;
    }
    return codec;
}

/* Quick ones: a whole meeting is to be done in less time than it took. An option that an encoder does not know is none.
 */
static void set_speed(AVCodecContext *c, const struct encode_conf *conf)
{
    const char *name = c->codec->name;

    if (g_str_has_prefix(name, "libvpx")) {
        av_opt_set(c->priv_data, "deadline", "realtime", 0);
        av_opt_set(c->priv_data, "cpu-used", conf->preset ? conf->preset : "7", 0);
        av_opt_set(c->priv_data, "row-mt", "1", 0);
    } else if (!strcmp(name, "libaom-av1")) {
        av_opt_set(c->priv_data, "usage", "realtime", 0);
        av_opt_set(c->priv_data, "cpu-used", conf->preset ? conf->preset : "8", 0);
        av_opt_set(c->priv_data, "row-mt", "1", 0);
    } else if (!strcmp(name, "libsvtav1")) {
        av_opt_set(c->priv_data, "preset", conf->preset ? conf->preset : "10", 0);
    } else {
        av_opt_set(c->priv_data, "preset", conf->preset ? conf->preset : "veryfast", 0);
    }
}

/* Bits that do for a meeting, when nobody says otherwise: a tenth of a bit a pixel. */
static int64_t fair_bitrate(const struct encode_conf *conf)
{
    return (int64_t)conf->width * conf->height * conf->fps / 10;
}

static int open_video(struct encode *e, const struct encode_conf *conf, const char *ending)
{
    const AVCodec *codec = find(conf->video, ending, true);
    AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;
    int err;

    e->video = c;
    if (!c)
        return -1;
    c->width = conf->width;
    c->height = conf->height;
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->time_base = (AVRational){1, conf->fps};
    c->framerate = (AVRational){conf->fps, 1};
    c->gop_size = conf->fps * KEYFRAME_SECONDS;
    c->max_b_frames = 0;
    c->thread_count = 0;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    c->bit_rate = conf->video_bps ? conf->video_bps : fair_bitrate(conf);
    set_speed(c, conf);
    if (conf->quality >= 0) {
        av_opt_set_int(c->priv_data, "crf", conf->quality, 0);
        c->bit_rate = conf->video_bps;
    }
    err = avcodec_open2(c, codec, NULL);
    if (err < 0) {
        complain("the encoder %s does not start: %s", codec->name, av_err2str(err));
        return -1;
    }
    return 0;
}

static enum AVSampleFormat sample_format(const AVCodec *codec)
{
    const enum AVSampleFormat *f = codec->sample_fmts;

    for (; f && *f != AV_SAMPLE_FMT_NONE; f++) {
        if (*f == AV_SAMPLE_FMT_FLT || *f == AV_SAMPLE_FMT_FLTP)
            return *f;
    }
    return AV_SAMPLE_FMT_S16;
}

static int open_audio(struct encode *e, const struct encode_conf *conf, const char *ending)
{
    const AVCodec *codec = find(conf->audio, ending, false);
    AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;
    int err;

    e->audio = c;
    if (!c)
        return -1;
    c->sample_rate = conf->rate;
    c->sample_fmt = sample_format(codec);
    av_channel_layout_default(&c->ch_layout, 2);
    c->time_base = (AVRational){1, conf->rate};
    c->bit_rate = conf->audio_bps;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    err = avcodec_open2(c, codec, NULL);
    if (err < 0) {
        complain("the encoder %s does not start: %s", codec->name, av_err2str(err));
        return -1;
    }
    e->fifo = av_audio_fifo_alloc(AV_SAMPLE_FMT_FLT, 2, conf->rate);
    return e->fifo ? 0 : -1;
}

static int open_output(struct encode *e, const struct encode_conf *conf)
{
    struct output_conf out = {.path = conf->path,
                              .format = conf->format,
                              .comment = conf->comment,
                              .wall_us = conf->wall_us,
                              .faststart = true};
    AVCodecContext *contexts[2] = {e->video ? e->video : e->audio, e->video ? e->audio : NULL};
    AVCodecParameters *params[2] = {avcodec_parameters_alloc(), avcodec_parameters_alloc()};
    struct output_track tracks[2] = {{.params = params[0]}, {.params = params[1]}};
    unsigned n = contexts[1] ? 2 : 1, i;
    int err = 0;

    e->audio_track = e->video ? 1 : 0;
    for (i = 0; i < n; i++) {
        if (!params[i] || avcodec_parameters_from_context(params[i], contexts[i]) < 0)
            err = -1;
    }
    if (!err)
        err = output_open(&e->out, &out, tracks, n);
    avcodec_parameters_free(&params[0]);
    avcodec_parameters_free(&params[1]);
    return err;
}

int encode_open(struct encode **out, const struct encode_conf *conf)
{
    char *ending = conf->format ? g_ascii_strdown(conf->format, -1) : output_ending(conf->path);
    struct encode *e = g_new0(struct encode, 1);
    int err = 0;

    e->packet = av_packet_alloc();
    e->picture = av_frame_alloc();
    e->sound = av_frame_alloc();
    if (!output_muxer(ending)) {
        complain("%s: '%s' is no kind of file that can be written", conf->path, ending);
        err = -1;
    }
    if (!err && conf->width)
        err = open_video(e, conf, ending);
    if (!err && conf->rate)
        err = open_audio(e, conf, ending);
    if (!err)
        err = open_output(e, conf);
    g_free(ending);
    if (err) {
        encode_close(e, false);
        return -1;
    }
    *out = e;
    return 0;
}

/* --- encoding ----------------------------------------------------------------------------------------------------- */

static int receive(struct encode *e, AVCodecContext *c)
{
    unsigned track = c == e->audio ? e->audio_track : 0;
    int err = 0;

    while (!err && avcodec_receive_packet(c, e->packet) >= 0) {
        err = output_write(
            e->out, track, e->packet->data, (size_t)e->packet->size,
            av_rescale_q(e->packet->pts, c->time_base, AV_TIME_BASE_Q),
            av_rescale_q(e->packet->duration ? e->packet->duration : c == e->video, c->time_base, AV_TIME_BASE_Q),
            e->packet->flags & AV_PKT_FLAG_KEY);
        av_packet_unref(e->packet);
    }
    return err;
}

static int send(struct encode *e, AVCodecContext *c, const AVFrame *frame)
{
    int err = avcodec_send_frame(c, frame);

    if (err < 0 && err != AVERROR_EOF) {
        complain("the encoder %s refuses a frame: %s", c->codec->name, av_err2str(err));
        return -1;
    }
    return receive(e, c);
}

int encode_picture(struct encode *e, const AVFrame *canvas, int64_t number)
{
    int err;

    if (av_frame_ref(e->picture, canvas) < 0)
        return -1;
    e->picture->pts = number;
    e->picture->pict_type = AV_PICTURE_TYPE_NONE;
    err = send(e, e->video, e->picture);
    av_frame_unref(e->picture);
    return err;
}

static int16_t to_16_bit(float v)
{
    return (int16_t)(v > 1 ? 32767 : v < -1 ? -32767 : v * 32767);
}

/* n samples out of the fifo, in the encoder's format. */
static int fill_frame(struct encode *e, int n)
{
    float *samples = g_new(float, 2 * (size_t)n);
    void *data[1] = {samples};
    int err, i;

    e->sound->nb_samples = n;
    e->sound->format = e->audio->sample_fmt;
    e->sound->sample_rate = e->audio->sample_rate;
    av_channel_layout_copy(&e->sound->ch_layout, &e->audio->ch_layout);
    err = av_frame_get_buffer(e->sound, 0) < 0 || av_audio_fifo_read(e->fifo, data, n) < n ? -1 : 0;
    for (i = 0; !err && i < n; i++) {
        if (e->audio->sample_fmt == AV_SAMPLE_FMT_FLTP) {
            ((float *)(void *)e->sound->data[0])[i] = samples[2 * i];
            ((float *)(void *)e->sound->data[1])[i] = samples[2 * i + 1];
        } else if (e->audio->sample_fmt == AV_SAMPLE_FMT_FLT) {
            memcpy(e->sound->data[0] + (size_t)i * 8, samples + 2 * i, 8);
        } else {
            ((int16_t *)(void *)e->sound->data[0])[2 * i] = to_16_bit(samples[2 * i]);
            ((int16_t *)(void *)e->sound->data[0])[2 * i + 1] = to_16_bit(samples[2 * i + 1]);
        }
    }
    e->sound->pts = e->samples;
    e->samples += n;
    g_free(samples);
    return err;
}

static int drain(struct encode *e, int least)
{
    int size = e->audio->frame_size ? e->audio->frame_size : 1024, n, err = 0;

    while (!err && (n = av_audio_fifo_size(e->fifo)) >= least && n > 0) {
        err = fill_frame(e, n < size ? n : size);
        if (!err)
            err = send(e, e->audio, e->sound);
        av_frame_unref(e->sound);
    }
    return err;
}

int encode_sound(struct encode *e, const float *samples, int n)
{
    void *data[1] = {(void *)(uintptr_t)samples};

    if (av_audio_fifo_write(e->fifo, data, n) < n)
        return -1;
    return drain(e, e->audio->frame_size ? e->audio->frame_size : 1024);
}

int encode_close(struct encode *e, bool finish)
{
    int err = 0;

    if (finish && e->audio)
        err = drain(e, 1);
    if (!err && finish && e->audio)
        err = send(e, e->audio, NULL);
    if (!err && finish && e->video)
        err = send(e, e->video, NULL);
    if (e->out && output_close(e->out, finish && !err))
        err = -1;
    avcodec_free_context(&e->video);
    avcodec_free_context(&e->audio);
    av_audio_fifo_free(e->fifo);
    av_frame_free(&e->picture);
    av_frame_free(&e->sound);
    av_packet_free(&e->packet);
    g_free(e);
    return err;
}
