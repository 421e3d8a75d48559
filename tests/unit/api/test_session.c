/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: whose they are, how long they live, and how their events travel over exchanges. */
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

/* --- over exchanges ----------------------------------------------------------------------------------------------- */

static char path[64], handle_path[96];

static uint64_t http_session(void)
{
    json_t *reply = world_http_json(CARDEA_DOOR_CLIENT, "POST", "/", "{\"janus\":\"create\",\"transaction\":\"c\"}");
    uint64_t id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id")), handle;

    json_decref(reply);
    snprintf(path, sizeof(path), "/%llu", (unsigned long long)id);
    reply = world_http_json(CARDEA_DOOR_CLIENT, "POST", path,
                            "{\"janus\":\"attach\",\"transaction\":\"a\",\"plugin\":\"janus.plugin.fake\"}");
    handle = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    assert_int_not_equal(handle, 0);
    json_decref(reply);
    snprintf(handle_path, sizeof(handle_path), "%s/%llu", path, (unsigned long long)handle);
    return id;
}

static void make_event(const char *transaction)
{
    char *text =
        g_strdup_printf("{\"janus\":\"message\",\"transaction\":\"%s\",\"body\":{\"request\":\"async\"}}", transaction);

    assert_int_equal(world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", handle_path, text)), 0);
    g_free(text);
}

static uint64_t poll(const char *query)
{
    return world_http(CARDEA_DOOR_CLIENT, "GET", path, query, NULL);
}

static json_t *polled(uint64_t tag)
{
    struct world_response *r = world_response(tag);
    json_t *json = r ? json_loads(r->body, 0, NULL) : NULL;

    world_response_free(r);
    return json;
}

static const char *member(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));

    return text ? text : "";
}

static void long_polls(void **state)
{
    uint64_t first, second;
    json_t *got;

    world_begin(NULL);
    http_session();
    first = poll("maxev=5");
    assert_null(polled(first));
    make_event("m1");
    got = polled(first); /* an array although it is one */
    assert_int_equal(json_array_size(got), 1);
    assert_string_equal(member(json_array_get(got, 0), "transaction"), "m1");
    json_decref(got);
    make_event("m2");
    make_event("m3");
    make_event("m4");
    got = polled(poll("")); /* one object */
    assert_string_equal(member(got, "transaction"), "m2");
    json_decref(got);
    got = polled(poll("rid=8&maxev=10"));
    assert_int_equal(json_array_size(got), 2);
    assert_string_equal(member(json_array_get(got, 1), "transaction"), "m4");
    json_decref(got);

    first = poll("maxev=0"); /* two at once: the older gets it, the other its filler */
    second = poll("maxev=2");
    make_event("m5");
    got = polled(first);
    assert_string_equal(member(got, "transaction"), "m5");
    json_decref(got);
    got = polled(second);
    assert_string_equal(member(json_array_get(got, 0), "janus"), "keepalive");
    json_decref(got);

    first = poll("maxev=1"); /* abandoned: eats nothing */
    gw_api_abandoned(world.api, &world_transport, first);
    make_event("m6");
    got = polled(poll(""));
    assert_string_equal(member(got, "transaction"), "m6");
    json_decref(got);
    assert_null(world_response(first));
    world_end();
}

static void polls_are_held_for_half_a_minute(void **state)
{
    uint64_t tag;
    json_t *got;

    world_begin(NULL);
    http_session();
    for (int i = 0; i < 5; i++) { /* and keep the session alive */
        tag = poll("maxev=1");
        world_wait(29 * S);
        assert_null(polled(tag));
        world_wait(1 * S);
        got = polled(tag);
        assert_string_equal(member(got, "janus"), "keepalive");
        assert_int_equal(json_object_size(got), 1);
        json_decref(got);
    }
    tag = poll(""); /* released by destroy */
    json_decref(world_http_json(CARDEA_DOOR_CLIENT, "POST", path, "{\"janus\":\"destroy\",\"transaction\":\"d\"}"));
    got = polled(tag);
    assert_string_equal(member(got, "janus"), "keepalive");
    json_decref(got);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", path, NULL), 404);
    world_end();
}

static void timeout_reaches_a_poll(void **state)
{
    static const char *const settings[] = {"general.session_timeout", "5", NULL};
    uint64_t tag;
    json_t *got;

    world_begin(settings);
    http_session();
    tag = poll("maxev=3");
    world_wait(8 * S);
    got = polled(tag);
    assert_string_equal(member(json_array_get(got, 0), "janus"), "timeout");
    json_decref(got);
    world_end();
}

static void claims_between_transports(void **state)
{
    uint64_t id, tag;
    json_t *got;

    world_begin(NULL);
    id = http_session();
    tag = poll("");
    assert_int_equal(world_code(ask(WORLD_WS, "claim", id)), 0);
    got = polled(tag); /* released */
    assert_string_equal(member(got, "janus"), "keepalive");
    json_decref(got);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", path, NULL), 404); /* not ours */
    make_event("m");
    json_decref(world_heard(WORLD_WS));
    json_decref(world_http_json(CARDEA_DOOR_CLIENT, "POST", path, "{\"janus\":\"claim\",\"transaction\":\"c\"}"));
    tag = poll("");
    assert_null(polled(tag)); /* starts with nothing */
    world_end();
}

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
    struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, "GET", "/12/34", "a=b", NULL));
    assert_int_equal(r->status, 302);
    assert_string_equal(r->location, "../12");
    world_response_free(r);
    world_end();
}

static void polls_need_the_secret(void **state)
{
    static const char *const settings[] = {"general.api_secret", "a&b", NULL};
    struct world_response *r;

    world_begin(settings);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", "/5", NULL), 403);
    r = world_response(world_http(CARDEA_DOOR_CLIENT, "GET", "/5", "apisecret=a%26b", NULL));
    assert_int_equal(r->status, 404);
    world_response_free(r);
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
        cmocka_unit_test(events_follow_the_claim),
        cmocka_unit_test(long_polls),
        cmocka_unit_test(polls_are_held_for_half_a_minute),
        cmocka_unit_test(timeout_reaches_a_poll),
        cmocka_unit_test(claims_between_transports),
        cmocka_unit_test(paths),
        cmocka_unit_test(polls_need_the_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
