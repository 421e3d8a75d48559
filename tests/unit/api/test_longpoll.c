/* SPDX-License-Identifier: Apache-2.0 */
/* How the events of sessions travel over exchanges. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define S 1000000ll

static json_t *ask(cardea_connection c, const char *janus, uint64_t session)
{
    return world_ask(c, "{\"janus\":\"%s\",\"session_id\":%llu,\"transaction\":\"x\"}", janus,
                     (unsigned long long)session);
}

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

/* Nothing that a poll asks for makes it wait for less or take more than that. */
static void any_number_of_events(void **state)
{
    static const struct {
        const char *query;
        size_t got; /* of 5; 0: an object */
    } rows[] = {
        {"", 0},
        {"maxev=", 0},
        {"maxev=1", 0},
        {"maxev=0", 0},
        {"maxev=-3", 0},
        {"maxev=many", 0},
        {"xmaxev=4&maxev=2", 2},
        {"maxev=3&maxev=4", 3},
        {"maxev=5", 5},
        {"maxev=6", 5},
        {"rid=1&maxev=4294967297", 5},
        {"maxev=99999999999999999999", 5},
        {"maxev=%33", 3},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *got;

        world_begin(NULL);
        http_session();
        for (int n = 0; n < 5; n++)
            make_event("m");
        got = polled(poll(rows[i].query));
        if (json_is_object(got) ? rows[i].got : !rows[i].got || json_array_size(got) != rows[i].got)
            fail_msg("%s", rows[i].query);
        json_decref(got);
        world_end();
    }
}

static void more_than_may_wait(void **state)
{
    uint64_t tags[GW_MAX_POLLS + 2];
    json_t *got;

    world_begin(NULL);
    http_session();
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
        tags[i] = poll("maxev=9");
    for (size_t i = 0; i < 2; i++) { /* the oldest go */
        got = polled(tags[i]);
        assert_string_equal(member(json_array_get(got, 0), "janus"), "keepalive");
        json_decref(got);
    }
    make_event("m");
    got = polled(tags[2]);
    assert_string_equal(member(json_array_get(got, 0), "transaction"), "m");
    json_decref(got);
    for (size_t i = 3; i < G_N_ELEMENTS(tags); i++) {
        got = polled(tags[i]);
        assert_string_equal(member(json_array_get(got, 0), "janus"), "keepalive");
        json_decref(got);
    }
    world_end();
}

/* Nobody fetches them: so many are kept, the others are dropped. */
static void events_that_nobody_fetches(void **state)
{
    struct gw_session *s;
    unsigned n = 0;

    world_begin(NULL);
    s = gw_session_find(world.api, http_session());
    for (unsigned i = 0; i < GW_MAX_EVENTS + 10; i++)
        gw_session_tell(s, g_strdup_printf("{\"n\":%u}", i));
    assert_int_equal(s->events.length, GW_MAX_EVENTS);
    for (json_t *got; (got = polled(poll("maxev=1000"))) && json_array_size(got); json_decref(got)) {
        assert_int_equal(json_integer_value(json_object_get(json_array_get(got, 0), "n")), n);
        n += (unsigned)json_array_size(got);
        if (n == GW_MAX_EVENTS) {
            json_decref(got);
            break;
        }
    }
    assert_int_equal(n, GW_MAX_EVENTS);
    assert_int_equal(s->events_size, 0);
    for (unsigned i = 0; i < 5; i++) { /* by size, too */
        char *text = g_strnfill(GW_MAX_EVENT_SIZE / 4, ' ');

        gw_session_tell(s, text);
    }
    assert_int_equal(s->events.length, 4);
    world_end();
}

/* A claim over the same transport starts afresh, too. */
static void a_claim_forgets(void **state)
{
    uint64_t waiting, tag;
    json_t *got;

    world_begin(NULL);
    http_session();
    make_event("m1");
    waiting = poll("");
    assert_string_equal(member(got = polled(waiting), "transaction"), "m1");
    json_decref(got);
    waiting = poll("");
    json_decref(world_http_json(CARDEA_DOOR_CLIENT, "POST", path, "{\"janus\":\"claim\",\"transaction\":\"c\"}"));
    assert_string_equal(member(got = polled(waiting), "janus"), "keepalive");
    json_decref(got);
    make_event("m2");
    json_decref(world_http_json(CARDEA_DOOR_CLIENT, "POST", path, "{\"janus\":\"claim\",\"transaction\":\"c\"}"));
    tag = poll("");
    assert_null(polled(tag));
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_polls),
        cmocka_unit_test(polls_are_held_for_half_a_minute),
        cmocka_unit_test(timeout_reaches_a_poll),
        cmocka_unit_test(claims_between_transports),
        cmocka_unit_test(any_number_of_events),
        cmocka_unit_test(more_than_may_wait),
        cmocka_unit_test(events_that_nobody_fetches),
        cmocka_unit_test(a_claim_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
