/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' door: which request at which level, and what settings do. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static json_t *ask(const char *members)
{
    return world_ask(WORLD_ADMIN, "{\"transaction\":\"x\",%s}", members);
}

static int code(const char *members)
{
    return world_code(ask(members));
}

static json_int_t number(const char *members, const char *name)
{
    json_t *reply = ask(members), *v = json_object_get(reply, name);
    json_int_t n = json_is_boolean(v) ? json_is_true(v) : json_integer_value(v);

    if (!v)
        fail_msg("%s: %s", members, json_dumps(reply, 0));
    json_decref(reply);
    return n;
}

static void rows(void **state)
{
    static const struct {
        const char *members;
        int code;
    } all[] = {
        {"\"janus\":\"info\"", 0},
        {"\"janus\":\"ping\"", 0},
        {"\"janus\":\"dance\"", 457},
        {"\"janus\":\"list_handles\"", 457},
        {"\"janus\":\"create\"", 457},
        {"\"janus\":\"list_sessions\",\"session_id\":5", 458},
        {"\"janus\":\"list_handles\",\"handle_id\":5", 458},
        {"\"janus\":\"handle_info\",\"session_id\":7,\"handle_id\":0", 458},
        {"\"janus\":\"handle_info\",\"session_id\":7,\"handle_id\":5", 459},
        {"\"janus\":\"list_sessions\",\"session_id\":7", 457},
        {"\"janus\":\"handle_info\",\"session_id\":7", 457},
        {"\"janus\":\"list_handles\",\"session_id\":7", 0},
        {"\"janus\":\"ping\",\"id\":\"no matter\"", 0},
        {"\"janus\":\"get_status\"", 0},
        {"\"janus\":\"set_log_level\"", 456},
        {"\"janus\":\"set_log_level\",\"level\":8", 467},
        {"\"janus\":\"set_log_level\",\"level\":\"4\"", 467},
        {"\"janus\":\"set_session_timeout\",\"timeout\":-1", 467},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":-2", 467},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":-1", 0},
        {"\"janus\":\"set_no_media_timer\",\"no_media_timer\":-1", 467},
        {"\"janus\":\"set_no_media_timer\",\"no_media_timer\":100000", 0},
        {"\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":10000000", 0},
        {"\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":4.0", 467},
        {"\"janus\":\"set_min_nack_queue\",\"min_nack_queue\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"timeout\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"timeout\":60", 0},
        {"\"janus\":\"set_session_timeout\"", 456},
        {"\"janus\":\"set_session_timeout\",\"timeout\":\"5\"", 467},
        {"\"janus\":\"set_nack_optimizations\",\"nack_optimizations\":1", 467},
        {"\"janus\":\"set_locking_debug\"", 456},
        {"\"janus\":\"set_locking_debug\",\"debug\":true", 0},
        {"\"janus\":\"set_refcount_debug\",\"debug\":0", 467},
        {"\"janus\":\"loops_info\"", 0},
        {"\"janus\":\"loops_info\",\"session_id\":7", 457},
        {"\"janus\":\"detach_handle\",\"session_id\":7", 457},
        {"\"janus\":\"destroy_session\"", 457},
        {"\"janus\":\"start_pcap\",\"session_id\":7", 457},
        {"\"janus\":\"resolve_address\"", 456},
        {"\"janus\":\"resolve_address\",\"address\":5", 467},
        {"\"janus\":\"test_stun\",\"address\":\"a\"", 456},
        {"\"janus\":\"test_stun\",\"address\":\"a\",\"port\":-1", 467},
        {"\"janus\":\"query_transport\"", 456},
        {"\"janus\":\"query_eventhandler\"", 456},
        {"\"janus\":\"query_logger\",\"logger\":\"none\"", 460},
        {"\"janus\":\"custom_event\",\"schema\":5,\"data\":{}", 467},
        {"\"janus\":\"custom_event\",\"schema\":\"s\",\"data\":[]", 467},
        {"\"janus\":\"custom_logline\"", 456},
        {"\"janus\":\"custom_logline\",\"line\":\"l\",\"level\":\"bad\"", 0},
        {"\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"session_id\":7", 457},
        {"\"janus\":\"LIST_SESSIONS\"", 0},
        {"\"janus\":\"accept_new_sessions\",\"accept\":1", 467},
        {"\"janus\":\"set_log_timestamps\",\"timestamps\":true", 0},
        {"\"janus\":\"set_log_colors\",\"colors\":null", 467},
        {"\"janus\":\"message_plugin\"", 456},
        {"\"janus\":\"message_plugin\",\"plugin\":\"none\"", 460},
        {"\"janus\":\"query_transport\",\"transport\":\"none\"", 460},
        {"\"janus\":\"query_transport\",\"transport\":\"janus.transport.fake\",\"request\":5", 467},
        {"\"janus\":\"query_eventhandler\",\"handler\":\"none\"", 460},
        {"\"janus\":\"query_logger\"", 456},
        {"\"janus\":\"custom_event\",\"schema\":\"s\"", 456},
        {"\"janus\":\"custom_event\",\"schema\":\"s\",\"data\":{}", 0},
        {"\"janus\":\"custom_logline\",\"line\":\"hello\",\"level\":99", 0},
        {"\"janus\":\"add_token\",\"token\":\"t\"", 490}, /* not the mode */
        {"\"janus\":\"list_tokens\"", 490},
    };

    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"id\":7}")), 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *reply = ask(all[i].members);

        if (json_integer_value(json_object_get(json_object_get(reply, "error"), "code")) != all[i].code)
            fail_msg("%s: %s", all[i].members, json_dumps(reply, 0));
        assert_string_equal(json_string_value(json_object_get(reply, "transaction")), "x");
        json_decref(reply);
    }
    /* early errors have no transaction */
    json_t *reply = world_ask(WORLD_ADMIN, "{\"transaction\":\"x\"}");
    assert_null(json_object_get(reply, "transaction"));
    assert_int_equal(world_code(reply), 456);
    /* each door has its own requests */
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"get_status\",\"transaction\":\"x\"}")), 457);
    world_end();
}

static void the_secret(void **state)
{
    static const char *const settings[] = {"general.admin_secret", "s", "general.api_secret", "other", NULL};

    world_begin(settings);
    assert_int_equal(code("\"janus\":\"info\""), 0);
    assert_int_equal(code("\"janus\":\"list_sessions\""), 403);
    assert_int_equal(code("\"janus\":\"list_sessions\",\"apisecret\":\"other\""), 403);
    assert_int_equal(code("\"janus\":\"dance\""), 403);
    assert_int_equal(code("\"janus\":\"list_handles\",\"session_id\":5"), 403);
    assert_int_equal(code("\"janus\":\"list_sessions\",\"admin_secret\":\"s\""), 0);
    world_end();
}

static void settings_take_effect(void **state)
{
    world_begin(NULL);
    assert_int_equal(number("\"janus\":\"set_min_nack_queue\",\"min_nack_queue\":5000", "min_nack_queue"), 1000);
    assert_int_equal(world.media.min_nack_queue_ms, 1000);
    assert_int_equal(number("\"janus\":\"set_nack_optimizations\",\"nack_optimizations\":true", "nack-optimizations"),
                     1);
    assert_true(world.media.nack_optimizations);
    number("\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":9", "slowlink_threshold");
    number("\"janus\":\"set_no_media_timer\",\"no_media_timer\":3", "no_media_timer");
    assert_int_equal(world.media.slowlink_threshold, 9);
    assert_int_equal(world.media.no_media_s, 3);
    assert_int_equal(number("\"janus\":\"accept_new_sessions\",\"accept\":false", "accept"), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\"}")), 472);
    number("\"janus\":\"accept_new_sessions\",\"accept\":true", "accept");
    number("\"janus\":\"set_session_timeout\",\"timeout\":10", "timeout");
    uint64_t mortal = world_session(WORLD_WS), immortal = world_session(WORLD_WS);
    json_decref(world_ask(WORLD_ADMIN,
                          "{\"janus\":\"set_session_timeout\",\"transaction\":\"x\",\"session_id\":%llu,"
                          "\"timeout\":0}",
                          (unsigned long long)immortal));
    for (int i = 0; i < 7; i++) { /* operators do not keep a session alive */
        world_wait(2000000);
        json_decref(world_ask(WORLD_ADMIN, "{\"janus\":\"list_handles\",\"transaction\":\"x\",\"session_id\":%llu}",
                              (unsigned long long)mortal));
    }
    json_t *list = ask("\"janus\":\"list_sessions\""), *ids = json_object_get(list, "sessions");
    assert_int_equal(json_array_size(ids), 1);
    assert_int_equal(json_integer_value(json_array_get(ids, 0)), immortal);
    json_decref(list);
    assert_int_equal(number("\"janus\":\"drain\"", "draining"), 1);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"ping\",\"transaction\":\"x\"}")), 0);
    world_end();
}

/* Every member of `status`, and that it follows what was set. */
static void the_status(void **state)
{
    static const char *const bools[] = {"token_auth",    "log_timestamps", "log_colors",
                                        "locking_debug", "refcount_debug", "nack-optimizations"};
    static const char *const integers[] = {"session_timeout",   "reclaim_session_timeout", "candidates_timeout",
                                           "log_level",         "min_nack_queue",          "no_media_timer",
                                           "slowlink_threshold"};
    json_t *reply, *status;

    world_begin(NULL);
    number("\"janus\":\"set_locking_debug\",\"debug\":true", "locking_debug");
    number("\"janus\":\"set_refcount_debug\",\"debug\":true", "refcount_debug");
    number("\"janus\":\"set_no_media_timer\",\"no_media_timer\":7", "no_media_timer");
    number("\"janus\":\"set_session_timeout\",\"timeout\":33", "timeout");
    reply = ask("\"janus\":\"get_status\"");
    status = json_object_get(reply, "status");
    assert_int_equal(json_object_size(status), G_N_ELEMENTS(bools) + G_N_ELEMENTS(integers));
    for (size_t i = 0; i < G_N_ELEMENTS(bools); i++)
        assert_true(json_is_boolean(json_object_get(status, bools[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(integers); i++)
        assert_true(json_is_integer(json_object_get(status, integers[i])));
    assert_true(json_is_true(json_object_get(status, "locking_debug")));
    assert_true(json_is_true(json_object_get(status, "refcount_debug")));
    assert_int_equal(json_integer_value(json_object_get(status, "no_media_timer")), 7);
    assert_int_equal(json_integer_value(json_object_get(status, "session_timeout")), 33);
    json_decref(reply);
    world_end();
}

/* A worker is a loop: its PeerConnections are counted. */
static void loops(void **state)
{
    json_t *reply, *list;
    uint64_t session, handle;

    world_workers = 3;
    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session); /* and one that is on no worker yet */
    handle = world_attach(WORLD_WS, session);
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    reply = ask("\"janus\":\"loops_info\"");
    list = json_object_get(reply, "loops");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *loop = json_array_get(list, i);

        assert_int_equal(json_integer_value(json_object_get(loop, "id")), i);
        assert_int_equal(json_integer_value(json_object_get(loop, "handles")), i == gw_peer_worker(world.peer));
    }
    json_decref(reply);
    world_end();
    world_workers = 1;
}

/* As long as an operator may say: it is not taken for something that has passed. */
static void the_longest_timeout(void **state)
{
    world_begin(NULL);
    number("\"janus\":\"set_session_timeout\",\"timeout\":9223372036854775807", "timeout");
    world_session(WORLD_WS);
    world_wait(100000000);
    assert_int_equal(gw_api_sessions(world.api), 1);
    world_end();
}

static void modules(void **state)
{
    json_t *reply;

    world_begin(NULL);
    reply = ask("\"janus\":\"query_transport\",\"transport\":\"cardea.transport.fake\",\"request\":{\"a\":1}");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "members")), 1);
    json_decref(reply);
    reply = ask("\"janus\":\"query_transport\",\"transport\":\"janus.transport.fake\"");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "members")), 0);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"sync\"}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(reply, "response"), "fake")), "success");
    json_decref(reply);
    /* failures of the plugin are inside */
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"late\"}");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "error_code")), 423);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\"");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "error_code")), 421);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"mute\"}");
    assert_true(json_is_object(json_object_get(reply, "response")));
    json_decref(reply);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(the_secret),
        cmocka_unit_test(settings_take_effect),
        cmocka_unit_test(modules),
        cmocka_unit_test(the_status),
        cmocka_unit_test(loops),
        cmocka_unit_test(the_longest_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
