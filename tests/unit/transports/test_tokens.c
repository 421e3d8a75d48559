/* SPDX-License-Identifier: Apache-2.0 */
#include "../transports/websocket/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libwebsockets.h>

#include <cmocka.h>

static void subprotocols(void **state)
{
    assert_true(tokens_have("janus-protocol", "janus-protocol"));
    assert_true(tokens_have("foo, janus-protocol", "janus-protocol"));
    assert_true(tokens_have(",,janus-protocol , foo", "janus-protocol"));
    assert_false(tokens_have("", "janus-protocol"));
    assert_false(tokens_have("janus-protocol2", "janus-protocol"));
    assert_false(tokens_have("janus", "janus-protocol"));
    assert_false(tokens_have("Janus-Protocol", "janus-protocol"));
}

static void log_levels(void **state)
{
    int level = -1;

    assert_true(tokens_log_level("", &level));
    assert_int_equal(level, 0);
    assert_true(tokens_log_level("err, WARN", &level));
    assert_int_equal(level, LLL_ERR | LLL_WARN);
    assert_true(tokens_log_level("none", &level));
    assert_int_equal(level, 0);
    assert_true(tokens_log_level("all", &level));
    assert_int_equal(level & (LLL_DEBUG | LLL_INFO), LLL_DEBUG | LLL_INFO);
    assert_false(tokens_log_level("err,nonsense", &level));
    assert_int_equal(level, LLL_ERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(subprotocols), cmocka_unit_test(log_levels)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
