/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#define SPS "67640016acd940d83de6f0110000030001000003000a0f162d96" /* 854x480 */
#define PPS "68ebe3cb22c0"

static void makes_annex_b_of_a_browsers_packets(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-h264.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_H264), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 4);
    for (i = 0; i < f->n; i++) {
        assert_int_equal(f->at[i].keyframe, i == 0);
        assert_memory_equal(f->at[i].data, "\0\0\0\1", 4);
        assert_int_equal(f->at[i].config_changed, i == 0);
        assert_non_null(f->at[i].config);
        assert_int_equal(f->at[i].width, 640);
        assert_int_equal(f->at[i].height, 480);
    }
    /* SPS of 18 bytes and PPS of 4, and nothing else */
    assert_int_equal(f->at[0].config_len, 4 + 18 + 4 + 4);
    assert_int_equal(f->at[0].config[4] & 0x1f, 7);
    assert_memory_equal(f->at[0].config, f->at[0].data, f->at[0].config_len);
    assert_int_equal(f->at[1].data[4], 0x61);
    assert_int_equal(f->at[2].data[4], 0x61); /* rebuilt from a fragment's header */
    frames_free(f);
    vectors_free(v, n);
}

static void parameter_sets_alone_wait_for_their_picture(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H264), FRAME_BUFFER);

    frames_push_payload(f, 1, 102, true, 0, SPS);
    frames_push_payload(f, 2, 102, true, 0, PPS);
    frames_push_payload(f, 3, 102, true, 3000, "65 88 aabb");
    assert_int_equal(f->n, 1);
    assert_frame_is(&f->at[0], "00000001" SPS "00000001" PPS "00000001 6588aabb");
    assert_int_equal(f->at[0].timestamp, 3000);
    assert_int_equal(f->at[0].first_seq, 1);
    assert_int_equal(f->at[0].width, 854);
    assert_int_equal(f->at[0].height, 480);
    assert_true(f->at[0].keyframe && !f->at[0].undecodable);
    frames_free(f);
}

static void unpacks_aggregates(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H264), FRAME_BUFFER);

    frames_push_payload(f, 1, 102, false, 0, "78 001a" SPS "0006" PPS);
    frames_push_payload(f, 2, 102, true, 0, "78 0003 6588aa 0002 6566");
    assert_int_equal(f->n, 1);
    assert_frame_is(&f->at[0], "00000001" SPS "00000001" PPS "00000001 6588aa 00000001 6566");
    frames_push_payload(f, 3, 102, true, 3000, "78 0005 6588aa"); /* cut off */
    assert_int_equal(f->d.counters.broken, 1);
    frames_push_payload(f, 4, 102, true, 6000, "59 0001 0002 41e0"); /* STAP-B */
    assert_int_equal(f->n, 2);
    assert_frame_is(&f->at[1], "00000001 41e0");
    assert_true(f->at[1].lost && f->at[1].undecodable);
    frames_free(f);
}

static void fragments_need_their_ends(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H264), FRAME_BUFFER);

    frames_push_payload(f, 1, 102, false, 0, "7c 85 88aa");
    frames_push_payload(f, 2, 102, false, 0, "7c 05 bb");
    frames_push_payload(f, 3, 102, true, 0, "7c 45 cc");
    assert_int_equal(f->n, 1);
    assert_frame_is(&f->at[0], "00000001 65 88aa bb cc");
    frames_push_payload(f, 4, 102, false, 3000, "7c 81 80aa"); /* begins */
    frames_push_payload(f, 5, 102, true, 3000, "41 80");       /* another unit in the middle of it */
    frames_push_payload(f, 6, 102, true, 6000, "7c 41 cc");    /* ends what has not begun */
    frames_push_payload(f, 7, 102, true, 9000, "65 88");
    assert_int_equal(f->n, 2);
    assert_true(f->at[1].lost);
    assert_false(f->at[1].undecodable);
    frames_free(f);
}

static void a_new_size_changes_the_config(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H264), FRAME_BUFFER);

    frames_push_payload(f, 1, 102, true, 0, "78 001a" SPS "0006" PPS "0003 6588aa");
    frames_push_payload(f, 2, 102, true, 3000, "78 001a" SPS "0006" PPS "0003 6588aa");
    frames_push_payload(f, 3, 102, true, 6000,
                        "78 001b 67640028acd940780227e5c044000003000400000300283c60c658 0006" PPS "0003 6588aa");
    assert_int_equal(f->n, 3);
    assert_true(f->at[0].config_changed);
    assert_false(f->at[1].config_changed);
    assert_true(f->at[2].config_changed);
    assert_int_equal(f->at[2].width, 1920);
    assert_int_equal(f->at[2].height, 1080);
    frames_free(f);
}

static void turns_as_the_extension_says(void **state)
{
    struct rec_depacketizer_conf conf = frames_conf(REC_H264);
    struct vector v = vector_from_hex("90e60001 00000000 00000001 bede0001 d0010000 6588aa");
    struct frames *f;

    conf.orientation_id = 13;
    f = frames_new(conf, FRAME_BUFFER);
    rec_depacketizer_push(&f->d, v.data, v.len, 1, 0);
    frames_push_payload(f, 2, 102, true, 3000, "4180"); /* says nothing: still true */
    v.data[17] = 0x06;
    v.data[7] = 0x20;
    rec_depacketizer_push(&f->d, v.data, v.len, 3, 0);
    assert_int_equal(f->n, 3);
    assert_int_equal(f->at[0].rotation, 90);
    assert_false(f->at[0].flipped);
    assert_int_equal(f->at[1].rotation, 90);
    assert_int_equal(f->at[2].rotation, 180);
    assert_true(f->at[2].flipped);
    free(v.data);
    frames_free(f);
}

static void survives(void **state)
{
    frames_survive("rtp/chromium-h264.hex", REC_H264);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_annex_b_of_a_browsers_packets),
        cmocka_unit_test(parameter_sets_alone_wait_for_their_picture),
        cmocka_unit_test(unpacks_aggregates),
        cmocka_unit_test(fragments_need_their_ends),
        cmocka_unit_test(a_new_size_changes_the_config),
        cmocka_unit_test(turns_as_the_extension_says),
        cmocka_unit_test(survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
