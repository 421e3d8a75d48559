/* SPDX-License-Identifier: Apache-2.0 */
#include "log/log.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

static char folder[] = "/tmp/test_log.XXXXXX", path[100], moved[100];

static int set_up(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/log", folder);
    snprintf(moved, sizeof(moved), "%s/log.1", folder);
    return 0;
}

static int tear_down(void **state)
{
    unlink(path);
    unlink(moved);
    return rmdir(folder);
}

static char *content(const char *of)
{
    static char text[200000];
    FILE *f = fopen(of, "r");
    size_t n;

    assert_non_null(f);
    n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

static void start(bool timestamps, const char *prefix)
{
    struct gw_log_conf conf = {.file = path, .timestamps = timestamps, .prefix = prefix};

    unlink(path);
    assert_int_equal(gw_log_start(&conf), 0);
    assert_int_equal(gw_log_start(&conf), GW_ESTATE);
}

static void writes_lines_with_ids_and_prefix(void **state)
{
    start(false, "gw1: ");
    gw_info("hello %d", 1);
    gw_warn("careful");
    gw_error_of(11, 22, "broken");
    gw_info_of(11, 0, "half");
    gw_verbose("too quiet to hear");
    gw_log_stop();
    assert_string_equal(content(path),
                        "gw1: hello 1\ngw1: [WARN] careful\ngw1: [ERR] [11/22] broken\ngw1: [11] half\n");
}

static void a_message_cannot_forge_a_line(void **state)
{
    start(false, NULL);
    gw_info("one\n[ERR] two\033[31m\r\n");
    gw_log_stop();
    assert_string_equal(content(path), "one\n    [ERR] two?[31m\n");
}

static void stamps_lines(void **state)
{
    int year, month, day, h, m, us, zone;
    double s;

    start(true, NULL);
    gw_info("now");
    gw_log_stop();
    assert_int_equal(sscanf(content(path), "%d-%d-%dT%d:%d:%lf%d now", &year, &month, &day, &h, &m, &s, &zone), 7);
    us = year;
    assert_true(us > 2000 && month <= 12 && day <= 31 && h < 24 && m < 60 && s < 61);
}

static int evaluated;

static int evaluate(void)
{
    return ++evaluated;
}

static void a_silent_line_costs_nothing(void **state)
{
    gw_log_set_level(CARDEA_LOG_ERROR);
    gw_info("%d", evaluate());
    assert_int_equal(evaluated, 0);
    gw_log_set_level(99);
    assert_int_equal(gw_log_level(), CARDEA_LOG_TRACE);
    gw_log_set_level(-1);
    assert_int_equal(gw_log_level(), 0);
    gw_log_set_level(CARDEA_LOG_INFO);
}

static void long_texts_are_cut(void **state)
{
    char *text = malloc(100001);

    memset(text, 'x', 100000);
    text[100000] = '\0';
    start(false, NULL);
    gw_info("%s", text);
    text[1000] = '\0'; /* beyond the small buffer, within the limit */
    gw_info("%s", text);
    gw_log_stop();
    assert_int_equal(strlen(content(path)), 65535 + 1 + 1000 + 1);
    free(text);
}

static void reopens_after_rotation(void **state)
{
    start(false, NULL);
    gw_info("old");
    for (int i = 0; i < 2000 && access(path, F_OK) == 0 && !*content(path); i++)
        usleep(1000);
    assert_int_equal(rename(path, moved), 0);
    gw_log_reopen();
    for (int i = 0; i < 2000 && access(path, F_OK) != 0; i++)
        usleep(1000);
    gw_info("new");
    gw_log_stop();
    assert_string_equal(content(moved), "old\n");
    assert_string_equal(content(path), "new\n");
    gw_log_reopen(); /* not running: nothing happens */
}

static void modules_have_their_own_level(void **state)
{
    start(false, NULL);
    assert_int_equal(gw_log_set_modules("ice = 6"), GW_EPARSE);
    assert_int_equal(gw_log_set_modules("ice=8"), GW_EPARSE);
    assert_int_equal(gw_log_set_modules("=6"), GW_EPARSE);
    assert_int_equal(gw_log_set_modules("averyveryverylongname=6"), GW_EPARSE);
    assert_int_equal(gw_log_set_modules("ice=6, plugin=2"), 0);
    assert_int_equal(gw_log_level(), CARDEA_LOG_INFO);
    assert_int_equal(gw_log_level_of("ice"), CARDEA_LOG_DEBUG);
    assert_int_equal(gw_log_level_of("api"), CARDEA_LOG_INFO);
    gw_log_line("../core/ice/lite.c", CARDEA_LOG_DEBUG, 0, 0, "of ice");
    gw_log_line("../core/api/api.c", CARDEA_LOG_DEBUG, 0, 0, "of api");
    gw_log_line("plugin", CARDEA_LOG_WARN, 0, 0, "of a plugin");
    gw_debug("of this test"); /* the macro lets it pass, its module does not */
    assert_int_equal(gw_log_set_modules(NULL), 0);
    assert_int_equal(atomic_load(&gw_log_threshold), CARDEA_LOG_INFO);
    gw_log_line("../core/ice/lite.c", CARDEA_LOG_DEBUG, 0, 0, "of ice");
    gw_log_stop();
    assert_string_equal(content(path), "of ice\n");
}

static void a_cause_has_its_share(void **state)
{
    uint64_t before = gw_log_suppressed();
    unsigned n = 0;

    start(false, NULL);
    gw_log_set_rate(3);
    for (int i = 0; i < 100; i++)
        gw_info("again and again");
    gw_info("another cause");
    for (int i = 0; i < 100 && !n; i++) { /* into the next second */
        usleep(50000);
        gw_info("again and again");
        gw_log_stop();
        n = strstr(content(path), "more like this were left out") != NULL;
        if (!n) {
            struct gw_log_conf conf = {.file = path, .rate = 3};

            assert_int_equal(gw_log_start(&conf), 0);
        }
    }
    assert_int_equal(n, 1);
    assert_non_null(strstr(content(path), "again and again\nagain and again\nagain and again\nanother cause\n"));
    assert_true(gw_log_suppressed() - before >= 97);
    gw_log_set_rate(0);
}

static void a_large_file_is_rotated(void **state)
{
    struct gw_log_conf conf = {.file = path, .file_bytes = 1000, .file_keep = 2};
    char second[120], third[120];

    snprintf(second, sizeof(second), "%s.2", path);
    snprintf(third, sizeof(third), "%s.3", path);
    unlink(path);
    assert_int_equal(gw_log_start(&conf), 0);
    for (int i = 0; i < 200; i++) {
        gw_info("line %03d of the log, some more text to fill the file with", i);
        if (i % 20 == 19)
            usleep(20000); /* the writer looks after each round */
    }
    gw_log_stop();
    assert_int_equal(access(moved, F_OK), 0);
    assert_int_equal(access(second, F_OK), 0);
    assert_int_not_equal(access(third, F_OK), 0);
    unlink(second);
}

/* As after a takeover: another process, which writes to the same file, has found it too large and moved it away. */
static void what_another_process_rotated_is_not_rotated_again(void **state)
{
    struct gw_log_conf conf = {.file = path, .file_bytes = 200, .file_keep = 1};
    FILE *theirs;

    unlink(path);
    unlink(moved);
    assert_int_equal(gw_log_start(&conf), 0);
    gw_info("ours, before");
    for (int i = 0; i < 2000 && !*content(path); i++)
        usleep(1000);
    assert_int_equal(rename(path, moved), 0);
    theirs = fopen(path, "a");
    fputs("theirs\n", theirs);
    fclose(theirs);
    gw_info("%0250d", 0); /* ours is too large now, too */
    for (int i = 0; i < 2000 && strlen(content(moved)) < 250; i++)
        usleep(1000);
    usleep(20000);
    gw_info("ours, after");
    gw_log_stop();
    assert_memory_equal(content(moved), "ours, before\n0000", 17);
    assert_string_equal(content(path), "theirs\nours, after\n");
    unlink(moved);
}

#define THREADS 3
#define EACH    3000

static void *chatter(void *arg)
{
    for (int i = 0; i < EACH; i++)
        gw_info("line %d", i);
    return NULL;
}

static void counts_what_it_drops_and_writes_the_rest(void **state)
{
    uint64_t lines = gw_log_lines(), dropped = gw_log_dropped(), written = 0;
    pthread_t threads[THREADS];

    start(false, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, chatter, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    gw_log_stop();
    lines = gw_log_lines() - lines;
    dropped = gw_log_dropped() - dropped;
    assert_int_equal(lines + dropped, THREADS * EACH);
    for (const char *p = content(path); (p = strchr(p, '\n')); p++)
        written++;
    assert_int_equal(written, lines);
}

static void says_when_the_file_cannot_be_opened(void **state)
{
    struct gw_log_conf conf = {.file = "/nonexistent/folder/log"};

    assert_int_equal(gw_log_start(&conf), GW_EIO);
    assert_int_equal(errno, ENOENT);
    gw_log_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_lines_with_ids_and_prefix),
        cmocka_unit_test(a_message_cannot_forge_a_line),
        cmocka_unit_test(stamps_lines),
        cmocka_unit_test(a_silent_line_costs_nothing),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(reopens_after_rotation),
        cmocka_unit_test(modules_have_their_own_level),
        cmocka_unit_test(a_cause_has_its_share),
        cmocka_unit_test(a_large_file_is_rotated),
        cmocka_unit_test(what_another_process_rotated_is_not_rotated_again),
        cmocka_unit_test(counts_what_it_drops_and_writes_the_rest),
        cmocka_unit_test(says_when_the_file_cannot_be_opened),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
