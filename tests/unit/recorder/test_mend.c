/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/mend.h"

#include <glib.h>

#include "../../../plugins/recorder/demux.h"
#include "../../../plugins/recorder/hash.h"
#include "../../../plugins/recorder/manifest.h"
#include "media.h"

static char folder[] = "/tmp/test_mend.XXXXXX";

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static json_t *left_behind(void)
{
    json_t *m = rec_manifest_new(42, "take", "A take", 1700000000000000, NULL);

    json_object_set_new(json_object_get(m, "writer"), "since", json_integer(1)); /* a process that is not */
    return m;
}

static void what_was_left_behind(void **state)
{
    const char *made = mkdtemp(folder);
    char *path = in_folder("take.json"), *first = in_folder("take.webm"), *second = in_folder("take-2.webm"), hex[65];
    json_t *m = left_behind(), *segments = json_object_get(m, "segments"), *s;
    struct rec_demux *d;

    assert_non_null(made);
    media_write(first, "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8, 3, true);
    media_write(second, "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8, 3, false);
    rec_manifest_segment_end(rec_manifest_segment(m, "take.webm", 0), 3000000, 1, "finished");
    rec_manifest_segment(m, "take-2.webm", 3000000);
    rec_manifest_segment(m, "take-3.webm", 6000000); /* was never made */
    assert_int_equal(rec_json_save(path, m, 0640, false), 0);
    assert_true(rec_is_abandoned(path));
    assert_int_equal(rec_mend(path), 0);
    assert_false(rec_is_abandoned(path));
    json_decref(m);
    m = rec_json_load(path);
    segments = json_object_get(m, "segments");
    assert_string_equal(json_string_value(json_object_get(m, "state")), "repaired");
    assert_in_range(json_integer_value(json_object_get(m, "duration_ms")), 5000, 6100);
    s = json_array_get(segments, 1);
    assert_string_equal(json_string_value(json_object_get(s, "state")), "repaired");
    assert_int_equal(rec_sha256(second, hex), 0);
    assert_string_equal(json_string_value(json_object_get(s, "sha256")), hex);
    assert_string_equal(json_string_value(json_object_get(json_array_get(segments, 2), "state")), "failed");
    assert_int_equal(rec_demux_open(&d, second, true), 0);
    assert_true(rec_demux_duration_us(d) > 0);
    rec_demux_close(d);
    json_decref(m);
    unlink(path);
    unlink(first);
    unlink(second);
    g_free(path);
    g_free(first);
    g_free(second);
    assert_int_equal(rmdir(folder), 0);
}

static void what_is_not_ours_is_left_alone(void **state)
{
    char other[] = "/tmp/test_mend.XXXXXX", *path;
    json_t *m = rec_manifest_new(42, "take", "A take", 1700000000000000, NULL);

    assert_non_null(mkdtemp(other));
    path = g_build_filename(other, "take.json", NULL);
    assert_int_equal(rec_json_save(path, m, 0640, false), 0);
    assert_false(rec_is_abandoned(path)); /* its process lives: this one */
    assert_int_equal(rec_mend(path), 0);
    json_object_set_new(m, "format", json_string("another"));
    json_object_del(m, "writer");
    assert_int_equal(rec_json_save(path, m, 0640, false), 0);
    assert_false(rec_is_abandoned(path));
    assert_false(rec_is_abandoned("/nonexistent"));
    unlink(path);
    rmdir(other);
    json_decref(m);
    g_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_left_behind),
        cmocka_unit_test(what_is_not_ours_is_left_alone),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
