/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings that belong together: one folder, one timeline. */
#include "studio.h"

static bool one_is_left(void)
{
    return rec_takes() == 1;
}

static cardea_recording begin(const char *name, const char *room, const char *participant)
{
    struct cardea_record wish = studio_wish(name);
    cardea_recording r;

    wish.session = wish.room = room;
    wish.participant = participant;
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    return r;
}

static json_t *timeline_of(const char *folder)
{
    char *name = g_build_filename(folder, "session.json", NULL);
    json_t *t = studio_json(name);

    g_free(name);
    return t;
}

/* Ada comes, talks, and goes; Bob stays two seconds longer. */
static void who_was_there_when(void **state)
{
    cardea_recording ada, bob;
    json_t *t, *r, *events;
    char *folder, *of_bob;
    unsigned talked = 0;

    visitor_begin("");
    ada = begin("ada", "77", "1");
    world_wait(1000000);
    bob = begin("bob", "77", "2");
    folder = g_path_get_dirname(rec_service.path(ada));
    of_bob = g_path_get_dirname(rec_service.path(bob));
    assert_string_equal(folder, of_bob);
    assert_true(g_str_has_prefix(folder, "77-"));
    rec_service.note(ada, "talking", json_pack("{sb}", "on", 1));
    world_wait(1000000);
    rec_service.end(ada, "left");
    world_settle(one_is_left);
    world_wait(2000000);
    rec_service.end(bob, "left");
    world_settle(visitor_no_takes);
    visitor_end(true); /* the writer has written it */
    t = timeline_of(folder);
    assert_string_equal(studio_text(t, "state"), "finished");
    assert_string_equal(studio_text(t, "room"), "77");
    assert_int_equal(studio_number(t, "duration_ms"), 4000);
    r = json_array_get(json_object_get(t, "recordings"), 0);
    assert_string_equal(studio_text(r, "participant"), "1");
    assert_int_equal(studio_number(r, "from_ms"), 0);
    assert_int_equal(studio_number(r, "to_ms"), 2000);
    r = json_array_get(json_object_get(t, "recordings"), 1);
    assert_int_equal(studio_number(r, "from_ms"), 1000);
    assert_int_equal(studio_number(r, "to_ms"), 4000);
    events = json_object_get(t, "events");
    for (size_t i = 0; i < json_array_size(events); i++)
        talked += !strcmp(studio_text(json_array_get(events, i), "what"), "talking") &&
                  studio_number(json_array_get(events, i), "at_ms") == 1000;
    assert_int_equal(talked, 1);
    json_decref(t);
    g_free(folder);
    g_free(of_bob);
    visitor_begin("");
    visitor_end(false);
}

/* When all have gone it is over: who comes later begins another, in a folder of its own, in the same second, too. */
static void the_next_one_is_another(void **state)
{
    char *first, *second;
    cardea_recording r;

    visitor_begin("");
    r = begin("ada", "77", "1");
    first = g_path_get_dirname(rec_service.path(r));
    rec_service.end(r, "left");
    world_settle(visitor_no_takes);
    r = begin("ada", "77", "1");
    second = g_path_get_dirname(rec_service.path(r));
    assert_string_not_equal(first, second);
    rec_service.end(r, "left");
    world_settle(visitor_no_takes);
    g_free(first);
    g_free(second);
    visitor_end(false);
}

/* The last recording of a session is removed: so is what is left of it. */
static void a_session_is_removed_with_its_last_recording(void **state)
{
    cardea_recording ada, bob;
    char *folder, *path;

    visitor_begin("");
    ada = begin("ada", "77", "1");
    bob = begin("bob", "77", "2");
    folder = g_path_get_dirname(rec_service.path(ada));
    path = g_build_filename(visitor.folder, folder, NULL);
    rec_service.end(ada, "left");
    rec_service.end(bob, "left");
    world_settle(visitor_no_takes);
    visitor_end(true);
    visitor_begin(""); /* the timeline is on the disk now */
    assert_int_equal(rec_catalog_remove(ada), 0);
    assert_true(g_file_test(path, G_FILE_TEST_IS_DIR));
    assert_int_equal(rec_catalog_remove(bob), 0);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_free(folder);
    g_free(path);
    visitor_end(false);
}

/* A name from a room's configuration does not leave the folder either. */
static void a_session_stays_inside(void **state)
{
    cardea_recording r;
    const char *path;

    visitor_begin("");
    r = begin("ada", "../../77", "1");
    path = rec_service.path(r);
    assert_false(path[0] == '/' || strstr(path, ".."));
    rec_service.end(r, "left");
    world_settle(visitor_no_takes);
    visitor_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_there_when),
        cmocka_unit_test(the_next_one_is_another),
        cmocka_unit_test(a_session_is_removed_with_its_last_recording),
        cmocka_unit_test(a_session_stays_inside),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
