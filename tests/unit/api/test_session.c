/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: whose they are, and how long they live. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

#define S 1000000ll

static json_t *ask(cardea_connection c, const char *janus, uint64_t session)
{
    return world_ask(c, "{\"janus\":\"%s\",\"session_id\":%llu,\"transaction\":\"x\"}", janus,
                     (unsigned long long)session);
}

static void ids(void **state)
{
    uint64_t id;

    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"c\",\"id\":77}")), 0);
    json_t *reply = world_ask(WORLD_OTHER, "{\"janus\":\"create\",\"transaction\":\"c\",\"id\":77}");
    assert_int_equal(json_integer_value(json_object_get(reply, "session_id")), 77);
    assert_int_equal(world_code(reply), 468);
    reply = world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"c\",\"id\":0}");
    assert_null(json_object_get(reply, "session_id"));
    id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    assert_in_range(id, 1, (1ull << 53) - 1);
    json_decref(reply);
    assert_int_equal(world_code(ask(WORLD_WS, "destroy", 77)), 0);
    assert_int_equal(world_code(ask(WORLD_WS, "keepalive", 77)), 458);
    world_end();
}

static void silence_ends_a_session(void **state)
{
    uint64_t id;
    json_t *event;

    world_begin(NULL);
    id = world_session(WORLD_WS);
    world_attach(WORLD_WS, id);
    world_wait(50 * S);
    assert_int_equal(world_code(ask(WORLD_OTHER, "dance", id)), 453); /* errors, too, and from elsewhere */
    world_wait(50 * S);
    assert_true(world_quiet(WORLD_WS));
    world_wait(13 * S);
    event = world_heard(WORLD_WS);
    assert_string_equal(json_string_value(json_object_get(event, "janus")), "timeout");
    assert_int_equal(json_integer_value(json_object_get(event, "session_id")), id);
    json_decref(event);
    assert_int_equal(world_code(ask(WORLD_WS, "keepalive", id)), 458);
    assert_int_equal(world.detached, 1);
    world_end();
}

static void zero_is_never(void **state)
{
    static const char *const settings[] = {"general.session_timeout", "0", NULL};

    world_begin(settings);
    world_session(WORLD_WS);
    world_wait(4000 * S);
    assert_int_equal(gw_api_sessions(world.api), 1);
    world_end();
}

static void a_lost_connection_takes_its_sessions_along(void **state)
{
    uint64_t mine, other;

    world_begin(NULL);
    mine = world_session(WORLD_WS);
    other = world_session(WORLD_OTHER);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    world_turn();
    assert_int_equal(world_code(ask(WORLD_OTHER, "keepalive", mine)), 458);
    assert_int_equal(world_code(ask(WORLD_OTHER, "keepalive", other)), 0);
    world_end();
}

static void or_leaves_them_to_be_claimed(void **state)
{
    static const char *const settings[] = {"general.reclaim_session_timeout", "10", NULL};
    uint64_t claimed, forgotten;
    json_t *reply;

    world_begin(settings);
    claimed = world_session(WORLD_WS);
    forgotten = world_session(WORLD_WS);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    world_turn();
    assert_int_equal(world_code(ask(WORLD_OTHER, "keepalive", claimed)), 0);
    reply = ask(WORLD_OTHER, "claim", claimed);
    assert_int_equal(json_integer_value(json_object_get(reply, "session_id")), claimed);
    json_decref(reply);
    world_wait(13 * S);
    assert_int_equal(world_code(ask(WORLD_OTHER, "keepalive", claimed)), 0);
    assert_int_equal(world_code(ask(WORLD_OTHER, "keepalive", forgotten)), 458);
    world_end();
}

/* The time for a claim begins when the connection goes, however long nothing was asked before. */
static void the_time_for_a_claim(void **state)
{
    static const char *const settings[] = {"general.reclaim_session_timeout", "10", NULL};

    world_begin(settings);
    world_session(WORLD_WS);
    world_wait(15 * S);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    world_wait(9 * S);
    assert_int_equal(gw_api_sessions(world.api), 1);
    world_wait(4 * S);
    assert_int_equal(gw_api_sessions(world.api), 0);
    world_end();
}

static void events_follow_the_claim(void **state)
{
    uint64_t id, handle;

    world_begin(NULL);
    id = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, id);
    assert_int_equal(world_code(ask(WORLD_WS, "claim", id)), 0);
    assert_int_equal(world_code(ask(WORLD_OTHER, "claim", id)), 0);
    /* the reply goes to who asks, the event to who owns */
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"transaction\":\"m\",\"body\":{\"request\":\"async\"}}",
                          (unsigned long long)id, (unsigned long long)handle));
    assert_true(world_quiet(WORLD_WS));
    json_decref(world_heard(WORLD_OTHER));
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    world_turn();
    assert_int_equal(gw_api_sessions(world.api), 1);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),
        cmocka_unit_test(silence_ends_a_session),
        cmocka_unit_test(zero_is_never),
        cmocka_unit_test(a_lost_connection_takes_its_sessions_along),
        cmocka_unit_test(or_leaves_them_to_be_claimed),
        cmocka_unit_test(the_time_for_a_claim),
        cmocka_unit_test(events_follow_the_claim),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
