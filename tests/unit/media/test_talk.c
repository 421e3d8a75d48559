/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media/talk.h"

/* So many packets of a level; how often it was told that something changed. */
static unsigned say(struct gw_talk *t, unsigned n, unsigned level, double *average)
{
    unsigned told = 0;

    while (n--)
        told += gw_talk_level(t, level, average);
    return told;
}

static void windows(void **state)
{
    struct gw_talk t = {0};
    double average = -1;

    assert_int_equal(say(&t, 100, 10, &average), 0); /* off */
    gw_talk_set(&t, 10, 50);
    assert_int_equal(say(&t, 9, 10, &average), 0);
    assert_int_equal(say(&t, 1, 20, &average), 1);
    assert_true(t.talking);
    assert_true(average == 11);
    assert_int_equal(say(&t, 100, 10, &average), 0); /* still */
    assert_int_equal(say(&t, 10, 50, &average), 1);  /* the threshold itself is silence */
    assert_false(t.talking);
    assert_int_equal(say(&t, 10, 49, &average), 1);
    assert_int_equal(say(&t, 5, 127, &average), 0);
    gw_talk_set(&t, 10, 50); /* the half window is forgotten, who talks is not */
    assert_true(t.talking);
    assert_int_equal(say(&t, 9, 10, &average), 0);
    assert_int_equal(say(&t, 11, 127, &average), 1); /* the first one ends a loud window */
    assert_false(t.talking);
}

static void loudness(void **state)
{
    struct gw_loudness l = {0};
    double average = -1;

    assert_false(gw_loudness_level(&l, 5, &average));
    gw_loudness_set(&l, 2);
    for (int i = 0; i < 3; i++) { /* told each time, changed or not */
        assert_false(gw_loudness_level(&l, 20, &average));
        assert_true(gw_loudness_level(&l, 31, &average));
        assert_true(average == 25.5);
    }
    assert_false(gw_loudness_level(&l, 127, &average));
    gw_loudness_set(&l, 1);
    assert_true(gw_loudness_level(&l, 7, &average));
    assert_true(average == 7);
}

static void talk_is_told_at_the_end_of_a_window_and_on_change_only(void **state)
{
    struct gw_talk t = {0};
    double average = 0;

    assert_false(gw_talk_level(&t, 0, &average)); /* off */
    gw_talk_set(&t, 4, 50);
    for (int i = 0; i < 3; i++)
        assert_false(gw_talk_level(&t, 20, &average));
    assert_true(gw_talk_level(&t, 40, &average));
    assert_true(t.talking);
    assert_true(average > 24.9 && average < 25.1);
    for (int i = 0; i < 4; i++)
        assert_false(gw_talk_level(&t, 30, &average));
    for (int i = 0; i < 3; i++)
        assert_false(gw_talk_level(&t, 127, &average));
    assert_true(gw_talk_level(&t, 127, &average));
    assert_false(t.talking);
}

static void the_threshold_itself_is_silence(void **state)
{
    struct gw_talk t = {0};
    double average;

    gw_talk_set(&t, 1, 25);
    assert_false(gw_talk_level(&t, 25, &average));
    assert_true(gw_talk_level(&t, 24, &average));
}

static void loudness_is_told_each_window(void **state)
{
    struct gw_loudness l = {0};
    double average;

    assert_false(gw_loudness_level(&l, 10, &average)); /* off */
    gw_loudness_set(&l, 2);
    assert_false(gw_loudness_level(&l, 10, &average));
    assert_true(gw_loudness_level(&l, 20, &average));
    assert_true(average > 14.9 && average < 15.1);
    assert_false(gw_loudness_level(&l, 127, &average));
    assert_true(gw_loudness_level(&l, 127, &average));
    assert_true(average > 126.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows),
        cmocka_unit_test(loudness),
        cmocka_unit_test(talk_is_told_at_the_end_of_a_window_and_on_change_only),
        cmocka_unit_test(the_threshold_itself_is_silence),
        cmocka_unit_test(loudness_is_told_each_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
