/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static int complaints;
static char last[1024];

static void listen(void *arg, const struct gw_complaint *c)
{
    complaints++;
    snprintf(last, sizeof(last), "%s", c->text);
}

static struct cardea_config *read_text(const char *text)
{
    struct cardea_config *c;

    complaints = 0;
    last[0] = '\0';
    assert_int_equal(gw_config_new(&c, gw_options, false), 0);
    assert_int_equal(gw_config_parse(c, text, strlen(text), "cardea.jcfg", false, listen, NULL), 0);
    return c;
}

static unsigned check(const char *text)
{
    struct cardea_config *c = read_text(text);
    unsigned mistakes = gw_options_check(c, "cardea.jcfg", listen, NULL);

    gw_config_free(c);
    return mistakes;
}

static void the_table_is_in_order(void **state)
{
    for (const struct cardea_option *o = gw_options; o->name; o++) {
        assert_non_null(o->help);
        if (o->help[strlen(o->help) - 1] != '.' || strstr(o->help, "  "))
            fail_msg("%s.%s: the help is not a sentence", o->category, o->name);
        for (const char *p = o->name; *p; p++)
            assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
        for (const struct cardea_option *p = gw_options; p < o; p++)
            if (!strcmp(p->name, o->name) && !strcmp(p->category, o->category))
                fail_msg("%s.%s stands there twice", o->category, o->name);
    }
}

static void the_defaults_are_good(void **state)
{
    assert_int_equal(check(""), 0);
    assert_int_equal(complaints, 0);
}

/* The sample with every # before a setting removed must be accepted and change nothing. */
static void the_sample_says_what_is_so(void **state)
{
    char *sample = gw_config_sample(gw_options, GW_OPTIONS_TITLE);
    struct cardea_config *defaults = read_text(""), *c;

    for (char *p = sample; (p = strstr(p, "\n    #")); p++)
        if (p[6] != ' ')
            p[5] = ' ';
    c = read_text(sample);
    assert_string_equal(last, "");
    for (const struct cardea_option *o = gw_options; o->name; o++) {
        const char *a = gw_config_string(c, o->category, o->name),
                   *b = gw_config_string(defaults, o->category, o->name);

        if ((a || b) && strcmp(a ? a : "", b ? b : ""))
            fail_msg("%s.%s is %s in the sample, %s by default", o->category, o->name, a, b);
        if (!gw_config_given(c, o->category, o->name))
            fail_msg("%s.%s is missing in the sample", o->category, o->name);
    }
    free(sample);
    gw_config_free(c);
    gw_config_free(defaults);
}

static void the_help_names_everything(void **state)
{
    char *help = gw_config_help(gw_options, GW_OPTIONS_TITLE), line[100];

    for (const struct cardea_option *o = gw_options; o->name; o++) {
        snprintf(line, sizeof(line), "\n  %s = ", o->name);
        if (!strstr(help, line))
            fail_msg("%s.%s is missing in the help", o->category, o->name);
    }
    for (char *p = help; *p; p = strchr(p, '\n') + 1)
        assert_true(strcspn(p, "\n") <= 120);
    free(help);
}

static void values_must_mean_something(void **state)
{
    assert_int_equal(
        check("nat: { ice_mode = \"FULL\"; turn_type = \"tls\" } general: { log_rotate_sig = \"SIGHUP\" }"), 0);
    assert_int_equal(check("nat: { ice_mode = \"fast\" }"), 1);
    assert_string_equal(last, "nat.ice_mode is \"fast\", but must be one of lite,full,auto. Correct it.");
    assert_int_equal(check("general: { log_rotate_sig = \"SIGKILL\" } nat: { turn_rest_api_method = \"PUT\" }"), 2);
    assert_int_equal(check("media: { rtp_port_range = \"20000-40000\" }"), 0);
    assert_int_equal(check("media: { rtp_port_range = \"40000-20000\" }"), 1);
    assert_int_equal(check("media: { rtp_port_range = \"20000\" }"), 1);
    assert_int_equal(check("media: { rtp_port_range = \"0-70000\" }"), 1);
    assert_int_equal(check("media: { rtp_port_range = \"a-b\" }"), 1);
    assert_int_equal(check("media: { media_port = 65530 } general: { workers = 8 }"), 1);
    assert_int_equal(check("certificates: { cert_pem = \"x\" }"), 1);
    assert_int_equal(check("certificates: { cert_pem = \"x\"; cert_key = \"y\" }"), 0);
    assert_int_equal(check("general: { token_auth_secret = \"x\" }"), 0);
    assert_int_equal(complaints, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order),      cmocka_unit_test(the_defaults_are_good),
        cmocka_unit_test(the_sample_says_what_is_so), cmocka_unit_test(the_help_names_everything),
        cmocka_unit_test(values_must_mean_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
