/* SPDX-License-Identifier: Apache-2.0 */
/* The echo test as its client sees it: request by request, and how often it says that it is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

extern const struct cardea_plugin cardea_plugin;

static uint64_t session, handle;
static GString *echoed; /* texts and bytes of messages that came back, each with a bar behind it */
static unsigned linked;
static int64_t cap;

static void watch(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_DATA) {
        const struct gw_data_blob *b = o->u.data;

        g_string_append_printf(echoed, "%s:", b->bytes);
        g_string_append_len(echoed, b->bytes + b->label_len + b->protocol_len + 2, b->len);
        g_string_append_c(echoed, '|');
    }
    if (o->tag == GW_ORDER_BITRATE)
        cap = o->u.number;
    linked += o->tag == GW_ORDER_LINK;
}

static void begin(void)
{
    linked = 0;
    cap = -1;
    echoed = g_string_new(NULL);
    world_begin(NULL);
    world.watch = watch;
    world_plugin(&cardea_plugin, "echotest", "");
    session = world_session(WORLD_WS);
    handle = world_attach_to(WORLD_WS, session, "janus.plugin.echotest");
}

static void end(void)
{
    world_end();
    g_string_free(echoed, TRUE);
}

/* A message with this body, and with an offer of a browser if one is named. What comes of it is to be heard. */
static void say(const char *body, const char *fixture)
{
    char *text = g_strdup_printf("{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"t\","
                                 "\"body\":%s}",
                                 (unsigned long long)session, (unsigned long long)handle, body);

    if (fixture)
        world_jsep(session, handle, body, "offer", fixture);
    else
        world_say(WORLD_WS, text);
    g_free(text);
}

/* The data of the next event of the plugin; other things that are heard are passed over. NULL: there is none. */
static json_t *next(void)
{
    while (!world_quiet(WORLD_WS)) {
        json_t *got = world_heard(WORLD_WS),
               *data = json_incref(json_object_get(json_object_get(got, "plugindata"), "data"));

        json_decref(got);
        if (data)
            return data;
    }
    return NULL;
}

static void expect(const char *json)
{
    json_t *got = next(), *wanted = json_loads(json, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(got, wanted))
        fail_msg("%s, not %s", got ? json_dumps(got, 0) : "nothing", json);
    json_decref(got);
    json_decref(wanted);
}

#define OK   "{\"echotest\":\"event\",\"result\":\"ok\"}"
#define DONE "{\"echotest\":\"event\",\"result\":\"done\"}"

static void call(void)
{
    say("{}", "chromium-all");
    expect(OK);
    world_news(GW_NEWS_UP, NULL);
}

static void every_request(void **state)
{
    static const struct {
        const char *body;
        int code; /* 0: ok */
    } rows[] = {
        {"{\"audio\":true}", 0},
        {"{\"audio\":false,\"video\":false,\"unknown\":null}", 0},
        {"{\"bitrate\":0}", 0},
        {"{\"bitrate\":9223372036854775807}", 0},
        {"{\"record\":false}", 0},
        {"{\"substream\":2,\"temporal\":0,\"fallback\":0}", 0},
        {"{\"spatial_layer\":0,\"temporal_layer\":2}", 0},
        {"{\"videoprofile\":\"42e01f\"}", 0},
        {"{\"opusred\":true}", 0},
        {"{\"min_delay\":-1,\"max_delay\":5}", 0},
        {"{\"request\":5,\"audio\":true}", 0}, /* there are no names of requests */
        {"{}", 413},
        {"{\"data\":true}", 413},
        {"{\"request\":\"anything\"}", 413},
        {"{\"audiocodec\":\"opus\"}", 413}, /* these alone are nothing to do */
        {"{\"filename\":\"x\",\"svc\":true}", 413},
        {"{\"audio\":1}", 413},
        {"{\"video\":null}", 413},
        {"{\"bitrate\":-1}", 413},
        {"{\"bitrate\":5.0}", 413},
        {"{\"record\":\"yes\"}", 413},
        {"{\"filename\":5,\"audio\":true}", 413},
        {"{\"substream\":3}", 413},
        {"{\"temporal\":-1}", 413},
        {"{\"fallback\":\"1\"}", 413},
        {"{\"svc\":0,\"audio\":true}", 413},
        {"{\"spatial_layer\":3}", 413},
        {"{\"temporal_layer\":3}", 413},
        {"{\"audiocodec\":5,\"audio\":true}", 413},
        {"{\"videocodec\":null}", 413},
        {"{\"videoprofile\":7}", 413},
        {"{\"opusred\":0}", 413},
        {"{\"min_delay\":\"5\"}", 413},
        {"{\"max_delay\":5.5}", 413},
    };

    begin();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *got;

        say(rows[i].body, NULL);
        got = next();
        if (json_integer_value(json_object_get(got, "error_code")) != rows[i].code ||
            (json_object_get(got, "result") != NULL) != !rows[i].code)
            fail_msg("%s: %s", rows[i].body, json_dumps(got, 0));
        assert_string_equal(json_string_value(json_object_get(got, "echotest")), "event");
        json_decref(got);
        assert_null(next());
    }
    end();
}

/* What it has been asked for, as an operator sees it. */
static json_t *described(void)
{
    json_t *reply = world_ask(WORLD_ADMIN,
                              "{\"janus\":\"handle_info\",\"transaction\":\"x\",\"plugin_only\":true,"
                              "\"session_id\":%llu,\"handle_id\":%llu}",
                              (unsigned long long)session, (unsigned long long)handle),
           *o = json_incref(json_object_get(json_object_get(reply, "info"), "plugin_specific"));

    json_decref(reply);
    return o;
}

static json_int_t setting(const char *name)
{
    json_t *o = described(), *v = json_object_get(o, name);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : json_is_true(v);

    json_decref(o);
    return n;
}

static void settings_stay(void **state)
{
    begin();
    call();
    assert_int_equal(linked, 2); /* audio and video */
    assert_int_equal(cap, 10000000);
    say("{\"audio\":false,\"bitrate\":300000}", NULL);
    expect(OK);
    assert_int_equal(cap, 300000);
    assert_int_equal(setting("audio_active"), 0);
    assert_int_equal(setting("video_active"), 1);
    assert_int_equal(setting("bitrate"), 300000);
    say("{\"audio\":true,\"bitrate\":5,\"substream\":9}", NULL); /* one is wrong: all are left */
    json_decref(next());
    assert_int_equal(setting("audio_active"), 0);
    assert_int_equal(setting("bitrate"), 300000);
    say("{\"video\":false}", NULL);
    expect(OK);
    assert_int_equal(setting("audio_active"), 0);
    assert_int_equal(setting("video_active"), 0);
    say("{\"bitrate\":0}", NULL);
    expect(OK);
    assert_int_equal(cap, 10000000);
    say("{\"audio\":true}", "chromium-all"); /* a renegotiation */
    expect(OK);
    assert_int_equal(setting("audio_active"), 1);
    assert_int_equal(setting("video_active"), 0);
    end();
}

static void over(const char *reason)
{
    world_news(GW_NEWS_DOWN, reason);
    world_news(GW_NEWS_CLOSED, NULL);
}

/* The end of a PeerConnection is told once, and the next one begins anew. */
static void done_is_said_once(void **state)
{
    begin();
    call();
    say("{\"audio\":false,\"bitrate\":300000}", NULL);
    expect(OK);
    over("DTLS alert");
    expect(DONE);
    assert_null(next());
    assert_int_equal(setting("audio_active"), 1);
    assert_int_equal(setting("bitrate"), 0);
    call();
    over("ICE failed");
    expect(DONE);
    assert_null(next());
    end();
}

static void detach(void)
{
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"detach\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                          (unsigned long long)session, (unsigned long long)handle));
}

static void done_when_detached(void **state)
{
    begin(); /* without any PeerConnection */
    detach();
    expect(DONE);
    assert_null(next());
    end();
    begin(); /* with one that is up */
    call();
    detach();
    expect(DONE);
    assert_null(next());
    end();
    begin(); /* and with one that never came so far */
    say("{}", "chromium-all");
    expect(OK);
    detach();
    expect(DONE);
    assert_null(next());
    end();
    begin(); /* one that had ended before said so then */
    call();
    over("DTLS alert");
    expect(DONE);
    detach();
    expect(DONE);
    assert_null(next());
    end();
}

static void message(const char *label, bool binary, const char *data, size_t len)
{
    struct gw_news n = {.tag = GW_NEWS_DATA, .peer = world.peer};

    n.u.data = gw_data_blob_new(label, "p", binary, data, len);
    world_tell(&n);
}

static void data_comes_back(void **state)
{
    char *long_text = g_strnfill(70000, 'x');

    begin();
    call();
    message("chat", false, "hello", 5);
    assert_string_equal(echoed->str, "chat:Cardea heard: hello|");
    g_string_truncate(echoed, 0);
    message("files", true, "\1\0\2", 3);
    assert_int_equal(echoed->len, 10);
    assert_memory_equal(echoed->str, "files:\1\0\2|", 10);
    g_string_truncate(echoed, 0);
    message("chat", false, long_text, 70000); /* a long one as it is */
    assert_int_equal(echoed->len, 70000 + 6);
    g_free(long_text);
    end();
}

static void slow_links(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_SLOW_LINK, .u.slow = {.uplink = false, .lost = 12}};

    begin();
    call();
    n.track = gw_track_make(world.peer, 1);
    world_tell(&n);
    expect("{\"echotest\":\"event\",\"event\":\"slow_link\",\"media\":\"video\",\"current-bitrate\":0}");
    n.track = gw_track_make(world.peer, 0);
    world_tell(&n);
    expect("{\"echotest\":\"event\",\"event\":\"slow_link\",\"media\":\"audio\"}");
    n.u.slow.uplink = true; /* what the client does not receive it knows itself */
    world_tell(&n);
    assert_null(next());
    assert_int_equal(setting("slowlink_count"), 3);
    end();
}

static void an_operator_hears_himself(void **state)
{
    json_t *reply, *wanted = json_pack("{si ss}", "a", 5, "request", "dance");

    begin();
    reply = world_ask(WORLD_ADMIN,
                      "{\"janus\":\"message_plugin\",\"transaction\":\"x\",\"plugin\":\"janus.plugin.echotest\","
                      "\"request\":{\"a\":5,\"request\":\"dance\"}}");
    assert_true(json_equal(json_object_get(reply, "response"), wanted));
    json_decref(reply);
    json_decref(wanted);
    end();
}

/* Without a recorder a request to record is granted all the same: it is an echo in the first place. */
static void nobody_records(void **state)
{
    json_t *o;

    begin();
    call();
    say("{\"record\":true,\"filename\":\"x\"}", NULL);
    expect(OK);
    o = described();
    assert_null(json_object_get(o, "recording"));
    json_decref(o);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request),
        cmocka_unit_test(settings_stay),
        cmocka_unit_test(done_is_said_once),
        cmocka_unit_test(done_when_detached),
        cmocka_unit_test(data_comes_back),
        cmocka_unit_test(slow_links),
        cmocka_unit_test(an_operator_hears_himself),
        cmocka_unit_test(nobody_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
