/* SPDX-License-Identifier: Apache-2.0 */
/* H.264 (RFC 6184, packetization modes 0 and 1; the B forms only lose their decoding order numbers). */
#include "rtp/h264.h"

#include "base/cursor.h"
#include "inside.h"

enum { NAL_SLICE = 1, NAL_IDR = 5, NAL_SPS = 7, NAL_PPS = 8, NAL_SPS_EXTENSION = 13 };
enum { NAL_STAP_A = 24, NAL_STAP_B = 25, NAL_FU_A = 28, NAL_FU_B = 29 };

static bool is_parameter(const uint8_t *nal)
{
    uint8_t type = nal[0] & 0x1f;

    return type == NAL_SPS || type == NAL_PPS || type == NAL_SPS_EXTENSION;
}

static const struct rec_parameters parameters = {is_parameter, gw_h264_sps_size};

static void note(struct rec_depacketizer *d, uint8_t type)
{
    d->picture |= type >= NAL_SLICE && type <= NAL_IDR;
    d->key |= type == NAL_IDR;
}

static int add_aggregate(struct rec_depacketizer *d, struct gw_reader *r)
{
    struct gw_reader nal;
    int err = 0;

    while (!err && gw_reader_left(r)) {
        nal = gw_read_part(r, gw_read_u16(r));
        if (nal.failed || !nal.len)
            return GW_EPARSE;
        note(d, nal.data[0] & 0x1f);
        err = rec_put_nal(d, nal.data, nal.len);
    }
    return err;
}

/* F NRI type(28), S E R type(5), the fragment. */
static int add_fragment(struct rec_depacketizer *d, struct gw_reader *r, uint8_t indicator)
{
    uint8_t head = gw_read_u8(r), nal = (uint8_t)((indicator & 0xe0) | (head & 0x1f));

    if ((indicator & 0x1f) == NAL_FU_B)
        gw_read_u16(r);
    if (r->failed)
        return GW_EPARSE;
    note(d, head & 0x1f);
    return rec_put_fragment(d, &nal, 1, head & 0x80, head & 0x40, r->data + r->pos, gw_reader_left(r));
}

static int add(struct rec_depacketizer *d, const struct rec_payload *p)
{
    struct gw_reader r = gw_reader_make(p->data, p->len);
    uint8_t head = gw_read_u8(&r);

    switch (head & 0x1f) {
    case NAL_STAP_B:
        gw_read_u16(&r);
        __attribute__((fallthrough));
    case NAL_STAP_A:
        return add_aggregate(d, &r);
    case NAL_FU_A:
    case NAL_FU_B:
        return add_fragment(d, &r, head);
    case 26: /* MTAP: several times in one packet */
    case 27:
        return GW_EPARSE;
    default:
        note(d, head & 0x1f);
        return rec_put_nal(d, p->data, p->len);
    }
}

static int end(struct rec_depacketizer *d)
{
    if (d->key)
        rec_config_from_nals(d, &parameters);
    return 0;
}

const struct rec_video_ops rec_h264_ops = {.add = add, .end = end};
