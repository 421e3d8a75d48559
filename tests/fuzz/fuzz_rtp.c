/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packet through everything of core/rtp that looks at one. First byte: codec and choices; the rest is the packet.
 */
#include <stdlib.h>
#include <string.h>

#include "rtp/h264.h"
#include "rtp/h265.h"
#include "rtp/av1.h"
#include "rtp/opus.h"
#include "rtp/payload.h"
#include "rtp/red.h"
#include "rtp/rtx.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool span_is_inside(struct gw_span s, size_t len)
{
    return (size_t)s.offset + s.len <= len;
}

static void check_facts(const struct gw_rtp_facts *f, size_t len)
{
    require(span_is_inside(f->payload, len));
    require(span_is_inside(f->dependency_descriptor, len));
    require(f->capture_ntp || !f->capture_offset);
    require(span_is_inside(f->layers_allocation, len));
    require(f->descriptor_len <= f->payload.len);
    require(f->picture_id >= -1 && f->picture_id <= 0x7fff);
    require(f->tl0_picidx >= -1 && f->tl0_picidx <= 255);
    require(f->audio_level >= -1);
}

/* What one layer says about a payload is not changed by patching what it may patch. */
static void check_patch(const uint8_t *payload, size_t len, bool vp9)
{
    struct gw_rtp_facts before, after;
    uint8_t *copy = malloc(len ? len : 1);
    int err;

    require(copy != NULL);
    if (len)
        memcpy(copy, payload, len);
    gw_facts_clear(&before);
    gw_facts_clear(&after);
    err = vp9 ? gw_vp9_inspect(payload, len, &before) : gw_vp8_inspect(payload, len, &before);
    require((vp9 ? gw_vp9_patch(copy, len, 0x55, 0x66) : gw_vp8_patch(copy, len, 0x55, 0x66)) == err);
    if (!err) {
        require(!(vp9 ? gw_vp9_inspect(copy, len, &after) : gw_vp8_inspect(copy, len, &after)));
        require(after.picture_id == (before.picture_id < 0 ? -1 : 0x55));
        require(after.tl0_picidx == (before.tl0_picidx < 0 ? -1 : 0x66));
        require(after.descriptor_len == before.descriptor_len && after.keyframe == before.keyframe);
    }
    free(copy);
}

static void check_payload(const uint8_t *payload, size_t len)
{
    struct gw_red_block blocks[GW_RED_BLOCKS];
    uint16_t width, height;
    uint8_t *joined;
    int n;

    check_patch(payload, len, false);
    check_patch(payload, len, true);
    gw_h264_sps_size(payload, len, &width, &height);
    gw_h265_sps_size(payload, len, &width, &height);
    gw_av1_sequence_size(payload, len, &width, &height);
    require(gw_opus_samples(payload, len) <= 5760);
    n = gw_red_split(blocks, GW_RED_BLOCKS, payload, len);
    if (n > 0) {
        joined = malloc(len);
        require(joined && gw_red_join(joined, len, blocks, (size_t)n) == (int)len);
        require(!memcmp(joined, payload, len));
        free(joined);
    }
}

/* Builds a block from the elements of the packet, and finds them again. */
static void check_rebuilt(const uint8_t *data, const struct gw_rtp_header *h, bool two_byte_ok, size_t room)
{
    struct gw_ext_iter it = {0}, back = {0};
    struct gw_ext_element e, again;
    struct gw_ext_builder b;
    struct gw_rtp_header rebuilt;
    uint8_t *out = calloc(1, room);
    uint8_t ids[256], n = 0, i;

    require(out != NULL);
    out[0] = 0x80;
    gw_ext_begin(&b, out, 12, room, two_byte_ok);
    while (n < 255 && gw_ext_next(&it, &e, data, h)) {
        require(span_is_inside(e.value, h->payload.offset));
        if (gw_ext_add(&b, e.id, data + e.value.offset, e.value.len))
            ids[n++] = e.id;
    }
    require(!gw_rtp_parse(&rebuilt, out, gw_ext_end(&b)));
    for (i = 0; i < n; i++) {
        require(gw_ext_next(&back, &again, out, &rebuilt));
        require(again.id == ids[i]);
    }
    require(!gw_ext_next(&back, &again, out, &rebuilt));
    free(out);
}

static void check_rtx(const uint8_t *data, size_t len)
{
    size_t size = len;
    uint8_t *copy = malloc(len + 2);

    require(copy != NULL);
    memcpy(copy, data, len);
    gw_rtx_unwrap(copy, &size, 96, 1);
    require(size <= len);
    memcpy(copy, data, len);
    size = len;
    if (!gw_rtx_wrap(copy, &size, len + 2, 97, 1, 2)) {
        require(size == len + 2 && !gw_rtx_unwrap(copy, &size, data[1] & 0x7f, gw_get_u32(data + 8)));
        require(!memcmp(copy + 1, data + 1, 11));
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const enum gw_codec codecs[] = {GW_OPUS, GW_VP8, GW_VP9, GW_H264, GW_H265, GW_AV1, GW_PCMU, GW_CODEC_NONE};
    struct gw_dd_structure dd = {0};
    uint8_t ids[GW_EXT_COUNT], choice;
    struct gw_rtp_facts facts;
    struct gw_rtp_header h;
    unsigned i;
    int err;

    if (!len || len > 2000)
        return 0;
    choice = *data++;
    len--;
    for (i = 0; i < GW_EXT_COUNT; i++)
        ids[i] = (uint8_t)(choice & 0x10 ? i + 1 : GW_EXT_COUNT - i);
    ids[GW_EXT_DEPENDENCY_DESCRIPTOR] = 12;
    gw_datagram_kind(data, len);
    err = gw_rtp_parse(&h, data, len);
    require(gw_facts_fill(&facts, data, len, codecs[choice & 7], ids, choice & 0x08 ? &dd : NULL) == err);
    check_payload(data, len);
    if (err)
        return 0;
    check_facts(&facts, len);
    check_payload(data + h.payload.offset, h.payload.len);
    check_rebuilt(data, &h, choice & 0x20, 12 + (choice & 0x40 ? 40 : 2000));
    check_rtx(data, len);
    return 0;
}
