/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker that cannot keep up: sound goes on, video becomes less. How much of all the video it may send is one number,
 * found by how little time its turns leave. First every stream has lower layers, then some have no picture at all.
 * Pure.
 *
 * It is halved while the worker has no time left, and while it is sending that takes the time: whatever else it is
 * short of, by a flood from outside say, is no reason to send less. It rises again as far as there is time for.
 */
#ifndef GW_MEDIA_SHEDDING_H
#define GW_MEDIA_SHEDDING_H

#include <stdbool.h>
#include <stdint.h>

#include "media/allocator.h"

#define GW_SHEDDING_WINDOW_US 250000
#define GW_SHEDDING_PATIENCE  2    /* windows without time left before anything is done, and between two steps */
#define GW_SHEDDING_HOLDS     0.25 /* with a smaller share than this some pictures are held */
#define GW_SHEDDING_LEAST     0.02

struct gw_shedding { /* zero at first */
    double shed;     /* what is not sent of all video: 0 … 1 - GW_SHEDDING_LEAST */
    /* state */
    int64_t window_us;           /* when the present one began; 0: not yet */
    int64_t busy_us, sending_us; /* of it */
    unsigned full, settled;      /* windows: without time left, in a row; since the last step */
};

/* A turn that ended at now_us took busy_us, of them sending_us to send. true: `shed` has changed. */
bool gw_shedding_note(struct gw_shedding *s, int64_t busy_us, int64_t sending_us, int64_t now_us);
static inline bool gw_shedding_is_on(const struct gw_shedding *s)
{
    return s->shed > 0;
}
/*
 * How many of a stream's levels (the lowest n of them; rising) may be sent: 0 … n. place, 0 … 1, is the receiver's own
 * and always the same: equals do not all step down or stop at once, as many do as is needed.
 */
unsigned gw_shedding_levels(const struct gw_shedding *s, const struct gw_level *level, unsigned n, double place);
/* What its sender need not exceed, when it has no layers to choose from. */
uint32_t gw_shedding_bps(const struct gw_shedding *s, uint32_t bps);

#endif
