/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/bwe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_bwe b;

static int set_up(void **state)
{
    gw_bwe_init(&b);
    return 0;
}

/* Ten seconds of traffic with one report a second. */
static void run(uint32_t bps, uint8_t fraction_lost)
{
    static int64_t now;

    for (unsigned s = 0; s < 10; s++) {
        for (unsigned i = 0; i < 100; i++, now += 10000)
            gw_bwe_sent(&b, 0, bps / 800, now);
        gw_bwe_loss(&b, fraction_lost, now);
    }
}

static void nothing_is_known_at_first(void **state)
{
    assert_int_equal(gw_bwe_estimate(&b, 0), 0);
}

static void losses_lower_it_and_their_absence_raises_it(void **state)
{
    uint32_t low;

    run(1000000, 64);
    low = gw_bwe_estimate(&b, 0);
    assert_in_range(low, GW_BWE_LEAST_BPS, 300000);
    run(1000000, 0);
    assert_true(gw_bwe_estimate(&b, 0) > low * 3 / 2);
}

static void a_little_loss_changes_nothing(void **state)
{
    run(1000000, 13); /* 5 % */
    assert_int_equal(gw_bwe_estimate(&b, 0), GW_BWE_START_BPS);
}

static void it_does_not_grow_beyond_what_was_tried(void **state)
{
    for (unsigned i = 0; i < 20; i++)
        run(100000, 0);
    assert_true(gw_bwe_estimate(&b, 0) < 1300000);
}

static void remb_is_an_upper_limit_while_fresh(void **state)
{
    gw_bwe_remb(&b, 300000, 0);
    assert_int_equal(gw_bwe_estimate(&b, 1000000), 300000);
    assert_int_equal(gw_bwe_estimate(&b, 60000000), GW_BWE_START_BPS);
    gw_bwe_remb(&b, 50000000, 60000000);
    assert_int_equal(gw_bwe_estimate(&b, 60000000), GW_BWE_START_BPS);
}

static void round_trips_are_smoothed(void **state)
{
    gw_bwe_rtt(&b, 80000);
    assert_int_equal(b.rtt_us, 80000);
    gw_bwe_rtt(&b, 160000);
    assert_int_equal(b.rtt_us, 90000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_known_at_first, set_up),
        cmocka_unit_test_setup(losses_lower_it_and_their_absence_raises_it, set_up),
        cmocka_unit_test_setup(a_little_loss_changes_nothing, set_up),
        cmocka_unit_test_setup(it_does_not_grow_beyond_what_was_tried, set_up),
        cmocka_unit_test_setup(remb_is_an_upper_limit_while_fresh, set_up),
        cmocka_unit_test_setup(round_trips_are_smoothed, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
