/* SPDX-License-Identifier: Apache-2.0 */
/* What a receiver probably shows: pictures when they are whole and in order, freezes between them. */
#include "media/shown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define EVERY 33333

static struct gw_shown s;
static uint32_t ts;
static int64_t now;

static int set_up(void **state)
{
    memset(&s, 0, sizeof(s));
    ts = UINT32_MAX - 20 * 3000; /* timestamps go round soon */
    now = 5000000000;
    return 0;
}

/* A picture of three packets: their marks. */
static void send_picture(uint8_t mark[3], bool keyframe)
{
    ts += 3000;
    for (int i = 0; i < 3; i++)
        mark[i] = gw_shown_sent(&s, ts, i == 2, keyframe && !i, false);
}

static void arrive(const uint8_t mark[3])
{
    for (int i = 0; i < 3; i++)
        gw_shown_arrived(&s, mark[i], now);
}

static void play(unsigned pictures)
{
    uint8_t mark[3];

    for (unsigned i = 0; i < pictures; i++, now += EVERY) {
        send_picture(mark, false);
        assert_int_equal(mark[0], mark[2]);
        arrive(mark);
    }
}

static void a_steady_stream(void **state)
{
    play(1000);
    assert_int_equal(s.pictures, 1000);
    assert_int_equal(s.freezes, 0);
}

static void a_hole_that_is_mended_in_time(void **state)
{
    uint8_t mark[3];

    play(100);
    send_picture(mark, false);
    gw_shown_arrived(&s, mark[0], now);
    gw_shown_arrived(&s, mark[2], now);
    now += EVERY;
    play(2); /* these wait for it */
    assert_int_equal(s.pictures, 100);
    assert_int_equal(gw_shown_sent(&s, ts - 2 * 3000, false, false, true), mark[1]);
    gw_shown_arrived(&s, mark[1], now);
    /* a repetition is one more that was sent, but it came instead of the one lost */
    assert_int_equal(s.pictures, 103);
    assert_int_equal(s.freezes, 0);
}

static void and_one_that_is_not(void **state)
{
    uint8_t mark[3], key[3];

    play(100);
    send_picture(mark, false);
    gw_shown_arrived(&s, mark[0], now);
    now += EVERY;
    play(12);
    assert_int_equal(s.pictures, 100);
    send_picture(key, true); /* whatever was missing is not needed any more */
    arrive(key);
    assert_int_equal(s.pictures, 101);
    assert_int_equal(s.freezes, 1);
    assert_in_range(s.frozen_ms, 400, 500);
    assert_int_equal(s.longest_ms, s.frozen_ms);
    now += EVERY;
    play(100);
    assert_int_equal(s.pictures, 201);
    assert_int_equal(s.freezes, 1);
}

static void what_is_given_up(void **state)
{
    uint8_t mark[3], key[3];

    play(10);
    send_picture(mark, false);
    now += EVERY;
    play(2 * GW_SHOWN_PICTURES); /* more than can be under way */
    assert_int_equal(s.pictures, 10);
    arrive(mark); /* too late */
    assert_int_equal(s.pictures, 10);
    send_picture(key, true);
    arrive(key);
    now += EVERY;
    play(10);
    assert_int_equal(s.pictures, 21);
    assert_int_equal(s.freezes, 1);
}

static void stops_on_purpose_are_none(void **state)
{
    play(100);
    gw_shown_restart(&s);
    now += 10000000;
    play(100);
    assert_int_equal(s.pictures, 200);
    assert_int_equal(s.freezes, 0);
}

static void few_pictures_are_no_freezes(void **state)
{
    uint8_t mark[3];

    for (int i = 0; i < 50; i++, now += 500000) {
        send_picture(mark, false);
        arrive(mark);
    }
    assert_int_equal(s.pictures, 50);
    assert_int_equal(s.freezes, 0);
}

static void marks_that_were_never_given(void **state)
{
    for (unsigned m = 0; m < 256; m++)
        gw_shown_arrived(&s, (uint8_t)m, now);
    play(300);
    for (unsigned m = 0; m < 256; m++)
        gw_shown_arrived(&s, (uint8_t)m, now);
    assert_int_equal(gw_shown_sent(&s, 12345, false, false, true), 0); /* a repetition of what nobody knows */
    play(100);
    assert_int_equal(s.pictures, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_steady_stream, set_up),
        cmocka_unit_test_setup(a_hole_that_is_mended_in_time, set_up),
        cmocka_unit_test_setup(and_one_that_is_not, set_up),
        cmocka_unit_test_setup(what_is_given_up, set_up),
        cmocka_unit_test_setup(stops_on_purpose_are_none, set_up),
        cmocka_unit_test_setup(few_pictures_are_no_freezes, set_up),
        cmocka_unit_test_setup(marks_that_were_never_given, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
