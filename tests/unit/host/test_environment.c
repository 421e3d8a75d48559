/* SPDX-License-Identifier: Apache-2.0 */
#include "host/environment.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

static struct cardea_config *config;

static int make_config(void **state)
{
    return gw_config_new(&config, gw_options, false);
}

static int free_config(void **state)
{
    gw_config_free(config);
    return 0;
}

static void set(const char *category, const char *name, const char *value)
{
    assert_int_equal(gw_config_set(config, category, name, value, "test", gw_complain_to_stderr, NULL), 0);
}

static const char *address(void)
{
    static char text[GW_ADDRESS_ROOM];

    gw_environment_address(config, text);
    return text;
}

static void the_address_is_what_is_configured(void **state)
{
    set("general", "interface", "192.0.2.7");
    assert_string_equal(address(), "192.0.2.7");
    set("nat", "announce", "198.51.100.1, 198.51.100.2"); /* the first of them, and stronger */
    assert_string_equal(address(), "198.51.100.1");
}

static void without_one_it_is_found(void **state)
{
    assert_true(strchr(address(), '.') != NULL);
}

static void the_limit_of_files_goes_up_as_far_as_it_may(void **state)
{
    struct rlimit was, files;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    files = (struct rlimit){64, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    assert_int_equal(gw_environment_raise_limits(config), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    assert_true(files.rlim_cur == was.rlim_max);
    set("general", "check_openfiles_limit", "100000000");
    if (was.rlim_max < 100000000)
        assert_int_equal(gw_environment_raise_limits(config), GW_ELIMIT);
    setrlimit(RLIMIT_NOFILE, &was);
}

static void the_last_files_are_not_for_newcomers(void **state)
{
    struct rlimit was, files;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    files = (struct rlimit){200, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    set("limits", "reserved_files", "100");
    assert_true(gw_environment_has_files(config));
    set("limits", "reserved_files", "199");
    assert_false(gw_environment_has_files(config));
    setrlimit(RLIMIT_NOFILE, &was);
}

static void when_all_are_taken_there_are_none(void **state)
{
    struct rlimit was, files;
    int taken[64], n = 0;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    files = (struct rlimit){60, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    set("limits", "reserved_files", "2");
    while (n < 64 && (taken[n] = dup(2)) >= 0)
        n++;
    assert_false(gw_environment_has_files(config)); /* although it cannot open anything to find out */
    while (n > 0)
        close(taken[--n]);
    assert_true(gw_environment_has_files(config));
    setrlimit(RLIMIT_NOFILE, &was);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_address_is_what_is_configured, make_config, free_config),
        cmocka_unit_test_setup_teardown(without_one_it_is_found, make_config, free_config),
        cmocka_unit_test_setup_teardown(the_limit_of_files_goes_up_as_far_as_it_may, make_config, free_config),
        cmocka_unit_test_setup_teardown(the_last_files_are_not_for_newcomers, make_config, free_config),
        cmocka_unit_test_setup_teardown(when_all_are_taken_there_are_none, make_config, free_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
