/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded bit cursor, most significant bit first. Reading past the end gives zeros and sets `failed`. Pure; any
 * thread.
 */
#ifndef GW_RTP_BITS_H
#define GW_RTP_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_bits {
    const uint8_t *data;
    size_t len, pos; /* both in bits */
    bool failed;
};

static inline struct gw_bits gw_bits_make(const uint8_t *data, size_t bytes)
{
    return (struct gw_bits){.data = data, .len = bytes * 8};
}

static inline uint32_t gw_bit(struct gw_bits *b)
{
    uint32_t v;

    if (b->failed || b->pos >= b->len) {
        b->failed = true;
        return 0;
    }
    v = b->data[b->pos / 8] >> (7 - b->pos % 8) & 1;
    b->pos++;
    return v;
}

/* n <= 32 */
static inline uint32_t gw_bits_read(struct gw_bits *b, unsigned n)
{
    uint32_t v = 0;

    while (n--)
        v = v << 1 | gw_bit(b);
    return b->failed ? 0 : v;
}

static inline void gw_bits_skip(struct gw_bits *b, size_t n)
{
    if (b->failed || n > b->len - b->pos)
        b->failed = true;
    else
        b->pos += n;
}

/* ue(v), H.264 section 9.1: up to 31 leading zeros. */
static inline uint32_t gw_bits_ue(struct gw_bits *b)
{
    unsigned zeros = 0;

    while (!b->failed && !gw_bit(b)) {
        if (++zeros > 31)
            b->failed = true;
    }
    if (b->failed)
        return 0;
    return ((uint32_t)1 << zeros) - 1 + gw_bits_read(b, zeros);
}

/* se(v) */
static inline int32_t gw_bits_se(struct gw_bits *b)
{
    uint32_t v = gw_bits_ue(b);

    return v & 1 ? (int32_t)(v / 2 + 1) : -(int32_t)(v / 2);
}

/* ns(n), AV1 section 4.10.7: a value below n, in as few bits as that allows. */
static inline uint32_t gw_bits_ns(struct gw_bits *b, uint32_t n)
{
    unsigned w = 0;
    uint32_t m, v;

    while (n >> w)
        w++;
    if (!w)
        return 0;
    m = (uint32_t)(((uint64_t)1 << w) - n);
    v = gw_bits_read(b, w - 1);
    if (v < m)
        return v;
    return (v << 1) - m + gw_bit(b);
}

#endif
