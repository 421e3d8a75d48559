/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

#define MOST 32

/* The ids of the browser's offer that the fixtures were recorded with. */
static const uint8_t video_ids[GW_EXT_COUNT] = {
    [GW_EXT_ABS_SEND_TIME] = 2,     [GW_EXT_TRANSPORT_CC] = 3, [GW_EXT_MID] = 4,
    [GW_EXT_PLAYOUT_DELAY] = 5,     [GW_EXT_ORIENTATION] = 13, [GW_EXT_DEPENDENCY_DESCRIPTOR] = 12,
    [GW_EXT_LAYERS_ALLOCATION] = 9,
};

static size_t fill_all(const char *file, enum gw_codec codec, bool descriptor, struct gw_rtp_facts *out)
{
    struct gw_dd_structure dd = {0};
    struct vector v[MOST];
    size_t n = vectors_load(file, v, MOST), i;

    for (i = 0; i < n; i++)
        assert_int_equal(gw_facts_fill(&out[i], v[i].data, v[i].len, codec, video_ids, descriptor ? &dd : NULL), 0);
    vectors_free(v, n);
    return n;
}

/* One layer: frames are what lies between markers, and only the first is a keyframe. */
static void assert_frames(const struct gw_rtp_facts *f, size_t n, bool parameter_sets)
{
    size_t i;

    assert_true(n >= 10);
    for (i = 0; i < n; i++) {
        assert_int_equal(f[i].keyframe, i == 0 || (parameter_sets && i == 1));
        assert_int_equal(f[i].frame_end, f[i].marker);
        if (i && !(parameter_sets && i == 1))
            assert_int_equal(f[i].frame_start, f[i].timestamp != f[i - 1].timestamp);
        if (i)
            assert_int_equal((uint16_t)f[i].ext_seq, (uint16_t)(f[i - 1].ext_seq + 1));
    }
    assert_true(f[0].frame_start);
    assert_int_equal(f[0].width, 640);
    assert_int_equal(f[0].height, 480);
}

static void single_layers(void **state)
{
    struct gw_rtp_facts f[MOST];

    assert_frames(f, fill_all("rtp/chromium-vp9.hex", GW_VP9, false, f), false);
    assert_int_equal(f[3].picture_id, f[0].picture_id + 1);
    assert_frames(f, fill_all("rtp/chromium-h264.hex", GW_H264, false, f), true);
    assert_frames(f, fill_all("rtp/chromium-vp8-l1t3.hex", GW_VP8, false, f), false);
    assert_frames(f, fill_all("rtp/chromium-av1-l1t3.hex", GW_AV1, false, f), false);
}

static void the_descriptor_decides(void **state)
{
    struct gw_rtp_facts f[MOST];
    size_t n = fill_all("rtp/chromium-vp8-l1t3.hex", GW_VP8, true, f), i;
    bool upper = false;

    /* with it, browsers leave picture id and layers out of the VP8 descriptor */
    for (i = 0; i < n; i++) {
        assert_int_equal(f[i].picture_id, -1);
        assert_true(f[i].dependency_descriptor.len >= 3);
        upper |= f[i].temporal > 0;
    }
    assert_true(upper);
    n = fill_all("rtp/chromium-av1-l3t3.hex", GW_AV1, true, f);
    for (i = 1; i < n; i++) /* every packet knows its layer, not only the first of a frame */
        assert_true(f[i].frame_start || f[i].spatial == f[i - 1].spatial);
    assert_int_equal(f[0].width, 320);
}

static void extensions_become_facts(void **state)
{
    static const uint8_t ids[GW_EXT_COUNT] = {[GW_EXT_AUDIO_LEVEL] = 1};
    struct gw_rtp_facts f[MOST];
    struct vector v[4];
    size_t n = vectors_load("rtp/chromium-opus.hex", v, 4), i;

    for (i = 0; i < n; i++) {
        assert_int_equal(gw_facts_fill(&f[i], v[i].data, v[i].len, GW_OPUS, ids, NULL), 0);
        assert_int_equal(f[i].audio_level, 127);
        assert_true(f[i].frame_start && f[i].frame_end);
        assert_int_equal(f[i].orientation, -1);
        assert_int_equal(f[i].playout_delay, -1);
    }
    vectors_free(v, n);
    fill_all("rtp/chromium-vp9.hex", GW_VP9, false, f);
    assert_int_equal(f[0].orientation, -1);
    assert_int_equal(f[2].orientation, 0); /* on the last packet of a keyframe */
}

static void a_payload_that_cannot_be_read_says_nothing(void **state)
{
    static const uint8_t ids[GW_EXT_COUNT];
    struct vector v = vector_from_hex("80e01234 00000005 000000aa ffff"); /* VP8 descriptor that goes past the end */
    struct gw_rtp_facts f;

    assert_int_equal(gw_facts_fill(&f, v.data, v.len, GW_VP8, ids, NULL), 0);
    assert_false(f.frame_start);
    assert_false(f.keyframe);
    assert_true(f.frame_end);
    assert_int_equal(f.picture_id, -1);
    assert_int_equal(f.descriptor_len, 0);
    assert_int_equal(f.payload.len, 2);
    assert_int_equal(gw_facts_fill(&f, v.data, 12, GW_VP8, ids, NULL), 0); /* a probe */
    assert_int_equal(f.payload.len, 0);
    assert_false(f.frame_end);
    assert_int_equal(gw_facts_fill(&f, v.data, 11, GW_VP8, ids, NULL), GW_EPARSE);
    free(v.data);
}

static void fill_cut(const uint8_t *data, size_t len)
{
    static const enum gw_codec codecs[] = {GW_OPUS, GW_VP8, GW_VP9, GW_H264, GW_H265, GW_AV1, GW_PCMU};
    struct gw_dd_structure dd = {0};
    struct gw_rtp_facts f;
    unsigned i;

    for (i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
        if (gw_facts_fill(&f, data, len, codecs[i], video_ids, &dd))
            continue;
        assert_true(f.payload.offset + f.payload.len <= len);
        assert_true(f.descriptor_len <= f.payload.len);
        assert_true(f.dependency_descriptor.offset + f.dependency_descriptor.len <= f.payload.offset);
    }
}

static void survives_truncation(void **state)
{
    static const char *const files[] = {"rtp/chromium-vp8-l1t3.hex", "rtp/chromium-vp9-l3t3key.hex",
                                        "rtp/chromium-h264.hex", "rtp/chromium-av1-l3t3.hex", "rtp/chromium-opus.hex"};
    struct vector v[2];
    unsigned i;
    size_t n;

    for (i = 0; i < 5; i++) {
        n = vectors_load(files[i], v, 2);
        vector_truncations(&v[0], fill_cut);
        vector_truncations(&v[1], fill_cut);
        vectors_free(v, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_layers),           cmocka_unit_test(the_descriptor_decides),
        cmocka_unit_test(extensions_become_facts), cmocka_unit_test(a_payload_that_cannot_be_read_says_nothing),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
