/* SPDX-License-Identifier: Apache-2.0 */
/* Media statistics as events: what becomes of a worker's answer, and when workers are asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/events.h"
#include "support/world.h"

static GQueue told; /* json_t *: events of media */
static unsigned questions;

static void take(void *arg, const char *text)
{
    g_queue_push_tail(&told, json_loads(text, 0, NULL));
}

static struct gw_event_handler handler = {.name = "test", .shown = "test", .take = take};

static void note(const struct gw_order *o)
{
    questions += o->tag == GW_ORDER_QUERY && o->u.number == GW_QUERY_STATISTICS;
}

/* A connection that is up, and a handler that wants to hear of media. */
static void begin(const char *const *settings)
{
    uint64_t session, handle;

    questions = 0;
    world_begin(settings);
    handler.mask = GW_EVENT_MEDIA;
    gw_events_add(world.api, &handler);
    gw_events_started(world.api);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    world_news(GW_NEWS_UP, NULL);
    world.watch = note;
}

static void end(void)
{
    world_end();
    g_queue_clear_full(&told, (GDestroyNotify)json_decref);
}

/* The worker's answer; json is what handle_info shows as `webrtc`. */
static void answer(const char *json)
{
    struct gw_news n = {.tag = GW_NEWS_QUERY, .peer = world.peer};

    n.u.query.ticket = GW_QUERY_STATISTICS;
    n.u.query.json = json ? strdup(json) : NULL;
    world_tell(&n);
}

/* The next event is about statistics and has this body, no more and no less; JSON. */
static void expect(const char *body)
{
    json_t *got = g_queue_pop_head(&told), *wanted = json_loads(body, 0, NULL);

    assert_non_null(got);
    assert_non_null(wanted);
    assert_int_equal(json_integer_value(json_object_get(got, "type")), GW_EVENT_MEDIA);
    assert_int_equal(json_integer_value(json_object_get(got, "subtype")), GW_MEDIA_STATISTICS);
    assert_true(json_is_integer(json_object_get(got, "handle_id")));
    if (!json_equal(json_object_get(got, "event"), wanted))
        fail_msg("%s, not %s", json_dumps(json_object_get(got, "event"), 0), body);
    json_decref(got);
    json_decref(wanted);
}

#define RTCP(rtt, values)                                                                                              \
    "{\"base\":90000" rtt ",\"lost\":2,\"lost-by-remote\":3,\"jitter-local\":4,\"jitter-remote\":5,"                   \
    "\"in-link-quality\":96,\"in-media-link-quality\":97,\"out-link-quality\":98,\"out-media-link-quality\":99" values \
    "}"
#define SAME                                                                                                           \
    "\"base\":90000,\"lost\":2,\"lost-by-remote\":3,\"jitter-local\":4,\"jitter-remote\":5,\"in-link-quality\":96,"    \
    "\"in-media-link-quality\":97,\"out-link-quality\":98,\"out-media-link-quality\":99"
#define VALUES ",\"rtt-values\":{\"ntp\":7,\"lsr\":5,\"dlsr\":1}"
#define AUDIO                                                                                                          \
    "{\"type\":\"audio\",\"mindex\":0,\"mid\":\"a\",\"codecs\":{\"codec\":\"opus\"},\"rtcp\":{\"main\":" RTCP(         \
        ",\"rtt\":6", VALUES) "},\"stats\":{\"in\":{\"packets\":1,\"bytes\":2,\"bytes_lastsec\":3,\"nacks\":4,"        \
                              "\"retransmissions\":5},\"out\":{\"packets\":6,\"bytes\":7,\"bytes_lastsec\":8,"         \
                              "\"nacks\":9}}}"
#define AUDIO_EVENT                                                                                                    \
    "{\"mid\":\"a\",\"mindex\":0,\"media\":\"audio\",\"codec\":\"opus\",\"rtt\":6" VALUES "," SAME                     \
    ",\"packets-received\":1,\"packets-sent\":6,\"bytes-received\":2,\"bytes-sent\":7,\"bytes-received-lastsec\":3,"   \
    "\"bytes-sent-lastsec\":8,\"nacks-received\":4,\"nacks-sent\":9,\"retransmissions-received\":5"

static void of_each_m_line(void **state)
{
    begin(NULL);
    answer("{\"bwe\":{\"remb-bitrate\":300000},\"media\":{\"a\":" AUDIO ",\"d\":{\"type\":\"data\",\"mindex\":1,"
           "\"stats\":{\"in\":{\"packets\":1,\"bytes\":2},\"out\":{\"packets\":3,\"bytes\":4}}}}}");
    expect(AUDIO_EVENT ",\"remb-bitrate\":300000}"); /* on the first m-line alone */
    expect("{\"mid\":\"d\",\"mindex\":1,\"media\":\"data\",\"packets-received\":1,\"bytes-received\":2,"
           "\"packets-sent\":3,\"bytes-sent\":4}");
    answer("{\"media\":{\"a\":" AUDIO "}}"); /* a peer that sends no REMB */
    expect(AUDIO_EVENT "}");
    assert_true(g_queue_is_empty(&told));
    end();
}

static void of_each_layer(void **state)
{
    begin(NULL);
    answer("{\"media\":{\"v\":{\"type\":\"video\",\"mindex\":2,\"mid\":\"v\",\"codecs\":{\"codec\":\"vp8\"},"
           "\"rtcp\":{\"main\":" RTCP(",\"rtt\":0", VALUES) ",\"sim2\":" RTCP(
               "", "") "},"
                       "\"stats\":{\"in\":{\"packets\":1,\"bytes\":2,\"bytes_lastsec\":3,"
                       "\"video-simulcast-2\":{\"packets\":4,\"bytes\":5,\"bytes_lastsec\":6,\"nacks\":7}},"
                       "\"out\":{\"packets\":0,\"bytes\":0,\"bytes_lastsec\":0,\"nacks\":0}}}}}");
    /* no round trip was seen: its parts tell nothing */
    expect("{\"mid\":\"v\",\"mindex\":2,\"media\":\"video\",\"codec\":\"vp8\",\"rtt\":0," SAME
           ",\"packets-received\":1,\"packets-sent\":0,\"bytes-received\":2,\"bytes-sent\":0,"
           "\"bytes-received-lastsec\":3,\"bytes-sent-lastsec\":0,\"nacks-sent\":0}");
    expect("{\"mid\":\"v\",\"mindex\":2,\"media\":\"video-sim2\",\"codec\":\"vp8\"," SAME
           ",\"packets-received\":4,\"bytes-received\":5,\"bytes-received-lastsec\":6,\"nacks-sent\":7}");
    assert_true(g_queue_is_empty(&told));
    end();
}

static void all_in_one(void **state)
{
    begin((const char *[]){"events.combine_media_stats", "true", NULL});
    answer("{\"media\":{\"a\":" AUDIO ",\"d\":{\"type\":\"data\",\"mindex\":1,"
           "\"stats\":{\"in\":{\"packets\":1,\"bytes\":2},\"out\":{\"packets\":3,\"bytes\":4}}}}}");
    expect("[" AUDIO_EVENT "},{\"mid\":\"d\",\"mindex\":1,\"media\":\"data\",\"packets-received\":1,"
           "\"bytes-received\":2,\"packets-sent\":3,\"bytes-sent\":4}]");
    end();
}

static void nothing_to_tell(void **state)
{
    begin(NULL);
    answer("{}");
    answer("{\"media\":{}}");
    answer("{\"media\":{\"x\":{}}}");
    answer("no JSON");
    handler.mask = 0;
    answer("{\"media\":{\"a\":" AUDIO "}}"); /* nobody wants it any more */
    assert_true(g_queue_is_empty(&told));
    end();
}

static void once_in_a_period(void **state)
{
    begin((const char *[]){"events.stats_period", "2", "general.session_timeout", "0", NULL});
    world_wait(20000000);
    assert_in_range(questions, 9, 11);
    handler.mask = GW_EVENT_SESSION;
    questions = 0;
    world_wait(20000000);
    assert_int_equal(questions, 0);
    end();
    begin((const char *[]){"events.stats_period", "0", "general.session_timeout", "0", NULL});
    world_wait(20000000);
    assert_int_equal(questions, 0);
    end();
}

/* Workers are told that somebody wants the last word of a connection, and when nobody does any more. */
static void the_last_word(void **state)
{
    begin(NULL);
    world_wait(1000000);
    assert_true(world.media.last_figures);
    handler.mask = GW_EVENT_ALL & ~(unsigned)GW_EVENT_MEDIA;
    world_wait(1000000);
    assert_false(world.media.last_figures);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_each_m_line),  cmocka_unit_test(of_each_layer),    cmocka_unit_test(all_in_one),
        cmocka_unit_test(nothing_to_tell), cmocka_unit_test(once_in_a_period), cmocka_unit_test(the_last_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
