/* SPDX-License-Identifier: Apache-2.0 */
/* Where a Sentry-compatible server is, and what it is sent; names of functions, which crash reports need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/err.h"
#include "host/envelope.h"
#include "host/symbols.h"

static void a_dsn_is_read(void **state)
{
    struct gw_dsn d;

    assert_int_equal(gw_dsn_read(&d, "https://abc123@sentry.example.org/42"), 0);
    assert_string_equal(d.url, "https://sentry.example.org/api/42/envelope/");
    assert_non_null(strstr(d.auth, "X-Sentry-Auth: Sentry sentry_version=7"));
    assert_non_null(strstr(d.auth, "sentry_key=abc123"));
    assert_int_equal(gw_dsn_read(&d, "http://key:secret@[::1]:9000/some/where/7"), 0);
    assert_string_equal(d.url, "http://[::1]:9000/some/where/api/7/envelope/");
    assert_null(strstr(d.auth, "secret"));
}

static void what_is_no_dsn_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "https://",
                                      "https://key@host",
                                      "https://key@host/",
                                      "https://host/1",
                                      "https://@host/1",
                                      "https://key@/1",
                                      "ftp://key@host/1",
                                      "https://k ey@host/1",
                                      "https://key@ho\nst/1",
                                      "https://key\r\nX: y@host/1",
                                      "https://key@host/1?x"};
    struct gw_dsn d;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gw_dsn_read(&d, bad[i]), GW_EPARSE);
}

/* The third line of an envelope. */
static json_t *event_of(const char *envelope)
{
    const char *item = strchr(envelope, '\n') + 1, *event = strchr(item, '\n') + 1;
    json_t *head = json_loadb(item, (size_t)(event - item), 0, NULL), *o;
    size_t len = strcspn(event, "\n");

    assert_string_equal(json_string_value(json_object_get(head, "type")), "event");
    assert_int_equal(json_integer_value(json_object_get(head, "length")), len);
    json_decref(head);
    o = json_loadb(event, len, 0, NULL);
    assert_non_null(o);
    return o;
}

static const char *text(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static void an_error_is_an_event(void **state)
{
    char *envelope = gw_envelope(&(struct gw_problem){.wall_us = 1795780800000000,
                                                      .level = CARDEA_LOG_ERROR,
                                                      .module = "api",
                                                      .message = "it \"broke\"",
                                                      .group = "api-1",
                                                      .node = "gw1"},
                                 "0123456789abcdef0123456789abcdef");
    json_t *o = event_of(envelope);

    assert_non_null(strstr(envelope, "\"sent_at\":\"2026-11-27T12:00:00Z\""));
    assert_string_equal(text(o, "level"), "error");
    assert_string_equal(text(o, "message"), "it \"broke\"");
    assert_string_equal(text(o, "server_name"), "gw1");
    assert_string_equal(text(o, "logger"), "api");
    assert_null(json_object_get(o, "exception"));
    json_decref(o);
    free(envelope);
}

static void a_crash_has_frames_and_lines(void **state)
{
    static const char report[] = "Cardea 0.1.0 crashed: SIGSEGV at address 0x0 in thread worker-0, process 7, time 1\n"
                                 "backtrace:\n #0 0x55d0 gw_loop_run+0x41\n #1 /lib/libc.so.6(+0x29d90)[0x7f00]\n"
                                 "last lines of the log:\n12:00:00.000 4 host serving\nend of the report\n";
    char *envelope = gw_envelope(
        &(struct gw_problem){
            .level = CARDEA_LOG_FATAL, .module = "crash", .message = "Cardea crashed", .crash = report},
        "0123456789abcdef0123456789abcdef");
    json_t *o = event_of(envelope), *one, *frames;

    one = json_array_get(json_object_get(json_object_get(o, "exception"), "values"), 0);
    frames = json_object_get(json_object_get(one, "stacktrace"), "frames");
    assert_int_equal(json_array_size(frames), 2);
    assert_string_equal(text(json_array_get(frames, 1), "function"), "gw_loop_run"); /* the latest is the last */
    assert_string_equal(text(json_array_get(frames, 1), "instruction_addr"), "0x55d0");
    assert_string_equal(text(json_array_get(frames, 0), "package"), "/lib/libc.so.6(+0x29d90)[0x7f00]");
    one = json_array_get(json_object_get(json_object_get(o, "breadcrumbs"), "values"), 0);
    assert_string_equal(text(one, "message"), "12:00:00.000 4 host serving");
    assert_int_equal(json_array_size(json_object_get(json_object_get(o, "breadcrumbs"), "values")), 1);
    json_decref(o);
    free(envelope);
}

/* A file that was cut while it was written. */
static void half_a_report_is_one_too(void **state)
{
    static const char report[] =
        "Cardea crashed\nbacktrace:\n #0 0x55d0 gw_loop_run+0x41\n #1 0x\n #2\nlast lines of the log:\n12:0";

    for (size_t n = 0; n <= strlen(report); n++) {
        char *part = strndup(report, n), *envelope;

        envelope = gw_envelope(&(struct gw_problem){.module = "crash", .message = "x", .crash = part}, "0");
        json_decref(event_of(envelope));
        free(envelope);
        free(part);
    }
}

static void our_functions_have_names(void **state)
{
    size_t offset = 0;
    const char *name;

    gw_symbols_begin();
    name = gw_symbols_find((const char *)(uintptr_t)our_functions_have_names + 3, &offset);
    assert_non_null(name);
    assert_string_equal(name, "our_functions_have_names");
    assert_int_equal(offset, 3);
    assert_null(gw_symbols_find(&offset, &offset)); /* the stack is none */
    assert_null(gw_symbols_find(NULL, &offset));
    gw_symbols_end();
    assert_null(gw_symbols_find((const char *)(uintptr_t)our_functions_have_names, &offset));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dsn_is_read),
        cmocka_unit_test(what_is_no_dsn_is_refused),
        cmocka_unit_test(an_error_is_an_event),
        cmocka_unit_test(a_crash_has_frames_and_lines),
        cmocka_unit_test(half_a_report_is_one_too),
        cmocka_unit_test(our_functions_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
