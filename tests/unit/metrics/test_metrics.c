/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_rendered(const char *line)
{
    char *text = gw_metrics_render();

    if (!strstr(text, line))
        fail_msg("missing: %s\nin:\n%s", line, text);
    free(text);
}

static void counts_and_gauges(void **state)
{
    struct gw_metric *c = gw_metric_counter("t_joins_total", NULL, "Joins."), *g = gw_metric_gauge("t_rooms", "", "");

    gw_metric_add(c, 2);
    gw_metric_add(c, 3);
    gw_metric_set(g, 7);
    gw_metric_add(g, -9);
    assert_int_equal(gw_metric_value(c), 5);
    assert_rendered("# HELP t_joins_total Joins.\n# TYPE t_joins_total counter\nt_joins_total 5\n");
    assert_rendered("# TYPE t_rooms gauge\nt_rooms -2\n");
    gw_metric_observe(c, 1.0); /* not a histogram */
    assert_int_equal(gw_metric_value(c), 5);
}

static void the_same_name_is_the_same_metric(void **state)
{
    struct gw_metric *a = gw_metric_counter("t_same_total", "worker=\"0\"", "x");

    assert_ptr_equal(gw_metric_counter("t_same_total", "worker=\"0\"", "x"), a);
    assert_ptr_not_equal(gw_metric_counter("t_same_total", "worker=\"1\"", "x"), a);
    assert_null(gw_metric_gauge("t_same_total", "worker=\"2\"", "x"));
    assert_null(gw_metric_counter("bad-name", NULL, "x"));
    assert_null(gw_metric_counter("", NULL, "x"));
    assert_null(gw_metric_counter("9t", NULL, "x"));
    gw_metric_add(NULL, 1);
    gw_metric_set(NULL, 1);
    gw_metric_observe(NULL, 1);
    assert_int_equal(gw_metric_value(NULL), 0);
}

static void a_family_stands_together(void **state)
{
    gw_metric_add(gw_metric_counter("t_family_total", "n=\"1\"", "Family."), 1);
    gw_metric_counter("t_between_total", NULL, "Between.");
    gw_metric_add(gw_metric_counter("t_family_total", "n=\"2\"", "Family."), 2);
    assert_rendered("# HELP t_family_total Family.\n# TYPE t_family_total counter\n"
                    "t_family_total{n=\"1\"} 1\nt_family_total{n=\"2\"} 2\n");
}

static void histograms_are_cumulative(void **state)
{
    static const double bounds[] = {0.1, 1, 10};
    struct gw_metric *h = gw_metric_histogram("t_wait_seconds", NULL, "Wait.", bounds, 3),
                     *l = gw_metric_histogram("t_wait2_seconds", "a=\"b\"", "Wait.", bounds, 1);

    gw_metric_observe(h, 0.1); /* le: less or equal */
    gw_metric_observe(h, 0.5);
    gw_metric_observe(h, 100);
    gw_metric_observe(h, 0.0 / 0.0);
    gw_metric_observe(l, 2);
    assert_int_equal(gw_metric_value(h), 3);
    assert_rendered("t_wait_seconds_bucket{le=\"0.1\"} 1\nt_wait_seconds_bucket{le=\"1\"} 2\n"
                    "t_wait_seconds_bucket{le=\"10\"} 2\nt_wait_seconds_bucket{le=\"+Inf\"} 3\n"
                    "t_wait_seconds_sum 100.6\nt_wait_seconds_count 3\n");
    assert_rendered("t_wait2_seconds_bucket{a=\"b\",le=\"0.1\"} 0\nt_wait2_seconds_bucket{a=\"b\",le=\"+Inf\"} 1\n"
                    "t_wait2_seconds_sum{a=\"b\"} 2\nt_wait2_seconds_count{a=\"b\"} 1\n");
}

static void labels_are_escaped(void **state)
{
    char label[50];

    assert_int_equal(gw_metric_label(label, sizeof(label), "room", "a\"b\\c\nd"), strlen("room=\"a\\\"b\\\\c\\nd\""));
    assert_string_equal(label, "room=\"a\\\"b\\\\c\\nd\"");
}

static void refresh(void *arg)
{
    gw_metric_set(arg, gw_metric_value(arg) + 1);
}

static void hooks_run_before_each_render(void **state)
{
    struct gw_metric *g = gw_metric_gauge("t_hooked", NULL, "");

    assert_int_equal(gw_metrics_on_render(refresh, g), 0);
    assert_rendered("t_hooked 1\n");
    assert_rendered("t_hooked 2\n");
    gw_metrics_off_render(refresh, g);
    assert_rendered("t_hooked 2\n");
}

static void *update(void *arg)
{
    struct gw_metric **m = arg;

    for (int i = 0; i < 50000; i++) {
        gw_metric_add(m[0], 1);
        gw_metric_observe(m[1], 0.5);
    }
    return NULL;
}

static void no_update_is_lost_between_threads(void **state)
{
    static const double bounds[] = {1};
    struct gw_metric *m[2] = {gw_metric_counter("t_threads_total", NULL, ""),
                              gw_metric_histogram("t_threads_seconds", NULL, "", bounds, 1)};
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, update, m), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(gw_metric_value(m[0]), 100000);
    assert_rendered("t_threads_seconds_sum 50000\n");
}

static void a_full_registry_refuses(void **state)
{
    char name[40];
    struct gw_metric *m = NULL;
    int made = 0;

    for (int i = 0; i <= GW_METRICS_MAX; i++) {
        snprintf(name, sizeof(name), "t_many_%d", i);
        m = gw_metric_gauge(name, NULL, "");
        made += m != NULL;
    }
    assert_null(m);
    assert_true(made > GW_METRICS_MAX - 50 && made < GW_METRICS_MAX);
}

static void millionths(void **state)
{
    struct gw_metric *c = gw_metric_in_micros(gw_metric_counter("t_busy_seconds_total", NULL, "Busy."));

    gw_metric_add(c, 1500000);
    assert_rendered("\nt_busy_seconds_total 1.5\n");
    gw_metric_set(c, 1);
    assert_rendered("\nt_busy_seconds_total 1e-06\n");
    assert_null(gw_metric_in_micros(NULL));
}

static void buckets_kept_elsewhere(void **state)
{
    static const double bounds[] = {0.001, 0.01};
    struct gw_metric *h = gw_metric_histogram("t_late_seconds", NULL, "Late.", bounds, 2);

    gw_metric_set_buckets(h, (const uint64_t[]){5, 2, 1}, 0.75);
    assert_rendered("t_late_seconds_bucket{le=\"0.001\"} 5\n");
    assert_rendered("t_late_seconds_bucket{le=\"0.01\"} 7\n");
    assert_rendered("t_late_seconds_bucket{le=\"+Inf\"} 8\n");
    assert_rendered("t_late_seconds_sum 0.75\nt_late_seconds_count 8\n");
    gw_metric_set_buckets(NULL, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_gauges),
        cmocka_unit_test(the_same_name_is_the_same_metric),
        cmocka_unit_test(a_family_stands_together),
        cmocka_unit_test(histograms_are_cumulative),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(hooks_run_before_each_render),
        cmocka_unit_test(no_update_is_lost_between_threads),
        cmocka_unit_test(millionths),
        cmocka_unit_test(buckets_kept_elsewhere),
        cmocka_unit_test(a_full_registry_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
