/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control thread offers to the rest of the process: its loop, work put into it from any thread, timers, jobs
 * for things that block. There is one, like the process. Control thread unless marked [any thread].
 */
#ifndef GW_HOST_CONTROL_H
#define GW_HOST_CONTROL_H

#include "loop/loop.h"
#include "web/web.h"

#define GW_MAX_POSTS 65536
#define GW_MAX_JOBS  4096

int gw_control_new(void);
/* Waits for the jobs that are left and tells of them; further ones are refused. While the modules are still open: what
 * tells may be theirs. */
void gw_control_end_jobs(void);
/* Runs all posts that wait. For the end, when those who post have ended and those who hear are still there. */
void gw_control_hear_out(void);
void gw_control_free(void); /* after the modules have stopped; posts that are left are dropped */
struct gw_loop *gw_control_loop(void);

/* [any thread] run(arg) on the control thread. GW_ELIMIT: too many wait. */
int gw_control_post(void (*run)(void *arg), void *arg);
/* work(arg) on a helper thread, then done(arg) on the control thread. GW_ELIMIT: too many at once; GW_ESTATE: the
 * process ends. */
int gw_control_job(void (*work)(void *arg), void (*done)(void *arg), void *arg);
unsigned gw_control_jobs(void); /* not told yet */
/* 0: no memory */
uint64_t gw_control_timer(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg);
void gw_control_timer_stop(uint64_t timer);
/* Webhooks; gw_web_send() is for any thread. */
struct gw_web *gw_control_web(void);

#endif
