/* SPDX-License-Identifier: Apache-2.0 */
/* Audio: every packet is a frame, or (RED, RFC 2198) a frame and copies of those before it. */
#include <string.h>

#include "inside.h"
#include "rtp/opus.h"
#include "rtp/red.h"

void rec_opus_head(uint8_t out[REC_OPUS_HEAD], uint8_t channels)
{
    static const uint8_t head[REC_OPUS_HEAD] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 0, 0, 0, 0x80, 0xbb};

    memcpy(out, head, REC_OPUS_HEAD);
    out[9] = channels;
}

static bool is_opus(enum rec_codec codec)
{
    return codec == REC_OPUS || codec == REC_MULTIOPUS;
}

int rec_audio_ticks(enum rec_codec codec, const uint8_t *frame, size_t len)
{
    if (is_opus(codec))
        return gw_opus_samples(frame, len);
    if (codec == REC_L16 || codec == REC_L16_48)
        return (int)(len / 2);
    return (int)len; /* one byte a tick */
}

static void note_opus(struct rec_depacketizer *d, struct rec_frame *f)
{
    uint8_t head[REC_OPUS_HEAD];

    f->channels = gw_opus_is_stereo(f->data, f->len) ? 2 : 1;
    if (d->conf.codec != REC_OPUS || d->config_len)
        return;
    rec_opus_head(head, d->conf.channels ? d->conf.channels : f->channels);
    rec_config_set(d, head, sizeof(head));
}

/* L16 travels in network order, and lies in files the other way round. */
static int swap_samples(struct rec_depacketizer *d, struct rec_frame *f)
{
    uint8_t *out = d->conf.buffer;
    size_t i;

    if (f->len & 1)
        return GW_EPARSE;
    if (f->len > d->conf.buffer_size)
        return GW_ELIMIT;
    for (i = 0; i < f->len; i += 2) {
        out[i] = f->data[i + 1];
        out[i + 1] = f->data[i];
    }
    f->data = out;
    return 0;
}

/* Duration, channels; whether it is a frame at all. */
static int inspect(struct rec_depacketizer *d, struct rec_frame *f)
{
    int ticks = rec_audio_ticks(d->conf.codec, f->data, f->len);

    if (ticks < 0)
        return ticks;
    f->channels = 1;
    f->duration = (uint32_t)ticks;
    if (is_opus(d->conf.codec))
        note_opus(d, f);
    if (d->conf.codec == REC_L16 || d->conf.codec == REC_L16_48)
        return swap_samples(d, f);
    return 0;
}

static void emit(struct rec_depacketizer *d, const struct rec_payload *p, const uint8_t *data, size_t len,
                 uint32_t timestamp, bool recovered)
{
    struct rec_frame f = {
        .data = data,
        .len = len,
        .first_seq = p->seq,
        .last_seq = p->seq,
        .timestamp = timestamp,
        .arrival_us = p->arrival_us,
        .keyframe = true,
        .recovered = recovered,
    };
    int err = inspect(d, &f);

    if (err) {
        if (err == GW_ELIMIT)
            d->counters.too_big++;
        else
            d->counters.broken++;
        d->lost = true;
        return;
    }
    d->audio_end = timestamp + f.duration;
    d->has_audio_end = true;
    rec_emit(d, &f);
}

/* The copies in front fill the hole that a loss has left; without a loss they have all been seen. */
static void push_red(struct rec_depacketizer *d, const struct rec_payload *p)
{
    struct gw_red_block blocks[GW_RED_BLOCKS];
    int n = gw_red_split(blocks, GW_RED_BLOCKS, p->data, p->len), i;
    uint32_t timestamp;
    bool hole = d->lost;

    if (n < 0) {
        d->counters.broken++;
        d->lost = true;
        return;
    }
    for (i = 0; i + 1 < n; i++) {
        timestamp = p->facts.timestamp - blocks[i].ts_offset;
        if (!hole || !d->has_audio_end || !blocks[i].len || blocks[i].payload_type != blocks[n - 1].payload_type)
            continue;
        if (gw_ts_diff(timestamp, d->audio_end) >= 0 && gw_ts_diff(p->facts.timestamp, timestamp) > 0)
            emit(d, p, blocks[i].data, blocks[i].len, timestamp, true);
    }
    if (blocks[n - 1].len)
        emit(d, p, blocks[n - 1].data, blocks[n - 1].len, p->facts.timestamp, false);
}

void rec_audio_push(struct rec_depacketizer *d, const struct rec_payload *p)
{
    if (d->conf.red_payload_type >= 0 && p->facts.payload_type == d->conf.red_payload_type)
        push_red(d, p);
    else
        emit(d, p, p->data, p->len, p->facts.timestamp, false);
}
