/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/flight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_flight f;

static int tear_down(void **state)
{
    gw_flight_clear(&f);
    return 0;
}

static void what_was_sent_is_found_until_it_is_old(void **state)
{
    assert_null(gw_flight_find(&f, 7, 0));
    assert_true(gw_flight_add(&f, 7, 1200, 3, 42, 1000));
    assert_non_null(gw_flight_find(&f, 7, 2000));
    assert_int_equal(gw_flight_find(&f, 7, 2000)->bytes, 1200);
    assert_int_equal(gw_flight_find(&f, 7, 2000)->probe, 3);
    assert_null(gw_flight_find(&f, 8, 2000));
    assert_null(gw_flight_find(&f, 7 + GW_FLIGHT_FIRST, 2000));
    assert_null(gw_flight_find(&f, 7, 1000 + GW_FLIGHT_KEEP_US));
}

static void it_grows_with_what_is_under_way_up_to_a_bound(void **state)
{
    for (unsigned i = 0; i < 200; i++)
        gw_flight_add(&f, (uint16_t)(65500 + i), 1000, 0, 0, i * 1000);
    for (unsigned i = 0; i < 200; i++)
        assert_non_null(gw_flight_find(&f, (uint16_t)(65500 + i), 200000));
    assert_int_equal(f.size, 256);
    for (unsigned i = 0; i < 60000; i++)
        gw_flight_add(&f, (uint16_t)i, 70000, 0, 0, 300000);
    assert_int_equal(f.size, GW_FLIGHT_MOST);
    assert_int_equal(gw_flight_find(&f, 59999, 300000)->bytes, UINT16_MAX);
}

static void what_was_told_makes_room(void **state)
{
    for (unsigned i = 0; i < 10000; i++) {
        gw_flight_add(&f, (uint16_t)i, 1000, 0, 0, i * 1000);
        gw_flight_find(&f, (uint16_t)i, i * 1000)->state = GW_FLIGHT_ARRIVED;
    }
    assert_int_equal(f.size, GW_FLIGHT_FIRST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_was_sent_is_found_until_it_is_old, tear_down),
        cmocka_unit_test_teardown(it_grows_with_what_is_under_way_up_to_a_bound, tear_down),
        cmocka_unit_test_teardown(what_was_told_makes_room, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
