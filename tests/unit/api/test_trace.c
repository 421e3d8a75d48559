/* SPDX-License-Identifier: Apache-2.0 */
#include "api/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char example[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; /* of the recommendation */

static void reads_traceparent(void **state)
{
    struct gw_trace t = {0};
    char *cut;

    assert_true(gw_trace_parse(&t, example));
    assert_int_equal(t.id[0], 0x4b);
    assert_int_equal(t.id[15], 0x36);
    assert_int_equal(t.parent[7], 0xb7);
    assert_true(t.given && !t.unsampled);
    for (size_t len = 0; len < strlen(example); len++) { /* every truncation, in a block of its size */
        struct gw_trace none = {0};

        cut = strndup(example, len);
        assert_false(gw_trace_parse(&none, cut));
        assert_false(none.given);
        free(cut);
    }
}

static void refuses_others(void **state)
{
    static const char *const bad[] = {
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
        "",
        NULL,
    };
    struct gw_trace t = {0};

    for (size_t i = 0; bad[i]; i++)
        assert_false(gw_trace_parse(&t, bad[i]));
    assert_false(gw_trace_parse(&t, NULL));
    assert_true(gw_trace_parse(&t, "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-of the future"));
    assert_true(t.unsampled);
}

static void marks_once(void **state)
{
    struct gw_trace t = {0};
    json_t *o;

    assert_null(gw_trace_json(&t));
    assert_true(gw_trace_mark(&t, GW_TRACE_ICE, 5) < 0); /* of what? */
    assert_true(gw_trace_mark(&t, GW_TRACE_REQUEST, 1000000) < 0);
    assert_true(gw_trace_mark(&t, GW_TRACE_REQUEST, 2000000) < 0); /* the later one led to it */
    assert_true(gw_trace_mark(&t, GW_TRACE_SDP, 2010000) == 0.01);
    assert_true(gw_trace_mark(&t, GW_TRACE_SDP, 9000000) < 0);
    gw_trace_mark(&t, GW_TRACE_REQUEST, 3000000);                  /* a renegotiation changes nothing */
    assert_true(gw_trace_mark(&t, GW_TRACE_DTLS, 2510000) == 0.5); /* no ICE told: since the step before */
    o = gw_trace_json(&t);
    assert_int_equal(json_integer_value(json_object_get(o, "request")), 2000);
    assert_int_equal(json_integer_value(json_object_get(o, "sdp_ms")), 10);
    assert_int_equal(json_integer_value(json_object_get(o, "dtls_ms")), 510);
    assert_null(json_object_get(o, "ice_ms"));
    assert_int_equal(strlen(json_string_value(json_object_get(o, "trace_id"))), 32);
    json_decref(o);
}

static const char *text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s ? s : "";
}

static void speaks_otlp(void **state)
{
    const struct gw_trace_who who = {"host", "1", "janus.plugin.x", 1, 1ull << 52};
    struct gw_trace t = {0};
    json_t *o, *spans, *root;

    assert_null(gw_trace_otlp(&t, &who));
    gw_trace_parse(&t, example);
    gw_trace_mark(&t, GW_TRACE_REQUEST, 1000000);
    gw_trace_mark(&t, GW_TRACE_SDP, 1010000);
    gw_trace_mark(&t, GW_TRACE_ICE, 1030000);
    gw_trace_mark(&t, GW_TRACE_DTLS, 1040000);
    o = gw_trace_otlp(&t, &who);
    spans = json_object_get(
        json_array_get(json_object_get(json_array_get(json_object_get(o, "resourceSpans"), 0), "scopeSpans"), 0),
        "spans");
    assert_int_equal(json_array_size(spans), 4);
    root = json_array_get(spans, 0);
    assert_string_equal(text(root, "traceId"), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_string_equal(text(root, "parentSpanId"), "00f067aa0ba902b7");
    assert_string_equal(text(root, "startTimeUnixNano"), "1000000000");
    assert_string_equal(text(root, "endTimeUnixNano"), "1040000000");
    for (size_t i = 1; i < 4; i++) {
        const json_t *child = json_array_get(spans, i);

        assert_string_equal(text(child, "parentSpanId"), text(root, "spanId"));
        assert_string_not_equal(text(child, "spanId"), text(root, "spanId"));
    }
    assert_string_equal(text(json_array_get(spans, 2), "name"), "ice");
    assert_string_equal(text(json_array_get(spans, 2), "startTimeUnixNano"), "1010000000");
    json_decref(o);
    t.unsampled = true;
    assert_null(gw_trace_otlp(&t, &who));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_traceparent),
        cmocka_unit_test(refuses_others),
        cmocka_unit_test(marks_once),
        cmocka_unit_test(speaks_otlp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
