/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/payload.h"

#include <string.h>

#include "rtp/av1.h"
#include "rtp/h264.h"
#include "rtp/h265.h"
#include "rtp/opus.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

typedef int inspect_fn(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);

static inspect_fn *const inspectors[] = {
    [GW_OPUS] = gw_opus_inspect, [GW_VP8] = gw_vp8_inspect,   [GW_VP9] = gw_vp9_inspect,
    [GW_H264] = gw_h264_inspect, [GW_H265] = gw_h265_inspect, [GW_AV1] = gw_av1_inspect,
};

void gw_facts_clear(struct gw_rtp_facts *facts)
{
    *facts = (struct gw_rtp_facts){
        .picture_id = -1,
        .tl0_picidx = -1,
        .audio_level = -1,
        .orientation = -1,
        .playout_delay = -1,
    };
}

/* What a payload may have said. */
static void forget_payload(struct gw_rtp_facts *facts)
{
    facts->keyframe = facts->frame_start = facts->discardable = facts->layer_sync = facts->spatial_sync = false;
    facts->temporal = facts->spatial = 0;
    facts->picture_id = -1;
    facts->picture_id_wide = false;
    facts->tl0_picidx = -1;
    facts->descriptor_len = 0;
    facts->width = facts->height = 0;
    facts->frame_end = facts->marker;
}

int gw_payload_inspect(enum gw_codec codec, const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    unsigned index = codec;
    int err;

    if (!len)
        return 0;
    if (index >= sizeof(inspectors) / sizeof(inspectors[0]) || !inspectors[index]) {
        facts->frame_start = facts->frame_end = true;
        return 0;
    }
    err = inspectors[index](payload, len, facts);
    if (err)
        forget_payload(facts);
    return err;
}

static void read_extensions(struct gw_rtp_facts *facts, const uint8_t *data, const struct gw_ext_spans *ext)
{
    const struct gw_span *at = ext->at;

    gw_ext_read_audio_level(data + at[GW_EXT_AUDIO_LEVEL].offset, at[GW_EXT_AUDIO_LEVEL].len, &facts->audio_level,
                            &facts->voice);
    gw_ext_read_orientation(data + at[GW_EXT_ORIENTATION].offset, at[GW_EXT_ORIENTATION].len, &facts->orientation);
    gw_ext_read_playout_delay(data + at[GW_EXT_PLAYOUT_DELAY].offset, at[GW_EXT_PLAYOUT_DELAY].len,
                              &facts->playout_delay);
    facts->dependency_descriptor = at[GW_EXT_DEPENDENCY_DESCRIPTOR];
    gw_ext_read_capture_time(data + at[GW_EXT_ABS_CAPTURE_TIME].offset, at[GW_EXT_ABS_CAPTURE_TIME].len,
                             &facts->capture_ntp, &facts->capture_offset);
    facts->layers_allocation = at[GW_EXT_LAYERS_ALLOCATION];
}

void gw_facts_from(struct gw_rtp_facts *facts, const uint8_t *data, const struct gw_rtp_header *h,
                   const struct gw_ext_spans *ext, enum gw_codec codec, struct gw_dd_structure *dd)
{
    struct gw_dd descriptor;

    gw_facts_clear(facts);
    facts->ext_seq = h->seq;
    facts->timestamp = h->timestamp;
    facts->ssrc = h->ssrc;
    facts->payload_type = h->payload_type;
    facts->marker = h->marker;
    facts->payload = h->payload;
    gw_payload_inspect(codec, data + h->payload.offset, h->payload.len, facts);
    read_extensions(facts, data, ext);
    if (dd && facts->dependency_descriptor.len &&
        !gw_dd_parse(&descriptor, data + facts->dependency_descriptor.offset, facts->dependency_descriptor.len, dd))
        gw_dd_facts(&descriptor, dd, facts);
}

int gw_facts_fill(struct gw_rtp_facts *facts, const uint8_t *data, size_t len, enum gw_codec codec, const uint8_t *ids,
                  struct gw_dd_structure *dd)
{
    struct gw_ext_spans ext;
    struct gw_rtp_header h;
    int err;

    err = gw_rtp_parse(&h, data, len);
    if (err)
        return err;
    gw_ext_scan(&ext, data, &h, ids);
    gw_facts_from(facts, data, &h, &ext, codec, dd);
    return 0;
}
