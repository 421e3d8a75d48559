/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/fallback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void remb_counts_while_it_is_fresh(void **state)
{
    struct gw_fallback f = {0};

    assert_true(gw_fallback_bps(&f, 0) == 0);
    gw_fallback_remb(&f, 700000, 1000000);
    assert_true(gw_fallback_bps(&f, 2000000) == 700000);
    assert_true(gw_fallback_bps(&f, 1000000 + GW_FALLBACK_REMB_US) == 0);
}

static void losses_begin_a_limit_and_their_absence_ends_it(void **state)
{
    struct gw_fallback f = {0};

    gw_fallback_loss(&f, 0.05, 1000000, 1000000);
    assert_true(gw_fallback_bps(&f, 1000000) == 0);
    gw_fallback_loss(&f, 0.2, 1000000, 2000000);
    assert_true(gw_fallback_bps(&f, 2000000) == 900000);
    gw_fallback_remb(&f, 500000, 2000000);
    assert_true(gw_fallback_bps(&f, 2000000) == 500000); /* the smaller */
    for (unsigned i = 0; i < 10; i++)
        gw_fallback_loss(&f, 0, 900000, 3000000 + i * 1000000);
    assert_true(f.loss_bps > 1200000 && f.loss_bps < 2000000);
    for (unsigned i = 10; i < 20; i++)
        gw_fallback_loss(&f, 0, 900000, 3000000 + i * 1000000);
    assert_true(f.loss_bps == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remb_counts_while_it_is_fresh),
        cmocka_unit_test(losses_begin_a_limit_and_their_absence_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
