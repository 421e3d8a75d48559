/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/ext.h"

#include <string.h>

static bool is_two_byte(const struct gw_rtp_header *h)
{
    return (h->ext_profile & 0xfff0) == GW_EXT_TWO_BYTE;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

bool gw_ext_next(struct gw_ext_iter *it, struct gw_ext_element *out, const uint8_t *data, const struct gw_rtp_header *h)
{
    const uint8_t *block = data + h->ext.offset;
    bool two = is_two_byte(h);
    uint16_t pos = it->pos;
    uint8_t id, len;

    if (!two && h->ext_profile != GW_EXT_ONE_BYTE)
        return false;
    while (pos < h->ext.len && !block[pos]) /* padding, in both forms */
        pos++;
    if (pos >= h->ext.len)
        goto end;
    if (two) {
        if (h->ext.len - pos < 2)
            goto end;
        id = block[pos];
        len = block[pos + 1];
        pos += 2;
    } else {
        id = block[pos] >> 4;
        len = (block[pos] & 0x0f) + 1;
        pos += 1;
        if (id == 15 || !id) /* RFC 8285 4.2: stop here; id 0 because it has a length */
            goto end;
    }
    if (len > h->ext.len - pos)
        goto end;
    out->id = id;
    out->value = (struct gw_span){.offset = (uint16_t)(h->ext.offset + pos), .len = len};
    it->pos = (uint16_t)(pos + len);
    return true;
end:
    it->pos = h->ext.len;
    return false;
}

struct gw_span gw_ext_find(const uint8_t *data, const struct gw_rtp_header *h, uint8_t id)
{
    struct gw_ext_iter it = {0};
    struct gw_ext_element e;

    while (id && gw_ext_next(&it, &e, data, h)) {
        if (e.id == id)
            return e.value;
    }
    return (struct gw_span){0};
}

void gw_ext_scan(struct gw_ext_spans *out, const uint8_t *data, const struct gw_rtp_header *h, const uint8_t *ids)
{
    struct gw_ext_iter it = {0};
    struct gw_ext_element e;
    unsigned i;

    memset(out, 0, sizeof(*out));
    while (gw_ext_next(&it, &e, data, h)) {
        for (i = 0; i < GW_EXT_COUNT; i++) {
            if (ids[i] == e.id && !out->at[i].offset)
                out->at[i] = e.value;
        }
    }
}

bool gw_ext_read_audio_level(const uint8_t *value, size_t len, int8_t *level, bool *voice)
{
    if (len < 1)
        return false;
    *level = (int8_t)(value[0] & 0x7f);
    *voice = value[0] >> 7;
    return true;
}

bool gw_ext_read_orientation(const uint8_t *value, size_t len, int16_t *orientation)
{
    if (len < 1)
        return false;
    *orientation = value[0];
    return true;
}

bool gw_ext_read_playout_delay(const uint8_t *value, size_t len, int32_t *delay)
{
    if (len != 3)
        return false;
    *delay = (int32_t)gw_get_u24(value);
    return true;
}

bool gw_ext_read_abs_send_time(const uint8_t *value, size_t len, uint32_t *time)
{
    if (len != 3)
        return false;
    *time = gw_get_u24(value);
    return true;
}

bool gw_ext_read_transport_cc(const uint8_t *value, size_t len, uint16_t *seq)
{
    if (len < 2) /* version 02 of the extension has two bytes more */
        return false;
    *seq = gw_get_u16(value);
    return true;
}

bool gw_ext_read_capture_time(const uint8_t *value, size_t len, uint64_t *ntp, int64_t *offset)
{
    if ((len != 8 && len != 16) || !gw_get_u64(value))
        return false;
    *ntp = gw_get_u64(value);
    *offset = len == 16 ? (int64_t)gw_get_u64(value + 8) : 0;
    return true;
}

bool gw_ext_read_toffset(const uint8_t *value, size_t len, int32_t *ticks)
{
    if (len != 3)
        return false;
    *ticks = (int32_t)(gw_get_u24(value) ^ 0x800000) - 0x800000;
    return true;
}

bool gw_ext_read_text(const uint8_t *value, size_t len, char *out, size_t cap)
{
    size_t i;

    while (len && !value[len - 1]) /* some pad to a fixed length */
        len--;
    if (!len || len >= cap)
        return false;
    for (i = 0; i < len; i++) {
        if (value[i] <= ' ' || value[i] > '~')
            return false;
    }
    memcpy(out, value, len);
    out[len] = 0;
    return true;
}

uint32_t gw_abs_send_time(int64_t now_us)
{
    uint64_t us = (uint64_t)now_us % 64000000;

    return (uint32_t)(((us << 18) + 500000) / 1000000) & 0xffffff;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

void gw_ext_begin(struct gw_ext_builder *b, uint8_t *data, size_t begin, size_t cap, bool two_byte_ok)
{
    *b = (struct gw_ext_builder){.data = data, .cap = cap, .two_byte_ok = two_byte_ok};
    b->begin = (uint16_t)begin;
    b->pos = (uint16_t)(begin + 4);
}

/* Makes every element's header one byte longer, the last one first, so that nothing is overwritten. */
static bool widen(struct gw_ext_builder *b)
{
    uint16_t at[15], from = (uint16_t)(b->begin + 4), to;
    uint8_t i, id, len;

    if ((size_t)b->pos + b->n > b->cap || b->n > sizeof(at) / sizeof(at[0]))
        return false;
    for (i = 0; i < b->n; i++) {
        at[i] = from;
        from = (uint16_t)(from + 2 + (b->data[from] & 0x0f));
    }
    to = b->pos = (uint16_t)(b->pos + b->n);
    while (i-- > 0) {
        id = b->data[at[i]] >> 4;
        len = (uint8_t)((b->data[at[i]] & 0x0f) + 1);
        to = (uint16_t)(to - len);
        memmove(b->data + to, b->data + at[i] + 1, len);
        b->data[--to] = len;
        b->data[--to] = id;
    }
    b->two_byte = true;
    return true;
}

bool gw_ext_add(struct gw_ext_builder *b, uint8_t id, const void *value, size_t len)
{
    bool fits_one = id <= 14 && len >= 1 && len <= 16 && b->n < 15;
    size_t head, grow;

    if (!id)
        return true;
    if (len > 255 || (!fits_one && !b->two_byte && !b->two_byte_ok) || b->n == UINT8_MAX)
        return false;
    head = b->two_byte || !fits_one ? 2 : 1;
    grow = !fits_one && !b->two_byte ? b->n : 0;
    /* three more, so that the padding has room for sure */
    if (b->pos + grow + head + len + 3 > b->cap || b->pos + grow + head + len + 3 > UINT16_MAX)
        return false;
    if (head == 2 && !b->two_byte && !widen(b))
        return false;
    if (b->two_byte) {
        b->data[b->pos++] = id;
        b->data[b->pos++] = (uint8_t)len;
    } else {
        b->data[b->pos++] = (uint8_t)(id << 4 | (len - 1));
    }
    if (len)
        memcpy(b->data + b->pos, value, len);
    b->pos = (uint16_t)(b->pos + len);
    b->n++;
    return true;
}

bool gw_ext_add_audio_level(struct gw_ext_builder *b, uint8_t id, int8_t level, bool voice)
{
    uint8_t v = (uint8_t)((voice ? 0x80 : 0) | (level & 0x7f));

    return gw_ext_add(b, id, &v, 1);
}

bool gw_ext_add_orientation(struct gw_ext_builder *b, uint8_t id, uint8_t orientation)
{
    return gw_ext_add(b, id, &orientation, 1);
}

static bool add_u24(struct gw_ext_builder *b, uint8_t id, uint32_t value)
{
    uint8_t v[3];

    gw_put_u24(v, value);
    return gw_ext_add(b, id, v, sizeof(v));
}

bool gw_ext_add_playout_delay(struct gw_ext_builder *b, uint8_t id, int32_t delay)
{
    return add_u24(b, id, (uint32_t)delay);
}

bool gw_ext_add_abs_send_time(struct gw_ext_builder *b, uint8_t id, uint32_t time)
{
    return add_u24(b, id, time);
}

bool gw_ext_add_transport_cc(struct gw_ext_builder *b, uint8_t id, uint16_t seq)
{
    uint8_t v[2];

    gw_put_u16(v, seq);
    return gw_ext_add(b, id, v, sizeof(v));
}

bool gw_ext_add_toffset(struct gw_ext_builder *b, uint8_t id, int32_t ticks)
{
    return add_u24(b, id, (uint32_t)ticks);
}

bool gw_ext_add_capture_time(struct gw_ext_builder *b, uint8_t id, uint64_t ntp, int64_t offset)
{
    uint8_t value[16];

    gw_put_u64(value, ntp);
    gw_put_u64(value + 8, (uint64_t)offset);
    return gw_ext_add(b, id, value, offset ? 16 : 8);
}

bool gw_ext_add_text(struct gw_ext_builder *b, uint8_t id, const char *text)
{
    return gw_ext_add(b, id, text, strlen(text));
}

size_t gw_ext_end(struct gw_ext_builder *b)
{
    uint16_t body;

    if (!b->n)
        return b->begin;
    while ((b->pos - b->begin) % 4)
        b->data[b->pos++] = 0;
    body = (uint16_t)(b->pos - b->begin - 4);
    gw_put_u16(b->data + b->begin, b->two_byte ? GW_EXT_TWO_BYTE : GW_EXT_ONE_BYTE);
    gw_put_u16(b->data + b->begin + 2, body / 4);
    b->data[0] |= 0x10;
    return b->pos;
}
