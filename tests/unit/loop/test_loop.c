/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is run with both flavours: plain epoll, and our epoll set inside a GMainContext. */
#include "loop/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib-unix.h>

#include "base/err.h"

static bool glib; /* the flavour under test */
static struct gw_loop *loop;

static int set_up(void **state)
{
    return gw_loop_new(&loop, glib);
}

static int tear_down(void **state)
{
    gw_loop_free(loop);
    return 0;
}

struct pipe_watch {
    int fds[2], calls;
    uint32_t events;
    int remove; /* descriptor to forget when called */
};

static void readable(void *arg, uint32_t events, int64_t now_us)
{
    struct pipe_watch *w = arg;
    char c;

    w->calls++;
    w->events = events;
    if (w->remove)
        gw_loop_remove(loop, w->remove);
    if (events & EPOLLIN)
        assert_int_equal(read(w->fds[0], &c, 1), 1);
}

static void open_pipe(struct pipe_watch *w)
{
    memset(w, 0, sizeof(*w));
    assert_int_equal(pipe(w->fds), 0);
}

static void close_pipe(struct pipe_watch *w)
{
    close(w->fds[0]);
    close(w->fds[1]);
}

static void calls_for_what_is_readable(void **state)
{
    struct pipe_watch w;

    open_pipe(&w);
    assert_int_equal(gw_loop_add(loop, w.fds[0], EPOLLIN, readable, &w), 0);
    assert_int_equal(gw_loop_add(loop, w.fds[0], EPOLLIN, readable, &w), GW_EIO); /* twice */
    gw_loop_turn(loop, 0);
    assert_int_equal(w.calls, 0);
    assert_int_equal(write(w.fds[1], "ab", 2), 2);
    gw_loop_turn(loop, 1000);
    assert_int_equal(w.calls, 1);
    gw_loop_turn(loop, 1000); /* the second byte is still there */
    assert_int_equal(w.calls, 2);
    assert_int_equal(gw_loop_change(loop, w.fds[0], 0), 0);
    assert_int_equal(write(w.fds[1], "c", 1), 1);
    gw_loop_turn(loop, 0);
    assert_int_equal(w.calls, 2);
    gw_loop_remove(loop, w.fds[0]);
    gw_loop_remove(loop, w.fds[0]);
    assert_int_equal(gw_loop_change(loop, w.fds[0], EPOLLIN), GW_ENOENT);
    assert_int_equal(gw_loop_add(loop, -1, EPOLLIN, readable, &w), GW_EINVAL);
    close_pipe(&w);
}

static void a_removed_descriptor_is_not_called_in_the_running_turn(void **state)
{
    struct pipe_watch a, b;

    open_pipe(&a);
    open_pipe(&b);
    a.remove = b.fds[0];
    b.remove = a.fds[0];
    gw_loop_add(loop, a.fds[0], EPOLLIN, readable, &a);
    gw_loop_add(loop, b.fds[0], EPOLLIN, readable, &b);
    assert_int_equal(write(a.fds[1], "x", 1), 1);
    assert_int_equal(write(b.fds[1], "x", 1), 1);
    gw_loop_turn(loop, 1000);
    assert_int_equal(a.calls + b.calls, 1);
    close_pipe(&a);
    close_pipe(&b);
}

static void wake(void *arg, int64_t now_us)
{
    *(int64_t *)arg = now_us;
}

static void runs_timers_in_time(void **state)
{
    int64_t at = 0, start = gw_now_us();
    struct gw_timer t = {.fire = wake, .arg = &at};

    gw_timer_start(gw_loop_timers(loop), &t, start + 20000);
    while (!at)
        gw_loop_turn(loop, 5000);
    assert_true(at >= start + 20000);
    assert_true(at < start + 2000000);
    assert_true(gw_loop_turns(loop) < 20); /* it waited, it did not spin */
}

static void count(void *arg, int64_t now_us)
{
    assert_true(now_us == gw_loop_now(loop));
    ++*(int *)arg;
}

static void ends_each_turn(void **state)
{
    int ends = 0;

    gw_loop_on_turn_end(loop, count, &ends);
    for (int i = 0; i < 3; i++)
        gw_loop_turn(loop, 0);
    assert_int_equal(ends, 3);
    assert_int_equal(gw_loop_turns(loop), 3);
    assert_true(gw_loop_busy_us(loop) < 3000000);
}

static void *quit_soon(void *arg)
{
    usleep(20000);
    gw_loop_quit(arg);
    return NULL;
}

static void quits_from_another_thread(void **state)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, quit_soon, loop), 0);
    gw_loop_run(loop);
    pthread_join(thread, NULL);
    gw_loop_quit(loop); /* before it runs: it does not run at all */
    gw_loop_run(loop);
}

static void on_alarm(int sig)
{
    gw_loop_quit(loop);
}

static void quits_from_a_signal_handler(void **state)
{
    struct sigaction sa = {.sa_handler = on_alarm}, old;

    sigaction(SIGALRM, &sa, &old);
    ualarm(20000, 0);
    gw_loop_run(loop);
    sigaction(SIGALRM, &old, NULL);
}

static gboolean idle(gpointer arg)
{
    ++*(int *)arg;
    return G_SOURCE_REMOVE;
}

static void runs_the_context_too(void **state)
{
    struct pipe_watch w;
    int idles = 0;
    GSource *source, *timeout;

    if (!glib) {
        assert_null(gw_loop_context(loop));
        return;
    }
    open_pipe(&w);
    gw_loop_add(loop, w.fds[0], EPOLLIN, readable, &w);
    assert_int_equal(write(w.fds[1], "x", 1), 1);
    source = g_idle_source_new();
    g_source_set_callback(source, idle, &idles, NULL);
    g_source_attach(source, gw_loop_context(loop));
    timeout = g_timeout_source_new(10);
    g_source_set_callback(timeout, idle, &idles, NULL);
    g_source_attach(timeout, gw_loop_context(loop));
    for (int i = 0; i < 50 && (idles < 2 || !w.calls); i++)
        gw_loop_turn(loop, 1000);
    assert_int_equal(idles, 2);
    assert_int_equal(w.calls, 1);
    g_source_unref(source);
    g_source_unref(timeout);
    close_pipe(&w);
}

static void *attach_soon(void *source)
{
    usleep(20000);
    g_source_attach(source, gw_loop_context(loop));
    return NULL;
}

/* Whoever attaches a source wakes the loop, which sleeps in epoll as long as the context has nothing of its own. */
static void the_context_wakes_it(void **state)
{
    int idles = 0;
    GSource *source;
    pthread_t thread;

    if (!glib)
        return;
    source = g_idle_source_new();
    g_source_set_callback(source, idle, &idles, NULL);
    assert_int_equal(pthread_create(&thread, NULL, attach_soon, source), 0);
    for (int i = 0; i < 3 && !idles; i++)
        gw_loop_turn(loop, 20000);
    assert_int_equal(idles, 1);
    pthread_join(thread, NULL);
    g_source_unref(source);
}

static gboolean readable_too(int fd, GIOCondition condition, gpointer w)
{
    readable(w, condition, 0);
    return G_SOURCE_CONTINUE;
}

static void descriptors_of_the_context_come_and_go(void **state)
{
    struct pipe_watch w, ours;
    GSource *source;

    if (!glib)
        return;
    open_pipe(&ours);
    gw_loop_add(loop, ours.fds[0], EPOLLIN, readable, &ours);
    for (int round = 1; round < 4; round++) { /* the numbers are the same each time */
        open_pipe(&w);
        source = g_unix_fd_source_new(w.fds[0], G_IO_IN);
        g_source_set_callback(source, G_SOURCE_FUNC(readable_too), &w, NULL);
        g_source_attach(source, gw_loop_context(loop));
        gw_loop_turn(loop, 0);
        assert_int_equal(write(w.fds[1], "x", 1), 1);
        gw_loop_turn(loop, 20000);
        assert_int_equal(w.calls, 1);
        assert_int_equal(write(ours.fds[1], "x", 1), 1);
        gw_loop_turn(loop, 20000);
        g_source_destroy(source);
        g_source_unref(source);
        close_pipe(&w);
        assert_int_equal(write(ours.fds[1], "x", 1), 1);
        gw_loop_turn(loop, 20000);
        assert_int_equal(ours.calls, 2 * round);
    }
    close_pipe(&ours);
}

static void fire(void *arg, int64_t now_us)
{
    ++*(int *)arg;
}

static void tells_what_it_did(void **state)
{
    struct cardea_loop_stats before, after;
    int fired = 0;
    struct gw_timer timer = {.fire = fire, .arg = &fired};
    uint64_t timers = 0;

    gw_loop_stats(loop, &before);
    assert_int_equal(before.cpu_us, 0);                                 /* no thread runs it */
    gw_timer_start(gw_loop_timers(loop), &timer, gw_now_us() - 300000); /* due long ago */
    gw_loop_turn(loop, 0);
    gw_loop_turn(loop, 0); /* nothing was due */
    assert_int_equal(fired, 1);
    gw_loop_stats(loop, &after);
    assert_int_equal(after.turns - before.turns, 2);
    for (unsigned i = 0; i <= CARDEA_LATE_BOUNDS; i++)
        timers += after.late[i] - before.late[i];
    assert_int_equal(timers, 1);
    assert_int_equal(after.late[CARDEA_LATE_BOUNDS - 1] + after.late[CARDEA_LATE_BOUNDS], 1);
    assert_true(after.late_us - before.late_us >= 300000);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(calls_for_what_is_readable), CASE(a_removed_descriptor_is_not_called_in_the_running_turn),
        CASE(runs_timers_in_time),        CASE(ends_each_turn),
        CASE(quits_from_another_thread),  CASE(quits_from_a_signal_handler),
        CASE(runs_the_context_too),       CASE(tells_what_it_did),
        CASE(the_context_wakes_it),       CASE(descriptors_of_the_context_come_and_go),
    };
    int failed = cmocka_run_group_tests_name("plain epoll", tests, NULL, NULL);

    glib = true;
    return failed + cmocka_run_group_tests_name("in a GMainContext", tests, NULL, NULL);
}
