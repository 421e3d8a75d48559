/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a busy loop looks again. A turn has its price, whatever is found: waking, asking, one call to receive and one to
 * send. As a rule a loop looks at once, so that nothing waits. One that is busy with many small turns lets a
 * millisecond pass between the beginnings of two, and finds more each time: fewer calls, and longer runs. Pure.
 */
#ifndef GW_LOOP_GATHER_H
#define GW_LOOP_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#define GW_GATHER_TURN_US   1000   /* between the beginnings of two turns of a busy loop */
#define GW_GATHER_WINDOW_US 100000 /* over which it is measured how busy it is */
#define GW_GATHER_TURNS     90     /* of them in a window, and */
#define GW_GATHER_BUSY      20     /* a 20th of the time spent in them: it gathers */
#define GW_GATHER_STILL     60     /* no longer with fewer than so many, or */
#define GW_GATHER_IDLE      60     /* less than a 60th of the time: gathering itself saves more than half */

struct gw_gather {
    int64_t window_us; /* when the present one began; 0: not yet */
    int64_t busy_us;   /* of it */
    unsigned turns;    /* in it */
    bool on;
};

/* A turn from start to end is over. Returns when to look again; 0: at once. */
int64_t gw_gather_note(struct gw_gather *g, int64_t start_us, int64_t end_us);

#endif
