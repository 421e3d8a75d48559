/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_loss l;
static int64_t now;
static uint64_t random_state;

static int set_up(void **state)
{
    memset(&l, 0, sizeof(l));
    now = 1000000;
    random_state = 5;
    return 0;
}

/* A second of packets of 1000 bytes at this rate, of which so many are lost. */
static void second(double bps, double loss)
{
    int64_t gap = (int64_t)(8e9 / bps);

    for (int64_t end = now + 1000000; now < end; now += gap) {
        random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
        gw_loss_packet(&l, (double)(random_state >> 33) / (1u << 31) < loss, 1000, now);
        gw_loss_update(&l, 3000000, bps * (1 - loss), 50000);
    }
}

static void without_losses_there_is_no_limit(void **state)
{
    for (unsigned i = 0; i < 10; i++)
        second(1000000, 0);
    assert_true(l.bps == 0);
    assert_true(gw_loss_recent(&l) == 0);
}

static void a_full_queue_is_followed_down(void **state)
{
    for (unsigned i = 0; i < 6; i++)
        second(2000000, 0.5); /* a way of 1 Mbit/s */
    assert_in_range((uint32_t)l.bps, 700000, 1250000);
    assert_true(gw_loss_recent(&l) > 0.4);
}

static void some_losses_belong_to_the_way(void **state)
{
    for (unsigned i = 0; i < 20; i++)
        second(2000000, 0.04);
    assert_true(l.bps > 2500000);
    assert_true(l.inherent > 0.01 && l.inherent < 0.08);
}

/* As much is lost of less: then more may be sent again. */
static void losses_at_any_rate_are_proved(void **state)
{
    for (unsigned i = 0; i < 4; i++)
        second(2000000, 0.2);
    assert_true(l.bps > 0 && l.bps < 2000000);
    for (unsigned i = 0; i < 3; i++)
        second(700000, 0.2);
    for (unsigned i = 0; i < 20; i++)
        second(2000000, 0.2);
    assert_true(l.proved > 0.18);
    assert_true(l.inherent > 0.15 && l.inherent < 0.25);
    assert_true(l.bps > 2500000);
    for (unsigned i = 0; i < 10; i++)
        second(2000000, 0); /* what was proved is not true any more */
    assert_true(l.proved < 0.06);
}

/* A narrow way loses nothing of what fits it. */
static void a_narrow_way_is_no_lossy_one(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        second(2000000, 0.2);
        second(1000000, 0);
    }
    second(2000000, 0.2);
    assert_true(l.proved < 0.06);
    assert_true(l.bps > 0 && l.bps < 2900000);
}

static void few_packets_say_nothing(void **state)
{
    for (unsigned i = 0; i < 20; i++) {
        now += 60000;
        gw_loss_packet(&l, true, 100, now);
        if (i < 7)
            assert_false(gw_loss_update(&l, 1000000, 0, 50000));
    }
    assert_true(l.bps <= 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_losses_there_is_no_limit, set_up),
        cmocka_unit_test_setup(a_full_queue_is_followed_down, set_up),
        cmocka_unit_test_setup(some_losses_belong_to_the_way, set_up),
        cmocka_unit_test_setup(losses_at_any_rate_are_proved, set_up),
        cmocka_unit_test_setup(a_narrow_way_is_no_lossy_one, set_up),
        cmocka_unit_test_setup(few_packets_say_nothing, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
