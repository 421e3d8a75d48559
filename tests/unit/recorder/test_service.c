/* SPDX-License-Identifier: Apache-2.0 */
/* The recorder as other plugins use it: limits, preroll, pauses, what is left when the gateway stops. */
#include "studio.h"

#include "api/events.h"

static json_t *record_for(unsigned seconds, void (*meanwhile)(cardea_recording r))
{
    struct cardea_record wish = studio_wish("take");
    cardea_recording r;
    char *path;
    json_t *m;

    assert_int_equal(rec_service.begin(&r, &wish), 0);
    path = g_strdup(rec_service.path(r));
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(seconds);
    if (meanwhile)
        meanwhile(r);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    assert_int_equal(studio.ends, 1);
    assert_string_equal(studio.cause, "enough");
    assert_int_equal(rec_service.end(r, "again"), CARDEA_ENOENT);
    assert_int_equal(rec_service.pause(r, true), CARDEA_ENOENT);
    assert_null(rec_service.path(r));
    m = studio_json(path);
    g_free(path);
    return m;
}

static void a_take(void **state)
{
    json_t *m;

    visitor_begin("");
    studio_open();
    m = record_for(3, NULL);
    assert_string_equal(studio_text(m, "state"), "finished");
    assert_int_equal(json_array_size(json_object_get(m, "segments")), 1);
    assert_in_range(studio_number(m, "duration_ms"), 2900, 3100);
    assert_int_equal(studio_number(json_array_get(json_object_get(m, "tracks"), 0), "frames"), 75);
    assert_non_null(rec_catalog_find((uint64_t)studio_number(m, "id")));
    json_decref(m);
    studio_close();
    visitor_end(false);
}

static void away(cardea_recording r)
{
    rec_service.streams(r, NULL, 0, NULL); /* the publisher is gone for a while */
    world_turn();
    studio_film(2);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(2);
}

static void a_publisher_comes_back(void **state)
{
    json_t *m;

    visitor_begin("");
    studio_open();
    m = record_for(2, away);
    assert_int_equal(json_array_size(json_object_get(m, "segments")), 2);
    assert_in_range(studio_number(json_array_get(json_object_get(m, "segments"), 1), "start_ms"), 3900, 4200);
    json_decref(m);
    studio_close();
    visitor_end(false);
}

/* Six seconds go by before the button is pressed; three of them are kept. */
static void what_was_before_the_button(void **state)
{
    struct cardea_record wish = studio_wish("replay");
    cardea_recording r;
    char *path;
    json_t *m;

    visitor_begin("media: { preroll = 3 }");
    studio_open();
    wish.armed = true;
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    assert_null(rec_service.path(r));
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(6);
    assert_int_equal(rec_service.start(r), 0);
    path = g_strdup(rec_service.path(r));
    studio_film(2);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    m = studio_json(path);
    assert_in_range(studio_number(m, "duration_ms"), 4900, 6700);
    json_decref(m);
    g_free(path);
    studio_close();
    visitor_end(false);
}

/* Neither a file nor a folder nor a session is left of one that was never started, or could not be. */
static void the_button_is_not_pressed(void **state)
{
    struct cardea_record wish = studio_wish("nothing");
    cardea_recording r;
    GDir *dir;

    visitor_begin("media: { preroll = 3 }");
    studio_open();
    wish.armed = true;
    wish.session = wish.room = "77";
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(1);
    rec_service.end(r, "left");
    world_settle(visitor_no_takes);
    assert_int_equal(studio.ends, 1);
    wish.folder = "/etc";
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    assert_int_equal(rec_service.start(r), CARDEA_EINVAL);
    rec_service.end(r, "not wanted");
    world_settle(visitor_no_takes);
    dir = g_dir_open(visitor.folder, 0, NULL);
    assert_null(g_dir_read_name(dir));
    g_dir_close(dir);
    studio_close();
    visitor_end(false);
}

/* --- the disk does not follow ------------------------------------------------------------------------------------- */

static GString *told; /* of all events, those of plugins */

static void take_event(void *arg, const char *text)
{
    g_string_append(told, text);
}

static bool overload_is_told(void)
{
    world_wait(100000);
    return strstr(told->str, "overload") != NULL;
}

/*
 * More comes in a moment than the buffer holds: what does not fit is left out up to the next keyframe, event handlers
 * hear of it, the manifest counts it, and the recording goes on.
 */
static void what_is_too_much_is_left_out(void **state)
{
    static struct gw_event_handler handler = {
        .name = "test.own", .shown = "test.own", .mask = GW_EVENT_PLUGIN, .take = take_event};
    struct cardea_record wish = studio_wish("flood");
    cardea_recording r;
    json_t *m, *track, *gap;

    told = g_string_new(NULL);
    visitor_begin("media: { buffer_kib = 64 }");
    gw_events_add(world.api, &handler);
    studio_open();
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(1);
    for (int i = 0; i < 5000; i++)
        studio_picture(false);
    world_settle(overload_is_told);
    studio_film(2);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    m = studio_json("flood.json");
    track = json_array_get(json_object_get(m, "tracks"), 0);
    gap = json_array_get(json_object_get(m, "gaps"), 0);
    assert_string_equal(studio_text(m, "state"), "finished");
    assert_true(studio_number(track, "dropped") > 1000);
    assert_string_equal(studio_text(gap, "cause"), "overload");
    assert_true(studio_number(m, "duration_ms") > 2500);
    json_decref(m);
    studio_close();
    visitor_end(false);
    g_string_free(told, TRUE);
}

static void refusals(void **state)
{
    struct cardea_record wish = studio_wish("take");
    cardea_recording r, other;

    visitor_begin("general: { path = \"%s\", max_recordings = 1 }\nlimits: { min_free_mib = 0 }");
    wish.armed = true;
    assert_int_equal(rec_service.begin(&r, &wish), CARDEA_ESTATE); /* no preroll is configured */
    wish.armed = false;
    wish.name = "/etc/take";
    assert_int_equal(rec_service.begin(&r, &wish), CARDEA_EINVAL);
    wish.name = "take";
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    assert_int_equal(rec_service.begin(&other, &wish), CARDEA_ELIMIT);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    visitor_end(false);
}

/* Two with the same name at once: neither writes into the other's files. */
static void names_that_are_taken(void **state)
{
    struct cardea_record wish = studio_wish("take");
    cardea_recording one, two;

    visitor_begin("");
    wish.overwrite = true;
    assert_int_equal(rec_service.begin(&one, &wish), 0);
    assert_int_equal(rec_service.begin(&two, &wish), 0);
    assert_string_equal(rec_service.path(one), "take.json");
    assert_string_equal(rec_service.path(two), "take.2.json");
    rec_service.end(one, "enough");
    rec_service.end(two, "enough");
    world_settle(visitor_no_takes);
    visitor_end(false);
}

/* The gateway stops in the middle: files are complete when it has. */
static void stopped_in_the_middle(void **state)
{
    struct cardea_record wish = studio_wish("take");
    cardea_recording r;
    json_t *m;

    visitor_begin("");
    studio_open();
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(2);
    gw_api_close_all(world.api);
    world_end();
    m = studio_json("take.json");
    assert_string_equal(studio_text(m, "state"), "finished");
    assert_string_equal(studio_text(m, "cause"), "gateway stopped");
    assert_in_range(studio_number(m, "duration_ms"), 1800, 2100);
    json_decref(m);
    visitor_begin("");
    visitor_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_take),
        cmocka_unit_test(a_publisher_comes_back),
        cmocka_unit_test(what_was_before_the_button),
        cmocka_unit_test(the_button_is_not_pressed),
        cmocka_unit_test(what_is_too_much_is_left_out),
        cmocka_unit_test(refusals),
        cmocka_unit_test(names_that_are_taken),
        cmocka_unit_test(stopped_in_the_middle),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
