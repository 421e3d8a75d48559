/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/mailbox.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static struct gw_loop *loop;
static struct gw_mailbox *box;
static unsigned called;

static void mail_waits(void *arg, uint32_t events, int64_t now_us)
{
    called++;
}

static int set_up(void **state)
{
    called = 0;
    return gw_loop_new(&loop, false) || gw_mailbox_new(&box, 8) || gw_mailbox_watch(box, loop, mail_waits, NULL);
}

static int tear_down(void **state)
{
    gw_mailbox_free(box);
    gw_loop_free(loop);
    return 0;
}

static void post(int v)
{
    assert_int_equal(gw_mailbox_post(box, &v, sizeof(v)), 0);
}

static void wakes_once_for_what_came_before(void **state)
{
    char out[GW_MAIL_SIZE];
    int v = 7;

    gw_loop_turn(loop, 0);
    assert_int_equal(called, 0);
    post(v);
    post(8);
    gw_loop_turn(loop, 1000);
    gw_loop_turn(loop, 0);
    assert_int_equal(called, 1);
    assert_true(gw_mailbox_take(box, out));
    assert_memory_equal(out, &v, sizeof(v));
    assert_true(gw_mailbox_take(box, out));
    assert_false(gw_mailbox_take(box, out));
    post(9);
    gw_loop_turn(loop, 1000);
    assert_int_equal(called, 2);
    gw_mailbox_kick(box);
    gw_loop_turn(loop, 1000);
    assert_int_equal(called, 3);
}

static void refuses_when_full_and_counts(void **state)
{
    char big[GW_MAIL_SIZE + 1] = {0}, out[GW_MAIL_SIZE];

    for (int i = 0; i < 8; i++)
        assert_int_equal(gw_mailbox_post(box, big, GW_MAIL_SIZE), 0);
    assert_int_equal(gw_mailbox_post(box, big, 1), GW_ELIMIT);
    assert_int_equal(gw_mailbox_refused(box), 1);
    assert_true(gw_mailbox_take(box, out));
    assert_int_equal(gw_mailbox_post(box, big, 1), 0);
    assert_int_equal(gw_mailbox_post(box, big, sizeof(big)), GW_EINVAL);
}

#define EACH 20000

static void *post_many(void *arg)
{
    for (int i = 0; i < EACH; i++)
        while (gw_mailbox_post(box, &i, sizeof(i)))
            sched_yield();
    return NULL;
}

/* The reader sleeps in the loop only: a lost wake-up would hang the test. */
static void no_wake_up_is_lost(void **state)
{
    pthread_t threads[2];
    char out[GW_MAIL_SIZE];
    int taken = 0;

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, NULL), 0);
    while (taken < 2 * EACH) {
        unsigned before = called;

        gw_loop_turn(loop, 20000);
        assert_true(called > before);
        while (gw_mailbox_take(box, out))
            taken++;
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(taken, 2 * EACH);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(wakes_once_for_what_came_before),
        CASE(refuses_when_full_and_counts),
        CASE(no_wake_up_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
