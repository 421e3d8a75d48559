/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../tools/rec/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../tools/rec/rec.h"

static char *folder;

static int make_folder(void **state)
{
    folder = g_dir_make_tmp("cardea-timeline-XXXXXX", NULL);
    return folder ? 0 : -1;
}

static int remove_folder(void **state)
{
    char *command = g_strdup_printf("rm -r '%s'", folder);
    int err = system(command);

    g_free(command);
    g_free(folder);
    return err;
}

static char *put(const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static const struct clip *clip_of(const struct timeline *t, guint person, guint i)
{
    const struct person *p = t->people->pdata[person];

    assert_true(i < p->clips->len);
    return &g_array_index(p->clips, struct clip, i);
}

static void assert_clip(const struct clip *c, const char *name, int64_t begin_us)
{
    char *base = g_path_get_basename(c->path);

    assert_string_equal(base, name);
    assert_true(c->begin_us == begin_us);
    g_free(base);
}

static void reads_a_session(void **state)
{
    struct timeline t;

    g_free(put("session.json",
               "{\"format\": \"cardea-session\", \"name\": \"s\", \"started_us\": 1000000000,"
               "\"recordings\": [{\"id\": 1, \"name\": \"a\", \"participant\": \"alice\", \"from_ms\": 2000},"
               "{\"id\": 2, \"name\": \"b\", \"participant\": \"bob\", \"from_ms\": 5001},"
               "{\"id\": 3, \"name\": \"../c\", \"from_ms\": 0}]}"));
    g_free(put("a.json",
               "{\"format\": \"cardea-recording\", \"started_us\": 1002000000, \"duration_ms\": 9000, \"segments\":"
               "[{\"file\": \"a-2.webm\", \"start_ms\": 4000}, {\"file\": \"a.webm\", \"start_ms\": 100}]}"));
    g_free(put("b.json",
               "{\"format\": \"cardea-recording\", \"started_us\": 1005001500, \"duration_ms\": 3000, \"segments\":"
               "[{\"file\": \"b.webm\", \"start_ms\": 0}, {\"file\": \"/etc/passwd\", \"start_ms\": 0}]}"));
    timeline_init(&t);
    assert_true(timeline_add(&t, folder));
    timeline_settle(&t);
    assert_int_equal(t.people->len, 2);
    assert_string_equal(((struct person *)t.people->pdata[0])->name, "alice");
    assert_clip(clip_of(&t, 0, 0), "a.webm", 0);
    assert_clip(clip_of(&t, 0, 1), "a-2.webm", 3900000);
    assert_clip(clip_of(&t, 1, 0), "b.webm", 2901500);
    assert_int_equal(((struct person *)t.people->pdata[1])->clips->len, 1); /* nothing outside of the folder */
    assert_true(t.end_us == 2000000 + 9000000 - 2100000);
    timeline_free(&t);
}

static void reads_recordings_without_a_session(void **state)
{
    struct timeline t;
    char *a =
        put("a.json", "{\"format\": \"cardea-recording\", \"title\": \"one\", \"started_us\": 5000000, \"segments\":"
                      "[{\"file\": \"a.webm\", \"start_ms\": 0}]}");
    char *b =
        put("b.json", "{\"format\": \"cardea-recording\", \"title\": \"two\", \"started_us\": 7000000, \"segments\":"
                      "[{\"file\": \"b.webm\", \"start_ms\": 500}]}");

    timeline_init(&t);
    assert_true(timeline_add(&t, a));
    assert_true(timeline_add(&t, b));
    timeline_settle(&t);
    assert_clip(clip_of(&t, 0, 0), "a.webm", 0);
    assert_clip(clip_of(&t, 1, 0), "b.webm", 2500000);
    timeline_free(&t);
    g_free(a);
    g_free(b);
}

static void reads_files_with_a_beginning(void **state)
{
    struct timeline t;
    char *odd = put("odd@home.webm", "x");

    timeline_init(&t);
    assert_true(timeline_add(&t, "a.webm@2.5"));
    assert_true(timeline_add(&t, "b.webm@10"));
    assert_false(timeline_add(&t, "c.webm@soon"));
    assert_true(timeline_add(&t, odd)); /* a file of that name */
    timeline_settle(&t);
    assert_clip(clip_of(&t, 0, 0), "a.webm", 2500000);
    assert_clip(clip_of(&t, 1, 0), "b.webm", 10000000);
    assert_clip(clip_of(&t, 2, 0), "odd@home.webm", 0);
    timeline_free(&t);
    g_free(odd);
}

static void refuses(void **state)
{
    struct timeline t;
    char *other = put("other.json", "{\"format\": \"something else\"}"), *broken = put("broken.json", "{");

    timeline_init(&t);
    assert_false(timeline_add(&t, other));
    assert_false(timeline_add(&t, broken));
    assert_false(timeline_add(&t, folder)); /* nothing in it that we know */
    timeline_free(&t);
    g_free(other);
    g_free(broken);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(reads_a_session),
        WITH_FOLDER(reads_recordings_without_a_session),
        WITH_FOLDER(reads_files_with_a_beginning),
        WITH_FOLDER(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
