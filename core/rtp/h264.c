/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/h264.h"

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/bits.h"
#include "rtp/h26x.h"

enum { NAL_SLICE = 1, NAL_IDR = 5, NAL_SPS = 7, NAL_PPS = 8, NAL_AUD = 9, NAL_STAP_A = 24, NAL_STAP_B = 25 };
enum { NAL_FU_A = 28, NAL_FU_B = 29 };

/* --- SPS, H.264 section 7.3.2.1.1 --------------------------------------------------------------------------------- */

static void skip_scaling_list(struct gw_bits *b, unsigned size)
{
    int32_t last = 8, next = 8;
    unsigned i;

    for (i = 0; i < size && next && !b->failed; i++) {
        next = (int32_t)(((int64_t)last + gw_bits_se(b)) & 0xff);
        if (next)
            last = next;
    }
}

static bool has_chroma_format(uint32_t profile)
{
    static const uint8_t profiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    unsigned i;

    for (i = 0; i < sizeof(profiles); i++) {
        if (profiles[i] == profile)
            return true;
    }
    return false;
}

/* Returns chroma_format_idc; 4 for separate planes. */
static unsigned read_chroma(struct gw_bits *b)
{
    unsigned chroma = gw_bits_ue(b), i;

    if (chroma > 3)
        b->failed = true;
    if (chroma == 3 && gw_bit(b))
        chroma = 4;
    gw_bits_ue(b); /* bit depths */
    gw_bits_ue(b);
    gw_bits_skip(b, 1);
    if (gw_bit(b)) {
        for (i = 0; i < (chroma >= 3 ? 12u : 8u) && !b->failed; i++) {
            if (gw_bit(b))
                skip_scaling_list(b, i < 6 ? 16 : 64);
        }
    }
    return chroma;
}

static void skip_order_count(struct gw_bits *b)
{
    uint32_t type = gw_bits_ue(b), n;

    if (type == 0) {
        gw_bits_ue(b);
    } else if (type == 1) {
        gw_bits_skip(b, 1);
        gw_bits_ue(b);
        gw_bits_ue(b);
        for (n = gw_bits_ue(b); n && !b->failed; n--)
            gw_bits_ue(b);
    }
}

int gw_h264_sps_size(const uint8_t *nal, size_t len, uint16_t *width, uint16_t *height)
{
    uint64_t w, h, left = 0, right = 0, top = 0, bottom = 0, unit_x, unit_y;
    uint8_t plain[GW_SPS_MAX];
    unsigned chroma = 1, fields;
    struct gw_bits b;

    if (len < 4 || (nal[0] & 0x1f) != NAL_SPS)
        return GW_EPARSE;
    b = gw_bits_make(plain, gw_nal_unescape(plain, sizeof(plain), nal + 4, len - 4));
    gw_bits_ue(&b); /* id */
    if (has_chroma_format(nal[1]))
        chroma = read_chroma(&b);
    gw_bits_ue(&b); /* frame number */
    skip_order_count(&b);
    gw_bits_ue(&b); /* reference frames, and gaps allowed */
    gw_bits_skip(&b, 1);
    w = ((uint64_t)gw_bits_ue(&b) + 1) * 16;
    h = ((uint64_t)gw_bits_ue(&b) + 1) * 16;
    fields = gw_bit(&b) ? 1 : 2;
    h *= fields;
    if (fields == 2)
        gw_bits_skip(&b, 1);
    gw_bits_skip(&b, 1);
    if (gw_bit(&b)) {
        left = gw_bits_ue(&b);
        right = gw_bits_ue(&b);
        top = gw_bits_ue(&b);
        bottom = gw_bits_ue(&b);
    }
    if (b.failed)
        return GW_EPARSE;
    unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    unit_y = (chroma == 1 ? 2 : 1) * (uint64_t)fields;
    if ((left + right) * unit_x >= w || (top + bottom) * unit_y >= h)
        return GW_EPARSE;
    w -= (left + right) * unit_x;
    h -= (top + bottom) * unit_y;
    if (w > UINT16_MAX || h > UINT16_MAX)
        return GW_ELIMIT;
    *width = (uint16_t)w;
    *height = (uint16_t)h;
    return 0;
}

/* --- payloads, RFC 6184 section 5 --------------------------------------------------------------------------------- */

static bool is_slice(uint8_t type)
{
    return type >= NAL_SLICE && type <= NAL_IDR;
}

/* One NAL unit, or the first fragment of one: body is what follows its header. */
static void note_nal(struct gw_rtp_facts *facts, uint8_t type, const uint8_t *body, size_t len)
{
    bool first_slice = len && body[0] & 0x80; /* first_mb_in_slice is 0: one set bit in ue(v) */

    switch (type) {
    case NAL_SLICE:
    case 2: /* data partition A */
        facts->frame_start |= first_slice;
        break;
    case NAL_IDR:
        facts->frame_start |= first_slice;
        facts->keyframe |= first_slice;
        break;
    case NAL_SPS:
        facts->keyframe = true;
        facts->frame_start = true;
        gw_h264_sps_size(body - 1, len + 1, &facts->width, &facts->height);
        break;
    case NAL_PPS:
    case NAL_AUD:
        facts->frame_start = true;
        break;
    default:
        break;
    }
}

static int note_aggregate(struct gw_rtp_facts *facts, struct gw_reader *r)
{
    struct gw_reader nal;
    bool referred = false, slices = false;
    const uint8_t *p;
    uint8_t head;

    while (gw_reader_left(r)) {
        nal = gw_read_part(r, gw_read_u16(r));
        head = gw_read_u8(&nal);
        if (nal.failed)
            return GW_EPARSE;
        p = nal.data + nal.pos;
        note_nal(facts, head & 0x1f, p, gw_reader_left(&nal));
        referred |= head & 0x60;
        slices |= is_slice(head & 0x1f);
    }
    facts->discardable = slices && !referred;
    return 0;
}

int gw_h264_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    struct gw_reader r = gw_reader_make(payload, len);
    uint8_t head = gw_read_u8(&r), type = head & 0x1f, fragment;

    facts->frame_end = facts->marker;
    if (r.failed || head & 0x80 || !type || type > NAL_FU_B)
        return GW_EPARSE;
    facts->discardable = !(head & 0x60) && is_slice(type);
    switch (type) {
    case NAL_STAP_B:
        gw_read_u16(&r); /* decoding order number */
        __attribute__((fallthrough));
    case NAL_STAP_A:
        if (r.failed || !gw_reader_left(&r))
            return GW_EPARSE;
        return note_aggregate(facts, &r);
    case NAL_FU_A:
    case NAL_FU_B:
        fragment = gw_read_u8(&r);
        if (type == NAL_FU_B)
            gw_read_u16(&r);
        if (r.failed)
            return GW_EPARSE;
        facts->discardable = !(head & 0x60) && is_slice(fragment & 0x1f);
        /* a fragmented SPS is unheard of: its size would be read from bytes that are not its header */
        if (fragment & 0x80 && (fragment & 0x1f) != NAL_SPS)
            note_nal(facts, fragment & 0x1f, payload + r.pos, gw_reader_left(&r));
        return 0;
    case 26: /* MTAP: not with packetization modes 0 and 1 */
    case 27:
        return 0;
    default:
        note_nal(facts, type, payload + 1, len - 1);
        return 0;
    }
}
