/* SPDX-License-Identifier: Apache-2.0 */
/* One who is watched by a hundred: 50 small packets and 30 runs of six a second and receiver, with the pauses. */
#include <stdlib.h>

#include "limit.h"

enum { STEP_US = 10, STEPS = 2000 }; /* of the histogram of delays */

static unsigned long delays[STEPS];
static struct limit_batch batch;

static void note_delay(int64_t us, unsigned packets)
{
    int64_t step = us / STEP_US;

    delays[step < STEPS ? step : STEPS - 1] += packets;
}

static double delay_ms(double part)
{
    unsigned long all = 0, below = 0;
    unsigned i;

    for (i = 0; i < STEPS; i++)
        all += delays[i];
    for (i = 0; i < STEPS && (double)below < part * (double)all; i++)
        below += delays[i];
    return i * STEP_US / 1000.0;
}

/* `run` packets to everybody. The delay is that from the beginning to the return of the system call. */
static void send_to_all(struct limit *l, struct gw_srtp *const *keys, const uint8_t *from, size_t len, unsigned run,
                        uint64_t seq)
{
    struct timespec start;
    unsigned packets;

    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int who = 0; who < RECEIVERS; who++) {
        size_t at = 0, size = 0;

        for (unsigned k = 0; k < run; k++)
            at += size = limit_write(l, keys[who], batch.arena[batch.n] + at, from, len, seq + k);
        limit_add(&batch, &l->to[who], size, at);
        if (batch.n < BATCH && who + 1 < RECEIVERS)
            continue;
        packets = batch.n * run;
        limit_flush(l, &batch);
        note_delay(limit_since_us(&start), packets);
    }
}

struct limit_stream limit_stream(struct limit *l, struct gw_srtp *const *keys, double seconds)
{
    static uint8_t packet[LEN] = {0x80};
    int64_t sound_us = 0, frame_us = 0;
    double begin = limit_cpu_s();
    uint64_t seq = 1;
    long packets = 0;
    struct timespec start;

    for (unsigned i = 0; i < STEPS; i++)
        delays[i] = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while ((double)frame_us < seconds * 1e6) {
        bool sound = sound_us <= frame_us;
        unsigned run = sound ? 1 : 6;

        limit_wait_until(&start, sound ? sound_us : frame_us);
        send_to_all(l, keys, packet, sound ? SOUND : LEN, run, seq);
        seq += run;
        packets += (long)RECEIVERS * run;
        *(sound ? &sound_us : &frame_us) += sound ? 20000 : 33333;
    }
    return (struct limit_stream){(limit_cpu_s() - begin) * 1e6 / (double)packets, delay_ms(0.5), delay_ms(0.99)};
}
