/* SPDX-License-Identifier: Apache-2.0 */
#include "host/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

#include "base/err.h"

static char folder[] = "/tmp/test_settings.XXXXXX";
static unsigned mistakes, warnings;
static char last[1024];

static void listen(void *arg, const struct gw_complaint *c)
{
    if (c->mistake)
        mistakes++;
    else
        warnings++;
    snprintf(last, sizeof(last), "%s", c->text);
}

static int set_up(void **state)
{
    return mkdtemp(folder) ? 0 : -1;
}

static void empty_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        char *path = g_build_filename(folder, name, NULL);

        unlink(path);
        g_free(path);
    }
    g_dir_close(dir);
    mistakes = warnings = 0;
    last[0] = '\0';
}

static int tear_down(void **state)
{
    empty_folder();
    return rmdir(folder);
}

static char *put(const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static struct gw_settings *make(void)
{
    struct gw_settings *s = g_new0(struct gw_settings, 1);

    s->configs_folder = g_strdup(folder);
    return s;
}

static void add_override(struct gw_settings *s, const char *category, const char *name, const char *value)
{
    s->overrides = g_renew(struct gw_override, s->overrides, s->n_overrides + 1);
    s->overrides[s->n_overrides++] = (struct gw_override){g_strdup(category), g_strdup(name), g_strdup(value)};
}

static void starts_with_defaults(void **state)
{
    struct gw_settings *s = make();

    empty_folder();
    assert_int_equal(gw_settings_load(s, listen, NULL), 0);
    assert_null(s->config_file);
    assert_string_equal(s->plugins_folder, CARDEA_PLUGINDIR);
    assert_string_equal(s->transports_folder, CARDEA_TRANSPORTDIR);
    assert_string_equal(s->html_folder, CARDEA_HTMLDIR);
    assert_non_null(strstr(s->state_folder, "cardea"));
    assert_int_equal(mistakes + warnings, 0);
    gw_settings_free(s);
    gw_settings_free(NULL);
}

static void the_command_line_is_stronger_than_the_file(void **state)
{
    struct gw_settings *s = make();

    empty_folder();
    g_free(put("cardea.jcfg", "general: { debug_level = 6; server_name = \"file\"; plugins_folder = \"/p\" }"));
    add_override(s, "general", "debug_level", "2");
    add_override(s, "general", "state_folder", "/st");
    assert_int_equal(gw_settings_load(s, listen, NULL), 0);
    assert_int_equal(gw_config_int(s->config, "general", "debug_level"), 2);
    assert_string_equal(gw_config_string(s->config, "general", "server_name"), "file");
    assert_string_equal(s->plugins_folder, "/p");
    assert_string_equal(s->state_folder, "/st");
    gw_settings_free(s);
}

static void a_mistake_stops_the_start(void **state)
{
    struct gw_settings *s = make();

    empty_folder();
    g_free(put("cardea.jcfg", "general: { debug_level = 60 }"));
    assert_int_equal(gw_settings_load(s, listen, NULL), GW_EINVAL);
    assert_int_equal(mistakes, 1);
    gw_settings_free(s);

    s = make();
    g_free(put("cardea.jcfg", "nat: { ice_mode = \"quick\" }"));
    assert_int_equal(gw_settings_load(s, listen, NULL), GW_EINVAL);
    gw_settings_free(s);

    s = make();
    g_free(put("cardea.jcfg", "general: { debug_level = 6 }"));
    add_override(s, "general", "debug_level", "x");
    assert_int_equal(gw_settings_load(s, listen, NULL), GW_EINVAL);
    gw_settings_free(s);

    s = make();
    s->config_file = strdup("/nonexistent/main.jcfg"); /* named, so it must be there */
    assert_int_equal(gw_settings_load(s, listen, NULL), GW_EINVAL);
    assert_string_equal(last, "there is no such file. Check its name.");
    gw_settings_free(s);
}

static void a_foreign_file_does_not_name_our_modules(void **state)
{
    struct gw_settings *s = make();

    empty_folder();
    g_free(put("janus.jcfg", "general: { plugins_folder = \"/usr/lib/other\"; debug_level = 5 }"));
    assert_int_equal(gw_settings_load(s, listen, NULL), 0);
    assert_string_equal(s->plugins_folder, CARDEA_PLUGINDIR);
    assert_int_equal(gw_config_int(s->config, "general", "debug_level"), 5);
    assert_int_equal(warnings, 1);
    gw_settings_free(s);
}

static void reloads_what_may_change_and_keeps_the_command_line(void **state)
{
    struct gw_settings *s = make();

    empty_folder();
    g_free(put("cardea.jcfg", "general: { session_timeout = 10; api_secret = \"a\" }"));
    add_override(s, "general", "api_secret", "cli");
    assert_int_equal(gw_settings_load(s, listen, NULL), 0);
    g_free(put("cardea.jcfg", "general: { session_timeout = 20; api_secret = \"b\"; workers = 3 }"));
    assert_int_equal(gw_settings_reload(s, listen, NULL, NULL), 0);
    assert_int_equal(gw_config_int(s->config, "general", "session_timeout"), 20);
    assert_string_equal(gw_config_string(s->config, "general", "api_secret"), "cli");
    assert_int_equal(gw_config_int(s->config, "general", "workers"), 0);
    assert_int_equal(warnings, 1);
    g_free(put("cardea.jcfg", "general: { session_timeout = 99999999 }"));
    assert_int_equal(gw_settings_reload(s, listen, NULL, NULL), GW_EINVAL);
    assert_int_equal(gw_config_int(s->config, "general", "session_timeout"), 20);
    gw_settings_free(s);
}

static void finds_the_file_of_a_module(void **state)
{
    static const struct cardea_option table[] = {{"general", "port", CARDEA_OPT_INT, "8088", 0, 65535, false, "Port."},
                                                 {NULL}};
    struct gw_settings *s = make();
    struct cardea_config *c;
    unsigned bad = 0;
    char *path, *want;

    empty_folder();
    c = gw_settings_module(s, "transport", "http", table, &path, listen, NULL, &bad);
    assert_null(path);
    assert_int_equal(gw_config_int(c, "general", "port"), 8088);
    gw_config_free(c);
    want = put("janus.transport.http.jcfg", "general: { port = 1 }");
    c = gw_settings_module(s, "transport", "http", table, &path, listen, NULL, &bad);
    assert_string_equal(path, want);
    assert_int_equal(gw_config_int(c, "general", "port"), 1);
    gw_config_free(c);
    free(path);
    g_free(want);
    want = put("cardea.transport.http.jcfg", "general: { port = 70000 }\nextra: { x = 1 }\n");
    c = gw_settings_module(s, "transport", "http", table, &path, listen, NULL, &bad);
    assert_string_equal(path, want);
    assert_int_equal(gw_config_int(c, "general", "port"), 8088); /* a mistake here leaves the default */
    assert_int_equal(bad, 1);
    gw_config_free(c);
    free(path);
    g_free(want);
    c = gw_settings_module(s, "plugin", NULL, NULL, NULL, listen, NULL, NULL);
    assert_non_null(c);
    gw_config_free(c);
    gw_settings_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_with_defaults),
        cmocka_unit_test(the_command_line_is_stronger_than_the_file),
        cmocka_unit_test(a_mistake_stops_the_start),
        cmocka_unit_test(a_foreign_file_does_not_name_our_modules),
        cmocka_unit_test(reloads_what_may_change_and_keeps_the_command_line),
        cmocka_unit_test(finds_the_file_of_a_module),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
