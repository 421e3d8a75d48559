/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two binary heaps of (due, serial): coarse timers, which a run takes a grid earlier, and the others. A run first moves
 * what is due aside and then fires it, so that what a callback starts waits for the next run, and timers of a heap that
 * are due at the same time fire in the order they were started in.
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

struct heap {
    struct entry *at;
    uint32_t n, cap;
};

struct gw_timers {
    /* owned */
    struct heap exact, coarse;
    struct gw_timer **aside; /* due in the running gw_timers_run(); NULL: stopped meanwhile */
    /* state */
    uint32_t n_aside, cap_aside;
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

static void free_heap(struct heap *h)
{
    for (uint32_t i = 0; i < h->n; i++)
        h->at[i].timer->slot = 0;
    free(h->at);
}

void gw_timers_free(struct gw_timers *t)
{
    if (!t)
        return;
    free_heap(&t->exact);
    free_heap(&t->coarse);
    free(t->aside);
    free(t);
}

void gw_timers_set_grid(struct gw_timers *t, int64_t grid_us)
{
    t->grid_us = grid_us;
}

/* --- a heap ------------------------------------------------------------------------------------------------------- */

static bool before(const struct entry *a, const struct entry *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->serial < b->serial;
}

static void put(struct heap *h, uint32_t i, struct entry e)
{
    h->at[i] = e;
    e.timer->slot = i + 1;
}

static void sift_up(struct heap *h, uint32_t i, struct entry e)
{
    while (i > 0 && before(&e, &h->at[(i - 1) / 2])) {
        put(h, i, h->at[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(h, i, e);
}

static void sift_down(struct heap *h, uint32_t i, struct entry e)
{
    uint32_t child;

    while ((child = 2 * i + 1) < h->n) {
        if (child + 1 < h->n && before(&h->at[child + 1], &h->at[child]))
            child++;
        if (!before(&h->at[child], &e))
            break;
        put(h, i, h->at[child]);
        i = child;
    }
    put(h, i, e);
}

static void take_out(struct heap *h, uint32_t i)
{
    struct entry last = h->at[--h->n];

    if (i == h->n)
        return;
    if (i > 0 && before(&last, &h->at[(i - 1) / 2]))
        sift_up(h, i, last);
    else
        sift_down(h, i, last);
}

static int64_t earliest(const struct heap *h)
{
    return h->n ? h->at[0].due_us : INT64_MAX;
}

/* --- starting and stopping ---------------------------------------------------------------------------------------- */

static struct heap *heap_of(struct gw_timers *t, const struct gw_timer *timer)
{
    return timer->coarse ? &t->coarse : &t->exact;
}

static int grow(struct heap *h)
{
    uint32_t cap = h->cap ? h->cap * 2 : 64;
    struct entry *at;

    if (h->n < h->cap)
        return 0;
    if (cap >= ASIDE / 2)
        return GW_ELIMIT;
    at = realloc(h->at, cap * sizeof(*at));
    if (!at)
        return GW_ENOMEM;
    h->at = at;
    h->cap = cap;
    return 0;
}

/* All that run may be due at once, and while they are aside others may be started. */
static int make_room_aside(struct gw_timers *t)
{
    uint32_t most = t->exact.cap + t->coarse.cap;
    struct gw_timer **aside;

    if (t->n_aside + t->exact.n + t->coarse.n < t->cap_aside)
        return 0;
    while (most <= t->n_aside + t->exact.n + t->coarse.n)
        most *= 2;
    aside = realloc(t->aside, most * sizeof(*aside));
    if (!aside)
        return GW_ENOMEM;
    t->aside = aside;
    t->cap_aside = most;
    return 0;
}

int gw_timer_start(struct gw_timers *t, struct gw_timer *timer, int64_t due_us)
{
    struct heap *h = heap_of(t, timer);
    int err;

    gw_timer_stop(t, timer);
    err = grow(h);
    if (!err)
        err = make_room_aside(t);
    if (err)
        return err;
    if (timer->coarse && t->grid_us)
        due_us = (due_us + t->grid_us - 1) / t->grid_us * t->grid_us;
    timer->due_us = due_us;
    h->n++;
    sift_up(h, h->n - 1, (struct entry){.due_us = due_us, .serial = t->serial++, .timer = timer});
    return 0;
}

void gw_timer_stop(struct gw_timers *t, struct gw_timer *timer)
{
    if (!timer->slot)
        return;
    if (timer->slot & ASIDE)
        t->aside[timer->slot & ~ASIDE] = NULL;
    else
        take_out(heap_of(t, timer), timer->slot - 1);
    timer->slot = 0;
}

bool gw_timer_running(const struct gw_timer *timer)
{
    return timer->slot != 0;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static void set_aside(struct gw_timers *t, struct heap *h, int64_t until_us)
{
    while (earliest(h) <= until_us) {
        struct gw_timer *timer = h->at[0].timer;

        take_out(h, 0);
        timer->slot = ASIDE | t->n_aside;
        t->aside[t->n_aside++] = timer;
    }
}

unsigned gw_timers_run(struct gw_timers *t, int64_t now_us)
{
    unsigned ran = 0;

    if (t->running)
        return 0;
    t->running = true;
    set_aside(t, &t->exact, now_us);
    set_aside(t, &t->coarse, t->grid_us ? now_us + t->grid_us - 1 : now_us); /* a whole one, and they would drift */
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
    int64_t exact = earliest(&t->exact), coarse = earliest(&t->coarse);

    return exact < coarse ? exact : coarse;
}
