/* SPDX-License-Identifier: Apache-2.0 */
#include "media/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static struct gw_packet_pool *pool;
static struct gw_history h;

static int set_up(void **state)
{
    memset(&h, 0, sizeof(h));
    return gw_packet_pool_new(&pool, 10000);
}

static int tear_down(void **state)
{
    gw_history_clear(&h);
    assert_int_equal(gw_packet_pool_used(pool), 0);
    gw_packet_pool_free(pool);
    return 0;
}

static int put(uint64_t seq, int64_t now_us)
{
    struct gw_packet *p = gw_packet_take(pool);
    int err;

    p->facts.ext_seq = seq;
    p->arrival_us = now_us;
    err = gw_history_put(&h, p, 16, now_us);
    gw_packet_unref(p);
    return err;
}

static void packets_are_found_by_the_low_half(void **state)
{
    uint64_t base = (5ull << 32) + 10;

    assert_null(gw_history_get(&h, 10));
    put(base, 0);
    put(base + 2, 0);
    assert_non_null(gw_history_get(&h, 10));
    assert_null(gw_history_get(&h, 11));
    assert_int_equal(gw_history_get(&h, 12)->facts.ext_seq, base + 2);
    put(base + 1, 0);
    assert_non_null(gw_history_get(&h, 11));
}

static void it_grows_while_packets_are_young(void **state)
{
    for (unsigned i = 0; i < 1000; i++)
        put(70000 + i, i * 1000);
    assert_int_equal(h.size, 1024);
    for (unsigned i = 0; i < 1000; i++)
        assert_non_null(gw_history_get(&h, 70000 + i));
}

static void it_does_not_grow_for_old_packets(void **state)
{
    for (unsigned i = 0; i < 1000; i++)
        put(70000 + i, (int64_t)i * 100000);
    assert_int_equal(h.size, 16);
    assert_null(gw_history_get(&h, 70000 + 983));
    assert_non_null(gw_history_get(&h, 70000 + 984));
}

static void growth_has_a_bound(void **state)
{
    for (unsigned i = 0; i < 2 * GW_HISTORY_MAX; i++)
        put(70000 + i, i);
    assert_int_equal(h.size, GW_HISTORY_MAX);
    assert_int_equal(gw_packet_pool_used(pool), GW_HISTORY_MAX);
}

static void old_packets_are_let_go(void **state)
{
    for (unsigned i = 0; i < 100; i++)
        if (i % 10)
            put(70000 + i, i * 1000);
    gw_history_expire(&h, 50000);
    assert_null(gw_history_get(&h, 70049));
    assert_non_null(gw_history_get(&h, 70051));
    gw_history_expire(&h, 1000000);
    assert_int_equal(gw_packet_pool_used(pool), 0);
    put(80000, 2000000);
    assert_non_null(gw_history_get(&h, 80000));
}

static void far_too_late_is_refused(void **state)
{
    put(70000, 0);
    put(90000, 0);
    assert_int_equal(put(70001, 0), GW_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(packets_are_found_by_the_low_half, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_grows_while_packets_are_young, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_does_not_grow_for_old_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(growth_has_a_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_packets_are_let_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(far_too_late_is_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
