/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates of clients: what is read, what is an error, what waits, and what comes to the worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/world.h"

#define CANDIDATE "candidate:1 1 udp 2122260223 192.0.2.44 51780 typ host"

static uint64_t session, handle;
static GString *to_worker; /* candidates that the worker was given, "|" behind each; "end|" for the end */

static void watch(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_PEER_CANDIDATE)
        g_string_append_printf(to_worker, "%s|", o->u.text ? o->u.text : "end");
}

static void begin(const char *const *settings)
{
    world_begin(settings);
    to_worker = g_string_new(NULL);
    world.watch = watch;
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
}

static void end(void)
{
    world_end();
    g_string_free(to_worker, TRUE);
}

/* Sends a request of this handle with these members; 0, or the error's code. */
static int ask(const char *janus, const char *members)
{
    return world_code(world_ask(WORLD_WS,
                                "{\"janus\":\"%s\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"t\",%s}",
                                janus, (unsigned long long)session, (unsigned long long)handle, members));
}

/* An answered offer: m-lines 0, 1, 2. */
static void negotiate(void)
{
    char *sdp = fixture_sdp("chromium-all"), *text;
    json_t *jsep = json_pack("{ss ss}", "type", "offer", "sdp", sdp);

    text = json_dumps(jsep, 0);
    g_string_truncate(to_worker, 0);
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"m\","
                          "\"body\":{\"request\":\"answer\"},\"jsep\":%s}",
                          (unsigned long long)session, (unsigned long long)handle, text));
    while (!world_quiet(WORLD_WS))
        json_decref(world_heard(WORLD_WS));
    free(text);
    free(sdp);
    json_decref(jsep);
}

static const struct {
    const char *members;
    int code;           /* once it is negotiated; before, only what is marked */
    const char *worker; /* what comes to it */
    bool always;        /* an error before, too */
} rows[] = {
    {"\"candidate\":{\"sdpMid\":\"0\",\"sdpMLineIndex\":0,\"candidate\":\"" CANDIDATE "\"}", 0, CANDIDATE "|"},
    {"\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"1 1 udp 1 192.0.2.44 5 typ host\"}", 0,
     "1 1 udp 1 192.0.2.44 5 typ host|"},
    {"\"candidate\":{\"sdpMLineIndex\":0,\"candidate\":\"" CANDIDATE "\",\"usernameFragment\":7}", 0, CANDIDATE "|"},
    {"\"candidate\":{\"sdpMid\":\"1\",\"sdpMLineIndex\":1,\"candidate\":\"" CANDIDATE "\"}", 0, ""},
    {"\"candidate\":{\"sdpMid\":\"1\",\"candidate\":\"" CANDIDATE "\"}", 0, ""},
    {"\"candidate\":{\"sdpMLineIndex\":2,\"candidate\":\"" CANDIDATE "\"}", 0, ""},
    {"\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"\"}", 0, ""},
    {"\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"a=end-of-candidates\"}", 0, ""},
    {"\"candidate\":{\"completed\":true}", 0, "end|"},
    {"\"candidate\":{\"completed\":false}", 0, "end|"},
    {"\"candidate\":null", 0, "end|"},
    {"\"candidate\":\"x\"", 0, "end|"},
    {"\"candidates\":[]", 0, ""},
    {"\"candidates\":[{\"sdpMid\":\"0\",\"candidate\":\"" CANDIDATE "\"},{\"sdpMid\":5},{\"completed\":true}]", 0,
     CANDIDATE "|end|"},
    {"\"candidate\":{\"candidate\":\"" CANDIDATE "\"}", 456, ""},
    {"\"candidate\":{\"sdpMid\":\"0\"}", 456, ""},
    {"\"candidate\":{\"sdpMid\":0,\"candidate\":\"" CANDIDATE "\"}", 467, ""},
    {"\"candidate\":{\"sdpMid\":\"0\",\"candidate\":null}", 467, ""},
    {"\"candidate\":{\"sdpMLineIndex\":70000,\"candidate\":\"" CANDIDATE "\"}", 0, ""},
    {"\"candidate\":{\"sdpMLineIndex\":4294967296,\"candidate\":\"" CANDIDATE "\"}", 0, ""},
    {"\"candidate\":{\"sdpMid\":null,\"sdpMLineIndex\":0,\"candidate\":\"" CANDIDATE "\"}", 467, ""},
    {"\"candidate\":{\"sdpMLineIndex\":0.0,\"candidate\":\"" CANDIDATE "\"}", 467, ""},
    {"\"candidate\":{}", 456, ""},
    {"\"candidate\":7", 0, "end|"},
    {"\"candidates\":[null]", 0, "end|"},
    {"\"candidate\":{\"sdpMLineIndex\":-1,\"candidate\":\"" CANDIDATE "\"}", 467, ""},
    {"\"other\":1", 456, "", true},
    {"\"candidate\":{},\"candidates\":[]", 454, "", true},
    {"\"candidates\":{}", 467, "", true},
};

static void once_it_is_negotiated(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int code;

        begin(NULL);
        negotiate();
        g_string_truncate(to_worker, 0);
        code = ask("trickle", rows[i].members);
        if (code != rows[i].code || strcmp(to_worker->str, rows[i].worker) != 0)
            fail_msg("%s: %d, \"%s\"", rows[i].members, code, to_worker->str);
        end();
    }
}

/* Candidates may come before what they belong to: nothing is looked at then, and what is fine comes to the worker. */
static void before_the_offer(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int code;

        begin(NULL);
        code = ask("trickle", rows[i].members);
        if (code != (rows[i].always ? rows[i].code : 0))
            fail_msg("%s: %d", rows[i].members, code);
        assert_int_equal(to_worker->len, 0);
        negotiate();
        if (strcmp(to_worker->str, rows[i].worker) != 0)
            fail_msg("%s: \"%s\"", rows[i].members, to_worker->str);
        end();
    }
}

static void those_that_waited_too_long_are_dropped(void **state)
{
    begin((const char *[]){"general.session_timeout", "0", NULL});
    gw_links_tune(world.links, 0, 10);
    assert_int_equal(
        ask("trickle", "\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"1 1 udp 1 192.0.2.1 1 typ host\"}"), 0);
    world_wait(11000000);
    assert_int_equal(
        ask("trickle", "\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"2 1 udp 1 192.0.2.2 2 typ host\"}"), 0);
    negotiate();
    assert_string_equal(to_worker->str, "2 1 udp 1 192.0.2.2 2 typ host|");
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_it_is_negotiated),
        cmocka_unit_test(before_the_offer),
        cmocka_unit_test(those_that_waited_too_long_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
