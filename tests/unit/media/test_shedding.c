/* SPDX-License-Identifier: Apache-2.0 */
#include "media/shedding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct gw_shedding s;
static int64_t now_us;

static int set_up(void **state)
{
    s = (struct gw_shedding){0};
    now_us = 1000000;
    return 0;
}

/* Windows of ten turns, each of which is busy and sending for these parts of its time. */
static void windows(unsigned n, double busy, double sending)
{
    for (unsigned i = 0; i < n * 10; i++) {
        now_us += GW_SHEDDING_WINDOW_US / 10;
        gw_shedding_note(&s, (int64_t)(busy * GW_SHEDDING_WINDOW_US / 10),
                         (int64_t)(sending * GW_SHEDDING_WINDOW_US / 10), now_us);
    }
}

static void who_has_time_sheds_nothing(void **state)
{
    windows(100, 0.9, 0.9);
    assert_false(gw_shedding_is_on(&s));
}

static void a_moment_without_time_is_none(void **state)
{
    for (unsigned i = 0; i < 20; i++) {
        windows(1, 1, 1);
        windows(1, 0.5, 0.5);
    }
    assert_false(gw_shedding_is_on(&s));
}

static void without_time_it_is_halved_again_and_again(void **state)
{
    windows(GW_SHEDDING_PATIENCE, 1, 0.9);
    assert_float_equal(s.shed, 0.5, 1e-9);
    windows(GW_SHEDDING_PATIENCE, 1, 0.9);
    assert_float_equal(s.shed, 0.75, 1e-9);
    windows(100, 1, 0.9);
    assert_float_equal(s.shed, 1 - GW_SHEDDING_LEAST, 1e-9);
}

static void what_is_not_sending_is_not_helped(void **state)
{
    windows(100, 1, 0.1);
    assert_false(gw_shedding_is_on(&s));
}

/* What it costs is in proportion to what is sent: in the end there is little time left, but some. */
static void it_settles_where_there_is_just_time_enough(void **state)
{
    double busy = 1;

    for (unsigned i = 0; i < 200; i++) {
        busy = 0.1 + 1.5 * (1 - s.shed);
        windows(1, busy < 1 ? busy : 1, busy < 1 ? busy - 0.1 : 0.9);
        assert_true(i < 8 || busy < 0.95);
    }
    assert_in_range((int)(busy * 100), 75, 90);
}

static void with_time_again_all_of_it_comes_back(void **state)
{
    windows(40, 1, 0.9);
    windows(40, 0.1, 0.05);
    assert_false(gw_shedding_is_on(&s));
}

static unsigned receivers(const struct gw_level *level, unsigned n, unsigned levels)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 1000; i++)
        count += gw_shedding_levels(&s, level, n, i / 1000.0) == levels;
    return count;
}

static const struct gw_level three[] = {{0, 2, 2, 150000}, {1, 2, 2, 500000}, {2, 2, 2, 1700000}};

static void layers_go_before_pictures(void **state)
{
    assert_int_equal(receivers(three, 3, 3), 1000);
    s.shed = 0.5; /* a third between 150 and 1700: more than the middle one, so some keep the best */
    assert_in_range(receivers(three, 3, 3), 100, 200);
    assert_int_equal(receivers(three, 3, 2), 1000 - receivers(three, 3, 3));
    s.shed = 1 - GW_SHEDDING_HOLDS;
    assert_in_range(receivers(three, 3, 1), 999, 1000);
    assert_int_equal(receivers(three, 3, 0), 0);
    s.shed = 1 - GW_SHEDDING_HOLDS / 2;
    assert_int_equal(receivers(three, 3, 0), 500);
    assert_in_range(receivers(three, 3, 1), 499, 500);
}

static void one_layer_is_kept_until_nothing_else_is_left(void **state)
{
    s.shed = 1 - GW_SHEDDING_HOLDS;
    assert_int_equal(receivers(three + 2, 1, 1), 1000);
    assert_int_equal(gw_shedding_bps(&s, 1000000), 250000);
    s.shed = 1 - GW_SHEDDING_HOLDS / 4;
    assert_int_equal(receivers(three + 2, 1, 1), 250);
}

static void whoever_has_more_keeps_at_least_as_much_with_less_shed(void **state)
{
    static const struct gw_level odd[] = {{0, 0, 2, 90000}, {0, 2, 2, 150000}, {1, 1, 2, 140000}, {1, 2, 2, 500000}};

    for (unsigned place = 0; place < 1000; place++) {
        unsigned before = 0;

        for (s.shed = 0.98; s.shed > 0; s.shed -= 0.01) {
            unsigned n = gw_shedding_levels(&s, odd, 4, place / 1000.0);

            assert_true(n >= before && n <= 4);
            before = n;
        }
    }
    assert_int_equal(gw_shedding_levels(&s, odd, 0, 0.5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_has_time_sheds_nothing, set_up),
        cmocka_unit_test_setup(a_moment_without_time_is_none, set_up),
        cmocka_unit_test_setup(without_time_it_is_halved_again_and_again, set_up),
        cmocka_unit_test_setup(what_is_not_sending_is_not_helped, set_up),
        cmocka_unit_test_setup(it_settles_where_there_is_just_time_enough, set_up),
        cmocka_unit_test_setup(with_time_again_all_of_it_comes_back, set_up),
        cmocka_unit_test_setup(layers_go_before_pictures, set_up),
        cmocka_unit_test_setup(one_layer_is_kept_until_nothing_else_is_left, set_up),
        cmocka_unit_test_setup(whoever_has_more_keeps_at_least_as_much_with_less_shed, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
