/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_probe p;
static int64_t now;

static int set_up(void **state)
{
    memset(&p, 0, sizeof(p));
    now = 1000000;
    return 0;
}

/* Sends the probe at its rate; what arrives leaves a bottleneck of so much. */
static void carry_out(uint32_t bottleneck_bps)
{
    int64_t free_us = now;

    while (p.sending) {
        int64_t gap = (int64_t)1000 * 8 * 1000000 / p.bps;

        gw_probe_sent(&p, 1000, now);
        free_us = (free_us > now ? free_us : now) + (int64_t)1000 * 8 * 1000000 / bottleneck_bps;
        gw_probe_arrived(&p, p.id, 1000, now, free_us + 777);
        now += gap;
    }
}

static void nothing_is_tried_without_need(void **state)
{
    assert_false(gw_probe_update(&p, 500000, 10000000, true, now));
    p.need_bps = 270000;
    assert_false(gw_probe_update(&p, 500000, 10000000, true, now));
}

static void a_wide_way_shows_the_probes_rate(void **state)
{
    bool saturated;

    p.need_bps = 5000000;
    assert_true(gw_probe_update(&p, 500000, 10000000, true, now));
    assert_int_equal(p.bps, 1500000);
    assert_false(gw_probe_update(&p, 500000, 10000000, true, now)); /* one at a time */
    carry_out(100000000);
    assert_in_range(gw_probe_result(&p, &saturated), 1350000, 1600000);
    assert_false(saturated);
    gw_probe_done(&p, true, false, now);
    assert_true(gw_probe_update(&p, 1500000, 10000000, true, now)); /* on at once */
    assert_int_equal(p.bps, 3000000);
}

static void a_narrow_way_shows_itself(void **state)
{
    bool saturated;

    p.need_bps = 5000000;
    gw_probe_update(&p, 600000, 10000000, true, now);
    carry_out(1000000);
    assert_in_range(gw_probe_result(&p, &saturated), 900000, 1000000);
    assert_true(saturated);
}

/* Where the way was full lately: no more than what the next step needs, longer, and not all at the same time. */
static void gentle_probes(void **state)
{
    int64_t first = 0, last = 0;

    p.need_bps = 700000;
    p.sent_bps = 300000;
    p.gentle = true;
    p.started = true;
    assert_true(gw_probe_update(&p, 500000, 10000000, true, now));
    assert_in_range(p.bps, 700000, 850000);
    assert_in_range(p.length_us, 30000, 100000);
    assert_false(gw_probe_update(&p, 750000, 10000000, true, now)); /* that is enough */
    for (uint32_t i = 1; i < 20; i++) {
        set_up(NULL);
        p.random = i * 226492416u; /* spread over all there are */
        p.gentle = true;
        gw_probe_done(&p, false, false, now);
        first = !first || p.next_us < first ? p.next_us : first;
        last = p.next_us > last ? p.next_us : last;
    }
    assert_true(last - first > GW_PROBE_EVERY_US / 8);
}

static void intervals_grow_while_nothing_is_gained(void **state)
{
    int64_t last = 0, gap = 0;
    unsigned n = 0;

    p.need_bps = 5000000;
    for (; n < 6; now += 10000) {
        if (!gw_probe_update(&p, 1000000, 10000000, true, now))
            continue;
        if (last) {
            assert_true(now - last >= gap);
            gap = now - last;
        }
        last = now;
        gw_probe_done(&p, false, false, now);
        n++;
    }
    assert_in_range(gap, GW_PROBE_MOST_US, GW_PROBE_MOST_US + 20000);
}

static void what_cannot_be_sent_or_is_not_answered_ends(void **state)
{
    p.need_bps = 5000000;
    gw_probe_update(&p, 500000, 10000000, true, now);
    gw_probe_update(&p, 500000, 10000000, true, now + 300000);
    assert_false(p.sending);
    gw_probe_update(&p, 500000, 10000000, true, now + 3000000);
    assert_int_equal(p.id, 0);
}

/* The worker had other things to do: one packet left in time, the rest 40 ms later in one go. */
static void late_packets_show_something_too(void **state)
{
    bool saturated;
    int64_t free_us;

    p.need_bps = 5000000;
    assert_true(gw_probe_update(&p, 500000, 10000000, true, now));
    gw_probe_sent(&p, 1000, now);
    gw_probe_arrived(&p, p.id, 1000, now, now + 777);
    now += 40000;
    free_us = now;
    for (unsigned i = 0; i < 7; i++) {
        gw_probe_sent(&p, 1000, now);
        free_us += 800; /* 10 Mbit/s */
        gw_probe_arrived(&p, p.id, 1000, now, free_us + 777);
    }
    assert_false(p.sending);
    assert_in_range(gw_probe_result(&p, &saturated), 1100000, 1500000);
    assert_false(saturated);
}

static void nonsense_is_no_result(void **state)
{
    bool saturated;

    p.need_bps = 5000000;
    gw_probe_update(&p, 500000, 10000000, true, now);
    for (unsigned i = 0; i < 20; i++)
        gw_probe_sent(&p, 1000, now + i * 2000);
    assert_int_equal(gw_probe_result(&p, &saturated), 0);
    for (unsigned i = 0; i < 20; i++)
        gw_probe_arrived(&p, p.id, 1000, now + i * 2000, now); /* all in one instant */
    assert_int_equal(gw_probe_result(&p, &saturated), 0);
    gw_probe_arrived(&p, (uint8_t)(p.id + 1), 1000, now, now + 50000); /* of another */
    assert_int_equal(gw_probe_result(&p, &saturated), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_tried_without_need, set_up),
        cmocka_unit_test_setup(a_wide_way_shows_the_probes_rate, set_up),
        cmocka_unit_test_setup(a_narrow_way_shows_itself, set_up),
        cmocka_unit_test_setup(gentle_probes, set_up),
        cmocka_unit_test_setup(intervals_grow_while_nothing_is_gained, set_up),
        cmocka_unit_test_setup(what_cannot_be_sent_or_is_not_answered_ends, set_up),
        cmocka_unit_test_setup(late_packets_show_something_too, set_up),
        cmocka_unit_test_setup(nonsense_is_no_result, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
