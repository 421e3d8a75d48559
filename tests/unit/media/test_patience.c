/* SPDX-License-Identifier: Apache-2.0 */
#include "media/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define QUEUE 50000

static struct gw_patience p;
static int64_t now;

static int set_up(void **state)
{
    p = (struct gw_patience){.random = 5};
    now = 1000000;
    return 0;
}

static struct gw_patience_case make(uint32_t budget_kbps, uint32_t given_kbps)
{
    return (struct gw_patience_case){.budget_bps = budget_kbps * 1000,
                                     .given_bps = given_kbps * 1000,
                                     .lowest_bps = 200000,
                                     .up_us = -1,
                                     .queue_us = QUEUE};
}

/* For how long what is being sent goes on; 20 s: for ever. */
static int64_t lasts(struct gw_patience_case c)
{
    int64_t began = now;

    for (; now - began < 20000000; now += 100000)
        if (gw_patience_budget(&p, &c, now) != c.given_bps)
            break;
    return now - began;
}

static void enough_is_enough(void **state)
{
    struct gw_patience_case c = make(700, 600);

    assert_int_equal(gw_patience_budget(&p, &c, now), 700000);
}

static void too_little_by_far_is_answered_at_once(void **state)
{
    struct gw_patience_case c = make(280, 600);

    assert_int_equal(gw_patience_budget(&p, &c, now), 280000);
}

static void who_has_more_gives_way_first(void **state)
{
    int64_t much, some, lowest;

    much = lasts(make(1500, 1800));
    p.since_us = 0;
    some = lasts(make(500, 600));
    p.since_us = 0;
    lowest = lasts(make(150, 200));
    assert_in_range(much, 100000, 400000);
    assert_in_range(some, 300000, 900000);
    assert_in_range(lowest, 2000000, 4600000);
}

static void who_has_just_taken_more_is_the_first(void **state)
{
    struct gw_patience_case c = make(250, 300);
    int64_t usual = lasts(c);

    p = (struct gw_patience){.random = 5};
    c.up_us = 1000000;
    assert_true(lasts(c) <= usual / 2);
    p = (struct gw_patience){.random = 5};
    c = make(1500, 1800);
    c.up_us = 100000; /* but the keyframe it began with has time to pass */
    assert_in_range(lasts(c), 300000, 800000);
}

static void without_a_queue_nothing_is_too_much(void **state)
{
    struct gw_patience_case c = make(500, 600);

    c.queue_us = 5000;
    assert_int_equal(lasts(c), 20000000);
    c.queue_us = QUEUE;
    assert_in_range(lasts(c), 300000, 900000);
}

static void a_queue_that_goes_away_is_waited_for(void **state)
{
    struct gw_patience_case c = make(500, 600);

    for (c.queue_us = 290000; c.queue_us > 20000; c.queue_us -= 10000, now += 100000)
        assert_int_equal(gw_patience_budget(&p, &c, now), 600000);
}

static void a_long_queue_shortens_it(void **state)
{
    struct gw_patience_case c = make(150, 200);
    int64_t usual = lasts(c);

    p = (struct gw_patience){.random = 5};
    c.queue_us = 200000;
    assert_true(lasts(c) <= usual / 2 + 100000);
}

/* Before nothing at all come the lowest qualities, if they are little. */
static void the_lowest_come_before_nothing(void **state)
{
    struct gw_patience_case c = make(100, 600);

    assert_int_equal(gw_patience_budget(&p, &c, now), 200000);
    c.lowest_bps = 500000;
    assert_int_equal(gw_patience_budget(&p, &c, now), 100000);
}

static void equals_differ(void **state)
{
    int64_t least = INT64_MAX, most = 0;

    for (uint32_t i = 0; i < 20; i++) {
        int64_t us;

        p = (struct gw_patience){.random = i * 2654435761u};
        us = lasts(make(500, 600));
        least = us < least ? us : least;
        most = us > most ? us : most;
    }
    assert_true(most - least >= 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(enough_is_enough, set_up),
        cmocka_unit_test_setup(too_little_by_far_is_answered_at_once, set_up),
        cmocka_unit_test_setup(who_has_more_gives_way_first, set_up),
        cmocka_unit_test_setup(who_has_just_taken_more_is_the_first, set_up),
        cmocka_unit_test_setup(without_a_queue_nothing_is_too_much, set_up),
        cmocka_unit_test_setup(a_queue_that_goes_away_is_waited_for, set_up),
        cmocka_unit_test_setup(a_long_queue_shortens_it, set_up),
        cmocka_unit_test_setup(the_lowest_come_before_nothing, set_up),
        cmocka_unit_test_setup(equals_differ, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
