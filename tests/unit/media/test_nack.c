/* SPDX-License-Identifier: Apache-2.0 */
#include "media/nack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_nack n;
static uint16_t out[GW_NACK_WINDOW];

static int set_up(void **state)
{
    gw_nack_clear(&n);
    return 0;
}

static void asks_after_12_ms_and_again_after_155_then_gives_up(void **state)
{
    gw_nack_gap(&n, 100, 103, 0);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 11000), 0);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 12000), 2);
    assert_int_equal(out[0], 101);
    assert_int_equal(out[1], 102);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 100000), 0);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 155000), 2);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 900000), 0);
}

static void what_arrives_is_not_asked_for(void **state)
{
    bool asked;

    gw_nack_gap(&n, 100, 104, 0);
    assert_true(gw_nack_arrived(&n, 102, &asked, false, 0));
    assert_false(asked);
    assert_false(gw_nack_arrived(&n, 102, &asked, false, 0));
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 20000), 2);
    assert_true(gw_nack_arrived(&n, 103, &asked, false, 0));
    assert_true(asked);
    assert_false(gw_nack_arrived(&n, 500, &asked, false, 0));
}

static void a_jump_resets(void **state)
{
    gw_nack_gap(&n, 100, 103, 0);
    gw_nack_gap(&n, 103, 103 + GW_NACK_WINDOW + 1, 0);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 50000), 0);
}

static void only_the_window_is_watched(void **state)
{
    gw_nack_gap(&n, 100, 102, 0);
    gw_nack_gap(&n, 102, 102 + GW_NACK_WINDOW, 0);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 50000), GW_NACK_WINDOW - 1);
    assert_int_equal(out[0], 103);
}

static void a_keyframe_clears_what_is_older(void **state)
{
    gw_nack_gap(&n, 100, 105, 0);
    gw_nack_gap(&n, 105, 108, 0);
    gw_nack_keyframe(&n, 105);
    assert_int_equal(gw_nack_due(&n, out, GW_NACK_WINDOW, 50000), 2);
    assert_int_equal(out[0], 106);
}

static void where_the_time_of_a_repair_is_known_requests_follow_it(void **state)
{
    unsigned times = 0;
    bool asked;

    gw_nack_gap(&n, 100, 102, 0);
    gw_nack_due(&n, out, GW_NACK_WINDOW, 20000);
    assert_true(gw_nack_arrived(&n, 101, &asked, true, 70000)); /* it took 50 ms */
    assert_true(asked);
    assert_int_equal(n.repair_us, 50000);
    gw_nack_gap(&n, 102, 104, 100000);
    for (int64_t now = 100000; now < 900000; now += 1000) {
        size_t due = gw_nack_due(&n, out, GW_NACK_WINDOW, now);

        if (!due)
            continue;
        assert_int_equal(out[0], 103);
        assert_in_range(now, 112000 + 85000 * times, 114000 + 86000 * times);
        times++;
    }
    assert_int_equal(times, GW_NACK_TRIES);
}

static void old_gaps_are_forgotten(void **state)
{
    bool asked;

    gw_nack_gap(&n, 100, 102, 0);
    gw_nack_due(&n, out, GW_NACK_WINDOW, GW_NACK_FORGET_US + 1);
    assert_false(gw_nack_arrived(&n, 101, &asked, false, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(asks_after_12_ms_and_again_after_155_then_gives_up, set_up),
        cmocka_unit_test_setup(what_arrives_is_not_asked_for, set_up),
        cmocka_unit_test_setup(a_jump_resets, set_up),
        cmocka_unit_test_setup(only_the_window_is_watched, set_up),
        cmocka_unit_test_setup(a_keyframe_clears_what_is_older, set_up),
        cmocka_unit_test_setup(where_the_time_of_a_repair_is_known_requests_follow_it, set_up),
        cmocka_unit_test_setup(old_gaps_are_forgotten, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
