/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fast start: a newcomer begins with the last keyframe and all that followed it (media/cache.h), if that is there
 * without a gap and leaves in good time on its connection; then it need not wait for the camera.
 *
 * Those pictures are of the past, and nobody wants to see the past at its own pace, being behind ever after: their
 * timestamps are moved together, to when they will have left the pacer, before that of the newest one, which is the one
 * it would have had without them. So they are shown as they come, as a fast catch-up. Were they all due at once, the
 * receiver would take the later ones for late ones, wait longer for everything, and begin with a freeze. Worker thread.
 */
#ifndef GW_MEDIA_START_H
#define GW_MEDIA_START_H

#include "media/sink.h"

#define GW_START_SQUEEZE 64     /* so many times shorter at least is the time between two cached pictures */
#define GW_START_MOST_US 700000 /* the cache has left after so long, or it is not used: the pacer drops after 1 s */

/* The newest packet of a layer that the source has handed on to this sink (NULL: to anybody), when all from the
 * keyframe up to it are there. NULL: they are not, or some that are not handed on yet belong between them. */
const struct gw_packet *gw_start_newest(const struct gw_source *s, const struct gw_source_layer *l,
                                        const struct gw_sink *k);
/* Queues the cache's packets when k is fresh and the cache is good. false: nothing was done. */
bool gw_sink_start(struct gw_sink *k, int64_t now_us);
/* Inside it. ts_step of gw_rewrite_switch() for the first packet, when `step` is that of the newest. */
uint32_t gw_start_step(const struct gw_sink *k, const struct gw_rtp_facts *first, uint32_t step);
/* The outgoing timestamp of a cached packet. */
uint32_t gw_start_timestamp(struct gw_sink *k, const struct gw_rtp_facts *f);

#endif
