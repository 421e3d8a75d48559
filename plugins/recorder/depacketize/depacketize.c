/* SPDX-License-Identifier: Apache-2.0 */
#include "depacketize.h"

#include <string.h>

#include "inside.h"
#include "rtp/ext.h"

int rec_depacketizer_init(struct rec_depacketizer *d, const struct rec_depacketizer_conf *conf)
{
    if (!rec_codec_clock_rate(conf->codec) || !conf->buffer || !conf->buffer_size || !conf->emit)
        return GW_EINVAL;
    memset(d, 0, sizeof(*d));
    d->conf = *conf;
    d->skipping = d->undecodable = rec_codec_is_video(conf->codec);
    return 0;
}

/* --- for the codecs ----------------------------------------------------------------------------------------------- */

int rec_put(struct rec_depacketizer *d, const void *data, size_t len)
{
    if (len > d->conf.buffer_size - d->fill)
        return GW_ELIMIT;
    if (len)
        memcpy(d->conf.buffer + d->fill, data, len);
    d->fill += len;
    return 0;
}

void rec_config_set(struct rec_depacketizer *d, const uint8_t *data, size_t len)
{
    if (len > sizeof(d->config))
        len = 0;
    if (len == d->config_len && (!len || !memcmp(d->config, data, len)))
        return;
    if (len)
        memcpy(d->config, data, len);
    d->config_len = len;
    d->config_changed = true;
}

void rec_emit(struct rec_depacketizer *d, struct rec_frame *frame)
{
    frame->lost = d->lost;
    frame->undecodable = d->undecodable;
    frame->width = d->width;
    frame->height = d->height;
    frame->rotation = d->rotation;
    frame->flipped = d->flipped;
    frame->config = d->config_len ? d->config : NULL;
    frame->config_len = d->config_len;
    frame->config_changed = d->config_changed;
    d->lost = d->config_changed = false;
    d->counters.frames++;
    d->conf.emit(d->conf.arg, frame);
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static void note_sequence(struct rec_depacketizer *d, uint64_t seq)
{
    if (d->next_seq && seq > d->next_seq) {
        d->counters.lost += seq - d->next_seq;
        d->lost = true;
        if (rec_codec_is_video(d->conf.codec)) {
            rec_video_drop(d);
            d->undecodable = true;
        }
    }
    d->next_seq = seq + 1;
}

/*
 * 3GPP TS 26.114 section 7.4.5: 0 0 0 0 C F R R. R R: quarter turns, clockwise, that undo the camera's rotation. Sent
 * now and then, and true until it is sent again.
 */
static void note_orientation(struct rec_depacketizer *d, const uint8_t *packet, const struct gw_rtp_header *h)
{
    struct gw_span at = gw_ext_find(packet, h, d->conf.orientation_id);
    int16_t value;

    if (!gw_ext_read_orientation(packet + at.offset, at.len, &value))
        return;
    d->rotation = (uint16_t)((value & 3) * 90);
    d->flipped = value & 4;
}

static bool is_wanted(const struct rec_depacketizer *d, int payload_type)
{
    return d->conf.payload_type < 0 || payload_type == d->conf.payload_type || payload_type == d->conf.red_payload_type;
}

void rec_depacketizer_push(struct rec_depacketizer *d, const uint8_t *packet, size_t len, uint64_t ext_seq,
                           int64_t arrival_us)
{
    struct rec_payload p = {.seq = ext_seq, .arrival_us = arrival_us};
    struct gw_rtp_header h;

    d->counters.packets++;
    if (len > UINT16_MAX || gw_rtp_parse(&h, packet, len)) {
        d->counters.broken++; /* as good as lost: the next packet will find a hole here */
        return;
    }
    if (d->next_seq && ext_seq < d->next_seq) {
        d->counters.ignored++;
        return;
    }
    note_sequence(d, ext_seq);
    if (!h.payload.len || !is_wanted(d, h.payload_type)) {
        d->counters.ignored++;
        return;
    }
    p.data = packet + h.payload.offset;
    p.len = h.payload.len;
    gw_facts_clear(&p.facts);
    p.facts.marker = h.marker;
    p.facts.payload_type = h.payload_type;
    p.facts.timestamp = h.timestamp;
    if (rec_codec_is_video(d->conf.codec)) {
        note_orientation(d, packet, &h);
        rec_video_push(d, &p);
    } else {
        rec_audio_push(d, &p);
    }
}

void rec_depacketizer_flush(struct rec_depacketizer *d)
{
    if (rec_codec_is_video(d->conf.codec))
        rec_video_flush(d);
    d->next_seq = 0;
    d->has_audio_end = false;
}
