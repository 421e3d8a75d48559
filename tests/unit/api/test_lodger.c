/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

#define NEIGHBOUR WORLD_OTHER /* a connection like any other; its sessions are elsewhere */
#define SESSION   4711
#define HANDLE    42

static bool lodge(uint64_t session, uint64_t handle, int room, bool once)
{
    json_t *what = json_pack("{sI sI sb ss s{ss si}}", "session", (json_int_t)session, "handle", (json_int_t)handle,
                             "once", once, "opaque_id", "late", "purpose", "plugin", "janus.plugin.fake", "room", room);
    bool in = gw_api_lodge(world.api, &world_transport, NEIGHBOUR, what);

    json_decref(what);
    return in;
}

static int ask(const char *janus, const char *more)
{
    return world_code(world_ask(NEIGHBOUR,
                                "{\"janus\":\"%s\",\"transaction\":\"t\",\"session_id\":%d,\"handle_id\":%d%s}", janus,
                                SESSION, HANDLE, more));
}

static void who_is_let_in(void **state)
{
    uint64_t own;

    world_begin((const char *[]){"general.drain_events", "false", NULL});
    own = world_session(WORLD_WS);
    assert_false(lodge(SESSION, HANDLE, 5, false)); /* not here */
    assert_false(lodge(own, HANDLE, 1234, false));  /* an id of ours */
    assert_true(lodge(0, 0, 1234, false));          /* only asks */
    assert_false(lodge(0, 0, 5, false));
    assert_false(lodge(SESSION, 0, 1234, false));
    world.refuse_attach = true;
    assert_false(lodge(SESSION, HANDLE, 1234, false));
    world.refuse_attach = false;
    assert_int_equal(gw_api_sessions(world.api), 1); /* nothing is left of those */
    assert_true(lodge(SESSION, HANDLE, 1234, false));
    assert_true(lodge(SESSION, HANDLE, 1234, true)); /* is there already */
    assert_int_equal(gw_api_sessions(world.api), 2);
    assert_int_equal(gw_api_handles(world.api), 1);
    world_end();
}

static void its_client_speaks_from_there_alone(void **state)
{
    json_t *event;

    world_begin((const char *[]){"general.drain_events", "false", NULL});
    assert_true(lodge(SESSION, HANDLE, 1234, false));
    assert_int_equal(ask("message", ",\"body\":{\"request\":\"async\",\"room\":1234}"), 0);
    event = world_heard(NEIGHBOUR);
    assert_string_equal(json_string_value(json_object_get(event, "janus")), "event");
    assert_int_equal(json_integer_value(json_object_get(event, "sender")), HANDLE);
    json_decref(event);
    world_wait(600000000); /* silence is its home's business */
    world_turn();
    assert_int_equal(gw_api_sessions(world.api), 1);
    assert_int_equal(ask("detach", ""), 0);
    world_turn();
    assert_int_equal(gw_api_sessions(world.api), 0); /* with its last lodger */
    world_end();
}

static void who_came_for_one_answer_goes(void **state)
{
    world_begin((const char *[]){"general.drain_events", "false", NULL});
    assert_true(lodge(SESSION, HANDLE, 1234, true));
    assert_int_equal(ask("message", ",\"body\":{\"request\":\"sync\",\"room\":1234}"), 0);
    world_wait(2100000);
    world_turn();
    assert_int_equal(gw_api_sessions(world.api), 0);
    assert_int_equal(world.detached, 1);
    world_end();
}

static void they_go_with_their_session(void **state)
{
    world_begin((const char *[]){"general.drain_events", "false", "general.reclaim_session_timeout", "60", NULL});
    assert_true(lodge(SESSION, HANDLE, 1234, false));
    gw_api_closed(world.api, &world_transport, NEIGHBOUR);
    world_turn();
    assert_int_equal(gw_api_sessions(world.api), 0); /* there is nobody who could claim it */
    gw_api_opened(world.api, &world_transport, NEIGHBOUR, CARDEA_DOOR_CLIENT, "127.0.0.1");
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_let_in),
        cmocka_unit_test(its_client_speaks_from_there_alone),
        cmocka_unit_test(who_came_for_one_answer_goes),
        cmocka_unit_test(they_go_with_their_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
