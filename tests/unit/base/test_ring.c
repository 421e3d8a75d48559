/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void keeps_order_and_bound(void **state)
{
    struct gw_ring *r;
    int v;

    assert_int_equal(gw_ring_new(&r, 3, sizeof(v)), 0); /* rounded up to 4 */
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 4; i++)
            assert_int_equal(gw_ring_put(r, &i, sizeof(i)), 0);
        assert_int_equal(gw_ring_put(r, &round, sizeof(round)), GW_ELIMIT);
        for (int i = 0; i < 4; i++) {
            assert_true(gw_ring_take(r, &v));
            assert_int_equal(v, i);
        }
        assert_false(gw_ring_take(r, &v));
    }
    assert_int_equal(gw_ring_refused(r), 3);
    gw_ring_free(r);
}

static void refuses_nonsense(void **state)
{
    struct gw_ring *r = NULL;
    char big[9] = {0};

    assert_int_equal(gw_ring_new(&r, 0, 8), GW_EINVAL);
    assert_int_equal(gw_ring_new(&r, GW_RING_MAX + 1, 8), GW_EINVAL);
    assert_int_equal(gw_ring_new(&r, 8, 0), GW_EINVAL);
    assert_null(r);
    assert_int_equal(gw_ring_new(&r, 8, 8), 0);
    assert_int_equal(gw_ring_put(r, big, sizeof(big)), GW_EINVAL);
    gw_ring_free(r);
    gw_ring_free(NULL);
}

#define WRITERS 3
#define EACH    20000

struct writer {
    struct gw_ring *ring;
    int id;
};

static void *write_many(void *arg)
{
    struct writer *w = arg;

    for (int i = 0; i < EACH; i++) {
        int v[2] = {w->id, i};

        while (gw_ring_put(w->ring, v, sizeof(v)))
            sched_yield();
    }
    return NULL;
}

static void loses_nothing_between_threads(void **state)
{
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    int next[WRITERS] = {0}, v[2];
    struct gw_ring *r;

    assert_int_equal(gw_ring_new(&r, 64, sizeof(v)), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){r, i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (int left = WRITERS * EACH; left;) {
        if (!gw_ring_take(r, v)) {
            sched_yield();
            continue;
        }
        assert_int_equal(v[1], next[v[0]]++); /* each writer's own order is kept */
        left--;
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    assert_false(gw_ring_take(r, v));
    gw_ring_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_bound),
        cmocka_unit_test(refuses_nonsense),
        cmocka_unit_test(loses_nothing_between_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
