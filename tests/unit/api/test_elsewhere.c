/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for sessions that are in a neighbour: what is sent on, what is not, and how the answers come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static struct {
    bool takes;
    unsigned messages, exchanges, closed, abandoned;
    bool fresh;
    char *text, *method, *path, *remote;
    uint64_t number; /* connection or tag */
    enum cardea_door door;
} seen;

static void note(uint64_t number, enum cardea_door door, const char *remote, const char *text, size_t len)
{
    g_free(seen.text);
    g_free(seen.remote);
    seen.text = g_strndup(text ? text : "", len);
    seen.remote = g_strdup(remote);
    seen.number = number;
    seen.door = door;
}

static bool on_message(void *arg, int where, const void *transport, cardea_connection c, enum cardea_door door,
                       const char *remote, const char *text, size_t len)
{
    assert_int_equal(where, GW_ANYWHERE);
    assert_ptr_equal(transport, &world_transport);
    seen.messages++;
    note(c, door, remote, text, len);
    return seen.takes;
}

static bool on_exchange(void *arg, int where, const void *transport, uint64_t tag, enum cardea_door door,
                        const struct gw_exchange_in *in, bool fresh)
{
    assert_int_equal(where, GW_ANYWHERE);
    assert_ptr_equal(transport, &world_transport);
    seen.exchanges++;
    seen.fresh = fresh;
    g_free(seen.method);
    g_free(seen.path);
    seen.method = g_strdup(in->method);
    seen.path = g_strdup(in->path);
    note(tag, door, in->remote, in->body, in->len);
    return seen.takes;
}

static void on_closed(void *arg, const void *transport, cardea_connection c)
{
    seen.closed++;
    seen.number = c;
}

static void on_abandoned(void *arg, const void *transport, uint64_t tag)
{
    seen.abandoned++;
    seen.number = tag;
}

/* Nobody lodges here. */
static bool on_lodge(void *arg, const void *transport, uint64_t id, uint64_t session, json_t *what, int *where)
{
    json_decref(what);
    return false;
}

static const struct gw_elsewhere neighbour = {on_message, on_exchange, on_closed, on_abandoned, on_lodge};

static void forget(void)
{
    g_free(seen.text);
    g_free(seen.remote);
    g_free(seen.method);
    g_free(seen.path);
    memset(&seen, 0, sizeof(seen));
    seen.takes = true;
}

static void begin(const char *const *settings)
{
    world_begin(settings);
    gw_api_elsewhere(world.api, &neighbour);
    forget();
}

static void end(void)
{
    gw_api_elsewhere(world.api, NULL);
    forget();
    world_end();
}

#define KEEPALIVE "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":5}"

static void messages(void **state)
{
    json_t *sent, *same = json_loads(KEEPALIVE, 0, NULL);

    begin(NULL);
    world_say(WORLD_WS, KEEPALIVE);
    assert_true(world_quiet(WORLD_WS));
    assert_int_equal(seen.messages, 1);
    assert_int_equal(seen.number, WORLD_WS);
    assert_int_equal(seen.door, CARDEA_DOOR_CLIENT);
    assert_string_equal(seen.remote, "192.0.2.1");
    sent = json_loads(seen.text, 0, NULL);
    assert_true(json_equal(sent, same));
    json_decref(sent);
    json_decref(same);
    gw_api_send(world.api, &world_transport, WORLD_WS, "{\"janus\":\"ack\"}", 15); /* and its answer */
    json_decref(world_heard(WORLD_WS));

    world_say(WORLD_ADMIN, "{\"janus\":\"list_handles\",\"transaction\":\"x\",\"session_id\":5}");
    assert_true(world_quiet(WORLD_ADMIN));
    assert_int_equal(seen.door, CARDEA_DOOR_ADMIN);

    seen.takes = false; /* not there either */
    assert_int_equal(world_code(world_ask(WORLD_WS, KEEPALIVE)), 458);
    end();
}

/* What is ours, what is wrong, and what is not allowed is answered here. */
static void only_what_may_be_there(void **state)
{
    static const char *const settings[] = {"general.api_secret", "s", NULL};
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        {"{\"janus\":\"ping\",\"transaction\":\"x\"}", 0},
        {"{\"janus\":\"create\",\"transaction\":\"x\",\"apisecret\":\"s\"}", 0},
        {"{\"janus\":\"keepalive\",\"session_id\":5}", 456},
        {KEEPALIVE, 403},
        {"{\"janus\":\"detach\",\"transaction\":\"x\",\"apisecret\":\"s\",\"handle_id\":6}", 458},
        {"{\"janus\":\"detach\",\"transaction\":\"x\",\"apisecret\":\"s\",\"session_id\":5,\"handle_id\":0}", 459},
        {"{\"janus\":\"keepalive\",\"transaction\":\"x\",\"apisecret\":\"s\",\"session_id\":7}", 0}, /* here */
    };

    begin(settings);
    json_decref(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"apisecret\":\"s\",\"id\":7}"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(world_code(world_ask(WORLD_WS, "%s", rows[i].text)), rows[i].code);
    assert_int_equal(seen.messages, 0);
    end();
}

static void exchanges(void **state)
{
    struct world_response *r;
    uint64_t tag;

    begin(NULL);
    tag = world_http(CARDEA_DOOR_CLIENT, "POST", "/5", NULL, "{\"janus\":\"keepalive\",\"transaction\":\"x\"}");
    assert_null(world_response(tag));
    assert_int_equal(seen.exchanges, 1);
    assert_int_equal(seen.number, tag);
    assert_false(seen.fresh);
    assert_string_equal(seen.method, "POST");
    assert_string_equal(seen.path, ""); /* its ids are in the body */
    assert_non_null(strstr(seen.text, "\"session_id\":5"));
    gw_api_respond(world.api, &world_transport, tag, 200, NULL, "{}", 2);
    r = world_response(tag);
    assert_string_equal(r->body, "{}");
    world_response_free(r);

    tag = world_http(CARDEA_DOOR_CLIENT, "GET", "/5", "maxev=3", NULL); /* a long poll goes as it is */
    assert_null(world_response(tag));
    assert_string_equal(seen.method, "GET");
    assert_string_equal(seen.path, "/5");
    gw_api_abandoned(world.api, &world_transport, tag);
    assert_int_equal(seen.abandoned, 1);
    assert_int_equal(seen.number, tag);
    seen.takes = false;
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", "/5", NULL), 404);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", "/x", NULL), 404);
    end();
}

/* New sessions are made at our successor, where the client's next exchange will come to; those of connections, which
 * stay here, are refused or made here as ever. */
static void new_sessions(void **state)
{
    uint64_t tag;

    begin(NULL);
    assert_int_equal(
        world_code(world_http_json(CARDEA_DOOR_CLIENT, "POST", "", "{\"janus\":\"create\",\"transaction\":\"x\"}")), 0);
    assert_int_equal(seen.exchanges, 0);
    gw_api_succeeded(world.api);
    tag = world_http(CARDEA_DOOR_CLIENT, "POST", "", NULL, "{\"janus\":\"create\",\"transaction\":\"x\"}");
    assert_null(world_response(tag));
    assert_true(seen.fresh);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\"}")), 0);
    assert_int_equal(seen.exchanges, 1);
    assert_int_equal(seen.messages, 0);
    end();
}

static void connections_that_go(void **state)
{
    begin(NULL);
    gw_api_closed(world.api, &world_transport, WORLD_OTHER);
    assert_int_equal(seen.closed, 1);
    assert_int_equal(seen.number, WORLD_OTHER);
    end();
}

/* --- routes ------------------------------------------------------------------------------------------------------- */

static unsigned ours;

static void unknown(struct cardea_http *x, const struct cardea_http_request *rq)
{
    ours++;
    gw_api_http_reply(world.api, x, 404, NULL, NULL, 0);
}

static void paths_that_we_do_not_know(void **state)
{
    struct world_response *r;
    uint64_t tag;

    begin(NULL);
    ours = 0;
    gw_api_route(world.api, "/resource", unknown);
    tag = world_http(CARDEA_DOOR_CLIENT, "PATCH", "/resource/7", "a=b", "body");
    assert_null(world_response(tag)); /* the neighbour is asked what it knows */
    assert_int_equal(ours, 1);
    assert_string_equal(seen.method, "PATCH");
    assert_string_equal(seen.path, "/resource/7");
    assert_string_equal(seen.text, "body");
    assert_string_equal(seen.remote, "192.0.2.9");
    gw_api_respond(world.api, &world_transport, tag, 404, NULL, NULL, 0); /* neither: and that is that */
    r = world_response(tag);
    assert_int_equal(r->status, 404);
    world_response_free(r);
    assert_int_equal(seen.exchanges, 1);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "GET", "/resource/7", NULL), 404); /* reading: not asked */
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "HEAD", "/resource/7", NULL), 404);
    assert_int_equal(seen.exchanges, 1);
    seen.takes = false;
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "DELETE", "/resource/7", NULL), 404);
    assert_int_equal(seen.exchanges, 2);
    end();
    world_begin(NULL); /* nobody to ask */
    gw_api_route(world.api, "/resource", unknown);
    assert_int_equal(world_http_status(CARDEA_DOOR_CLIENT, "DELETE", "/resource/7", NULL), 404);
    world_end();
}

static void answers_for_nobody(void **state)
{
    int other;

    begin(NULL);
    gw_api_send(world.api, &other, WORLD_WS, "{}", 2);
    gw_api_shut(world.api, &other, WORLD_WS);
    gw_api_respond(world.api, &other, 5, 200, NULL, NULL, 0);
    gw_api_respond(world.api, &world_transport, 5, 200, NULL, NULL, 0);
    assert_int_equal(world.sent.length, 0);
    assert_int_equal(world.responses.length, 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),
        cmocka_unit_test(only_what_may_be_there),
        cmocka_unit_test(exchanges),
        cmocka_unit_test(new_sessions),
        cmocka_unit_test(connections_that_go),
        cmocka_unit_test(paths_that_we_do_not_know),
        cmocka_unit_test(answers_for_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
