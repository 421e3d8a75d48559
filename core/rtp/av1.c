/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/av1.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/bits.h"

/*
 * The aggregation header, and the elements after it:
 *
 *  Z Y W W N - - -   Z: the first element continues, Y: the last one is continued, N: a coded video sequence begins
 *  W elements; all but the last of them, or all when W is 0, have their size in leb128 before them
 */
enum { HEAD_Z = 0x80, HEAD_Y = 0x40, HEAD_N = 0x08 };

/* AV1 section 4.10.5. Elements are smaller than a datagram: five bytes are more than enough. */
static size_t read_leb128(struct gw_reader *r)
{
    size_t value = 0;
    unsigned i;
    uint8_t byte;

    for (i = 0; i < 5; i++) {
        byte = gw_read_u8(r);
        value |= (size_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80))
            return value;
    }
    r->failed = true;
    return 0;
}

int gw_av1_begin(struct gw_av1_iter *it, const uint8_t *payload, size_t len)
{
    *it = (struct gw_av1_iter){.payload = payload, .len = len, .pos = 1};
    return len ? 0 : GW_EPARSE;
}

int gw_av1_next(struct gw_av1_iter *it, struct gw_av1_element *out)
{
    uint8_t head = it->payload[0], count = head >> 4 & 3;
    struct gw_reader r = gw_reader_make(it->payload, it->len);
    size_t size;

    if (it->pos >= it->len || (count && it->index == count))
        return 0;
    gw_read_skip(&r, it->pos);
    size = count && it->index + 1 == count ? gw_reader_left(&r) : read_leb128(&r);
    memset(out, 0, sizeof(*out));
    out->data = gw_read_bytes(&r, size);
    if (r.failed)
        return GW_EPARSE;
    out->len = size;
    out->last = !gw_reader_left(&r) || (count && it->index + 1 == count);
    out->continues = !it->index && head & HEAD_Z;
    out->continued = out->last && head & HEAD_Y;
    it->pos = r.pos;
    if (it->index < UINT8_MAX)
        it->index++;
    return 1;
}

/* --- sequence header, AV1 section 5.5 ----------------------------------------------------------------------------- */

struct model { /* decoder model */
    bool present;
    unsigned delay_bits;
};

static void timing(struct gw_bits *b, struct model *m)
{
    if (!gw_bit(b))
        return;
    gw_bits_skip(b, 64);
    if (gw_bit(b))
        gw_bits_ue(b); /* uvlc() is the same code */
    m->present = gw_bit(b);
    if (!m->present)
        return;
    m->delay_bits = gw_bits_read(b, 5) + 1;
    gw_bits_skip(b, 32 + 5 + 5);
}

static void operating_points(struct gw_bits *b, const struct model *m)
{
    bool delay = gw_bit(b);
    unsigned n = gw_bits_read(b, 5) + 1;

    while (n-- && !b->failed) {
        gw_bits_skip(b, 12);
        if (gw_bits_read(b, 5) > 7)
            gw_bits_skip(b, 1);
        if (m->present && gw_bit(b))
            gw_bits_skip(b, 2 * m->delay_bits + 1);
        if (delay && gw_bit(b))
            gw_bits_skip(b, 4);
    }
}

/* b: behind the OBU header and size. */
static int sequence_size(struct gw_bits *b, uint16_t *width, uint16_t *height)
{
    struct model model = {0};
    unsigned width_bits, height_bits;
    uint32_t w, h;

    gw_bits_skip(b, 3 + 1);
    if (gw_bit(b)) { /* reduced still picture header */
        gw_bits_skip(b, 5);
    } else {
        timing(b, &model);
        operating_points(b, &model);
    }
    width_bits = gw_bits_read(b, 4) + 1;
    height_bits = gw_bits_read(b, 4) + 1;
    w = gw_bits_read(b, width_bits) + 1;
    h = gw_bits_read(b, height_bits) + 1;
    if (b->failed)
        return GW_EPARSE;
    if (w > UINT16_MAX || h > UINT16_MAX)
        return GW_ELIMIT;
    *width = (uint16_t)w;
    *height = (uint16_t)h;
    return 0;
}

/* --- OBU header, AV1 section 5.3.2 -------------------------------------------------------------------------------- */

struct obu {
    uint8_t type, temporal, spatial;
    bool has_layers;
};

static int read_obu(struct gw_reader *r, struct obu *o)
{
    uint8_t head = gw_read_u8(r), layers;

    *o = (struct obu){.type = head >> 3 & 0x0f, .has_layers = head & 0x04};
    if (o->has_layers) {
        layers = gw_read_u8(r);
        o->temporal = layers >> 5;
        o->spatial = layers >> 3 & 3;
    }
    if (head & 0x02)
        read_leb128(r);
    return r->failed || head & 0x80 ? GW_EPARSE : 0;
}

int gw_av1_sequence_size(const uint8_t *obu, size_t len, uint16_t *width, uint16_t *height)
{
    struct gw_reader r = gw_reader_make(obu, len);
    struct gw_bits b;
    struct obu o;

    if (read_obu(&r, &o) || o.type != GW_OBU_SEQUENCE_HEADER)
        return GW_EPARSE;
    b = gw_bits_make(obu + r.pos, len - r.pos);
    return sequence_size(&b, width, height);
}

/* --- payload ------------------------------------------------------------------------------------------------------ */

static int note_element(struct gw_rtp_facts *facts, const struct gw_av1_element *e)
{
    struct gw_reader r = gw_reader_make(e->data, e->len);
    struct obu o;
    int err;

    if (e->continues || !e->len)
        return 0;
    err = read_obu(&r, &o);
    if (err)
        return err;
    if (o.has_layers) {
        facts->temporal = o.temporal;
        facts->spatial = o.spatial;
    }
    switch (o.type) {
    case GW_OBU_SEQUENCE_HEADER:
        facts->keyframe = true;
        gw_av1_sequence_size(e->data, e->len, &facts->width, &facts->height);
        __attribute__((fallthrough));
    case GW_OBU_TEMPORAL_DELIMITER:
    case GW_OBU_FRAME_HEADER:
    case GW_OBU_FRAME:
        facts->frame_start = true;
        break;
    default:
        break;
    }
    return 0;
}

int gw_av1_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    struct gw_av1_element e;
    struct gw_av1_iter it;
    int more, err;

    facts->frame_end = facts->marker;
    if (gw_av1_begin(&it, payload, len))
        return GW_EPARSE;
    facts->keyframe = payload[0] & HEAD_N;
    while ((more = gw_av1_next(&it, &e)) > 0) {
        err = note_element(facts, &e);
        if (err)
            return err;
    }
    return more;
}
