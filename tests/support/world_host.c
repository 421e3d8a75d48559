/* SPDX-License-Identifier: Apache-2.0 */
/* The host of plugins under test: their timers run on the world's clock, their jobs and posts in its turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/plugin_host.h"
#include "support/world_inside.h"

struct ticking {
    struct gw_timer timer;
    int64_t every_us; /* 0: once */
    void (*fire)(void *arg);
    void *arg;
};

static void stop_ticking(struct ticking *t)
{
    gw_timer_stop(world.timers, &t->timer);
    world.ticking = g_slist_remove(world.ticking, t);
    g_free(t);
}

static void tick(void *arg, int64_t now_us)
{
    struct ticking *t = arg;
    void (*fire)(void *) = t->fire;
    void *its = t->arg;

    if (t->every_us)
        gw_timer_start(world.timers, &t->timer, now_us + t->every_us);
    else
        stop_ticking(t);
    fire(its);
}

static uint64_t timer(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg)
{
    struct ticking *t = g_new0(struct ticking, 1);

    *t = (struct ticking){
        .timer = {.fire = tick, .arg = t}, .every_us = repeat ? ms * 1000ll : 0, .fire = fire, .arg = arg};
    world.ticking = g_slist_prepend(world.ticking, t);
    gw_timer_start(world.timers, &t->timer, world.now_us + ms * 1000ll);
    return (uint64_t)(uintptr_t)t;
}

static void timer_stop(uint64_t id)
{
    stop_ticking((struct ticking *)(uintptr_t)id);
}

static int64_t plugin_now(void)
{
    return world.now_us;
}

/* What threads of a plugin post, and its jobs, which the world does itself. */
struct errand {
    void (*work)(void *arg), (*done)(void *arg);
    void *arg;
};

static int job(void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    struct errand *e = g_new(struct errand, 1);

    *e = (struct errand){work, done, arg};
    g_async_queue_push(world.errands, e);
    return 0;
}

static int plugin_post(void (*run)(void *arg), void *arg)
{
    return job(run, NULL, arg);
}

bool world_run_errand(void)
{
    struct errand *e = g_async_queue_try_pop(world.errands);

    if (!e)
        return false;
    e->work(e->arg);
    if (e->done)
        e->done(e->arg);
    g_free(e);
    return true;
}

static int inject(struct cardea_inlet *inlet, const void *packet, size_t len)
{
    g_atomic_int_inc(&world.injected);
    return 0;
}

static int inject_data(struct cardea_inlet *inlet, const struct cardea_message *msg)
{
    g_atomic_int_inc(&world.injected_data);
    return 0;
}

static int web_post(const struct cardea_web_post *p)
{
    g_queue_push_tail(&world.web_posts, g_strndup(p->body, p->len));
    return 0;
}

void world_plugin(const struct cardea_plugin *table, const char *name, const char *text)
{
    static struct cardea_host own;
    struct cardea_config *config;
    char why[300] = "";

    own = *world_host;
    own.timer = timer;
    own.timer_stop = timer_stop;
    own.now_us = plugin_now;
    own.post = plugin_post;
    own.job = job;
    if (!world_worker) {
        own.inject = inject;
        own.inject_data = inject_data;
    }
    own.web_post = web_post;
    if (gw_config_new(&config, table->options, true) ||
        gw_config_parse(config, text, strlen(text), "/test.jcfg", false, gw_complain_to_stderr, NULL))
        abort();
    g_ptr_array_add(world.configs, config);
    gw_plugin_host_name(config, name);
    if (gw_api_add_plugin(world.api, table, &own, config, why, sizeof(why))) {
        fprintf(stderr, "%s: %s\n", name, why);
        abort();
    }
}
