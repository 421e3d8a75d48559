/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions whose client is a plugin. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/fixture.h"
#include "support/world.h"

/* What a guest heard, in order: "event 7 ok", "detached". */
static struct {
    GString *log;
    char *sdp;
    struct cardea_guest *guest;
    bool end_in_hear;
} ear;

static void hear(void *arg, const struct cardea_heard *what)
{
    const char *result = json_string_value(json_object_get(what->data, "result"));

    assert_ptr_equal(arg, &ear);
    g_string_append_printf(ear.log, "%s%s", ear.log->len ? ", " : "", what->janus);
    if (what->tag)
        g_string_append_printf(ear.log, " %u", (unsigned)what->tag);
    if (result)
        g_string_append_printf(ear.log, " %s", result);
    if (what->jsep_type)
        g_string_append_printf(ear.log, " +%s", what->jsep_type);
    if (what->code)
        g_string_append_printf(ear.log, " %d", what->code);
    if (what->sdp) {
        g_free(ear.sdp);
        ear.sdp = g_strdup(what->sdp);
    }
    if (ear.end_in_hear)
        gw_api_guest_end(world.api, ear.guest);
}

static void begin(const char *const *settings)
{
    world_begin(settings);
    memset(&ear, 0, sizeof(ear));
    ear.log = g_string_new(NULL);
    ear.guest = gw_api_guest(world.api, "cardea.plugin.fake", "tester", hear, &ear);
    assert_non_null(ear.guest);
}

static void end(void)
{
    world_end();
    g_string_free(ear.log, TRUE);
    g_free(ear.sdp);
}

static int say(uint64_t tag, const char *request, const char *type, const char *text)
{
    return gw_api_guest_message(world.api, ear.guest, tag, json_pack("{ss}", "request", request), type, text,
                                text ? strlen(text) : 0);
}

static void heard(const char *log)
{
    world_turn();
    assert_string_equal(ear.log->str, log);
    g_string_truncate(ear.log, 0);
}

static void speaks_before_it_is_attached(void **state)
{
    begin(NULL);
    assert_int_equal(say(1, "async", NULL, NULL), 0);
    assert_int_equal(say(2, "sync", NULL, NULL), 0);
    assert_int_equal(world.attached, 0); /* no callback inside a host call */
    heard("event 1 ok, success 2");
    assert_int_equal(world.attached, 1);
    say(3, "nobody", NULL, NULL);
    heard("success 3");
    end();
}

static void needs_no_secret(void **state)
{
    static const char *const settings[] = {"general.api_secret", "s", "general.token_auth", "true", NULL};

    begin(settings);
    say(1, "async", NULL, NULL);
    heard("event 1 ok");
    end();
}

static void never_times_out(void **state)
{
    begin(NULL);
    world_wait(3600 * 1000000LL);
    say(1, "async", NULL, NULL);
    heard("event 1 ok");
    end();
}

static void is_refused(void **state)
{
    static const char *const settings[] = {"limits.sessions", "1", NULL};

    begin(NULL);
    world.refuse_attach = true;
    say(1, "async", NULL, NULL);
    heard("detached");
    assert_int_equal(gw_api_sessions(world.api), 0);
    assert_int_equal(say(2, "async", NULL, NULL), GW_ENOENT);
    end();
    begin(settings);
    world_session(WORLD_WS); /* before the guest is: its turn comes at the end */
    heard("detached");
    ear.guest = gw_api_guest(world.api, "cardea.plugin.nowhere", NULL, hear, &ear);
    heard("detached");
    end();
}

static void ends(void **state)
{
    begin(NULL);
    say(1, "late", NULL, NULL);
    heard("");
    gw_api_guest_end(world.api, ear.guest);
    assert_int_equal(world.detached, 0);
    heard("");
    assert_int_equal(world.detached, 1);
    assert_int_equal(gw_api_sessions(world.api), 0);
    gw_api_guest_end(world.api, ear.guest); /* long gone */
    end();
    begin(NULL);
    ear.end_in_hear = true;
    say(1, "async", NULL, NULL);
    say(2, "async", NULL, NULL);
    heard("event 1 ok"); /* and not a word more */
    assert_int_equal(world.detached, 1);
    end();
}

static void is_told_the_end(void **state)
{
    begin(NULL);
    say(1, "end", NULL, NULL);
    heard("event 1 ending, event bye, detached");
    end();
    begin(NULL);
    say(1, "async", NULL, NULL);
    heard("event 1 ok");
    gw_api_close_all(world.api);
    heard("detached");
    end();
}

static void negotiates_trickles_and_restarts(void **state)
{
    char *offer = fixture_sdp("chromium-sendonly");
    static const char more[] =
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
    static const char again[] = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n";

    begin(NULL);
    assert_int_equal(gw_api_guest_trickle(world.api, ear.guest, more, strlen(more)), GW_ENOENT); /* not there yet */
    assert_int_equal(say(1, "answer", "restart", again), GW_EPROTO); /* nothing to restart */
    assert_int_equal(say(1, "answer", "offer", offer), 0);
    heard("event 1 answered +answer");
    assert_non_null(strstr(ear.sdp, "a=candidate:"));
    assert_int_equal(gw_api_guest_trickle(world.api, ear.guest, more, strlen(more)), 0);
    assert_int_equal(gw_api_guest_trickle(world.api, ear.guest, "x", 1), GW_EPARSE);
    assert_int_equal(gw_api_guest_trickle(world.api, ear.guest, again, strlen(again)), GW_EAGAIN);
    assert_int_equal(say(2, "answer", "restart", "x"), GW_EPARSE);
    assert_int_equal(say(2, "answer", "restart", again), 0);
    heard("event 2 answered +restart");
    assert_null(strstr(ear.sdp, "v=0"));
    assert_non_null(strstr(ear.sdp, "a=ice-ufrag:abcd"));
    assert_int_equal(gw_api_guest_trickle(world.api, ear.guest, again, strlen(again)), 0); /* known by now */
    say(3, "answer", "offer", "v=0");
    heard("error 3 469");
    world_news(GW_NEWS_UP, NULL);
    heard("event up, webrtcup");
    world_news(GW_NEWS_DOWN, "ICE failed");
    world_news(GW_NEWS_CLOSED, NULL);
    heard("event down, hangup");
    free(offer);
    end();
}

static void is_not_utf8(void **state)
{
    begin(NULL);
    assert_int_equal(say(1, "answer", "offer", "v=0\r\n\xff"), GW_EPARSE);
    heard("");
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_before_it_is_attached),
        cmocka_unit_test(needs_no_secret),
        cmocka_unit_test(never_times_out),
        cmocka_unit_test(is_refused),
        cmocka_unit_test(ends),
        cmocka_unit_test(is_told_the_end),
        cmocka_unit_test(negotiates_trickles_and_restarts),
        cmocka_unit_test(is_not_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
