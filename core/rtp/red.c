/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/red.h"

#include "base/cursor.h"
#include "base/err.h"

/*
 * Headers first, then the blocks in the same order:
 *
 *  1 PT(7) offset(14) length(10)    each redundant block
 *  0 PT(7)                          the primary
 */
int gw_red_split(struct gw_red_block *blocks, size_t cap, const uint8_t *payload, size_t len)
{
    struct gw_reader r = gw_reader_make(payload, len);
    size_t n = 0, i;
    uint32_t rest;
    uint8_t byte;

    do {
        if (n == cap)
            return GW_ELIMIT;
        byte = gw_read_u8(&r);
        blocks[n] = (struct gw_red_block){.payload_type = byte & 0x7f};
        if (byte & 0x80) {
            rest = gw_read_u24(&r);
            blocks[n].ts_offset = (uint16_t)(rest >> 10);
            blocks[n].len = (uint16_t)(rest & 0x3ff);
        }
        n++;
    } while (byte & 0x80 && !r.failed);
    for (i = 0; i < n && !r.failed; i++) {
        if (i + 1 == n) {
            if (gw_reader_left(&r) > UINT16_MAX)
                return GW_EPARSE;
            blocks[i].len = (uint16_t)gw_reader_left(&r);
        }
        blocks[i].data = gw_read_bytes(&r, blocks[i].len);
    }
    return r.failed ? GW_EPARSE : (int)n;
}

int gw_red_join(uint8_t *out, size_t cap, const struct gw_red_block *blocks, size_t n)
{
    struct gw_writer w = gw_writer_make(out, cap);
    size_t i;

    if (!n)
        return GW_EINVAL;
    for (i = 0; i + 1 < n; i++) {
        if (blocks[i].ts_offset > 0x3fff || blocks[i].len > 0x3ff)
            return GW_EINVAL;
        gw_write_u8(&w, (uint8_t)(0x80 | blocks[i].payload_type));
        gw_write_u24(&w, (uint32_t)blocks[i].ts_offset << 10 | blocks[i].len);
    }
    gw_write_u8(&w, blocks[i].payload_type & 0x7f);
    for (i = 0; i < n; i++)
        gw_write_bytes(&w, blocks[i].data, blocks[i].len);
    return w.failed ? GW_ELIMIT : (int)w.pos;
}
