/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/vla.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"

/* --- reading ------------------------------------------------------------------------------------------------------ */

static uint32_t read_leb128(struct gw_reader *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t b = gw_read_u8(r);

        v |= (uint64_t)(b & 0x7f) << shift;
        if (b & 0x80)
            continue;
        if (v > UINT32_MAX)
            break;
        return (uint32_t)v;
    }
    r->failed = true;
    return 0;
}

/* Which spatial layers each stream has: the common mask, or four bits each. */
static void read_masks(struct gw_reader *r, uint8_t common, unsigned streams, uint8_t mask[GW_VLA_STREAMS])
{
    uint8_t two = 0;

    for (unsigned i = 0; i < streams; i++) {
        if (!common && i % 2 == 0)
            two = gw_read_u8(r);
        mask[i] = common ? common : i % 2 ? two & 15 : two >> 4;
    }
}

typedef void (*visit)(struct gw_vla_layer *l, struct gw_reader *r, unsigned nth);

/* Each active layer in the order of the wire. */
static void each(struct gw_vla *v, const uint8_t mask[GW_VLA_STREAMS], struct gw_reader *r, visit take)
{
    unsigned nth = 0;

    for (unsigned s = 0; s < v->streams; s++)
        for (unsigned l = 0; l < GW_VLA_SPATIAL; l++)
            if (mask[s] & 1u << l)
                take(&v->layer[s][l], r, nth++);
}

static void take_temporal(struct gw_vla_layer *l, struct gw_reader *r, unsigned nth)
{
    const uint8_t *four = r->data + r->pos + nth / 4; /* two bits each, the first on top */

    if (gw_reader_left(r) <= nth / 4)
        r->failed = true;
    else
        l->temporal = (uint8_t)((*four >> (6 - nth % 4 * 2) & 3) + 1);
}

static void take_rates(struct gw_vla_layer *l, struct gw_reader *r, unsigned nth)
{
    for (unsigned t = 0; t < l->temporal; t++)
        l->kbps[t] = read_leb128(r);
}

static void take_size(struct gw_vla_layer *l, struct gw_reader *r, unsigned nth)
{
    uint32_t width = gw_read_u16(r) + 1u, height = gw_read_u16(r) + 1u;

    l->width = width > UINT16_MAX ? UINT16_MAX : (uint16_t)width;
    l->height = height > UINT16_MAX ? UINT16_MAX : (uint16_t)height;
    l->fps = gw_read_u8(r);
}

int gw_vla_read(struct gw_vla *out, const uint8_t *data, size_t len)
{
    struct gw_reader r = gw_reader_make(data, len);
    struct gw_vla v = {0};
    uint8_t mask[GW_VLA_STREAMS] = {0}, head = gw_read_u8(&r);
    unsigned layers = 0;

    if (r.failed)
        return GW_EPARSE;
    if (!head && len == 1) { /* nothing is active */
        *out = v;
        return 0;
    }
    v.stream = head >> 6;
    v.streams = (uint8_t)((head >> 4 & 3) + 1);
    read_masks(&r, head & 15, v.streams, mask);
    for (unsigned i = 0; i < v.streams; i++)
        layers += (unsigned)__builtin_popcount(mask[i]);
    each(&v, mask, &r, take_temporal);
    gw_read_skip(&r, (layers + 3) / 4);
    each(&v, mask, &r, take_rates);
    v.sizes = !r.failed && gw_reader_left(&r);
    if (v.sizes)
        each(&v, mask, &r, take_size);
    if (r.failed || gw_reader_left(&r))
        return GW_EPARSE;
    *out = v;
    return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void write_leb128(struct gw_writer *w, uint32_t v)
{
    for (; v > 0x7f; v >>= 7)
        gw_write_u8(w, (uint8_t)(0x80 | v));
    gw_write_u8(w, (uint8_t)v);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

int gw_vla_write(uint8_t *out, size_t cap, const struct gw_vla *v, unsigned stream, unsigned spatial, unsigned temporal)
{
    struct gw_writer w = gw_writer_make(out, cap);
    const struct gw_vla_layer *layers = stream < v->streams ? v->layer[stream] : NULL;
    uint8_t mask = 0, counts = 0;
    unsigned n = 0;

    for (unsigned l = 0; layers && l < GW_VLA_SPATIAL && l <= spatial; l++) {
        if (!layers[l].temporal)
            continue;
        mask |= (uint8_t)(1u << l);
        counts |= (uint8_t)((least(layers[l].temporal, temporal + 1) - 1) << (6 - 2 * n++));
    }
    gw_write_u8(&w, mask); /* the only stream: number 0 of one */
    if (mask)
        gw_write_u8(&w, counts);
    for (unsigned l = 0; l < GW_VLA_SPATIAL; l++)
        for (unsigned t = 0; mask & 1u << l && t < layers[l].temporal && t <= temporal; t++)
            write_leb128(&w, layers[l].kbps[t]);
    for (unsigned l = 0; v->sizes && l < GW_VLA_SPATIAL; l++) {
        if (!(mask & 1u << l))
            continue;
        gw_write_u16(&w, (uint16_t)(layers[l].width - 1));
        gw_write_u16(&w, (uint16_t)(layers[l].height - 1));
        gw_write_u8(&w, layers[l].fps);
    }
    return w.failed ? GW_ELIMIT : (int)w.pos;
}
