/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../tools/rec/timing.h"

#include "mjrs.h"

#define RATE  48000
#define TICKS 960
#define MOST  6000 /* packets: two minutes */

/* A packet every 20 ms, that arrives at ms(i). */
static struct packets stream(uint32_t (*ms)(unsigned i), unsigned n)
{
    struct packets p = {.clock_rate = RATE};
    unsigned i;

    p.reader.version = 2;
    p.reader.info.kind = REC_MJR_AUDIO;
    p.at = calloc(n, sizeof(p.at[0]));
    p.n = n;
    for (i = 0; i < n; i++) {
        p.at[i].seq = 1000 + i;
        p.at[i].timestamp = i * TICKS;
        p.at[i].ticks = (int64_t)i * TICKS;
        p.at[i].ms = ms(i);
    }
    return p;
}

static uint32_t steady(unsigned i)
{
    return i * 20;
}

/* The sender's clock is slow: one part in a thousand. */
static uint32_t slow(unsigned i)
{
    return i * 20 + i * 20 / 1000;
}

/* Jitter of up to 40 ms above the fastest. */
static uint32_t jittery(unsigned i)
{
    return i * 20 + (i * 7919) % 41;
}

/* From the 200th on everything is 800 ms late, with the timestamps as they were. */
static uint32_t stalled(unsigned i)
{
    return i * 20 + 10 + (i >= 200 ? 800 : 0);
}

/* The first packet is 100 ms late. */
static uint32_t late_first(unsigned i)
{
    return i ? i * 20 - (i >= 5 ? 100 : i * 20) : 0;
}

static void leaves_alone_what_is_fine(void **state)
{
    static const struct timing t = {.skew_ms = 50, .restamp = 2000, .restamp_count = 10, .restamp_min_ms = 500};
    struct packets p = stream(jittery, MOST);
    unsigned i;

    timing_apply(&p, &t);
    for (i = 0; i < MOST; i++)
        assert_int_equal(p.at[i].ticks, i * TICKS);
    free(p.at);
}

static void brings_clocks_together(void **state)
{
    static const struct timing t = {.skew_ms = 20};
    struct packets p = stream(slow, MOST);
    unsigned i;

    timing_apply(&p, &t);
    assert_int_equal(p.at[0].ticks, 0);
    for (i = 0; i < MOST; i++) /* never off by more than the threshold and one window's drift */
        assert_true(llabs(p.at[i].ticks - (int64_t)slow(i) * 48) <= 48 * (20 + 10 + 1));
    assert_true(p.at[MOST - 1].ticks > (int64_t)(MOST - 1) * TICKS + 48 * 80);
    free(p.at);
}

static void gives_late_packets_a_new_time(void **state)
{
    static const struct timing t = {.restamp = 2000, .restamp_count = 10, .restamp_min_ms = 5};
    struct packets p = stream(stalled, 400);
    unsigned i;

    timing_apply(&p, &t);
    for (i = 0; i < 200; i++)
        assert_int_equal(p.at[i].ticks, i * TICKS);
    for (i = 200; i < 400; i++)
        assert_int_equal(p.at[i].ticks, i * TICKS + 800 * 48);
    free(p.at);
}

static void takes_arrival_times(void **state)
{
    static const struct timing t = {.by_arrival = true};
    struct packets p = stream(steady, 100);

    p.at[50].timestamp = p.at[49].timestamp; /* one frame */
    p.at[10].ticks = 1234567;
    timing_apply(&p, &t);
    assert_int_equal(p.at[10].ticks, 10 * TICKS);
    assert_int_equal(p.at[50].ticks, p.at[49].ticks);
    p.reader.version = 1; /* does not know */
    p.at[10].ticks = 1234567;
    timing_apply(&p, &t);
    assert_int_equal(p.at[10].ticks, 1234567);
    free(p.at);
}

static void the_fastest_packet_tells_the_beginning(void **state)
{
    struct packets p = stream(late_first, 200);

    assert_int_equal(timing_head_start_us(&p), 100000);
    free(p.at);
    p = stream(steady, 200);
    assert_int_equal(timing_head_start_us(&p), 0);
    p.at[100].ticks += 48 * 5000; /* no network does that */
    assert_int_equal(timing_head_start_us(&p), 0);
    free(p.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_alone_what_is_fine),
        cmocka_unit_test(brings_clocks_together),
        cmocka_unit_test(gives_late_packets_a_new_time),
        cmocka_unit_test(takes_arrival_times),
        cmocka_unit_test(the_fastest_packet_tells_the_beginning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
