/* SPDX-License-Identifier: Apache-2.0 */
#include "host/control.h"

#include <stdatomic.h>

#include "api/busy.h"
#include "base/err.h"
#include "loop/mailbox.h"

#define HELPERS 3
#define TAKE    1024 /* posts in one turn */

static struct {
    struct gw_loop *loop;
    struct gw_mailbox *posts;
    GThreadPool *helpers;
    struct gw_web *web;
    GHashTable *timers; /* id -> struct timer */
    uint64_t last_timer;
    atomic_uint jobs;
} control;

struct post {
    void (*run)(void *arg);
    void *arg;
};

struct job {
    void (*work)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

struct timer {
    struct gw_timer timer;
    uint64_t id;
    int64_t every_us; /* 0: once */
    void (*fire)(void *arg);
    void *arg;
};

/* Whose code it is can be found out while it runs: api/busy.h. */
static void run_named(const char *what, void (*run)(void *arg), void *arg)
{
    gw_busy_running(what, (void (*)(void))run);
    run(arg);
    gw_busy_running(NULL, NULL);
}

static void take_posts(void *arg, uint32_t events, int64_t now_us)
{
    _Alignas(16) char message[GW_MAIL_SIZE];

    for (unsigned i = 0; i < TAKE; i++) {
        const struct post *p = (const struct post *)message;

        if (!gw_mailbox_take(control.posts, message))
            return;
        run_named("post", p->run, p->arg);
    }
    gw_mailbox_kick(control.posts);
}

void gw_control_hear_out(void)
{
    _Alignas(16) char message[GW_MAIL_SIZE];

    while (gw_mailbox_take(control.posts, message)) {
        const struct post *p = (const struct post *)message;

        run_named("post", p->run, p->arg);
    }
}

int gw_control_post(void (*run)(void *arg), void *arg)
{
    const struct post p = {run, arg};

    return gw_mailbox_post(control.posts, &p, sizeof(p));
}

/* --- jobs --------------------------------------------------------------------------------------------------------- */

static gboolean finish_job(gpointer data)
{
    struct job *j = data;

    atomic_fetch_sub(&control.jobs, 1);
    if (j->done)
        run_named("the end of a job", j->done, j->arg);
    g_free(j);
    return G_SOURCE_REMOVE;
}

static void do_job(gpointer data, gpointer unused)
{
    struct job *j = data;
    GSource *back = g_idle_source_new();

    j->work(j->arg);
    g_source_set_priority(back, G_PRIORITY_DEFAULT);
    g_source_set_callback(back, finish_job, j, NULL);
    g_source_attach(back, gw_loop_context(control.loop));
    g_source_unref(back);
}

unsigned gw_control_jobs(void)
{
    return atomic_load(&control.jobs);
}

int gw_control_job(void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    struct job *j;

    if (!control.helpers)
        return GW_ESTATE;
    if (atomic_load(&control.jobs) >= GW_MAX_JOBS)
        return GW_ELIMIT;
    atomic_fetch_add(&control.jobs, 1);
    j = g_new(struct job, 1);
    *j = (struct job){work, done, arg};
    g_thread_pool_push(control.helpers, j, NULL);
    return 0;
}

/* --- timers ------------------------------------------------------------------------------------------------------- */

static void fire(void *arg, int64_t now_us)
{
    struct timer *t = arg;
    void (*run)(void *) = t->fire;
    void *run_arg = t->arg;

    if (t->every_us)
        gw_timer_start(gw_loop_timers(control.loop), &t->timer, now_us + t->every_us);
    else
        gw_control_timer_stop(t->id);
    run_named("timer", run, run_arg);
}

uint64_t gw_control_timer(unsigned ms, bool repeat, void (*run)(void *arg), void *arg)
{
    struct timer *t = g_new0(struct timer, 1);

    t->id = ++control.last_timer;
    t->every_us = repeat ? (int64_t)(ms ? ms : 1) * 1000 : 0;
    t->fire = run;
    t->arg = arg;
    t->timer.fire = fire;
    t->timer.arg = t;
    if (gw_timer_start(gw_loop_timers(control.loop), &t->timer, gw_now_us() + (int64_t)ms * 1000)) {
        g_free(t);
        return 0;
    }
    g_hash_table_insert(control.timers, &t->id, t);
    return t->id;
}

void gw_control_timer_stop(uint64_t id)
{
    struct timer *t = g_hash_table_lookup(control.timers, &id);

    if (!t)
        return;
    gw_timer_stop(gw_loop_timers(control.loop), &t->timer);
    g_hash_table_remove(control.timers, &id);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

int gw_control_new(void)
{
    int err = gw_loop_new(&control.loop, true);

    if (!err)
        err = gw_mailbox_new(&control.posts, GW_MAX_POSTS);
    if (!err)
        err = gw_mailbox_watch(control.posts, control.loop, take_posts, NULL);
    if (!err)
        err = gw_web_new(&control.web, gw_control_post);
    control.timers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    control.helpers = g_thread_pool_new(do_job, NULL, HELPERS, FALSE, NULL);
    return err;
}

void gw_control_end_jobs(void)
{
    GThreadPool *helpers = g_steal_pointer(&control.helpers);

    if (!helpers)
        return;
    g_thread_pool_free(helpers, FALSE, TRUE);
    while (g_main_context_iteration(gw_loop_context(control.loop), FALSE))
        ; /* those that have just ended are told */
}

void gw_control_free(void)
{
    GHashTableIter it;
    gpointer value;

    gw_web_free(control.web);
    gw_control_end_jobs();
    g_hash_table_iter_init(&it, control.timers);
    while (g_hash_table_iter_next(&it, NULL, &value))
        gw_timer_stop(gw_loop_timers(control.loop), &((struct timer *)value)->timer);
    g_hash_table_destroy(control.timers);
    gw_mailbox_free(control.posts);
    gw_loop_free(control.loop);
}

struct gw_loop *gw_control_loop(void)
{
    return control.loop;
}

struct gw_web *gw_control_web(void)
{
    return control.web;
}
