/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media/sync.h"

#define S INT64_C(1000000)

/* So many seconds and microseconds since 1900, as in a sender report. */
static uint64_t ntp(uint64_t seconds, uint32_t us)
{
    return seconds << 32 | (uint64_t)us * 4294967296 / 1000000;
}

static void one_line(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync s = {0};

    gw_sync_report(&s, &c, ntp(3900000000, 0), 90000, 50 * S);
    assert_true(s.valid && c.valid);
    assert_int_equal(gw_sync_rtp_at(&s, 50 * S, 90000), 90000);
    assert_int_equal(gw_sync_rtp_at(&s, 51 * S, 90000), 180000);
    assert_int_equal(gw_sync_rtp_at(&s, 49 * S, 90000), 0);
    assert_int_equal(gw_sync_rtp_at(&s, 48 * S, 90000), (uint32_t)-90000); /* round the corner */
    assert_true(gw_sync_local_of(&s, 180000, 90000) == 51 * S);
    assert_true(gw_sync_local_of(&s, (uint32_t)-90000, 90000) == 48 * S);
}

/* Two streams of one sender: what was captured together belongs together, whichever report was on its way longer. */
static void two_streams_of_one_clock(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync audio = {0}, video = {0};

    gw_sync_report(&audio, &c, ntp(3900000000, 0), 48000, 50 * S);
    gw_sync_report(&video, &c, ntp(3900000001, 0), 90000, 51 * S + 300000); /* 300 ms late */
    assert_in_range(gw_sync_local_of(&video, 90000, 90000) - gw_sync_local_of(&audio, 96000, 48000), 0, 300000 / 64);
    gw_sync_report(&audio, &c, ntp(3900000002, 0), 144000, 52 * S - 40000); /* one that was faster than all before */
    assert_true(gw_sync_local_of(&audio, 144000, 48000) == 52 * S - 40000);
}

static void clocks_that_are_set(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync s = {0};

    gw_sync_report(&s, &c, ntp(3900000000, 0), 0, 50 * S);
    gw_sync_report(&s, &c, ntp(3900000001 - 3600, 0), 90000, 51 * S); /* an hour back */
    assert_true(gw_sync_local_of(&s, 90000, 90000) == 51 * S);
    gw_sync_report(&s, &c, 0, 5, 99 * S); /* no idea of time: says nothing */
    assert_true(gw_sync_local_of(&s, 90000, 90000) == 51 * S);
}

static void nothing_is_known(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync s = {0};

    gw_sync_report(&s, &c, 0, 5, 50 * S);
    assert_false(s.valid || c.valid);
    assert_true(gw_sync_capture_offset(&s, INT64_C(1) << 32) == 0);
}

/* The capturer's clock against the sender's, and the sender's against ours: they add up. */
static void capture_offsets(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync s = {0};
    int64_t ours;

    gw_sync_report(&s, &c, ntp(3900000000, 500000), 0, 50 * S);
    ours = gw_sync_capture_offset(&s, 0);
    assert_true(-s.offset_us / S == ours >> 32);
    assert_in_range(((uint64_t)ours & 0xffffffff) * 1000000 >> 32, (uint64_t)(-s.offset_us % S) - 1,
                    (uint64_t)(-s.offset_us % S) + 1);
    assert_true(gw_sync_capture_offset(&s, INT64_C(2) << 32) - ours == INT64_C(2) << 32);
    assert_true(gw_sync_capture_offset(&s, -(INT64_C(2) << 32)) - ours == -(INT64_C(2) << 32));
}

#define NTP(s, ms) (((uint64_t)(2208988800u + (s)) << 32) | ((uint64_t)(ms)*4294967 + 1))

static void two_streams_of_a_sender_share_its_clock(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync audio = {0}, video = {0};
    int64_t a, v;

    /* the video report comes 30 ms late; both speak of the same instant */
    gw_sync_report(&audio, &c, NTP(1000, 0), 48000, 7000000);
    gw_sync_report(&video, &c, NTP(1000, 0), 90000, 7030000);
    a = gw_sync_local_of(&audio, 48000 + 4800, 48000);
    v = gw_sync_local_of(&video, 90000 + 9000, 90000);
    assert_int_equal(a, 7100000);
    assert_in_range(v, 7100000, 7101000);
    assert_in_range(gw_sync_rtp_at(&audio, 7100000, 48000), 52799, 52801);
}

static void a_report_without_time_is_ignored(void **state)
{
    struct gw_clock c = {0};
    struct gw_sync s = {0};

    gw_sync_report(&s, &c, 0, 1, 1);
    assert_false(s.valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(two_streams_of_one_clock),
        cmocka_unit_test(clocks_that_are_set),
        cmocka_unit_test(nothing_is_known),
        cmocka_unit_test(capture_offsets),
        cmocka_unit_test(two_streams_of_a_sender_share_its_clock),
        cmocka_unit_test(a_report_without_time_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
