/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary heap of (due, serial). A run first moves what is due aside and then fires it, so that what a callback
 * starts waits for the next run, and timers due at the same time fire in the order they were started in.
 */
#include "loop/timer.h"

#include <stdlib.h>

#include "base/err.h"

#define ASIDE 0x80000000u /* in gw_timer.slot: the rest is a position in `aside` */

struct entry {
    int64_t due_us;
    uint64_t serial;
    struct gw_timer *timer;
};

struct gw_timers {
    /* owned */
    struct entry *heap;
    struct gw_timer **aside; /* due in the running gw_timers_run(); NULL: stopped meanwhile */
    /* state */
    uint32_t n, cap, n_aside;
    uint64_t serial;
    int64_t grid_us;
    bool running;
};

int gw_timers_new(struct gw_timers **out)
{
    struct gw_timers *t = calloc(1, sizeof(*t));

    if (!t)
        return GW_ENOMEM;
    *out = t;
    return 0;
}

void gw_timers_free(struct gw_timers *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; i < t->n; i++)
        t->heap[i].timer->slot = 0;
    free(t->heap);
    free(t->aside);
    free(t);
}

void gw_timers_set_grid(struct gw_timers *t, int64_t grid_us)
{
    t->grid_us = grid_us;
}

static bool before(const struct entry *a, const struct entry *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->serial < b->serial;
}

static void put(struct gw_timers *t, uint32_t i, struct entry e)
{
    t->heap[i] = e;
    e.timer->slot = i + 1;
}

static void sift_up(struct gw_timers *t, uint32_t i, struct entry e)
{
    while (i > 0 && before(&e, &t->heap[(i - 1) / 2])) {
        put(t, i, t->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(t, i, e);
}

static void sift_down(struct gw_timers *t, uint32_t i, struct entry e)
{
    uint32_t child;

    while ((child = 2 * i + 1) < t->n) {
        if (child + 1 < t->n && before(&t->heap[child + 1], &t->heap[child]))
            child++;
        if (!before(&t->heap[child], &e))
            break;
        put(t, i, t->heap[child]);
        i = child;
    }
    put(t, i, e);
}

static void take_out(struct gw_timers *t, uint32_t i)
{
    struct entry last = t->heap[--t->n];

    if (i == t->n)
        return;
    if (i > 0 && before(&last, &t->heap[(i - 1) / 2]))
        sift_up(t, i, last);
    else
        sift_down(t, i, last);
}

static int grow(struct gw_timers *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : 64;
    struct entry *heap;
    struct gw_timer **aside;

    if (t->n + t->n_aside < t->cap)
        return 0;
    if (cap >= ASIDE)
        return GW_ELIMIT;
    heap = realloc(t->heap, cap * sizeof(*heap));
    if (!heap)
        return GW_ENOMEM;
    t->heap = heap;
    aside = realloc(t->aside, cap * sizeof(*aside));
    if (!aside)
        return GW_ENOMEM;
    t->aside = aside;
    t->cap = cap;
    return 0;
}

int gw_timer_start(struct gw_timers *t, struct gw_timer *timer, int64_t due_us)
{
    int err;

    gw_timer_stop(t, timer);
    err = grow(t);
    if (err)
        return err;
    if (timer->coarse && t->grid_us)
        due_us = (due_us + t->grid_us - 1) / t->grid_us * t->grid_us;
    timer->due_us = due_us;
    t->n++;
    sift_up(t, t->n - 1, (struct entry){.due_us = due_us, .serial = t->serial++, .timer = timer});
    return 0;
}

void gw_timer_stop(struct gw_timers *t, struct gw_timer *timer)
{
    if (!timer->slot)
        return;
    if (timer->slot & ASIDE)
        t->aside[timer->slot & ~ASIDE] = NULL;
    else
        take_out(t, timer->slot - 1);
    timer->slot = 0;
}

bool gw_timer_running(const struct gw_timer *timer)
{
    return timer->slot != 0;
}

unsigned gw_timers_run(struct gw_timers *t, int64_t now_us)
{
    unsigned ran = 0;

    if (t->running)
        return 0;
    t->running = true;
    while (t->n && t->heap[0].due_us <= now_us) {
        struct gw_timer *timer = t->heap[0].timer;

        take_out(t, 0);
        timer->slot = ASIDE | t->n_aside;
        t->aside[t->n_aside++] = timer;
    }
    for (uint32_t i = 0; i < t->n_aside; i++) {
        struct gw_timer *timer = t->aside[i];

        if (!timer)
            continue;
        timer->slot = 0;
        timer->fire(timer->arg, now_us);
        ran++;
    }
    t->n_aside = 0;
    t->running = false;
    return ran;
}

int64_t gw_timers_next(const struct gw_timers *t)
{
    return t->n ? t->heap[0].due_us : INT64_MAX;
}
