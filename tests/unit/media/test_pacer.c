/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pacer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_pacer p;
static struct gw_send_item item;
static enum gw_send_class class;

static int set_up(void **state)
{
    memset(&p, 0, sizeof(p));
    return 0;
}

static int tear_down(void **state)
{
    gw_pacer_clear(&p);
    return 0;
}

static void push(enum gw_send_class c, uint32_t seq, int64_t now_us)
{
    struct gw_send_item i = {.out_seq = seq, .bytes = 1000};

    assert_true(gw_pacer_push(&p, c, &i, now_us));
}

static void audio_first_then_repairs_then_video(void **state)
{
    push(GW_SEND_VIDEO, 1, 0);
    push(GW_SEND_RTX, 2, 0);
    push(GW_SEND_AUDIO, 3, 0);
    push(GW_SEND_VIDEO, 4, 0);
    for (unsigned i = 0; i < 4; i++) {
        static const uint32_t order[] = {3, 2, 1, 4};

        assert_true(gw_pacer_next(&p, &item, &class, 0));
        assert_int_equal(item.out_seq, order[i]);
    }
    assert_false(gw_pacer_next(&p, &item, &class, 0));
    assert_true(gw_pacer_due(&p) == INT64_MAX);
}

static void what_waited_a_second_is_dropped(void **state)
{
    push(GW_SEND_VIDEO, 1, 0);
    push(GW_SEND_VIDEO, 2, 500000);
    assert_true(gw_pacer_next(&p, &item, &class, 1002000));
    assert_int_equal(item.out_seq, 2);
    assert_int_equal(p.dropped_old, 1);
}

/* Items keep 16 bits of the time they came at. */
static void ages_are_right_where_the_clock_wraps(void **state)
{
    const int64_t wrap_us = 65536000;

    push(GW_SEND_VIDEO, 1, wrap_us - 500000);
    assert_int_equal(gw_pacer_delay_us(&p, wrap_us + 400000), 900000);
    assert_true(gw_pacer_next(&p, &item, &class, wrap_us + 400000));
    assert_int_equal(p.late, 1);
    push(GW_SEND_VIDEO, 2, wrap_us - 500000);
    assert_false(gw_pacer_next(&p, &item, &class, wrap_us + 600000));
    assert_int_equal(p.dropped_old, 1);
}

static void the_bound_drops_the_oldest(void **state)
{
    for (unsigned i = 0; i < GW_PACER_MAX_ITEMS + 10; i++)
        push(GW_SEND_VIDEO, i, 0);
    assert_int_equal(gw_pacer_waiting(&p), GW_PACER_MAX_ITEMS);
    assert_int_equal(p.dropped_full, 10);
    assert_true(gw_pacer_next(&p, &item, &class, 0));
    assert_int_equal(item.out_seq, 10);
}

static void video_waits_for_the_rate(void **state)
{
    unsigned sent = 0;

    gw_pacer_set_rate(&p, 800000, 40000, 0); /* 100 packets a second */
    for (unsigned i = 0; i < 60; i++)
        push(GW_SEND_VIDEO, i, 0);
    for (int64_t now = 0; now <= 500000; now += 5000)
        while (gw_pacer_next(&p, &item, &class, now))
            sent++;
    assert_in_range(sent, 48, 55);
    push(GW_SEND_AUDIO, 999, 500000);
    assert_true(gw_pacer_next(&p, &item, &class, 500000));
    assert_int_equal(class, GW_SEND_AUDIO);
    assert_true(gw_pacer_due(&p) > 500000);
    gw_pacer_set_rate(&p, 0, 0, 500000);
    assert_true(gw_pacer_next(&p, &item, &class, 500000));
}

static void a_sink_that_goes_leaves_nothing(void **state)
{
    struct gw_send_item mine = {.sink = (struct gw_sink *)&p, .out_seq = 7};

    push(GW_SEND_VIDEO, 1, 0);
    gw_pacer_push(&p, GW_SEND_VIDEO, &mine, 0);
    gw_pacer_push(&p, GW_SEND_RTX, &mine, 0);
    push(GW_SEND_VIDEO, 2, 0);
    gw_pacer_forget(&p, mine.sink);
    assert_int_equal(gw_pacer_waiting(&p), 2);
    assert_true(gw_pacer_next(&p, &item, &class, 0));
    assert_int_equal(item.out_seq, 1);
    assert_true(gw_pacer_next(&p, &item, &class, 0));
    assert_int_equal(item.out_seq, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(audio_first_then_repairs_then_video, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_waited_a_second_is_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ages_are_right_where_the_clock_wraps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_bound_drops_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(video_waits_for_the_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sink_that_goes_leaves_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
