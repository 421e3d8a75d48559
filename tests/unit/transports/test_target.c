/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/http/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *raw, const char *path, const char *query)
{
    struct target t;

    assert_int_equal(target_read(&t, raw), TARGET_GOOD);
    assert_string_equal(t.path, path);
    assert_string_equal(t.query, query);
}

static void good_ones(void **state)
{
    expect("/", "/", "");
    expect("/janus/12?maxev=5&x=%20+", "/janus/12", "maxev=5&x=%20+");
    expect("/a%20b%2Fc%c3%A9", "/a b/c\xc3\xa9", "");
    expect("/a?b?c", "/a", "b?c");
    expect("/a?", "/a", "");
    expect("*", "/", "");
    expect("", "/", "");
    expect("http://host:80/x?y", "/x", "y");
    expect("HTTPS://host", "/", "");
    expect("http://host?y", "/", "y");
    expect("/%2e%2e/x", "/../x", "");
}

static void bad_ones(void **state)
{
    static const char *const bad[] = {"x",    "janus/1",   "/%",    "/%4",    "/%zz",     "/%4g",
                                      "/%00", "/a%0d%0ab", "/\x01", "/a\x7f", "ftp://x/y"};
    struct target t;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (target_read(&t, bad[i]) != TARGET_BAD)
            fail_msg("%s was taken", bad[i]);
}

static void long_ones(void **state)
{
    struct target t;
    char raw[sizeof(t.path) + 2];

    memset(raw, 'a', sizeof(raw));
    raw[0] = '/';
    raw[sizeof(t.path) - 1] = 0;
    assert_int_equal(target_read(&t, raw), TARGET_GOOD);
    raw[sizeof(t.path) - 1] = 'a';
    raw[sizeof(t.path)] = 0;
    assert_int_equal(target_read(&t, raw), TARGET_TOO_LONG);
}

static void every_truncation(void **state)
{
    static const char whole[] = "http://h/a%20b%2Fc%c3%a9?q";
    struct target t;

    for (size_t n = 0; n < sizeof(whole); n++) {
        char *part = strndup(whole, n); /* so that a sanitizer sees reads behind its end */

        target_read(&t, part);
        free(part);
    }
}

static void base_paths(void **state)
{
    assert_string_equal(target_below("/janus", "/janus"), "");
    assert_string_equal(target_below("/janus", "/janus/"), "/");
    assert_string_equal(target_below("/janus", "/janus/1/2"), "/1/2");
    assert_null(target_below("/janus", "/januss"));
    assert_null(target_below("/janus", "/"));
    assert_null(target_below("/janus", "/JANUS"));
    assert_string_equal(target_below("", "/"), "/");
    assert_string_equal(target_below("", "/12/34"), "/12/34");
    assert_string_equal(target_below("", "/info"), "/info");
    assert_string_equal(target_below("", "/ping/"), "/ping/");
    assert_null(target_below("", "/index.html"));
    assert_null(target_below("", "/12a"));
    assert_null(target_below("", "/information"));
}

static void entity_tags(void **state)
{
    assert_true(target_tag_matches("\"a-1\"", "\"a-1\""));
    assert_true(target_tag_matches("W/\"a-1\"", "\"a-1\""));
    assert_true(target_tag_matches("\"x\", \"a-1\"", "\"a-1\""));
    assert_true(target_tag_matches("*", "\"a-1\""));
    assert_false(target_tag_matches("", "\"a-1\""));
    assert_false(target_tag_matches("\"a-12\"", "\"a-1\""));
    assert_false(target_tag_matches("\"x\",", "\"a-1\""));
    assert_false(target_tag_matches("a-1", "\"a-1\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_ones),  cmocka_unit_test(bad_ones),
                                       cmocka_unit_test(long_ones),  cmocka_unit_test(every_truncation),
                                       cmocka_unit_test(base_paths), cmocka_unit_test(entity_tags)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
