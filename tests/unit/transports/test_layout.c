/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/common/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char compact[] = "{\"janus\":\"success\",\"n\":9007199254740991,\"list\":[0.1,\"\\u00e9\"]}";

static void in_each_layout(void **state)
{
    char *plain = layout_apply(LAYOUT_PLAIN, compact, sizeof(compact) - 1);
    char *indented = layout_apply(LAYOUT_INDENTED, compact, sizeof(compact) - 1);

    assert_null(layout_apply(LAYOUT_COMPACT, compact, sizeof(compact) - 1));
    assert_string_equal(plain, "{\"janus\": \"success\", \"n\": 9007199254740991, \"list\": [0.1, \"\xc3\xa9\"]}");
    assert_string_equal(indented,
                        "{\n   \"janus\": \"success\",\n   \"n\": 9007199254740991,\n   \"list\": [\n      0.1,\n"
                        "      \"\xc3\xa9\"\n   ]\n}");
    free(plain);
    free(indented);
}

static void what_is_no_json_stays(void **state)
{
    assert_null(layout_apply(LAYOUT_PLAIN, "", 0));
    assert_null(layout_apply(LAYOUT_PLAIN, "<html>", 6));
}

static void names(void **state)
{
    enum layout l = LAYOUT_PLAIN;

    assert_true(layout_read("Indented", &l));
    assert_int_equal(l, LAYOUT_INDENTED);
    assert_true(layout_read("compact", &l));
    assert_int_equal(l, LAYOUT_COMPACT);
    assert_false(layout_read("baroque", &l));
    assert_int_equal(l, LAYOUT_COMPACT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_each_layout),
        cmocka_unit_test(what_is_no_json_stays),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
