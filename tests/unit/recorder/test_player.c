/* SPDX-License-Identifier: Apache-2.0 */
/* Playing: its steps, its pace, several viewers, and who may. Time is the world's; the player's thread is real. */
#include "visitor.h"

/* So much of the recording goes by, in steps that the player's thread follows. */
static void watch(int64_t ms)
{
    for (int64_t until = world.now_us + ms * 1000; world.now_us < until;) {
        world_wait(20000);
        g_usleep(6000);
    }
    world_turn();
}

static int64_t position_now(uint64_t h)
{
    json_t *r = visitor_asks(h, "{'request':'position'}");
    int64_t ms = json_integer_value(json_object_get(json_object_get(r, "result"), "position_ms"));

    assert_string_equal(visitor_status(r), "position");
    json_decref(r);
    return ms;
}

/* The world's time stands still: where the player is when it has noticed that. */
static int64_t position(uint64_t h)
{
    int64_t before = -1, now = position_now(h);

    for (int same = 0; same < 3; same = now == before ? same + 1 : 0) {
        before = now;
        g_usleep(15000);
        now = position_now(h);
    }
    return now;
}

static void from_the_beginning_to_the_end(void **state)
{
    json_t *r;
    uint64_t h;

    visitor_recording(5, "take", ",'private':false");
    visitor_begin("");
    h = visitor_attach();
    visitor_plays(h, 5);
    assert_non_null(strstr(visitor.sdp, "s=Recording 5"));
    assert_true(strstr(visitor.sdp, "m=audio") < strstr(visitor.sdp, "m=video"));
    assert_non_null(strstr(visitor.sdp, "a=rtpmap:111 opus"));
    assert_non_null(strstr(visitor.sdp, "a=rtpmap:100 VP8"));
    watch(1000);
    assert_in_range(position(h), 900, 1100);
    assert_in_range(world.injected, 70, 400); /* 50 sounds, 25 pictures of a packet or more, reports */
    watch(2500);
    r = visitor_hears();
    assert_string_equal(visitor_status(r), "done");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(r, "result"), "id")), 5);
    json_decref(r);
    visitor_gets(h, 418, "{'request':'position'}");
    visitor_end(false);
}

static void pauses_and_seeks(void **state)
{
    json_t *r;
    uint64_t h;
    gint sent;

    visitor_recording(5, "take", ",'private':false");
    visitor_begin("");
    h = visitor_attach();
    visitor_plays(h, 5);
    watch(500);
    r = visitor_asks(h, "{'request':'pause'}");
    assert_string_equal(visitor_status(r), "paused");
    json_decref(r);
    watch(100);
    sent = world.injected;
    watch(1000);
    assert_int_equal(world.injected, sent);
    assert_in_range(position(h), 400, 620);
    r = visitor_asks(h, "{'request':'seek','position_ms':2000}");
    assert_string_equal(visitor_status(r), "seeked");
    json_decref(r);
    r = visitor_asks(h, "{'request':'resume'}");
    assert_string_equal(visitor_status(r), "resumed");
    json_decref(r);
    watch(400);
    assert_true(world.injected > sent);
    assert_in_range(position(h), 300, 2500); /* from the keyframe before it */
    visitor_end(false);
}

static void twice_as_fast(void **state)
{
    json_t *r;
    uint64_t h;

    visitor_recording(5, "take", ",'private':false");
    visitor_begin("");
    h = visitor_attach();
    visitor_plays(h, 5);
    r = visitor_asks(h, "{'request':'speed','speed':2}");
    assert_string_equal(visitor_status(r), "speed");
    assert_true(json_number_value(json_object_get(json_object_get(r, "result"), "speed")) == 2);
    json_decref(r);
    watch(1000);
    assert_in_range(position(h), 1800, 2300);
    r = visitor_asks(h, "{'request':'speed','speed':0.5}");
    json_decref(r);
    watch(400);
    assert_in_range(position(h), 1900, 2600);
    visitor_end(false);
}

static void everybody_at_their_own_place(void **state)
{
    uint64_t one, two;

    visitor_recording(5, "take", ",'private':false");
    visitor_begin("");
    one = visitor_attach();
    two = visitor_attach();
    visitor_plays(one, 5);
    watch(1000);
    visitor_plays(two, 5);
    watch(500);
    assert_in_range(position(one), 1400, 1800);
    assert_in_range(position(two), 400, 800);
    visitor_end(false);
}

/* Messages come back through the data channel, when they came. */
static void messages_come_back(void **state)
{
    char *path;
    uint64_t h;

    visitor_recording(5, "take", ",'private':false,'data':'take.data.jsonl'");
    path = g_build_filename(visitor.folder, "take.data.jsonl", NULL);
    assert_true(g_file_set_contents(path, "{\"ms\":300,\"label\":\"chat\",\"text\":\"hello\"}\n", -1, NULL));
    g_free(path);
    visitor_begin("");
    h = visitor_attach();
    visitor_plays(h, 5);
    assert_non_null(strstr(visitor.sdp, "m=application"));
    watch(200);
    assert_int_equal(world.injected_data, 0);
    watch(300);
    assert_int_equal(world.injected_data, 1);
    visitor_end(false);
}

static void what_cannot_be_played(void **state)
{
    char *path;
    uint64_t h;

    visitor_recording(5, "take", ",'private':false");
    path = g_build_filename(visitor.folder, "take.webm", NULL);
    visitor_begin("");
    unlink(path);
    h = visitor_attach();
    visitor_gets(h, 417, "{'request':'play','id':5}");
    visitor_gets(h, 417, "{'request':'play','id':5}"); /* the handle is free again */
    g_free(path);
    visitor_end(false);
}

/* A room's recordings are its own; whoever knows a number of others may play it, as the API has it. */
static void recordings_of_rooms_need_a_key(void **state)
{
    uint64_t h;
    json_t *r;

    visitor_recording(5, "ours", ",'private':true,'room':'77'");
    visitor_recording(6, "mine", ",'private':true");
    visitor_begin("general: { path = \"%s\", admin_key = \"sesame\" }");
    h = visitor_attach();
    visitor_gets(h, 440, "{'request':'play','id':5}");
    visitor_gets(h, 440, "{'request':'play','id':5,'admin_key':'open','secret':'x'}");
    r = visitor_asks(h, "{'request':'play','id':5,'admin_key':'sesame'}");
    assert_string_equal(visitor_status(r), "preparing");
    json_decref(r);
    h = visitor_attach();
    r = visitor_asks(h, "{'request':'play','id':6}");
    assert_string_equal(visitor_status(r), "preparing");
    json_decref(r);
    visitor_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_the_beginning_to_the_end),
        cmocka_unit_test(pauses_and_seeks),
        cmocka_unit_test(twice_as_fast),
        cmocka_unit_test(everybody_at_their_own_place),
        cmocka_unit_test(messages_come_back),
        cmocka_unit_test(what_cannot_be_played),
        cmocka_unit_test(recordings_of_rooms_need_a_key),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
