/* SPDX-License-Identifier: Apache-2.0 */
/* VP8 (RFC 7741): behind the payload descriptors lies the frame, cut into pieces. */
#include "inside.h"

static int add(struct rec_depacketizer *d, const struct rec_payload *p)
{
    const struct gw_rtp_facts *f = &p->facts;

    if (f->frame_start && d->fill)
        return GW_EPROTO; /* the frame before had no end */
    d->picture = true;
    d->key |= f->keyframe;
    if (f->width && f->height) {
        d->width = f->width;
        d->height = f->height;
    }
    return rec_put(d, p->data + f->descriptor_len, p->len - f->descriptor_len);
}

static int end(struct rec_depacketizer *d)
{
    return d->fill ? 0 : GW_EPARSE;
}

const struct rec_video_ops rec_vp8_ops = {.add = add, .end = end, .needs_start = true};
