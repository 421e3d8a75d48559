/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/nfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char sample[] = "[7001234]\r\n"
                             "name = Morning take\r\n"
                             "private = false\r\n"
                             "date = 2025-03-09 08:15:42\r\n"
                             "audio = rec-7001234-audio.mjr\r\n"
                             "video = rec-7001234-video.mjr\r\n";

static void reads_and_writes_the_same(void **state)
{
    struct rec_nfo n;
    char out[2048];
    int len;

    assert_int_equal(rec_nfo_read(&n, sample, sizeof(sample) - 1), 0);
    assert_int_equal(n.id, 7001234);
    assert_string_equal(n.name, "Morning take");
    assert_string_equal(n.date, "2025-03-09 08:15:42");
    assert_string_equal(n.audio, "rec-7001234-audio.mjr");
    assert_string_equal(n.video, "rec-7001234-video.mjr");
    assert_string_equal(n.data, "");
    assert_false(n.is_private);
    len = rec_nfo_write(out, sizeof(out), &n);
    assert_int_equal(len, sizeof(sample) - 1);
    assert_memory_equal(out, sample, len);
    assert_int_equal(rec_nfo_write(out, 20, &n), -5);
}

static int read_text(struct rec_nfo *n, const char *text)
{
    return rec_nfo_read(n, text, strlen(text));
}

static void is_lenient(void **state)
{
    struct rec_nfo n;

    assert_int_equal(
        read_text(&n, "; a comment\n[5]\nName=x ; not this\nDATE = d\nother = 1\naudio = a\n[6]\nname=y\n"), 0);
    assert_int_equal(n.id, 5);
    assert_string_equal(n.name, "x");
    assert_string_equal(n.audio, "a.mjr");
    assert_true(n.is_private); /* nothing said: hidden */
    assert_int_equal(read_text(&n, "[5]\nname=x\ndate=d\nvideo=v\nprivate=yes"), 0);
    assert_true(n.is_private);
    assert_int_equal(read_text(&n, "[5]\nname=x\ndate=d\nvideo=v\nprivate=no"), 0);
    assert_false(n.is_private);
}

static void refuses(void **state)
{
    static const char *const bad[] = {"",
                                      "name=x",
                                      "[0]\nname=x\ndate=d\naudio=a",
                                      "[x]\nname=x\ndate=d\naudio=a",
                                      "[9007199254740992]\nname=x\ndate=d\naudio=a",
                                      "[5]\nname=\ndate=d\naudio=a",
                                      "[5]\nname=x\naudio=a",
                                      "[5]\nname=x\ndate=d\ndata=a",
                                      "[5]\nname=x\ndate=d\naudio=../a"};
    struct rec_nfo n;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (read_text(&n, bad[i]) != -3)
            fail_msg("taken: %s", bad[i]);
}

/* A name must not become a line, a section or a comment of its own. */
static void names_stay_names(void **state)
{
    struct rec_nfo n = {.id = 5, .name = "x\r\naudio = evil;[6]", .date = "d", .audio = "a.mjr"}, back;
    char out[2048];
    int len = rec_nfo_write(out, sizeof(out), &n);

    assert_true(len > 0);
    assert_int_equal(rec_nfo_read(&back, out, (size_t)len), 0);
    assert_string_equal(back.audio, "a.mjr");
    assert_string_equal(back.name, "x  audio = evil [6]");
}

static void every_truncation(void **state)
{
    struct rec_nfo n;

    for (size_t len = 0; len < sizeof(sample); len++) {
        char *copy = malloc(len ? len : 1);

        memcpy(copy, sample, len);
        rec_nfo_read(&n, copy, len);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_the_same), cmocka_unit_test(is_lenient),       cmocka_unit_test(refuses),
        cmocka_unit_test(names_stay_names),          cmocka_unit_test(every_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
