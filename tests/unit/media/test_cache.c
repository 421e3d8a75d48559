/* SPDX-License-Identifier: Apache-2.0 */
/* Where the last keyframe begins, what of the history is held for it, and when it is forgotten. */
#include "media/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AGE_US 5000000

static struct gw_packet_pool *pool;
static struct gw_history h;
static struct gw_cache c;

static int set_up(void **state)
{
    memset(&h, 0, sizeof(h));
    memset(&c, 0, sizeof(c));
    return gw_packet_pool_new(&pool, 10000);
}

static int tear_down(void **state)
{
    gw_history_clear(&h);
    assert_int_equal(gw_packet_pool_used(pool), 0);
    gw_packet_pool_free(pool);
    return 0;
}

static void come(uint64_t seq, uint32_t ts, bool keyframe, unsigned len, int64_t now_us)
{
    struct gw_packet *p = gw_packet_take(pool);

    p->facts.ext_seq = seq;
    p->facts.timestamp = ts;
    p->facts.keyframe = keyframe;
    p->len = (uint16_t)len;
    p->arrival_us = now_us;
    assert_int_equal(gw_history_put(&h, p, 16, now_us), 0);
    gw_cache_note(&c, &h, p, AGE_US);
    gw_packet_unref(p);
}

static void it_begins_with_a_keyframe(void **state)
{
    come(70000, 1, false, 100, 1000);
    assert_int_equal(c.first, 0);
    come(70001, 2, true, 100, 2000);
    come(70002, 2, false, 100, 2000);
    come(69999, 1, false, 100, 3000); /* late, from before */
    assert_int_equal(c.first, 70001);
    assert_int_equal(c.bytes, 200);
    assert_int_equal(c.packets, 2);
}

static void parameter_sets_belong_to_it_in_any_order(void **state)
{
    come(70002, 2, true, 100, 1000);
    come(70003, 2, true, 100, 1000);
    assert_int_equal(c.first, 70002);
    come(70001, 2, true, 100, 2000);
    assert_int_equal(c.first, 70001);
    assert_int_equal(c.packets, 3);
}

static void the_next_keyframe_takes_over(void **state)
{
    come(70001, 2, true, 100, 1000);
    come(70005, 9, true, 300, 2000);
    come(70000, 1, true, 100, 2000); /* an older one, too late */
    assert_int_equal(c.first, 70005);
    assert_int_equal(c.bytes, 300);
}

static void what_is_cached_stays_however_old(void **state)
{
    come(70000, 1, true, 100, 0);
    for (unsigned i = 1; i < 300; i++)
        come(70000 + i, 1 + i, false, 100, i * 10000);
    gw_cache_tick(&c, &h, AGE_US, 3000000);
    gw_history_expire(&h, 3000000 - GW_HISTORY_KEEP_US);
    for (unsigned i = 0; i < 300; i++)
        assert_non_null(gw_history_get(&h, 70000 + i));
}

/* Somebody may be sent the old ones right now, and ask for them again. */
static void the_old_ones_go_a_little_later(void **state)
{
    come(70000, 1, true, 100, 0);
    come(70001, 2, true, 100, 3000000);
    gw_cache_tick(&c, &h, AGE_US, 3500000);
    gw_history_expire(&h, 3500000 - GW_HISTORY_KEEP_US);
    assert_non_null(gw_history_get(&h, 70000));
    gw_cache_tick(&c, &h, AGE_US, 4500000);
    gw_history_expire(&h, 4500000 - GW_HISTORY_KEEP_US);
    assert_null(gw_history_get(&h, 70000));
    assert_non_null(gw_history_get(&h, 70001));
}

static void age_is_bounded(void **state)
{
    come(70000, 1, true, 100, 0);
    come(70001, 2, false, 100, AGE_US);
    assert_int_equal(c.first, 70000);
    come(70002, 3, false, 100, AGE_US + 1);
    assert_int_equal(c.first, 0);
    gw_cache_tick(&c, &h, AGE_US, AGE_US + 2000000);
    gw_history_expire(&h, AGE_US + 1000000);
    assert_int_equal(gw_packet_pool_used(pool), 0);
}

static void bytes_and_packets_are_bounded(void **state)
{
    come(70000, 1, true, 1400, 0);
    for (unsigned i = 1; i < GW_CACHE_BYTES / 1400; i++)
        come(70000 + i, 1, false, 1400, 0);
    assert_int_equal(c.first, 70000);
    come(71000, 1, false, 1400, 0);
    assert_int_equal(c.first, 0);
    come(72000, 3, true, 10, 1000);
    for (unsigned i = 1; i < GW_CACHE_PACKETS; i++)
        come(72000 + i, 3, false, 10, 1000);
    assert_int_equal(c.first, 72000);
    come(73000, 3, false, 10, 1000);
    assert_int_equal(c.first, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_begins_with_a_keyframe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parameter_sets_belong_to_it_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_keyframe_takes_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_cached_stays_however_old, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_old_ones_go_a_little_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(age_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_and_packets_are_bounded, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
