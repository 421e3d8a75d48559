/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packets of a source one sink gets: simulcast substream, temporal and spatial layer (spec: video room §11.5-6).
 * Answers for each packet: pass, drop, or drop and ask for a keyframe. Pure.
 *
 * Two limits meet: what was asked for (target) and what fits the bandwidth (cap). Simulcast switches at keyframes of
 * the new substream; temporal layers go down at once and up at a sync point; spatial layers go down at once at a
 * picture's start and up at a keyframe or switch point.
 */
#ifndef GW_MEDIA_LAYERS_H
#define GW_MEDIA_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/facts.h"

#define GW_LAYER_COUNT       3
#define GW_LAYERS_ALL        7u      /* as a mask */
#define GW_LAYER_FALLBACK_US 250000  /* default: a substream silent for so long is not there */
#define GW_LAYER_STALL_US    1000000 /* nothing relayed for so long: ask for a keyframe, once per such time */
#define GW_LAYER_PATIENCE_US 3000000 /* after so long without a recognisable keyframe, start anyway */

/* What the selector looks at of a source; the source keeps it up to date. */
struct gw_layer_view {
    int64_t last_us[GW_LAYER_COUNT]; /* last packet of each substream, 0: never */
    int64_t gap_us[GW_LAYER_COUNT];  /* between its frames, smoothed: a slow one is not a silent one */
    bool video, simulcast, svc;
    bool opaque; /* end-to-end encrypted: keyframes may not be visible, do not wait for one */
};

struct gw_layers {
    /* wanted */
    uint8_t target_substream, target_temporal, target_spatial; /* 2: all */
    uint8_t cap_substream, cap_temporal, cap_spatial;          /* by bandwidth; 2: no cap */
    uint32_t fallback_us;
    /* now; -1 unknown */
    int8_t substream, temporal, spatial;
    bool waiting;        /* for the first keyframe of a source */
    int64_t waiting_us;  /* since when */
    int64_t relayed_us;  /* last packet passed */
    int64_t asked_us;    /* last keyframe request from here */
    uint32_t picture_ts; /* timestamp of the present picture */
};

struct gw_layer_verdict {
    bool pass;
    bool switched;    /* this packet is the first of another substream or source */
    bool whole_frame; /* when dropped: so is every packet of its picture (temporal) */
    bool want_keyframe;
    uint8_t want_of; /* of which substreams, as a mask */
    bool marker;     /* the marker bit to send */
    bool changed;    /* layers->substream/temporal/spatial changed: tell the owner */
};

void gw_layers_init(struct gw_layers *l);
/* Another source (or a resumed one): begin anew, at a keyframe if it is video. */
void gw_layers_restart(struct gw_layers *l, int64_t now_us);
/*
 * What fits the bandwidth. starve: even the present substream's lowest temporal layer takes too much, so nothing more
 * passes until a keyframe of the new one: a short stop instead of a queue that delays that keyframe.
 */
void gw_layers_cap(struct gw_layers *l, uint8_t substream, uint8_t temporal, uint8_t spatial, bool starve,
                   int64_t now_us);
void gw_layers_decide(struct gw_layers *l, const struct gw_layer_view *view, const struct gw_rtp_facts *f,
                      int64_t now_us, struct gw_layer_verdict *v);

#endif
