/* SPDX-License-Identifier: Apache-2.0 */
#include "player.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>

#include "../../plugins/recorder/demux.h"
#include "graph.h"
#include "rec.h"

#define AHEAD_US   300000  /* decoded before it is due: files mix sound and pictures only roughly */
#define STALE_US   3000000 /* a picture that nothing follows for so long is not shown any more */
#define SOUND_MOST (PLAYER_RATE * 20)
#define RESYNC     (PLAYER_RATE / 25) /* samples; smaller differences between clocks are left alone */
#define PICTURES   64

struct player {
    /* given */
    const struct person *person;
    bool named;
    /* owned; of the clip that is open, if any */
    struct rec_demux *in;
    AVCodecContext *video, *audio;
    AVFrame *frame;
    AVPacket *packet;
    struct graph *resample, *scale;
    AVAudioFifo *sound;
    AVFrame *queue[PICTURES]; /* decoded, not due yet, in order; times in pts, µs on the timeline */
    unsigned queued;
    AVFrame *picture; /* due; NULL: none */
    AVFrame *scaled;
    /* state */
    int video_track, audio_track; /* -1: none */
    uint16_t rotation;
    guint next;       /* clip to be opened */
    int64_t begin_us; /* of the clip that is open */
    int64_t read_us;  /* how far it was read */
    int64_t end_us;
    int64_t now_us;
    int64_t sound_samples; /* how many were put into the fifo or taken, since 0: its end on the timeline */
    int64_t heard;         /* samples that were taken */
    bool picture_is_new;
    float loudness;
};

struct player *player_new(const struct person *person, bool named)
{
    struct player *p = g_new0(struct player, 1);

    p->person = person;
    p->named = named;
    p->frame = av_frame_alloc();
    p->packet = av_packet_alloc();
    p->scaled = av_frame_alloc();
    p->sound = av_audio_fifo_alloc(AV_SAMPLE_FMT_FLT, PLAYER_CHANNELS, PLAYER_RATE);
    p->video_track = p->audio_track = -1;
    return p;
}

/* --- one clip after the other ------------------------------------------------------------------------------------- */

static void close_clip(struct player *p)
{
    avcodec_free_context(&p->video);
    avcodec_free_context(&p->audio);
    graph_free(p->resample);
    p->resample = NULL;
    rec_demux_close(p->in);
    p->in = NULL;
    p->video_track = p->audio_track = -1;
}

void player_free(struct player *p)
{
    close_clip(p);
    graph_free(p->scale);
    while (p->queued)
        av_frame_free(&p->queue[--p->queued]);
    av_frame_free(&p->picture);
    av_frame_free(&p->scaled);
    av_frame_free(&p->frame);
    av_packet_free(&p->packet);
    av_audio_fifo_free(p->sound);
    g_free(p);
}

static AVCodecContext *open_decoder(const AVStream *s)
{
    const AVCodec *codec = avcodec_find_decoder(s->codecpar->codec_id);
    AVCodecContext *c = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!c)
        return NULL;
    c->pkt_timebase = AV_TIME_BASE_Q;
    if (avcodec_parameters_to_context(c, s->codecpar) < 0 || avcodec_open2(c, codec, NULL) < 0)
        avcodec_free_context(&c);
    return c;
}

static void open_tracks(struct player *p, const char *path)
{
    unsigned i;

    for (i = 0; i < rec_demux_tracks(p->in); i++) {
        const struct rec_demux_track *t = rec_demux_track(p->in, i);
        const AVStream *s = rec_demux_format(p->in)->streams[i];
        AVCodecContext **decoder = t->kind == REC_DEMUX_VIDEO ? &p->video : &p->audio;
        int *track = t->kind == REC_DEMUX_VIDEO ? &p->video_track : &p->audio_track;

        if (t->kind > REC_DEMUX_VIDEO || *track >= 0)
            continue;
        *decoder = open_decoder(s);
        if (!*decoder) {
            complain("%s: cannot decode %s", path, t->codec_name);
            continue;
        }
        *track = (int)i;
        if (t->kind == REC_DEMUX_VIDEO)
            p->rotation = t->rotation;
    }
}

static void open_clip(struct player *p)
{
    const struct clip *clip = &g_array_index(p->person->clips, struct clip, p->next++);
    int err = rec_demux_open(&p->in, clip->path, false);

    if (err) {
        complain("%s: %s", clip->path, err == -EINVAL ? "is no media file" : g_strerror(-err));
        return;
    }
    p->begin_us = p->read_us = clip->begin_us;
    open_tracks(p, clip->path);
}

/* --- decoding ----------------------------------------------------------------------------------------------------- */

static void queue_picture(struct player *p)
{
    int64_t at = p->frame->best_effort_timestamp;

    if (p->queued == PICTURES) { /* nobody looks; the oldest goes */
        av_frame_free(&p->queue[0]);
        memmove(p->queue, p->queue + 1, sizeof(p->queue[0]) * --p->queued);
    }
    p->queue[p->queued] = av_frame_clone(p->frame);
    if (!p->queue[p->queued])
        return;
    p->queue[p->queued]->pts = p->begin_us + (at == AV_NOPTS_VALUE ? 0 : at);
    p->queued++;
}

static void put_silence(struct player *p, int64_t n)
{
    static float zeros[PLAYER_CHANNELS * 1024];
    void *data[1] = {zeros};

    while (n > 0 && av_audio_fifo_size(p->sound) < SOUND_MOST) {
        int step = n < 1024 ? (int)n : 1024;

        if (av_audio_fifo_write(p->sound, data, step) < step)
            return;
        p->sound_samples += step;
        n -= step;
    }
}

/* Sound goes where its time says; a hole is filled, what comes too early or twice is cut. */
static void queue_sound(struct player *p, const AVFrame *f)
{
    int64_t at = av_rescale(f->pts, PLAYER_RATE, 1000000), cut = 0;
    uint8_t *data[1];

    if (at > p->sound_samples + RESYNC)
        put_silence(p, at - p->sound_samples);
    else if (at < p->sound_samples - RESYNC)
        cut = p->sound_samples - at;
    if (cut >= f->nb_samples || av_audio_fifo_size(p->sound) >= SOUND_MOST)
        return;
    data[0] = f->data[0] + (size_t)cut * PLAYER_CHANNELS * sizeof(float);
    if (av_audio_fifo_write(p->sound, (void **)data, f->nb_samples - (int)cut) > 0)
        p->sound_samples += f->nb_samples - cut;
}

static void resample(struct player *p)
{
    AVFrame *out = av_frame_alloc();

    p->frame->pts = p->begin_us + (p->frame->pts == AV_NOPTS_VALUE ? 0 : p->frame->pts);
    if (!p->resample)
        p->resample = graph_new_sound(p->frame, PLAYER_RATE);
    if (out && p->resample && graph_put(p->resample, p->frame) >= 0) {
        while (graph_take(p->resample, out) >= 0) {
            queue_sound(p, out);
            av_frame_unref(out);
        }
    }
    av_frame_free(&out);
}

static void receive(struct player *p, AVCodecContext *decoder)
{
    while (avcodec_receive_frame(decoder, p->frame) >= 0) {
        if (decoder == p->video)
            queue_picture(p);
        else
            resample(p);
        av_frame_unref(p->frame);
    }
}

static void decode(struct player *p, const struct rec_demux_frame *f)
{
    AVCodecContext *decoder = (int)f->track == p->video_track   ? p->video
                              : (int)f->track == p->audio_track ? p->audio
                                                                : NULL;

    if (!decoder || av_new_packet(p->packet, (int)f->len))
        return;
    memcpy(p->packet->data, f->data, f->len);
    p->packet->pts = p->packet->dts = f->time_us;
    p->packet->duration = f->duration_us;
    p->packet->flags = f->keyframe ? AV_PKT_FLAG_KEY : 0;
    avcodec_send_packet(decoder, p->packet);
    av_packet_unref(p->packet);
    receive(p, decoder);
}

static void finish_clip(struct player *p)
{
    if (p->video && avcodec_send_packet(p->video, NULL) >= 0)
        receive(p, p->video);
    if (p->audio && avcodec_send_packet(p->audio, NULL) >= 0)
        receive(p, p->audio);
    close_clip(p);
}

/* Reads until everything up to this moment has been decoded. */
static void read_clip(struct player *p, int64_t until_us)
{
    struct rec_demux_frame f;
    int64_t end;

    while (p->in && p->read_us < until_us) {
        if (rec_demux_next(p->in, &f) <= 0) {
            finish_clip(p);
            return;
        }
        p->read_us = p->begin_us + f.time_us;
        end = p->read_us + f.duration_us;
        p->end_us = end > p->end_us ? end : p->end_us;
        decode(p, &f);
    }
}

/* The newest picture that is due. */
static void choose_picture(struct player *p)
{
    while (p->queued && p->queue[0]->pts <= p->now_us) {
        av_frame_free(&p->picture);
        p->picture = p->queue[0];
        p->picture_is_new = true;
        memmove(p->queue, p->queue + 1, sizeof(p->queue[0]) * --p->queued);
    }
    if (p->picture && !p->queued && p->now_us - p->picture->pts > (p->in ? STALE_US : AHEAD_US))
        av_frame_free(&p->picture);
}

void player_advance(struct player *p, int64_t now_us)
{
    p->now_us = now_us;
    for (;;) {
        if (p->in)
            read_clip(p, now_us + AHEAD_US);
        if (p->in || p->next == p->person->clips->len ||
            g_array_index(p->person->clips, struct clip, p->next).begin_us > now_us + AHEAD_US)
            break;
        open_clip(p);
    }
    choose_picture(p);
}

/* The clip that holds the moment is read from the keyframe before it; sound from before is cut where it is queued. */
void player_skip_to(struct player *p, int64_t now_us)
{
    GArray *clips = p->person->clips;

    p->now_us = now_us;
    p->heard = p->sound_samples = av_rescale(now_us, PLAYER_RATE, 1000000);
    while (p->next + 1 < clips->len && g_array_index(clips, struct clip, p->next + 1).begin_us <= now_us)
        p->next++;
    if (p->next == clips->len || g_array_index(clips, struct clip, p->next).begin_us > now_us)
        return;
    open_clip(p);
    if (p->in && rec_demux_is_seekable(p->in))
        rec_demux_seek(p->in, now_us - p->begin_us);
}

bool player_is_over(const struct player *p)
{
    return !p->in && p->next == p->person->clips->len && !p->queued && p->now_us >= p->end_us;
}

int64_t player_end_us(const struct player *p)
{
    return p->end_us;
}

/* --- seeing and hearing ------------------------------------------------------------------------------------------- */

bool player_is_visible(const struct player *p)
{
    return p->picture != NULL;
}

const AVFrame *player_picture(struct player *p, int width, int height, bool *changed)
{
    bool fits = p->scale && graph_fits_picture(p->scale, p->picture, p->rotation, width, height);

    *changed = false;
    if (!p->picture)
        return NULL;
    if (fits && !p->picture_is_new)
        return p->scaled->buf[0] ? p->scaled : NULL;
    if (!fits) {
        graph_free(p->scale);
        p->scale = graph_new_picture(p->picture, p->rotation, width, height, p->named ? p->person->name : NULL);
    }
    av_frame_unref(p->scaled);
    if (!p->scale || graph_put(p->scale, p->picture) < 0 || graph_take(p->scale, p->scaled) < 0)
        return NULL;
    p->picture_is_new = false;
    *changed = true;
    return p->scaled;
}

void player_sound(struct player *p, float *out, int n)
{
    float *buffer = g_new(float, (size_t)n *PLAYER_CHANNELS);
    void *data[1] = {buffer};
    int i, got = av_audio_fifo_size(p->sound) ? av_audio_fifo_read(p->sound, data, n) : 0;
    float sum = 0;

    for (i = 0; i < got * PLAYER_CHANNELS; i++) {
        out[i] += buffer[i];
        sum += buffer[i] * buffer[i];
    }
    p->heard += n;
    if (p->sound_samples < p->heard)
        p->sound_samples = p->heard; /* what was not there in time comes too late */
    p->loudness = n ? sum / (float)(n * PLAYER_CHANNELS) : 0;
    g_free(buffer);
}

float player_loudness(const struct player *p)
{
    return p->loudness;
}
