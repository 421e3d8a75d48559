/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the last keyframe of a layer on: what a newcomer needs to show a picture at once. The packets themselves stay in
 * the layer's history, which is told to let none of them go; this is where the keyframe begins, and how much there is.
 * Bounded in age, bytes and packets: beyond that there is nothing to begin with until the next keyframe. Pure.
 */
#ifndef GW_MEDIA_CACHE_H
#define GW_MEDIA_CACHE_H

#include "media/history.h"

#define GW_CACHE_BYTES   (512 * 1024)
#define GW_CACHE_PACKETS 512 /* each holds a buffer, and half of what a pacer's queue takes */

struct gw_cache {
    uint64_t first; /* extended number of the keyframe's first packet; 0: no keyframe */
    uint32_t first_ts;
    uint32_t bytes, packets;
    int64_t since_us; /* arrival of the keyframe, or when it was forgotten */
};

/* A packet that was put into the history. age_us: of the cache, at most. */
void gw_cache_note(struct gw_cache *c, struct gw_history *h, const struct gw_packet *pkt, int64_t age_us);
/* Forgets the keyframe. Its packets stay in the history for those who are being sent them: see gw_cache_tick(). */
void gw_cache_clear(struct gw_cache *c, int64_t now_us);
/* Once a second, before the history expires: what nobody can ask back any more may go. age_us 0: no cache. */
void gw_cache_tick(struct gw_cache *c, struct gw_history *h, int64_t age_us, int64_t now_us);

#endif
