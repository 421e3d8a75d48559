/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "describe.h"

static void lines_end_with_cr_lf(void **state)
{
    struct gw_sdp_writer w = {0};
    char *text;

    gw_sdp_line(&w, "v=%d", 0);
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

    for (int i = 0; i < 10000; i++)
        gw_sdp_line(&w, "a=%06d", i);
    text = gw_sdp_take(&w);
    assert_int_equal(strlen(text), 100000);
    assert_memory_equal(text + 99990, "a=009999\r\n", 10);
    free(text);
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
        cmocka_unit_test(cleans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
