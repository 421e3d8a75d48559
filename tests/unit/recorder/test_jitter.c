/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/jitter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS 1000

static int things[4 * REC_JITTER_SLOTS];

static void push(struct rec_jitter *j, uint64_t seq, int64_t ms)
{
    assert_int_equal(rec_jitter_push(j, seq, ms * MS, &things[seq]), REC_JITTER_TAKEN);
}

static void pops(struct rec_jitter *j, int64_t ms, int seq)
{
    int *got = rec_jitter_pop(j, ms * MS);

    if (seq < 0)
        assert_null(got);
    else
        assert_ptr_equal(got, &things[seq]);
}

static void each_waits_its_time(void **state)
{
    static struct rec_jitter j;

    rec_jitter_init(&j, 100 * MS, 500 * MS);
    push(&j, 10, 0);
    push(&j, 11, 20);
    pops(&j, 99, -1);
    pops(&j, 100, 10);
    pops(&j, 100, -1);
    pops(&j, 120, 11);
    pops(&j, 9000, -1);
}

static void disorder_is_put_right(void **state)
{
    static struct rec_jitter j;

    rec_jitter_init(&j, 100 * MS, 500 * MS);
    push(&j, 10, 0);
    push(&j, 12, 10);
    push(&j, 13, 20);
    pops(&j, 150, 10);
    pops(&j, 150, -1); /* 11 is waited for */
    push(&j, 11, 160); /* it was sent again */
    pops(&j, 260, 11);
    pops(&j, 260, 12);
    pops(&j, 260, 13);
}

static void what_does_not_come_is_given_up(void **state)
{
    static struct rec_jitter j;

    rec_jitter_init(&j, 100 * MS, 500 * MS);
    push(&j, 10, 0);
    push(&j, 13, 10);
    pops(&j, 200, 10);
    pops(&j, 509, -1);
    pops(&j, 510, 13);
    assert_int_equal(rec_jitter_push(&j, 11, 520 * MS, &things[11]), REC_JITTER_LATE);
    assert_int_equal(rec_jitter_push(&j, 13, 520 * MS, &things[13]), REC_JITTER_LATE);
    push(&j, 14, 530);
    assert_int_equal(rec_jitter_push(&j, 14, 530 * MS, &things[14]), REC_JITTER_LATE); /* twice */
}

static void a_leap_needs_room(void **state)
{
    static struct rec_jitter j;

    rec_jitter_init(&j, 100 * MS, 500 * MS);
    push(&j, 5, 0);
    push(&j, 4 + REC_JITTER_SLOTS, 0);
    assert_int_equal(rec_jitter_push(&j, 5 + REC_JITTER_SLOTS, 0, &things[0]), REC_JITTER_FULL);
    assert_ptr_equal(rec_jitter_flush(&j), &things[5]);
    assert_ptr_equal(rec_jitter_flush(&j), &things[4 + REC_JITTER_SLOTS]);
    assert_null(rec_jitter_flush(&j));
    push(&j, 3000, 0); /* far ahead: it begins there */
    assert_ptr_equal(rec_jitter_flush(&j), &things[3000]);
    rec_jitter_restart(&j);
    push(&j, 7, 0);
    assert_ptr_equal(rec_jitter_flush(&j), &things[7]);
}

/* Whatever comes, in any order: everything that was taken comes out once, in order. */
static void any_order(void **state)
{
    static struct rec_jitter j;
    unsigned seed = 1, taken = 0, out = 0;
    int *last = NULL;

    rec_jitter_init(&j, 20 * MS, 60 * MS);
    for (int ms = 0; ms < 2000; ms++) {
        uint64_t seq = 100 + (uint64_t)ms - (uint64_t)(rand_r(&seed) % 50);

        if (rec_jitter_push(&j, seq, ms * MS, &things[seq]) == REC_JITTER_TAKEN)
            taken++;
        for (int *got; (got = rec_jitter_pop(&j, ms * MS)); last = got, out++)
            assert_true(got > last);
    }
    for (int *got; (got = rec_jitter_flush(&j)); last = got, out++)
        assert_true(got > last);
    assert_true(taken > 500);
    assert_int_equal(out, taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_waits_its_time),
        cmocka_unit_test(disorder_is_put_right),
        cmocka_unit_test(what_does_not_come_is_given_up),
        cmocka_unit_test(a_leap_needs_room),
        cmocka_unit_test(any_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
