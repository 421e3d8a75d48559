/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void round_trip_time(void **state)
{
    /* RFC 3550 figure 2: LSR 46853.125, DLSR 5.250, now 46864.500: 6.125 s */
    assert_true(gw_rtt_us(0xb7052000, 0x00054000, 0xb7108000) == 6125000);
    assert_true(gw_rtt_us(0, 0x00054000, 0xb7108000) == -1);
    assert_true(gw_rtt_us(0xb7108000, 0, 0xb7108000) == 1);
    assert_true(gw_rtt_us(0xb7108000, 10, 0xb7108000) == 1);       /* clocks drift apart */
    assert_true(gw_rtt_us(0xb7108000, 0x20000, 0xb7108000) == -1); /* two seconds are no drift */
    assert_true(gw_rtt_us(0xffff8000, 0, 0x00008000) == 1000000);  /* wraps */
}

static void ntp_time(void **state)
{
    int64_t us;

    assert_true(gw_ntp_from_us(0) == UINT64_C(2208988800) << 32);
    assert_true(gw_ntp_from_us(500000) == (UINT64_C(2208988800) << 32 | 0x80000000));
    assert_int_equal(gw_ntp_middle(UINT64_C(0x1111222233334444)), 0x22223333);
    assert_true(gw_ntp_short_to_us(65536) == 1000000);
    assert_true(gw_ntp_short_to_us(UINT32_MAX) == 65535999984);
    for (us = 1; us < INT64_C(2000000000000000); us = us * 3 + 1)
        assert_true(gw_ntp_to_us(gw_ntp_from_us(us)) == us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_time),
        cmocka_unit_test(ntp_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
