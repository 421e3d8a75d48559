/* SPDX-License-Identifier: Apache-2.0 */
/* Against the modules of this build; what misbehaving ones do is in tests/abi. */
#include "host/module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

#include "base/err.h"

static char *in_build(const char *rest)
{
    const char *build = getenv("CARDEA_BUILD");

    return g_build_filename(build ? build : ".", rest, NULL);
}

static void opens_a_plugin(void **state)
{
    char *path = in_build("plugins/echotest.so"), why[300] = "";
    struct gw_module *m;

    if (gw_module_open(&m, path, why, sizeof(why)))
        fail_msg("%s", why);
    assert_non_null(m->plugin);
    assert_null(m->transport);
    assert_string_equal(m->kind, "plugin");
    assert_string_equal(m->name, "cardea.plugin.echotest");
    assert_string_equal(m->config_name, "echotest");
    assert_ptr_equal(m->options, m->plugin->options);
    gw_module_close(m);
    gw_module_close(NULL);
    g_free(path);
}

static void says_why_not(void **state)
{
    char why[300] = "", folder[] = "/tmp/test_module.XXXXXX", *path;
    struct gw_module *m = NULL;

    assert_int_equal(gw_module_open(&m, "/nonexistent.so", why, sizeof(why)), GW_EIO);
    assert_non_null(strstr(why, "/nonexistent.so"));
    assert_int_equal(gw_module_open(&m, "libm.so.6", why, sizeof(why)), GW_EPROTO);
    assert_non_null(strstr(why, "not a Cardea module"));
    assert_non_null(mkdtemp(folder));
    path = g_build_filename(folder, "text.so", NULL);
    assert_true(g_file_set_contents(path, "no ELF at all", -1, NULL));
    assert_int_equal(gw_module_open(&m, path, why, sizeof(why)), GW_EIO);
    assert_null(m);
    unlink(path);
    rmdir(folder);
    g_free(path);
}

static void lists_a_folder_without_the_disabled(void **state)
{
    static const char *const names[] = {"b.so", "a.so", "c.so", "readme.txt"};
    char folder[] = "/tmp/test_module.XXXXXX", **list, *path;

    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 4; i++) {
        path = g_build_filename(folder, names[i], NULL);
        assert_true(g_file_set_contents(path, "", 0, NULL));
        g_free(path);
    }
    list = gw_module_list(folder, "x.so, c.so");
    assert_int_equal(g_strv_length(list), 2);
    assert_true(g_str_has_suffix(list[0], "/a.so") && g_str_has_suffix(list[1], "/b.so"));
    g_strfreev(list);
    for (size_t i = 0; i < 4; i++) {
        path = g_build_filename(folder, names[i], NULL);
        unlink(path);
        g_free(path);
    }
    rmdir(folder);
    assert_null(gw_module_list(folder, NULL));
}

static void knows_other_names_of_its_modules(void **state)
{
    char folder[] = "/tmp/test_module.XXXXXX", **list, *path;

    assert_non_null(mkdtemp(folder));
    path = g_build_filename(folder, "websocket.so", NULL);
    assert_true(g_file_set_contents(path, "", 0, NULL));
    list = gw_module_list(folder, "libjanus_http.so");
    assert_int_equal(g_strv_length(list), 1);
    g_strfreev(list);
    list = gw_module_list(folder, "libjanus_http.so,libjanus_websockets.so");
    assert_int_equal(g_strv_length(list), 0);
    g_strfreev(list);
    unlink(path);
    rmdir(folder);
    g_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_a_plugin),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(lists_a_folder_without_the_disabled),
        cmocka_unit_test(knows_other_names_of_its_modules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
