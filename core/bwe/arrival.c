/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/arrival.h"

#define DISORDER_MOST 3
#define JUMP_US       3000000 /* a longer pause at the receiver than at the sender is a clock that was set */

void gw_arrival_reset(struct gw_arrival *a)
{
    *a = (struct gw_arrival){0};
}

static bool is_same_group(const struct gw_arrival_group *g, int64_t sent_us, int64_t arrival_us)
{
    int64_t apart = arrival_us - g->arrival_us;

    if (sent_us - g->first_sent_us <= GW_ARRIVAL_GROUP_US)
        return true;
    /* later by less than it left later: it waited for the ones before it, in a queue that lets go of all at once */
    return apart >= 0 && apart <= GW_ARRIVAL_GROUP_US && apart < sent_us - g->sent_us &&
           arrival_us - g->first_arrival_us < GW_ARRIVAL_BURST_US;
}

static void begin(struct gw_arrival_group *g, int64_t sent_us, int64_t arrival_us)
{
    *g = (struct gw_arrival_group){true, sent_us, sent_us, arrival_us, arrival_us};
}

static bool compare(struct gw_arrival *a, int64_t *sent_delta_us, int64_t *arrival_delta_us)
{
    *sent_delta_us = a->now.sent_us - a->before.sent_us;
    *arrival_delta_us = a->now.arrival_us - a->before.arrival_us;
    if (*arrival_delta_us - *sent_delta_us >= JUMP_US) {
        gw_arrival_reset(a);
        return false;
    }
    if (*arrival_delta_us < 0) {
        if (++a->disorder >= DISORDER_MOST)
            gw_arrival_reset(a);
        return false;
    }
    a->disorder = 0;
    return true;
}

bool gw_arrival_packet(struct gw_arrival *a, int64_t sent_us, int64_t arrival_us, int64_t *sent_delta_us,
                       int64_t *arrival_delta_us)
{
    bool complete = false;

    if (!a->now.any) {
        begin(&a->now, sent_us, arrival_us);
        return false;
    }
    if (sent_us < a->now.first_sent_us)
        return false; /* of an older group: overtaken on its way */
    if (is_same_group(&a->now, sent_us, arrival_us)) {
        if (sent_us > a->now.sent_us)
            a->now.sent_us = sent_us;
        if (arrival_us > a->now.arrival_us)
            a->now.arrival_us = arrival_us;
        return false;
    }
    if (a->before.any)
        complete = compare(a, sent_delta_us, arrival_delta_us);
    a->before = a->now;
    begin(&a->now, sent_us, arrival_us);
    return complete;
}
