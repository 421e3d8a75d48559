/* SPDX-License-Identifier: Apache-2.0 */
/* What there is on the disk: found by the scan, added by recordings that end, removed by whoever has the key. */
#include "visitor.h"

#include "../rec/mjrs.h"

static bool looked;

static void done(void *arg)
{
    looked = true;
}

static bool has_looked(void)
{
    return looked;
}

static void look(void)
{
    looked = false;
    rec_catalog_scan(done, NULL);
    world_settle(has_looked);
}

static char *in_folder(const char *name)
{
    return g_build_filename(visitor.folder, name, NULL);
}

static void write_text(const char *name, const char *text)
{
    char *path = in_folder(name);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void remove_file(const char *name)
{
    char *path = in_folder(name);

    assert_int_equal(unlink(path), 0);
    g_free(path);
}

static void what_a_manifest_says(void **state)
{
    const struct rec_item *i;

    visitor_recording(5, "take", ",'private':false,'room':'77','access':'0123456789abcdef:x','e2ee':true");
    visitor_begin("");
    i = rec_catalog_find(5);
    assert_non_null(i);
    assert_string_equal(i->name, "take");
    assert_string_equal(i->room, "77");
    assert_true(i->audio && i->video && !i->data && !i->is_private && i->e2ee);
    assert_string_equal(i->video_codec, "vp8");
    assert_int_equal(i->media->len, 1);
    assert_int_equal(i->duration_ms, 3000);
    visitor_end(false);
}

/* A manifest cannot name what is not beside it. */
static void what_is_not_taken(void **state)
{
    visitor_recording(5, "take", "");
    write_text("escape.json", "{\"format\":\"cardea-recording\",\"id\":6,\"state\":\"finished\",\"started_us\":1,"
                              "\"segments\":[{\"file\":\"../../etc/passwd\"},{\"file\":\"..\"}]}");
    write_text("other.json", "{\"format\":\"something else\",\"id\":8}");
    write_text("broken.json", "{");
    write_text("broken.webm", "no film");
    write_text("broken.nfo", "[x]\nname=y\n");
    visitor_begin("");
    assert_non_null(rec_catalog_find(5));
    assert_true(rec_catalog_find(5)->is_private); /* what does not say so is not for everybody */
    assert_int_equal(rec_catalog_find(6)->media->len, 0);
    assert_null(rec_catalog_find(8));
    visitor_end(false);
}

static void the_folder_changes(void **state)
{
    uint64_t theirs = rec_item_number("theirs.webm");

    visitor_begin("");
    visitor_recording(5, "take", "");
    visitor_file("theirs.webm", 1);
    assert_null(rec_catalog_find(5));
    look();
    assert_non_null(rec_catalog_find(5));
    assert_non_null(rec_catalog_find(theirs));
    assert_null(rec_catalog_find(theirs)->index);
    remove_file("theirs.webm");
    remove_file("take.json"); /* what it named is a file of others now */
    look();
    assert_null(rec_catalog_find(5));
    assert_null(rec_catalog_find(theirs));
    assert_non_null(rec_catalog_find(rec_item_number("take.webm")));
    visitor_end(false);
}

/* While the folder is looked through, a recording ends, and another is removed: neither is forgotten. */
static void meanwhile(void **state)
{
    json_t *m = json_pack("{ss sI ss sI}", "format", "cardea-recording", "id", (json_int_t)9, "state", "finished",
                          "started_us", (json_int_t)1000000);

    visitor_recording(5, "take", "");
    visitor_begin("");
    looked = false;
    rec_catalog_scan(done, NULL);
    rec_catalog_add(m, "/nowhere/nine.json");
    assert_int_equal(rec_catalog_remove(5), 0);
    assert_int_equal(rec_catalog_remove(5), CARDEA_ENOENT);
    world_settle(has_looked);
    assert_non_null(rec_catalog_find(9));
    assert_null(rec_catalog_find(5));
    json_decref(m);
    visitor_end(false);
}

static void nfo_files(void **state)
{
    static const struct mjrs_conf opus = {.fixture = "rtp/chromium-opus.hex",
                                          .codec = "opus",
                                          .kind = REC_MJR_AUDIO,
                                          .rate = 48000,
                                          .step = 960,
                                          .frames = 10,
                                          .first_us = 1700000000000000};
    const struct rec_item *i;
    char *path;

    visitor_folder();
    path = in_folder("rec-1234-audio.mjr");
    mjrs_write(path, &opus);
    write_text("1234.nfo", "[1234]\r\nname = Sample\r\ndate = 2025-03-09 08:15:42\r\naudio = rec-1234-audio.mjr\r\n");
    visitor_begin("");
    i = rec_catalog_find(1234);
    assert_non_null(i);
    assert_true(i->audio && !i->video && i->is_private); /* it does not say private = false */
    assert_string_equal(i->audio_codec, "opus");
    write_text("1234.nfo", "[1234]\nname = Other\ndate = 2025-03-09 08:15:42\naudio = rec-1234-audio.mjr\n");
    look();
    assert_string_equal(rec_catalog_find(1234)->name, "Sample"); /* what is known is not read again */
    remove_file("1234.nfo");
    look();
    assert_null(rec_catalog_find(1234));
    g_free(path);
    visitor_end(false);
}

static void asks(void *arg)
{
    ++*(unsigned *)arg;
}

/* Many ask at once: none is left waiting, also when the plugin stops before. */
static void everybody_is_told(void **state)
{
    unsigned told = 0;

    visitor_begin("");
    for (int i = 0; i < 5; i++)
        rec_catalog_scan(asks, &told);
    look();
    assert_int_equal(told, 5);
    rec_catalog_ready(asks, &told);
    assert_int_equal(told, 6);
    rec_catalog_scan(asks, &told);
    visitor_end(false);
    assert_int_equal(told, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_manifest_says),
        cmocka_unit_test(what_is_not_taken),
        cmocka_unit_test(the_folder_changes),
        cmocka_unit_test(meanwhile),
        cmocka_unit_test(nfo_files),
        cmocka_unit_test(everybody_is_told),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
