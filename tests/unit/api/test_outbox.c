/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle has to say: in order, also where one has to wait for its SDP. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static struct gw_handle *h;

static void begin(const char *const *settings)
{
    world_begin(settings);
    world_attach(WORLD_WS, world_session(WORLD_WS));
    h = gw_handle_of(world.api, world.handle);
}

/* An event called name; with sdp it waits for that. */
static void put(const char *name, struct gw_sdp *sdp, bool must)
{
    gw_out_put(h, gw_event_open(h, name, NULL), sdp, NULL, must);
}

/* The next one is called so. Its `jsep`, new reference; NULL: it has none. */
static json_t *expect(const char *name)
{
    json_t *got = world_heard(WORLD_WS), *jsep = json_incref(json_object_get(got, "jsep"));

    assert_string_equal(json_string_value(json_object_get(got, "janus")), name);
    json_decref(got);
    return jsep;
}

static void in_order(void **state)
{
    struct gw_sdp *first, *second;
    json_t *jsep;

    begin(NULL);
    put("1", NULL, true);
    assert_null(expect("1")); /* at once */
    h->describing = gw_sdp_ref(first = gw_sdp_new(false));
    put("2", first, true);
    put("3", NULL, true);
    second = gw_sdp_new(true);
    put("4", second, true);
    put("5", NULL, true);
    assert_true(world_quiet(WORLD_WS));
    gw_handle_described(h, "answer", strdup("v=0\r\n\"quoted\"\r\n"));
    jsep = expect("2");
    assert_string_equal(json_string_value(json_object_get(jsep, "type")), "answer");
    assert_string_equal(json_string_value(json_object_get(jsep, "sdp")), "v=0\r\n\"quoted\"\r\n");
    assert_int_equal(json_object_size(jsep), 2);
    json_decref(jsep);
    assert_null(expect("3"));
    assert_true(world_quiet(WORLD_WS)); /* the next one waits, and all behind it */
    h->describing = gw_sdp_ref(second);
    gw_handle_described(h, "offer", strdup("v=0"));
    jsep = expect("4");
    assert_true(json_is_true(json_object_get(jsep, "e2ee")));
    json_decref(jsep);
    assert_null(expect("5"));
    gw_sdp_unref(first);
    gw_sdp_unref(second);
    world_end();
}

/* There is no SDP in the end: an event that was about it is dropped, a reply is sent without. */
static void without_an_sdp_after_all(void **state)
{
    struct gw_sdp *sdp;

    begin(NULL);
    h->describing = gw_sdp_ref(sdp = gw_sdp_new(false));
    put("dropped", sdp, false);
    put("kept", sdp, true);
    put("after", NULL, true);
    gw_handle_described(h, NULL, NULL);
    assert_null(expect("kept"));
    assert_null(expect("after"));
    assert_true(world_quiet(WORLD_WS));
    gw_handle_described(h, "answer", strdup("late")); /* nobody waits for it */
    assert_true(world_quiet(WORLD_WS));
    gw_sdp_unref(sdp);
    world_end();
}

/* A reply goes to who asked, in its turn. */
static void replies_take_their_turn(void **state)
{
    struct gw_origin to = {.connection = WORLD_OTHER};
    struct gw_sdp *sdp;

    begin(NULL);
    to.transport = gw_transport_find(world.api, &world_transport);
    h->describing = gw_sdp_ref(sdp = gw_sdp_new(false));
    gw_out_put(h, gw_event_open(h, "success", "t"), sdp, &to, true);
    put("event", NULL, true);
    assert_true(world_quiet(WORLD_OTHER));
    gw_handle_described(h, "answer", strdup("v=0"));
    json_decref(world_heard(WORLD_OTHER));
    assert_null(expect("event"));
    gw_sdp_unref(sdp);
    world_end();
}

static void envelopes(void **state)
{
    static const char *const told[] = {"general.opaqueid_in_api", "true", NULL};
    json_t *got;

    for (int with = 0; with < 2; with++) {
        begin(with ? told : NULL);
        g_free(h->opaque_id);
        h->opaque_id = g_strdup("a\"b\\c\n");
        gw_out_event(h, gw_event_open(h, "event", "t\"\x01"));
        got = world_heard(WORLD_WS);
        assert_int_equal(json_integer_value(json_object_get(got, "session_id")), h->session->id);
        assert_int_equal(json_integer_value(json_object_get(got, "sender")), h->id);
        assert_string_equal(json_string_value(json_object_get(got, "transaction")), "t\"\x01");
        if (with)
            assert_string_equal(json_string_value(json_object_get(got, "opaque_id")), "a\"b\\c\n");
        else
            assert_null(json_object_get(got, "opaque_id"));
        assert_int_equal(json_object_size(got), 4 + with);
        json_decref(got);
        world_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(without_an_sdp_after_all),
        cmocka_unit_test(replies_take_their_turn),
        cmocka_unit_test(envelopes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
