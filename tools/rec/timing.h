/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a packet is to be played: by default its RTP timestamp says it. These repair what senders and networks do to
 * timestamps. They work on packets in order and change their `ticks`. Pure. Only files that know arrival times can be
 * helped (.mjr of the second version).
 */
#ifndef CARDEA_REC_TIMING_H
#define CARDEA_REC_TIMING_H

#include "packets.h"

struct timing {
    bool by_arrival;         /* forget timestamps, take arrival times */
    unsigned skew_ms;        /* audio: clocks that ran apart by more than this are brought together; 0: off */
    unsigned restamp;        /* a packet later than the average lateness times this / 1000 gets a new time; 0: off */
    unsigned restamp_count;  /* packets in that average */
    unsigned restamp_min_ms; /* the average must be at least this */
};

void timing_apply(struct packets *p, const struct timing *t);
/* How much earlier than its first packet a stream really began: the fastest packet of its first seconds tells. >= 0, µs
 */
int64_t timing_head_start_us(const struct packets *p);

#endif
