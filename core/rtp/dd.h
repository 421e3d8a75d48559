/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AV1 dependency descriptor (AV1 RTP payload specification, appendix A), used with AV1 and VP9: layer ids, frame
 * limits and what each decode target makes of a frame, readable even when the payload is encrypted.
 *
 * The structure (templates) comes with keyframes and is needed to read what follows: a plain value, one per stream,
 * zeroed at first. Pure; any thread.
 */
#ifndef GW_RTP_DD_H
#define GW_RTP_DD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/facts.h"

#define GW_DD_TEMPLATES 64
#define GW_DD_TARGETS   32 /* decode targets */
#define GW_DD_CHAINS    32
#define GW_DD_SPATIAL   4

enum gw_dti {
    GW_DTI_NOT_PRESENT = 0,
    GW_DTI_DISCARDABLE = 1,
    GW_DTI_SWITCH = 2,
    GW_DTI_REQUIRED = 3,
};

struct gw_dd_template {
    uint64_t dtis;      /* two bits a decode target, target 0 lowest */
    uint16_t max_fdiff; /* how far back its farthest reference lies, in frames; 0: it refers to none */
    uint8_t spatial, temporal;
};

struct gw_dd_structure {
    uint8_t n_templates; /* 0: none known yet */
    uint8_t n_targets, n_chains;
    uint8_t template_offset; /* of template ids, modulo 64 */
    uint8_t max_spatial, max_temporal;
    uint8_t target_spatial[GW_DD_TARGETS], target_temporal[GW_DD_TARGETS]; /* the highest layers in each target */
    uint32_t active; /* decode targets that the sender produces now, one bit each */
    uint16_t width[GW_DD_SPATIAL], height[GW_DD_SPATIAL]; /* 0: not said */
    struct gw_dd_template templates[GW_DD_TEMPLATES];
    /* which frames refer to nothing above temporal layer 0: see gw_dd.base_only */
    uint32_t open; /* targets in which nothing above layer 0 was kept for reference since the last frame of layer 0 */
    uint16_t last_frame;
    bool last_base_only;
};

/* One packet's descriptor. */
struct gw_dd {
    bool start, end; /* of the frame (one spatial layer) */
    uint8_t template_id;
    uint16_t frame_number;
    bool has_structure; /* a new structure came with it */
    bool has_active;    /* active decode targets came with it */
    uint32_t active;
    uint64_t dtis;
    uint16_t max_fdiff;
    uint8_t spatial, temporal;
    bool base_only;         /* temporal > 0, and who had only layer 0 until now can decode it: a place to switch up */
    uint16_t width, height; /* 0: not said */
};

static inline enum gw_dti gw_dd_dti(uint64_t dtis, unsigned target)
{
    return (enum gw_dti)(dtis >> (2 * target) & 3);
}

/*
 * Reads a descriptor; replaces *structure when a new one came with it, and notes the active decode targets there.
 * GW_EPARSE: malformed (structure unchanged). GW_ESTATE: it needs a structure that has not been seen; start, end,
 * template_id and frame_number are good nevertheless.
 */
int gw_dd_parse(struct gw_dd *out, const uint8_t *data, size_t len, struct gw_dd_structure *structure);
/*
 * What it says in terms of facts: frame_start, frame_end, spatial, temporal, keyframe, discardable, layer_sync,
 * spatial_sync, width and height.
 */
void gw_dd_facts(const struct gw_dd *dd, const struct gw_dd_structure *structure, struct gw_rtp_facts *facts);

#endif
