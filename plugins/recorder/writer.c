/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include <glib.h>

#include "output.h"

struct call {
    void (*run)(void *arg);
    void *arg;
    void (*done)(void *arg); /* background work alone */
};

static struct {
    int64_t (*now_us)(void);
    GThread *thread;
    GAsyncQueue *calls;
    GThreadPool *helper;
    GPtrArray *outputs; /* the writer's */
    gint background;    /* work that is not done yet */
    bool stopping;      /* the writer's */
} writer;

static void push(void (*run)(void *), void *arg, void (*done)(void *))
{
    struct call *c = g_new(struct call, 1);

    *c = (struct call){run, arg, done};
    g_async_queue_push(writer.calls, c);
}

void rec_writer_call(void (*run)(void *arg), void *arg)
{
    push(run, arg, NULL);
}

int64_t rec_writer_now(void)
{
    return writer.now_us();
}

void rec_writer_add(struct rec_output *out)
{
    g_ptr_array_add(writer.outputs, out);
}

void rec_writer_remove(struct rec_output *out)
{
    g_ptr_array_remove_fast(writer.outputs, out);
}

static void help(gpointer data, gpointer unused)
{
    struct call *c = data;

    c->run(c->arg);
    push(c->done, c->arg, NULL);
    g_atomic_int_add(&writer.background, -1);
    g_free(c);
}

void rec_writer_background(void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    struct call *c = g_new(struct call, 1);

    *c = (struct call){work, arg, done};
    g_atomic_int_inc(&writer.background);
    g_thread_pool_push(writer.helper, c, NULL);
}

static void run_call(struct call *c)
{
    c->run(c->arg);
    g_free(c);
}

static bool is_idle(void)
{
    return writer.stopping && !writer.outputs->len && !g_atomic_int_get(&writer.background) &&
           g_async_queue_length(writer.calls) <= 0;
}

/* An output may leave the list in its turn, so it is walked from the end. */
static gpointer run(gpointer unused)
{
    while (!is_idle()) {
        struct call *c = writer.outputs->len || writer.stopping
                             ? g_async_queue_timeout_pop(writer.calls, REC_TURN_MS * 1000)
                             : g_async_queue_pop(writer.calls);

        for (; c; c = g_async_queue_try_pop(writer.calls))
            run_call(c);
        for (guint i = writer.outputs->len; i-- > 0;)
            if (i < writer.outputs->len)
                rec_output_turn(writer.outputs->pdata[i], rec_writer_now());
    }
    return NULL;
}

void rec_writer_start(int64_t (*now_us)(void))
{
    writer.now_us = now_us;
    writer.calls = g_async_queue_new();
    writer.outputs = g_ptr_array_new();
    writer.stopping = false;
    writer.helper = g_thread_pool_new(help, NULL, 1, TRUE, NULL);
    writer.thread = g_thread_new("recorder", run, NULL);
}

static void end_all(void *cause)
{
    writer.stopping = true;
    for (guint i = writer.outputs->len; i-- > 0;)
        rec_output_abandon(writer.outputs->pdata[i], cause);
}

void rec_writer_stop(const char *cause)
{
    if (!writer.thread)
        return;
    rec_writer_call(end_all, (void *)cause);
    g_thread_join(writer.thread);
    g_thread_pool_free(writer.helper, FALSE, TRUE);
    for (struct call *c; (c = g_async_queue_try_pop(writer.calls));)
        run_call(c);
    g_async_queue_unref(writer.calls);
    g_ptr_array_free(writer.outputs, TRUE);
    writer.thread = NULL;
}
