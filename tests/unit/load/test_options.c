/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator's options: a scenario file first, then the command line, and what is refused. */
#include "../../../tools/load/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/test-scenario-XXXXXX";
static struct options defaults;

static void begin_anew(void)
{
    char *const texts[] = {option.server, option.profile, option.codec,    option.feedback,
                           option.json,   option.html,    option.scenario, option.name};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        g_free(texts[i]);
    option = defaults;
}

static int tear_down(void **state)
{
    begin_anew();
    return 0;
}

static void write_scenario(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static bool read_args(const char *a, const char *b)
{
    char *list[] = {(char *)"cardea-load", (char *)a, (char *)b, NULL}, **argv = list;
    int argc = b ? 3 : a ? 2 : 1;

    return options_read(&argc, &argv);
}

static void defaults_hold_without_any(void **state)
{
    assert_true(read_args(NULL, NULL));
    assert_string_equal(option.server, "ws://127.0.0.1:8188");
    assert_string_equal(option.codec, "vp8");
    assert_int_equal(option.rooms, 1);
    assert_int_equal(option.message_size, 1024);
}

static void a_scenario_is_read_before_the_command_line(void **state)
{
    char scenario[80];

    write_scenario("# all see all\n"
                   "rooms = 3   # of them\n"
                   "\n"
                   "  publishers=4\n"
                   "all\n"
                   "codec = h264\n"
                   "loss = 2.5\n");
    snprintf(scenario, sizeof(scenario), "--scenario=%s", path);
    assert_true(read_args(scenario, "--rooms=5"));
    assert_int_equal(option.rooms, 5);
    assert_int_equal(option.publishers, 4);
    assert_true(option.all);
    assert_string_equal(option.codec, "h264");
    assert_true(option.loss == 2.5);
}

static void what_cannot_be_meant_is_refused(void **state)
{
    static const char *const bad[] = {
        "--codec=h266",      "--fps=0",           "--fps=241",         "--bitrate=1",
        "--rooms=-1",        "--seconds=0",       "--parallel=0",      "--subscribers=2000000",
        "--messages=-1",     "--messages=200000", "--message-size=23", "--message-size=70000",
        "--no-such-thing=1", "--rooms=many"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        begin_anew();
        assert_false(read_args(bad[i], NULL));
    }
}

static void a_bad_scenario_is_refused(void **state)
{
    char scenario[80];

    snprintf(scenario, sizeof(scenario), "--scenario=%s", path);
    write_scenario("publsihers = 3\n");
    assert_false(read_args(scenario, NULL));
    begin_anew();
    write_scenario("publishers = three\n");
    assert_false(read_args(scenario, NULL));
    begin_anew();
    assert_false(read_args("--scenario", "/nonexistent/scenario"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(defaults_hold_without_any, tear_down),
        cmocka_unit_test_teardown(a_scenario_is_read_before_the_command_line, tear_down),
        cmocka_unit_test_teardown(what_cannot_be_meant_is_refused, tear_down),
        cmocka_unit_test_teardown(a_bad_scenario_is_refused, tear_down),
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    close(fd);
    defaults = option;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
