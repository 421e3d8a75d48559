/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST 0x1fff0 /* extended: 0xfff0 on the wire */

static void counts_loss(void **state)
{
    struct gw_recv_stats s;
    struct gw_rtcp_report b;
    unsigned i;

    gw_recv_stats_init(&s, 7, 90000);
    assert_false(gw_recv_stats_report(&s, &b, 0));
    assert_true(gw_recv_stats_expected(&s) == 0);
    for (i = 0; i < 100; i++) { /* across the wrap; every fourth is lost */
        if (i % 4 != 3)
            gw_recv_stats_packet(&s, FIRST + i, i * 3000, 100, i * 33333, true);
    }
    assert_true(gw_recv_stats_expected(&s) == 99);
    assert_true(gw_recv_stats_lost(&s) == 24);
    assert_true(s.bytes == 7500);
    assert_true(gw_recv_stats_report(&s, &b, 0));
    assert_int_equal(b.ssrc, 7);
    assert_int_equal(b.lost, 24);
    assert_int_equal(b.fraction, (24 << 8) / 99);
    assert_int_equal(b.highest_seq, 0x10000 + 0xfff0 + 98 - 0x10000);
    assert_int_equal(b.lsr, 0);
    assert_int_equal(b.dlsr, 0);
    /* a whole interval without loss; one retransmission fills a hole */
    for (; i < 200; i++)
        gw_recv_stats_packet(&s, FIRST + i, i * 3000, 100, i * 33333, true);
    gw_recv_stats_packet(&s, FIRST + 3, 9000, 100, i * 33333, false);
    assert_true(gw_recv_stats_report(&s, &b, 0));
    assert_int_equal(b.fraction, 0);
    assert_int_equal(b.lost, 24);
    assert_true(gw_recv_stats_report(&s, &b, 0)); /* an interval without packets */
    assert_int_equal(b.fraction, 0);
}

static void duplicates_make_loss_negative(void **state)
{
    struct gw_recv_stats s;
    struct gw_rtcp_report b;
    unsigned i;

    gw_recv_stats_init(&s, 7, 90000);
    for (i = 0; i < 5; i++)
        gw_recv_stats_packet(&s, FIRST, 0, 1, 0, true);
    assert_true(gw_recv_stats_report(&s, &b, 0));
    assert_int_equal(b.lost, -4);
    assert_int_equal(b.fraction, 0);
    gw_recv_stats_packet(&s, FIRST + (1u << 25), 0, 1, 0, true);
    assert_true(gw_recv_stats_report(&s, &b, 0));
    assert_int_equal(b.lost, 0x7fffff); /* 24 bits */
    assert_int_equal(b.fraction, 255);
}

static void what_came_before_the_first_counts(void **state)
{
    struct gw_recv_stats s;

    gw_recv_stats_init(&s, 7, 90000);
    gw_recv_stats_packet(&s, FIRST, 0, 1, 0, true);
    gw_recv_stats_packet(&s, FIRST - 2, 0, 1, 0, true);
    assert_true(gw_recv_stats_expected(&s) == 3);
    assert_true(gw_recv_stats_lost(&s) == 1);
    assert_true(s.highest_seq == FIRST);
}

static void jitter_follows_the_rfc(void **state)
{
    struct gw_recv_stats s;
    uint32_t expected_q4 = 0, diff;
    int64_t arrival = 0;
    unsigned i;

    gw_recv_stats_init(&s, 7, 48000);
    gw_recv_stats_packet(&s, FIRST, 0, 1, 0, true);
    for (i = 1; i < 500; i++) {
        diff = i % 3 * 480; /* so many ticks later than its distance says */
        arrival += 20000 + diff * 1000000 / 48000;
        gw_recv_stats_packet(&s, FIRST + i, i * 960, 1, arrival, true);
        gw_recv_stats_packet(&s, FIRST + i, i * 960, 1, arrival + 5000, true); /* same frame: no part in it */
        expected_q4 += diff - ((expected_q4 + 8) >> 4);
    }
    assert_in_range(gw_recv_stats_jitter(&s), expected_q4 / 16 - 1, expected_q4 / 16 + 1);
    assert_in_range(gw_recv_stats_jitter(&s), 440, 520);               /* the mean */
    gw_recv_stats_packet(&s, FIRST + i, 0x80000000, 1, arrival, true); /* the sender's clock starts anew */
    assert_in_range(gw_recv_stats_jitter(&s), 440, 520);
}

static void a_steady_stream_has_none(void **state)
{
    struct gw_recv_stats s;
    unsigned i;

    gw_recv_stats_init(&s, 7, 90000);
    for (i = 0; i < 1000; i++) /* timestamps wrap on the way; arrivals of a long-running machine */
        gw_recv_stats_packet(&s, FIRST + i, 0xfffff000 + i * 1800, 1, INT64_C(31536000000000) + i * 20000, true);
    assert_int_equal(gw_recv_stats_jitter(&s), 0);
}

static void tells_delay_since_last_report(void **state)
{
    const struct gw_rtcp_sr sr = {.ntp = UINT64_C(0x1111222233334444)};
    struct gw_recv_stats s;
    struct gw_rtcp_report b;

    gw_recv_stats_init(&s, 7, 90000);
    gw_recv_stats_packet(&s, FIRST, 0, 1, 0, true);
    gw_recv_stats_sr(&s, &sr, 1000000);
    assert_true(gw_recv_stats_report(&s, &b, 1500000));
    assert_int_equal(b.lsr, 0x22223333);
    assert_int_equal(b.dlsr, 32768);
    assert_true(gw_recv_stats_report(&s, &b, 1000000 + INT64_C(86400000000))); /* more than fits */
    assert_true(b.dlsr == UINT32_MAX);
}

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
        cmocka_unit_test(counts_loss),
        cmocka_unit_test(duplicates_make_loss_negative),
        cmocka_unit_test(what_came_before_the_first_counts),
        cmocka_unit_test(jitter_follows_the_rfc),
        cmocka_unit_test(a_steady_stream_has_none),
        cmocka_unit_test(tells_delay_since_last_report),
        cmocka_unit_test(round_trip_time),
        cmocka_unit_test(ntp_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
