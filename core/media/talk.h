/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is talking: the audio level averaged over windows of N packets, compared with a threshold at the end of each
 * window (spec: video room §11.4). Pure.
 */
#ifndef GW_MEDIA_TALK_H
#define GW_MEDIA_TALK_H

#include <stdbool.h>
#include <stdint.h>

struct gw_talk {
    uint32_t packets, threshold; /* packets 0: off. threshold in -dBov */
    uint32_t n, sum;
    bool talking;
};

void gw_talk_set(struct gw_talk *t, uint32_t packets, uint32_t threshold); /* keeps `talking` */
/* level: -dBov, 0…127. true: t->talking changed; *average is that of the window. */
bool gw_talk_level(struct gw_talk *t, unsigned level, double *average);

/* How loud it is: the same level averaged over windows of its own, told each time. */
struct gw_loudness {
    uint32_t packets; /* a window; 0: off */
    uint32_t n, sum;
};

void gw_loudness_set(struct gw_loudness *l, uint32_t packets);
/* true: a window has ended, and *average is its level. */
bool gw_loudness_level(struct gw_loudness *l, unsigned level, double *average);

#endif
