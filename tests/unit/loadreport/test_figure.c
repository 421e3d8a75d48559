/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define S INT64_C(1000000)

static struct reading before, now;
static struct figure f;
static struct figure_limits limits;

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 0.005)

/* Two workers on four cores, nothing to do. */
static int set_up(void **state)
{
    memset(&f, 0, sizeof(f));
    memset(&now, 0, sizeof(now));
    limits = (struct figure_limits){.lag_s = 0.1, .machine = true};
    now.kernel = (struct kernel_reading){.cores = 4,
                                         .machine = {.total = 1000, .idle = 900},
                                         .rss = 100 << 20,
                                         .memory_limit = 1 << 30,
                                         .descriptors = 50,
                                         .descriptor_limit = 1000,
                                         .disk_free = UINT64_MAX};
    now.n_workers = 2;
    now.stats.seal_us = 0.2;
    now.stats.send_us = 0.8;
    before = now;
    return 0;
}

/* A second goes by; each worker is busy for that share of it, and so is the process. */
static void second(double busy)
{
    before = now;
    now.at_us += S;
    now.kernel.machine.total += 400;
    now.kernel.machine.idle += 400 - (uint64_t)(busy * 200);
    now.kernel.cpu_us += (uint64_t)(busy * 2e6);
    for (unsigned i = 0; i < 2; i++) {
        now.worker[i].loop.busy_us += (uint64_t)(busy * 1e6);
        now.worker[i].loop.cpu_us += (uint64_t)(busy * 1e6);
        now.worker[i].packets_out += (uint64_t)(busy * 500000);
        now.worker[i].loop.late[0] += 100;
    }
    figure_update(&f, &before, &now, &limits);
}

/* Rooms that say how many will come. */
static void who_is_expected_counts_ahead(void **state)
{
    for (int i = 0; i < 30; i++) {
        now.stats.sessions = 10;
        now.worker[0].sinks = 20;
        second(0.2);
    }
    assert_near(f.predicted, f.load);
    now.stats.expected = 10; /* as many as there are */
    second(0.2);
    assert_true(f.predicted > 1.9 * f.load && f.predicted < 2.1 * f.load);
    now.stats.expected = 0;
    second(0.2);
    assert_near(f.predicted, f.load);
}

static void idle(void **state)
{
    second(0);
    assert_true(f.valid);
    assert_near(f.component[ON_CPU], 0);
    assert_near(f.component[ON_MEMORY], 100.0 / 1024);
    assert_near(f.component[ON_DESCRIPTORS], 0.05);
    assert_near(f.load, 100.0 / 1024);
    assert_int_equal(f.worst, ON_MEMORY);
    /* 2 µs a packet, 220 of them: 0.44 ms a second on each of two workers */
    assert_in_range(f.capacity, 4000, 4300);
    limits.subscribers = 100;
    second(0);
    assert_int_equal(f.capacity, 100);
}

static void the_worst_counts(void **state)
{
    second(0.5);
    assert_near(f.component[ON_WORKER], 0.5);
    assert_near(f.component[ON_CPU], 0.25);
    assert_near(f.component[ON_MACHINE], 0.25);
    assert_near(f.now, 0.5);
    assert_int_equal(f.worst, ON_WORKER);
    assert_near(f.forward_us, 2);
    limits.cores = 1; /* of all, one is ours */
    second(0.5);
    assert_near(f.component[ON_CPU], 1);
    limits.cores = 0;
    now.worker[1].loop.late[CARDEA_LATE_BOUNDS - 1] += 50; /* up to 500 ms */
    second(0.5);
    assert_near(f.component[ON_LAG], 0); /* they were counted before this second began */
    before = now;
    now.at_us += S;
    now.worker[1].loop.late[CARDEA_LATE_BOUNDS - 1] += 50;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.component[ON_LAG], 5); /* more than full is possible */
}

static void up_fast_down_slowly(void **state)
{
    second(0);
    second(0.9);
    assert_true(f.load > 0.5 && f.load < 0.9);
    second(0.9);
    second(0.9);
    assert_true(f.load > 0.8);
    second(0);
    assert_true(f.load > 0.7);
    for (int i = 0; i < 10; i++)
        second(0);
    assert_true(f.load < 0.4);
    assert_near(f.now, 100.0 / 1024);
}

static void what_fits_follows_what_is_there(void **state)
{
    for (unsigned i = 0; i < 2; i++)
        now.worker[i].sinks = 250;
    now.stats.sessions = 100;
    for (int i = 0; i < 20; i++)
        second(0.25);
    assert_near(f.load, 0.25);
    assert_in_range(f.capacity, 1480, 1500); /* three times as many as are there */
    assert_near(f.predicted, f.load);
    now.stats.sessions += 40; /* these have no media yet */
    now.stats.sessions_made += 40;
    second(0.25);
    assert_int_equal(f.recent, 40);
    assert_near(f.predicted, 0.25 + 40 * 0.25 / 100);
    for (int i = 0; i < 11; i++)
        second(0.25);
    assert_int_equal(f.recent, 0);
    assert_near(f.predicted, f.load);
}

static void others_on_the_machine(void **state)
{
    second(0);
    before = now;
    now.at_us += S;
    now.kernel.machine.total += 400; /* no idle time, a tenth stolen */
    now.kernel.machine.steal += 40;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.component[ON_MACHINE], 1);
    assert_near(f.steal, 0.1);
    assert_near(f.now, 1);
    now.kernel.limited = true; /* our share is ours */
    before.at_us -= S;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.now, 100.0 / 1024);
    now.kernel.limited = false;
    limits.machine = false;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.now, 100.0 / 1024);
}

static void network_and_disk(void **state)
{
    limits.network_bps = 1000000000;
    limits.disk_free = 1 << 30;
    now.kernel.disk_free = 4ull << 30;
    before = now;
    now.at_us += S;
    now.kernel.net_out += 100000000; /* 800 Mbit */
    now.kernel.net_in += 1000;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.component[ON_NETWORK], 0.8);
    assert_near(f.component[ON_DISK], 0.25);
    before = now;
    now.at_us += S;
    now.kernel.net_out = 0; /* a device went: no nonsense */
    now.kernel.disk_free = 0;
    figure_update(&f, &before, &now, &limits);
    assert_near(f.component[ON_NETWORK], 0);
    assert_true(f.component[ON_DISK] > 1 && isfinite(f.component[ON_DISK]));
}

static void a_clock_that_stands(void **state)
{
    second(0.5);
    before = now; /* no time went by */
    figure_update(&f, &before, &now, &limits);
    assert_near(f.now, 0.5);
    assert_true(isfinite(f.load) && isfinite(f.predicted));
}

static void lag_of_a_loop(void **state)
{
    struct cardea_loop_stats a = {0}, b = {0};

    assert_true(figure_lag(&a, &b) == 0);
    b.late[0] = 1000;
    assert_true(figure_lag(&a, &b) == 0); /* up to half a millisecond is in time */
    b.late[5] = 5;                        /* less than one of a hundred */
    assert_true(figure_lag(&a, &b) == 0);
    b.late[5] = 15;
    assert_near(figure_lag(&a, &b), 0.02);
    b.late[CARDEA_LATE_BOUNDS] = 200;
    assert_near(figure_lag(&a, &b), 1);
    assert_true(figure_lag(&b, &b) == 0);
}

#define CASE(fn) cmocka_unit_test_setup(fn, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(idle),
        CASE(who_is_expected_counts_ahead),
        CASE(the_worst_counts),
        CASE(up_fast_down_slowly),
        CASE(what_fits_follows_what_is_there),
        CASE(others_on_the_machine),
        CASE(network_and_disk),
        CASE(a_clock_that_stands),
        CASE(lag_of_a_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
