/* SPDX-License-Identifier: Apache-2.0 */
/* Stored tokens, as operators keep them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static const char *const stored[] = {"general.token_auth", "true", NULL};

static json_t *ask(const char *members)
{
    return world_ask(WORLD_ADMIN, "{\"transaction\":\"x\",%s}", members);
}

static int code(const char *members)
{
    return world_code(ask(members));
}

static void what_they_open(void **state)
{
    const char *attach = "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":7,"
                         "\"plugin\":\"janus.plugin.fake\",\"token\":\"t\"}";

    world_begin(stored);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"t\"}")),
                     403);
    assert_int_equal(code("\"janus\":\"add_token\",\"token\":\"t\",\"plugins\":[5,\"none\",\"janus.plugin.fake\"]"), 0);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"u\",\"plugins\":[\"janus.plugin.fake\"]"), 470);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[]"), 467);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[\"none\"]"), 467);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\""), 456);
    assert_int_equal(
        world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"t\",\"id\":7}")), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 0);
    assert_int_equal(code("\"janus\":\"disallow_token\",\"token\":\"t\",\"plugins\":[\"janus.plugin.fake\"]"), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 405);
    assert_int_equal(code("\"janus\":\"list_tokens\""), 0);
    assert_int_equal(code("\"janus\":\"remove_token\",\"token\":\"u\""), 490);
    assert_int_equal(code("\"janus\":\"remove_token\",\"token\":\"t\""), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 403);
    world_end();
}

/* The names of `data.plugins` in the reply. */
static void expect_plugins(const char *members, const char *json)
{
    json_t *reply = ask(members), *wanted = json_loads(json, 0, NULL);

    if (!json_equal(json_object_get(json_object_get(reply, "data"), "plugins"), wanted))
        fail_msg("%s: %s", members, json_dumps(reply, 0));
    json_decref(reply);
    json_decref(wanted);
}

#define FAKE "\"janus.plugin.fake\""

static void which_plugins(void **state)
{
    json_t *reply, *wanted = json_loads("{\"tokens\":[{\"token\":\"t\",\"allowed_plugins\":[" FAKE "]}]}", 0, NULL);

    world_begin(stored);
    expect_plugins("\"janus\":\"add_token\",\"token\":\"t\"", "[" FAKE "]"); /* all there are */
    expect_plugins("\"janus\":\"add_token\",\"token\":\"t\",\"plugins\":[]", "[" FAKE "]");
    expect_plugins("\"janus\":\"add_token\",\"token\":\"u\",\"plugins\":[5,null,\"none\"]", "[]"); /* skipped */
    assert_int_equal(code("\"janus\":\"remove_token\",\"token\":\"u\""), 0);
    expect_plugins("\"janus\":\"disallow_token\",\"token\":\"t\",\"plugins\":[\"cardea.plugin.fake\"]", "[]");
    /* one of them is wrong: nothing changes */
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[" FAKE ",\"none\"]"), 467);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[" FAKE ",5]"), 467);
    expect_plugins("\"janus\":\"disallow_token\",\"token\":\"t\",\"plugins\":[" FAKE "]", "[]");
    expect_plugins("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[" FAKE "," FAKE "]", "[" FAKE "]");
    reply = ask("\"janus\":\"list_tokens\"");
    assert_true(json_equal(json_object_get(reply, "data"), wanted));
    json_decref(reply);
    json_decref(wanted);
    world_end();
}

static void only_in_their_mode(void **state)
{
    static const char *const requests[] = {
        "\"janus\":\"add_token\",\"token\":\"t\"",
        "\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[" FAKE "]",
        "\"janus\":\"disallow_token\",\"token\":\"t\",\"plugins\":[" FAKE "]",
        "\"janus\":\"remove_token\",\"token\":\"t\"",
        "\"janus\":\"list_tokens\"",
    };
    static const char *const signs[] = {"general.token_auth", "true", "general.token_auth_secret", "k", NULL};

    for (int mode = 0; mode < 2; mode++) {
        world_begin(mode ? signs : NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(requests); i++)
            assert_int_equal(code(requests[i]), 490);
        world_end();
    }
    world_begin(stored);
    assert_int_equal(code("\"janus\":\"add_token\""), 456);
    assert_int_equal(code("\"janus\":\"add_token\",\"token\":5"), 467);
    assert_int_equal(code("\"janus\":\"add_token\",\"token\":\"t\",\"plugins\":\"p\""), 467);
    assert_int_equal(code("\"janus\":\"remove_token\""), 456);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_they_open),
        cmocka_unit_test(which_plugins),
        cmocka_unit_test(only_in_their_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
