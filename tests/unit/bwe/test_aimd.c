/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/aimd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_aimd a;
static int64_t now;

static int set_up(void **state)
{
    gw_aimd_init(&a, 1000000, 100000, 5000000);
    now = 1000000;
    return 0;
}

static bool step(enum gw_usage usage, uint32_t acked_bps)
{
    now += 100000;
    return gw_aimd_update(&a, usage, acked_bps, 50000, now);
}

static void it_climbs_no_further_than_what_arrives(void **state)
{
    for (unsigned i = 0; i < 100; i++)
        step(GW_USAGE_NORMAL, 900000);
    assert_true(a.bps == 1000000); /* what it was */
    for (unsigned i = 0; i < 100; i++)
        step(GW_USAGE_NORMAL, 1500000);
    assert_in_range((uint32_t)a.bps, 1500000, 1600000);
}

static void over_use_takes_it_below_what_arrives(void **state)
{
    assert_true(step(GW_USAGE_OVER, 800000));
    assert_in_range((uint32_t)a.bps, 679000, 681000);
    assert_false(step(GW_USAGE_OVER, 700000)); /* the effect is awaited */
    now += 300000;
    assert_true(step(GW_USAGE_OVER, 700000));
    assert_in_range((uint32_t)a.bps, 594000, 596000);
    assert_false(step(GW_USAGE_NORMAL, 600000)); /* one round of quiet */
    assert_in_range((uint32_t)a.bps, 594000, 596000);
}

static void near_the_known_capacity_it_climbs_slowly(void **state)
{
    double before;

    step(GW_USAGE_OVER, 1000000);
    step(GW_USAGE_NORMAL, 850000);
    before = a.bps;
    for (unsigned i = 0; i < 10; i++)
        step(GW_USAGE_NORMAL, 1000000);
    assert_in_range((uint32_t)(a.bps - before), 40000, 80000); /* a packet of 1200 bytes in 150 ms */
}

static void it_stays_in_its_bounds(void **state)
{
    gw_aimd_set(&a, 1e12, now);
    assert_true(a.bps == 5000000);
    for (unsigned i = 0; i < 100; i++) {
        now += 1000000;
        gw_aimd_update(&a, GW_USAGE_OVER, 0, 0, now);
    }
    assert_true(a.bps == 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_climbs_no_further_than_what_arrives, set_up),
        cmocka_unit_test_setup(over_use_takes_it_below_what_arrives, set_up),
        cmocka_unit_test_setup(near_the_known_capacity_it_climbs_slowly, set_up),
        cmocka_unit_test_setup(it_stays_in_its_bounds, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
