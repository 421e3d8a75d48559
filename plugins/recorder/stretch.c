/* SPDX-License-Identifier: Apache-2.0 */
#include "stretch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>

#include "avparams.h"

#define FRAME_MS 20
#define HOLE_US  150000 /* farther apart than this: something was left out */
#define BITRATE  48000

struct rec_stretch {
    /* given at creation */
    unsigned percent;
    const AVCodec *codec;
    /* owned */
    AVCodecContext *decoder, *encoder;
    AVFilterGraph *graph; /* NULL: none yet; what the decoder gives decides it */
    AVFilterContext *in, *out;
    AVFrame *frame;
    AVPacket *packet;
    /* state */
    int rate, channels; /* of what the graph was made for */
    int64_t begin_us;   /* time of the first sample that went into the graph */
    int64_t next_us;    /* when the next frame should come */
    int64_t samples;    /* that came out of it */
};

/* Opus is decoded by libavcodec's own, and encoded by libopus: the other encoder is no match for it. */
static const AVCodec *encoder_of(enum rec_codec codec)
{
    return codec == REC_OPUS ? avcodec_find_encoder_by_name("libopus") : avcodec_find_encoder(rec_codec_to_av(codec));
}

static bool open_decoder(struct rec_stretch *s, enum rec_codec codec)
{
    const AVCodec *c = avcodec_find_decoder(rec_codec_to_av(codec));

    s->decoder = c ? avcodec_alloc_context3(c) : NULL;
    if (!s->decoder)
        return false;
    s->decoder->thread_count = 1;
    s->decoder->sample_rate = (int)rec_codec_sample_rate(codec);
    av_channel_layout_default(&s->decoder->ch_layout, codec == REC_OPUS ? 2 : 1);
    s->decoder->request_sample_fmt = AV_SAMPLE_FMT_S16;
    return avcodec_open2(s->decoder, c, NULL) >= 0;
}

/* A new one for each stretch of sound: an encoder does not take times that jump. */
static bool open_encoder(struct rec_stretch *s)
{
    AVDictionary *options = NULL;
    int err;

    avcodec_free_context(&s->encoder);
    s->encoder = avcodec_alloc_context3(s->codec);
    if (!s->encoder)
        return false;
    s->encoder->thread_count = 1;
    s->encoder->sample_rate = s->rate;
    s->encoder->sample_fmt = AV_SAMPLE_FMT_S16;
    s->encoder->bit_rate = BITRATE * s->channels;
    s->encoder->time_base = (AVRational){1, s->rate};
    av_channel_layout_default(&s->encoder->ch_layout, s->channels);
    av_dict_set(&options, "application", "voip", 0);
    av_dict_set(&options, "compression_level", "5", 0);
    err = avcodec_open2(s->encoder, s->codec, &options);
    av_dict_free(&options);
    return err >= 0;
}

static bool open_graph(struct rec_stretch *s)
{
    char source[160], filters[160];
    AVFilterInOut *in = avfilter_inout_alloc(), *out = avfilter_inout_alloc();
    bool good = false;

    snprintf(source, sizeof(source), "time_base=1/%d:sample_rate=%d:sample_fmt=%s:channel_layout=%s", s->rate, s->rate,
             av_get_sample_fmt_name(s->decoder->sample_fmt), s->channels == 1 ? "mono" : "stereo");
    snprintf(filters, sizeof(filters), "aformat=sample_fmts=s16,atempo=%u.%02u,asetnsamples=n=%d:p=0", s->percent / 100,
             s->percent % 100, s->rate * FRAME_MS / 1000);
    avfilter_graph_free(&s->graph);
    s->graph = avfilter_graph_alloc();
    if (!s->graph || !in || !out)
        goto done;
    s->graph->nb_threads = 1;
    if (avfilter_graph_create_filter(&s->in, avfilter_get_by_name("abuffer"), "in", source, NULL, s->graph) < 0 ||
        avfilter_graph_create_filter(&s->out, avfilter_get_by_name("abuffersink"), "out", NULL, NULL, s->graph) < 0)
        goto done;
    *out = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = s->in};
    *in = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = s->out};
    good = avfilter_graph_parse_ptr(s->graph, filters, &in, &out, NULL) >= 0 &&
           avfilter_graph_config(s->graph, NULL) >= 0 && open_encoder(s);
done:
    avfilter_inout_free(&in);
    avfilter_inout_free(&out);
    if (!good)
        avfilter_graph_free(&s->graph);
    return good;
}

struct rec_stretch *rec_stretch_new(enum rec_codec codec, unsigned percent)
{
    struct rec_stretch *s;

    if (percent < REC_SLOWEST || percent > REC_FASTEST || rec_codec_is_video(codec) || !encoder_of(codec))
        return NULL;
    s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->percent = percent;
    s->codec = encoder_of(codec);
    s->frame = av_frame_alloc();
    s->packet = av_packet_alloc();
    if (!s->frame || !s->packet || !open_decoder(s, codec)) {
        rec_stretch_free(s);
        return NULL;
    }
    return s;
}

void rec_stretch_free(struct rec_stretch *s)
{
    if (!s)
        return;
    avfilter_graph_free(&s->graph);
    avcodec_free_context(&s->decoder);
    avcodec_free_context(&s->encoder);
    av_frame_free(&s->frame);
    av_packet_free(&s->packet);
    free(s);
}

/* Where a sample that came out lies among those that went in. */
static int64_t time_of(const struct rec_stretch *s, int64_t sample)
{
    return s->begin_us + sample * 1000000 / s->rate * s->percent / 100;
}

static void encode(struct rec_stretch *s, rec_stretch_fn *emit, void *arg)
{
    s->frame->pts = s->samples;
    s->samples += s->frame->nb_samples;
    if (avcodec_send_frame(s->encoder, s->frame) < 0)
        return;
    while (avcodec_receive_packet(s->encoder, s->packet) >= 0) {
        int64_t first = s->packet->pts == AV_NOPTS_VALUE ? s->samples : s->packet->pts + s->encoder->initial_padding;

        if (s->packet->size > 0)
            emit(arg, s->packet->data, (size_t)s->packet->size, time_of(s, first));
        av_packet_unref(s->packet);
    }
}

/* The graph is made for what the decoder gives, and anew behind a hole. */
static bool is_ready(struct rec_stretch *s, int64_t time_us)
{
    bool hole = time_us > s->next_us + HOLE_US || time_us < s->next_us - HOLE_US;

    if (s->graph && !hole && s->rate == s->frame->sample_rate && s->channels == s->frame->ch_layout.nb_channels)
        return true;
    s->rate = s->frame->sample_rate;
    s->channels = s->frame->ch_layout.nb_channels;
    s->begin_us = time_us;
    s->samples = 0;
    return s->rate > 0 && s->channels > 0 && s->channels <= 2 && open_graph(s);
}

static void filter(struct rec_stretch *s, int64_t time_us, rec_stretch_fn *emit, void *arg)
{
    int n = s->frame->nb_samples, rate = s->frame->sample_rate;

    if (!is_ready(s, time_us) || av_buffersrc_write_frame(s->in, s->frame) < 0)
        return;
    s->next_us = time_us + (int64_t)n * 1000000 / rate;
    av_frame_unref(s->frame);
    while (av_buffersink_get_frame(s->out, s->frame) >= 0) {
        encode(s, emit, arg);
        av_frame_unref(s->frame);
    }
}

void rec_stretch_push(struct rec_stretch *s, const uint8_t *frame, size_t len, int64_t time_us, rec_stretch_fn *emit,
                      void *arg)
{
    if (len > INT32_MAX / 2 || av_new_packet(s->packet, (int)len))
        return;
    memcpy(s->packet->data, frame, len);
    if (avcodec_send_packet(s->decoder, s->packet) >= 0)
        while (avcodec_receive_frame(s->decoder, s->frame) >= 0) {
            filter(s, time_us, emit, arg);
            av_frame_unref(s->frame);
        }
    av_packet_unref(s->packet);
}
