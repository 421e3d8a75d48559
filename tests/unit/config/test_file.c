/* SPDX-License-Identifier: Apache-2.0 */
/* What the two formats make of a line: types, comments, included files. Whole files are read in test_config.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "config/config.h"

static const struct cardea_option table[] = {
    {"known", "n", CARDEA_OPT_INT, "1", 0, 9, false, "A number."},
    {NULL},
};

static char file[300]; /* that the last complaint was about */
static int line;

static void listen(void *arg, const struct gw_complaint *c)
{
    snprintf(file, sizeof(file), "%s", c->file);
    line = c->line;
}

/* What a text makes of the groups that no table names, as JSON; free() it. */
static char *groups(const char *text, bool ini)
{
    struct cardea_config *c;
    json_t *all;
    char *out;

    line = 0;
    assert_int_equal(gw_config_new(&c, table, true), 0);
    assert_int_equal(gw_config_parse(c, text, strlen(text), "t", ini, listen, NULL), 0);
    all = gw_config_groups(c);
    out = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(all);
    gw_config_free(c);
    return out;
}

static void an_ini_value_is_what_it_looks_like(void **state)
{
    static const struct {
        const char *line, *json;
    } rows[] = {
        {"x = 12", "12"},
        {"x = -3", "-3"},
        {"x = 0", "0"},
        {"x = 007", "\"007\""}, /* a PIN keeps its zeros */
        {"x = \"12\"", "\"12\""},
        {"x = TRUE", "true"},
        {"x = no", "false"},
        {"x = nobody", "\"nobody\""},
        {"x = 1.5", "\"1.5\""},
        {"x = 99999999999999999999", "\"99999999999999999999\""},
        {"x = \"", "\"\\\"\""},
        {"x =", "\"\""},
        {"x => yes ; no", "true"},
        {"x = a;b", "\"a;b\""}, /* no comment without a space before it */
        {"x = a #b", "\"a\""},
        {"x = \"a ;b\"", "\"a ;b\""},
        {"x = a = b", "\"a = b\""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[100], want[100], *got;

        snprintf(text, sizeof(text), "[g]\n  %s\t\r\n", rows[i].line);
        snprintf(want, sizeof(want), "{\"g\":{\"x\":%s}}", rows[i].json);
        got = groups(text, true);
        assert_string_equal(got, want);
        free(got);
    }
}

static void jcfg_has_types_of_its_own(void **state)
{
    char *got = groups(
        "g: { i = 1; l = 5000000000L; f = 1.5; t = \"x\"; b = true; a = [1, 2]; m = ( 1, \"x\", { y = (); } ); }",
        false);

    assert_string_equal(got,
                        "{\"g\":{\"a\":[1,2],\"b\":true,\"f\":1.5,\"i\":1,\"l\":5000000000,\"m\":[1,\"x\",{\"y\":[]}],"
                        "\"t\":\"x\"}}");
    free(got);
}

static void what_stands_in_no_group_has_no_effect(void **state)
{
    char *got = groups("\nlost = 1\n[g]\nx = 1\n", true);

    assert_string_equal(got, "{\"g\":{\"x\":1}}");
    assert_int_equal(line, 2);
    free(got);
    got = groups("\n\nlost = 1;\ng: { x = 1; }\n", false);
    assert_string_equal(got, "{\"g\":{\"x\":1}}");
    assert_int_equal(line, 3);
    free(got);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A complaint is about the file in which the line stands. */
static void included_files_have_names_and_lines(void **state)
{
    char folder[] = "/tmp/test_file.XXXXXX", whole[100], part[100];
    struct cardea_config *c;

    assert_non_null(mkdtemp(folder));
    snprintf(whole, sizeof(whole), "%s/whole.jcfg", folder);
    snprintf(part, sizeof(part), "%s/part", folder);
    assert_int_equal(gw_config_new(&c, table, false), 0);

    write_file(part, "\n\nunknown: { x = 1; }\n");
    write_file(whole, "known: { n = 2; }\n@include \"part\"\n");
    assert_int_equal(gw_config_load(c, whole, listen, NULL), 0); /* with a warning */
    assert_int_equal(gw_config_int(c, "known", "n"), 2);
    assert_string_equal(file, "part"); /* as it was included */
    assert_int_equal(line, 3);

    write_file(part, "\nknown: { n = }\n");
    write_file(whole, "@include \"part\"\n");
    assert_int_equal(gw_config_load(c, whole, listen, NULL), GW_EPARSE);
    assert_string_equal(file, "part"); /* as it was included */
    assert_int_equal(line, 2);
    assert_int_equal(gw_config_int(c, "known", "n"), 2);

    write_file(whole, "@include \"nobody\"\n");
    assert_int_equal(gw_config_load(c, whole, listen, NULL), GW_EPARSE);
    gw_config_free(c);
    unlink(whole);
    unlink(part);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ini_value_is_what_it_looks_like),
        cmocka_unit_test(jcfg_has_types_of_its_own),
        cmocka_unit_test(what_stands_in_no_group_has_no_effect),
        cmocka_unit_test(included_files_have_names_and_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
