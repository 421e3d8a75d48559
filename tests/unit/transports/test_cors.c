/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/http/cors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *find(const struct cors_header *h, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(h[i].name, name))
            return h[i].value;
    return NULL;
}

static void any_origin(void **state)
{
    struct cors_header h[CORS_MOST_HEADERS];
    size_t n = cors_headers(h, &(struct cors){"*", false}, NULL, NULL);

    assert_int_equal(n, 2);
    assert_string_equal(find(h, n, "Access-Control-Allow-Origin"), "*");
    assert_string_equal(find(h, n, "Access-Control-Max-Age"), "86400");
}

static void one_origin_and_a_preflight(void **state)
{
    struct cors_header h[CORS_MOST_HEADERS];
    size_t n = cors_headers(h, &(struct cors){"https://a.example", true}, "POST", "content-type");

    assert_int_equal(n, CORS_MOST_HEADERS);
    assert_string_equal(find(h, n, "Access-Control-Allow-Origin"), "https://a.example");
    assert_string_equal(find(h, n, "Access-Control-Allow-Credentials"), "true");
    assert_string_equal(find(h, n, "Vary"), "Origin");
    assert_string_equal(find(h, n, "Access-Control-Allow-Methods"), "POST");
    assert_string_equal(find(h, n, "Access-Control-Allow-Headers"), "content-type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(any_origin), cmocka_unit_test(one_origin_and_a_preflight)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
