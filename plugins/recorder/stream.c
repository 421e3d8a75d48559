/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <stdlib.h>

#include "output.h"

static void emit(void *arg, const struct rec_frame *frame)
{
    struct rec_stream *s = arg;
    int64_t time_us = rec_clock_time(&s->clock[s->substream], frame->timestamp, frame->arrival_us);

    s->frames++;
    rec_output_frame(s->out, s, frame, time_us);
}

struct rec_stream *rec_stream_new(struct rec_output *out, struct rec_track *track, unsigned number,
                                  const struct rec_stream_conf *conf)
{
    const struct rec_track_conf *t = &track->conf;
    struct rec_stream *s = calloc(1, sizeof(*s));
    struct rec_depacketizer_conf how = {.codec = t->codec,
                                        .payload_type = -1,
                                        .red_payload_type = t->red_payload_type ? t->red_payload_type : -1,
                                        .orientation_id = t->orientation_id,
                                        .channels = t->codec == REC_OPUS ? (t->stereo ? 2 : 1) : 0,
                                        .buffer_size = rec_codec_is_video(t->codec) ? conf->largest_frame : 4096,
                                        .emit = emit,
                                        .arg = s};

    if (!s)
        return NULL;
    how.buffer = s->buffer = malloc(how.buffer_size + REC_MUX_PADDING);
    if (!s->buffer || rec_depacketizer_init(&s->depacketizer, &how)) {
        free(s->buffer);
        free(s);
        return NULL;
    }
    s->out = out;
    s->track = track;
    s->number = number;
    s->video = rec_codec_is_video(t->codec);
    s->in_segment = -1;
    s->known = !s->video; /* audio needs no frame to be described */
    s->need_key = s->video;
    s->channels = how.channels ? how.channels : 1;
    rec_jitter_init(&s->jitter, conf->delay_us, conf->most_us);
    for (unsigned i = 0; i < REC_LAYERS; i++)
        rec_clock_init(&s->clock[i], rec_codec_clock_rate(t->codec));
    return s;
}

void rec_stream_free(struct rec_stream *s)
{
    if (!s)
        return;
    rec_track_free(s->track);
    free(s->buffer);
    free(s);
}

static void use(struct rec_stream *s, struct rec_entry *e)
{
    if (e->gap)
        s->overload = true;
    rec_depacketizer_push(&s->depacketizer, e->bytes, e->len, e->ext_seq, e->time_us);
    rec_ring_release(&s->track->ring, e);
}

static void flush_jitter(struct rec_stream *s)
{
    for (struct rec_entry *e; (e = rec_jitter_flush(&s->jitter));)
        use(s, e);
}

/* Each layer counts for itself: numbers and timestamps begin anew. */
static void switch_layer(struct rec_stream *s, uint8_t substream)
{
    if (s->begun) {
        flush_jitter(s);
        rec_depacketizer_flush(&s->depacketizer);
        rec_jitter_restart(&s->jitter);
    }
    s->begun = true;
    s->substream = substream;
}

static void take_packet(struct rec_stream *s, struct rec_entry *e)
{
    uint8_t layer = e->substream < REC_LAYERS ? e->substream : REC_LAYERS - 1;
    enum rec_jitter_result r;

    s->packets++;
    s->bytes += e->len;
    rec_output_packet(s->out, s, e);
    if (!s->begun || layer != s->substream)
        switch_layer(s, layer);
    r = rec_jitter_push(&s->jitter, e->ext_seq, e->time_us, e);
    if (r == REC_JITTER_FULL) {
        flush_jitter(s);
        r = rec_jitter_push(&s->jitter, e->ext_seq, e->time_us, e);
    }
    if (r == REC_JITTER_TAKEN)
        return;
    s->late++;
    rec_ring_release(&s->track->ring, e);
}

static void take(struct rec_stream *s)
{
    for (struct rec_entry *e; (e = rec_ring_next(&s->track->ring));) {
        if (e->kind == REC_ENTRY_PACKET) {
            take_packet(s, e);
            continue;
        }
        if (e->substream < REC_LAYERS)
            rec_clock_report(&s->clock[e->substream], e->timestamp, e->time_us);
        rec_ring_release(&s->track->ring, e);
    }
}

void rec_stream_turn(struct rec_stream *s, int64_t now_us)
{
    take(s);
    for (struct rec_entry *e; (e = rec_jitter_pop(&s->jitter, now_us));)
        use(s, e);
}

void rec_stream_flush(struct rec_stream *s)
{
    take(s);
    flush_jitter(s);
    rec_depacketizer_flush(&s->depacketizer);
}

bool rec_stream_is_empty(const struct rec_stream *s)
{
    return !s->jitter.held && s->track->ring.read == atomic_load_explicit(&s->track->ring.head, memory_order_acquire);
}
