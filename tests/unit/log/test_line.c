/* SPDX-License-Identifier: Apache-2.0 */
#include "log/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static char *printed; /* by the last print() */

static const char *print(const struct gw_log_line *l, const struct gw_log_style *style)
{
    size_t len;
    FILE *f;

    free(printed);
    f = open_memstream(&printed, &len);
    gw_log_print(f, l, style);
    fclose(f);
    return printed;
}

static void for_people(void **state)
{
    const struct gw_log_style plain = {.prefix = "gw1: "}, bright = {.colored = true};
    struct gw_log_line l = {.level = CARDEA_LOG_ERROR, .session = 11, .handle = 22, .text = (char[]){"broken\r\n"}};

    assert_string_equal(print(&l, &plain), "gw1: [ERR] [11/22] broken\n");
    assert_string_equal(print(&l, &bright), "\033[1;31m[ERR]\033[0m [11/22] broken\n");
    l.suppressed = 7;
    l.handle = 0;
    assert_string_equal(print(&l, &plain), "gw1: [ERR] [11] broken (7 more like this were left out)\n");
}

static void for_the_journal(void **state)
{
    const struct gw_log_style s = {.format = GW_LOG_JOURNAL, .timestamps = true, .colored = true};
    const char *const begin[] = {"", "<2>", "<3>", "<4>", "<6>", "<7>", "<7>", "<7>"};

    for (int level = CARDEA_LOG_FATAL; level <= CARDEA_LOG_TRACE; level++) {
        const struct gw_log_line l = {.level = level, .text = (char[]){"x"}};

        assert_memory_equal(print(&l, &s), begin[level], 3);
        assert_null(strchr(printed, '\033'));
    }
}

static void as_json(void **state)
{
    const struct gw_log_style s = {.format = GW_LOG_JSON};
    const struct gw_log_line l = {.when = {.tv_sec = 1795326923, .tv_nsec = 71896000},
                                  .level = CARDEA_LOG_WARN,
                                  .module = "ice",
                                  .session = 9007199254740991,
                                  .handle = 5,
                                  .suppressed = 3,
                                  .text = (char[]){"a \"b\" \\ \n\t\x01\x7f ä € 😀 \xff\xc3 end\n"}};
    json_t *o;

    print(&l, &s);
    assert_non_null(strchr(printed, '\n'));
    assert_string_equal(strchr(printed, '\n'), "\n");
    o = json_loads(printed, 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "time")), "2026-11-22T05:55:23.071896Z");
    assert_string_equal(json_string_value(json_object_get(o, "level")), "warning");
    assert_string_equal(json_string_value(json_object_get(o, "module")), "ice");
    assert_true(json_integer_value(json_object_get(o, "session")) == 9007199254740991);
    assert_int_equal(json_integer_value(json_object_get(o, "handle")), 5);
    assert_int_equal(json_integer_value(json_object_get(o, "suppressed")), 3);
    assert_string_equal(json_string_value(json_object_get(o, "message")),
                        "a \"b\" \\ \n\t\x01\x7f ä € 😀 \xef\xbf\xbd\xef\xbf\xbd end");
    json_decref(o);
}

static void addresses_are_hidden(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"from 192.0.2.44:5060 to 10.1.2.3.", "from 192.0.x.xx:5060 to 10.1.x.x."},
        {"[2001:db8:1:2::5]:443", "[2001:db8:x:x::x]:443"},
        {"fe80::1%eth0", "fe80::x%eth0"},
        {"::ffff:192.0.2.1", "::xxxx:xxx.x.x.x"},
        {"at 08:13:34.123456 took 1.5 s, version 1.2.3", NULL},
        {"sha-256 AA:BB:CC:DD:EE:FF:00:11:22", NULL},
        {"MAC 02:42:ac:11:00:02", NULL},
        {"a::b", "a::x"},
        {"1.2.3.4.5 is none, 300.1.1.1 neither", NULL},
        {":: . .. ...", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = strdup(cases[i].in);
        const char *out = cases[i].out ? cases[i].out : cases[i].in;

        gw_log_redact(text);
        assert_string_equal(text, out);
        free(text);
    }
}

static void redacted_lines(void **state)
{
    const struct gw_log_style s = {.redact = true};
    const struct gw_log_line l = {.level = CARDEA_LOG_INFO, .text = (char[]){"peer 192.0.2.1 came"}};

    assert_string_equal(print(&l, &s), "peer 192.0.x.x came\n");
}

static int tear_down(void **state)
{
    free(printed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_people),           cmocka_unit_test(for_the_journal), cmocka_unit_test(as_json),
        cmocka_unit_test(addresses_are_hidden), cmocka_unit_test(redacted_lines),
    };

    return cmocka_run_group_tests(tests, NULL, tear_down);
}
