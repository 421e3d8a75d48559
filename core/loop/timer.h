/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers under any clock: a heap of deadlines that somebody with a clock runs. The loop runs it with the real time,
 * the simulator with a virtual one. One thread.
 */
#ifndef GW_LOOP_TIMER_H
#define GW_LOOP_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct gw_timers;

/* Embedded in its owner; no allocation to start or stop. Zero-initialise. */
struct gw_timer {
    void (*fire)(void *arg, int64_t now_us);
    void *arg;
    int64_t due_us;
    uint32_t slot; /* heap position + 1; 0: not running */
    bool coarse;   /* may be early or late by the timers' grid: for what is done regularly for each of many */
};

int gw_timers_new(struct gw_timers **out);
void gw_timers_free(struct gw_timers *t);
/*
 * Coarse timers started from now on are due at multiples of this (µs; 0, the default: when they are due), and fire up
 * to that much earlier if there is a run. So a thread that sleeps in between is woken once for many of them, and not at
 * all when something else has woken it shortly before.
 */
void gw_timers_set_grid(struct gw_timers *t, int64_t grid_us);
/* (Re)starts; fire() runs once at or after due_us. GW_ENOMEM when the heap cannot grow. */
int gw_timer_start(struct gw_timers *t, struct gw_timer *timer, int64_t due_us);
void gw_timer_stop(struct gw_timers *t, struct gw_timer *timer); /* fine when not running, also inside fire() */
bool gw_timer_running(const struct gw_timer *timer);
/* Runs all that is due; timers started meanwhile with due <= now run in the next call. Returns how many ran. */
unsigned gw_timers_run(struct gw_timers *t, int64_t now_us);
/* Earliest deadline, or INT64_MAX. */
int64_t gw_timers_next(const struct gw_timers *t);

#endif
