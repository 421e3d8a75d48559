/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/ring.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void entries_come_out_in_order(void **state)
{
    struct rec_ring r;

    assert_int_equal(rec_ring_init(&r, 1), 0);
    assert_int_equal(r.capacity, 4096);
    assert_null(rec_ring_next(&r));
    for (uint64_t i = 0; i < 500; i++) { /* many times around */
        struct rec_entry *e = rec_ring_reserve(&r, 100 + i % 700), *got;

        assert_non_null(e);
        e->ext_seq = i;
        memset(e->bytes, (int)i, e->len);
        rec_ring_commit(&r, e);
        got = rec_ring_next(&r);
        assert_ptr_equal(got, e);
        assert_int_equal(got->ext_seq, i);
        assert_int_equal(got->bytes[got->len - 1], i & 0xff);
        rec_ring_release(&r, got);
    }
    assert_null(rec_ring_next(&r));
    rec_ring_free(&r);
}

static void full_is_full_until_the_oldest_goes(void **state)
{
    struct rec_ring r;
    struct rec_entry *e, *first, *second;
    unsigned n = 0;

    assert_int_equal(rec_ring_init(&r, 4096), 0);
    while ((e = rec_ring_reserve(&r, 500))) {
        e->ext_seq = ++n;
        rec_ring_commit(&r, e);
    }
    assert_in_range(n, 6, 8);
    assert_true(rec_ring_used(&r) <= r.capacity);
    first = rec_ring_next(&r);
    second = rec_ring_next(&r);
    rec_ring_release(&r, second); /* the room is behind the first, which is still in use */
    assert_null(rec_ring_reserve(&r, 500));
    rec_ring_release(&r, first);
    assert_non_null(rec_ring_reserve(&r, 500));
    assert_null(rec_ring_reserve(&r, REC_ENTRY_MAX + 1));
    rec_ring_free(&r);
}

#define ROUNDS 200000

static void *produce(void *ring)
{
    for (uint64_t i = 1; i <= ROUNDS;) {
        struct rec_entry *e = rec_ring_reserve(ring, i % 1400);

        if (!e) {
            sched_yield();
            continue;
        }
        e->ext_seq = i;
        memset(e->bytes, (int)(i & 0xff), e->len);
        rec_ring_commit(ring, e);
        i++;
    }
    return NULL;
}

/* A consumer that lets go late and out of order sees everything once, unharmed. */
static void two_threads(void **state)
{
    struct rec_entry *held[8] = {0};
    struct rec_ring r;
    pthread_t thread;
    uint64_t seen = 0;

    assert_int_equal(rec_ring_init(&r, 65536), 0);
    pthread_create(&thread, NULL, produce, &r);
    while (seen < ROUNDS) {
        struct rec_entry *e = rec_ring_next(&r);

        if (!e) {
            sched_yield();
            continue;
        }
        if (e->ext_seq != ++seen || (e->len && (e->bytes[0] != (seen & 0xff) || e->bytes[e->len - 1] != (seen & 0xff))))
            fail_msg("entry %llu is not what was put in", (unsigned long long)seen);
        if (held[seen % 8])
            rec_ring_release(&r, held[seen % 8]);
        held[seen % 8] = e;
    }
    pthread_join(thread, NULL);
    rec_ring_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_out_in_order),
        cmocka_unit_test(full_is_full_until_the_oldest_goes),
        cmocka_unit_test(two_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
