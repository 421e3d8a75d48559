/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection's bandwidth, divided over its sinks. Everybody gets the lowest quality first, in order of priority;
 * who finds no room for most of that gets nothing for now. Then qualities rise step by step, the important ones first,
 * equals in turns.
 *
 * Hysteresis: down at once, but when little is missing only if it stays so for a second; up only with some room to
 * spare, and not so soon after a step down, later each time the step up proves to have been too much. Pure.
 */
#ifndef GW_MEDIA_ALLOCATOR_H
#define GW_MEDIA_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

#define GW_ALLOCATOR_LEVELS    9
#define GW_ALLOCATOR_HOLD_US   1500000 /* after a step down, at first */
#define GW_ALLOCATOR_MOST_US   24000000
#define GW_ALLOCATOR_GRACE_US  1000000  /* a level that does not quite fit is kept for so long */
#define GW_ALLOCATOR_STABLE_US 40000000 /* without a step down: it may be quick again */

struct gw_level { /* one quality: of simulcast, temporal and spatial layers */
    uint8_t substream, temporal, spatial;
    uint32_t bps; /* all that it takes */
};

/* What the allocator keeps in mind about a sink between two rounds. Zero, with level -1, at first. */
struct gw_allotment {
    int8_t level;        /* index of what it has; -1: nothing */
    struct gw_level has; /* and what that was: indices change with what is on offer */
    bool known;
    int64_t up_us, down_us, hold_us;
    int64_t tight_us; /* since when what it has does not quite fit; 0: it does */
};

struct gw_demand {
    uint16_t priority; /* greater is more important */
    unsigned n;        /* of level, in rising quality */
    struct gw_level level[GW_ALLOCATOR_LEVELS];
    struct gw_allotment *allotment; /* read, and written by gw_allocate() */
    /* filled in */
    uint32_t budget_bps; /* what it got, and its part of what is left over; what is left when it got nothing */
};

/* Returns what has been given in sum. */
uint32_t gw_allocate(struct gw_demand *d, unsigned n, uint32_t budget_bps, int64_t now_us);

#endif
