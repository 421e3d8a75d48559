/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

static void opus_of_a_browser(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-opus.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_OPUS), 2000);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, n);
    for (i = 0; i < n; i++) {
        assert_int_equal(f->at[i].duration, 960);
        assert_int_equal(f->at[i].channels, 1);
        assert_true(f->at[i].keyframe && !f->at[i].undecodable);
        assert_int_equal(f->at[i].config_len, REC_OPUS_HEAD);
        assert_memory_equal(f->at[i].config, "OpusHead\1\1", 10);
        assert_int_equal(f->at[i].config_changed, i == 0);
    }
    frames_free(f);
    vectors_free(v, n);
}

static void negotiated_channels_win(void **state)
{
    struct rec_depacketizer_conf conf = frames_conf(REC_OPUS);
    struct frames *f;

    conf.channels = 2;
    f = frames_new(conf, 2000);
    frames_push_payload(f, 1, 111, false, 0, "78aa");
    frames_push_payload(f, 2, 111, false, 960, "7caa");
    assert_int_equal(f->at[0].channels, 1);
    assert_int_equal(f->at[1].channels, 2);
    assert_int_equal(f->at[1].config[9], 2);
    assert_false(f->at[1].config_changed);
    frames_free(f);
}

static struct frames *red(void)
{
    struct rec_depacketizer_conf conf = frames_conf(REC_OPUS);

    conf.payload_type = 111;
    conf.red_payload_type = 63;
    return frames_new(conf, 2000);
}

static void redundancy_fills_a_hole(void **state)
{
    struct frames *f = red();

    frames_push_payload(f, 1, 63, false, 0, "6f 78a0");
    frames_push_payload(f, 2, 63, false, 960, "ef0f0002 6f 78a0 78a1");
    assert_int_equal(f->n, 2); /* nothing twice */
    assert_frame_is(&f->at[1], "78a1");
    frames_push_payload(f, 5, 63, false, 3840, "ef1e0002 ef0f0002 6f 78a2 78a3 78a4"); /* two were lost */
    assert_int_equal(f->n, 5);
    assert_frame_is(&f->at[2], "78a2");
    assert_frame_is(&f->at[3], "78a3");
    assert_frame_is(&f->at[4], "78a4");
    assert_int_equal(f->at[2].timestamp, 1920);
    assert_true(f->at[2].recovered && f->at[3].recovered && !f->at[4].recovered);
    assert_true(f->at[2].lost);
    assert_false(f->at[4].lost);
    assert_int_equal(f->d.counters.lost, 2);
    frames_push_payload(f, 6, 111, false, 4800, "78a5"); /* and plain opus in between */
    assert_int_equal(f->n, 6);
    frames_free(f);
}

static void redundancy_of_something_else_is_left_out(void **state)
{
    struct frames *f = red();

    frames_push_payload(f, 1, 63, false, 0, "6f 78a0");
    frames_push_payload(f, 3, 63, false, 1920, "8d0f0002 6f 11 22 78a2"); /* comfort noise */
    frames_push_payload(f, 4, 63, false, 2880, "ef0f03ff 6f 78");         /* longer than the packet */
    assert_int_equal(f->n, 2);
    assert_int_equal(f->d.counters.broken, 1);
    frames_free(f);
}

static void one_byte_is_one_tick(void **state)
{
    static const enum rec_codec codecs[] = {REC_PCMU, REC_PCMA, REC_G722};
    struct frames *f;
    unsigned i;

    for (i = 0; i < 3; i++) {
        f = frames_new(frames_conf(codecs[i]), 2000);
        frames_push_payload(f, 1, 0, false, 7, "00112233445566778899");
        assert_int_equal(f->n, 1);
        assert_int_equal(f->at[0].duration, 10);
        assert_null(f->at[0].config);
        assert_int_equal(rec_codec_clock_rate(codecs[i]), 8000);
        frames_free(f);
    }
    assert_int_equal(rec_codec_sample_rate(REC_G722), 16000);
}

static void l16_is_turned_round(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_L16), 4);

    frames_push_payload(f, 1, 96, false, 0, "0102 0304");
    frames_push_payload(f, 2, 96, false, 2, "0102 03");
    frames_push_payload(f, 3, 96, false, 4, "0102 0304 0506");
    assert_int_equal(f->n, 1);
    assert_frame_is(&f->at[0], "0201 0403");
    assert_int_equal(f->at[0].duration, 2);
    assert_int_equal(f->d.counters.broken, 1);
    assert_int_equal(f->d.counters.too_big, 1);
    frames_free(f);
}

static void refuses_broken_opus(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_OPUS), 2000);

    frames_push_payload(f, 1, 111, false, 0, "7b00"); /* no frames */
    frames_push_payload(f, 2, 111, false, 0, "1b3f"); /* longer than 120 ms */
    assert_int_equal(f->n, 0);
    assert_int_equal(f->d.counters.broken, 2);
    frames_free(f);
}

static void names_and_rates(void **state)
{
    unsigned i;

    for (i = 1; i < REC_CODEC_COUNT; i++) {
        assert_int_equal(rec_codec_named(rec_codec_name((enum rec_codec)i)), i);
        assert_int_equal(rec_codec_is_video((enum rec_codec)i), i >= REC_VP8);
        assert_true(rec_codec_clock_rate((enum rec_codec)i) >= 8000);
    }
    assert_int_equal(rec_codec_named("theora"), REC_CODEC_NONE);
    assert_int_equal(rec_codec_named(NULL), REC_CODEC_NONE);
}

static void refuses_a_useless_configuration(void **state)
{
    struct rec_depacketizer_conf conf = frames_conf(REC_CODEC_NONE);
    struct rec_depacketizer d;
    uint8_t byte;

    conf.buffer = &byte;
    conf.buffer_size = 1;
    conf.emit = frames_take;
    assert_int_equal(rec_depacketizer_init(&d, &conf), -2);
    conf.codec = REC_VP8;
    assert_int_equal(rec_depacketizer_init(&d, &conf), 0);
    conf.emit = NULL;
    assert_int_equal(rec_depacketizer_init(&d, &conf), -2);
}

static void survives(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-opus.hex", v, VECTORS_MAX), i, cut;

    for (i = 0; i < n; i++) {
        for (cut = 0; cut <= v[i].len; cut++) {
            struct frames *f = red();
            uint8_t *part = frames_copy(v[i].data, cut);

            if (cut > 1)
                part[1] = 63; /* as if it were RED */
            rec_depacketizer_push(&f->d, part, cut, 1, 0);
            rec_depacketizer_push(&f->d, v[i].data, cut, 2, 0);
            free(part);
            frames_free(f);
        }
    }
    vectors_free(v, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opus_of_a_browser),
        cmocka_unit_test(negotiated_channels_win),
        cmocka_unit_test(redundancy_fills_a_hole),
        cmocka_unit_test(redundancy_of_something_else_is_left_out),
        cmocka_unit_test(one_byte_is_one_tick),
        cmocka_unit_test(l16_is_turned_round),
        cmocka_unit_test(refuses_broken_opus),
        cmocka_unit_test(names_and_rates),
        cmocka_unit_test(refuses_a_useless_configuration),
        cmocka_unit_test(survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
