/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread with a loop and a mailbox. What it does with them is its owner's business (peer/engine.h).
 */
#ifndef GW_LOOP_WORKER_H
#define GW_LOOP_WORKER_H

#include "loop/loop.h"
#include "loop/mailbox.h"

struct gw_worker;

struct gw_worker_conf {
    const char *name; /* thread name, at most 15 bytes */
    bool glib;
    size_t mail_capacity;
    int cpu;                                                      /* pin to this processor; -1: not pinned */
    void (*mail)(void *arg, const void *message, int64_t now_us); /* on the worker, at most 256 per turn */
    void (*turn_end)(void *arg, int64_t now_us);                  /* on the worker */
    void *arg;
};

int gw_worker_new(struct gw_worker **out, const struct gw_worker_conf *conf); /* not running yet */
int gw_worker_start(struct gw_worker *w);
int gw_worker_post(struct gw_worker *w, const void *message, size_t size); /* any thread; as gw_mailbox_post */
struct gw_loop *gw_worker_loop(struct gw_worker *w);
void gw_worker_stop(struct gw_worker *w); /* asks the loop to quit, joins the thread; mail left is still delivered */
void gw_worker_free(struct gw_worker *w);

#endif
