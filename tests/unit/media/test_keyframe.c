/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media/keyframe.h"

#define S GW_KEYFRAME_SPACING_US

static void one_a_second(void **state)
{
    struct gw_keyframe k = {0};

    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_true(gw_keyframe_want(&k, 5 * S));
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    for (int i = 1; i < 10; i++) /* however many want one */
        assert_false(gw_keyframe_want(&k, 5 * S + i * S / 10));
    assert_true(gw_keyframe_due(&k) == 6 * S);
    assert_false(gw_keyframe_fire(&k, 6 * S - 1));
    assert_true(gw_keyframe_fire(&k, 6 * S)); /* the remembered one, once */
    assert_false(gw_keyframe_fire(&k, 7 * S));
    assert_true(gw_keyframe_want(&k, 7 * S));
}

static void one_that_comes_serves_all(void **state)
{
    struct gw_keyframe k = {0};

    assert_true(gw_keyframe_want(&k, S));
    assert_false(gw_keyframe_want(&k, S + 1));
    gw_keyframe_came(&k, S + 2);
    assert_true(k.seen_us == S + 2);
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_false(gw_keyframe_fire(&k, 3 * S));
    assert_false(gw_keyframe_want(&k, S + 3)); /* who asks after it is remembered again */
    assert_true(gw_keyframe_fire(&k, 2 * S));
}

static void from_the_first_microsecond_on(void **state)
{
    struct gw_keyframe k = {0};

    assert_true(gw_keyframe_want(&k, 0)); /* a clock may begin at nothing */
    assert_false(gw_keyframe_want(&k, 1));
}

static void keyframes_are_asked_for_once_a_second(void **state)
{
    struct gw_keyframe k = {0};

    assert_true(gw_keyframe_want(&k, 5));
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_false(gw_keyframe_want(&k, 100));
    assert_false(gw_keyframe_want(&k, 200));
    assert_int_equal(gw_keyframe_due(&k), 5 + GW_KEYFRAME_SPACING_US);
    assert_false(gw_keyframe_fire(&k, 1000));
    assert_true(gw_keyframe_fire(&k, 5 + GW_KEYFRAME_SPACING_US));
    assert_false(gw_keyframe_fire(&k, 10 * GW_KEYFRAME_SPACING_US));
    assert_true(gw_keyframe_want(&k, 20 * GW_KEYFRAME_SPACING_US));
}

static void a_keyframe_serves_those_who_wait(void **state)
{
    struct gw_keyframe k = {0};

    gw_keyframe_want(&k, 5);
    gw_keyframe_want(&k, 100);
    gw_keyframe_came(&k, 300);
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_int_equal(k.seen_us, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_a_second),
        cmocka_unit_test(one_that_comes_serves_all),
        cmocka_unit_test(from_the_first_microsecond_on),
        cmocka_unit_test(keyframes_are_asked_for_once_a_second),
        cmocka_unit_test(a_keyframe_serves_those_who_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
