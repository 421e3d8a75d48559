/* SPDX-License-Identifier: Apache-2.0 */
/* What event handlers are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/events.h"
#include "support/world.h"

static GQueue told; /* json_t * */

static void take(void *arg, const char *text)
{
    json_t *o = json_loads(text, 0, NULL);

    assert_non_null(o);
    g_queue_push_tail(&told, o);
}

static json_t *query(void *arg, json_t *request)
{
    return json_pack("{sO}", "heard", request);
}

static struct gw_event_handler handler = {.name = "test.own", .shown = "test.known", .take = take, .query = query};

static void begin(unsigned mask)
{
    static const char *const settings[] = {"general.server_name", "Mine", "general.session_timeout", "10", NULL};

    world_begin(settings);
    handler.mask = mask;
    gw_events_add(world.api, &handler);
}

static void end(void)
{
    world_end();
    g_queue_clear_full(&told, (GDestroyNotify)json_decref);
}

/* The oldest one not looked at yet, which must be of this type. */
static json_t *next(int type)
{
    json_t *o = g_queue_pop_head(&told);

    assert_non_null(o);
    assert_int_equal(json_integer_value(json_object_get(o, "type")), type);
    assert_string_equal(json_string_value(json_object_get(o, "emitter")), "Mine");
    return o;
}

static const char *text(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(json_object_get(o, "event"), name));
}

static void masks(void **state)
{
    unsigned mask = 99;

    assert_true(gw_event_mask(NULL, &mask));
    assert_int_equal(mask, 0);
    assert_true(gw_event_mask("sessions, media,core", &mask));
    assert_int_equal(mask, 1 + 32 + 256);
    assert_true(gw_event_mask("all", &mask));
    assert_int_equal(mask, 511);
    assert_true(gw_event_mask("none", &mask));
    assert_int_equal(mask, 0);
    assert_false(gw_event_mask("sessions,dance", &mask));
    assert_int_equal(mask, 1);
}

static void the_life_of_a_session(void **state)
{
    uint64_t session, handle;
    json_t *o;

    begin(GW_EVENT_ALL);
    session = world_session(WORLD_WS);
    o = next(GW_EVENT_SESSION);
    assert_string_equal(text(o, "name"), "created");
    assert_non_null(json_object_get(json_object_get(o, "event"), "transport"));
    assert_true((uint64_t)json_integer_value(json_object_get(o, "session_id")) == session);
    json_decref(o);
    handle = world_attach(WORLD_WS, session);
    o = next(GW_EVENT_HANDLE);
    assert_string_equal(text(o, "name"), "attached");
    assert_true((uint64_t)json_integer_value(json_object_get(o, "handle_id")) == handle);
    json_decref(o);
    world_wait(12000000);
    o = next(GW_EVENT_SESSION);
    assert_string_equal(text(o, "name"), "timeout");
    json_decref(o);
    o = next(GW_EVENT_HANDLE);
    assert_string_equal(text(o, "name"), "detached");
    json_decref(o);
    assert_true(g_queue_is_empty(&told));
    end();
}

static void only_what_is_wanted(void **state)
{
    json_t *o;

    begin(GW_EVENT_EXTERNAL);
    world_session(WORLD_WS);
    json_decref(world_ask(WORLD_ADMIN, "{\"transaction\":\"x\",\"janus\":\"custom_event\",\"schema\":\"s\",\"data\":{"
                                       "\"a\":1}}"));
    o = next(GW_EVENT_EXTERNAL);
    assert_string_equal(text(o, "schema"), "s");
    assert_null(json_object_get(o, "session_id"));
    assert_null(json_object_get(o, "subtype"));
    json_decref(o);
    assert_true(g_queue_is_empty(&told));
    end();
}

static void plugins_and_transports_speak(void **state)
{
    uint64_t session;
    json_t *o;

    begin(GW_EVENT_PLUGIN | GW_EVENT_TRANSPORT);
    session = world_session(WORLD_WS);
    world_attach(WORLD_WS, session);
    gw_api_event(world.api, world.handle, json_pack("{si}", "n", 5));
    o = next(GW_EVENT_PLUGIN);
    assert_true((uint64_t)json_integer_value(json_object_get(o, "session_id")) == session);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json_object_get(o, "event"), "data"), "n")), 5);
    json_decref(o);
    gw_api_event(world.api, NULL, json_object());
    json_decref(next(GW_EVENT_PLUGIN));
    gw_api_transport_event(world.api, &world_transport, 7, json_object());
    o = next(GW_EVENT_TRANSPORT);
    assert_string_equal(text(o, "id"), "7");
    json_decref(o);
    gw_api_transport_event(world.api, "nobody", 7, json_object());
    assert_true(g_queue_is_empty(&told));
    end();
}

static void handlers_are_asked(void **state)
{
    static const char *const names[] = {"test.own", "test.known"};

    begin(0);
    for (int i = 0; i < 2; i++) {
        json_t *o = world_ask(WORLD_ADMIN,
                              "{\"transaction\":\"x\",\"janus\":\"query_eventhandler\",\"handler\":\"%s\","
                              "\"request\":{\"request\":\"r\"}}",
                              names[i]);

        assert_non_null(json_object_get(json_object_get(o, "response"), "heard"));
        assert_int_equal(world_code(o), 0);
    }
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks),
        cmocka_unit_test(the_life_of_a_session),
        cmocka_unit_test(only_what_is_wanted),
        cmocka_unit_test(plugins_and_transports_speak),
        cmocka_unit_test(handlers_are_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
