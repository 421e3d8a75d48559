/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void copies_and_cuts(void **state)
{
    char to[4];

    assert_int_equal(gw_strlcpy(to, "abc", sizeof(to)), 3);
    assert_string_equal(to, "abc");
    assert_int_equal(gw_strlcpy(to, "abcdef", sizeof(to)), 6);
    assert_string_equal(to, "abc");
    assert_int_equal(gw_strlcpy(to, NULL, sizeof(to)), 0);
    assert_string_equal(to, "");
    to[0] = 'x';
    assert_int_equal(gw_strlcpy(to, "abc", 0), 3);
    assert_int_equal(to[0], 'x');
}

static void finds_in_any_case_and_within_bounds(void **state)
{
    const char *text = "Profile-Level-ID=42e01f";

    assert_ptr_equal(gw_find_nocase(text, strlen(text), "LEVEL"), text + 8);
    assert_ptr_equal(gw_find_nocase(text, strlen(text), ""), text);
    assert_null(gw_find_nocase(text, 12, "level"));
    assert_ptr_equal(gw_find_nocase(text, 13, "level"), text + 8);
    assert_null(gw_find_nocase("ab", 2, "abc"));
}

static void walks_a_list(void **state)
{
    static const char *const want[] = {"opus", "a b", "pcmu"};
    const char *rest = " opus,, a b ,\tpcmu , ", *item;
    size_t len, n = 0;

    while (gw_list_next(&rest, &item, &len)) {
        assert_true(n < 3);
        assert_int_equal(len, strlen(want[n]));
        assert_memory_equal(item, want[n], len);
        n++;
    }
    assert_int_equal(n, 3);
    rest = NULL;
    assert_false(gw_list_next(&rest, &item, &len));
}

static void knows_members_of_a_list(void **state)
{
    assert_true(gw_list_has("vp8, h264", "h264"));
    assert_false(gw_list_has("vp8, h264", "h26"));
    assert_false(gw_list_has("vp8, h264", "h2645"));
    assert_false(gw_list_has("", "vp8"));
    assert_false(gw_list_has(NULL, "vp8"));
}

static void reads_booleans(void **state)
{
    assert_true(gw_is_true("true") && gw_is_true("YES") && gw_is_true("1") && gw_is_true("On"));
    assert_false(gw_is_true("false") || gw_is_true("") || gw_is_true(NULL) || gw_is_true("2"));
}

static void reads_whole_numbers_only(void **state)
{
    long long v = 7;

    assert_true(gw_parse_int(" -12 ", &v) && v == -12);
    assert_true(gw_parse_int("9223372036854775807", &v) && v == INT64_MAX);
    v = 7;
    assert_false(gw_parse_int("9223372036854775808", &v));
    assert_false(gw_parse_int("12x", &v));
    assert_false(gw_parse_int("", &v));
    assert_false(gw_parse_int("-", &v));
    assert_false(gw_parse_int("0x10", &v));
    assert_false(gw_parse_int(NULL, &v));
    assert_int_equal(v, 7);
}

static void every_error_has_a_text_of_its_own(void **state)
{
    for (int a = GW_ESTATE; a <= GW_OK; a++)
        for (int b = GW_ESTATE; b < a; b++)
            assert_string_not_equal(gw_strerror(a), gw_strerror(b));
    assert_string_equal(gw_strerror(-1000), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_and_cuts),
        cmocka_unit_test(finds_in_any_case_and_within_bounds),
        cmocka_unit_test(walks_a_list),
        cmocka_unit_test(knows_members_of_a_list),
        cmocka_unit_test(reads_booleans),
        cmocka_unit_test(reads_whole_numbers_only),
        cmocka_unit_test(every_error_has_a_text_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
