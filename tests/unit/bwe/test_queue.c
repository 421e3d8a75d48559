/* SPDX-License-Identifier: Apache-2.0 */
/* The queue on the way: what is one, what is jitter, and when it stays. */
#include "bwe/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define AWAY 5000000000 /* the receiver's clock is another one */

static struct gw_queue q;
static int64_t now;

static int set_up(void **state)
{
    now = 1000000000;
    gw_queue_reset(&q);
    return 0;
}

/* A feedback of ten packets, sent over 50 ms, that have waited from..to. */
static void feedback(int64_t from_us, int64_t to_us)
{
    gw_queue_begin(&q);
    for (int64_t i = 0; i < 10; i++) {
        int64_t sent = now + i * 5000;

        gw_queue_packet(&q, sent, sent + AWAY + 25000 + from_us + (to_us - from_us) * i / 9, now + 100000);
    }
    now += 50000;
}

static void an_empty_way(void **state)
{
    feedback(0, 0);
    feedback(0, 0);
    assert_int_equal(q.standing_us, 0);
    assert_int_equal(gw_queue_busy_us(&q), 0);
    assert_false(gw_queue_grows(&q));
    assert_false(gw_queue_stuck(&q, now, 0, now));
}

static void jitter_is_none(void **state)
{
    feedback(0, 0);
    for (int i = 0; i < 20; i++) {
        feedback(i % 2 * 90000, 0); /* a radio that is busy now and then: the last ones come in time */
        assert_false(gw_queue_grows(&q));
        assert_false(gw_queue_stuck(&q, now, 0, now));
        assert_int_equal(gw_queue_busy_us(&q), 0);
    }
}

static void a_growing_one_is_seen_at_the_second_feedback(void **state)
{
    feedback(0, 0);
    feedback(30000, 70000);
    assert_false(gw_queue_grows(&q)); /* not so long yet */
    feedback(70000, 120000);
    assert_true(gw_queue_grows(&q));
    assert_in_range(gw_queue_busy_us(&q), 90000, 190000);
    feedback(70000, 70000);
    assert_false(gw_queue_grows(&q));
}

static void a_full_one_is_stuck(void **state)
{
    bool stuck = false;

    feedback(0, 0);
    for (int i = 0; i < 2; i++) {
        feedback(300000, 300000);
        stuck |= gw_queue_stuck(&q, now, 0, now);
    }
    assert_false(stuck); /* not for so short a time */
    for (int i = 0; i < 3; i++) {
        feedback(300000, 300000);
        stuck |= gw_queue_stuck(&q, now, 0, now);
    }
    assert_true(stuck);
}

static void one_that_drains_is_not(void **state)
{
    feedback(0, 0);
    for (int64_t wait = 300000; wait > 80000; wait -= 5000) { /* a tenth of the time */
        feedback(wait, wait);
        assert_false(gw_queue_stuck(&q, now, 0, now));
    }
}

static void nor_is_one_from_before_the_step_down(void **state)
{
    int64_t down = now + 300000;

    feedback(0, 0);
    while (now < down) {
        feedback(300000, 300000);
        assert_false(gw_queue_stuck(&q, now, down, now));
    }
}

static void what_no_step_shortens_is_what_the_way_is_like(void **state)
{
    unsigned steps = 0;

    feedback(0, 0);
    for (int i = 0; i < 100; i++) {
        feedback(120000, 120000);
        if (!gw_queue_stuck(&q, now, 0, now))
            continue;
        steps++;
        gw_queue_stepped(&q);
    }
    assert_in_range(steps, 3, 8);
    assert_true(q.standing_us < 80000);
}

static void a_longer_way_is_believed_in_time(void **state)
{
    feedback(0, 0);
    for (int i = 0; i < 400; i++) /* 20 s at 4 ms a second */
        feedback(20000, 20000);
    assert_true(q.standing_us < 15000);
}

static void nothing_came(void **state)
{
    feedback(0, 0);
    gw_queue_begin(&q);
    assert_int_equal(q.standing_us, GW_QUEUE_UNKNOWN);
    assert_false(gw_queue_grows(&q));
    assert_false(gw_queue_stuck(&q, now, 0, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_way, set_up),
        cmocka_unit_test_setup(jitter_is_none, set_up),
        cmocka_unit_test_setup(a_growing_one_is_seen_at_the_second_feedback, set_up),
        cmocka_unit_test_setup(a_full_one_is_stuck, set_up),
        cmocka_unit_test_setup(one_that_drains_is_not, set_up),
        cmocka_unit_test_setup(nor_is_one_from_before_the_step_down, set_up),
        cmocka_unit_test_setup(what_no_step_shortens_is_what_the_way_is_like, set_up),
        cmocka_unit_test_setup(a_longer_way_is_believed_in_time, set_up),
        cmocka_unit_test_setup(nothing_came, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
