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

void gw_loudness_set(struct gw_loudness *l, uint32_t packets)
{
    l->packets = packets;
    l->n = l->sum = 0;
}

bool gw_loudness_level(struct gw_loudness *l, unsigned level, double *average)
{
    if (!l->packets)
        return false;
    l->sum += level;
    if (++l->n < l->packets)
        return false;
    *average = (double)l->sum / l->n;
    l->n = l->sum = 0;
    return true;
}
