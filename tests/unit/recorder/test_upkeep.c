/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept and for how long, with which permissions, and a wall clock that leaps. */
#include "studio.h"

#include <sys/stat.h>

#define NOW_S 1790000000ll
#define DAY_S 86400ll

static int64_t leap_us; /* that somebody has set the wall clock forward */

/* In place of GLib's: the wall clock goes with the world's. */
int64_t g_get_real_time(void)
{
    return NOW_S * 1000000 + world.now_us + leap_us;
}

static void recording(uint64_t id, const char *name, int64_t age_s, int64_t bytes)
{
    char *path, *text;

    visitor_recording(id, name, "");
    path = g_strdup_printf("%s/%s.json", visitor.folder, name);
    text = g_strdup_printf(
        "{\"format\":\"cardea-recording\",\"version\":1,\"id\":%llu,\"name\":\"%s\",\"title\":\"%s\","
        "\"started_us\":%lld,\"state\":\"finished\",\"duration_ms\":3000,\"tracks\":[{\"kind\":\"video\","
        "\"codec\":\"vp8\"}],\"segments\":[{\"file\":\"%s.webm\",\"state\":\"finished\",\"start_ms\":0,"
        "\"duration_ms\":3000,\"bytes\":%lld}]}",
        (unsigned long long)id, name, name, (long long)(NOW_S - age_s) * 1000000, name, (long long)bytes);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(text);
    g_free(path);
}

static bool there(const char *name)
{
    char *path = g_build_filename(visitor.folder, name, NULL);
    bool yes = access(path, F_OK) == 0;

    g_free(path);
    return yes;
}

static void old_ones_go(void **state)
{
    leap_us = 0;
    recording(1, "ancient", 10 * DAY_S, 9);
    recording(2, "recent", 5 * DAY_S, 9);
    visitor_file("of-others.webm", 1);
    visitor_begin("limits: { retention_days = 7, min_free_mib = 0 }\nfiles: {}");
    assert_false(there("ancient.json") || there("ancient.webm"));
    assert_true(there("recent.json") && there("recent.webm") && there("of-others.webm"));
    assert_null(rec_catalog_find(1));
    for (int i = 0; i < 3 * 24; i++) /* an hour each time: it is looked at every minute */
        world_wait(3600ll * 1000000);
    assert_false(there("recent.json") || there("recent.webm"));
    assert_true(there("of-others.webm"));
    visitor_end(false);
}

static void too_many_go_from_the_oldest_on(void **state)
{
    leap_us = 0;
    recording(1, "first", 30, 2 << 20);
    recording(2, "second", 20, 2 << 20);
    recording(3, "third", 10, 2 << 20);
    visitor_begin("limits: { retention_mib = 4, min_free_mib = 0 }\nfiles: {}");
    assert_false(there("first.json") || there("first.webm"));
    assert_true(there("second.json") && there("third.webm"));
    visitor_end(false);
}

/* Whoever sets the clock a month forward does not mean to lose what is there. */
static void a_clock_that_leaps_makes_nothing_old(void **state)
{
    leap_us = 0;
    recording(1, "recent", DAY_S, 9);
    visitor_begin("limits: { retention_days = 7, min_free_mib = 0 }\nfiles: {}");
    leap_us = 30 * DAY_S * 1000000;
    world_wait(120000000);
    assert_true(there("recent.json") && there("recent.webm"));
    visitor_end(false);
}

/* Nor does it change what is being recorded. */
static void a_clock_that_leaps_while_something_is_recorded(void **state)
{
    struct cardea_record wish = studio_wish("take");
    json_t *m, *session;
    cardea_recording r;
    char *path, *folder;

    leap_us = 0;
    visitor_begin("");
    studio_open();
    wish.session = wish.room = "77";
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    path = g_strdup(rec_service.path(r));
    folder = g_path_get_dirname(path);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(2);
    leap_us = -DAY_S * 1000000;
    studio_film(2);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    visitor_end(true);
    m = studio_json(path);
    g_free(path);
    path = g_build_filename(folder, "session.json", NULL);
    session = studio_json(path);
    assert_int_equal(json_array_size(json_object_get(m, "segments")), 1);
    assert_int_equal(json_array_size(json_object_get(m, "gaps")), 0);
    assert_in_range(studio_number(m, "duration_ms"), 3900, 4100);
    assert_true(strcmp(studio_text(m, "ended"), studio_text(m, "started")) > 0);
    assert_true(strcmp(studio_text(session, "ended"), studio_text(session, "started")) > 0);
    json_decref(m);
    json_decref(session);
    g_free(path);
    g_free(folder);
    visitor_remove_all(visitor.folder);
    visitor.folder[0] = 0;
}

static unsigned mode_of(const char *below)
{
    char *path = g_build_filename(visitor.folder, below, NULL);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    g_free(path);
    return st.st_mode & 0777;
}

static void permissions(void **state)
{
    struct cardea_record wish = studio_wish("deep/take");
    cardea_recording r;

    leap_us = 0;
    visitor_begin("files: { mode = \"0604\", folder_mode = \"0711\" }");
    studio_open();
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(2);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    assert_int_equal(mode_of("deep"), 0711);
    assert_int_equal(mode_of("deep/take.webm"), 0604);
    assert_int_equal(mode_of("deep/take.json"), 0604);
    studio_close();
    visitor_end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_ones_go),
        cmocka_unit_test(too_many_go_from_the_oldest_on),
        cmocka_unit_test(a_clock_that_leaps_makes_nothing_old),
        cmocka_unit_test(a_clock_that_leaps_while_something_is_recorded),
        cmocka_unit_test(permissions),
    };

    av_log_set_level(AV_LOG_QUIET);
    umask(0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
