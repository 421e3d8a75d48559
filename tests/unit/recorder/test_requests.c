/* SPDX-License-Identifier: Apache-2.0 */
/* The recordplay API: what is answered to what. */
#include "visitor.h"

static void what_is_wrong_with_a_request(void **state)
{
    json_t *r;
    uint64_t h;

    visitor_begin("");
    h = visitor_attach();
    visitor_gets(h, 415, "{}");
    visitor_gets(h, 413, "{'request':'fetch'}");
    visitor_gets(h, 414, "{'request':'list','admin_key':7}");
    visitor_gets(h, 0, "{'request':'LIST','admin_key':'none is configured'}");
    visitor_gets(h, 0, "{'request':'update','admin_key':7}"); /* nobody looks at it */
    visitor_gets(h, 414, "{'request':'configure','video-bitrate-max':-1}");
    visitor_gets(h, 414, "{'request':'configure','video-keyframe-interval':'soon'}");
    visitor_gets(h, 415, "{'request':'record','name':'x'}");
    visitor_gets(h, 415, "{'request':'play'}");
    visitor_gets(h, 414, "{'request':'play','id':'seven'}");
    visitor_gets(h, 416, "{'request':'play','id':7}");
    visitor_gets(h, 418, "{'request':'play','id':7,'restart':true}");
    visitor_gets(h, 418, "{'request':'start'}");
    visitor_gets(h, 418, "{'request':'seek','position_ms':7}");
    visitor_gets(h, 415, "{'request':'speed'}");
    visitor_gets(h, 414, "{'request':'speed','speed':'fast'}");
    visitor_gets(h, 414, "{'request':'speed','speed':2.1}");
    visitor_gets(h, 418, "{'request':'speed','speed':2}");
    visitor_gets(h, 418, "{'request':'position'}");
    r = visitor_asks_with(h, "offer", visitor_offer, "{'request':'play','id':7}");
    assert_int_equal(json_integer_value(json_object_get(r, "error_code")), 414);
    json_decref(r);
    visitor_end(false);
}

static void settings_of_a_handle(void **state)
{
    json_t *r, *s;
    uint64_t h;

    visitor_begin("");
    h = visitor_attach();
    r = visitor_asks(h, "{'request':'configure','video-bitrate-max':500000}");
    assert_string_equal(json_string_value(json_object_get(r, "recordplay")), "configure");
    assert_string_equal(json_string_value(json_object_get(r, "status")), "ok");
    s = json_object_get(r, "settings");
    assert_int_equal(json_integer_value(json_object_get(s, "video-bitrate-max")), 500000);
    assert_int_equal(json_integer_value(json_object_get(s, "video-keyframe-interval")), 15000);
    json_decref(r);
    visitor_end(false);
}

static void the_admin_key(void **state)
{
    uint64_t h;

    visitor_begin("general: { path = \"%s\", admin_key = \"sesame\" }");
    h = visitor_attach();
    visitor_gets(h, 440, "{'request':'list','admin_key':'open'}");
    visitor_gets(h, 0, "{'request':'list','admin_key':''}");
    visitor_gets(h, 0, "{'request':'list','admin_key':'sesame'}");
    visitor_gets(h, 415, "{'request':'update'}");
    visitor_gets(h, 414, "{'request':'update','admin_key':7}");
    visitor_gets(h, 440, "{'request':'update','admin_key':'open'}");
    visitor_gets(h, 0, "{'request':'update','admin_key':'sesame'}");
    visitor_end(false);
}

static json_t *record(uint64_t h, const char *body)
{
    return visitor_asks_with(h, "offer", visitor_offer, body);
}

static void recording_oneself(void **state)
{
    json_t *r, *result;
    uint64_t h, other;

    visitor_begin("");
    h = visitor_attach();
    other = visitor_attach();
    r = record(h, "{'request':'record','name':''}");
    assert_int_equal(json_integer_value(json_object_get(r, "error_code")), 414);
    json_decref(r);
    r = record(h, "{'request':'record','name':'x','update':true}");
    assert_int_equal(json_integer_value(json_object_get(r, "error_code")), 418);
    json_decref(r);
    r = record(h, "{'request':'record','name':'Morning take','id':77}");
    assert_string_equal(visitor_status(r), "recording");
    result = json_object_get(r, "result");
    assert_int_equal(json_integer_value(json_object_get(result, "id")), 77);
    assert_true(json_is_false(json_object_get(result, "is_private")));
    assert_int_equal(json_string_length(json_object_get(result, "key")), 32);
    assert_non_null(strstr(visitor.sdp, "s=Recording 77"));
    assert_non_null(strstr(visitor.sdp, "a=recvonly"));
    json_decref(r);
    r = record(other, "{'request':'record','name':'x','id':77}");
    assert_int_equal(json_integer_value(json_object_get(r, "error_code")), 420);
    json_decref(r);
    visitor_gets(h, 418, "{'request':'play','id':5}");
    for (const char *const *word = (const char *const[]){"pause", "pause", "resume", NULL}; *word; word++) {
        char *body = g_strdup_printf("{'request':'%s'}", *word);

        r = visitor_asks(h, body);
        assert_string_equal(visitor_status(r), **word == 'p' ? "paused" : "resumed");
        json_decref(r);
        g_free(body);
    }
    r = visitor_asks(other, "{'request':'pause'}");
    assert_null(json_object_get(r, "result")); /* there is nothing to pause */
    json_decref(r);
    visitor_end(false);
}

/* `stopped` with the transaction, then `done` without; whole numbers where the API has them. */
static void stopping(void **state)
{
    json_t *r;
    uint64_t h;

    visitor_begin("");
    h = visitor_attach();
    r = record(h, "{'request':'record','name':'x','id':78,'is_private':true}");
    json_decref(r);
    r = visitor_asks(h, "{'request':'stop'}");
    assert_string_equal(visitor_status(r), "stopped");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "result"), "is_private")), 1);
    json_decref(r);
    r = visitor_hears();
    assert_string_equal(visitor_status(r), "done");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "result"), "id")), 78);
    json_decref(r);
    world_settle(visitor_no_takes);
    r = visitor_asks(h, "{'request':'stop'}");
    assert_string_equal(visitor_status(r), "stopped");
    assert_null(json_object_get(json_object_get(r, "result"), "id"));
    json_decref(r);
    visitor_end(false);
}

static void the_list(void **state)
{
    json_t *r, *e;
    uint64_t h;

    visitor_begin("");
    visitor_recording(5, "seen", ",'private':false");
    visitor_recording(6, "hidden", ",'private':true");
    visitor_file("theirs.webm", 1);
    h = visitor_attach();
    r = visitor_asks(h, "{'request':'list'}");
    assert_int_equal(json_array_size(json_object_get(r, "list")), 0); /* nobody has looked yet */
    json_decref(r);
    visitor_gets(h, 0, "{'request':'update'}");
    r = visitor_asks(h, "{'request':'list'}");
    assert_int_equal(json_array_size(json_object_get(r, "list")), 2);
    e = json_array_get(json_object_get(r, "list"), 0);
    assert_true(json_is_boolean(json_object_get(e, "audio")) && json_is_boolean(json_object_get(e, "is_private")));
    assert_string_equal(json_string_value(json_object_get(e, "video_codec")), "vp8");
    json_decref(r);
    visitor_end(false);
}

static bool operator_heard(void)
{
    return !world_quiet(WORLD_ADMIN);
}

/* Operators may ask for an update, and for nothing else. */
static void what_operators_ask(void **state)
{
    json_t *r;

    visitor_begin("");
    for (int i = 0; i < 2; i++) {
        char *text = g_strdup_printf(
            "{\"janus\":\"message_plugin\",\"transaction\":\"a\",\"plugin\":\"janus.plugin.recordplay\","
            "\"request\":{\"request\":\"%s\"}}",
            i ? "update" : "list");

        world_say(WORLD_ADMIN, text);
        g_free(text);
        world_settle(operator_heard);
        r = world_heard(WORLD_ADMIN);
        if (i)
            assert_string_equal(json_string_value(json_object_get(json_object_get(r, "response"), "recordplay")), "ok");
        else
            assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "response"), "error_code")), 413);
        json_decref(r);
    }
    visitor_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_with_a_request),
        cmocka_unit_test(settings_of_a_handle),
        cmocka_unit_test(the_admin_key),
        cmocka_unit_test(recording_oneself),
        cmocka_unit_test(stopping),
        cmocka_unit_test(the_list),
        cmocka_unit_test(what_operators_ask),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
