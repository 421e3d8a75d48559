/* SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void note(unsigned n)
{
    struct figure f = {.load = n, .component = {[ON_DISK] = n + 0.5}};
    struct cardea_stats s = {.sessions = n};

    history_note(&f, &s);
}

static double at(const json_t *o, const char *name, size_t i)
{
    return json_number_value(json_array_get(json_object_get(o, name), i));
}

static void the_newest_come_last(void **state)
{
    json_t *o;

    history_start();
    for (unsigned i = 1; i <= 25; i++)
        note(i);
    o = history_json(20, 10);
    assert_int_equal(json_integer_value(json_object_get(o, "seconds")), 20);
    assert_int_equal(json_array_size(json_object_get(o, "load")), 2);
    assert_true(at(o, "load", 0) == 15); /* the greatest of 6 to 15 */
    assert_true(at(o, "load", 1) == 25);
    assert_true(at(o, "sessions", 1) == 25);
    assert_true(fabs(at(json_object_get(o, "components"), "disk", 1) - 25.5) < 1e-6);
    json_decref(o);
    o = history_json(HISTORY_SECONDS, 0); /* no more than there is; a step of 0 is one */
    assert_int_equal(json_array_size(json_object_get(o, "load")), 25);
    json_decref(o);
    history_end();
}

static void an_hour_is_kept(void **state)
{
    json_t *o;

    history_start();
    o = history_json(10, 1);
    assert_int_equal(json_array_size(json_object_get(o, "load")), 0);
    json_decref(o);
    for (unsigned i = 0; i < HISTORY_SECONDS + 50; i++)
        note(i);
    o = history_json(HISTORY_SECONDS, 1);
    assert_int_equal(json_array_size(json_object_get(o, "load")), HISTORY_SECONDS);
    assert_true(at(o, "load", 0) == 50);
    assert_true(at(o, "load", HISTORY_SECONDS - 1) == HISTORY_SECONDS + 49);
    json_decref(o);
    history_end();
    note(1); /* after the end nothing happens */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_newest_come_last), cmocka_unit_test(an_hour_is_kept)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
