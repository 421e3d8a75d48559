/* SPDX-License-Identifier: Apache-2.0 */
#include "media/allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_demand d[10];
static struct gw_allotment a[10];
static int64_t now;

/* Three qualities: 150, 500 and 1700 kbit/s. */
static void add(unsigned i, uint16_t priority)
{
    static const uint32_t kbps[] = {150, 500, 1700};

    a[i] = (struct gw_allotment){.level = -1};
    d[i] = (struct gw_demand){.priority = priority, .n = 3, .allotment = &a[i]};
    for (unsigned l = 0; l < 3; l++)
        d[i].level[l] = (struct gw_level){.substream = (uint8_t)l, .temporal = 2, .bps = kbps[l] * 1000};
}

static int set_up(void **state)
{
    memset(d, 0, sizeof(d));
    for (unsigned i = 0; i < 10; i++)
        add(i, 0);
    now = 1000000;
    return 0;
}

static void round_of(unsigned n, uint32_t kbps)
{
    now += 100000;
    gw_allocate(d, n, kbps * 1000, now);
}

static void one_sink_gets_the_best_that_fits(void **state)
{
    static const struct {
        uint32_t kbps;
        int level;
    } rows[] = {{2000, 2}, {1700, 2}, {1699, 1}, {500, 1}, {499, 0}, {120, 0}, {119, -1}, {0, -1}};

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        add(0, 0);
        round_of(1, rows[i].kbps);
        assert_int_equal(a[0].level, rows[i].level);
    }
}

static void everybody_gets_something_before_anybody_gets_more(void **state)
{
    round_of(4, 1000);
    for (unsigned i = 0; i < 3; i++)
        assert_true(a[i].level >= 0);
    round_of(10, 450); /* three of ten */
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(a[i].level, i < 3 ? 0 : -1);
}

static void the_important_ones_rise_first(void **state)
{
    add(2, 10);
    round_of(4, 2200);
    assert_int_equal(a[2].level, 2);
    for (unsigned i = 0; i < 4; i++)
        if (i != 2)
            assert_int_equal(a[i].level, 0);
    add(0, 0);
    add(1, 0);
    add(2, 10);
    add(3, 0);
    round_of(4, 200); /* and are the last to go */
    assert_int_equal(a[2].level, 0);
    assert_int_equal(a[3].level, -1);
    assert_int_equal(a[2].level, 0);
    assert_int_equal(a[0].level, -1);
}

static void equals_rise_in_turns(void **state)
{
    round_of(3, 1600);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(a[i].level, 1);
}

static void up_needs_room_and_time_down_is_at_once(void **state)
{
    int64_t down;

    round_of(1, 2000);
    assert_int_equal(a[0].level, 2);
    round_of(1, 1000);
    assert_int_equal(a[0].level, 1);
    down = now;
    while (a[0].level < 2)
        round_of(1, 2000);
    assert_in_range(now - down, GW_ALLOCATOR_HOLD_US, GW_ALLOCATOR_HOLD_US + 200000);
    round_of(1, 600);
    now += 60000000;
    round_of(1, 1750); /* 1700 would fit, with nothing to spare */
    assert_int_equal(a[0].level, 1);
    round_of(1, 1920);
    assert_int_equal(a[0].level, 2);
    round_of(1, 1700); /* what it has, it keeps */
    assert_int_equal(a[0].level, 2);
}

static void steps_that_do_not_last_come_later_each_time(void **state)
{
    int64_t waits[5];

    round_of(1, 2000);
    for (unsigned i = 0; i < 5; i++) {
        int64_t since;

        round_of(1, 1000);
        since = now;
        while (a[0].level < 2)
            round_of(1, 2000);
        waits[i] = now - since;
    }
    assert_true(waits[1] > waits[0] && waits[2] > waits[1]);
    assert_true(waits[4] <= GW_ALLOCATOR_MOST_US + 200000);
}

static void what_does_not_quite_fit_is_kept_for_a_while(void **state)
{
    int64_t since;

    round_of(1, 2000);
    since = now;
    while (a[0].level == 2)
        round_of(1, 1600);
    assert_in_range(now - since, GW_ALLOCATOR_GRACE_US, GW_ALLOCATOR_GRACE_US + 200000);
    add(0, 0);
    round_of(1, 2000);
    for (unsigned i = 0; i < 100; i++)
        round_of(1, i % 5 ? 1600 : 1700); /* again and again it does */
    assert_int_equal(a[0].level, 2);
    round_of(1, 1400); /* too much is too much */
    assert_int_equal(a[0].level, 1);
}

static void what_a_sink_has_is_known_by_its_layers(void **state)
{
    round_of(1, 600);
    assert_int_equal(a[0].level, 1);
    d[0].level[0] = d[0].level[1]; /* the lowest substream is not sent any more */
    d[0].level[1] = d[0].level[2];
    d[0].n = 2;
    round_of(1, 520); /* no room for a step up: and it is none */
    assert_int_equal(a[0].level, 0);
    assert_int_equal(a[0].has.substream, 1);
}

static void a_sink_without_levels_is_left_alone(void **state)
{
    d[1].n = 0;
    assert_int_equal(gw_allocate(d, 3, 10000000, now), 3400000);
    assert_false(a[1].known);
}

static void levels_that_cost_less_than_lower_ones_are_taken(void **state)
{
    d[0].level[1].bps = 100000; /* a sender that gives its lowest layer more */
    round_of(1, 120);
    assert_int_equal(a[0].level, 1);
}

static void nothing_is_spent_twice(void **state)
{
    uint64_t seed = 7;

    for (unsigned round = 0; round < 20000; round++) {
        uint32_t budget, sum = 0, spent;
        unsigned n;

        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        n = (unsigned)(seed >> 60) % 10;
        budget = (uint32_t)(seed >> 33) % 8000000;
        for (unsigned i = 0; i < n; i++)
            d[i].priority = (uint16_t)(seed >> (i * 2) & 3);
        now += 100000;
        spent = gw_allocate(d, n, budget, now);
        for (unsigned i = 0; i < n; i++)
            sum += a[i].level < 0 ? 0 : d[i].level[a[i].level].bps;
        assert_int_equal(sum, spent);
        assert_true(sum - sum / 5 <= budget);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_sink_gets_the_best_that_fits, set_up),
        cmocka_unit_test_setup(everybody_gets_something_before_anybody_gets_more, set_up),
        cmocka_unit_test_setup(the_important_ones_rise_first, set_up),
        cmocka_unit_test_setup(equals_rise_in_turns, set_up),
        cmocka_unit_test_setup(up_needs_room_and_time_down_is_at_once, set_up),
        cmocka_unit_test_setup(steps_that_do_not_last_come_later_each_time, set_up),
        cmocka_unit_test_setup(what_does_not_quite_fit_is_kept_for_a_while, set_up),
        cmocka_unit_test_setup(what_a_sink_has_is_known_by_its_layers, set_up),
        cmocka_unit_test_setup(a_sink_without_levels_is_left_alone, set_up),
        cmocka_unit_test_setup(levels_that_cost_less_than_lower_ones_are_taken, set_up),
        cmocka_unit_test_setup(nothing_is_spent_twice, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
