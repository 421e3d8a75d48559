/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins are promised and what clients get of them, also when the plugin misbehaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/world.h"

static uint64_t session, handle;

static void begin(const char *const *settings)
{
    world_begin(settings);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
}

static void message(const char *request, const char *more)
{
    char *text = g_strdup_printf("{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"m\","
                                 "\"body\":{\"request\":\"%s\"%s}}",
                                 (unsigned long long)session, (unsigned long long)handle, request, more);

    world_say(WORLD_WS, text);
    g_free(text);
}

/* With a real browser's offer. */
static void message_with(const char *request, const char *type, const char *fixture)
{
    char *body = g_strdup_printf("{\"request\":\"%s\"}", request);

    world_jsep(session, handle, body, type, fixture);
    g_free(body);
}

/* The next thing has this `janus`; returns it. */
static json_t *expect(const char *janus)
{
    json_t *got = world_heard(WORLD_WS);

    if (strcmp(json_string_value(json_object_get(got, "janus")), janus) != 0)
        fail_msg("not %s but %s", janus, json_dumps(got, 0));
    assert_int_equal(json_integer_value(json_object_get(got, "session_id")), session);
    return got;
}

static void pass_over(const char *janus)
{
    json_decref(expect(janus));
}

static json_t *data_of(json_t *got)
{
    json_t *plugindata = json_object_get(got, "plugindata");

    assert_string_equal(json_string_value(json_object_get(plugindata, "plugin")), "janus.plugin.fake");
    return json_object_get(plugindata, "data");
}

static void expect_result(const char *result, const char *transaction)
{
    json_t *got = expect("event");
    const char *t = json_string_value(json_object_get(got, "transaction"));

    assert_string_equal(json_string_value(json_object_get(data_of(got), "result")), result);
    assert_int_equal(json_integer_value(json_object_get(got, "sender")), handle);
    assert_int_equal(t != NULL, transaction != NULL);
    if (t)
        assert_string_equal(t, transaction);
    json_decref(got);
}

static void expect_error(const char *janus, int code)
{
    json_t *got = expect(janus), *data = data_of(got);

    assert_string_equal(json_string_value(json_object_get(data, "fake")), "event");
    assert_int_equal(json_integer_value(json_object_get(data, "error_code")), code);
    assert_true(json_is_string(json_object_get(data, "error")));
    json_decref(got);
}

static void sync_and_async(void **state)
{
    json_t *got;

    begin(NULL);
    message("SYNC", ",\"a\":[1,2]");
    got = expect("success");
    assert_int_equal(json_integer_value(json_object_get(got, "sender")), handle);
    assert_int_equal(json_array_size(json_object_get(json_object_get(data_of(got), "body"), "a")), 2);
    assert_null(json_object_get(got, "opaque_id"));
    json_decref(got);
    message("async", "");
    pass_over("ack");
    expect_result("ok", "m");
    assert_true(world_quiet(WORLD_WS));
    world_end();
}

static void parameters(void **state)
{
    begin(NULL);
    message("nobody", "");
    expect_error("success", 423);
    message("checked", "");
    expect_error("success", 429);
    message("checked", ",\"n\":\"1\"");
    expect_error("success", 430);
    message("checked", ",\"n\":11");
    expect_error("success", 430);
    message("checked", ",\"n\":null");
    expect_error("success", 430);
    message("checked", ",\"n\":1,\"word\":\"\"");
    expect_error("success", 430);
    message("checked", ",\"n\":1,\"word\":\"w\"");
    pass_over("success");
    message("strict", ",\"n\":-1");
    pass_over("ack");
    expect_error("event", 430);
    message("strict", ",\"request\":5");
    expect_error("success", 430);
    assert_int_equal(world.runs, 0);
    world_end();
}

static void no_request(void **state)
{
    json_t *got;

    begin(NULL);
    got = world_ask(WORLD_WS,
                    "{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"m\","
                    "\"body\":{}}",
                    (unsigned long long)session, (unsigned long long)handle);
    assert_int_equal(json_integer_value(json_object_get(data_of(got), "error_code")), 429);
    json_decref(got);
    world_end();
}

static void misbehaviour(void **state)
{
    begin(NULL);
    message("twice", ""); /* the second reply is refused */
    pass_over("ack");
    expect_result("first", "m");
    assert_true(world_quiet(WORLD_WS));
    message("mute", ""); /* synchronous, and does not reply */
    assert_int_equal(world_code(expect("error")), 462);
    gw_api_reply(world.api, world.kept, json_pack("{ss}", "fake", "much too late"));
    gw_api_fail(world.api, world.kept, 1, "much too late");
    message("list", ""); /* a result that is no object */
    assert_int_equal(world_code(expect("error")), 462);
    gw_api_notify(world.api, world.handle, json_integer(7)); /* an event that is none */
    gw_api_notify(world.api, NULL, json_object());
    world_turn();
    assert_true(world_quiet(WORLD_WS));
    world_end();
}

static void late_replies(void **state)
{
    begin(NULL);
    message("late", "");
    pass_over("ack");
    assert_true(world_quiet(WORLD_WS));
    gw_api_reply(world.api, world.kept, json_pack("{ss ss}", "fake", "event", "result", "later"));
    expect_result("later", "m");
    /* never: answered when the handle goes */
    message("late", "");
    pass_over("ack");
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"detach\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"transaction\":\"d\"}",
                          (unsigned long long)session, (unsigned long long)handle));
    expect_result("bye", NULL); /* said in detach() */
    expect_error("event", 499);
    pass_over("detached");
    gw_api_reply(world.api, world.kept, json_object());
    gw_api_notify(world.api, world.handle, json_object());
    gw_api_end(world.api, world.handle);
    world_turn();
    assert_true(world_quiet(WORLD_WS));
    assert_int_equal(world.detached, 1);
    world_end();
}

static void end_by_the_plugin(void **state)
{
    begin(NULL);
    message("end", "");
    pass_over("ack");
    expect_result("ending", "m");
    expect_result("bye", NULL);
    pass_over("detached");
    assert_int_equal(world.detached, 1);
    world.end_in_attach = true;
    handle = world_attach(WORLD_WS, session);
    expect_result("bye", NULL);
    pass_over("detached");
    assert_int_equal(world.detached, 2);
    world.refuse_attach = true; /* with end(), too */
    assert_int_equal(world_code(world_ask(WORLD_WS,
                                          "{\"janus\":\"attach\",\"session_id\":%llu,\"transaction\":\"a\","
                                          "\"plugin\":\"janus.plugin.fake\"}",
                                          (unsigned long long)session)),
                     461);
    assert_true(world_quiet(WORLD_WS));
    assert_int_equal(world.detached, 2);
    assert_int_equal(gw_api_handles(world.api), 0);
    world_end();
}

static json_t *expect_jsep(const char *type)
{
    json_t *got = expect("event"), *jsep = json_object_get(got, "jsep");

    assert_non_null(jsep);
    assert_int_equal(json_object_size(jsep), 2);
    assert_string_equal(json_string_value(json_object_get(jsep, "type")), type);
    assert_non_null(strstr(json_string_value(json_object_get(jsep, "sdp")), "a=ice-ufrag:abcd"));
    return got;
}

static void client_offers(void **state)
{
    begin(NULL);
    message_with("answer", "offer", "chromium-all");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    assert_true(world.sources >= 2);
    world_news(GW_NEWS_UP, NULL);
    expect_result("up", NULL); /* the plugin is told before the client */
    pass_over("webrtcup");
    world_news(GW_NEWS_UP, NULL);
    assert_true(world_quiet(WORLD_WS));
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"hangup\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"transaction\":\"h\"}",
                          (unsigned long long)session, (unsigned long long)handle));
    expect_result("down", NULL);
    json_t *got = expect("hangup");
    assert_string_equal(json_string_value(json_object_get(got, "reason")), "Janus API");
    json_decref(got);
    message_with("answer", "offer", "firefox-all"); /* a new PeerConnection on the same handle */
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    world_end();
    assert_int_equal(world.downs, 2);
}

static void on_a_worker_of_ones_choice(void **state)
{
    static const char *const allowed[] = {"general.allow_loop_indication", "true", NULL};

    world_workers = 3;
    for (int may = 0; may < 2; may++) {
        json_t *reply;

        world_begin(may ? allowed : NULL);
        session = world_session(WORLD_WS);
        reply = world_ask(WORLD_WS,
                          "{\"janus\":\"attach\",\"session_id\":%llu,\"transaction\":\"a\",\"loop_index\":2,"
                          "\"plugin\":\"janus.plugin.fake\"}",
                          (unsigned long long)session);
        handle = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
        json_decref(reply);
        message_with("answer", "offer", "chromium-all");
        pass_over("ack");
        json_decref(expect_jsep("answer"));
        assert_int_equal(gw_peer_worker(world.peer), may ? 2 : 0);
        world_end();
    }
    world_workers = 1;
}

/* The handle's events keep their order, although one waits for its description. */
static void plugin_offers(void **state)
{
    begin(NULL);
    message("offer", "");
    pass_over("ack");
    expect_result("before the reply", NULL);
    json_decref(expect_jsep("offer"));
    expect_result("after the reply", NULL);
    message("offer", ""); /* still unanswered */
    assert_int_equal(world.last_result, CARDEA_EPROTO);
    world_end();
}

static void an_offer_that_nobody_answers_is_forgotten(void **state)
{
    begin(NULL);
    message_with("async", "offer", "chromium-all");
    pass_over("ack");
    expect_result("ok", "j");
    message("answer", ""); /* there is nothing to answer */
    assert_int_equal(world.last_result, CARDEA_EPROTO);
    pass_over("ack");
    expect_error("event", 414);
    message_with("checked", "offer", "chromium-all"); /* wrong parameters */
    expect_error("success", 429);
    message_with("answer", "offer", "chromium-all");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    world_end();
}

static void an_offer_waits_for_the_old_connection(void **state)
{
    json_t *got;

    begin(NULL);
    message_with("answer", "offer", "chromium-all");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    world.silent_worker = true;
    message("hangup", "");
    pass_over("ack");
    expect_result("hanging up", "m");
    message_with("answer", "offer", "chromium-all");
    message("async", ""); /* stays behind it */
    assert_true(world_quiet(WORLD_WS));
    world_wait(1000000);
    assert_true(world_quiet(WORLD_WS));
    world.silent_worker = false;
    world_news(GW_NEWS_DOWN, "Close PC");
    world_news(GW_NEWS_CLOSED, NULL);
    expect_result("down", NULL);
    got = expect("hangup");
    assert_string_equal(json_string_value(json_object_get(got, "reason")), "Close PC");
    json_decref(got);
    pass_over("ack");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    expect_result("ok", "m");

    world.silent_worker = true; /* and in vain */
    message("hangup", "");
    pass_over("ack");
    expect_result("hanging up", "m");
    message_with("answer", "offer", "chromium-all");
    world_wait(3000000);
    assert_int_equal(world_code(expect("error")), 471);
    got = world_ask(WORLD_WS,
                    "{\"janus\":\"trickle\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"t\","
                    "\"candidate\":{\"completed\":true}}",
                    (unsigned long long)session, (unsigned long long)handle);
    assert_int_equal(world_code(got), 471);
    world.silent_worker = false;
    world_news(GW_NEWS_DOWN, "Close PC");
    world_news(GW_NEWS_CLOSED, NULL);
    world_end();
}

static void detach_waits_for_the_worker(void **state)
{
    begin(NULL);
    message_with("answer", "offer", "chromium-all");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    world.silent_worker = true;
    json_decref(world_ask(WORLD_WS, "{\"janus\":\"destroy\",\"session_id\":%llu,\"transaction\":\"d\"}",
                          (unsigned long long)session));
    world_wait(10000000);
    assert_int_equal(world.detached, 0);
    assert_int_equal(gw_api_handles(world.api), 1);
    assert_int_equal(gw_api_sessions(world.api), 0);
    world_news(GW_NEWS_CLOSED, NULL);
    assert_int_equal(world.detached, 1);
    assert_int_equal(gw_api_handles(world.api), 0);
    assert_true(world_quiet(WORLD_WS)); /* no events after destroy */
    world_end();
}

static void opaque_ids(void **state)
{
    static const char *const settings[] = {"general.opaqueid_in_api", "true", NULL};
    json_t *got;

    begin(settings);
    message("sync", "");
    got = expect("success");
    assert_string_equal(json_string_value(json_object_get(got, "opaque_id")), "me");
    json_decref(got);
    world_end();
}

static void candidates_after_the_negotiation(void **state)
{
    static const struct {
        const char *candidate;
        int code;
    } rows[] = {
        {"{\"candidate\":\"candidate:1 1 udp 1 192.0.2.1 5 typ host\",\"sdpMid\":\"0\"}", 0},
        {"{\"candidate\":\"\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}", 0},
        {"{\"candidate\":\"candidate:1 1 udp 1 192.0.2.1 5 typ host\",\"sdpMLineIndex\":7}", 0},
        {"{\"candidate\":\"gibberish\",\"sdpMid\":\"0\"}", 0},
        {"{\"completed\":false}", 0},
        {"{\"candidate\":\"candidate:1 1 udp 1 192.0.2.1 5 typ host\"}", 456},
        {"{\"sdpMid\":\"0\"}", 456},
        {"{\"candidate\":null,\"sdpMid\":\"0\"}", 467},
        {"{\"candidate\":\"x\",\"sdpMid\":null}", 467},
        {"{\"candidate\":\"x\",\"sdpMLineIndex\":-1}", 467},
        {"{\"candidate\":\"x\",\"sdpMLineIndex\":\"0\"}", 467},
    };

    begin(NULL);
    message_with("answer", "offer", "chromium-all");
    pass_over("ack");
    json_decref(expect_jsep("answer"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *got = world_ask(WORLD_WS,
                                "{\"janus\":\"trickle\",\"session_id\":%llu,\"handle_id\":%llu,"
                                "\"transaction\":\"t\",\"candidate\":%s}",
                                (unsigned long long)session, (unsigned long long)handle, rows[i].candidate);

        if (world_code(got) != rows[i].code)
            fail_msg("%s", rows[i].candidate);
        /* inside a list errors are not told */
        got = world_ask(WORLD_WS,
                        "{\"janus\":\"trickle\",\"session_id\":%llu,\"handle_id\":%llu,"
                        "\"transaction\":\"t\",\"candidates\":[%s]}",
                        (unsigned long long)session, (unsigned long long)handle, rows[i].candidate);
        assert_int_equal(world_code(got), 0);
    }
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sync_and_async),
        cmocka_unit_test(parameters),
        cmocka_unit_test(no_request),
        cmocka_unit_test(misbehaviour),
        cmocka_unit_test(late_replies),
        cmocka_unit_test(end_by_the_plugin),
        cmocka_unit_test(client_offers),
        cmocka_unit_test(on_a_worker_of_ones_choice),
        cmocka_unit_test(plugin_offers),
        cmocka_unit_test(an_offer_that_nobody_answers_is_forgotten),
        cmocka_unit_test(an_offer_waits_for_the_old_connection),
        cmocka_unit_test(detach_waits_for_the_worker),
        cmocka_unit_test(opaque_ids),
        cmocka_unit_test(candidates_after_the_negotiation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
