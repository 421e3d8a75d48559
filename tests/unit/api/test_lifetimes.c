/* SPDX-License-Identifier: Apache-2.0 */
#include "api/lifetimes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void nothing_is_known(void **state)
{
    struct gw_lifetimes l = {0};

    assert_int_equal(gw_lifetimes_rest(&l, 0), 0);
    assert_int_equal(gw_lifetimes_rest(&l, 90), 90);
}

static void the_past_tells(void **state)
{
    struct gw_lifetimes l = {0};

    for (uint32_t s = 100; s <= 900; s += 100)
        gw_lifetimes_note(&l, s);
    assert_int_equal(gw_lifetimes_rest(&l, 0), 500);
    assert_int_equal(gw_lifetimes_rest(&l, 500), 300); /* of 100, 200, 300, 400 */
    assert_int_equal(gw_lifetimes_rest(&l, 850), 50);
    assert_int_equal(gw_lifetimes_rest(&l, 2000), 2000); /* older than all before it */
}

static void the_oldest_are_forgotten(void **state)
{
    struct gw_lifetimes l = {0};

    for (unsigned i = 0; i < GW_LIFETIMES; i++)
        gw_lifetimes_note(&l, 10);
    for (unsigned i = 0; i < GW_LIFETIMES; i++)
        gw_lifetimes_note(&l, 70);
    assert_int_equal(l.n, GW_LIFETIMES);
    assert_int_equal(gw_lifetimes_rest(&l, 0), 70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(the_past_tells),
        cmocka_unit_test(the_oldest_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
