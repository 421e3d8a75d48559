/* SPDX-License-Identifier: Apache-2.0 */
#include "media/rates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_rates r;

static int set_up(void **state)
{
    memset(&r, 0, sizeof(r));
    return 0;
}

/* A packet each 10 ms, the temporal layers in turns 0 2 1 2. */
static void run(int64_t from_us, int64_t to_us, unsigned spatial)
{
    static const unsigned pattern[] = {0, 2, 1, 2};
    unsigned i = 0;

    for (int64_t t = from_us; t < to_us; t += 10000)
        gw_rates_packet(&r, spatial, pattern[i++ % 4], 1000 - GW_RATES_OVERHEAD, t);
}

static void layers_are_told_apart_and_summed(void **state)
{
    run(1000000, 5000000, 0);
    assert_in_range(gw_rates_up_to(&r, 0, 0), 190000, 210000);
    assert_in_range(gw_rates_up_to(&r, 0, 1), 390000, 410000);
    assert_in_range(gw_rates_up_to(&r, 2, 2), 790000, 810000);
}

static void spatial_layers_too(void **state)
{
    for (int64_t t = 1000000; t < 5000000; t += 10000) {
        gw_rates_packet(&r, 0, 0, 500 - GW_RATES_OVERHEAD, t);
        gw_rates_packet(&r, 1, 0, 1000 - GW_RATES_OVERHEAD, t);
        gw_rates_packet(&r, 7, 9, 2000 - GW_RATES_OVERHEAD, t); /* beyond what we tell apart: the highest */
    }
    assert_in_range(gw_rates_up_to(&r, 0, 2), 390000, 410000);
    assert_in_range(gw_rates_up_to(&r, 1, 2), 1190000, 1210000);
    assert_in_range(gw_rates_up_to(&r, 2, 2), 2790000, 2810000);
}

static void what_stopped_is_remembered(void **state)
{
    uint32_t before;

    run(1000000, 5000000, 0);
    before = gw_rates_up_to(&r, 2, 2);
    gw_rates_packet(&r, 0, 0, 10, 60000000);
    assert_int_equal(gw_rates_up_to(&r, 2, 2), before);
    run(60010000, 62000000, 0);
    assert_in_range(gw_rates_up_to(&r, 2, 2), before * 95 / 100, before * 105 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(layers_are_told_apart_and_summed, set_up),
        cmocka_unit_test_setup(spatial_layers_too, set_up),
        cmocka_unit_test_setup(what_stopped_is_remembered, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
