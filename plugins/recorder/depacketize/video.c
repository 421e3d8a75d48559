/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of several packets, whatever the codec: where they begin and end, and what becomes of incomplete ones. */
#include <string.h>

#include "inside.h"

static void begin(struct rec_depacketizer *d, const struct rec_payload *p)
{
    d->open = true;
    d->skipping = d->key = d->picture = d->in_unit = false;
    d->fill = d->unit = d->layer = 0;
    d->n_layers = 0;
    d->first_seq = p->seq;
    d->arrival_us = p->arrival_us;
}

static void forget(struct rec_depacketizer *d)
{
    d->open = d->in_unit = false;
    d->skipping = d->lost = d->undecodable = true;
    d->fill = 0;
}

void rec_video_drop(struct rec_depacketizer *d)
{
    d->skipping = true;
    if (!d->open)
        return;
    d->counters.dropped++;
    forget(d);
}

static void give_up(struct rec_depacketizer *d, int err)
{
    if (err == GW_ELIMIT)
        d->counters.too_big++;
    else
        d->counters.broken++;
    forget(d);
}

/* The last packet of the frame is in. Parameter sets that travel alone stay, and go with the picture after them. */
static void finish(struct rec_depacketizer *d)
{
    const struct rec_video_ops *ops = rec_codec_video_ops(d->conf.codec);
    struct rec_frame frame = {0};
    int err;

    if (d->in_unit) {
        rec_video_drop(d);
        return;
    }
    if (!d->picture)
        return;
    err = ops->end ? ops->end(d) : 0;
    if (err) {
        give_up(d, err);
        return;
    }
    d->open = false;
    if (d->key)
        d->undecodable = false;
    frame.data = d->conf.buffer;
    frame.len = d->fill;
    frame.first_seq = d->first_seq;
    frame.last_seq = d->last_seq;
    frame.timestamp = d->timestamp;
    frame.arrival_us = d->arrival_us;
    frame.keyframe = d->key;
    rec_emit(d, &frame);
}

/* After a loss, the upper layers of a picture whose lower ones are gone are no beginning. */
static bool may_begin(const struct rec_depacketizer *d, const struct rec_payload *p)
{
    if (d->skipping)
        return p->facts.frame_start && !p->facts.spatial;
    return p->facts.frame_start || !rec_codec_video_ops(d->conf.codec)->needs_start;
}

void rec_video_push(struct rec_depacketizer *d, const struct rec_payload *packet)
{
    struct rec_payload p = *packet;
    int err;

    err = gw_payload_inspect(rec_codec_gw(d->conf.codec), p.data, p.len, &p.facts);
    if (err) {
        d->counters.broken++;
        rec_video_drop(d);
        d->lost = d->undecodable = true;
        return;
    }
    if (d->open && p.facts.timestamp != d->timestamp)
        finish(d);
    if (!d->open) {
        if (!may_begin(d, &p)) {
            d->lost = d->undecodable = true;
            return;
        }
        begin(d, &p);
    }
    d->timestamp = p.facts.timestamp;
    d->last_seq = p.seq;
    err = rec_codec_video_ops(d->conf.codec)->add(d, &p);
    if (err)
        give_up(d, err);
    else if (p.facts.marker)
        finish(d);
}

void rec_video_flush(struct rec_depacketizer *d)
{
    if (d->open)
        finish(d);
    d->open = false;
    d->skipping = true;
}
