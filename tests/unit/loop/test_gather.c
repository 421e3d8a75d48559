/* SPDX-License-Identifier: Apache-2.0 */
/* Little to do: at once. Much: gathered, until there is little again. */
#include "loop/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Turns of so many µs, one every so many µs; what the last one was answered, relative to its start. */
static int64_t run(struct gw_gather *g, int64_t *now, int64_t each_us, int64_t every_us, int64_t for_us)
{
    int64_t until = 0, end = *now + for_us;

    for (; *now < end; *now += every_us) {
        until = gw_gather_note(g, *now, *now + each_us);
        until = until ? until - *now : 0;
    }
    return until;
}

static void an_idle_loop_looks_at_once(void **state)
{
    struct gw_gather g = {0};
    int64_t now = 5000000;

    assert_int_equal(run(&g, &now, 5, 200, 1000000), 0);
    assert_int_equal(run(&g, &now, 30, 1000, 1000000), 0);
    assert_int_equal(run(&g, &now, 3000, 5000, 1000000), 0); /* large turns, but few: nothing to be gained */
}

static void a_busy_one_gathers_and_stops_again(void **state)
{
    struct gw_gather g = {0};
    int64_t now = 5000000;

    assert_int_equal(run(&g, &now, 30, 200, 300000), GW_GATHER_TURN_US);
    assert_int_equal(run(&g, &now, 40, GW_GATHER_TURN_US, 1000000), GW_GATHER_TURN_US); /* it pays: a 25th now */
    assert_int_equal(run(&g, &now, 15, GW_GATHER_TURN_US, 300000), 0);
    assert_int_equal(run(&g, &now, 30, 200, 300000), GW_GATHER_TURN_US);
    assert_int_equal(run(&g, &now, 100, 2000, 300000), 0); /* rarely called */
}

static void a_long_turn_is_followed_by_the_next(void **state)
{
    struct gw_gather g = {0};
    int64_t now = 5000000;

    run(&g, &now, 30, 200, 300000);
    assert_int_equal(run(&g, &now, 1500, 1500, 90000), 0);
    assert_true(g.on);
}

static void it_does_not_gather_before_it_knows(void **state)
{
    struct gw_gather g = {0};

    assert_int_equal(gw_gather_note(&g, 1000, 1900), 0);
    assert_int_equal(gw_gather_note(&g, 2000, 2900), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_loop_looks_at_once),
        cmocka_unit_test(a_busy_one_gathers_and_stops_again),
        cmocka_unit_test(a_long_turn_is_followed_by_the_next),
        cmocka_unit_test(it_does_not_gather_before_it_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
