/* SPDX-License-Identifier: Apache-2.0 */
#include "media/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_rewrite r;
static struct gw_patch patch;

static struct gw_rtp_facts packet(uint32_t ssrc, uint64_t seq, uint32_t ts)
{
    return (struct gw_rtp_facts){.ssrc = ssrc, .ext_seq = seq, .timestamp = ts, .picture_id = -1, .tl0_picidx = -1};
}

static struct gw_rtp_facts vp8(uint64_t seq, uint32_t ts, int32_t picture, int tl0, unsigned temporal)
{
    struct gw_rtp_facts f = packet(1, seq, ts);

    f.picture_id = picture;
    f.picture_id_wide = true;
    f.tl0_picidx = (int16_t)tl0;
    f.temporal = (uint8_t)temporal;
    return f;
}

static int set_up(void **state)
{
    gw_rewrite_init(&r, 1000, 5000);
    return 0;
}

static uint64_t pass(struct gw_rtp_facts f)
{
    assert_true(gw_rewrite_pass(&r, &f, 0, &patch));
    return patch.seq;
}

static void begin(struct gw_rtp_facts f, uint32_t step)
{
    gw_rewrite_switch(&r, &f, step);
}

static void a_line_starts_where_it_was_told(void **state)
{
    struct gw_rtp_facts f = packet(1, 70000, 90);

    assert_false(gw_rewrite_pass(&r, &f, 0, &patch));
    begin(f, 0);
    assert_int_equal(pass(f), 1000);
    assert_int_equal(patch.ts, 5000);
    assert_int_equal(pass(packet(1, 70001, 190)), 1001);
    assert_int_equal(patch.ts, 5100);
}

static void losses_stay_holes_and_are_filled_late(void **state)
{
    begin(packet(1, 70000, 0), 0);
    assert_int_equal(pass(packet(1, 70000, 0)), 1000);
    assert_int_equal(pass(packet(1, 70003, 0)), 1003);
    assert_int_equal(pass(packet(1, 70001, 0)), 1001);
    assert_int_equal(pass(packet(1, 70002, 0)), 1002);
    assert_int_equal(pass(packet(1, 70004, 0)), 1004);
}

static void a_hole_too_long_to_be_filled_is_one_number(void **state)
{
    struct gw_rtp_facts f;

    begin(packet(1, 70000, 0), 0);
    assert_int_equal(pass(packet(1, 70000, 0)), 1000);
    assert_int_equal(pass(packet(1, 70000 + GW_REWRITE_WINDOW, 0)), 1000 + GW_REWRITE_WINDOW);
    f = packet(1, 70000 + 33000, 0); /* it is not passed on, so its receiver does not see how far it went */
    gw_rewrite_drop(&r, &f, false);
    f = packet(1, 70000 + 66000, 0);
    assert_int_equal(pass(f), 1000 + GW_REWRITE_WINDOW + 3);
    assert_int_equal(pass(packet(1, 70000 + 66002, 0)), 1000 + GW_REWRITE_WINDOW + 5);
    assert_int_equal(pass(packet(1, 70000 + 66001, 0)), 1000 + GW_REWRITE_WINDOW + 4);
    f = packet(1, 70000 + 65999, 0); /* of what the hole has swallowed */
    assert_false(gw_rewrite_pass(&r, &f, 0, &patch));
}

static void drops_leave_no_hole(void **state)
{
    struct gw_rtp_facts f;

    begin(packet(1, 70000, 0), 0);
    pass(packet(1, 70000, 0));
    f = packet(1, 70001, 0);
    gw_rewrite_drop(&r, &f, false);
    assert_int_equal(pass(packet(1, 70002, 0)), 1001);
    f = packet(1, 70003, 0);
    gw_rewrite_drop(&r, &f, false);
    /* 70004 is late; 70005 was dropped */
    f = packet(1, 70005, 0);
    gw_rewrite_drop(&r, &f, false);
    assert_int_equal(pass(packet(1, 70006, 0)), 1003);
    assert_int_equal(pass(packet(1, 70004, 0)), 1002);
}

static void late_packets_are_right_across_many_drops(void **state)
{
    uint64_t expected[2000];
    uint64_t out = 1000;

    begin(packet(1, 100000, 0), 0);
    for (unsigned i = 0; i < 2000; i++) { /* every third dropped, every seventh late by 100 */
        struct gw_rtp_facts f = packet(1, 100000 + i, 0);

        if (i % 3 == 2) {
            gw_rewrite_drop(&r, &f, false);
        } else {
            expected[i] = out++;
            if (i % 7 != 5)
                assert_int_equal(pass(f), expected[i]);
        }
        if (i >= 100 && (i - 100) % 7 == 5 && (i - 100) % 3 != 2)
            assert_int_equal(pass(packet(1, 100000 + i - 100, 0)), expected[i - 100]);
    }
}

static void a_switch_continues_the_line(void **state)
{
    begin(packet(1, 70000, 111), 0);
    pass(packet(1, 70000, 111));
    pass(packet(1, 70001, 3111));
    begin(packet(2, 90000, 777), 3000);
    assert_int_equal(pass(packet(2, 90000, 777)), 1002);
    assert_int_equal(patch.ts, 5000 + 3000 + 3000);
    assert_int_equal(pass(packet(2, 90001, 3777)), 1003);
    assert_int_equal(patch.ts, 5000 + 9000);
}

static void what_came_before_the_switch_is_refused(void **state)
{
    struct gw_rtp_facts late = packet(2, 89999, 700);

    begin(packet(1, 70000, 111), 0);
    pass(packet(1, 70000, 111));
    begin(packet(2, 90000, 777), 3000);
    pass(packet(2, 90000, 777));
    assert_false(gw_rewrite_pass(&r, &late, 0, &patch));
}

static void very_late_packets_are_refused(void **state)
{
    struct gw_rtp_facts late = packet(1, 70001, 0);

    begin(packet(1, 70000, 0), 0);
    pass(packet(1, 70000, 0));
    pass(packet(1, 70001 + GW_REWRITE_WINDOW, 0));
    assert_false(gw_rewrite_pass(&r, &late, 0, &patch));
}

static void numbers_wrap(void **state)
{
    gw_rewrite_init(&r, 0x7fff, 0xffffffff);
    begin(packet(1, 70000, 0), 0);
    assert_int_equal(pass(packet(1, 70000, 0)), 0x7fff);
    assert_int_equal(pass(packet(1, 70001, 10)), 0x8000);
    assert_int_equal(patch.ts, 9);
}

static void pictures_follow_without_holes_when_frames_are_dropped(void **state)
{
    struct gw_rtp_facts dropped;
    unsigned first;

    r.compact_pics = true;
    begin(vp8(70000, 0, 0x7ffe, 250, 0), 0);
    pass(vp8(70000, 0, 0x7ffe, 250, 0));
    first = patch.picture_id;
    pass(vp8(70001, 0, 0x7ffe, 250, 0)); /* second packet of the frame */
    assert_int_equal(patch.picture_id, first);
    dropped = vp8(70002, 90, 0x7fff, 250, 2);
    gw_rewrite_drop(&r, &dropped, true);
    dropped.ext_seq++;
    gw_rewrite_drop(&r, &dropped, true);
    pass(vp8(70004, 180, 0, 251, 0)); /* wraps */
    assert_int_equal(patch.picture_id, (first + 1) & 0x7fff);
    dropped = vp8(70005, 270, 1, 251, 2);
    gw_rewrite_drop(&r, &dropped, true);
    pass(vp8(70006, 360, 2, 252, 0));
    assert_int_equal(patch.picture_id, (first + 2) & 0x7fff);
    pass(vp8(70001, 0, 0x7ffe, 250, 0)); /* a late packet of the first */
    assert_int_equal(patch.picture_id, first);
}

static void lost_pictures_stay_holes(void **state)
{
    unsigned first;

    r.compact_pics = true;
    begin(vp8(70000, 0, 10, 1, 0), 0);
    pass(vp8(70000, 0, 10, 1, 0));
    first = patch.picture_id;
    pass(vp8(70002, 180, 12, 3, 0));
    assert_int_equal(patch.picture_id, first + 2);
    pass(vp8(70001, 90, 11, 2, 0));
    assert_int_equal(patch.picture_id, first + 1);
}

static void pictures_continue_over_a_switch(void **state)
{
    unsigned pic, tl0;

    begin(vp8(70000, 0, 10, 1, 0), 0);
    pass(vp8(70000, 0, 10, 1, 0));
    pic = patch.picture_id;
    tl0 = patch.tl0_picidx;
    begin(vp8(200000, 0, 3000, 77, 0), 3000);
    pass(vp8(200000, 0, 3000, 77, 0));
    assert_int_equal(patch.picture_id, (pic + 1) & 0x7fff);
    assert_int_equal(patch.tl0_picidx, (tl0 + 1) & 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_starts_where_it_was_told, set_up),
        cmocka_unit_test_setup(losses_stay_holes_and_are_filled_late, set_up),
        cmocka_unit_test_setup(a_hole_too_long_to_be_filled_is_one_number, set_up),
        cmocka_unit_test_setup(drops_leave_no_hole, set_up),
        cmocka_unit_test_setup(late_packets_are_right_across_many_drops, set_up),
        cmocka_unit_test_setup(a_switch_continues_the_line, set_up),
        cmocka_unit_test_setup(what_came_before_the_switch_is_refused, set_up),
        cmocka_unit_test_setup(very_late_packets_are_refused, set_up),
        cmocka_unit_test_setup(numbers_wrap, set_up),
        cmocka_unit_test_setup(pictures_follow_without_holes_when_frames_are_dropped, set_up),
        cmocka_unit_test_setup(lost_pictures_stay_holes, set_up),
        cmocka_unit_test_setup(pictures_continue_over_a_switch, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
