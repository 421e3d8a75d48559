/* SPDX-License-Identifier: Apache-2.0 */
#include "host/args.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct gw_settings *settings;
static char said[200000]; /* stdout and stderr of the last run */

static int run(const char *first, ...)
{
    char *argv[20] = {(char *)"cardea"}, path[] = "/tmp/test_args.XXXXXX";
    int argc = 1, code, fd = mkstemp(path), out, err;
    ssize_t n;
    va_list ap;

    va_start(ap, first);
    for (const char *a = first; a; a = va_arg(ap, const char *))
        argv[argc++] = (char *)a;
    va_end(ap);
    fflush(stdout);
    out = dup(STDOUT_FILENO);
    err = dup(STDERR_FILENO);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    settings = NULL;
    code = gw_args_read(&settings, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    n = pread(fd, said, sizeof(said) - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    close(fd);
    unlink(path);
    return code;
}

#define RUN(...) run("--configs-folder", "/nonexistent", __VA_ARGS__, NULL)

static void assert_said(const char *part)
{
    if (!strstr(said, part))
        fail_msg("not said: %s\nbut: %s", part, said);
}

static const char *text(const char *category, const char *name)
{
    return gw_config_string(settings->config, category, name);
}

static int64_t number(const char *category, const char *name)
{
    return gw_config_int(settings->config, category, name);
}

static void takes_values_and_flags(void **state)
{
    assert_int_equal(RUN("-d", "6", "--server-name=gw one", "-b", "-N", "-1", "192.0.2.1", "-6", "-r", "20000-30000"),
                     -1);
    assert_int_equal(number("general", "debug_level"), 6);
    assert_string_equal(text("general", "server_name"), "gw one");
    assert_true(number("general", "daemonize"));
    assert_false(number("general", "log_to_stdout"));
    assert_string_equal(text("nat", "announce"), "192.0.2.1");
    assert_true(number("media", "ipv6"));
    assert_string_equal(text("media", "rtp_port_range"), "20000-30000");
    assert_string_equal(settings->configs_folder, "/nonexistent");
    gw_settings_free(settings);
}

static void the_last_one_counts(void **state)
{
    assert_int_equal(RUN("-d", "6", "-d", "3", "-N", "--log-stdout"), -1);
    assert_int_equal(number("general", "debug_level"), 3);
    assert_true(number("general", "log_to_stdout"));
    gw_settings_free(settings);
}

static void takes_a_stun_server_with_its_port(void **state)
{
    assert_int_equal(RUN("-S", "stun.example.org:3479"), -1);
    assert_string_equal(text("nat", "stun_server"), "stun.example.org");
    assert_int_equal(number("nat", "stun_port"), 3479);
    gw_settings_free(settings);
    assert_int_equal(RUN("-S", "stun.example.org"), -1);
    assert_string_equal(text("nat", "stun_server"), "stun.example.org");
    assert_int_equal(number("nat", "stun_port"), 3478);
    gw_settings_free(settings);
}

static void sets_any_item(void **state)
{
    assert_int_equal(RUN("--set", "media.dscp=46", "--set", "general.api_secret=a=b"), -1);
    assert_int_equal(number("media", "dscp"), 46);
    assert_string_equal(text("general", "api_secret"), "a=b");
    gw_settings_free(settings);
    assert_int_equal(RUN("--set", "dscp"), 1);
    assert_said("--set wants CATEGORY.NAME=VALUE, not dscp");
    assert_int_equal(RUN("--set", "media.dcsp=46"), 1);
    assert_said("media.dcsp");
}

static void says_what_is_wrong(void **state)
{
    assert_int_equal(RUN("--no-such-thing"), 1);
    assert_said("Try --help.");
    assert_int_equal(RUN("stray"), 1);
    assert_said("what is \"stray\"?");
    assert_int_equal(RUN("-d", "9"), 1);
    assert_said("command line: error: general.debug_level is 9, but must be from 0 to 7.");
    assert_int_equal(RUN("-C", "/nonexistent/x.jcfg"), 1);
    assert_said("/nonexistent/x.jcfg: error: there is no such file");
    assert_int_equal(RUN("-H", "/nonexistent"), 1);
    assert_said("No such file or directory");
}

static void does_other_things_and_ends(void **state)
{
    assert_int_equal(RUN("--version"), 0);
    assert_said("Cardea ");
    assert_int_equal(RUN("--help-config", "-P", "/nonexistent", "--transports-folder", "/nonexistent"), 0);
    assert_said("\n  debug_level = 4\n");
    assert_int_equal(RUN("--check-config", "-P", "/nonexistent", "--transports-folder", "/nonexistent"), 0);
    assert_said("main: no file, defaults\n");
    assert_said("The configuration is good.");
    assert_int_equal(RUN("--sample-config", "main"), 0);
    assert_said("# cardea.jcfg\n");
    assert_int_equal(RUN("--sample-config", "/nonexistent.so"), 1);
    assert_null(settings);
}

/* Every letter and name of the reference's command line. */
static void knows_the_whole_command_line(void **state)
{
    static const char *const flags[] = {"-b",
                                        "-N",
                                        "--log-stdout",
                                        "-2",
                                        "-6",
                                        "-O",
                                        "-f",
                                        "-I",
                                        "-T",
                                        "-D",
                                        "-o",
                                        "-M",
                                        "-A",
                                        "-e",
                                        "-w",
                                        "--daemon",
                                        "--disable-stdout",
                                        "--keep-private-host",
                                        "--ipv6-candidates",
                                        "--ipv6-link-local",
                                        "--full-trickle",
                                        "--ice-lite",
                                        "--ice-tcp",
                                        "--debug-timestamps",
                                        "--disable-colors",
                                        "--debug-locks",
                                        "--token-auth",
                                        "--event-handlers",
                                        "--no-webrtc-encryption"};
    static const char *const valued[] = {"-p",
                                         "-L",
                                         "-l",
                                         "-i",
                                         "-P",
                                         "-1",
                                         "-E",
                                         "-X",
                                         "-Q",
                                         "-t",
                                         "-W",
                                         "-B",
                                         "-n",
                                         "-s",
                                         "-m",
                                         "-d",
                                         "-a",
                                         "-K",
                                         "--pid-file",
                                         "--log-file",
                                         "--check-openfiles-limits",
                                         "--interface",
                                         "--plugins-folder",
                                         "--nat-1-1",
                                         "--ice-enforce-list",
                                         "--ice-ignore-list",
                                         "--min-nack-queue",
                                         "--no-media-timer",
                                         "--slowlink-threshold",
                                         "--twcc-period",
                                         "--server-name",
                                         "--session-timeout",
                                         "--reclaim-session-timeout",
                                         "--debug-level",
                                         "--apisecret",
                                         "--token-auth-secret",
                                         "--cert-pwd"};

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (RUN(flags[i]) != -1)
            fail_msg("%s: %s", flags[i], said);
        gw_settings_free(settings);
    }
    for (size_t i = 0; i < sizeof(valued) / sizeof(valued[0]); i++) {
        const char *value = strstr(valued[i], "twcc") || !strcmp(valued[i], "-B") ? "100" : "5";

        if (RUN(valued[i], value) != -1)
            fail_msg("%s: %s", valued[i], said);
        gw_settings_free(settings);
    }
    assert_int_equal(RUN("-c", "/c.pem", "-k", "/k.pem", "-R", "SIGHUP", "-r", "1-2", "-F", "/nonexistent2"), -1);
    assert_string_equal(text("certificates", "cert_pem"), "/c.pem");
    assert_string_equal(text("general", "log_rotate_sig"), "SIGHUP");
    assert_string_equal(settings->configs_folder, "/nonexistent2");
    gw_settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_values_and_flags),
        cmocka_unit_test(the_last_one_counts),
        cmocka_unit_test(takes_a_stun_server_with_its_port),
        cmocka_unit_test(sets_any_item),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(does_other_things_and_ends),
        cmocka_unit_test(knows_the_whole_command_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
