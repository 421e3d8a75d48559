/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop of one thread: descriptors, timers, and a hook at the end of each turn.
 *
 * A turn: wait, run what is readable, run what is due, call turn_end. The time is read once per turn.
 * With `glib` the loop also runs a GMainContext (control thread; workers with full ICE): our epoll set is then one
 * source of it. Without, it is plain epoll.
 */
#ifndef GW_LOOP_LOOP_H
#define GW_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <cardea/stats.h>

#include "loop/timer.h"

struct gw_loop;

typedef void gw_fd_fn(void *arg, uint32_t events, int64_t now_us); /* events: EPOLLIN, EPOLLOUT, … */

int gw_loop_new(struct gw_loop **out, bool glib);
void gw_loop_free(struct gw_loop *l);
int gw_loop_add(struct gw_loop *l, int fd, uint32_t events, gw_fd_fn *fn, void *arg);
int gw_loop_change(struct gw_loop *l, int fd, uint32_t events);
void gw_loop_remove(struct gw_loop *l, int fd); /* fn is not called afterwards, also not in the running turn */
struct gw_timers *gw_loop_timers(struct gw_loop *l);
GMainContext *gw_loop_context(struct gw_loop *l); /* NULL without glib */
void gw_loop_on_turn_end(struct gw_loop *l, void (*fn)(void *arg, int64_t now_us), void *arg);
/* It may let a little time pass between two turns when it is busy: loop/gather.h. */
void gw_loop_gather(struct gw_loop *l);
int64_t gw_loop_now(const struct gw_loop *l);          /* monotonic µs, of this turn */
void gw_loop_run(struct gw_loop *l);                   /* until gw_loop_quit */
void gw_loop_turn(struct gw_loop *l, int max_wait_ms); /* one turn; for tests */
void gw_loop_quit(struct gw_loop *l);                  /* any thread, also a signal handler */
uint64_t gw_loop_turns(const struct gw_loop *l);       /* any thread: does it tick? */
uint64_t gw_loop_busy_us(const struct gw_loop *l);     /* any thread: time spent outside the wait */
void gw_loop_stats(const struct gw_loop *l, struct cardea_loop_stats *out); /* any thread */

int64_t gw_now_us(void);  /* CLOCK_MONOTONIC, any thread */
int64_t gw_wall_us(void); /* CLOCK_REALTIME since 1970, any thread */

#endif
