/* SPDX-License-Identifier: Apache-2.0 */
/* The codes a client can meet: each has words of its own. Where each comes from is tested with what sends it. */
#include "api/errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/world.h"

static void each_has_words(void **state)
{
    static const int codes[] = {403, 405, 429, 450, 453, 454, 455, 456, 457, 458, 459, 460,
                                461, 462, 463, 464, 465, 467, 468, 469, 470, 471, 472};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_string_not_equal(gw_api_error_text(codes[i]), gw_api_error_text(490));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(gw_api_error_text(codes[i]), gw_api_error_text(codes[k]));
    }
}

static int ask(const char *janus, uint64_t session, uint64_t handle)
{
    return world_code(world_ask(WORLD_WS,
                                "{\"janus\":\"%s\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                                janus, (unsigned long long)session, (unsigned long long)handle));
}

/* 463 is for handles without a plugin. Ours always have one: what was detached is unknown at once. */
static void no_handle_without_a_plugin(void **state)
{
    uint64_t session, handle;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    assert_int_equal(ask("hangup", session, handle), 0);
    assert_int_equal(ask("detach", session, handle), 0);
    world_say(WORLD_WS, "{}");
    while (world_code(world_heard(WORLD_WS)) != 456)
        ; /* `detached` comes before */
    assert_int_equal(ask("detach", session, handle), 459);
    assert_int_equal(ask("hangup", session, handle), 459);
    world_end();
}

/* A renegotiation that fails is 469, where a first negotiation would be 465. */
static void a_failed_renegotiation(void **state)
{
    uint64_t session, handle;
    char *sdp = fixture_sdp("chromium-all"), *text;
    json_t *root, *reply;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    for (int round = 0; round < 2; round++) {
        root = json_pack("{ss sI sI ss s{ss} s{ss ss}}", "janus", "message", "session_id", (json_int_t)session,
                         "handle_id", (json_int_t)handle, "transaction", "j", "body", "request", "answer", "jsep",
                         "type", "offer", "sdp", round ? "nonsense" : sdp);
        text = json_dumps(root, 0);
        world_say(WORLD_WS, text);
        free(text);
        json_decref(root);
        if (round)
            break;
        world_news(GW_NEWS_UP, NULL);
        while (!world_quiet(WORLD_WS))
            json_decref(world_heard(WORLD_WS));
    }
    reply = world_heard(WORLD_WS);
    assert_int_equal(world_code(reply), 469);
    free(sdp);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_words),
        cmocka_unit_test(no_handle_without_a_plugin),
        cmocka_unit_test(a_failed_renegotiation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
