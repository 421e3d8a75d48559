/* SPDX-License-Identifier: Apache-2.0 */
/* The whole estimator over a way with one bottleneck, and against peers that do not mean well. */
#include "unit/bwe/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct path p;

static int tear_down(void **state)
{
    gw_bwe_clear(&p.bwe);
    return 0;
}

static void start(uint32_t capacity_bps)
{
    path_init(&p, 1, NULL);
    p.capacity_bps = capacity_bps;
    path_frame(&p);
    gw_bwe_need(&p.bwe, p.demand_bps, p.demand_bps);
}

static void nothing_is_known_at_first(void **state)
{
    gw_bwe_init(&p.bwe, NULL);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 0), 0);
    assert_int_equal(gw_bwe_probe_bps(&p.bwe), 0);
}

static void probes_find_the_need_within_a_second(void **state)
{
    start(100000000);
    path_run_ms(&p, 1000);
    assert_true(path_estimate(&p) > p.demand_bps * 9 / 10);
}

static void probes_find_the_bottleneck_within_a_second(void **state)
{
    start(1500000);
    path_run_ms(&p, 1000);
    assert_in_range(path_estimate(&p), 1200000, 1550000);
}

static void steady_state_is_near_the_bottleneck(void **state)
{
    start(2000000);
    path_run_ms(&p, 5000);
    path_measure(&p);
    path_run_ms(&p, 60000);
    assert_in_range((uint32_t)path_mean_bps(&p), 1700000, 2000000);
    assert_true(p.delivered * 8 / 60 > 1500000);
    assert_true(p.worst_queue_us < 170000);
}

static void a_drop_is_followed_and_so_is_the_return(void **state)
{
    unsigned took_ms = 0;

    start(2500000);
    path_run_ms(&p, 10000);
    p.capacity_bps = 500000;
    path_run_ms(&p, 1200);
    assert_true(path_estimate(&p) < 550000);
    path_run_ms(&p, 3000);
    path_measure(&p);
    path_run_ms(&p, 10000);
    assert_in_range((uint32_t)path_mean_bps(&p), 400000, 525000);
    p.capacity_bps = 2500000;
    while (path_estimate(&p) < 2250000 && took_ms < 20000) {
        path_run_ms(&p, 100);
        took_ms += 100;
    }
    assert_true(took_ms < 6500);
}

static void random_losses_are_told_from_full_queues(void **state)
{
    start(2500000);
    path_run_ms(&p, 5000);
    p.loss = 0.05;
    path_run_ms(&p, 10000);
    path_measure(&p);
    path_run_ms(&p, 10000);
    assert_true(path_mean_bps(&p) > 1800000);
    p.loss = 0.2;
    path_run_ms(&p, 20000);
    assert_in_range(path_estimate(&p), 1500000,
                    2500000); /* at first it falls: then it is known that this does not help */
    p.loss = 0;
    path_run_ms(&p, 15000);
    assert_true(path_estimate(&p) > 2000000);
}

static void a_shallow_queue_is_seen_by_its_losses(void **state)
{
    start(1000000);
    p.queue_us = 40000; /* too short for delays to be told from jitter */
    p.jitter_us = 10000;
    path_run_ms(&p, 10000);
    path_measure(&p);
    path_run_ms(&p, 20000);
    assert_in_range((uint32_t)path_mean_bps(&p), 700000, 1250000);
}

static void jitter_alone_is_no_congestion(void **state)
{
    start(10000000);
    p.jitter_us = 20000;
    path_run_ms(&p, 20000);
    path_measure(&p);
    path_run_ms(&p, 20000);
    assert_true(path_mean_bps(&p) > 1900000);
}

static void little_media_does_not_raise_it(void **state)
{
    start(100000000);
    p.demand_bps = 300000;
    gw_bwe_need(&p.bwe, 300000, 300000);
    path_run_ms(&p, 60000);
    assert_in_range(path_estimate(&p), GW_BWE_START_BPS, 1200000);
}

static void silence_lowers_it(void **state)
{
    uint32_t before;

    start(2500000);
    path_run_ms(&p, 5000);
    before = path_estimate(&p);
    p.capacity_bps = 1; /* a way that carries nothing any more */
    p.queue_us = -1;
    path_run_ms(&p, 10000);
    assert_true(path_estimate(&p) < before / 3);
    assert_true(path_estimate(&p) >= GW_BWE_MIN_BPS);
}

/* A processor that is busy sends probes later than it wants to: what they show is less, but more than was known. */
static void slow_probes_climb_as_well(void **state)
{
    start(500000);
    path_run_ms(&p, 5000);
    p.slow_probes = true;
    p.capacity_bps = 20000000;
    path_run_ms(&p, 6000);
    assert_true(path_estimate(&p) > p.demand_bps * 9 / 10);
}

static void bounds_are_kept(void **state)
{
    const struct gw_bwe_conf conf = {.start_bps = 5000000, .min_bps = 400000, .max_bps = 900000};
    struct gw_bwe_conf lower = {.max_bps = 500000};

    path_init(&p, 1, &conf);
    path_frame(&p);
    gw_bwe_need(&p.bwe, 10000000, 10000000);
    path_run_ms(&p, 5000);
    assert_int_equal(path_estimate(&p), 900000);
    p.capacity_bps = 100000;
    path_run_ms(&p, 10000);
    assert_int_equal(path_estimate(&p), 400000);
    gw_bwe_configure(&p.bwe, &lower, p.now_us);
    p.capacity_bps = 10000000;
    path_run_ms(&p, 15000);
    assert_int_equal(path_estimate(&p), 500000);
}

static void probing_can_be_switched_off(void **state)
{
    const struct gw_bwe_conf conf = {.no_probing = true};

    path_init(&p, 1, &conf);
    path_frame(&p);
    gw_bwe_need(&p.bwe, 2500000, 2500000);
    path_run_ms(&p, 2000);
    assert_int_equal(p.bwe.twcc->probe.made, 0);
    assert_true(path_estimate(&p) < 1500000); /* it climbs, but slowly */
}

/* --- without transport-wide feedback ------------------------------------------------------------------------------ */

static void remb_is_an_upper_limit_while_fresh(void **state)
{
    gw_bwe_init(&p.bwe, NULL);
    gw_bwe_remb(&p.bwe, 300000, 1000000);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 2000000), 300000);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 61000000), 0);
    gw_bwe_remb(&p.bwe, 0, 70000000);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 70000000), GW_BWE_MIN_BPS);
    gw_bwe_remb(&p.bwe, (uint64_t)1 << 63, 80000000);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 80000000), GW_BWE_MAX_BPS);
}

/* Ten seconds of traffic with one report a second. */
static void report(uint32_t bps, uint8_t fraction_lost)
{
    for (unsigned s = 0; s < 10; s++) {
        for (unsigned i = 0; i < 100; i++, p.now_us += 10000)
            gw_bwe_sent(&p.bwe, false, 0, bps / 800 - GW_BWE_OVERHEAD, 0, p.now_us);
        gw_bwe_loss(&p.bwe, fraction_lost, p.now_us);
    }
}

static void reports_alone_limit_only_after_losses(void **state)
{
    path_init(&p, 1, NULL);
    report(1000000, 5);
    assert_int_equal(path_estimate(&p), 0);
    report(1000000, 64);
    assert_in_range(path_estimate(&p), GW_BWE_MIN_BPS, 400000);
    report(300000, 0);
    assert_true(path_estimate(&p) > 350000);
    report(300000, 0);
    assert_int_equal(path_estimate(&p), 0);
}

static void round_trips_are_smoothed(void **state)
{
    gw_bwe_init(&p.bwe, NULL);
    gw_bwe_rtt(&p.bwe, 80000);
    assert_int_equal(p.bwe.rtt_us, 80000);
    gw_bwe_rtt(&p.bwe, 160000);
    assert_int_equal(p.bwe.rtt_us, 90000);
    gw_bwe_rtt(&p.bwe, UINT32_MAX);
    assert_true(p.bwe.rtt_us < 2000000);
}

/* --- bad input ---------------------------------------------------------------------------------------------------- */

static void feedback_about_nothing_is_counted(void **state)
{
    struct gw_twcc_head head = {.base_seq = 500, .count = 100, .reference = 7};
    int64_t arrivals[100];

    for (unsigned i = 0; i < 100; i++)
        arrivals[i] = 7 * 64000 + i * 1000;
    gw_bwe_init(&p.bwe, NULL);
    gw_bwe_feedback(&p.bwe, &head, arrivals, 100, 1000000);
    assert_int_equal(p.bwe.unsent, 100);
    assert_int_equal(gw_bwe_estimate(&p.bwe, 1000000), 0);
    start(2500000);
    path_run_ms(&p, 5000);
    head.base_seq = (uint16_t)(p.seq + 100);
    gw_bwe_feedback(&p.bwe, &head, arrivals, 100, p.now_us);
    assert_int_equal(p.bwe.unsent, 100);
}

static void replayed_feedback_changes_nothing(void **state)
{
    struct gw_twcc_head head = {.base_seq = 1, .count = 50};
    int64_t arrivals[50];
    uint32_t before;

    start(100000000);
    path_run_ms(&p, 900);
    before = path_estimate(&p);
    head.reference = p.bwe.twcc->reference;
    head.base_seq = (uint16_t)(p.told - 49);
    for (unsigned i = 0; i < 50; i++)
        arrivals[i] = (int64_t)head.reference * 64000;
    for (unsigned i = 0; i < 100; i++)
        gw_bwe_feedback(&p.bwe, &head, arrivals, 50, p.now_us);
    assert_int_equal(p.bwe.repeated + p.bwe.unsent, 5000);
    assert_true(p.bwe.repeated > 1000);
    assert_int_equal(path_estimate(&p), before);
}

static void a_clock_that_jumps_is_counted_and_survived(void **state)
{
    start(2500000);
    path_run_ms(&p, 5000);
    /* the receiver's clock goes an hour ahead: all later arrivals move with it */
    for (unsigned i = 0; i < 65536; i++)
        if (p.arrival_us[i] != GW_TWCC_LOST)
            p.arrival_us[i] += 3600000000;
    p.delay_us -= 3600000000; /* of the way back, and so of what is told now */
    gw_bwe_feedback(&p.bwe, &(struct gw_twcc_head){.base_seq = p.told, .count = 1, .reference = 5000},
                    (int64_t[]){5000 * (int64_t)64000}, 1, p.now_us);
    assert_int_equal(p.bwe.clock_jumps, 1);
    p.delay_us += 3600000000;
    path_run_ms(&p, 10000);
    assert_true(path_estimate(&p) > 1500000);
}

/* Anything at all, in any order, for a long time. */
static void the_estimate_stays_finite(void **state)
{
    static int64_t arrivals[GW_BWE_FEEDBACK_MOST];

    for (uint64_t seed = 1; seed <= 40; seed++) {
        path_init(&p, seed, NULL);
        for (unsigned step = 0; step < 3000; step++) {
            struct gw_twcc_head head = {.base_seq = (uint16_t)(p.seq - path_random(&p) % 200)};
            size_t n = path_random(&p) % 100 + 1;
            uint32_t estimate;

            switch (path_random(&p) % 8) {
            case 0:
            case 1:
            case 2:
                for (size_t i = 0; i < n; i++)
                    gw_bwe_sent(&p.bwe, path_random(&p) % 10, ++p.seq, path_random(&p) % 70000, 0, p.now_us);
                break;
            case 3:
                head.reference = (int32_t)(path_random(&p) << 8) >> 8;
                /* fall through */
            case 4:
                if (path_random(&p) % 50 == 0)
                    n = GW_BWE_FEEDBACK_MOST;
                for (size_t i = 0; i < n; i++)
                    arrivals[i] = path_random(&p) % 4
                                      ? head.reference * (int64_t)64000 + path_random(&p) % 8000000 - 4000000
                                      : GW_TWCC_LOST;
                gw_bwe_feedback(&p.bwe, &head, arrivals, n, p.now_us);
                break;
            case 5:
                gw_bwe_remb(&p.bwe, (uint64_t)1 << path_random(&p) % 64, p.now_us);
                break;
            case 6:
                gw_bwe_loss(&p.bwe, (uint8_t)path_random(&p), p.now_us);
                gw_bwe_rtt(&p.bwe, path_random(&p));
                break;
            default:
                gw_bwe_need(&p.bwe, path_random(&p), path_random(&p));
                gw_bwe_tick(&p.bwe, p.now_us);
            }
            p.now_us += path_random(&p) % 100000;
            if (path_random(&p) % 500 == 0)
                p.now_us += (int64_t)path_random(&p) * 100 - 50000000; /* our clock never goes back, but who knows */
            estimate = path_estimate(&p);
            assert_true(!estimate || (estimate >= GW_BWE_MIN_BPS && estimate <= GW_BWE_MAX_BPS));
            if (p.bwe.twcc) {
                assert_true(isfinite(p.bwe.twcc->aimd.bps) && isfinite(p.bwe.twcc->loss.bps));
                assert_true(isfinite(p.bwe.twcc->trend.slope) && isfinite(p.bwe.twcc->trend.threshold_ms));
                assert_true(p.bwe.twcc->flight.size <= GW_FLIGHT_MOST);
            }
        }
        gw_bwe_clear(&p.bwe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_is_known_at_first, tear_down),
        cmocka_unit_test_teardown(probes_find_the_need_within_a_second, tear_down),
        cmocka_unit_test_teardown(probes_find_the_bottleneck_within_a_second, tear_down),
        cmocka_unit_test_teardown(steady_state_is_near_the_bottleneck, tear_down),
        cmocka_unit_test_teardown(a_drop_is_followed_and_so_is_the_return, tear_down),
        cmocka_unit_test_teardown(random_losses_are_told_from_full_queues, tear_down),
        cmocka_unit_test_teardown(a_shallow_queue_is_seen_by_its_losses, tear_down),
        cmocka_unit_test_teardown(jitter_alone_is_no_congestion, tear_down),
        cmocka_unit_test_teardown(little_media_does_not_raise_it, tear_down),
        cmocka_unit_test_teardown(silence_lowers_it, tear_down),
        cmocka_unit_test_teardown(slow_probes_climb_as_well, tear_down),
        cmocka_unit_test_teardown(bounds_are_kept, tear_down),
        cmocka_unit_test_teardown(probing_can_be_switched_off, tear_down),
        cmocka_unit_test_teardown(remb_is_an_upper_limit_while_fresh, tear_down),
        cmocka_unit_test_teardown(reports_alone_limit_only_after_losses, tear_down),
        cmocka_unit_test_teardown(round_trips_are_smoothed, tear_down),
        cmocka_unit_test_teardown(feedback_about_nothing_is_counted, tear_down),
        cmocka_unit_test_teardown(replayed_feedback_changes_nothing, tear_down),
        cmocka_unit_test_teardown(a_clock_that_jumps_is_counted_and_survived, tear_down),
        cmocka_unit_test_teardown(the_estimate_stays_finite, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
