/* SPDX-License-Identifier: Apache-2.0 */
/* Talk detection, keyframe requests, REMB, and clocks: small state machines that ask or tell. */
#include "media/keyframe.h"
#include "media/remb.h"
#include "media/sync.h"
#include "media/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void talk_is_told_at_the_end_of_a_window_and_on_change_only(void **state)
{
    struct gw_talk t = {0};
    double average = 0;

    assert_false(gw_talk_level(&t, 0, &average)); /* off */
    gw_talk_set(&t, 4, 50);
    for (int i = 0; i < 3; i++)
        assert_false(gw_talk_level(&t, 20, &average));
    assert_true(gw_talk_level(&t, 40, &average));
    assert_true(t.talking);
    assert_true(average > 24.9 && average < 25.1);
    for (int i = 0; i < 4; i++)
        assert_false(gw_talk_level(&t, 30, &average));
    for (int i = 0; i < 3; i++)
        assert_false(gw_talk_level(&t, 127, &average));
    assert_true(gw_talk_level(&t, 127, &average));
    assert_false(t.talking);
}

static void the_threshold_itself_is_silence(void **state)
{
    struct gw_talk t = {0};
    double average;

    gw_talk_set(&t, 1, 25);
    assert_false(gw_talk_level(&t, 25, &average));
    assert_true(gw_talk_level(&t, 24, &average));
}

static void keyframes_are_asked_for_once_a_second(void **state)
{
    struct gw_keyframe k = {0};

    assert_true(gw_keyframe_want(&k, 5));
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_false(gw_keyframe_want(&k, 100));
    assert_false(gw_keyframe_want(&k, 200));
    assert_int_equal(gw_keyframe_due(&k), 5 + GW_KEYFRAME_SPACING_US);
    assert_false(gw_keyframe_fire(&k, 1000));
    assert_true(gw_keyframe_fire(&k, 5 + GW_KEYFRAME_SPACING_US));
    assert_false(gw_keyframe_fire(&k, 10 * GW_KEYFRAME_SPACING_US));
    assert_true(gw_keyframe_want(&k, 20 * GW_KEYFRAME_SPACING_US));
}

static void a_keyframe_serves_those_who_wait(void **state)
{
    struct gw_keyframe k = {0};

    gw_keyframe_want(&k, 5);
    gw_keyframe_want(&k, 100);
    gw_keyframe_came(&k, 300);
    assert_true(gw_keyframe_due(&k) == INT64_MAX);
    assert_int_equal(k.seen_us, 300);
}

static void remb_climbs_over_four_packets_then_repeats(void **state)
{
    struct gw_remb r = {0};

    assert_int_equal(gw_remb_set(&r, 1200000, 0), 0);
    assert_int_equal(gw_remb_packet(&r, 1), 300000);
    assert_int_equal(gw_remb_packet(&r, 2), 400000);
    assert_int_equal(gw_remb_packet(&r, 3), 600000);
    assert_int_equal(gw_remb_packet(&r, 4), 1200000);
    assert_int_equal(gw_remb_packet(&r, 5), 0);
    assert_int_equal(gw_remb_packet(&r, 4 + GW_REMB_EVERY_US), 1200000);
    assert_int_equal(gw_remb_set(&r, 500000, 6000000), 500000);
    assert_int_equal(gw_remb_packet(&r, 6000001), 0);
    assert_int_equal(gw_remb_set(&r, 0, 6000002), GW_REMB_NO_CAP);
    assert_int_equal(gw_remb_packet(&r, 60000000), 0);
}

static void without_a_cap_nothing_is_told(void **state)
{
    struct gw_remb r = {0};

    for (int i = 0; i < 10; i++)
        assert_int_equal(gw_remb_packet(&r, i * 1000000), 0);
    assert_int_equal(gw_remb_set(&r, 0, 0), 0);
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

static void loudness_is_told_each_window(void **state)
{
    struct gw_loudness l = {0};
    double average;

    assert_false(gw_loudness_level(&l, 10, &average)); /* off */
    gw_loudness_set(&l, 2);
    assert_false(gw_loudness_level(&l, 10, &average));
    assert_true(gw_loudness_level(&l, 20, &average));
    assert_true(average > 14.9 && average < 15.1);
    assert_false(gw_loudness_level(&l, 127, &average));
    assert_true(gw_loudness_level(&l, 127, &average));
    assert_true(average > 126.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loudness_is_told_each_window),
        cmocka_unit_test(talk_is_told_at_the_end_of_a_window_and_on_change_only),
        cmocka_unit_test(the_threshold_itself_is_silence),
        cmocka_unit_test(keyframes_are_asked_for_once_a_second),
        cmocka_unit_test(a_keyframe_serves_those_who_wait),
        cmocka_unit_test(remb_climbs_over_four_packets_then_repeats),
        cmocka_unit_test(without_a_cap_nothing_is_told),
        cmocka_unit_test(two_streams_of_a_sender_share_its_clock),
        cmocka_unit_test(a_report_without_time_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
