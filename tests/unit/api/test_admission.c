/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static void operate(const char *request)
{
    assert_int_equal(world_code(world_ask(WORLD_ADMIN, "{%s,\"transaction\":\"t\"}", request)), 0);
}

static int create(const char *purpose)
{
    return world_code(world_ask(WORLD_OTHER, "{\"janus\":\"create\",\"transaction\":\"c\"%s}", purpose));
}

static void who_may_come_in(void **state)
{
    static const char *const room = ",\"for\":{\"plugin\":\"janus.plugin.fake\",\"room\":1234}";

    world_begin((const char *[]){"general.drain_events", "false", "general.drain_grace", "0", NULL});
    assert_int_equal(create(""), 0);
    operate("\"janus\":\"drain\"");
    assert_int_equal(world.drains, 1);
    assert_int_equal(create(""), 472);
    assert_int_equal(create(room), 0); /* lives here already */
    assert_int_equal(create(",\"for\":{\"plugin\":\"janus.plugin.fake\",\"room\":5}"), 472);
    assert_int_equal(create(",\"for\":{\"plugin\":\"janus.plugin.nobody\",\"room\":1234}"), 472);
    assert_int_equal(create(",\"for\":{}"), 472);
    assert_int_equal(create(",\"for\":7"), 467);
    operate("\"janus\":\"undrain\"");
    assert_int_equal(world.drains, 101);
    assert_int_equal(create(""), 0);
    operate("\"janus\":\"accept_new_sessions\",\"accept\":false");
    assert_int_equal(create(room), 472); /* closed is closed */
    world_end();
}

static void balancers_need_a_moment(void **state)
{
    world_begin((const char *[]){"general.drain_events", "false", "general.drain_grace", "3", NULL});
    operate("\"janus\":\"drain\"");
    assert_false(gw_api_accepts(world.api)); /* this is what they are told */
    assert_int_equal(create(""), 0);
    world_wait(2900000);
    assert_int_equal(create(""), 0);
    world_wait(200000);
    assert_int_equal(create(""), 472);
    world_end();
}

static void modules_may_refuse(void **state)
{
    json_t *reply;

    world_begin(NULL);
    gw_api_admit(world.api, "one", false, "too hot");
    gw_api_admit(world.api, "two", false, "too cold");
    gw_api_admit(world.api, "one", false, "still too hot");
    assert_false(gw_api_accepts(world.api));
    assert_int_equal(create(""), 472);
    gw_api_admit(world.api, "two", true, NULL);
    reply = world_ask(WORLD_OTHER, "{\"janus\":\"create\",\"transaction\":\"c\"}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(reply, "error"), "reason")), "still too hot");
    json_decref(reply);
    gw_api_admit(world.api, "one", true, NULL);
    gw_api_admit(world.api, "one", true, NULL);
    assert_true(gw_api_accepts(world.api));
    assert_int_equal(create(""), 0);
    assert_int_equal(gw_api_sessions_made(world.api), 1);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_come_in),
        cmocka_unit_test(balancers_need_a_moment),
        cmocka_unit_test(modules_may_refuse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
