/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/worker.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

static atomic_int mails, turn_ends;
static _Atomic uint64_t sum;
static pthread_t seen_on;

static void mail(void *arg, const void *message, int64_t now_us)
{
    int v;

    memcpy(&v, message, sizeof(v));
    assert_ptr_equal(arg, &mails);
    seen_on = pthread_self();
    atomic_fetch_add(&sum, (uint64_t)v);
    atomic_fetch_add(&mails, 1);
}

static void turn_end(void *arg, int64_t now_us)
{
    atomic_fetch_add(&turn_ends, 1);
}

static struct gw_worker *make(bool glib)
{
    struct gw_worker_conf conf = {.name = "a name that is far too long",
                                  .glib = glib,
                                  .mail_capacity = 1024,
                                  .cpu = -1,
                                  .mail = mail,
                                  .turn_end = turn_end,
                                  .arg = &mails};
    struct gw_worker *w;

    mails = turn_ends = 0;
    sum = 0;
    assert_int_equal(gw_worker_new(&w, &conf), 0);
    return w;
}

static void wait_for(int n)
{
    for (int i = 0; i < 5000 && atomic_load(&mails) < n; i++)
        usleep(1000);
    assert_int_equal(mails, n);
}

static void delivers_on_its_own_thread(void **state)
{
    for (int glib = 0; glib < 2; glib++) {
        struct gw_worker *w = make(glib);

        assert_int_equal(gw_worker_start(w), 0);
        assert_int_equal(gw_worker_start(w), GW_ESTATE);
        for (int i = 1; i <= 1000; i++) /* more than one turn takes */
            assert_int_equal(gw_worker_post(w, &i, sizeof(i)), 0);
        wait_for(1000);
        assert_int_equal(sum, 500500);
        assert_false(pthread_equal(seen_on, pthread_self()));
        assert_true(turn_ends > 0);
        gw_worker_stop(w);
        gw_worker_stop(w);
        gw_worker_free(w);
    }
}

static void delivers_what_is_left_when_stopped(void **state)
{
    struct gw_worker *w = make(false);

    assert_int_equal(gw_worker_start(w), 0);
    for (int i = 0; i < 500; i++)
        gw_worker_post(w, &i, sizeof(i));
    gw_worker_stop(w);
    assert_int_equal(mails, 500);
    gw_worker_free(w);
}

static void free_alone_is_enough(void **state)
{
    struct gw_worker *w = make(false);

    gw_worker_free(w); /* never started */
    w = make(true);
    assert_int_equal(gw_worker_start(w), 0);
    gw_worker_free(w);
    gw_worker_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_on_its_own_thread),
        cmocka_unit_test(delivers_what_is_left_when_stopped),
        cmocka_unit_test(free_alone_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
