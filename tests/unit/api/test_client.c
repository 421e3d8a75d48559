/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: known or not, and where what they ask is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define PING "{\"janus\":\"ping\",\"transaction\":\"x\"}"

static void strangers(void **state)
{
    int elsewhere;

    world_begin(NULL);
    world_say(77, PING); /* never opened */
    assert_true(world_quiet(77));
    gw_api_received(world.api, &elsewhere, WORLD_WS, PING, strlen(PING));
    gw_api_opened(world.api, &elsewhere, 77, CARDEA_DOOR_CLIENT, "192.0.2.9");
    gw_api_opened(world.api, &world_transport, 0, CARDEA_DOOR_CLIENT, "192.0.2.9"); /* 0 is no connection */
    gw_api_closed(world.api, &elsewhere, WORLD_WS);
    gw_api_closed(world.api, &world_transport, 77);
    world_turn();
    assert_int_equal(world.sent.length, 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, PING)), 0);
    world_end();
}

/* A number that is in use stays with who has it: at its door, with its address. */
static void opened_twice(void **state)
{
    struct gw_origin o = {.connection = WORLD_WS};

    world_begin(NULL);
    o.transport = gw_transport_find(world.api, &world_transport);
    gw_api_opened(world.api, &world_transport, WORLD_WS, CARDEA_DOOR_ADMIN, "192.0.2.99");
    assert_string_equal(gw_origin_remote(&o), "192.0.2.1");
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"get_status\",\"transaction\":\"x\"}")), 457);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    gw_api_opened(world.api, &world_transport, WORLD_WS, CARDEA_DOOR_ADMIN, "192.0.2.99");
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"get_status\",\"transaction\":\"x\"}")), 0);
    world_end();
}

static void answers_go_to_who_asks(void **state)
{
    uint64_t id;

    world_begin(NULL);
    id = world_session(WORLD_WS);
    assert_int_equal(
        world_code(world_ask(WORLD_OTHER, "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":%llu}",
                             (unsigned long long)id)),
        0);
    assert_true(world_quiet(WORLD_WS));
    world_end();
}

/* The answer of a request whose connection has gone meanwhile goes nowhere, although the number may be another's. */
static void late_answers(void **state)
{
    uint64_t id, handle;
    struct gw_origin o = {.connection = 55};

    world_begin(NULL);
    id = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, id);
    json_decref(world_ask(WORLD_OTHER,
                          "{\"janus\":\"message\",\"transaction\":\"m\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"body\":{\"request\":\"late\"}}",
                          (unsigned long long)id, (unsigned long long)handle));
    gw_api_closed(world.api, &world_transport, WORLD_OTHER);
    world_turn();
    gw_api_reply(world.api, world.kept, json_pack("{ss}", "fake", "late"));
    json_decref(world_heard(WORLD_WS)); /* an event: it is the session's */
    assert_true(world_quiet(WORLD_OTHER));
    o.transport = gw_transport_find(world.api, &world_transport);
    assert_null(gw_origin_client(&o));
    gw_origin_send(&o, "{}");
    gw_origin_send_json(&o, json_object());
    assert_int_equal(world.sent.length, 0);
    world_end();
}

/* Requests of one message are looked at one by one: those after the last word of a connection are not. */
static void several_at_once(void **state)
{
    GString *text = g_string_new(NULL);

    world_begin(NULL);
    for (int i = 0; i < GW_MAX_PIPELINE; i++)
        g_string_append(text, PING "\n");
    world_say(WORLD_WS, text->str);
    for (int i = 0; i < GW_MAX_PIPELINE; i++)
        assert_int_equal(world_code(world_heard(WORLD_WS)), 0);
    g_string_append(text, PING);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", text->str)), 454);
    assert_true(world_quiet(WORLD_WS));
    g_string_free(text, TRUE);
    world_end();
}

static void of_exchanges(void **state)
{
    struct gw_origin o = {.tag = 5};

    world_begin(NULL);
    o.transport = gw_transport_find(world.api, &world_transport);
    assert_ptr_equal(gw_origin_client(&o), o.transport->exchange); /* they share one owner */
    assert_null(gw_transport_find(world.api, &o));
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers),    cmocka_unit_test(opened_twice),    cmocka_unit_test(answers_go_to_who_asks),
        cmocka_unit_test(late_answers), cmocka_unit_test(several_at_once), cmocka_unit_test(of_exchanges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
