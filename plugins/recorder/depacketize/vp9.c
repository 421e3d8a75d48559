/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VP9 (RFC 9628): behind the payload descriptors lie the frames of a picture, one a spatial layer, each cut into
 * pieces. Several of them become one superframe (VP9 bitstream specification, Annex B), as a file wants them.
 */
#include <string.h>

#include "inside.h"

static int add(struct rec_depacketizer *d, const struct rec_payload *p)
{
    const struct gw_rtp_facts *f = &p->facts;
    int err;

    if (f->frame_start == d->in_unit)
        return GW_EPROTO;
    if (f->frame_start)
        d->layer = d->fill;
    d->picture = d->in_unit = true;
    d->key |= f->keyframe;
    if (f->width && f->height) {
        d->width = f->width;
        d->height = f->height;
    }
    err = rec_put(d, p->data + f->descriptor_len, p->len - f->descriptor_len);
    if (err || !f->frame_end)
        return err;
    d->in_unit = false;
    if (d->n_layers == REC_LAYERS_MAX)
        return GW_ELIMIT;
    d->layers[d->n_layers++] = d->fill - d->layer;
    return 0;
}

/*
 * All layers but the last are marked as hidden. Where two layers have one size, the upper one might take motion from
 * the lower, and what it takes depends on that mark, unless it is resilient to errors: then all stay as they are.
 */
static int hide_lower_layers(struct rec_depacketizer *d)
{
    struct rec_vp9_header h[REC_LAYERS_MAX];
    size_t at = 0, len;
    bool can = true;
    unsigned i;

    for (i = 0; i < d->n_layers; at += d->layers[i++]) {
        if (!rec_vp9_read(&h[i], d->references, d->conf.buffer + at, d->layers[i]))
            can = false;
        else if (i && !h[i].resilient && h[i].size.width == h[i - 1].size.width)
            can = false;
        can &= i + 1 == d->n_layers || h[i].can_hide;
    }
    for (i = 0, at = 0; can && i + 1 < d->n_layers; at += d->layers[i++]) {
        len = rec_vp9_hide(&h[i], d->conf.buffer + at, d->layers[i], d->fill - at, d->conf.buffer_size - at);
        if (!len)
            return GW_ELIMIT;
        d->fill += len - d->layers[i];
        d->layers[i] = len;
    }
    return 0;
}

/* marker(3) 110, bytes a size - 1 (2), frames - 1 (3); the sizes, lowest byte first; the first byte again. */
static int end(struct rec_depacketizer *d)
{
    uint8_t index[2 + 4 * REC_LAYERS_MAX], n = 0, bytes = 1, i, j;
    size_t largest = 0;

    if (!d->fill)
        return GW_EPARSE;
    if (hide_lower_layers(d))
        return GW_ELIMIT;
    if (d->n_layers < 2)
        return 0;
    for (i = 0; i < d->n_layers; i++)
        largest = d->layers[i] > largest ? d->layers[i] : largest;
    while (bytes < 4 && largest >> (8 * bytes))
        bytes++;
    index[n++] = (uint8_t)(0xc0 | (bytes - 1) << 3 | (d->n_layers - 1));
    for (i = 0; i < d->n_layers; i++) {
        for (j = 0; j < bytes; j++)
            index[n++] = (uint8_t)(d->layers[i] >> (8 * j));
    }
    index[n++] = index[0];
    return rec_put(d, index, n);
}

const struct rec_video_ops rec_vp9_ops = {.add = add, .end = end, .needs_start = true};
