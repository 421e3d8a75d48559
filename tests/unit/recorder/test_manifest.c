/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/manifest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

static char folder[] = "/tmp/test_manifest.XXXXXX";

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static int make_folder(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return rmdir(folder); /* nothing is left behind */
}

static const char *text(const json_t *j, const char *name)
{
    return json_string_value(json_object_get(j, name));
}

static void written_whole(void **state)
{
    char *path = in_folder("a.json");
    json_t *m = rec_manifest_new(42, "take", "A take", 1700000000123456, json_pack("{si}", "x", 1)), *back, *segment;
    struct stat st;

    rec_manifest_gap(m, 1, REC_GAP_LOSS, 1500000, 200400);
    rec_manifest_event(m, "talking", 2000000, json_pack("{sb}", "on", true));
    segment = rec_manifest_segment(m, "take.webm", 0);
    rec_manifest_segment_end(segment, 3000000, 1234, "finished");
    assert_int_equal(rec_json_save(path, m, 0640, true), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    back = rec_json_load(path);
    assert_true(json_equal(m, back));
    assert_string_equal(text(back, "state"), "recording");
    assert_string_equal(text(back, "started"), "2023-11-14T22:13:20.123Z");
    assert_true(rec_writer_lives(json_object_get(back, "writer")));
    rec_manifest_end(m, "finished", "stopped", 1700000003000000, 3000000);
    assert_int_equal(rec_json_save(path, m, 0640, false), 0);
    json_decref(back);
    back = rec_json_load(path);
    assert_string_equal(text(back, "state"), "finished");
    assert_null(json_object_get(back, "writer"));
    assert_int_equal(json_integer_value(json_object_get(back, "duration_ms")), 3000);
    json_decref(back);
    json_decref(m);
    unlink(path);
    g_free(path);
}

/* What cannot be written leaves the old one, and nothing half done. */
static void or_not_at_all(void **state)
{
    char *path = in_folder("full.json"), *new_path = in_folder("full.json.new");
    json_t *m = json_pack("{ss}", "state", "old");

    assert_int_equal(rec_json_save(path, m, 0640, false), 0);
    json_object_set_new(m, "state", json_string("new"));
    assert_int_equal(symlink("/dev/full", new_path), 0);
    assert_true(rec_json_save(path, m, 0640, false) < 0);
    unlink(new_path);
    json_decref(m);
    m = rec_json_load(path);
    assert_string_equal(text(m, "state"), "old");
    json_decref(m);
    m = json_object();
    assert_int_equal(rec_json_save("/nonexistent/x.json", m, 0640, false), -ENOENT);
    json_decref(m);
    unlink(path);
    g_free(path);
    g_free(new_path);
}

static void lists_do_not_grow_for_ever(void **state)
{
    json_t *m = rec_manifest_new(1, "x", "x", 0, NULL);

    for (int i = 0; i < REC_GAPS_MOST + 5; i++)
        rec_manifest_gap(m, 0, REC_GAP_OVERLOAD, i, 1);
    assert_int_equal(json_array_size(json_object_get(m, "gaps")), REC_GAPS_MOST);
    assert_int_equal(json_integer_value(json_object_get(m, "more_gaps")), 5);
    json_decref(m);
}

static void writers_that_are_not(void **state)
{
    json_t *w = rec_writer_json();

    json_object_set_new(w, "since", json_integer(json_integer_value(json_object_get(w, "since")) + 1));
    assert_false(rec_writer_lives(w)); /* its number was given out anew */
    json_decref(w);
    w = rec_writer_json();
    json_object_set_new(w, "boot", json_string("another"));
    assert_false(rec_writer_lives(w));
    json_decref(w);
    assert_false(rec_writer_lives(NULL));
}

static void what_is_no_manifest(void **state)
{
    char *path = in_folder("x.json");

    assert_null(rec_json_load(path));
    assert_true(g_file_set_contents(path, "[1]", 3, NULL));
    assert_null(rec_json_load(path));
    assert_true(g_file_set_contents(path, "{\"a\":", 5, NULL));
    assert_null(rec_json_load(path));
    assert_null(rec_json_load(folder));
    unlink(path);
    g_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_whole),
        cmocka_unit_test(or_not_at_all),
        cmocka_unit_test(lists_do_not_grow_for_ever),
        cmocka_unit_test(writers_that_are_not),
        cmocka_unit_test(what_is_no_manifest),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
