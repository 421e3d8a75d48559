/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/world.h"

#define S 1000000

static json_t *operate(const char *request)
{
    json_t *reply = world_ask(WORLD_ADMIN, "{%s,\"transaction\":\"t\"}", request);

    assert_string_equal(json_string_value(json_object_get(reply, "janus")), "success");
    return reply;
}

static json_int_t number(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);

    return json_is_boolean(v) ? json_is_true(v) : json_is_integer(v) ? json_integer_value(v) : -1;
}

static void what_clients_are_told(void **state)
{
    json_t *event;

    world_begin(NULL);
    world_session(WORLD_WS);
    json_decref(operate("\"janus\":\"drain\",\"timeout\":90"));
    event = world_heard(WORLD_WS);
    assert_string_equal(json_string_value(json_object_get(event, "janus")), "draining");
    assert_true(number(event, "draining"));
    assert_int_equal(number(event, "deadline_s"), 90);
    json_decref(event);
    json_decref(operate("\"janus\":\"drain\",\"timeout\":0")); /* another deadline: none */
    event = world_heard(WORLD_WS);
    assert_int_equal(number(event, "deadline_s"), -1);
    json_decref(event);
    assert_int_equal(world.drains, 1); /* plugins know already */
    json_decref(operate("\"janus\":\"drain\",\"on\":false"));
    event = world_heard(WORLD_WS);
    assert_false(number(event, "draining"));
    json_decref(event);
    world_end();
}

static void how_long_it_takes(void **state)
{
    json_t *status;

    world_begin((const char *[]){"general.session_timeout", "0", "general.drain_events", "false", NULL});
    for (int i = 0; i < 3; i++) { /* three calls of 100 s */
        uint64_t id = world_session(WORLD_WS);

        world_wait(100 * (int64_t)S);
        json_decref(world_ask(WORLD_WS, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                              (unsigned long long)id));
    }
    world_session(WORLD_WS);
    world_wait(40 * (int64_t)S);
    world_session(WORLD_WS);
    status = operate("\"janus\":\"drain_status\"");
    assert_int_equal(number(status, "draining"), 0);
    assert_int_equal(number(status, "sessions"), 2);
    assert_int_equal(number(status, "oldest_session_s"), 40);
    assert_int_equal(number(status, "eta_s"), 100);
    assert_int_equal(number(status, "deadline_s"), -1);
    json_decref(status);
    status = operate("\"janus\":\"drain\",\"timeout\":70");
    assert_int_equal(number(status, "draining"), 1);
    assert_int_equal(number(status, "eta_s"), 70); /* no longer than the deadline */
    json_decref(status);
    world_wait(30 * (int64_t)S);
    status = operate("\"janus\":\"drain_status\"");
    assert_int_equal(number(status, "since_s"), 30);
    assert_int_equal(number(status, "deadline_s"), 40);
    json_decref(status);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_clients_are_told),
        cmocka_unit_test(how_long_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
