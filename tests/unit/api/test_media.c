/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker tells of a PeerConnection, as its client hears it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/events.h"
#include "support/world.h"

static uint64_t session, handle;

/* An echo of Chromium's offer (mid 0 audio, mid 1 video) that is up; what was said until then is passed over. */
static void begin(const char *const *settings)
{
    world_begin(settings);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    world_news(GW_NEWS_UP, NULL);
    while (!world_quiet(WORLD_WS))
        json_decref(world_heard(WORLD_WS));
}

static void tell(struct gw_news n)
{
    world_tell(&n);
    world_turn();
}

static void tell_ice(enum gw_ice_state state)
{
    tell((struct gw_news){.tag = GW_NEWS_ICE, .peer = world.peer, .u.number = state});
}

/* The next thing that the client hears; a plugin's words are passed over. */
static json_t *expect(const char *janus)
{
    json_t *got = world_heard(WORLD_WS);

    while (!strcmp(json_string_value(json_object_get(got, "janus")), "event")) {
        json_decref(got);
        got = world_heard(WORLD_WS);
    }
    assert_string_equal(json_string_value(json_object_get(got, "janus")), janus);
    assert_int_equal(json_integer_value(json_object_get(got, "session_id")), session);
    assert_int_equal(json_integer_value(json_object_get(got, "sender")), handle);
    assert_null(json_object_get(got, "transaction"));
    return got;
}

/* Besides janus, session_id and sender it has these members and no others; text as JSON. */
static void expect_members(const char *janus, const char *members)
{
    json_t *got = expect(janus), *wanted = json_loads(members, 0, NULL);

    assert_non_null(wanted);
    json_object_del(got, "janus");
    json_object_del(got, "session_id");
    json_object_del(got, "sender");
    if (!json_equal(got, wanted))
        fail_msg("%s has %s, not %s", janus, json_dumps(got, 0), members);
    json_decref(got);
    json_decref(wanted);
}

static void media_comes_and_stops(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_MEDIA, .u.media = {.receiving = true, .substream = -1}};

    begin(NULL);
    n.track = gw_track_make(world.peer, 0);
    tell(n);
    expect_members("media", "{\"mid\":\"0\",\"type\":\"audio\",\"receiving\":true}");
    n.track = gw_track_make(world.peer, 1);
    n.u.media.substream = 2;
    tell(n);
    expect_members("media", "{\"mid\":\"1\",\"type\":\"video\",\"receiving\":true,\"substream\":2}");
    n.u.media.receiving = false;
    n.u.media.seconds = 1;
    tell(n); /* with the default of one second its number is not said */
    expect_members("media", "{\"mid\":\"1\",\"type\":\"video\",\"receiving\":false,\"substream\":2}");
    world_end();
    begin((const char *[]){"media.no_media_timer", "3", NULL});
    n = (struct gw_news){.tag = GW_NEWS_MEDIA, .track = gw_track_make(world.peer, 0)};
    n.u.media.substream = -1;
    n.u.media.seconds = 3;
    tell(n);
    expect_members("media", "{\"mid\":\"0\",\"type\":\"audio\",\"receiving\":false,\"seconds\":3}");
    world_end();
}

static void slow_links(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_SLOW_LINK, .u.slow = {.uplink = true, .lost = 12}};

    begin(NULL);
    n.track = gw_track_make(world.peer, 1);
    tell(n);
    expect_members("slowlink", "{\"mid\":\"1\",\"media\":\"video\",\"uplink\":true,\"lost\":12}");
    n.track = gw_track_make(world.peer, 0);
    n.u.slow.uplink = false;
    tell(n);
    expect_members("slowlink", "{\"mid\":\"0\",\"media\":\"audio\",\"uplink\":false,\"lost\":12}");
    world_end();
}

/* --- the same as event handlers hear it --------------------------------------------------------------------------- */

static json_t *event; /* the last one */

static void take(void *arg, const char *text)
{
    json_decref(event);
    event = json_loads(text, 0, NULL);
}

static void expect_event(int subtype, const char *body)
{
    json_t *wanted = json_loads(body, 0, NULL);

    assert_non_null(event);
    assert_int_equal(json_integer_value(json_object_get(event, "type")), 32);
    assert_int_equal(json_integer_value(json_object_get(event, "subtype")), subtype);
    assert_int_equal(json_integer_value(json_object_get(event, "handle_id")), handle);
    assert_true(json_equal(json_object_get(event, "event"), wanted));
    json_decref(wanted);
    json_decref(event);
    event = NULL;
}

static void event_handlers_hear_of_media(void **state)
{
    struct gw_event_handler handler = {.name = "t", .shown = "t", .mask = GW_EVENT_MEDIA, .take = take};
    struct gw_news n = {.tag = GW_NEWS_MEDIA, .u.media = {.receiving = true, .substream = 2}};

    begin((const char *[]){"media.no_media_timer", "3", NULL});
    gw_events_add(world.api, &handler);
    n.track = gw_track_make(world.peer, 1);
    tell(n);
    expect_event(1, "{\"media\":\"video\",\"mid\":\"1\",\"receiving\":true,\"substream\":2}");
    n.u.media.receiving = false;
    n.u.media.substream = -1;
    n.u.media.seconds = 3;
    n.track = gw_track_make(world.peer, 0);
    tell(n);
    expect_event(1, "{\"media\":\"audio\",\"mid\":\"0\",\"receiving\":false,\"seconds\":3}");
    n.tag = GW_NEWS_SLOW_LINK;
    n.u.slow.uplink = true;
    n.u.slow.lost = 23;
    tell(n);
    expect_event(2, "{\"mid\":\"0\",\"media\":\"audio\",\"slow_link\":\"uplink\",\"lost_lastsec\":23}");
    n.u.slow.uplink = false;
    tell(n);
    expect_event(2, "{\"mid\":\"0\",\"media\":\"audio\",\"slow_link\":\"downlink\",\"lost_lastsec\":23}");
    handler.mask = 0;
    tell(n);
    assert_null(event);
    world_end();
}

static void ice_that_fails_later_is_told(void **state)
{
    begin(NULL);
    tell_ice(GW_ICE_CONNECTED);
    tell_ice(GW_ICE_READY);
    assert_true(world_quiet(WORLD_WS));
    tell_ice(GW_ICE_FAILED);
    expect_members("ice-failed", "{}");
    assert_true(world_quiet(WORLD_WS)); /* it may come back by a restart */
    world_end();
}

static void or_ends_it_where_that_is_wanted(void **state)
{
    begin((const char *[]){"nat.hangup_on_failed", "true", NULL});
    tell_ice(GW_ICE_FAILED);
    expect_members("ice-failed", "{}");
    expect_members("hangup", "{\"reason\":\"ICE failed\"}");
    world_end();
}

static void up_is_said_once(void **state)
{
    begin(NULL);
    world_news(GW_NEWS_UP, NULL);
    assert_true(world_quiet(WORLD_WS));
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_comes_and_stops),           cmocka_unit_test(slow_links),
        cmocka_unit_test(event_handlers_hear_of_media),    cmocka_unit_test(ice_that_fails_later_is_told),
        cmocka_unit_test(or_ends_it_where_that_is_wanted), cmocka_unit_test(up_is_said_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
