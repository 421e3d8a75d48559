/* SPDX-License-Identifier: Apache-2.0 */
/* H.265 (RFC 7798, without decoding order numbers: sprop-max-don-diff 0). */
#include "rtp/h265.h"

#include "base/cursor.h"
#include "inside.h"

enum { NAL_IRAP_FIRST = 16, NAL_IRAP_LAST = 21, NAL_VCL_LAST = 31, NAL_VPS = 32, NAL_PPS = 34 };
enum { NAL_AGGREGATE = 48, NAL_FRAGMENT = 49, NAL_PACI = 50 };

static uint8_t type_of(const uint8_t *nal)
{
    return nal[0] >> 1 & 0x3f;
}

static bool is_parameter(const uint8_t *nal)
{
    return type_of(nal) >= NAL_VPS && type_of(nal) <= NAL_PPS;
}

static const struct rec_parameters parameters = {is_parameter, gw_h265_sps_size};

static void note(struct rec_depacketizer *d, uint8_t type)
{
    d->picture |= type <= NAL_VCL_LAST;
    d->key |= type >= NAL_IRAP_FIRST && type <= NAL_IRAP_LAST;
}

static int add_aggregate(struct rec_depacketizer *d, struct gw_reader *r)
{
    struct gw_reader nal;
    int err = 0;

    while (!err && gw_reader_left(r)) {
        nal = gw_read_part(r, gw_read_u16(r));
        if (nal.failed || nal.len < 2)
            return GW_EPARSE;
        note(d, type_of(nal.data));
        err = rec_put_nal(d, nal.data, nal.len);
    }
    return err;
}

/* F type(49) layer tid, S E type(6), the fragment. */
static int add_fragment(struct rec_depacketizer *d, struct gw_reader *r, const uint8_t *outer)
{
    uint8_t head = gw_read_u8(r);
    uint8_t nal[2] = {(uint8_t)((outer[0] & 0x81) | (head & 0x3f) << 1), outer[1]};

    if (r->failed)
        return GW_EPARSE;
    note(d, head & 0x3f);
    return rec_put_fragment(d, nal, 2, head & 0x80, head & 0x40, r->data + r->pos, gw_reader_left(r));
}

static int add(struct rec_depacketizer *d, const struct rec_payload *p)
{
    struct gw_reader r = gw_reader_make(p->data, p->len);

    if (!gw_read_skip(&r, 2))
        return GW_EPARSE;
    switch (type_of(p->data)) {
    case NAL_AGGREGATE:
        return add_aggregate(d, &r);
    case NAL_FRAGMENT:
        return add_fragment(d, &r, p->data);
    case NAL_PACI:
        return GW_EPARSE;
    default:
        note(d, type_of(p->data));
        return rec_put_nal(d, p->data, p->len);
    }
}

static int end(struct rec_depacketizer *d)
{
    if (d->key)
        rec_config_from_nals(d, &parameters);
    return 0;
}

const struct rec_video_ops rec_h265_ops = {.add = add, .end = end};
