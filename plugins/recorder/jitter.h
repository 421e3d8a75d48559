/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts packets in the order of their sequence numbers. A packet waits a little even when it is next (so that audio and
 * video leave in step), and a missing one is waited for longer (so that a retransmission finds its place). Items are
 * opaque; every item that was pushed comes out once. Pure: now is an argument. One thread.
 */
#ifndef RECORDER_JITTER_H
#define RECORDER_JITTER_H

#include <stdbool.h>
#include <stdint.h>

#define REC_JITTER_SLOTS 1024 /* most sequence numbers between the oldest that waits and the newest */

struct rec_jitter {
    /* given at creation */
    int64_t delay_us; /* how long each packet waits */
    int64_t most_us;  /* how long one waits for those before it */
    /* state */
    uint64_t next, highest; /* extended sequence numbers; next 0: nothing seen */
    unsigned held;
    struct {
        void *item;
        int64_t arrival_us;
    } slot[REC_JITTER_SLOTS];
};

enum rec_jitter_result {
    REC_JITTER_TAKEN,
    REC_JITTER_LATE, /* its place has passed, or it is there already: the caller keeps the item */
    REC_JITTER_FULL, /* pop with rec_jitter_flush first, then push again */
};

void rec_jitter_init(struct rec_jitter *j, int64_t delay_us, int64_t most_us);
/* seq > 0 is the extended sequence number; item is not NULL. */
enum rec_jitter_result rec_jitter_push(struct rec_jitter *j, uint64_t seq, int64_t arrival_us, void *item);
/* The next item whose time has come, or NULL. */
void *rec_jitter_pop(struct rec_jitter *j, int64_t now_us);
/* The next item at once; NULL: empty. */
void *rec_jitter_flush(struct rec_jitter *j);
/* After flushing: a new stream of numbers begins. */
void rec_jitter_restart(struct rec_jitter *j);

#endif
