/* SPDX-License-Identifier: Apache-2.0 */
/* What people read of an option table: the help, and the sample file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

#define LONG                                                                                                           \
    "A sentence of many words that does not fit one line of the file however hard it tries, so that it is continued "  \
    "on the next one, and on the one after that, with nothing lost and nothing twice. The end."

static const struct cardea_option table[] = {
    {"one", "number", CARDEA_OPT_INT, "4", 0, 7, true, "A number."},
    {"two", "flag", CARDEA_OPT_BOOL, NULL, 0, 0, false, LONG},
    {"one", "any", CARDEA_OPT_INT, NULL, 0, 0, false, NULL},
    {"two", "text", CARDEA_OPT_STRING, "say \"no\\yes\"", 0, 0, false, "A text."},
    {"two", "list", CARDEA_OPT_LIST, NULL, 0, 0, true, "Some."},
    {NULL},
};

static void the_help_names_all_by_category(void **state)
{
    char *text = gw_config_help(table, "Title");
    const char *one = strstr(text, "\none:\n"), *two = strstr(text, "\ntwo:\n");

    assert_true(!strncmp(text, "Title\n", 6));
    assert_true(one && two && one < two);
    assert_null(strstr(one + 1, "\none:\n")); /* once, though the table comes back to it */
    assert_non_null(strstr(one, "  number = 4\n      A number. (0 to 7; may change while the gateway runs)\n"));
    assert_true(strstr(one, "  any = 0\n       (number)") < two);
    assert_non_null(strstr(two, "  flag = false\n"));
    assert_non_null(strstr(two, "  text = \"say \\\"no\\\\yes\\\"\"\n"));
    assert_non_null(strstr(two, "  list = \"\"\n      Some. (list; may change while the gateway runs)\n"));
    free(text);
}

static void long_sentences_are_wrapped(void **state)
{
    char *text = gw_config_sample(table, "Title"), *words = strdup(LONG), *rest;

    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        assert_true(end - line <= 110);
    for (char *word = strtok_r(words, " ", &rest), *at = text; word; word = strtok_r(NULL, " ", &rest)) {
        at = strstr(at, word);
        assert_non_null(at);
        at += strlen(word);
    }
    free(words);
    free(text);
}

static void complain(void *arg, const struct gw_complaint *c)
{
    fail_msg("line %d: %s", c->line, c->text);
}

/* Every # before a setting taken away: a file that says what is so anyway. */
static void the_sample_is_a_file(void **state)
{
    char *text = gw_config_sample(table, "Title"), *all = strdup(text);
    struct cardea_config *c;

    assert_int_equal(gw_config_new(&c, table, false), 0);
    assert_int_equal(gw_config_parse(c, text, strlen(text), "sample.jcfg", false, complain, NULL), 0);
    for (char *p = all; (p = strstr(p, "    #"));)
        if (p[5] == ' ')
            p += 5;
        else
            p[4] = ' ';
    assert_int_equal(gw_config_parse(c, all, strlen(all), "sample.jcfg", false, complain, NULL), 0);
    assert_string_equal(gw_config_string(c, "two", "text"), "say \"no\\yes\"");
    assert_int_equal(gw_config_int(c, "one", "number"), 4);
    gw_config_free(c);
    free(text);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_help_names_all_by_category),
        cmocka_unit_test(long_sentences_are_wrapped),
        cmocka_unit_test(the_sample_is_a_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
