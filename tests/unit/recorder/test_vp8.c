/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

/* X, S: picture id 0x11 in seven bits; a keyframe of 640x480. Then an inter frame. */
static const char key[] = "90 80 11 d07100 9d012a 8002 e001 3961";
static const char inter[] = "90 80 12 b11d00 131c";

static void makes_frames_of_a_browsers_packets(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-vp8-l1t3.hex", v, VECTORS_MAX), bytes = 0, i;
    struct frames *f = frames_new(frames_conf(REC_VP8), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 7);
    assert_true(f->at[0].keyframe);
    assert_int_equal(f->at[0].width, 640);
    assert_int_equal(f->at[0].height, 480);
    assert_int_equal(f->at[0].last_seq - f->at[0].first_seq, 2);
    for (i = 0; i < f->n; i++) {
        assert_int_equal(f->at[i].keyframe, i == 0);
        assert_false(f->at[i].lost);
        assert_false(f->at[i].undecodable);
        assert_null(f->at[i].config);
        assert_int_equal(!(f->at[i].data[0] & 1), i == 0); /* the frame's own key bit */
        bytes += f->at[i].len;
    }
    assert_int_equal(f->at[1].timestamp - f->at[0].timestamp, 4320);
    assert_int_equal(f->d.counters.frames, 7);
    assert_true(bytes > 11000);
    frames_free(f);
    vectors_free(v, n);
}

static void a_lost_packet_costs_its_frame(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-vp8-l1t3.hex", v, VECTORS_MAX);
    struct frames *f = frames_new(frames_conf(REC_VP8), FRAME_BUFFER);

    frames_push(f, v, n, 1 << 6); /* in the middle of the fourth frame */
    assert_int_equal(f->n, 6);
    assert_false(f->at[2].lost);
    assert_true(f->at[3].lost);
    assert_true(f->at[3].undecodable);
    assert_false(f->at[4].lost);
    assert_true(f->at[4].undecodable); /* until the next keyframe */
    assert_int_equal(f->d.counters.dropped, 1);
    frames_free(f);
    vectors_free(v, n);
}

static void before_the_first_keyframe_nothing_is_decodable(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_VP8), FRAME_BUFFER);

    frames_push_payload(f, 5, 96, true, 0, inter);
    frames_push_payload(f, 6, 96, true, 3000, key);
    frames_push_payload(f, 7, 96, true, 6000, inter);
    assert_int_equal(f->n, 3);
    assert_true(f->at[0].undecodable);
    assert_false(f->at[1].undecodable);
    assert_false(f->at[2].undecodable);
    assert_frame_is(&f->at[1], "d07100 9d012a 8002 e001 3961");
    frames_free(f);
}

static void a_frame_without_marker_ends_where_the_next_begins(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_VP8), FRAME_BUFFER);

    frames_push_payload(f, 1, 96, false, 0, key);
    frames_push_payload(f, 2, 96, false, 3000, inter);
    assert_int_equal(f->n, 1);
    rec_depacketizer_flush(&f->d);
    assert_int_equal(f->n, 2);
    assert_int_equal(f->at[1].timestamp, 3000);
    frames_free(f);
}

static void other_payload_types_and_padding_do_not_count(void **state)
{
    struct rec_depacketizer_conf conf = frames_conf(REC_VP8);
    struct frames *f;

    conf.payload_type = 96;
    f = frames_new(conf, FRAME_BUFFER);
    frames_push_payload(f, 1, 96, true, 0, key);
    frames_push_payload(f, 2, 97, true, 1000, "aabbccdd");
    frames_push_payload(f, 3, 96, false, 2000, "");
    frames_push_payload(f, 3, 96, true, 2000, inter); /* seen */
    frames_push_payload(f, 4, 96, true, 3000, inter);
    assert_int_equal(f->n, 2);
    assert_false(f->at[1].lost);
    assert_int_equal(f->d.counters.ignored, 3);
    frames_free(f);
}

static void a_frame_larger_than_the_buffer_is_dropped(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_VP8), 10);

    frames_push_payload(f, 1, 96, true, 0, key);
    frames_push_payload(f, 2, 96, true, 3000, inter);
    assert_int_equal(f->n, 1);
    assert_true(f->at[0].lost);
    assert_true(f->at[0].undecodable);
    assert_int_equal(f->d.counters.too_big, 1);
    frames_free(f);
}

static void survives(void **state)
{
    frames_survive("rtp/chromium-vp8-l1t3.hex", REC_VP8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_frames_of_a_browsers_packets),
        cmocka_unit_test(a_lost_packet_costs_its_frame),
        cmocka_unit_test(before_the_first_keyframe_nothing_is_decodable),
        cmocka_unit_test(a_frame_without_marker_ends_where_the_next_begins),
        cmocka_unit_test(other_payload_types_and_padding_do_not_count),
        cmocka_unit_test(a_frame_larger_than_the_buffer_is_dropped),
        cmocka_unit_test(survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
