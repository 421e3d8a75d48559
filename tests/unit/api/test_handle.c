/* SPDX-License-Identifier: Apache-2.0 */
/* Handles: attached or refused, told to go, and what is left of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static uint64_t session, handle;

static void begin(void)
{
    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
}

static void say(const char *janus)
{
    char *text = g_strdup_printf("{\"janus\":\"%s\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                                 janus, (unsigned long long)session, (unsigned long long)handle);

    world_say(WORLD_WS, text);
    g_free(text);
}

static void expect(const char *janus)
{
    json_t *got = world_heard(WORLD_WS);

    while (!strcmp(json_string_value(json_object_get(got, "janus")), "event")) { /* what the plugin has to say */
        json_decref(got);
        got = world_heard(WORLD_WS);
    }
    assert_string_equal(json_string_value(json_object_get(got, "janus")), janus);
    json_decref(got);
}

static void offer(void)
{
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
}

static void refused_by_the_plugin(void **state)
{
    world_begin(NULL);
    session = world_session(WORLD_WS);
    world.refuse_attach = true;
    assert_int_equal(world_code(world_ask(WORLD_WS,
                                          "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,"
                                          "\"plugin\":\"janus.plugin.fake\"}",
                                          (unsigned long long)session)),
                     461);
    assert_true(world_quiet(WORLD_WS)); /* nothing is detached that never was */
    assert_int_equal(world.detached, 0);
    assert_int_equal(gw_api_handles(world.api), 0);
    assert_null(gw_handle_of(world.api, world.handle)); /* its ticket is no good any more */
    world_end();
}

static void ended_while_attaching(void **state)
{
    world_begin(NULL);
    session = world_session(WORLD_WS);
    world.end_in_attach = true;
    handle = world_attach(WORLD_WS, session); /* it was attached, and then it ended */
    expect("detached");
    assert_int_equal(world.detached, 1);
    assert_int_equal(gw_api_handles(world.api), 0);
    say("detach");
    assert_int_equal(world_code(world_heard(WORLD_WS)), 459);
    world_end();
}

static void detached_once(void **state)
{
    begin();
    say("detach");
    say("detach");
    expect("success");
    expect("detached");
    assert_int_equal(world_code(world_heard(WORLD_WS)), 459);
    assert_int_equal(world.detached, 1);
    gw_api_end(world.api, world.handle);
    gw_api_hangup(world.api, world.handle, NULL);
    world_turn();
    assert_true(world_quiet(WORLD_WS));
    world_end();
}

/* With its session a handle goes in silence. */
static void along_with_the_session(void **state)
{
    begin();
    json_decref(world_ask(WORLD_WS, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                          (unsigned long long)session));
    while (!world_quiet(WORLD_WS)) {
        json_t *got = world_heard(WORLD_WS);

        assert_string_not_equal(json_string_value(json_object_get(got, "janus")), "detached");
        json_decref(got);
    }
    assert_int_equal(world.detached, 1);
    world_end();
}

static void hangup(void **state)
{
    begin();
    say("hangup"); /* there is nothing to hang up: success all the same */
    expect("success");
    assert_true(world_quiet(WORLD_WS));
    offer();
    expect("ack");
    say("hangup");
    expect("success");
    expect("hangup");
    assert_int_equal(world.downs, 1);
    world_end();
}

/* While the old PeerConnection is being closed so many requests wait, and no more. */
static void parked(void **state)
{
    unsigned refused = 0;

    begin();
    offer();
    world.silent_worker = true;
    say("hangup");
    while (!world_quiet(WORLD_WS))
        json_decref(world_heard(WORLD_WS));
    for (int i = 0; i < GW_MAX_PARKED; i++)
        offer();
    assert_true(world_quiet(WORLD_WS));
    offer();
    assert_int_equal(world_code(world_heard(WORLD_WS)), 471);
    world_wait(GW_PARK_US + 1000000); /* it does not go: they are told so */
    while (!world_quiet(WORLD_WS))
        refused += world_code(world_heard(WORLD_WS)) == 471;
    assert_int_equal(refused, GW_MAX_PARKED);
    world.silent_worker = false;
    world_news(GW_NEWS_DOWN, "Janus API");
    world_news(GW_NEWS_CLOSED, NULL);
    world_end();
}

static void who_it_is(void **state)
{
    struct gw_handle *h;
    uint64_t s, id;
    char *user;

    begin();
    h = gw_handle_of(world.api, world.handle);
    gw_api_ids(world.api, world.handle, &s, &id);
    assert_true(s == session && id == handle);
    gw_api_ids(world.api, NULL, &s, &id);
    assert_true(!s && !id);
    assert_ptr_equal(gw_api_link(world.api, world.handle), h->link);
    assert_null(gw_api_claims(world.api, world.handle));
    user = gw_api_relay_user(h);
    assert_string_equal(user, "me"); /* its opaque id */
    g_free(user);
    g_free(h->opaque_id);
    h->opaque_id = NULL;
    user = gw_api_relay_user(h);
    assert_int_equal(g_ascii_strtoull(user, NULL, 10), session);
    g_free(user);
    say("detach");
    gw_api_ids(world.api, world.handle, &s, &id);
    assert_true(!s && !id);
    assert_null(gw_api_link(world.api, world.handle));
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_by_the_plugin),
        cmocka_unit_test(ended_while_attaching),
        cmocka_unit_test(detached_once),
        cmocka_unit_test(along_with_the_session),
        cmocka_unit_test(hangup),
        cmocka_unit_test(parked),
        cmocka_unit_test(who_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
