/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/common/acl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void everybody(void **state)
{
    assert_true(acl_allows(NULL, "192.0.2.1"));
    assert_true(acl_allows("", NULL));
}

static void prefixes(void **state)
{
    assert_true(acl_allows("127.,192.168.0.", "127.0.0.1"));
    assert_true(acl_allows("127.,192.168.0.", "192.168.0.77"));
    assert_true(acl_allows(" 10. ,\t192.168.0.5", "192.168.0.5"));
    assert_false(acl_allows("127.,192.168.0.", "192.168.1.77"));
    assert_false(acl_allows("127.0.0.1", "127.0.0."));
    assert_false(acl_allows("127.", ""));
    assert_false(acl_allows("127.", NULL));
    assert_false(acl_allows(",", "127.0.0.1"));
    assert_true(acl_allows("2001:db8:", "2001:db8::7"));
}

static void mapped(void **state)
{
    assert_true(acl_allows("127.", "::ffff:127.0.0.1"));
    assert_true(acl_allows("127.", "::FFFF:127.0.0.1"));
    assert_true(acl_allows("::ffff:127.", "::ffff:127.0.0.1"));
    assert_false(acl_allows("127.", "::fffe:127.0.0.1"));
}

static void origins(void **state)
{
    assert_true(acl_allows_origin(NULL, NULL));
    assert_true(acl_allows_origin("*", NULL));
    assert_true(acl_allows_origin("https://a.example", "https://a.example"));
    assert_true(acl_allows_origin("https://a.example", "https://a.example/page"));
    assert_false(acl_allows_origin("https://a.example", "http://a.example"));
    assert_false(acl_allows_origin("https://a.example", NULL));
    assert_false(acl_allows_origin("https://a.example", "https://a.exampl"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(everybody), cmocka_unit_test(prefixes),
                                       cmocka_unit_test(mapped), cmocka_unit_test(origins)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
