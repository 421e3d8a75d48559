/* SPDX-License-Identifier: Apache-2.0 */
/* The framing rules row by row: the exact code, on a connection, over HTTP, and at the operators' door. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

#define T "\"transaction\":\"x\","

/* codes; 0: no error */
static const struct row {
    const char *text;
    int connection, http;
    bool transaction; /* the reply has it */
} rows[] = {
    {"{\"janus\":", 454, 454, false},
    {"", 454, -400, false},
    {"{" T "\"janus\":\"ping\"} x", 454, 454, false},
    {"\"ping\"", 454, 454, false},
    {"7", 454, 454, false},
    {"null", 454, 454, false},
    {"[]", 456, 455, false},
    {"[{" T "\"janus\":\"ping\"}]", 456, 455, false},
    {"{" T "\"janus\":\"pi\\u0000ng\"}", 454, 454, false},
    {"{" T "\"janus\":\"ping\",\"id\":99999999999999999999}", 454, 454, false},
    {"{" T "\"janus\":\"\xff\"}", 454, 454, false},
    {"{" T "\"janus\":\"\\ud800\"}", 454, 454, false},
    {"{\"janus\":\"ping\"}", 456, 456, false},
    {"{\"janus\":\"ping\",\"transaction\":5}", 467, 467, false},
    {"{\"janus\":5}", 456, 456, false}, /* transaction is looked at first */
    {"{\"transaction\":\"x\"}", 456, 456, false},
    {"{" T "\"janus\":5}", 467, 467, false},
    {"{" T "\"janus\":null}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"id\":\"5\"}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"id\":5.0}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"id\":-5}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"id\":null}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"janus\":5}", 467, 467, false}, /* the last one wins */
    {"{" T "\"janus\":5,\"janus\":\"ping\"}", 0, 0, true},
    {"{" T "\"janus\":\"ping\"}", 0, 0, true},
    {"{" T "\"janus\":\"PiNg\"}", 0, 0, true},
    {"{" T "\"janus\":\"info\"}", 0, 0, true},
    {"{" T "\"janus\":\"dance\"}", 457, 457, true},
    {"{" T "\"janus\":\"keepalive\"}", 457, 457, true},
    {"{" T "\"janus\":\"message\",\"handle_id\":0}", 457, 457, true},
    {"{" T "\"janus\":\"message\",\"handle_id\":5}", 458, 458, true},
    {"{" T "\"janus\":\"keepalive\",\"session_id\":5}", 458, 458, true},
    {"{" T "\"janus\":\"keepalive\",\"session_id\":-5}", 458, 458, true},
    {"{" T "\"janus\":\"keepalive\",\"session_id\":\"5\"}", 457, 457, true},
    {"{" T "\"janus\":\"keepalive\",\"session_id\":5.0}", 457, 457, true},
    {"{" T "\"janus\":\"ping\",\"session_id\":null}", 0, 0, true},
    {"{" T "\"janus\":\"keepalive\",\"session_id\":5,\"handle_id\":0}", 459, 459, true},
    {"{" T "\"janus\":\"create\",\"id\":-1}", 467, 467, false},
    {"{" T "\"janus\":\"create\",\"id\":true}", 467, 467, false},
    {"{" T "\"janus\":\"info\",\"session_id\":\"7\",\"handle_id\":2.0}", 0, 0, true},
    {"{\"transaction\":\"\",\"janus\":\"ping\"}", 0, 0, true}, /* empty, but there */
    {"{\"transaction\":null,\"janus\":\"ping\"}", 467, 467, false},
    {"{\"transaction\":{},\"janus\":7,\"id\":-1}", 467, 467, false},
    {"{" T "\"janus\":\"ping\",\"unknown\":null,\"token\":5,\"apisecret\":[]}", 0, 0, true},
    {"true", 454, 454, false},
    {"5.5", 454, 454, false},
    {"{'janus':'ping'}", 454, 454, false},
    {"{" T "\"janus\":\"ping\",}", 454, 454, false},
    {"{" T "\"janus\":\"attach\",\"session_id\":0}", 457, 457, true}, /* 0 is no session */
    {"{" T "\"janus\":\"create\",\"session_id\":5}", 458, 458, true}, /* who is it? comes before what */
    {"{" T "\"janus\":\"dance\",\"session_id\":5}", 458, 458, true},
};

static void check_row(const struct row *r, json_t *reply, int code)
{
    const char *janus = json_string_value(json_object_get(reply, "janus"));
    json_t *error = json_object_get(reply, "error");

    if ((int)json_integer_value(json_object_get(error, "code")) != code)
        fail_msg("%s: %s", r->text, json_dumps(reply, 0));
    assert_non_null(janus);
    assert_int_equal(!strcmp(janus, "error"), code != 0);
    if (code)
        assert_true(json_is_string(json_object_get(error, "reason")));
    if ((json_object_get(reply, "transaction") != NULL) != r->transaction)
        fail_msg("%s: %s", r->text, json_dumps(reply, 0));
    json_decref(reply);
}

static void every_row(void **state)
{
    world_begin(NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        world_say(WORLD_WS, rows[i].text);
        check_row(&rows[i], world_heard(WORLD_WS), rows[i].connection);
        assert_true(world_quiet(WORLD_WS));
        if (rows[i].http < 0)
            assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "POST", "", rows[i].text), -rows[i].http);
        else
            check_row(&rows[i], world_http_json(CARDEA_DOOR_CLIENT, "POST", "", rows[i].text), rows[i].http);
    }
    world_end();
}

/* Rows for a session and a handle that exist. %S and %H are their ids. */
static const struct {
    const char *members;
    int code;
} addressed[] = {
    {"\"janus\":\"message\",\"handle_id\":0,\"body\":{}", 459},
    {"\"janus\":\"message\",\"handle_id\":5,\"body\":{}", 459},
    {"\"janus\":\"message\",\"handle_id\":-5,\"body\":{}", 459},
    {"\"janus\":\"message\",\"handle_id\":\"5\",\"body\":{}", 457},
    {"\"janus\":\"message\",\"body\":{}", 457},
    {"\"janus\":\"detach\"", 457},
    {"\"janus\":\"hangup\"", 457},
    {"\"janus\":\"trickle\"", 457},
    {"\"janus\":\"dance\"", 453},
    {"\"janus\":\"DESTROY\",\"handle_id\":%H", 457},
    {"\"janus\":\"create\",\"handle_id\":%H", 453},
    {"\"janus\":\"message\",\"handle_id\":null,\"body\":{}", 457},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":[]", 467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"offer\",\"sdp\":null}", 467},
    {"\"janus\":\"attach\",\"plugin\":\"janus.plugin.fake\",\"opaque_id\":5", 467},
    {"\"janus\":\"attach\",\"plugin\":\"janus.plugin.fake\",\"loop_index\":\"1\"", 467},
    {"\"janus\":\"attach\",\"plugin\":\"JANUS.plugin.fake\"", 460},
    {"\"janus\":\"attach\",\"plugin\":\"\"", 460},
    {"\"janus\":\"dance\",\"handle_id\":%H", 453},
    {"\"janus\":\"ping\"", 453},
    {"\"janus\":\"info\"", 453},
    {"\"janus\":\"create\"", 453},
    {"\"janus\":\"keepalive\"", 0},
    {"\"janus\":\"keepalive\",\"handle_id\":%H", 0},
    {"\"janus\":\"claim\",\"handle_id\":%H", 0},
    {"\"janus\":\"attach\",\"handle_id\":%H,\"plugin\":\"janus.plugin.fake\"", 457},
    {"\"janus\":\"destroy\",\"handle_id\":%H", 457},
    {"\"janus\":\"attach\"", 456},
    {"\"janus\":\"attach\",\"plugin\":5", 467},
    {"\"janus\":\"attach\",\"plugin\":null", 467},
    {"\"janus\":\"attach\",\"plugin\":\"janus.plugin.fake\",\"opaque_id\":null", 467},
    {"\"janus\":\"attach\",\"plugin\":\"janus.plugin.fake\",\"loop_index\":-1", 467},
    {"\"janus\":\"attach\",\"plugin\":\"janus.plugin.none\"", 460},
    {"\"janus\":\"attach\",\"plugin\":\"cardea.plugin.fake\"", 0},
    {"\"janus\":\"message\",\"handle_id\":%H", 456},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":null", 467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":\"x\"", 467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":5,\"jsep\":null", 467}, /* body first */
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":null", 455},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":[]", 455},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{}", 456},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"offer\"}", 456},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"sdp\":\"v=0\"}", 456},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":5,\"sdp\":\"v=0\"}", 467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"rollback\",\"sdp\":\"v=0\"}", 464},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"pranswer\",\"sdp\":\"v=0\"}", 464},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"offer\",\"sdp\":\"v=0\",\"trickle\":1}",
     467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"offer\",\"sdp\":\"v=0\",\"e2ee\":null}",
     467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},"
     "\"jsep\":{\"type\":\"offer\",\"sdp\":\"v=0\",\"force_relay\":\"no\"}",
     467},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"offer\",\"sdp\":\"nonsense\"}", 465},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"OFFER\",\"sdp\":\"nonsense\"}", 465},
    {"\"janus\":\"message\",\"handle_id\":%H,\"body\":{},\"jsep\":{\"type\":\"answer\",\"sdp\":\"v=0\"}", 469},
    {"\"janus\":\"trickle\",\"handle_id\":%H", 456},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidate\":{},\"candidates\":[]", 454},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidates\":{}", 467},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidates\":null", 467},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidate\":null", 0},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidate\":{\"completed\":true}", 0},
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidate\":{\"nonsense\":1}", 0}, /* too early to be checked */
    {"\"janus\":\"trickle\",\"handle_id\":%H,\"candidates\":[]", 0},
    {"\"janus\":\"hangup\",\"handle_id\":%H", 0},
};

static void every_addressed_row(void **state)
{
    uint64_t session, handle;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    for (size_t i = 0; i < sizeof(addressed) / sizeof(addressed[0]); i++) {
        char id[32], **parts = g_strsplit(addressed[i].members, "%H", -1), *members;
        json_t *reply;

        snprintf(id, sizeof(id), "%llu", (unsigned long long)handle);
        members = g_strjoinv(id, parts);
        reply = world_ask(WORLD_WS, "{" T "\"session_id\":%llu,%s}", (unsigned long long)session, members);
        assert_int_equal(json_integer_value(json_object_get(reply, "session_id")), session);
        assert_string_equal(json_string_value(json_object_get(reply, "transaction")), "x");
        if (json_integer_value(json_object_get(json_object_get(reply, "error"), "code")) != addressed[i].code)
            fail_msg("%s: %s", members, json_dumps(reply, 0));
        json_decref(reply);
        assert_true(world_quiet(WORLD_WS));
        g_free(members);
        g_strfreev(parts);
    }
    world_end();
}

/* An early error has no transaction, and the session only where one was named. */
static void whose_the_early_errors_are(void **state)
{
    static const struct {
        const char *text;
        json_int_t session; /* 0: absent */
    } early[] = {
        {"{\"janus\":\"ping\"}", 0},
        {"{\"janus\":\"ping\",\"session_id\":7}", 7},
        {"{\"janus\":\"ping\",\"session_id\":\"7\"}", 0},
        {"{\"janus\":\"ping\",\"session_id\":0}", 0},
        {"{" T "\"janus\":5,\"session_id\":7,\"handle_id\":8}", 7},
        {"{\"session_id\":7", 0},
    };

    world_begin(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(early); i++) {
        json_t *reply = world_ask(WORLD_WS, "%s", early[i].text);

        assert_null(json_object_get(reply, "transaction"));
        if (json_integer_value(json_object_get(reply, "session_id")) != early[i].session ||
            (json_object_get(reply, "session_id") != NULL) != (early[i].session != 0))
            fail_msg("%s", early[i].text);
        json_decref(reply);
    }
    world_end();
}

static void several_in_one_message(void **state)
{
    json_t *reply;

    world_begin(NULL);
    world_say(WORLD_WS, "{\"janus\":\"ping\",\"transaction\":\"1\"} {\"janus\":\"ping\",\"transaction\":\"2\"}\n");
    for (int i = 1; i <= 2; i++) {
        reply = world_heard(WORLD_WS);
        assert_int_equal(json_string_value(json_object_get(reply, "transaction"))[0], '0' + i);
        json_decref(reply);
    }
    /* one bad one: none is processed, one error */
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"1\"} {")), 454);
    assert_true(world_quiet(WORLD_WS));
    assert_int_equal(gw_api_sessions(world.api), 0);
    world_end();
}

static void bounds(void **state)
{
    static const char *const settings[] = {
        "limits.request_size", "1024", "limits.sessions_per_connection", "2", "limits.handles_per_session", "1", NULL};
    GString *deep = g_string_new("{\"transaction\":\"x\",\"janus\":\"ping\",\"x\":");
    uint64_t session;

    world_begin(settings);
    for (int i = 0; i < 200; i++)
        g_string_append_c(deep, '[');
    for (int i = 0; i < 200; i++)
        g_string_append_c(deep, ']');
    g_string_append_c(deep, '}');
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", deep->str)), 454);
    g_string_set_size(deep, 0);
    for (int i = 0; i < 1100; i++)
        g_string_append_c(deep, ' ');
    g_string_append(deep, "{\"transaction\":\"x\",\"janus\":\"ping\"}");
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", deep->str)), 454);
    assert_int_equal(world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", "", deep->str)), 454);
    g_string_free(deep, TRUE);

    session = world_session(WORLD_WS);
    world_session(WORLD_WS);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"create\"}")), 472);
    world_session(WORLD_OTHER);
    world_attach(WORLD_WS, session);
    assert_int_equal(world_code(world_ask(WORLD_WS,
                                          "{" T "\"janus\":\"attach\",\"session_id\":%llu,"
                                          "\"plugin\":\"janus.plugin.fake\"}",
                                          (unsigned long long)session)),
                     461);
    world_end();
}

static void secrets(void **state)
{
    static const char *const secret[] = {"general.api_secret", "open", NULL};
    uint64_t session;
    json_t *reply;

    world_begin(secret);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"ping\"}")), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"info\"}")), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"dance\"}")), 457); /* before the secret */
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"create\"}")), 403);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"create\",\"apisecret\":5}")), 403);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"create\",\"apisecret\":\"shut\"}")), 403);
    reply = world_ask(WORLD_WS, "{" T "\"janus\":\"create\",\"apisecret\":\"open\"}");
    session = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    json_decref(reply);
    assert_int_not_equal(session, 0);
    /* 403 comes before 458 and 459, but after 459 for handle 0 */
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"keepalive\",\"session_id\":5}")), 403);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"keepalive\",\"session_id\":5,\"handle_id\":0}")),
                     459);
    gw_api_accept(world.api, false);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{" T "\"janus\":\"create\"}")), 472); /* before 403 */
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),
        cmocka_unit_test(every_addressed_row),
        cmocka_unit_test(whose_the_early_errors_are),
        cmocka_unit_test(several_in_one_message),
        cmocka_unit_test(bounds),
        cmocka_unit_test(secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
