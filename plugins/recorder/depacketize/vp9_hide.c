/* SPDX-License-Identifier: Apache-2.0 */
#include "vp9_hide.h"

#include <string.h>

#include "rtp/bits.h"

#define SHOWN 0x02 /* in the first byte */

static void skip_flagged(struct gw_bits *b, unsigned n, unsigned bits)
{
    while (n--) {
        if (gw_bit(b))
            gw_bits_skip(b, bits);
    }
}

static void read_size(struct gw_bits *b, struct rec_vp9_size *size)
{
    size->width = (uint16_t)(gw_bits_read(b, 16) + 1);
    size->height = (uint16_t)(gw_bits_read(b, 16) + 1);
}

static void read_key(struct gw_bits *b, struct rec_vp9_header *h, unsigned profile)
{
    bool rgb;

    if (gw_bits_read(b, 24) != 0x498342)
        b->failed = true;
    if (profile >= 2)
        gw_bits_skip(b, 1);
    rgb = gw_bits_read(b, 3) == 7;
    gw_bits_skip(b, (rgb ? 0 : 1) + (profile & 1 ? (rgb ? 1 : 3) : 0));
    read_size(b, &h->size);
}

static uint8_t read_inter(struct gw_bits *b, struct rec_vp9_header *h, const struct rec_vp9_size *references)
{
    uint8_t refresh, index[3];
    bool found = false;
    unsigned i;

    if (!h->resilient)
        gw_bits_skip(b, 2); /* reset_frame_context */
    refresh = (uint8_t)gw_bits_read(b, 8);
    for (i = 0; i < 3; i++) {
        index[i] = (uint8_t)gw_bits_read(b, 3);
        gw_bits_skip(b, 1);
    }
    for (i = 0; i < 3 && !found; i++) {
        found = gw_bit(b);
        h->size = references[index[i]];
    }
    if (!found)
        read_size(b, &h->size);
    return refresh;
}

static void skip_loop_filter(struct gw_bits *b)
{
    gw_bits_skip(b, 9);
    if (gw_bit(b) && gw_bit(b))
        skip_flagged(b, 4 + 2, 7);
}

static void skip_segmentation(struct gw_bits *b)
{
    static const uint8_t bits[4] = {8 + 1, 6 + 1, 2, 0};
    unsigned i;

    if (!gw_bit(b))
        return;
    if (gw_bit(b)) {
        skip_flagged(b, 7, 8);
        if (gw_bit(b))
            skip_flagged(b, 3, 8);
    }
    if (gw_bit(b)) {
        gw_bits_skip(b, 1);
        for (i = 0; i < 8 * 4; i++)
            skip_flagged(b, 1, bits[i % 4]);
    }
}

static void skip_tiles(struct gw_bits *b, unsigned width)
{
    unsigned columns = ((width + 7) / 8 + 7) / 8, least = 0, most = 1;

    while ((64u << least) < columns)
        least++;
    while (columns >> most >= 4)
        most++;
    for (most--; least < most && gw_bit(b); least++)
        continue;
    if (gw_bit(b))
        gw_bits_skip(b, 1);
}

bool rec_vp9_read(struct rec_vp9_header *h, struct rec_vp9_size references[REC_VP9_REFERENCES], const uint8_t *frame,
                  size_t len)
{
    struct gw_bits b = gw_bits_make(frame, len);
    uint8_t refresh = 0xff;
    unsigned profile, i;

    memset(h, 0, sizeof(*h));
    if (gw_bits_read(&b, 2) != 2)
        return false;
    profile = gw_bit(&b);
    profile |= gw_bit(&b) << 1;
    if (profile == 3 || gw_bit(&b)) /* deep colour that nobody sends; an old frame again */
        return false;
    h->key = !gw_bit(&b);
    h->shown = gw_bit(&b);
    h->resilient = gw_bit(&b);
    if (!h->key && !h->shown)
        return false; /* hidden already: nothing to do, and its header looks different */
    if (h->key)
        read_key(&b, h, profile);
    else
        refresh = read_inter(&b, h, references);
    skip_flagged(&b, 1, 32); /* render size */
    if (!h->key) {
        gw_bits_skip(&b, 1);
        if (!gw_bit(&b))
            gw_bits_skip(&b, 2);
    }
    gw_bits_skip(&b, (h->resilient ? 0 : 2) + 2);
    skip_loop_filter(&b);
    gw_bits_skip(&b, 8);
    skip_flagged(&b, 3, 5);
    skip_segmentation(&b);
    skip_tiles(&b, h->size.width);
    gw_bits_skip(&b, 16);
    if (b.failed)
        return false;
    for (i = 0; i < REC_VP9_REFERENCES; i++) {
        if (refresh >> i & 1)
            references[i] = h->size;
    }
    h->bits = b.pos;
    h->can_hide = h->shown && h->size.width && h->size.height;
    return true;
}

/* A hidden frame that is no key frame has one bit more: intra_only, behind the first byte. Here it is 0. */
size_t rec_vp9_hide(const struct rec_vp9_header *h, uint8_t *frame, size_t len, size_t end, size_t cap)
{
    size_t bytes = (h->bits + 7) / 8, grown = (h->bits + 1 + 7) / 8, i;
    uint8_t carry = 0, byte;

    if (h->key) {
        frame[0] &= (uint8_t)~SHOWN;
        return len;
    }
    if (grown > bytes) {
        if (end >= cap)
            return 0;
        memmove(frame + grown, frame + bytes, end - bytes);
        frame[bytes] = 0;
    }
    frame[0] &= (uint8_t)~SHOWN;
    for (i = 1; i < grown; i++) {
        byte = frame[i];
        frame[i] = (uint8_t)(carry << 7 | byte >> 1);
        carry = byte & 1;
    }
    return len + (grown - bytes);
}
