/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/packet.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/ring.h"

static void gives_as_many_as_it_may(void **state)
{
    struct gw_packet *p[100];
    struct gw_packet_pool *pool;

    assert_int_equal(gw_packet_pool_new(&pool, 100), 0);
    for (int i = 0; i < 100; i++) {
        p[i] = gw_packet_take(pool);
        assert_non_null(p[i]);
        memset(p[i]->data, i, sizeof(p[i]->data));
    }
    assert_null(gw_packet_take(pool));
    assert_int_equal(gw_packet_pool_misses(pool), 1);
    assert_int_equal(gw_packet_pool_used(pool), 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(p[i]->data[i], i); /* nobody shares its bytes */
        gw_packet_unref(p[i]);
    }
    assert_int_equal(gw_packet_pool_used(pool), 0);
    assert_int_equal(gw_packet_pool_bytes(pool), 100 * sizeof(struct gw_packet));
    for (int i = 0; i < 100; i++)
        p[i] = gw_packet_take(pool);
    assert_non_null(p[99]);
    for (int i = 0; i < 100; i++)
        gw_packet_unref(p[i]);
    gw_packet_pool_free(pool);
}

static void a_taken_packet_is_blank(void **state)
{
    struct gw_packet_pool *pool;
    struct gw_packet *p;

    assert_int_equal(gw_packet_pool_new(&pool, 1), 0);
    p = gw_packet_take(pool);
    p->len = 12;
    p->arrival_us = 5;
    p->facts.keyframe = true;
    gw_packet_unref(p);
    p = gw_packet_take(pool);
    assert_int_equal(p->len, 0);
    assert_int_equal(p->arrival_us, 0);
    assert_false(p->facts.keyframe);
    gw_packet_unref(p);
    gw_packet_pool_free(pool);
}

static void the_last_reference_sends_it_home(void **state)
{
    struct gw_packet_pool *pool;
    struct gw_packet *p;

    assert_int_equal(gw_packet_pool_new(&pool, 1), 0);
    p = gw_packet_take(pool);
    assert_ptr_equal(gw_packet_ref(p), p);
    gw_packet_unref(p);
    assert_null(gw_packet_take(pool));
    gw_packet_unref(p);
    assert_ptr_equal(gw_packet_take(pool), p);
    gw_packet_unref(p);
    gw_packet_unref(NULL);
    gw_packet_pool_free(pool);
}

static void packets_outlive_the_owners_hold(void **state)
{
    struct gw_packet_pool *pool;
    struct gw_packet *p;

    assert_int_equal(gw_packet_pool_new(&pool, 10), 0);
    p = gw_packet_take(pool);
    gw_packet_pool_free(pool);
    memset(p->data, 1, sizeof(p->data));
    gw_packet_unref(p); /* frees everything; the sanitizer watches */
    gw_packet_pool_free(NULL);
}

static void refuses_nonsense(void **state)
{
    struct gw_packet_pool *pool = NULL;

    assert_int_equal(gw_packet_pool_new(&pool, 0), GW_EINVAL);
    assert_int_equal(gw_packet_pool_new(&pool, SIZE_MAX), GW_EINVAL);
    assert_null(pool);
}

#define ROUNDS 30000

static struct gw_ring *lane[2];

static void *give_back(void *arg)
{
    struct gw_packet *p;

    for (int n = 0; n < ROUNDS;) {
        if (!gw_ring_take(arg, &p)) {
            sched_yield();
            continue;
        }
        assert_int_equal(p->data[0], p->len & 0xff);
        gw_packet_unref(p);
        n++;
    }
    return NULL;
}

/* One owner, two threads that hold a reference each to every packet. */
static void comes_home_from_other_threads(void **state)
{
    struct gw_packet_pool *pool;
    pthread_t threads[2];

    assert_int_equal(gw_packet_pool_new(&pool, 64), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gw_ring_new(&lane[i], 64, sizeof(void *)), 0);
        assert_int_equal(pthread_create(&threads[i], NULL, give_back, lane[i]), 0);
    }
    for (int n = 0; n < ROUNDS; n++) {
        struct gw_packet *p;

        while (!(p = gw_packet_take(pool)))
            sched_yield();
        p->len = (uint16_t)(n & 0x3ff);
        p->data[0] = (uint8_t)n;
        for (int i = 0; i < 2; i++) {
            gw_packet_ref(p);
            while (gw_ring_put(lane[i], &p, sizeof(p)))
                sched_yield();
        }
        gw_packet_unref(p);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        gw_ring_free(lane[i]);
    }
    assert_int_equal(gw_packet_pool_used(pool), 0);
    gw_packet_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_as_many_as_it_may),
        cmocka_unit_test(a_taken_packet_is_blank),
        cmocka_unit_test(the_last_reference_sends_it_home),
        cmocka_unit_test(packets_outlive_the_owners_hold),
        cmocka_unit_test(refuses_nonsense),
        cmocka_unit_test(comes_home_from_other_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
