/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static struct gw_mailbox *box;

static int set_up(void **state)
{
    return gw_mailbox_new(&box, 8);
}

static int tear_down(void **state)
{
    gw_mailbox_free(box);
    return 0;
}

static bool is_readable(void)
{
    struct pollfd p = {.fd = gw_mailbox_fd(box), .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static void wakes_once_and_again_after_rearm(void **state)
{
    char out[GW_MAIL_SIZE];
    int v = 7;

    assert_false(is_readable());
    assert_int_equal(gw_mailbox_post(box, &v, sizeof(v)), 0);
    assert_true(is_readable());
    gw_mailbox_rearm(box);
    assert_false(is_readable());
    assert_true(gw_mailbox_take(box, out));
    assert_memory_equal(out, &v, sizeof(v));
    assert_false(gw_mailbox_take(box, out));
    gw_mailbox_post(box, &v, sizeof(v));
    assert_true(is_readable());
    gw_mailbox_rearm(box);
    gw_mailbox_kick(box);
    assert_true(is_readable());
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

/* The reader sleeps in poll() only: a lost wake-up would hang the test. */
static void no_wake_up_is_lost(void **state)
{
    pthread_t threads[2];
    char out[GW_MAIL_SIZE];
    int taken = 0;

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, NULL), 0);
    while (taken < 2 * EACH) {
        struct pollfd p = {.fd = gw_mailbox_fd(box), .events = POLLIN};

        assert_int_equal(poll(&p, 1, 20000), 1);
        gw_mailbox_rearm(box);
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
        CASE(wakes_once_and_again_after_rearm),
        CASE(refuses_when_full_and_counts),
        CASE(no_wake_up_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
