/* SPDX-License-Identifier: Apache-2.0 */
/* handle_info: what is known at once, and what the worker adds. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

/* Every flag of the specification is there; those named are set, no others. */
static void assert_flags(const json_t *info, const char *set)
{
    static const char *const all[] = {
        "got-offer",      "got-answer",    "negotiated", "processing-offer", "starting",         "ice-restart",
        "ready",          "stopped",       "alert",      "trickle",          "all-trickles",     "resend-trickles",
        "trickle-synced", "data-channels", "has-audio",  "has-video",        "new-datachan-sdp", "rfc4588-rtx",
        "cleaning",       "e2ee",
    };
    json_t *flags = json_object_get(info, "flags");
    GString *got = g_string_new(NULL);

    assert_int_equal(json_object_size(flags), sizeof(all) / sizeof(all[0]));
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_true(json_is_boolean(json_object_get(flags, all[i])));
        if (json_is_true(json_object_get(flags, all[i])))
            g_string_append_printf(got, "%s ", all[i]);
    }
    assert_string_equal(got->str, set);
    g_string_free(got, TRUE);
}

static void assert_text(const json_t *o, const char *name, const char *text)
{
    assert_string_equal(json_string_value(json_object_get(o, name)), text);
}

static void of_a_living_handle(void **state)
{
    uint64_t session, handle;
    json_t *reply, *info;
    char *text;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
#define HANDLE_INFO(more)                                                                                              \
    world_ask(WORLD_ADMIN,                                                                                             \
              "{\"janus\":\"handle_info\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu" more "}",      \
              (unsigned long long)session, (unsigned long long)handle)
    reply = HANDLE_INFO("");
    info = json_object_get(reply, "info");
    assert_int_equal(json_integer_value(json_object_get(reply, "handle_id")), handle);
    assert_string_equal(json_string_value(json_object_get(info, "opaque_id")), "me");
    assert_string_equal(json_string_value(json_object_get(info, "session_transport")), "janus.transport.fake");
    assert_string_equal(json_string_value(json_object_get(json_object_get(info, "plugin_specific"), "plugin")), "fake");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(info, "plugin_specific"), "destroyed")), 0);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(info, "plugin_specific"), "hangingup")), 0);
    assert_int_equal(json_object_size(json_object_get(info, "sdps")), 0);
    assert_flags(info, "");
    assert_null(json_object_get(info, "webrtc"));
    json_decref(reply);
    reply = HANDLE_INFO(",\"plugin_only\":true");
    assert_null(json_object_get(json_object_get(reply, "info"), "flags"));
    json_decref(reply);

    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    reply = HANDLE_INFO(""); /* the worker is asked */
    info = json_object_get(reply, "info");
    assert_true(json_is_object(json_object_get(json_object_get(info, "webrtc"), "ice")));
    assert_null(json_object_get(json_object_get(info, "webrtc"), "agent")); /* its members are outside */
    assert_int_equal(json_integer_value(json_object_get(info, "agent-created")), 5);
    assert_text(info, "ice-mode", "lite");
    assert_text(info, "ice-role", "controlled");
    assert_true(json_is_string(json_object_get(json_object_get(info, "sdps"), "local")));
    assert_text(json_object_get(info, "sdps"), "profile", "UDP/TLS/RTP/SAVPF");
    json_t *msid =
        json_object_get(json_object_get(json_object_get(json_object_get(info, "webrtc"), "media"), "0"), "msid");
    assert_text(msid, "local-stream", "janus");
    assert_text(msid, "local-track", "janus0");
    assert_text(msid, "remote-stream", "9ac091ec-fc28-46f8-afa2-361df0f68820");
    assert_text(msid, "remote-track", "8951a827-e1ac-4302-ba02-f0ea560090f3");
    assert_flags(info, "got-offer got-answer negotiated starting trickle trickle-synced data-channels has-audio "
                       "has-video new-datachan-sdp rfc4588-rtx ");
    json_decref(reply);
    world_news(GW_NEWS_UP, NULL);
    reply = HANDLE_INFO("");
    assert_flags(json_object_get(reply, "info"),
                 "got-offer got-answer negotiated ready trickle trickle-synced data-channels has-audio has-video "
                 "new-datachan-sdp rfc4588-rtx ");
    json_decref(reply);
    world.silent_worker = true; /* and does not answer */
    world_say(WORLD_ADMIN, "{}");
    json_decref(world_heard(WORLD_ADMIN));
    text = g_strdup_printf("{\"janus\":\"handle_info\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                           (unsigned long long)session, (unsigned long long)handle);
    world_say(WORLD_ADMIN, text);
    assert_true(world_quiet(WORLD_ADMIN));
    world_wait(5000000);
    reply = world_heard(WORLD_ADMIN);
    assert_null(json_object_get(json_object_get(reply, "info"), "webrtc"));
    json_decref(reply);
    world_say(WORLD_ADMIN, text); /* still under way at the end */
    g_free(text);
    world.silent_worker = false;

    assert_int_equal(world_code(world_ask(WORLD_ADMIN,
                                          "{\"janus\":\"detach_handle\",\"transaction\":\"x\",\"session_id\":%llu,"
                                          "\"handle_id\":%llu}",
                                          (unsigned long long)session, (unsigned long long)handle)),
                     0);
    world_end();
}

/* How it ended is told until there is another PeerConnection. */
static void after_the_end(void **state)
{
    uint64_t session, handle;
    json_t *reply;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    json_decref(
        world_ask(WORLD_WS,
                  "{\"janus\":\"trickle\",\"transaction\":\"t\",\"session_id\":%llu,\"handle_id\":%llu,"
                  "\"candidate\":{\"sdpMid\":\"0\",\"candidate\":\"candidate:1 1 udp 1 192.0.2.1 9 typ host\"}}",
                  (unsigned long long)session, (unsigned long long)handle));
    reply = HANDLE_INFO("");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "info"), "pending-trickles")), 1);
    json_decref(reply);
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    reply = HANDLE_INFO("");
    assert_null(json_object_get(json_object_get(reply, "info"), "pending-trickles"));
    json_decref(reply);
    world_news(GW_NEWS_UP, NULL);
    world_news(GW_NEWS_DOWN, "DTLS alert");
    reply = HANDLE_INFO("");
    assert_true(json_is_true(json_object_get(json_object_get(json_object_get(reply, "info"), "flags"), "cleaning")));
    json_decref(reply);
    world_news(GW_NEWS_CLOSED, NULL);
    reply = HANDLE_INFO("");
    assert_flags(json_object_get(reply, "info"), "stopped alert ");
    json_decref(reply);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_living_handle),
        cmocka_unit_test(after_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
