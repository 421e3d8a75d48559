/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded cursors over bytes in network order: one to read, one to write. What would pass the end does nothing, sets
 * `failed` and stays failed, so that a parser may read a whole fixed part and test once. Never allocates. Any thread;
 * the bytes are borrowed.
 */
#ifndef GW_BASE_CURSOR_H
#define GW_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gw_reader {
    const uint8_t *data;
    size_t len, pos; /* pos <= len, always */
    bool failed;
};

struct gw_writer {
    uint8_t *data;
    size_t cap, pos; /* pos <= cap, always */
    bool failed;
};

/* --- reading ------------------------------------------------------------------------------------------------------ */

static inline struct gw_reader gw_reader_make(const void *data, size_t len)
{
    return (struct gw_reader){.data = (const uint8_t *)data, .len = len};
}

static inline size_t gw_reader_left(const struct gw_reader *r)
{
    return r->failed ? 0 : r->len - r->pos;
}

/* The next n bytes where they lie, and past them; NULL when there are fewer. n 0 gives a pointer not to be read. */
static inline const uint8_t *gw_read_bytes(struct gw_reader *r, size_t n)
{
    const uint8_t *p;

    if (r->failed || n > r->len - r->pos) {
        r->failed = true;
        return NULL;
    }
    p = n ? r->data + r->pos : (const uint8_t *)"";
    r->pos += n;
    return p;
}

static inline bool gw_read_skip(struct gw_reader *r, size_t n)
{
    return gw_read_bytes(r, n) != NULL;
}

/* A reader over the next n bytes alone, and past them; already failed when there are fewer. */
static inline struct gw_reader gw_read_part(struct gw_reader *r, size_t n)
{
    const uint8_t *p = gw_read_bytes(r, n);

    return (struct gw_reader){.data = p, .len = p ? n : 0, .failed = !p};
}

static inline bool gw_read_copy(struct gw_reader *r, void *to, size_t n)
{
    const uint8_t *p = gw_read_bytes(r, n);

    if (p && n)
        memcpy(to, p, n);
    return p != NULL;
}

/* Numbers are 0 after a failure. */
static inline uint8_t gw_read_u8(struct gw_reader *r)
{
    const uint8_t *p = gw_read_bytes(r, 1);

    return p ? p[0] : 0;
}

static inline uint16_t gw_read_u16(struct gw_reader *r)
{
    const uint8_t *p = gw_read_bytes(r, 2);

    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t gw_read_u24(struct gw_reader *r)
{
    const uint8_t *p = gw_read_bytes(r, 3);

    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t gw_read_u32(struct gw_reader *r)
{
    const uint8_t *p = gw_read_bytes(r, 4);

    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t gw_read_u64(struct gw_reader *r)
{
    uint64_t high, low;

    if (gw_reader_left(r) < 8) {
        r->failed = true;
        return 0;
    }
    high = gw_read_u32(r);
    low = gw_read_u32(r);
    return high << 32 | low;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static inline struct gw_writer gw_writer_make(void *data, size_t cap)
{
    return (struct gw_writer){.data = (uint8_t *)data, .cap = cap};
}

static inline size_t gw_writer_left(const struct gw_writer *w)
{
    return w->failed ? 0 : w->cap - w->pos;
}

/* Room for the next n bytes, to be filled by the caller, and past it; NULL when there is less. */
static inline uint8_t *gw_write_room(struct gw_writer *w, size_t n)
{
    uint8_t *p;

    if (w->failed || n > w->cap - w->pos) {
        w->failed = true;
        return NULL;
    }
    p = w->data + w->pos;
    w->pos += n;
    return p;
}

static inline void gw_write_bytes(struct gw_writer *w, const void *from, size_t n)
{
    uint8_t *p;

    if (!n)
        return;
    p = gw_write_room(w, n);
    if (p)
        memcpy(p, from, n);
}

static inline void gw_write_zeros(struct gw_writer *w, size_t n)
{
    uint8_t *p;

    if (!n)
        return;
    p = gw_write_room(w, n);
    if (p)
        memset(p, 0, n);
}

/* Big-endian at a known place, without a cursor: where the length has been tested, or for patching what is written. */
static inline uint16_t gw_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t gw_get_u24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t gw_get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | gw_get_u24(p + 1);
}

static inline uint64_t gw_get_u64(const uint8_t *p)
{
    return (uint64_t)gw_get_u32(p) << 32 | gw_get_u32(p + 4);
}

static inline void gw_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void gw_put_u24(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 16);
    gw_put_u16(p + 1, (uint16_t)v);
}

static inline void gw_put_u32(uint8_t *p, uint32_t v)
{
    gw_put_u16(p, (uint16_t)(v >> 16));
    gw_put_u16(p + 2, (uint16_t)v);
}

static inline void gw_put_u64(uint8_t *p, uint64_t v)
{
    gw_put_u32(p, (uint32_t)(v >> 32));
    gw_put_u32(p + 4, (uint32_t)v);
}

static inline void gw_write_u8(struct gw_writer *w, uint8_t v)
{
    uint8_t *p = gw_write_room(w, 1);

    if (p)
        p[0] = v;
}

static inline void gw_write_u16(struct gw_writer *w, uint16_t v)
{
    uint8_t *p = gw_write_room(w, 2);

    if (p)
        gw_put_u16(p, v);
}

static inline void gw_write_u24(struct gw_writer *w, uint32_t v)
{
    uint8_t *p = gw_write_room(w, 3);

    if (p)
        gw_put_u24(p, v);
}

static inline void gw_write_u32(struct gw_writer *w, uint32_t v)
{
    uint8_t *p = gw_write_room(w, 4);

    if (p)
        gw_put_u32(p, v);
}

static inline void gw_write_u64(struct gw_writer *w, uint64_t v)
{
    uint8_t *p = gw_write_room(w, 8);

    if (p)
        gw_put_u64(p, v);
}

#endif
