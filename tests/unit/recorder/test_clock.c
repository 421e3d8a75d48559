/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define S 1000000ll

static void a_stream_begins_at_its_arrival(void **state)
{
    struct rec_clock c;

    rec_clock_init(&c, 48000);
    assert_int_equal(rec_clock_time(&c, 4000000000u, 7 * S), 7 * S);
    assert_int_equal(rec_clock_time(&c, 4000000000u + 960, 7 * S + 25000), 7 * S + 20000); /* not its arrival */
    assert_int_equal(rec_clock_time(&c, 4000000000u - 960, 7 * S + 30000), 7 * S - 20000); /* out of order */
}

static void timestamps_wrap(void **state)
{
    struct rec_clock c;
    uint32_t ts = 0xfffff000u;
    int64_t t = 0;

    rec_clock_init(&c, 90000);
    for (int i = 0; i < 100000; i++, ts += 90000, t += S)
        assert_int_equal(rec_clock_time(&c, ts, t), t);
}

static void reports_move_it_slowly(void **state)
{
    struct rec_clock c;
    int64_t before, after;

    rec_clock_init(&c, 48000);
    before = rec_clock_time(&c, 0, 10 * S);
    assert_int_equal(before, 10 * S);
    rec_clock_report(&c, 0, 10 * S - 40000); /* it was captured 40 ms earlier */
    for (uint32_t ts = 960; ts < 48000 * 10; ts += 960) {
        after = rec_clock_time(&c, ts, 10 * S + (int64_t)ts * 1000 / 48);
        assert_in_range(after - before, 19000, 20000); /* nobody hears one percent */
        before = after;
    }
    assert_int_equal(before, 10 * S - 40000 + (int64_t)(48000 * 10 - 960) * 1000 / 48);
}

static void far_away_it_jumps(void **state)
{
    struct rec_clock c;

    rec_clock_init(&c, 90000);
    rec_clock_time(&c, 0, S);
    rec_clock_report(&c, 0, S - 400000);
    assert_int_equal(rec_clock_time(&c, 90000, 2 * S), 2 * S - 400000);
}

static void a_report_may_come_first(void **state)
{
    struct rec_clock c;

    rec_clock_init(&c, 90000);
    rec_clock_report(&c, 90000, 5 * S);
    assert_int_equal(rec_clock_time(&c, 180000, 6 * S + 70000), 6 * S);
}

static void a_stream_that_begins_anew_is_noticed(void **state)
{
    struct rec_clock c;

    rec_clock_init(&c, 90000);
    rec_clock_time(&c, 0, S);
    rec_clock_report(&c, 0, S);
    assert_int_equal(rec_clock_time(&c, 0x40000000, 2 * S), 2 * S);
    assert_int_equal(rec_clock_time(&c, 0x40000000 + 90000, 3 * S), 3 * S);
}

/*
 * An hour of audio whose clock is 80 ppm fast and video whose clock is 60 ppm slow, with jitter; the sender's reports
 * say the truth within a millisecond: the two never lie farther apart than 20 ms.
 */
static void drift_over_an_hour(void **state)
{
    struct rec_clock audio, video;
    unsigned seed = 7;
    int64_t worst = 0;

    rec_clock_init(&audio, 48000);
    rec_clock_init(&video, 90000);
    for (int64_t t = 0; t < 3600 * S; t += 20000) {
        uint32_t a = (uint32_t)llround((double)t * 0.048 * (1 + 80e-6)),
                 v = (uint32_t)llround((double)t * 0.09 * (1 - 60e-6));
        int64_t jitter = rand_r(&seed) % 30000, at_a, at_v, apart;

        if (t % (5 * S) == 0)
            rec_clock_report(&audio, a, t + rand_r(&seed) % 1000);
        if (t % S == 0)
            rec_clock_report(&video, v, t + rand_r(&seed) % 1000);
        at_a = rec_clock_time(&audio, a, t + jitter);
        at_v = rec_clock_time(&video, v, t + jitter + rand_r(&seed) % 10000);
        apart = llabs(at_a - at_v);
        worst = apart > worst ? apart : worst;
        assert_in_range(at_a - t + 50000, 0, 100000);
    }
    assert_true(worst < 20000);
    assert_true(worst < 2500); /* what the reports themselves are wrong by, and a little */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_begins_at_its_arrival),
        cmocka_unit_test(timestamps_wrap),
        cmocka_unit_test(reports_move_it_slowly),
        cmocka_unit_test(far_away_it_jumps),
        cmocka_unit_test(a_report_may_come_first),
        cmocka_unit_test(a_stream_that_begins_anew_is_noticed),
        cmocka_unit_test(drift_over_an_hour),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
