/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only the loudest are heard: in a room with `loudest` N, at most N speakers' audio is forwarded, whoever is loudest by
 * the audio-level extension; all the others are measured and not forwarded. Who is heard stays so for a second, and
 * has to be clearly quieter than somebody else before that one takes the place. Audio without levels is always heard.
 */
#ifndef VIDEOROOM_LOUDEST_H
#define VIDEOROOM_LOUDEST_H

#include "videoroom.h"

/* Of a track. */
struct voice {
    bool measured;    /* its level is watched */
    bool heard;       /* it has one of the places */
    double level;     /* smoothed, -dBov: 127 silent, 0 loud */
    int64_t since_us; /* heard, or not, since then */
};

struct follower;
extern const struct follower loudest;

void loudest_level(struct publisher *p, unsigned mindex, double level);
void loudest_muted(struct publisher *p, unsigned mindex);        /* by whomever: somebody else may have the place */
void loudest_changed(struct room *room);                         /* the room's N did */
bool loudest_hushes(const struct publisher *p, unsigned mindex); /* is it silent for want of a place? */

#endif
