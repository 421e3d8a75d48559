/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "describe.h"

static void lines_end_with_cr_lf(void **state)
{
    struct gw_sdp_writer w = {0};
    char *text;

    gw_sdp_line(&w, "v=%u", 0u);
    gw_sdp_part(&w, "a=group:BUNDLE");
    gw_sdp_part(&w, " %s", "x");
    gw_sdp_line(&w, "%s", "");
    text = gw_sdp_take(&w);
    assert_string_equal(text, "v=0\r\na=group:BUNDLE x\r\n");
    free(text);
    assert_null(gw_sdp_take(&w));
}

static void grows(void **state)
{
    struct gw_sdp_writer w = {0};
    char *text;

    for (unsigned i = 100000; i < 110000; i++)
        gw_sdp_line(&w, "a=%u", i);
    text = gw_sdp_take(&w);
    assert_int_equal(strlen(text), 100000);
    assert_memory_equal(text + 99990, "a=109999\r\n", 10);
    free(text);
}

/* It is not printf's own: what is used is the same. */
static void formats_as_printf_does(void **state)
{
    static const unsigned long long numbers[] = {0, 9, 10, 4294967295, 4294967296, UINT64_MAX};
    struct gw_sdp_writer w = {0};
    char expected[200], *text;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        snprintf(expected, sizeof(expected), "%s%llu:%u/%.*s%s", "", numbers[i], (unsigned)numbers[i], (int)i,
                 "abcdefgh", ".");
        gw_sdp_part(&w, "%s%llu:%u/%.*s%s", "", numbers[i], (unsigned)numbers[i], (int)i, "abcdefgh", ".");
        text = gw_sdp_take(&w);
        assert_string_equal(text, expected);
        free(text);
    }
    gw_sdp_line(&w, "a=%d", 1); /* not one of them */
    assert_null(gw_sdp_take(&w));
}

static void cleans(void **state)
{
    char title[] = "a b\r\nc=\x7f", token[] = "my id\t";

    gw_sdp_clean(title, false);
    assert_string_equal(title, "a b__c=_");
    gw_sdp_clean(token, true);
    assert_string_equal(token, "my_id_");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_cr_lf),
        cmocka_unit_test(grows),
        cmocka_unit_test(formats_as_printf_does),
        cmocka_unit_test(cleans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
