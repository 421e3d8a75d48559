/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media/remb.h"

#define S 1000000

/* The first four packets bring a quarter, a third, a half, the whole; then it is said again every five seconds. */
static void the_ramp(void **state)
{
    struct gw_remb r = {0};

    assert_int_equal(gw_remb_set(&r, 1200000, 0), 0);
    assert_int_equal(gw_remb_packet(&r, 1), 300000);
    assert_int_equal(gw_remb_packet(&r, 2), 400000);
    assert_int_equal(gw_remb_packet(&r, 3), 600000);
    assert_int_equal(gw_remb_packet(&r, 4), 1200000);
    assert_int_equal(gw_remb_packet(&r, 5), 0);
    assert_int_equal(gw_remb_packet(&r, 4 + 5 * S - 1), 0);
    assert_int_equal(gw_remb_packet(&r, 4 + GW_REMB_EVERY_US), 1200000);
    assert_int_equal(gw_remb_packet(&r, 5 + 5 * S), 0);
}

static void another_cap(void **state)
{
    struct gw_remb r = {0};

    gw_remb_set(&r, 1200000, 0);
    gw_remb_packet(&r, 1);
    assert_int_equal(gw_remb_set(&r, 500000, 2), 500000); /* at once, and the ramp is over */
    assert_int_equal(gw_remb_packet(&r, 3), 0);
    assert_int_equal(gw_remb_packet(&r, 2 + 5 * S), 500000);
    assert_int_equal(gw_remb_set(&r, 0, 6 * S), GW_REMB_NO_CAP);
    assert_int_equal(gw_remb_set(&r, 0, 7 * S), 0); /* there was none to take back */
    assert_int_equal(gw_remb_packet(&r, 60 * S), 0);
}

static void without_a_cap(void **state)
{
    struct gw_remb r = {0};

    for (int i = 0; i < 10; i++)
        assert_int_equal(gw_remb_packet(&r, i * S), 0);
    assert_int_equal(gw_remb_set(&r, 0, 10 * S), 0); /* there was none to take back */
    assert_int_equal(gw_remb_set(&r, 1, 20 * S), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ramp),
        cmocka_unit_test(another_cap),
        cmocka_unit_test(without_a_cap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
