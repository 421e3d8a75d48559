/* SPDX-License-Identifier: Apache-2.0 */
/* How long things took, as the page of metrics shows it. What a collector is sent is in test_trace.c and tests/e2e. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "api/timing.h"
#include "loop/loop.h"
#include "metrics/metrics.h"
#include "support/world.h"

/* The number behind a name and its labels; 0: it is not there. */
static double value(const char *name)
{
    char *page = gw_metrics_render(), *at = strstr(page, name);
    double v = at ? strtod(at + strlen(name), NULL) : 0;

    free(page);
    return v;
}

#define PING "cardea_api_request_seconds_count{request=\"ping\"} "

static void requests_fall_into_their_buckets(void **state)
{
    static const char *const verb = "cardea_api_request_seconds_count{request=\"message\",verb=\"join\"} ";

    gw_timing_request("t", NULL, 150);
    gw_timing_request("t", NULL, 3000000);
    gw_timing_request("t", NULL, 60000000);
    assert_true(value("cardea_api_request_seconds_bucket{request=\"t\",le=\"0.0001\"} ") == 0);
    assert_true(value("cardea_api_request_seconds_bucket{request=\"t\",le=\"0.0002\"} ") == 1);
    assert_true(value("cardea_api_request_seconds_bucket{request=\"t\",le=\"5\"} ") == 2);
    assert_true(value("cardea_api_request_seconds_bucket{request=\"t\",le=\"+Inf\"} ") == 3);
    assert_true(value("cardea_api_request_seconds_sum{request=\"t\"} ") > 63.0001);
    gw_timing_request("message", "join", 100);
    assert_true(value(verb) == 1);
}

static void every_request_is_timed(void **state)
{
    double before = value(PING);

    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"ping\",\"transaction\":\"x\"}")), 0);
    assert_true(value(PING) == before + 1);
    world_end();
}

static double steps(const char *step)
{
    char *name = g_strdup_printf("cardea_setup_seconds_count{step=\"%s\"} ", step);
    double n = value(name);

    g_free(name);
    return n;
}

static void each_step_is_observed_once(void **state)
{
    struct gw_handle *h;

    world_begin(NULL);
    world_attach(WORLD_WS, world_session(WORLD_WS));
    h = gw_handle_of(world.api, world.handle);
    gw_timing_mark(h, GW_TRACE_SDP);
    assert_true(steps("sdp") == 0); /* nothing is known before it */
    gw_timing_end(h);
    h->trace.at_us[GW_TRACE_REQUEST] = gw_wall_us() - 40000;
    gw_timing_mark(h, GW_TRACE_SDP);
    gw_timing_mark(h, GW_TRACE_SDP);
    gw_timing_mark(h, GW_TRACE_ICE);
    assert_true(steps("sdp") == 1 && steps("ice") == 1 && steps("dtls") == 0);
    assert_true(value("cardea_setup_seconds_bucket{step=\"sdp\",le=\"0.02\"} ") == 0);
    gw_timing_mark(h, GW_TRACE_DTLS); /* without a source that is all there is to come */
    assert_true(h->trace.told && steps("dtls") == 1);
    gw_timing_end(h);
    assert_true(!h->trace.told && !h->trace.at_us[GW_TRACE_REQUEST]); /* the next one begins anew */
    h->trace.at_us[GW_TRACE_REQUEST] = gw_wall_us();
    gw_timing_mark(h, GW_TRACE_SDP);
    assert_true(steps("sdp") == 2);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_fall_into_their_buckets),
        cmocka_unit_test(every_request_is_timed),
        cmocka_unit_test(each_step_is_observed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
