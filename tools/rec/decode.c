/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "../../plugins/recorder/demux.h"
#include "rec.h"
#include "decode.h"

struct decoding {
    struct rec_demux *in;
    AVCodecContext *decoder[REC_DEMUX_TRACKS]; /* NULL: nothing to decode (text), or no such decoder */
    AVFrame *frame;
    AVPacket *packet;
    struct decoded *out;
};

/* Decoders also say on the log what they did not like, and go on. One thread: the log has no user pointer. */
static struct decoded *listening;

static void listen_to(void *who, int level, const char *fmt, va_list args)
{
    size_t n;

    if (level > AV_LOG_ERROR || !listening)
        return;
    listening->errors++;
    if (listening->first_error[0])
        return;
    vsnprintf(listening->first_error, sizeof(listening->first_error), fmt, args);
    n = strlen(listening->first_error);
    if (n && listening->first_error[n - 1] == '\n')
        listening->first_error[n - 1] = '\0';
}

static int open_decoder(struct decoding *d, unsigned i)
{
    const AVCodecParameters *p = rec_demux_format(d->in)->streams[i]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(p->codec_id);

    if (rec_demux_track(d->in, i)->kind > REC_DEMUX_VIDEO)
        return 0;
    d->decoder[i] = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!d->decoder[i] || avcodec_parameters_to_context(d->decoder[i], p) < 0)
        return -1;
    d->decoder[i]->thread_count = 0;
    return avcodec_open2(d->decoder[i], codec, NULL);
}

static void receive(struct decoding *d, AVCodecContext *c)
{
    while (avcodec_receive_frame(c, d->frame) >= 0) {
        if (c->codec_type == AVMEDIA_TYPE_VIDEO)
            d->out->pictures++;
        else if (d->frame->sample_rate > 0)
            d->out->sound_us += (int64_t)d->frame->nb_samples * 1000000 / d->frame->sample_rate;
        av_frame_unref(d->frame);
    }
}

static void send(struct decoding *d, const struct rec_demux_frame *f)
{
    AVCodecContext *c = d->decoder[f->track];
    uint64_t before = d->out->errors;

    if (!c || av_new_packet(d->packet, (int)f->len))
        return;
    memcpy(d->packet->data, f->data, f->len);
    d->packet->pts = d->packet->dts = f->time_us;
    d->packet->flags = f->keyframe ? AV_PKT_FLAG_KEY : 0;
    if (avcodec_send_packet(c, d->packet) < 0 && d->out->errors == before)
        d->out->errors++; /* one that it did not say anything about */
    av_packet_unref(d->packet);
    receive(d, c);
}

static void decode_all(struct decoding *d, struct progress *progress)
{
    int64_t size = avio_size(rec_demux_format(d->in)->pb);
    struct rec_demux_frame f;
    unsigned i;

    while (rec_demux_next(d->in, &f) > 0) {
        d->out->frames++;
        if (f.time_us + f.duration_us > d->out->duration_us)
            d->out->duration_us = f.time_us + f.duration_us;
        send(d, &f);
        if (progress && size > 0)
            progress_step(progress, (double)avio_tell(rec_demux_format(d->in)->pb) / (double)size);
    }
    for (i = 0; i < rec_demux_tracks(d->in); i++) {
        if (d->decoder[i] && avcodec_send_packet(d->decoder[i], NULL) >= 0)
            receive(d, d->decoder[i]);
    }
}

int decode_file(const char *path, struct decoded *out, struct progress *progress)
{
    struct decoding d = {.out = out};
    unsigned i;
    int err;

    memset(out, 0, sizeof(*out));
    err = rec_demux_open(&d.in, path, false);
    if (err)
        return complain("%s: %s", path, err == -EINVAL ? "is no media file" : g_strerror(-err));
    out->finished = rec_demux_duration_us(d.in) > 0;
    d.frame = av_frame_alloc();
    d.packet = av_packet_alloc();
    listening = out;
    av_log_set_callback(listen_to);
    for (i = 0; i < rec_demux_tracks(d.in); i++) {
        if (open_decoder(&d, i) < 0) {
            complain("%s: no decoder for %s", path, rec_demux_track(d.in, i)->codec_name);
            out->errors++;
            avcodec_free_context(&d.decoder[i]);
        }
    }
    decode_all(&d, progress);
    for (i = 0; i < REC_DEMUX_TRACKS; i++)
        avcodec_free_context(&d.decoder[i]);
    av_log_set_callback(av_log_default_callback);
    listening = NULL;
    av_frame_free(&d.frame);
    av_packet_free(&d.packet);
    rec_demux_close(d.in);
    return 0;
}
