/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_one(const char *text)
{
    char why[200];

    return gw_json_read(text, strlen(text), NULL, why, sizeof(why));
}

static void what_is_read(void **state)
{
    static const char *const rows[] = {"{}",
                                       "[]",
                                       " {\"a\":1} \r\n\t",
                                       "7",
                                       "\"x\"",
                                       "null",
                                       "true",
                                       "{\"a\":9223372036854775807}",
                                       "{\"a\":\"\\u00e9\"}"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *v = read_one(rows[i]);

        assert_non_null(v);
        json_decref(v);
    }
}

static void what_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "{",
        "{\"a\":}",
        "{'a':1}",
        "{\"a\":1}}",
        "{} {}",
        "{}x",
        "{\"a\":01}",
        "nul",
        "{\"a\":9223372036854775808}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\":1,}",
    };
    char why[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        why[0] = 0;
        assert_null(gw_json_read(rows[i], strlen(rows[i]), NULL, why, sizeof(why)));
        assert_true(why[0]);
    }
    assert_null(gw_json_read("{}\0", 3, NULL, why, sizeof(why)));
}

static void the_last_of_two_equal_names_wins(void **state)
{
    json_t *v = read_one("{\"a\":1,\"a\":2}");

    assert_int_equal(json_integer_value(json_object_get(v, "a")), 2);
    json_decref(v);
}

static void depth_has_a_bound(void **state)
{
    char text[2 * GW_JSON_MAX_DEPTH + 20], why[200];
    json_t *v;

    memset(text, '[', GW_JSON_MAX_DEPTH);
    memset(text + GW_JSON_MAX_DEPTH, ']', GW_JSON_MAX_DEPTH);
    v = gw_json_read(text, 2 * GW_JSON_MAX_DEPTH, NULL, why, sizeof(why));
    assert_non_null(v);
    json_decref(v);
    memset(text, '[', GW_JSON_MAX_DEPTH + 1);
    memset(text + GW_JSON_MAX_DEPTH + 1, ']', GW_JSON_MAX_DEPTH + 1);
    assert_null(gw_json_read(text, 2 * GW_JSON_MAX_DEPTH + 2, NULL, why, sizeof(why)));
    assert_non_null(strstr(why, "nested"));
    strcpy(text, "\"[[[[\\\"[[[[\""); /* those in strings do not count */
    v = read_one(text);
    assert_non_null(v);
    json_decref(v);
}

static void several_in_one_message(void **state)
{
    const char *three = "{\"a\":1}{\"a\":2} \n {\"a\":3} ";
    char why[200];
    json_t *all = gw_json_read_all(three, strlen(three), 3, why, sizeof(why));

    assert_int_equal(json_array_size(all), 3);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 2), "a")), 3);
    json_decref(all);
    assert_null(gw_json_read_all(three, strlen(three), 2, why, sizeof(why)));
    assert_non_null(strstr(why, "more than 2"));
    assert_null(gw_json_read_all("{}{", 3, 9, why, sizeof(why))); /* one that is malformed spoils all */
    assert_null(gw_json_read_all("", 0, 9, why, sizeof(why)));
}

static void what_is_written(void **state)
{
    GString *g = g_string_new(NULL);
    json_t *v = json_pack("{s[i,f],ss}", "a", 1, 0.1, "b", "\xc3\xa9\"\n");
    char *text = gw_json_text(v);

    assert_string_equal(text, "{\"a\":[1,0.1],\"b\":\"\xc3\xa9\\\"\\n\"}");
    free(text);
    gw_json_quote(g, "a\"b");
    gw_json_quote(g, "\xff"); /* not UTF-8 */
    assert_string_equal(g->str, "\"a\\\"b\"\"\"");
    assert_string_equal(gw_json_string(v, "b"), "\xc3\xa9\"\n");
    assert_null(gw_json_string(v, "a"));
    assert_null(gw_json_string(NULL, "a"));
    json_decref(v);
    g_string_free(g, TRUE);
}

static void quotes_as_jansson_does(void **state)
{
    static const char *const more[] = {"",         "v=0\r\na=x\r\n", "\xc3\xa9", "\xf0\x9f\x98\x80 \"", "\xed\xa0\x80",
                                       "\xc0\x80", "a\xc3"};
    char each[] = "x?y";

    for (int i = 1; i < 256 + (int)(sizeof(more) / sizeof(more[0])); i++) {
        const char *text = i < 256 ? each : more[i - 256];
        GString *g = g_string_new(NULL);
        json_t *s;
        char *expected;

        each[1] = (char)i;
        s = json_string(text);
        expected = s ? gw_json_text(s) : strdup("\"\"");
        gw_json_quote(g, text);
        assert_string_equal(g->str, expected);
        g_string_free(g, TRUE);
        free(expected);
        json_decref(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read),      cmocka_unit_test(quotes_as_jansson_does),
        cmocka_unit_test(what_is_refused),   cmocka_unit_test(the_last_of_two_equal_names_wins),
        cmocka_unit_test(depth_has_a_bound), cmocka_unit_test(several_in_one_message),
        cmocka_unit_test(what_is_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
