/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

/* The neighbour, as far as we speak to it. */
static struct {
    unsigned asked;
    uint64_t id, session;
    const void *transport;
    json_t *what;
    GPtrArray *texts; /* what was sent on */
    uint64_t left;    /* the session that has no business there any more */
} there;

#define WHERE 1

static bool message(void *arg, int where, const void *transport, cardea_connection c, enum cardea_door door,
                    const char *remote, const char *text, size_t len)
{
    if (where != WHERE)
        return false;
    g_ptr_array_add(there.texts, g_strndup(text, len));
    return true;
}

static bool exchange(void *arg, int where, const void *transport, uint64_t tag, enum cardea_door door,
                     const struct gw_exchange_in *in, bool fresh)
{
    return message(arg, where == GW_ANYWHERE ? WHERE : where, transport, 0, door, in->remote, in->body, in->len);
}

static void closed(void *arg, const void *transport, cardea_connection c)
{
    if (transport == there.transport)
        there.left = c;
}

static void abandoned(void *arg, const void *transport, uint64_t tag)
{
}

static bool lodge(void *arg, const void *transport, uint64_t id, uint64_t session, json_t *what, int *where)
{
    there.asked++;
    there.id = id;
    there.session = session;
    there.transport = transport;
    json_decref(there.what);
    there.what = what;
    *where = WHERE;
    return true;
}

static const struct gw_elsewhere elsewhere = {message, exchange, closed, abandoned, lodge};
static uint64_t session, handle;

static void begin(void)
{
    world_begin((const char *[]){"general.drain_events", "false", NULL});
    there.texts = g_ptr_array_new_with_free_func(g_free);
    gw_api_elsewhere(world.api, &elsewhere);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
}

static void end(void)
{
    gw_api_elsewhere(world.api, NULL);
    world_end();
    g_ptr_array_free(there.texts, TRUE);
    json_decref(there.what);
    memset(&there, 0, sizeof(there));
}

static void say(const char *janus, const char *more)
{
    char *text = g_strdup_printf("{\"janus\":\"%s\",\"transaction\":\"t\",\"session_id\":%llu,\"handle_id\":%llu%s}",
                                 janus, (unsigned long long)session, (unsigned long long)handle, more);

    world_say(WORLD_WS, text);
    world_turn();
    g_free(text);
}

static void answered(bool in)
{
    gw_api_lodged(world.api, there.id, there.session, in);
    world_turn();
}

static void hear_of(const char *text)
{
    gw_api_send(world.api, there.transport, session, text, strlen(text));
    world_turn();
}

/* The next thing that the client hears. */
static void expect(const char *janus)
{
    json_t *o = world_heard(WORLD_WS);

    assert_string_equal(json_string_value(json_object_get(o, "janus")), janus);
    json_decref(o);
}

#define JOIN     ",\"body\":{\"request\":\"async\",\"room\":5}"
#define JOIN_OWN ",\"body\":{\"request\":\"async\",\"room\":1234}"
#define LIST     ",\"body\":{\"request\":\"sync\",\"room\":5}"

static void what_lives_there_is_done_there(void **state)
{
    const json_t *purpose;
    char *text;

    begin();
    say("message", JOIN);
    assert_int_equal(there.asked, 1);
    assert_int_equal(there.session, session);
    assert_int_equal(json_integer_value(json_object_get(there.what, "handle")), handle);
    assert_false(json_is_true(json_object_get(there.what, "once")));
    purpose = json_object_get(there.what, "purpose");
    assert_int_equal(json_integer_value(json_object_get(purpose, "room")), 5);
    assert_string_equal(json_string_value(json_object_get(purpose, "plugin")), "janus.plugin.fake");
    say("message", ",\"body\":{\"request\":\"async\"}"); /* waits behind it */
    assert_true(world_quiet(WORLD_WS));
    answered(true);
    assert_int_equal(there.texts->len, 2);
    assert_non_null(strstr(there.texts->pdata[0], "\"room\":5"));
    assert_int_equal(world.runs, 0);
    say("trickle", ",\"candidate\":{\"completed\":true}");
    say("message", JOIN_OWN); /* here or not: the handle is there */
    assert_int_equal(there.texts->len, 4);
    assert_int_equal(there.asked, 1);
    hear_of("{\"janus\":\"webrtcup\"}");
    expect("webrtcup");
    text = g_strdup_printf("{\"janus\":\"detached\",\"sender\":%llu}", (unsigned long long)handle);
    hear_of(text);
    g_free(text);
    expect("detached");
    assert_true(world_quiet(WORLD_WS));
    assert_int_equal(world.detached, 1);
    say("message", JOIN);
    expect("error"); /* no such handle */
    end();
}

static void what_lives_here_or_nowhere_is_done_here(void **state)
{
    begin();
    say("message", JOIN_OWN);
    assert_int_equal(there.asked, 0);
    assert_int_equal(world.runs, 1);
    expect("ack");
    expect("event");
    say("message", JOIN); /* the handle is in use */
    assert_int_equal(there.asked, 0);
    assert_int_equal(world.runs, 2);
    end();

    begin();
    say("message", ",\"body\":{\"request\":\"sync\"}"); /* names nothing */
    assert_int_equal(there.asked, 0);
    expect("success");
    say("message", JOIN);
    say("trickle", ",\"candidate\":{\"completed\":true}");
    assert_int_equal(there.asked, 1);
    answered(false);
    assert_int_equal(world.runs, 1);
    expect("ack");
    expect("event");
    expect("ack");
    assert_int_equal(there.texts->len, 0);
    end();
}

static void questions_are_sent_one_by_one(void **state)
{
    begin();
    say("message", LIST);
    assert_true(json_is_true(json_object_get(there.what, "once")));
    answered(true);
    assert_int_equal(there.texts->len, 1);
    say("message", ",\"body\":{\"request\":\"sync\"}");
    expect("success");
    say("message", LIST);
    assert_int_equal(there.asked, 2);
    answered(false);
    expect("success");
    say("message", JOIN); /* it may still go there */
    assert_int_equal(there.asked, 3);
    answered(true);
    say("detach", "");
    assert_int_equal(there.texts->len, 3);
    assert_true(world_quiet(WORLD_WS)); /* it answers */
    assert_int_equal(world.detached, 1);
    end();
}

static unsigned handled;

static void on_post(struct cardea_http *x, const struct cardea_http_request *rq)
{
    handled++;
    gw_api_http_reply(world.api, x, 201, NULL, rq->body, rq->len);
}

static int status_of(uint64_t tag)
{
    struct world_response *r = world_response(tag);
    int status = r ? r->status : 0;

    world_response_free(r);
    return status;
}

/* What is POSTed to a place waits until it is known where the place is; everything else is done at once. */
static void a_path_may_be_about_what_lives_there(void **state)
{
    static const struct {
        const char *method, *path;
    } here[] = {{"POST", "/fake/1234"}, {"POST", "/fake/nowhere"}, {"GET", "/fake/5"}, {"DELETE", "/fake/5"}};
    const json_t *purpose;
    uint64_t tag;

    begin();
    world.api->starting = gw_handle_of(world.api, world.handle)->plugin;
    assert_int_equal(gw_api_route(world.api, "/fake", on_post), 0);
    world.api->starting = NULL;
    for (handled = 0; handled < G_N_ELEMENTS(here);) {
        tag = world_http(CARDEA_DOOR_CLIENT, here[handled].method, here[handled].path, NULL, "offer");
        assert_int_equal(status_of(tag), 201);
    }
    assert_int_equal(there.asked, 0);

    tag = world_http(CARDEA_DOOR_CLIENT, "POST", "/fake/5", NULL, "offer");
    assert_int_equal(there.asked, 1);
    assert_int_equal(there.session, 0);
    purpose = json_object_get(there.what, "purpose");
    assert_int_equal(json_integer_value(json_object_get(purpose, "room")), 5);
    assert_string_equal(json_string_value(json_object_get(purpose, "plugin")), "janus.plugin.fake");
    assert_int_equal(status_of(tag), 0);
    answered(false);
    assert_int_equal(handled, 5);
    assert_int_equal(status_of(tag), 201);

    tag = world_http(CARDEA_DOOR_CLIENT, "POST", "/fake/5", NULL, "offer");
    world_wait(GW_ASK_US);
    assert_int_equal(handled, 6); /* nobody waits longer */
    assert_int_equal(status_of(tag), 201);
    answered(true);
    assert_int_equal(handled, 6);
    assert_int_equal(there.texts->len, 0);

    tag = world_http(CARDEA_DOOR_CLIENT, "POST", "/fake/5", NULL, "offer");
    answered(true);
    assert_int_equal(handled, 6);
    assert_int_equal(there.texts->len, 1);
    assert_string_equal(there.texts->pdata[0], "offer");
    assert_int_equal(status_of(tag), 0); /* it answers */
    end();
}

static void a_neighbour_that_does_not_answer_is_not_waited_for(void **state)
{
    begin();
    say("message", JOIN);
    assert_int_equal(world.runs, 0);
    world_wait(7900000);
    world_turn();
    assert_int_equal(world.runs, 0);
    world_wait(200000);
    world_turn();
    assert_int_equal(world.runs, 1);
    answered(true); /* too late: it need not keep the handle */
    assert_int_equal(there.left, session);
    assert_int_equal(there.texts->len, 0);
    end();
}

static void its_end_is_told(void **state)
{
    begin();
    say("message", JOIN);
    answered(true);
    gw_api_neighbour_gone(world.api, WHERE + 1);
    assert_true(world_quiet(WORLD_WS));
    gw_api_neighbour_gone(world.api, WHERE);
    world_turn();
    expect("hangup");
    expect("detached");
    handle = world_attach(WORLD_WS, session);
    say("message", JOIN);
    gw_api_neighbour_gone(world.api, WHERE); /* before it answered */
    world_turn();
    assert_int_equal(world.runs, 1);
    end();
}

static void a_session_that_ends_takes_its_lodgers_along(void **state)
{
    begin();
    say("message", JOIN);
    answered(true);
    world_say(WORLD_WS, "{\"janus\":\"ping\",\"transaction\":\"p\"}");
    gw_api_close_all(world.api);
    world_turn();
    assert_int_equal(there.left, session);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lives_there_is_done_there),
        cmocka_unit_test(what_lives_here_or_nowhere_is_done_here),
        cmocka_unit_test(questions_are_sent_one_by_one),
        cmocka_unit_test(a_path_may_be_about_what_lives_there),
        cmocka_unit_test(a_neighbour_that_does_not_answer_is_not_waited_for),
        cmocka_unit_test(its_end_is_told),
        cmocka_unit_test(a_session_that_ends_takes_its_lodgers_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
