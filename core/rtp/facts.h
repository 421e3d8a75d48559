/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the source found out about a packet, once. Everything after the source reads this and never the header again.
 * A plain value; travels with the packet, also to other workers.
 */
#ifndef GW_RTP_FACTS_H
#define GW_RTP_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* One byte range inside the packet; len 0: absent. */
struct gw_span {
    uint16_t offset, len;
};

struct gw_rtp_facts {
    /* header (RFC 3550) */
    uint64_t ext_seq; /* extended: cycles << 16 | seq; starts at 1 << 16 so that "before the first" can be expressed */
    uint32_t timestamp, ssrc;
    uint8_t payload_type;
    bool marker;
    struct gw_span payload; /* without padding */

    /* payload */
    bool keyframe; /* this packet starts (or belongs to the start of) a keyframe */
    bool frame_start, frame_end;
    bool discardable;  /* no other frame refers to it */
    bool layer_sync;   /* temporal up-switch point */
    bool spatial_sync; /* spatial up-switch point (inter-layer keyframe, DD switch indication) */
    uint8_t layer;     /* simulcast substream, 0 lowest */
    uint8_t temporal, spatial;
    int32_t picture_id; /* VP8, VP9; -1 absent; 15 bits when wide */
    bool picture_id_wide;
    int16_t tl0_picidx;     /* -1 absent */
    uint8_t descriptor_len; /* VP8/VP9 payload descriptor at the start of the payload */
    uint16_t width, height; /* of a keyframe, 0 unknown */

    /* header extensions that sinks rebuild */
    int8_t audio_level;    /* -dBov 0…127, -1 absent */
    bool voice;            /* V bit of the audio level */
    int16_t orientation;   /* video-orientation byte, -1 absent */
    int32_t playout_delay; /* 24 bits min << 12 | max, -1 absent */
    struct gw_span dependency_descriptor;
    uint64_t capture_ntp;   /* when it was captured, by the capturer's clock; 0: not told */
    int64_t capture_offset; /* of that clock: against the sender's as read, against ours from the source on; 32.32 s */
    struct gw_span layers_allocation;
};

#endif
