/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AV1 (RTP payload specification, section 4): OBUs travel without their sizes; in a file each has one. A file needs no
 * temporal delimiters, and no padding.
 */
#include "rtp/av1.h"

#include <string.h>

#include "base/cursor.h"
#include "inside.h"

enum { OBU_EXTENSION = 0x04, OBU_HAS_SIZE = 0x02 };
#define SIZE_MAX_BYTES 4 /* leb128 of anything that a buffer holds: below 2^28 */

/* AV1 section 4.10.5: seven bits a byte, lowest first. Returns bytes written. */
static size_t write_leb128(uint8_t *out, size_t value)
{
    size_t n = 0;

    do {
        out[n] = (uint8_t)(value & 0x7f);
        value >>= 7;
        if (value)
            out[n] |= 0x80;
        n++;
    } while (value && n < SIZE_MAX_BYTES);
    return n;
}

static size_t read_leb128(struct gw_reader *r)
{
    size_t value = 0;
    unsigned i;
    uint8_t byte;

    for (i = 0; i < SIZE_MAX_BYTES; i++) {
        byte = gw_read_u8(r);
        value |= (size_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            return value;
    }
    r->failed = true;
    return 0;
}

/* What a complete OBU says about the frame. body: behind header and size. */
static void note(struct rec_depacketizer *d, uint8_t type, size_t at, size_t body)
{
    const uint8_t *data = d->conf.buffer;

    switch (type) {
    case GW_OBU_SEQUENCE_HEADER:
        rec_config_set(d, data + at, d->fill - at);
        gw_av1_sequence_size(data + at, d->fill - at, &d->width, &d->height);
        d->key = true; /* unless the picture says otherwise */
        break;
    case GW_OBU_FRAME_HEADER:
    case GW_OBU_FRAME:
        /* show_existing_frame(1) frame_type(2): section 5.9.2; only the first picture of the unit counts */
        if (!d->picture && (body >= d->fill || data[body] & 0xe0))
            d->key = false;
        d->picture = true;
        break;
    case GW_OBU_TILE_GROUP:
        d->picture = true;
        break;
    default:
        break;
    }
}

/* The OBU that begins at d->unit is whole: writes its size, or removes it if a file does not want it. */
static int close_obu(struct rec_depacketizer *d)
{
    uint8_t *data = d->conf.buffer + d->unit, type, size[SIZE_MAX_BYTES];
    struct gw_reader r = gw_reader_make(data, d->fill - d->unit);
    size_t head, len, body, n;

    d->in_unit = false;
    type = gw_read_u8(&r);
    head = type & OBU_EXTENSION ? 2 : 1;
    gw_read_skip(&r, head - 1);
    len = type & OBU_HAS_SIZE ? read_leb128(&r) : gw_reader_left(&r);
    if (r.failed || type & 0x80 || len > gw_reader_left(&r))
        return GW_EPARSE;
    body = r.pos;
    data[0] |= OBU_HAS_SIZE;
    type = type >> 3 & 0x0f;
    if (type == GW_OBU_TEMPORAL_DELIMITER || type == GW_OBU_PADDING || type == GW_OBU_TILE_LIST) {
        d->fill = d->unit;
        return 0;
    }
    if (len >> (7 * SIZE_MAX_BYTES))
        return GW_ELIMIT;
    n = write_leb128(size, len);
    if (head + n + len > d->conf.buffer_size - d->unit)
        return GW_ELIMIT;
    memmove(data + head + n, data + body, len);
    memcpy(data + head, size, n);
    d->fill = d->unit + head + n + len;
    note(d, type, d->unit, d->unit + head + n);
    return 0;
}

static int add(struct rec_depacketizer *d, const struct rec_payload *p)
{
    struct gw_av1_element e;
    struct gw_av1_iter it;
    int more, err;

    err = gw_av1_begin(&it, p->data, p->len);
    while (!err && (more = gw_av1_next(&it, &e)) != 0) {
        if (more < 0)
            return more;
        if (e.continues != d->in_unit)
            return GW_EPROTO;
        if (!e.continues)
            d->unit = d->fill;
        err = rec_put(d, e.data, e.len);
        d->in_unit = true;
        if (!err && !e.continued)
            err = d->fill > d->unit ? close_obu(d) : 0;
        if (!e.continued)
            d->in_unit = false;
    }
    return err;
}

const struct rec_video_ops rec_av1_ops = {.add = add};
