/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "config/inside.h"

static const struct cardea_option table[] = {
    {"general", "debug_level", CARDEA_OPT_INT, "4", 0, 7, true, "Level."},
    {"general", "server_name", CARDEA_OPT_STRING, "Cardea", 0, 20, false, "Name."},
    {"general", "daemonize", CARDEA_OPT_BOOL, "false", 0, 0, false, "Background."},
    {"general", "api_secret", CARDEA_OPT_STRING, NULL, 0, 0, true, "Secret."},
    {"nat", "ice_tcp", CARDEA_OPT_BOOL, "true", 0, 0, false, "TCP."},
    {"nat", "announce", CARDEA_OPT_LIST, NULL, 0, 0, true, "Addresses."},
    {"nat", "offset", CARDEA_OPT_INT, "-3", 0, 0, false, "Any number."},
    {NULL},
};

static struct cardea_config *config;
static char told[4096]; /* "line!text|" for mistakes, "line?text|" for warnings */

static void listen(void *arg, const struct gw_complaint *c)
{
    size_t used = strlen(told);

    snprintf(told + used, sizeof(told) - used, "%d%c%s|", c->line, c->mistake ? '!' : '?', c->text);
}

static int set_up(void **state)
{
    told[0] = '\0';
    return gw_config_new(&config, table, false);
}

static int tear_down(void **state)
{
    gw_config_free(config);
    return 0;
}

static int jcfg(const char *text)
{
    return gw_config_parse(config, text, strlen(text), "t.jcfg", false, listen, NULL);
}

static int ini(const char *text)
{
    return gw_config_parse(config, text, strlen(text), "t.cfg", true, listen, NULL);
}

static void assert_told(const char *part)
{
    if (!strstr(told, part))
        fail_msg("not told: %s\nbut: %s", part, told);
}

static void has_the_defaults_of_its_table(void **state)
{
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 4);
    assert_string_equal(gw_config_string(config, "general", "server_name"), "Cardea");
    assert_null(gw_config_string(config, "general", "api_secret"));
    assert_true(gw_config_bool(config, "nat", "ice_tcp"));
    assert_false(gw_config_bool(config, "general", "daemonize"));
    assert_int_equal(gw_config_int(config, "nat", "offset"), -3);
    assert_false(gw_config_given(config, "general", "debug_level"));
    assert_null(gw_config_string(config, "general", "no_such"));
    assert_int_equal(gw_config_int(config, "no_such", "debug_level"), 0);
}

static void reads_jcfg(void **state)
{
    assert_int_equal(jcfg("# comment\n"
                          "general: {\n  debug_level = 7\n  server_name = \"gw1\" // why\n  daemonize = yes_\n}\n"),
                     GW_EPARSE);
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 4); /* nothing is taken from a broken file */
    assert_told("5!the file is not in libconfig format");
    told[0] = '\0';
    assert_int_equal(jcfg("general: {\n  debug_level = 7\n  server_name = \"gw1\" // why\n  daemonize = \"YES\"\n}\n"
                          "nat = { announce = [\"192.0.2.1\", \"192.0.2.2\"]; ice_tcp = 0; offset = -9000000000L }"),
                     0);
    assert_string_equal(told, "");
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 7);
    assert_string_equal(gw_config_string(config, "general", "server_name"), "gw1");
    assert_true(gw_config_bool(config, "general", "daemonize"));
    assert_string_equal(gw_config_string(config, "nat", "announce"), "192.0.2.1,192.0.2.2");
    assert_false(gw_config_bool(config, "nat", "ice_tcp"));
    assert_true(gw_config_int(config, "nat", "offset") == -9000000000);
    assert_true(gw_config_given(config, "nat", "ice_tcp"));
}

static void reads_ini(void **state)
{
    assert_int_equal(ini("; comment\n[general]\r\ndebug_level = 2 ; low\nserver_name => gw # 2\n"
                         "api_secret = \"a;b # c\"\n\n[nat]\nannounce = 192.0.2.1, 192.0.2.2\nice_tcp=no\n"),
                     0);
    assert_string_equal(told, "");
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 2);
    assert_string_equal(gw_config_string(config, "general", "server_name"), "gw");
    assert_string_equal(gw_config_string(config, "general", "api_secret"), "a;b # c");
    assert_string_equal(gw_config_string(config, "nat", "announce"), "192.0.2.1, 192.0.2.2");
    assert_false(gw_config_bool(config, "nat", "ice_tcp"));
}

static void says_where_an_ini_file_is_broken(void **state)
{
    assert_int_equal(ini("[general]\njust words\n"), GW_EPARSE);
    assert_told("2!an item is written name = value");
    assert_int_equal(ini("x=1\n[general\n"), GW_EPARSE);
    assert_told("1?\"x\" stands before any [category]");
    assert_told("2!a category is written [name]");
    assert_int_equal(ini("[general]\nserver_name = \xff\xfe\n"), GW_EPARSE);
    assert_told("2!the line is not UTF-8");
}

static void refuses_bad_values_and_keeps_the_one_before(void **state)
{
    assert_int_equal(jcfg("general: {\n debug_level = 9\n server_name = \"far too long to be accepted\"\n"
                          " daemonize = \"maybe\"\n api_secret = [1]\n}\n"
                          "nat: {\n offset = \"3x\"\n announce = { a = 1 }\n ice_tcp = 2.5\n}\n"),
                     GW_EINVAL);
    assert_told("2!general.debug_level is 9, but must be from 0 to 7.");
    assert_told("3!general.server_name has 27 bytes, but may have at most 20.");
    assert_told("4!general.daemonize is \"maybe\", but must be true or false.");
    assert_told("5!general.api_secret must be a text");
    assert_told("8!nat.offset is \"3x\", but must be a whole number.");
    assert_told("9!nat.announce must be a text in double quotes with commas, or an array");
    assert_told("10!nat.ice_tcp must be true or false");
    has_the_defaults_of_its_table(state);
}

static void warns_of_unknown_names_and_knows_the_nearest(void **state)
{
    assert_int_equal(jcfg("general: {\n debug_levl = 5\n ice_tcp = true\n zzzzzzzzzz = 1\n anounce = \"\"\n}\n"
                          "ant: { }\nsomething_else: { }\nloose = 1\n"),
                     0);
    assert_told("2?general.debug_levl is not a known setting and has no effect. Did you mean debug_level?");
    assert_told("3?general.ice_tcp is not a known setting and has no effect. ice_tcp belongs into the group \"nat\".");
    assert_told("4?general.zzzzzzzzzz is not a known setting and has no effect. Remove it.");
    assert_told("5?general.anounce is not a known setting and has no effect. Did you mean nat.announce?");
    assert_told("7?\"ant\" is not a known group, all of it has no effect. Did you mean nat?");
    assert_told("8?\"something_else\" is not a known group, all of it has no effect. Remove it.");
    assert_told("9?\"loose\" stands outside of any group");
}

static void an_empty_text_is_unset(void **state)
{
    assert_int_equal(jcfg("general: { server_name = \"\"; api_secret = \"\"; debug_level = \"\" }"), 0);
    assert_null(gw_config_string(config, "general", "server_name"));
    assert_null(gw_config_string(config, "general", "api_secret"));
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 4);
}

static void keeps_other_groups_as_json(void **state)
{
    struct cardea_config *c;
    json_t *groups, *want;
    const char *text = "general: { debug_level = 1 }\n"
                       "room-1: { description = \"One\"; publishers = 6; is_private = false; gain = 1.5;\n"
                       " list = (1, \"two\", { three = 3 }) }\n";

    assert_int_equal(gw_config_new(&c, table, true), 0);
    assert_int_equal(gw_config_parse(c, text, strlen(text), "p.jcfg", false, listen, NULL), 0);
    groups = gw_config_groups(c);
    want = json_pack("{s:{s:s,s:i,s:b,s:f,s:[i,s,{s:i}]}}", "room-1", "description", "One", "publishers", 6,
                     "is_private", 0, "gain", 1.5, "list", 1, "two", "three", 3);
    assert_true(json_equal(groups, want));
    json_decref(groups);
    json_decref(want);
    gw_config_free(c);

    text = "[room-2]\ndescription = Two words\npublishers = 6\npin = \"0042\"\ncode = 007\nrecord = yes\n";
    assert_int_equal(gw_config_new(&c, NULL, true), 0);
    assert_int_equal(gw_config_parse(c, text, strlen(text), "p.cfg", true, listen, NULL), 0);
    groups = gw_config_groups(c);
    want = json_pack("{s:{s:s,s:i,s:s,s:s,s:b}}", "room-2", "description", "Two words", "publishers", 6, "pin", "0042",
                     "code", "007", "record", 1);
    assert_true(json_equal(groups, want));
    assert_string_equal(told, "");
    json_decref(groups);
    json_decref(want);
    gw_config_free(c);
}

static void bounds_what_it_reads(void **state)
{
    static char deep[4000];
    char *big = calloc(1, GW_CONFIG_MAX_FILE + 2);

    for (int i = 0; i < 100; i++)
        strcat(deep, "a: { ");
    for (int i = 0; i < 100; i++)
        strcat(deep, "} ");
    assert_int_equal(jcfg(deep), GW_EINVAL);
    assert_told("nested too deeply");
    assert_int_equal(jcfg("general: { server_name = \"\xff\" }"), GW_EINVAL);
    memset(big, '#', GW_CONFIG_MAX_FILE + 1);
    assert_int_equal(jcfg(big), GW_EPARSE);
    assert_int_equal(gw_config_parse(config, "a\0b", 3, "t.jcfg", false, listen, NULL), GW_EPARSE);
    free(big);
}

static void takes_single_values(void **state)
{
    assert_int_equal(gw_config_set(config, "general", "debug_level", "6", "command line", listen, NULL), 0);
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 6);
    assert_int_equal(gw_config_set(config, "general", "debug_level", "66", "command line", listen, NULL), GW_EINVAL);
    assert_int_equal(gw_config_set(config, "general", "debug_level", "", "command line", listen, NULL), GW_EINVAL);
    assert_int_equal(gw_config_set(config, "general", "nothing", "1", "command line", listen, NULL), GW_ENOENT);
    assert_told("0!general.nothing is not a known setting");
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 6);
}

static int n_changed, n_refused;

static void changed(void *arg, const struct cardea_option *o, bool taken)
{
    assert_int_equal(o->reloadable, taken);
    if (taken)
        n_changed++;
    else
        n_refused++;
}

static void takes_over_what_may_change(void **state)
{
    const char *text = "general: { debug_level = 6; server_name = \"other\"; api_secret = \"new\" }";
    struct cardea_config *fresh;
    const char *old;

    jcfg("general: { api_secret = \"old\" }");
    old = gw_config_string(config, "general", "api_secret");
    assert_int_equal(gw_config_new(&fresh, table, false), 0);
    assert_int_equal(gw_config_parse(fresh, text, strlen(text), "t.jcfg", false, listen, NULL), 0);
    gw_config_take_over(config, fresh, listen, NULL, changed);
    gw_config_free(fresh);
    assert_int_equal(n_changed, 2);
    assert_int_equal(n_refused, 1);
    assert_int_equal(gw_config_int(config, "general", "debug_level"), 6);
    assert_string_equal(gw_config_string(config, "general", "api_secret"), "new");
    assert_string_equal(old, "old"); /* still valid for whoever holds it */
    assert_string_equal(gw_config_string(config, "general", "server_name"), "Cardea");
    assert_told("general.server_name has changed, but cannot change while the gateway runs");
}

static void measures_distance(void **state)
{
    assert_int_equal(gw_edit_distance("abc", "abc", 9), 0);
    assert_int_equal(gw_edit_distance("abc", "ABC", 9), 0);
    assert_int_equal(gw_edit_distance("abc", "acb", 9), 1);
    assert_int_equal(gw_edit_distance("abc", "ab", 9), 1);
    assert_int_equal(gw_edit_distance("abc", "xbcd", 9), 2);
    assert_int_equal(gw_edit_distance("", "abcd", 9), 4);
    assert_int_equal(gw_edit_distance("kitten", "sitting", 9), 3);
    assert_int_equal(gw_edit_distance("kitten", "sitting", 2), 2);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[300];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void finds_and_loads_files(void **state)
{
    static const char *const names[] = {"cardea", "janus", NULL};
    static const char *const files[] = {"janus.cfg", "janus.jcfg", "cardea.jcfg"};
    char folder[] = "/tmp/test_config.XXXXXX", want[300], *path;

    assert_non_null(mkdtemp(folder));
    assert_null(gw_config_find(folder, names));
    for (size_t i = 0; i < 3; i++) { /* from the last choice to the first */
        write_file(folder, files[i], i ? "general: { debug_level = 6 }" : "[general]\ndebug_level = 5\n");
        path = gw_config_find(folder, names);
        snprintf(want, sizeof(want), "%s/%s", folder, files[i]);
        assert_string_equal(path, want);
        assert_int_equal(gw_config_load(config, path, listen, NULL), 0);
        assert_int_equal(gw_config_int(config, "general", "debug_level"), i ? 6 : 5);
        free(path);
    }
    write_file(folder, "inc", "debug_level = 99\n");
    write_file(folder, "cardea.jcfg", "general: {\n@include \"inc\"\n}\n");
    snprintf(want, sizeof(want), "%s/cardea.jcfg", folder);
    assert_int_equal(gw_config_load(config, want, listen, NULL), GW_EINVAL);
    assert_told("1!general.debug_level is 99");
    assert_int_equal(gw_config_load(config, "/nonexistent.jcfg", listen, NULL), GW_ENOENT);
    assert_int_equal(gw_config_load(config, folder, listen, NULL), GW_EIO);
    assert_told("0!cannot be read");
    for (size_t i = 0; i < 3; i++) {
        snprintf(want, sizeof(want), "%s/%s", folder, files[i]);
        unlink(want);
    }
    snprintf(want, sizeof(want), "%s/inc", folder);
    unlink(want);
    rmdir(folder);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(has_the_defaults_of_its_table),
        CASE(reads_jcfg),
        CASE(reads_ini),
        CASE(says_where_an_ini_file_is_broken),
        CASE(refuses_bad_values_and_keeps_the_one_before),
        CASE(warns_of_unknown_names_and_knows_the_nearest),
        CASE(an_empty_text_is_unset),
        CASE(keeps_other_groups_as_json),
        CASE(bounds_what_it_reads),
        CASE(takes_single_values),
        CASE(takes_over_what_may_change),
        CASE(measures_distance),
        CASE(finds_and_loads_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
