/* SPDX-License-Identifier: Apache-2.0 */
#include "host/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

static unsigned heard;

/* Whoever is posted owns what comes along: a post that is never run is a leak. */
static void hear(void *what)
{
    heard++;
    g_free(what);
}

static void hear_and_say_more(void *what)
{
    hear(what);
    assert_int_equal(gw_control_post(hear, g_malloc(10)), 0);
}

static void *say(void *unused)
{
    for (unsigned i = 0; i < 2000; i++)
        assert_int_equal(gw_control_post(i ? hear : hear_and_say_more, g_malloc(10)), 0);
    return NULL;
}

static void what_was_posted_last_is_heard(void **state)
{
    assert_int_equal(gw_control_new(), 0);
    g_thread_join(g_thread_new("says", say, NULL));
    assert_int_equal(heard, 0);
    gw_control_hear_out();
    assert_int_equal(heard, 2001);
    gw_control_hear_out();
    assert_int_equal(heard, 2001);
    gw_control_free();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_posted_last_is_heard)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
