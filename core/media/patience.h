/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several connections that share a way see the same queue, and if all give way at once, all freeze for what one of them
 * takes too much. So a connection whose estimate falls short of what it was given keeps that for a while. Who has just
 * taken more is to give way first, then who has most; longest waits who would have no picture left. If somebody else
 * gives way meanwhile, the queue is gone and nothing has happened. Pure.
 */
#ifndef GW_MEDIA_PATIENCE_H
#define GW_MEDIA_PATIENCE_H

#include <stdint.h>

#define GW_PATIENCE_MOST_US   3000000 /* with nothing but lowest qualities */
#define GW_PATIENCE_USUAL_US  1000000 /* of who takes no more than this: */
#define GW_PATIENCE_USUAL_BPS 300000
#define GW_PATIENCE_BLAME_US  3000000 /* a step up so short ago is the likely reason; */
#define GW_PATIENCE_BURST_US  500000  /* but at first it is its keyframe, whose queue will go away */
#define GW_PATIENCE_QUEUE_US  100000  /* with a queue so long, a half of it */

struct gw_patience {
    int64_t since_us; /* when the budget began to fall short; later, by the time in which the queue shrank; 0: it does
                         not */
    int64_t at_us, queue_us; /* when it was looked at last, and how long the queue was */
    uint32_t random;         /* may be given: a seed */
    uint32_t share;          /* of the usual time, this time: 1/256 */
};

struct gw_patience_case {
    uint32_t budget_bps; /* what there is by the estimate */
    uint32_t given_bps;  /* what is being sent */
    uint32_t lowest_bps; /* that with the lowest quality of all that is being sent */
    int64_t up_us;       /* how long ago something stepped up; -1: it did not */
    int64_t queue_us;    /* that stands on the way; where there is none, nothing is too much */
};

/*
 * What to divide, bit/s: the budget, or for some time what is being sent, where no more than half of that is missing.
 * As long as the lowest qualities are little (GW_PATIENCE_USUAL_BPS), they are the first answer to any shortage.
 */
uint32_t gw_patience_budget(struct gw_patience *p, const struct gw_patience_case *c, int64_t now_us);

#endif
