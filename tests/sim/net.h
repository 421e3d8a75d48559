/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network under a virtual clock: one-way links with delay, jitter, loss, rate and a queue. Everything random comes
 * from one seed, so a run is the same every time.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_link {
    /* settings */
    int64_t delay_us, jitter_us;      /* jitter: 0…jitter more, packets may overtake each other */
    double loss;                      /* 0…1 */
    uint32_t rate_bps;                /* 0: no limit */
    int64_t queue_us;                 /* most time in the queue of a limited link */
    double duplicate, reorder;        /* 0…1: sent twice; held back by 30 ms */
    double burst;                     /* 0…1: chance that a packet begins a burst of losses, */
    int64_t burst_us;                 /* which lasts so long */
    int64_t stall_every_us, stall_us; /* a radio that is busy now and then: nothing leaves */
    struct sim_link *shared;          /* whose queue and rate it has, NULL: its own */
    /* where it leads */
    void (*deliver)(void *arg, const uint8_t *data, size_t len, int64_t now_us);
    void *arg;
    /* state and counters */
    int64_t free_us, bad_until_us;
    uint64_t sent, lost, delivered, bytes;
    uint32_t waited_ms[1024]; /* packets by time in the queue */
};

struct sim_net;

struct sim_net *sim_net_new(uint64_t seed);
void sim_net_free(struct sim_net *n);
uint32_t sim_random(struct sim_net *n);
void sim_net_send(struct sim_net *n, struct sim_link *l, const uint8_t *data, size_t len, int64_t now_us);
/* Time in the queue that so many of a hundred packets do not exceed, since the counters were cleared. */
int64_t sim_link_waited_ms(const struct sim_link *l, unsigned percent);
void sim_link_measure(struct sim_link *l);
int64_t sim_net_next(const struct sim_net *n); /* INT64_MAX: nothing under way */
void sim_net_run(struct sim_net *n, int64_t now_us);

#endif
