/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the RTP timestamps of one stream to our clock. A stream begins at the arrival of its first frame; sender reports
 * then say where its timestamps really lie, the same for all streams of a sender: the stream slides there, slowly
 * enough not to be heard, or jumps when it is far away. So audio and video stay together however their clocks drift.
 * Pure.
 */
#ifndef RECORDER_CLOCK_H
#define RECORDER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define REC_CLOCK_JUMP_US 150000  /* farther than this from the truth: jump */
#define REC_CLOCK_SLIDE   100     /* else slide by one part in this many */
#define REC_CLOCK_LOST_US 5000000 /* a frame that would lie farther from its arrival: the stream began anew */

struct rec_clock {
    /* given at creation */
    uint32_t rate; /* Hz, > 0 */
    /* state */
    bool begun, reported;
    uint32_t last_ts;             /* the newest timestamp seen */
    int64_t ticks;                /* its distance from the first one */
    int64_t offset_us, target_us; /* our time = stream's time + offset; where offset should be */
    int64_t moved_us;             /* stream's time when the offset was last moved */
};

void rec_clock_init(struct rec_clock *c, uint32_t rate);
/* A sender report: timestamp rtp was at local_us. Before the first frame it is remembered. */
void rec_clock_report(struct rec_clock *c, uint32_t rtp, int64_t local_us);
/* When the frame with this timestamp was captured, on our clock, µs. */
int64_t rec_clock_time(struct rec_clock *c, uint32_t rtp, int64_t arrival_us);

#endif
