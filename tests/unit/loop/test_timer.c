/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N 500

static struct gw_timers *timers;
static int fired[4 * N], n_fired;

struct alarm {
    struct gw_timer timer;
    int id;
    struct alarm *stop, *start; /* what fire() does to others */
    int64_t start_at;
};

static void fire(void *arg, int64_t now_us)
{
    struct alarm *a = arg;

    assert_false(gw_timer_running(&a->timer));
    assert_true(a->timer.coarse || now_us >= a->timer.due_us);
    fired[n_fired++] = a->id;
    if (a->stop)
        gw_timer_stop(timers, &a->stop->timer);
    if (a->start)
        assert_int_equal(gw_timer_start(timers, &a->start->timer, a->start_at), 0);
}

static void make(struct alarm *a, int id)
{
    *a = (struct alarm){.timer = {.fire = fire, .arg = a}, .id = id};
}

static int set_up(void **state)
{
    n_fired = 0;
    return gw_timers_new(&timers);
}

static int tear_down(void **state)
{
    gw_timers_free(timers);
    return 0;
}

static void fires_by_due_time_and_then_in_order_of_start(void **state)
{
    struct alarm a[4];
    static const int due[] = {30, 10, 30, 20};

    for (int i = 0; i < 4; i++) {
        make(&a[i], i);
        assert_int_equal(gw_timer_start(timers, &a[i].timer, due[i]), 0);
    }
    assert_int_equal(gw_timers_next(timers), 10);
    assert_int_equal(gw_timers_run(timers, 9), 0);
    assert_int_equal(gw_timers_run(timers, 20), 2);
    assert_int_equal(gw_timers_run(timers, 1000), 2);
    assert_int_equal(n_fired, 4);
    assert_true(fired[0] == 1 && fired[1] == 3 && fired[2] == 0 && fired[3] == 2);
    assert_true(gw_timers_next(timers) == INT64_MAX);
}

static void stop_and_restart(void **state)
{
    struct alarm a;

    make(&a, 1);
    gw_timer_stop(timers, &a.timer); /* never started */
    gw_timer_start(timers, &a.timer, 10);
    gw_timer_start(timers, &a.timer, 50);
    assert_int_equal(gw_timers_run(timers, 20), 0);
    assert_true(gw_timer_running(&a.timer));
    gw_timer_stop(timers, &a.timer);
    assert_false(gw_timer_running(&a.timer));
    assert_int_equal(gw_timers_run(timers, 100), 0);
}

static void what_fire_starts_waits_for_the_next_run(void **state)
{
    struct alarm a;

    make(&a, 1);
    a.start = &a;
    a.start_at = 5; /* already due */
    gw_timer_start(timers, &a.timer, 10);
    assert_int_equal(gw_timers_run(timers, 10), 1);
    assert_int_equal(gw_timers_run(timers, 10), 1);
    assert_true(gw_timer_running(&a.timer));
}

static void fire_may_stop_and_move_others_of_the_same_run(void **state)
{
    struct alarm a, b, c;

    make(&a, 1);
    make(&b, 2);
    make(&c, 3);
    a.stop = &b;
    a.start = &c;
    a.start_at = 100;
    gw_timer_start(timers, &a.timer, 10);
    gw_timer_start(timers, &b.timer, 10);
    gw_timer_start(timers, &c.timer, 10);
    assert_int_equal(gw_timers_run(timers, 10), 1);
    assert_false(gw_timer_running(&b.timer));
    assert_int_equal(gw_timers_next(timers), 100);
    assert_int_equal(gw_timers_run(timers, 100), 1);
    assert_int_equal(fired[1], 3);
}

static void agrees_with_a_plain_list(void **state)
{
    static struct alarm a[N];
    unsigned seed = 7;
    int alive = 0;

    for (int i = 0; i < N; i++)
        make(&a[i], i);
    for (int step = 0; step < 3 * N; step++) {
        struct alarm *x = &a[rand_r(&seed) % N];

        if (rand_r(&seed) % 3)
            gw_timer_start(timers, &x->timer, rand_r(&seed) % 1000);
        else
            gw_timer_stop(timers, &x->timer);
    }
    for (int i = 0; i < N; i++)
        alive += gw_timer_running(&a[i].timer);
    for (int now = 0; now < 1000; now++) {
        int64_t earliest = INT64_MAX;

        for (int i = 0; i < N; i++)
            if (gw_timer_running(&a[i].timer) && a[i].timer.due_us < earliest)
                earliest = a[i].timer.due_us;
        assert_true(gw_timers_next(timers) == earliest);
        gw_timers_run(timers, now);
        for (int i = 0; i < N; i++)
            assert_false(gw_timer_running(&a[i].timer) && a[i].timer.due_us <= now);
    }
    assert_int_equal(n_fired, alive);
}

static void coarse_ones_fall_together(void **state)
{
    struct alarm a, b, exact;

    make(&a, 1);
    make(&b, 2);
    make(&exact, 3);
    a.timer.coarse = b.timer.coarse = true;
    gw_timer_start(timers, &a.timer, 1001);
    assert_true(a.timer.due_us == 1001); /* there is no grid yet */
    gw_timers_set_grid(timers, 1000);
    gw_timer_start(timers, &a.timer, 1001);
    gw_timer_start(timers, &b.timer, 2000);
    gw_timer_start(timers, &exact.timer, 1500);
    assert_true(gw_timers_next(timers) == 1500);
    assert_int_equal(gw_timers_run(timers, 1), 0);
    gw_timer_start(timers, &b.timer, 2001);
    assert_int_equal(gw_timers_run(timers, 1499), 1); /* a, earlier by half a grid; for b it is too early */
    assert_int_equal(gw_timers_run(timers, 1999), 1);
    assert_true(gw_timers_next(timers) == 3000);
    assert_int_equal(gw_timers_run(timers, 2000), 0); /* a whole grid earlier, and it would come more and more often */
    assert_int_equal(gw_timers_run(timers, 2001), 1);
    assert_int_equal(n_fired, 3);
}

/* What is done every ten grids is done ten times in a hundred, early or not. */
static void coming_early_does_not_come_more_often(void **state)
{
    struct alarm a;
    int64_t now = 0;

    make(&a, 1);
    a.timer.coarse = true;
    gw_timers_set_grid(timers, 1000);
    for (gw_timer_start(timers, &a.timer, 10000); now < 100500; now += 300)
        if (gw_timers_run(timers, now))
            gw_timer_start(timers, &a.timer, now + 10000);
    assert_int_equal(n_fired, 10);
}

static void freeing_stops_what_runs(void **state)
{
    struct gw_timers *t;
    struct alarm a;

    make(&a, 1);
    assert_int_equal(gw_timers_new(&t), 0);
    gw_timer_start(t, &a.timer, 1);
    gw_timers_free(t);
    assert_false(gw_timer_running(&a.timer));
    gw_timers_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fires_by_due_time_and_then_in_order_of_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stop_and_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_fire_starts_waits_for_the_next_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fire_may_stop_and_move_others_of_the_same_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(agrees_with_a_plain_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coarse_ones_fall_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coming_early_does_not_come_more_often, set_up, tear_down),
        cmocka_unit_test(freeing_stops_what_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
