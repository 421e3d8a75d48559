/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/acked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_steady_stream_is_measured(void **state)
{
    struct gw_acked a = {0};

    for (int64_t t = 0; t < 2000000; t += 8000) { /* 1000 bytes each 8 ms: 1 Mbit/s */
        gw_acked_packet(&a, 1000, 5000000 + t);
        if (t < GW_ACKED_WINDOW_US - GW_ACKED_BUCKET_US)
            assert_int_equal(gw_acked_bps(&a), 0);
    }
    assert_in_range(gw_acked_bps(&a), 950000, 1050000);
}

static void a_pause_begins_anew(void **state)
{
    struct gw_acked a = {0};

    for (int64_t t = 0; t < 2000000; t += 8000)
        gw_acked_packet(&a, 1000, 5000000 + t);
    gw_acked_packet(&a, 1000, 9000000);
    assert_int_equal(gw_acked_bps(&a), 0);
}

static void late_packets_count_where_they_belong(void **state)
{
    struct gw_acked a = {0};

    for (int64_t t = 0; t < 2000000; t += 8000)
        gw_acked_packet(&a, 1000, 5000000 + t);
    gw_acked_packet(&a, 10000, 5000000); /* too late to matter */
    assert_in_range(gw_acked_bps(&a), 950000, 1050000);
    gw_acked_packet(&a, 60000, 6900000);
    assert_true(gw_acked_bps(&a) > 2000000);
}

/* A queue has just begun: what came before it is another matter. */
static void while_the_way_is_busy(void **state)
{
    struct gw_acked a = {0};

    for (int64_t t = 0; t < 2000000; t += 4000) /* 2 Mbit/s, */
        gw_acked_packet(&a, 1000, 5000000 + t);
    for (int64_t t = 0; t < 150000; t += 16000) /* then 0.5 */
        gw_acked_packet(&a, 1000, 7000000 + t);
    assert_int_equal(gw_acked_busy_bps(&a, 0), 0);
    assert_int_equal(gw_acked_busy_bps(&a, 60000), 0); /* too short to tell */
    assert_in_range(gw_acked_busy_bps(&a, 144000), 400000, 640000);
    assert_true(gw_acked_bps(&a) > 1000000);
    assert_int_equal(gw_acked_busy_bps(&a, 100000000), gw_acked_bps(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_stream_is_measured),
        cmocka_unit_test(a_pause_begins_anew),
        cmocka_unit_test(while_the_way_is_busy),
        cmocka_unit_test(late_packets_count_where_they_belong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
