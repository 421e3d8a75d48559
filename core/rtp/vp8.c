/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/vp8.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/picture.h"

/*
 * RFC 7741 section 4.2; what is in brackets is there when its bit says so.
 *
 *   X R N S R PID
 *  [I L T K RSV  ]   X
 *  [M PictureID  ]   I, with M one more byte of it
 *  [TL0PICIDX    ]   L
 *  [TID Y KEYIDX ]   T or K
 */
struct descriptor {
    bool start, non_reference, sync;
    uint8_t len, temporal;
    struct gw_picture picture;
};

static int read_descriptor(struct descriptor *d, const uint8_t *payload, size_t len)
{
    struct gw_reader r = gw_reader_make(payload, len);
    uint8_t first = gw_read_u8(&r), fields = 0, byte;

    memset(d, 0, sizeof(*d));
    d->non_reference = first & 0x20;
    d->start = (first & 0x17) == 0x10; /* S, and partition 0 */
    if (first & 0x80)
        fields = gw_read_u8(&r);
    if (fields & 0x80)
        gw_picture_read_id(&d->picture, &r);
    if (fields & 0x40)
        gw_picture_read_tl0(&d->picture, &r);
    if (fields & 0x30) {
        byte = gw_read_u8(&r);
        if (fields & 0x20) {
            d->temporal = byte >> 6;
            d->sync = byte & 0x20;
        }
    }
    d->len = (uint8_t)r.pos;
    return r.failed ? GW_EPARSE : 0;
}

/* RFC 6386 section 9.1: three bytes of frame tag; in a keyframe the start code and the two sizes follow. */
static void read_frame(const uint8_t *frame, size_t len, struct gw_rtp_facts *facts)
{
    if (!len || frame[0] & 1)
        return;
    facts->keyframe = true;
    if (len < 10 || frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a)
        return;
    facts->width = (uint16_t)((frame[7] << 8 | frame[6]) & 0x3fff);
    facts->height = (uint16_t)((frame[9] << 8 | frame[8]) & 0x3fff);
}

int gw_vp8_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    struct descriptor d;
    int err = read_descriptor(&d, payload, len);

    if (err)
        return err;
    facts->descriptor_len = d.len;
    facts->frame_start = d.start;
    facts->frame_end = facts->marker;
    facts->discardable = d.non_reference;
    facts->temporal = d.temporal;
    facts->layer_sync = d.sync;
    gw_picture_tell(&d.picture, facts);
    if (d.start)
        read_frame(payload + d.len, len - d.len, facts);
    return 0;
}

int gw_vp8_patch(uint8_t *payload, size_t len, int32_t picture_id, int16_t tl0_picidx)
{
    struct descriptor d;
    int err = read_descriptor(&d, payload, len);

    if (err)
        return err;
    gw_picture_patch(&d.picture, payload, picture_id, tl0_picidx);
    return 0;
}
