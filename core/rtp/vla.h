/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Video layers allocation (http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00): which simulcast
 * streams and layers a sender has active, at what bitrates and sizes. It speaks of all the sender's streams, of which
 * a receiver behind us gets one: for it the others are taken out. Pure; any thread.
 *
 *     |RID| NS| sl_bm |                      which stream this is, how many less one, spatial layers of each, a mask;
 *     |sl0_bm |sl1_bm| |sl2_bm |sl3_bm |     0: they differ, and each has its own
 *     |#tl|#tl|#tl|#tl| ...                  temporal layers less one, for each spatial layer of each stream
 *     bitrates in kbit/s, LEB128             of each temporal layer, with those below it
 *     width-1 (16), height-1 (16), fps (8)   of each spatial layer; may be left out
 */
#ifndef GW_RTP_VLA_H
#define GW_RTP_VLA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_VLA_STREAMS  4
#define GW_VLA_SPATIAL  4
#define GW_VLA_TEMPORAL 4
#define GW_VLA_MOST     104 /* bytes that gw_vla_write() needs at most, for one stream */

struct gw_vla_layer {
    uint8_t temporal; /* layers; 0: this spatial layer is not active */
    uint32_t kbps[GW_VLA_TEMPORAL];
    uint16_t width, height; /* 0: not told */
    uint8_t fps;
};

struct gw_vla {
    uint8_t stream;  /* which one the packet belongs to */
    uint8_t streams; /* 0: nothing is active at all */
    bool sizes;      /* they were told */
    struct gw_vla_layer layer[GW_VLA_STREAMS][GW_VLA_SPATIAL];
};

/* 0 or GW_EPARSE: cut off, a number that does not fit, or bytes too many. */
int gw_vla_read(struct gw_vla *out, const uint8_t *data, size_t len);
/* Of one stream, up to these layers, as if there were no other. Returns bytes written, GW_ELIMIT: no room. */
int gw_vla_write(uint8_t *out, size_t cap, const struct gw_vla *v, unsigned stream, unsigned spatial,
                 unsigned temporal);

#endif
