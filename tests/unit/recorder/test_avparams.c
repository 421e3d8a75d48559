/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/avparams.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <libavutil/error.h>

static void every_codec_has_a_name_there(void **state)
{
    unsigned i;

    for (i = REC_CODEC_NONE + 1; i < REC_CODEC_COUNT; i++) {
        enum rec_codec codec = (enum rec_codec)i, back = rec_codec_from_av(rec_codec_to_av(codec));

        assert_int_not_equal(rec_codec_to_av(codec), AV_CODEC_ID_NONE);
        assert_int_equal(back, codec == REC_MULTIOPUS ? REC_OPUS : codec == REC_L16_48 ? REC_L16 : codec);
    }
    assert_int_equal(rec_codec_to_av(REC_CODEC_NONE), AV_CODEC_ID_NONE);
    assert_int_equal(rec_codec_from_av(AV_CODEC_ID_THEORA), REC_CODEC_NONE);
    assert_true(rec_codec_is_webm(REC_VP9) && rec_codec_is_webm(REC_OPUS));
    assert_false(rec_codec_is_webm(REC_H264) || rec_codec_is_webm(REC_PCMU) || rec_codec_is_webm(REC_CODEC_NONE));
}

static void describes_tracks(void **state)
{
    static const uint8_t config[] = {1, 2, 3};
    struct rec_params video = {.codec = REC_H264, .config = config, .config_len = 3, .width = 640, .height = 480},
                      audio = {.codec = REC_OPUS, .channels = 2}, phone = {.codec = REC_G722}, none = {0};
    AVCodecParameters *p = avcodec_parameters_alloc();

    assert_int_equal(rec_params_fill(p, &video), 0);
    assert_int_equal(p->codec_type, AVMEDIA_TYPE_VIDEO);
    assert_int_equal(p->width, 640);
    assert_int_equal(p->extradata_size, 3);
    assert_memory_equal(p->extradata, config, 3);
    avcodec_parameters_free(&p);

    p = avcodec_parameters_alloc();
    assert_int_equal(rec_params_fill(p, &audio), 0);
    assert_int_equal(p->ch_layout.nb_channels, 2);
    assert_int_equal(p->extradata_size, REC_OPUS_HEAD);
    assert_int_equal(p->extradata[9], 2);
    avcodec_parameters_free(&p);

    p = avcodec_parameters_alloc();
    assert_int_equal(rec_params_fill(p, &phone), 0);
    assert_int_equal(p->sample_rate, 16000);
    assert_int_equal(p->ch_layout.nb_channels, 1);
    assert_int_equal(rec_params_fill(p, &none), AVERROR(EINVAL));
    avcodec_parameters_free(&p);
}

static void hvcc_counts_what_is_there(void **state)
{
    uint8_t c[40] = {1,         [22] = 2, /* arrays */
                     [23] = 32, 0,        1, 0, 3, 'v', 'p', 's', [31] = 33, 0, 2, 0, 0, 0, 1, 's'};
    const size_t whole = 39;

    assert_true(rec_hvcc_is_whole(c, whole));
    assert_true(rec_hvcc_is_whole(c, whole + 1)); /* what comes behind is not ours */
    for (size_t len = 0; len < whole; len++)
        assert_false(rec_hvcc_is_whole(c, len));
    c[32] = 0xff; /* units of the second array */
    assert_false(rec_hvcc_is_whole(c, whole));
    memset(c, 0, sizeof(c));
    c[0] = 1;
    assert_true(rec_hvcc_is_whole(c, 23)); /* no arrays at all */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_codec_has_a_name_there),
        cmocka_unit_test(describes_tracks),
        cmocka_unit_test(hvcc_counts_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
