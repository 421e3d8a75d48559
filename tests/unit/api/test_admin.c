/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' door. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static json_t *ask(const char *members)
{
    return world_ask(WORLD_ADMIN, "{\"transaction\":\"x\",%s}", members);
}

static int code(const char *members)
{
    return world_code(ask(members));
}

static json_int_t number(const char *members, const char *name)
{
    json_t *reply = ask(members), *v = json_object_get(reply, name);
    json_int_t n = json_is_boolean(v) ? json_is_true(v) : json_integer_value(v);

    if (!v)
        fail_msg("%s: %s", members, json_dumps(reply, 0));
    json_decref(reply);
    return n;
}

static void rows(void **state)
{
    static const struct {
        const char *members;
        int code;
    } all[] = {
        {"\"janus\":\"info\"", 0},
        {"\"janus\":\"ping\"", 0},
        {"\"janus\":\"dance\"", 457},
        {"\"janus\":\"list_handles\"", 457},
        {"\"janus\":\"create\"", 457},
        {"\"janus\":\"list_sessions\",\"session_id\":5", 458},
        {"\"janus\":\"list_handles\",\"handle_id\":5", 458},
        {"\"janus\":\"handle_info\",\"session_id\":7,\"handle_id\":0", 458},
        {"\"janus\":\"handle_info\",\"session_id\":7,\"handle_id\":5", 459},
        {"\"janus\":\"list_sessions\",\"session_id\":7", 457},
        {"\"janus\":\"handle_info\",\"session_id\":7", 457},
        {"\"janus\":\"list_handles\",\"session_id\":7", 0},
        {"\"janus\":\"ping\",\"id\":\"no matter\"", 0},
        {"\"janus\":\"get_status\"", 0},
        {"\"janus\":\"set_log_level\"", 456},
        {"\"janus\":\"set_log_level\",\"level\":8", 467},
        {"\"janus\":\"set_log_level\",\"level\":\"4\"", 467},
        {"\"janus\":\"set_session_timeout\",\"timeout\":-1", 467},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":-2", 467},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":-1", 0},
        {"\"janus\":\"set_no_media_timer\",\"no_media_timer\":-1", 467},
        {"\"janus\":\"set_no_media_timer\",\"no_media_timer\":100000", 0},
        {"\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":10000000", 0},
        {"\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":4.0", 467},
        {"\"janus\":\"set_min_nack_queue\",\"min_nack_queue\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"session_id\":7,\"timeout\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"timeout\":9223372036854775807", 0},
        {"\"janus\":\"set_session_timeout\",\"timeout\":60", 0},
        {"\"janus\":\"set_session_timeout\"", 456},
        {"\"janus\":\"set_session_timeout\",\"timeout\":\"5\"", 467},
        {"\"janus\":\"set_nack_optimizations\",\"nack_optimizations\":1", 467},
        {"\"janus\":\"set_locking_debug\"", 456},
        {"\"janus\":\"set_locking_debug\",\"debug\":true", 0},
        {"\"janus\":\"set_refcount_debug\",\"debug\":0", 467},
        {"\"janus\":\"loops_info\"", 0},
        {"\"janus\":\"loops_info\",\"session_id\":7", 457},
        {"\"janus\":\"detach_handle\",\"session_id\":7", 457},
        {"\"janus\":\"destroy_session\"", 457},
        {"\"janus\":\"start_pcap\",\"session_id\":7", 457},
        {"\"janus\":\"resolve_address\"", 456},
        {"\"janus\":\"resolve_address\",\"address\":5", 467},
        {"\"janus\":\"test_stun\",\"address\":\"a\"", 456},
        {"\"janus\":\"test_stun\",\"address\":\"a\",\"port\":-1", 467},
        {"\"janus\":\"query_transport\"", 456},
        {"\"janus\":\"query_eventhandler\"", 456},
        {"\"janus\":\"query_logger\",\"logger\":\"none\"", 460},
        {"\"janus\":\"custom_event\",\"schema\":5,\"data\":{}", 467},
        {"\"janus\":\"custom_event\",\"schema\":\"s\",\"data\":[]", 467},
        {"\"janus\":\"custom_logline\"", 456},
        {"\"janus\":\"custom_logline\",\"line\":\"l\",\"level\":\"bad\"", 0},
        {"\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"session_id\":7", 457},
        {"\"janus\":\"LIST_SESSIONS\"", 0},
        {"\"janus\":\"accept_new_sessions\",\"accept\":1", 467},
        {"\"janus\":\"set_log_timestamps\",\"timestamps\":true", 0},
        {"\"janus\":\"set_log_colors\",\"colors\":null", 467},
        {"\"janus\":\"message_plugin\"", 456},
        {"\"janus\":\"message_plugin\",\"plugin\":\"none\"", 460},
        {"\"janus\":\"query_transport\",\"transport\":\"none\"", 460},
        {"\"janus\":\"query_transport\",\"transport\":\"janus.transport.fake\",\"request\":5", 467},
        {"\"janus\":\"query_eventhandler\",\"handler\":\"none\"", 460},
        {"\"janus\":\"query_logger\"", 456},
        {"\"janus\":\"custom_event\",\"schema\":\"s\"", 456},
        {"\"janus\":\"custom_event\",\"schema\":\"s\",\"data\":{}", 0},
        {"\"janus\":\"custom_logline\",\"line\":\"hello\",\"level\":99", 0},
        {"\"janus\":\"add_token\",\"token\":\"t\"", 490}, /* not the mode */
        {"\"janus\":\"list_tokens\"", 490},
    };

    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"id\":7}")), 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t *reply = ask(all[i].members);

        if (json_integer_value(json_object_get(json_object_get(reply, "error"), "code")) != all[i].code)
            fail_msg("%s: %s", all[i].members, json_dumps(reply, 0));
        assert_string_equal(json_string_value(json_object_get(reply, "transaction")), "x");
        json_decref(reply);
    }
    /* early errors have no transaction */
    json_t *reply = world_ask(WORLD_ADMIN, "{\"transaction\":\"x\"}");
    assert_null(json_object_get(reply, "transaction"));
    assert_int_equal(world_code(reply), 456);
    /* each door has its own requests */
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"get_status\",\"transaction\":\"x\"}")), 457);
    world_end();
}

static void the_secret(void **state)
{
    static const char *const settings[] = {"general.admin_secret", "s", "general.api_secret", "other", NULL};

    world_begin(settings);
    assert_int_equal(code("\"janus\":\"info\""), 0);
    assert_int_equal(code("\"janus\":\"list_sessions\""), 403);
    assert_int_equal(code("\"janus\":\"list_sessions\",\"apisecret\":\"other\""), 403);
    assert_int_equal(code("\"janus\":\"dance\""), 403);
    assert_int_equal(code("\"janus\":\"list_handles\",\"session_id\":5"), 403);
    assert_int_equal(code("\"janus\":\"list_sessions\",\"admin_secret\":\"s\""), 0);
    world_end();
}

static void settings_take_effect(void **state)
{
    world_begin(NULL);
    assert_int_equal(number("\"janus\":\"set_min_nack_queue\",\"min_nack_queue\":5000", "min_nack_queue"), 1000);
    assert_int_equal(world.media.min_nack_queue_ms, 1000);
    assert_int_equal(number("\"janus\":\"set_nack_optimizations\",\"nack_optimizations\":true", "nack-optimizations"),
                     1);
    assert_true(world.media.nack_optimizations);
    number("\"janus\":\"set_slowlink_threshold\",\"slowlink_threshold\":9", "slowlink_threshold");
    number("\"janus\":\"set_no_media_timer\",\"no_media_timer\":3", "no_media_timer");
    assert_int_equal(world.media.slowlink_threshold, 9);
    assert_int_equal(world.media.no_media_s, 3);
    assert_int_equal(number("\"janus\":\"accept_new_sessions\",\"accept\":false", "accept"), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\"}")), 472);
    number("\"janus\":\"accept_new_sessions\",\"accept\":true", "accept");
    number("\"janus\":\"set_session_timeout\",\"timeout\":10", "timeout");
    uint64_t mortal = world_session(WORLD_WS), immortal = world_session(WORLD_WS);
    json_decref(world_ask(WORLD_ADMIN,
                          "{\"janus\":\"set_session_timeout\",\"transaction\":\"x\",\"session_id\":%llu,"
                          "\"timeout\":0}",
                          (unsigned long long)immortal));
    for (int i = 0; i < 7; i++) { /* operators do not keep a session alive */
        world_wait(2000000);
        json_decref(world_ask(WORLD_ADMIN, "{\"janus\":\"list_handles\",\"transaction\":\"x\",\"session_id\":%llu}",
                              (unsigned long long)mortal));
    }
    json_t *list = ask("\"janus\":\"list_sessions\""), *ids = json_object_get(list, "sessions");
    assert_int_equal(json_array_size(ids), 1);
    assert_int_equal(json_integer_value(json_array_get(ids, 0)), immortal);
    json_decref(list);
    assert_int_equal(number("\"janus\":\"drain\"", "draining"), 1);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"ping\",\"transaction\":\"x\"}")), 0);
    world_end();
}

/* Every member of `status`, and that it follows what was set. */
static void the_status(void **state)
{
    static const char *const bools[] = {"token_auth",    "log_timestamps", "log_colors",
                                        "locking_debug", "refcount_debug", "nack-optimizations"};
    static const char *const integers[] = {"session_timeout",   "reclaim_session_timeout", "candidates_timeout",
                                           "log_level",         "min_nack_queue",          "no_media_timer",
                                           "slowlink_threshold"};
    json_t *reply, *status;

    world_begin(NULL);
    number("\"janus\":\"set_locking_debug\",\"debug\":true", "locking_debug");
    number("\"janus\":\"set_refcount_debug\",\"debug\":true", "refcount_debug");
    number("\"janus\":\"set_no_media_timer\",\"no_media_timer\":7", "no_media_timer");
    number("\"janus\":\"set_session_timeout\",\"timeout\":33", "timeout");
    reply = ask("\"janus\":\"get_status\"");
    status = json_object_get(reply, "status");
    assert_int_equal(json_object_size(status), G_N_ELEMENTS(bools) + G_N_ELEMENTS(integers));
    for (size_t i = 0; i < G_N_ELEMENTS(bools); i++)
        assert_true(json_is_boolean(json_object_get(status, bools[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(integers); i++)
        assert_true(json_is_integer(json_object_get(status, integers[i])));
    assert_true(json_is_true(json_object_get(status, "locking_debug")));
    assert_true(json_is_true(json_object_get(status, "refcount_debug")));
    assert_int_equal(json_integer_value(json_object_get(status, "no_media_timer")), 7);
    assert_int_equal(json_integer_value(json_object_get(status, "session_timeout")), 33);
    json_decref(reply);
    world_end();
}

/* A worker is a loop: its PeerConnections are counted. */
static void loops(void **state)
{
    json_t *reply, *list;
    uint64_t session, handle;

    world_workers = 3;
    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session); /* and one that is on no worker yet */
    handle = world_attach(WORLD_WS, session);
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    reply = ask("\"janus\":\"loops_info\"");
    list = json_object_get(reply, "loops");
    assert_int_equal(json_array_size(list), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *loop = json_array_get(list, i);

        assert_int_equal(json_integer_value(json_object_get(loop, "id")), i);
        assert_int_equal(json_integer_value(json_object_get(loop, "handles")), i == gw_peer_worker(world.peer));
    }
    json_decref(reply);
    world_end();
    world_workers = 1;
}

/* As long as an operator may say: it is not taken for something that has passed. */
static void the_longest_timeout(void **state)
{
    world_begin(NULL);
    number("\"janus\":\"set_session_timeout\",\"timeout\":9223372036854775807", "timeout");
    world_session(WORLD_WS);
    world_wait(100000000);
    assert_int_equal(gw_api_sessions(world.api), 1);
    world_end();
}

static void modules(void **state)
{
    json_t *reply;

    world_begin(NULL);
    reply = ask("\"janus\":\"query_transport\",\"transport\":\"cardea.transport.fake\",\"request\":{\"a\":1}");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "members")), 1);
    json_decref(reply);
    reply = ask("\"janus\":\"query_transport\",\"transport\":\"janus.transport.fake\"");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "members")), 0);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"sync\"}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(reply, "response"), "fake")), "success");
    json_decref(reply);
    /* failures of the plugin are inside */
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"late\"}");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "error_code")), 423);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\"");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(reply, "response"), "error_code")), 421);
    json_decref(reply);
    reply = ask("\"janus\":\"message_plugin\",\"plugin\":\"janus.plugin.fake\",\"request\":{\"request\":\"mute\"}");
    assert_true(json_is_object(json_object_get(reply, "response")));
    json_decref(reply);
    world_end();
}

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

static void handles(void **state)
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

static void stored_tokens(void **state)
{
    static const char *const settings[] = {"general.token_auth", "true", NULL};
    const char *attach = "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":7,"
                         "\"plugin\":\"janus.plugin.fake\",\"token\":\"t\"}";

    world_begin(settings);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"t\"}")),
                     403);
    assert_int_equal(code("\"janus\":\"add_token\",\"token\":\"t\",\"plugins\":[5,\"none\",\"janus.plugin.fake\"]"), 0);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"u\",\"plugins\":[\"janus.plugin.fake\"]"), 470);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[]"), 467);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\",\"plugins\":[\"none\"]"), 467);
    assert_int_equal(code("\"janus\":\"allow_token\",\"token\":\"t\""), 456);
    assert_int_equal(
        world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"t\",\"id\":7}")), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 0);
    assert_int_equal(code("\"janus\":\"disallow_token\",\"token\":\"t\",\"plugins\":[\"janus.plugin.fake\"]"), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 405);
    assert_int_equal(code("\"janus\":\"list_tokens\""), 0);
    assert_int_equal(code("\"janus\":\"remove_token\",\"token\":\"u\""), 490);
    assert_int_equal(code("\"janus\":\"remove_token\",\"token\":\"t\""), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "%s", attach)), 403);
    world_end();
}

static void info(void **state)
{
    static const char *const settings[] = {"nat.announce", "192.0.2.7, 192.0.2.8", NULL};
    static const char *const strings[] = {"name",        "version_string", "author",    "commit-hash",   "compile-time",
                                          "server-name", "local-ip",       "public-ip", "ice-nomination"};
    static const char *const bools[] = {"log-to-stdout",
                                        "log-to-file",
                                        "data_channels",
                                        "accepting-new-sessions",
                                        "ipv6",
                                        "ice-lite",
                                        "ice-tcp",
                                        "ice-consent-freshness",
                                        "full-trickle",
                                        "mdns-enabled",
                                        "api_secret",
                                        "hangup-on-failed",
                                        "auth_token",
                                        "opaqueid_in_api",
                                        "event_handlers",
                                        "nack-optimizations",
                                        "ice-keepalive-conncheck"};
    static const char *const integers[] = {
        "version",     "session-timeout", "reclaim-session-timeout", "min-nack-queue",
        "twcc-period", "dtls-mtu",        "candidates-timeout",      "static-event-loops"};
    static const char *const objects[] = {"dependencies", "transports", "events", "loggers", "plugins"};
    json_t *reply, *fake;

    world_begin(settings);
    reply = world_http_json(CARDEA_DOOR_CLIENT, "GET", "/info", NULL);
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        if (!json_is_string(json_object_get(reply, strings[i])))
            fail_msg("%s", strings[i]);
    for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
        if (!json_is_boolean(json_object_get(reply, bools[i])))
            fail_msg("%s", bools[i]);
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
        if (!json_is_integer(json_object_get(reply, integers[i])))
            fail_msg("%s", integers[i]);
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        if (!json_is_object(json_object_get(reply, objects[i])))
            fail_msg("%s", objects[i]);
    assert_int_equal(json_array_size(json_object_get(reply, "public-ips")), 2);
    fake = json_object_get(json_object_get(reply, "plugins"), "janus.plugin.fake");
    assert_string_equal(json_string_value(json_object_get(fake, "version_string")), "1");
    assert_true(json_is_string(json_object_get(fake, "author")));
    json_decref(reply);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(the_secret),
        cmocka_unit_test(settings_take_effect),
        cmocka_unit_test(modules),
        cmocka_unit_test(the_status),
        cmocka_unit_test(loops),
        cmocka_unit_test(the_longest_timeout),
        cmocka_unit_test(handles),
        cmocka_unit_test(stored_tokens),
        cmocka_unit_test(info),
        cmocka_unit_test(after_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
