/* SPDX-License-Identifier: Apache-2.0 */
/* What an exchange below a base path means: path by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static void paths(void **state)
{
    static const struct {
        enum cardea_door door;
        const char *method, *path, *body;
        int status, code; /* code: when status is 200 */
    } rows[] = {
        {CARDEA_DOOR_CLIENT, "GET", "/info", NULL, 200, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/info/", NULL, 200, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/ping", NULL, 200, 0},
        {CARDEA_DOOR_CLIENT, "GET", "", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/12345", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/abc", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/12345/6/7", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/12345/6/7", "{}", 404, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/info", "{}", 400, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/ping", "{}", 400, 0},
        {CARDEA_DOOR_CLIENT, "POST", "", NULL, 400, 0},
        {CARDEA_DOOR_CLIENT, "PUT", "", "{}", 200, 450},
        {CARDEA_DOOR_CLIENT, "HEAD", "/info", NULL, 200, 450},
        {CARDEA_DOOR_CLIENT, "DELETE", "/1/2", NULL, 200, 450},
        {CARDEA_DOOR_CLIENT, "POST", "/foo", "{\"janus\":\"ping\",\"transaction\":\"x\"}", 200, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/5", "{\"janus\":\"keepalive\",\"transaction\":\"x\"}", 200, 458},
        {CARDEA_DOOR_CLIENT, "POST", "/5", "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":6}", 200,
         457},
        {CARDEA_DOOR_CLIENT, "POST", "/5", "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":5}", 200,
         458},
        {CARDEA_DOOR_CLIENT, "POST", "/5/6", "{\"janus\":\"detach\",\"transaction\":\"x\",\"handle_id\":7}", 200, 457},
        {CARDEA_DOOR_CLIENT, "POST", "/99999999999999999999", "{\"janus\":\"ping\",\"transaction\":\"x\"}", 200, 0},
        {CARDEA_DOOR_ADMIN, "GET", "/info", NULL, 200, 0},
        {CARDEA_DOOR_ADMIN, "GET", "/ping", NULL, 200, 0},
        {CARDEA_DOOR_ADMIN, "GET", "/5", NULL, 200, 454},
        {CARDEA_DOOR_ADMIN, "GET", "/5/6", NULL, 200, 454},
        {CARDEA_DOOR_ADMIN, "POST", "/info", "{}", 200, 450},
        {CARDEA_DOOR_ADMIN, "POST", "/ping", "{}", 400, 0},
        {CARDEA_DOOR_ADMIN, "POST", "", "{\"janus\":\"list_sessions\",\"transaction\":\"x\"}", 200, 0},
        {CARDEA_DOOR_CLIENT, "OPTIONS", "/1/2", NULL, 200, -1},
        {CARDEA_DOOR_CLIENT, "OPTIONS", "", NULL, 200, -1},
        {CARDEA_DOOR_CLIENT, "OPTIONS", "/1", NULL, 200, -1},
        {CARDEA_DOOR_ADMIN, "OPTIONS", "/info", NULL, 200, -1},
        /* beyond the base the case matters */
        {CARDEA_DOOR_CLIENT, "GET", "/Info", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/PING", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "get", "/info", NULL, 200, 450},
        {CARDEA_DOOR_CLIENT, "GET", "/abc/5", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/-5", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/5.0", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/ 5", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "GET", "/0", NULL, 404, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/info/", "{}", 400, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/5/", NULL, 400, 0},
        {CARDEA_DOOR_CLIENT, "POST", "/5", "[]", 200, 455},
        {CARDEA_DOOR_CLIENT, "POST", "/5/6", "7", 200, 454},
        {CARDEA_DOOR_CLIENT, "POST", "/5/6", "{", 200, 454},
        {CARDEA_DOOR_CLIENT, "POST", "/5", "{\"janus\":\"create\",\"transaction\":\"x\"} {}", 200, 454},
        {CARDEA_DOOR_ADMIN, "POST", "", "[]", 200, 455},
        {CARDEA_DOOR_ADMIN, "GET", "", NULL, 200, 454},
        {CARDEA_DOOR_ADMIN, "DELETE", "", NULL, 200, 450},
        {CARDEA_DOOR_ADMIN, "POST", "/5", "{\"janus\":\"list_handles\",\"transaction\":\"x\"}", 200, 458},
        {CARDEA_DOOR_ADMIN, "POST", "/5", "{\"janus\":\"list_handles\",\"transaction\":\"x\",\"session_id\":6}", 200,
         457},
    };

    world_begin(NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world_response *r =
            world_response(world_http(rows[i].door, rows[i].method, rows[i].path, NULL, rows[i].body));
        json_t *json;

        if (!r || r->status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].method, rows[i].path, r ? r->status : 0);
        json = json_loads(r->body, 0, NULL);
        if (r->status != 200 || rows[i].code < 0)
            assert_string_equal(r->body, "");
        else if (world_code(json_incref(json)) != rows[i].code)
            fail_msg("%s %s: %s", rows[i].method, rows[i].path, r->body);
        if (rows[i].code == 457 || rows[i].code == 450)
            assert_null(json_object_get(json, "transaction"));
        json_decref(json);
        world_response_free(r);
    }
    world_end();
}

/* Which session and handle a request is for, by its path and its members. */
static void ids_of_path_and_body(void **state)
{
    static const struct {
        const char *path, *members;
        int code; /* 0: it reached the handle, or the session */
    } rows[] = {
        {"/7/%H", "\"janus\":\"hangup\"", 0},
        {"/7/%H/", "\"janus\":\"hangup\"", 0},
        {"//7//%H//", "\"janus\":\"hangup\"", 0},
        {"/007/%H", "\"janus\":\"hangup\"", 0},
        {"", "\"janus\":\"hangup\",\"session_id\":7,\"handle_id\":%H", 0},
        {"/", "\"janus\":\"hangup\",\"session_id\":7,\"handle_id\":%H", 0},
        {"/7", "\"janus\":\"hangup\",\"handle_id\":%H", 0},
        {"/7/%H", "\"janus\":\"hangup\",\"session_id\":7,\"handle_id\":%H", 0},
        {"/7/%H", "\"janus\":\"hangup\",\"session_id\":\"8\",\"handle_id\":null", 0}, /* these count as absent */
        {"/7/%H", "\"janus\":\"hangup\",\"session_id\":8", 457},
        {"/7/%H", "\"janus\":\"hangup\",\"handle_id\":8", 457},
        {"/7/%H", "\"janus\":\"hangup\",\"handle_id\":-1", 457},
        {"/7/8", "\"janus\":\"hangup\"", 459},
        {"/7/0", "\"janus\":\"hangup\"", 459},
        {"/8/%H", "\"janus\":\"hangup\"", 458},
        {"/x/%H", "\"janus\":\"hangup\"", 458}, /* a handle without a session */
        {"/7/x", "\"janus\":\"hangup\"", 457},  /* a session without a handle */
        {"/7", "\"janus\":\"keepalive\"", 0},
        {"/7/x", "\"janus\":\"keepalive\"", 0},
        {"/foo/bar", "\"janus\":\"ping\"", 0},
        {"/0", "\"janus\":\"ping\"", 0},
    };
    uint64_t handle;

    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"id\":7}")), 0);
    handle = world_attach(WORLD_WS, 7);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *text = g_strdup_printf("{\"transaction\":\"x\",%s}", rows[i].members), id[24];
        GString *path = g_string_new(rows[i].path), *body = g_string_new(text);

        g_snprintf(id, sizeof(id), "%llu", (unsigned long long)handle);
        g_string_replace(path, "%H", id, 0);
        g_string_replace(body, "%H", id, 0);
        if (world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", path->str, body->str)) != rows[i].code)
            fail_msg("%s %s", path->str, body->str);
        g_string_free(path, TRUE);
        g_string_free(body, TRUE);
        g_free(text);
    }
    world_end();
}

static void a_handle_has_no_events_of_its_own(void **state)
{
    static const struct {
        const char *path, *location;
    } rows[] = {{"/12/34", "../12"}, {"/12/34/", "../../12"}, {"/12/x", "../12"}};

    world_begin(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, "GET", rows[i].path, "a=b", NULL));
        char *header = g_strdup_printf("Location: %s\n", rows[i].location);

        assert_int_equal(r->status, 302);
        assert_string_equal(r->headers, header);
        g_free(header);
        world_response_free(r);
    }
    world_end();
}

/* A path is a stranger's text: it is not repeated in a header. */
static void nothing_is_injected(void **state)
{
    static const char *const paths[] = {"/1\r\nX: y/5", "/evil.example/5", "/%2f%2fevil/5"};

    world_begin(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, "GET", paths[i], NULL, NULL));

        assert_int_equal(r->status, 404);
        assert_string_equal(r->headers, "");
        world_response_free(r);
    }
    world_end();
}

/* info and ping by GET are given a transaction, another one each time. */
static void questions_without_a_body(void **state)
{
    json_t *a, *b;

    world_begin(NULL);
    a = world_http_json(CARDEA_DOOR_CLIENT, "GET", "/ping", NULL);
    b = world_http_json(CARDEA_DOOR_CLIENT, "GET", "/ping/", NULL);
    assert_string_equal(json_string_value(json_object_get(a, "janus")), "pong");
    assert_string_not_equal(json_string_value(json_object_get(a, "transaction")),
                            json_string_value(json_object_get(b, "transaction")));
    json_decref(a);
    json_decref(b);
    a = world_http_json(CARDEA_DOOR_ADMIN, "GET", "/info", NULL);
    assert_string_equal(json_string_value(json_object_get(a, "janus")), "server_info");
    assert_true(json_is_string(json_object_get(a, "transaction")));
    json_decref(a);
    world_end();
}

/* Credentials in the query come first: they are decoded, and a session is not told of without them. */
static void credentials_of_polls(void **state)
{
    static const char *const settings[] = {"general.api_secret", "a&b c", "general.token_auth", "true", NULL};
    static const struct {
        const char *query;
        int status; /* 0: it waits */
    } rows[] = {
        {"", 403},
        {"apisecret=a%26b%20c", 0},
        {"apisecret=a%26b%20C", 403},
        {"apisecret=a&b c", 403},
        {"xapisecret=a%26b%20c", 403},
        {"apisecret=%", 403},
        {"apisecret=a%26b%20c%00", 403},
        {"token=known", 0},
        {"token=unknown", 403},
        {"maxev=1&token=known&apisecret=wrong", 0}, /* one of them is enough */
        {"token", 403},
        {"&&token=known", 0},
    };

    world_begin(settings);
    gw_tokens_add(&world.api->tokens, "known");
    json_decref(world_http_json(CARDEA_DOOR_CLIENT, "POST", "",
                                "{\"janus\":\"create\",\"transaction\":\"x\",\"id\":7,\"token\":\"known\"}"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int there = 0; there < 2; there++) {
            struct world_response *r =
                world_response(world_http(CARDEA_DOOR_CLIENT, "GET", there ? "/7" : "/8", rows[i].query, NULL));
            int expected = there || rows[i].status ? rows[i].status : 404;

            if ((r ? r->status : 0) != expected)
                fail_msg("%s: %d instead of %d", rows[i].query, r ? r->status : 0, expected);
            world_response_free(r);
        }
    world_end();
}

static void more_than_it_takes(void **state)
{
    static const char *const settings[] = {"limits.request_size", "1024", NULL};
    char *body;

    world_begin(settings);
    body = g_strdup_printf("{\"janus\":\"ping\",\"transaction\":\"x\"%*s}", 1024 - 34, "");
    assert_int_equal(strlen(body), 1024);
    assert_int_equal(world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", "", body)), 0);
    g_free(body);
    body = g_strdup_printf("{\"janus\":\"ping\",\"transaction\":\"x\"%*s}", 1025 - 34, "");
    assert_int_equal(world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", "", body)), 454);
    g_free(body);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths),
        cmocka_unit_test(ids_of_path_and_body),
        cmocka_unit_test(a_handle_has_no_events_of_its_own),
        cmocka_unit_test(nothing_is_injected),
        cmocka_unit_test(questions_without_a_body),
        cmocka_unit_test(credentials_of_polls),
        cmocka_unit_test(more_than_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
