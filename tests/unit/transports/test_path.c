/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/http/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void stays_below(void **state)
{
    static const char *const safe[] = {"/", "/index.html", "/a/b/c.js", "/dir/", "/a..b", "/a.", "/a b"};
    static const char *const unsafe[] = {"",           "index.html", "/..",   "/../x", "/a/../b",   "/a/..", "/.git/x",
                                         "/a/.hidden", "//x",        "/a//b", "/./x",  "/a\\..\\b", "/a\nb"};

    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
        if (!page_path_is_safe(safe[i]))
            fail_msg("%s", safe[i]);
    for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
        if (page_path_is_safe(unsafe[i]))
            fail_msg("%s", unsafe[i]);
}

static void is_not_endless(void **state)
{
    char path[2000];

    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[sizeof(path) - 1] = 0;
    assert_false(page_path_is_safe(path));
}

static void types(void **state)
{
    assert_string_equal(page_type("/index.html"), "text/html; charset=utf-8");
    assert_string_equal(page_type("/a.b/c.JS"), "text/javascript; charset=utf-8");
    assert_string_equal(page_type("/style.css"), "text/css; charset=utf-8");
    assert_string_equal(page_type("/x.webm"), "video/webm");
    assert_string_equal(page_type("/x"), "application/octet-stream");
    assert_string_equal(page_type("/x.htmlx"), "application/octet-stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stays_below), cmocka_unit_test(is_not_endless),
                                       cmocka_unit_test(types)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
