/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/inside.h"

static void how_far_apart(void **state)
{
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {
        {"", "", 0},
        {"port", "port", 0},
        {"Port", "pORT", 0},
        {"port", "ports", 1},
        {"port", "prt", 1},
        {"port", "part", 1},
        {"port", "prot", 1}, /* two neighbours changed places */
        {"abcd", "badc", 2},
        {"", "abc", 3},
        {"abc", "", 3},
        {"session_timeout", "sesion_timeuot", 2},
        {"kitten", "sitting", 3},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (gw_edit_distance(rows[i].a, rows[i].b, 99) != rows[i].distance)
            fail_msg("%s, %s", rows[i].a, rows[i].b);
        assert_int_equal(gw_edit_distance(rows[i].b, rows[i].a, 99), rows[i].distance);
    }
}

static void limits(void **state)
{
    char longest[66];

    assert_int_equal(gw_edit_distance("kitten", "sitting", 2), 2); /* as far as it matters */
    memset(longest, 'x', 65);
    longest[65] = '\0';
    assert_int_equal(gw_edit_distance(longest, longest, 4), 4); /* too long to be near anything */
    longest[64] = '\0';
    assert_int_equal(gw_edit_distance(longest, longest, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_far_apart),
        cmocka_unit_test(limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
