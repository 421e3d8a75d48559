/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/trend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_trend t;
static int64_t now;

static int set_up(void **state)
{
    gw_trend_init(&t);
    now = 1000000;
    return 0;
}

/* Groups of 20 ms that come later and later by so much each; returns how many until the usage is `until`. */
static unsigned run(unsigned groups, int64_t more_us, enum gw_usage until)
{
    for (unsigned i = 0; i < groups; i++) {
        now += 20000 + more_us;
        if (gw_trend_group(&t, 20000, 20000 + more_us, now) == until)
            return i;
    }
    return groups;
}

static void a_quiet_way_is_normal(void **state)
{
    assert_int_equal(run(500, 0, GW_USAGE_OVER), 500);
    assert_int_equal(t.usage, GW_USAGE_NORMAL);
}

static void a_growing_queue_is_noticed_soon(void **state)
{
    run(100, 0, GW_USAGE_OVER);
    assert_in_range(run(100, 5000, GW_USAGE_OVER), 2, 15); /* 5 ms more each 20 ms: a fifth too much */
}

static void a_queue_that_drains_is_under_use(void **state)
{
    run(50, 0, GW_USAGE_OVER);
    run(20, 5000, GW_USAGE_UNDER);
    assert_true(run(100, -5000, GW_USAGE_UNDER) < 60);
}

static void the_threshold_follows_and_stays_in_bounds(void **state)
{
    double first = t.threshold_ms;

    run(500, 0, GW_USAGE_OVER);
    assert_true(t.threshold_ms < first && t.threshold_ms >= 6);
    for (unsigned i = 0; i < 2000; i++)
        run(1, i % 40 < 20 ? 4000 : -4000, (enum gw_usage)99);
    assert_true(t.threshold_ms > 6 && t.threshold_ms <= 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_quiet_way_is_normal, set_up),
        cmocka_unit_test_setup(a_growing_queue_is_noticed_soon, set_up),
        cmocka_unit_test_setup(a_queue_that_drains_is_under_use, set_up),
        cmocka_unit_test_setup(the_threshold_follows_and_stays_in_bounds, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
