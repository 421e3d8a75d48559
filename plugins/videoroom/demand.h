/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wanted of each video stream: the highest layer that some subscriber may get, wherever he is connected. In a
 * room with `dynacast` the publisher is told when that changes, so that it need not send what nobody watches: at once
 * when more is wanted, some seconds later when less is. The gateway asks its sender for no more either. Recordings and
 * forwarders take all. Counted, so that a subscriber more or less costs the same in a room of any size.
 */
#ifndef VIDEOROOM_DEMAND_H
#define VIDEOROOM_DEMAND_H

#include "videoroom.h"

#define DEMAND_LAYERS 3

/* Of a track. */
struct demand {
    unsigned wanted[DEMAND_LAYERS]; /* how many want at most this layer */
    int told;                       /* highest layer last told; -1: nothing is wanted; DEMAND_ALL at first */
};
#define DEMAND_ALL (DEMAND_LAYERS - 1)

/* A slot wants this layer (-1: nothing) of its feed's track now. */
void demand_set(struct slot *slot, int layer);
void demand_check(struct publisher *p); /* tells what changed */
void demand_stop(struct publisher *p);  /* before it is freed */

#endif
