/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/vp9.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/bits.h"
#include "rtp/picture.h"

/*
 * RFC 9628 section 4.2; what is in brackets is there when its bit says so.
 *
 *   I P L F B E V Z
 *  [M PictureID  ]   I, with M one more byte of it
 *  [TID U SID D  ]   L
 *  [TL0PICIDX    ]   L without F
 *  [P_DIFF N     ]   F and P, up to three times
 *  [SS           ]   V
 */
struct descriptor {
    bool inter, layers, flexible, start, end, scalability, not_upper;
    bool sync, inter_layer;
    uint8_t len, temporal, spatial;
    struct gw_picture picture;
    uint16_t width, height; /* of the highest layer in the scalability structure */
};

/* N_S, Y, G; sizes; picture group. */
static void read_scalability(struct descriptor *d, struct gw_reader *r)
{
    uint8_t head = gw_read_u8(r), pictures, byte;
    unsigned i, layers = (head >> 5) + 1u;

    for (i = 0; head & 0x10 && i < layers; i++) {
        d->width = gw_read_u16(r);
        d->height = gw_read_u16(r);
    }
    if (!(head & 0x08))
        return;
    pictures = gw_read_u8(r);
    for (i = 0; i < pictures && !r->failed; i++) {
        byte = gw_read_u8(r);
        gw_read_skip(r, byte >> 2 & 3);
    }
}

static int read_descriptor(struct descriptor *d, const uint8_t *payload, size_t len)
{
    struct gw_reader r = gw_reader_make(payload, len);
    uint8_t first = gw_read_u8(&r), byte;
    unsigned i;

    memset(d, 0, sizeof(*d));
    d->inter = first & 0x40;
    d->layers = first & 0x20;
    d->flexible = first & 0x10;
    d->start = first & 0x08;
    d->end = first & 0x04;
    d->scalability = first & 0x02;
    d->not_upper = first & 0x01;
    if (first & 0x80)
        gw_picture_read_id(&d->picture, &r);
    if (d->layers) {
        byte = gw_read_u8(&r);
        d->temporal = byte >> 5;
        d->sync = byte & 0x10;
        d->spatial = byte >> 1 & 7;
        d->inter_layer = byte & 1;
        if (!d->flexible)
            gw_picture_read_tl0(&d->picture, &r);
    }
    if (d->flexible && d->inter) {
        for (i = 0, byte = 1; byte & 1; i++) {
            if (i == 3)
                return GW_EPARSE;
            byte = gw_read_u8(&r);
        }
    }
    if (d->scalability)
        read_scalability(d, &r);
    if (r.failed || r.pos > UINT8_MAX)
        return GW_EPARSE;
    d->len = (uint8_t)r.pos;
    return 0;
}

/*
 * Size of a key picture from the frame's own uncompressed header (VP9 bitstream specification 6.2), for senders that
 * leave the scalability structure out.
 */
static void read_frame(const uint8_t *frame, size_t len, struct gw_rtp_facts *facts)
{
    struct gw_bits b = gw_bits_make(frame, len);
    bool sampled;
    unsigned profile, width, height;

    if (gw_bits_read(&b, 2) != 2) /* frame marker */
        return;
    profile = gw_bit(&b);
    profile |= gw_bit(&b) << 1;
    if (profile == 3 && gw_bit(&b))
        return;
    if (gw_bit(&b) || gw_bit(&b)) /* shows an existing frame, or is no key frame */
        return;
    gw_bits_skip(&b, 2);
    if (gw_bits_read(&b, 24) != 0x498342) /* sync code */
        return;
    if (profile >= 2)
        gw_bits_skip(&b, 1);
    sampled = gw_bits_read(&b, 3) != 7; /* colour space: not RGB */
    if (sampled)
        gw_bits_skip(&b, 1);
    if (profile & 1)
        gw_bits_skip(&b, sampled ? 3 : 1);
    width = gw_bits_read(&b, 16) + 1;
    height = gw_bits_read(&b, 16) + 1;
    if (b.failed || width > UINT16_MAX || height > UINT16_MAX)
        return;
    facts->width = (uint16_t)width;
    facts->height = (uint16_t)height;
}

int gw_vp9_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    struct descriptor d;
    int err = read_descriptor(&d, payload, len);

    if (err)
        return err;
    facts->descriptor_len = d.len;
    facts->frame_start = d.start;
    facts->frame_end = d.end;
    facts->temporal = d.temporal;
    facts->spatial = d.spatial;
    facts->layer_sync = d.sync;
    facts->keyframe = d.start && !d.inter && !d.spatial && !d.inter_layer;
    facts->spatial_sync = !d.inter && d.start;
    gw_picture_tell(&d.picture, facts);
    facts->width = d.width;
    facts->height = d.height;
    if (facts->keyframe && !d.width)
        read_frame(payload + d.len, len - d.len, facts);
    return 0;
}

int gw_vp9_patch(uint8_t *payload, size_t len, int32_t picture_id, int16_t tl0_picidx)
{
    struct descriptor d;
    int err = read_descriptor(&d, payload, len);

    if (err)
        return err;
    gw_picture_patch(&d.picture, payload, picture_id, tl0_picidx);
    return 0;
}
