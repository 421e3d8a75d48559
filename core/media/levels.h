/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The qualities that a source has to offer to one sink now, in rising order, with what each of them takes. Of simulcast
 * all substreams that come; of the lowest one every temporal layer, of the others the upper two: below that the next
 * lower substream looks better. Worker thread.
 */
#ifndef GW_MEDIA_LEVELS_H
#define GW_MEDIA_LEVELS_H

#include "media/allocator.h"
#include "media/sink.h"

#define GW_LEVELS_FRESH_US 3000000 /* a substream silent for so long is not on offer */

/* Writes at most GW_ALLOCATOR_LEVELS; returns how many. 0: nothing is known (yet), or it is not video. */
unsigned gw_levels_of(const struct gw_sink *k, struct gw_level *out, int64_t now_us);
/* What the sink would take if it were given everything it may have. */
uint32_t gw_levels_most(const struct gw_level *level, unsigned n);

#endif
