/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/h265.h"

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/bits.h"
#include "rtp/h26x.h"

enum {
    NAL_TSA_N = 2,
    NAL_STSA_R = 5,
    NAL_IRAP_FIRST = 16,
    NAL_IRAP_LAST = 21,
    NAL_VCL_LAST = 31,
    NAL_VPS = 32,
    NAL_SPS = 33,
    NAL_PPS = 34
};
enum { NAL_AUD = 35, NAL_AGGREGATE = 48, NAL_FRAGMENT = 49, NAL_PACI = 50 };

/* --- SPS, H.265 sections 7.3.2.2 and 7.3.3 ------------------------------------------------------------------------ */

static void skip_profile_tier_level(struct gw_bits *b, unsigned sub_layers)
{
    bool profile[8], level[8];
    unsigned i;

    gw_bits_skip(b, 88 + 8);
    for (i = 0; i < sub_layers; i++) {
        profile[i] = gw_bit(b);
        level[i] = gw_bit(b);
    }
    if (sub_layers)
        gw_bits_skip(b, (8 - sub_layers) * 2);
    for (i = 0; i < sub_layers; i++)
        gw_bits_skip(b, (profile[i] ? 88u : 0u) + (level[i] ? 8u : 0u));
}

int gw_h265_sps_size(const uint8_t *nal, size_t len, uint16_t *width, uint16_t *height)
{
    uint64_t w, h, left = 0, right = 0, top = 0, bottom = 0, unit_x, unit_y;
    uint8_t plain[GW_SPS_MAX];
    unsigned sub_layers;
    struct gw_bits b;
    uint32_t chroma;

    if (len < 2 || (nal[0] >> 1 & 0x3f) != NAL_SPS)
        return GW_EPARSE;
    b = gw_bits_make(plain, gw_nal_unescape(plain, sizeof(plain), nal + 2, len - 2));
    gw_bits_skip(&b, 4);
    sub_layers = gw_bits_read(&b, 3);
    gw_bits_skip(&b, 1);
    if (sub_layers > 6)
        return GW_EPARSE;
    skip_profile_tier_level(&b, sub_layers);
    gw_bits_ue(&b); /* id */
    chroma = gw_bits_ue(&b);
    if (chroma > 3)
        return GW_EPARSE;
    if (chroma == 3 && gw_bit(&b))
        chroma = 4;
    w = gw_bits_ue(&b);
    h = gw_bits_ue(&b);
    if (gw_bit(&b)) {
        left = gw_bits_ue(&b);
        right = gw_bits_ue(&b);
        top = gw_bits_ue(&b);
        bottom = gw_bits_ue(&b);
    }
    unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
    unit_y = chroma == 1 ? 2 : 1;
    if (b.failed || (left + right) * unit_x >= w || (top + bottom) * unit_y >= h)
        return GW_EPARSE;
    w -= (left + right) * unit_x;
    h -= (top + bottom) * unit_y;
    if (w > UINT16_MAX || h > UINT16_MAX)
        return GW_ELIMIT;
    *width = (uint16_t)w;
    *height = (uint16_t)h;
    return 0;
}

/* --- payloads, RFC 7798 section 4.4 ------------------------------------------------------------------------------- */

/* One NAL unit, or the first fragment of one. nal: with its header, or NULL when that is not in front of body. */
static void note_nal(struct gw_rtp_facts *facts, uint8_t type, const uint8_t *nal, const uint8_t *body, size_t len)
{
    if (type <= NAL_VCL_LAST) {
        if (!len || !(body[0] & 0x80)) /* first_slice_segment_in_pic_flag */
            return;
        facts->frame_start = true;
        facts->keyframe |= type >= NAL_IRAP_FIRST && type <= NAL_IRAP_LAST;
        facts->layer_sync |= type >= NAL_TSA_N && type <= NAL_STSA_R;
    } else if (type == NAL_VPS || type == NAL_SPS) {
        facts->frame_start = facts->keyframe = true;
        if (type == NAL_SPS && nal)
            gw_h265_sps_size(nal, len + 2, &facts->width, &facts->height);
    } else if (type == NAL_PPS || type == NAL_AUD) {
        facts->frame_start = true;
    }
}

static int note_aggregate(struct gw_rtp_facts *facts, struct gw_reader *r)
{
    struct gw_reader nal;
    const uint8_t *p;
    uint8_t type;

    while (gw_reader_left(r)) {
        nal = gw_read_part(r, gw_read_u16(r));
        p = gw_read_bytes(&nal, 2);
        if (!p)
            return GW_EPARSE;
        type = p[0] >> 1 & 0x3f;
        note_nal(facts, type, p, p + 2, gw_reader_left(&nal));
    }
    return 0;
}

int gw_h265_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    struct gw_reader r = gw_reader_make(payload, len);
    uint8_t head = gw_read_u8(&r), second = gw_read_u8(&r), type = head >> 1 & 0x3f, fragment;

    facts->frame_end = facts->marker;
    if (r.failed || head & 0x80 || !(second & 7))
        return GW_EPARSE;
    facts->temporal = (second & 7) - 1;
    switch (type) {
    case NAL_AGGREGATE:
        if (!gw_reader_left(&r))
            return GW_EPARSE;
        return note_aggregate(facts, &r);
    case NAL_FRAGMENT:
        fragment = gw_read_u8(&r);
        if (r.failed)
            return GW_EPARSE;
        if (fragment & 0x80)
            note_nal(facts, fragment & 0x3f, NULL, payload + r.pos, gw_reader_left(&r));
        return 0;
    case NAL_PACI:
        return 0;
    default:
        note_nal(facts, type, payload, payload + 2, len - 2);
        return type > NAL_PACI ? GW_EPARSE : 0;
    }
}
