/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/arrival.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_arrival a;
static int64_t sent, came;

static int set_up(void **state)
{
    gw_arrival_reset(&a);
    return 0;
}

static void packets_of_a_burst_are_one_group(void **state)
{
    for (unsigned i = 0; i < 4; i++)
        assert_false(gw_arrival_packet(&a, 1000 * i, 50000 + 1000 * i, &sent, &came));
    assert_false(gw_arrival_packet(&a, 33000, 83000, &sent, &came)); /* the first group has nothing before it */
    assert_false(gw_arrival_packet(&a, 34000, 84500, &sent, &came));
    assert_true(gw_arrival_packet(&a, 66000, 116000, &sent, &came));
    assert_int_equal(sent, 31000);
    assert_int_equal(came, 31500);
}

static void a_queue_that_lets_go_at_once_makes_one_group(void **state)
{
    assert_false(gw_arrival_packet(&a, 0, 50000, &sent, &came));
    assert_false(gw_arrival_packet(&a, 20000, 120000, &sent, &came));
    for (unsigned i = 1; i < 4; i++) /* sent 20 ms apart, but they come together */
        assert_false(gw_arrival_packet(&a, 20000 + 20000 * i, 120000 + 100 * i, &sent, &came));
    assert_true(gw_arrival_packet(&a, 200000, 250000, &sent, &came));
    assert_int_equal(sent, 80000);
    assert_int_equal(came, 70300);
}

static void a_late_packet_is_left_out(void **state)
{
    gw_arrival_packet(&a, 0, 50000, &sent, &came);
    gw_arrival_packet(&a, 20000, 70000, &sent, &came);
    assert_false(gw_arrival_packet(&a, 1000, 71000, &sent, &came));
    assert_true(gw_arrival_packet(&a, 40000, 90000, &sent, &came));
    assert_int_equal(came, 20000);
}

static void a_clock_that_jumps_begins_anew(void **state)
{
    for (int i = 0; i < 4; i++)
        gw_arrival_packet(&a, 20000 * i, 20000 * i, &sent, &came);
    gw_arrival_packet(&a, 100000, 9000000, &sent, &came);
    assert_false(gw_arrival_packet(&a, 120000, 9020000, &sent, &came)); /* the jump is not told */
    for (int i = 0; i < 3; i++)
        gw_arrival_packet(&a, 140000 + 20000 * i, 9040000 + 20000 * i, &sent, &came);
    assert_int_equal(came, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(packets_of_a_burst_are_one_group, set_up),
        cmocka_unit_test_setup(a_queue_that_lets_go_at_once_makes_one_group, set_up),
        cmocka_unit_test_setup(a_late_packet_is_left_out, set_up),
        cmocka_unit_test_setup(a_clock_that_jumps_begins_anew, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
