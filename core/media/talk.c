/* SPDX-License-Identifier: Apache-2.0 */
#include "media/talk.h"

void gw_talk_set(struct gw_talk *t, uint32_t packets, uint32_t threshold)
{
    t->packets = packets;
    t->threshold = threshold;
    t->n = t->sum = 0;
}

bool gw_talk_level(struct gw_talk *t, unsigned level, double *average)
{
    bool talking;

    if (!t->packets)
        return false;
    t->sum += level;
    if (++t->n < t->packets)
        return false;
    *average = (double)t->sum / t->n;
    t->n = t->sum = 0;
    talking = *average < t->threshold;
    if (talking == t->talking)
        return false;
    t->talking = talking;
    return true;
}
