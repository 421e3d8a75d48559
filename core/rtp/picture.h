/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers that payload descriptors of VP8 (RFC 7741 4.2) and VP9 (RFC 9628 4.2) have in common: PictureID in one
 * byte or two, TL0PICIDX. Pure.
 */
#ifndef GW_RTP_PICTURE_H
#define GW_RTP_PICTURE_H

#include "base/cursor.h"
#include "rtp/facts.h"

struct gw_picture {
    uint8_t id_at, tl0_at; /* offsets in the payload, 0: absent */
    bool id_wide;
    uint16_t id;
    uint8_t tl0;
};

/* M PictureID: with M one more byte of it. r is at its first byte. */
static inline void gw_picture_read_id(struct gw_picture *p, struct gw_reader *r)
{
    uint8_t byte;

    p->id_at = (uint8_t)r->pos;
    byte = gw_read_u8(r);
    p->id_wide = byte & 0x80;
    p->id = byte & 0x7f;
    if (p->id_wide)
        p->id = (uint16_t)(p->id << 8 | gw_read_u8(r));
}

static inline void gw_picture_read_tl0(struct gw_picture *p, struct gw_reader *r)
{
    p->tl0_at = (uint8_t)r->pos;
    p->tl0 = gw_read_u8(r);
}

static inline void gw_picture_tell(const struct gw_picture *p, struct gw_rtp_facts *facts)
{
    if (p->id_at) {
        facts->picture_id = p->id;
        facts->picture_id_wide = p->id_wide;
    }
    if (p->tl0_at)
        facts->tl0_picidx = p->tl0;
}

/* Other numbers in their places; negative ones are left as they are. */
static inline void gw_picture_patch(const struct gw_picture *p, uint8_t *payload, int32_t id, int16_t tl0)
{
    if (p->id_at && id >= 0) {
        if (p->id_wide)
            gw_put_u16(payload + p->id_at, (uint16_t)(0x8000 | (id & 0x7fff)));
        else
            payload[p->id_at] = (uint8_t)(id & 0x7f);
    }
    if (p->tl0_at && tl0 >= 0)
        payload[p->tl0_at] = (uint8_t)tl0;
}

#endif
