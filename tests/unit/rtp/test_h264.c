/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/h264.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

/* As x264 writes them: high profile, cropped; then interlaced; then 4:4:4. */
static const char sps_1080[] = "67640028acd940780227e5c044000003000400000300283c60c658";
static const char sps_480[] = "67640016acd940d83de6f0110000030001000003000a0f162d96";
static const char sps_interlaced[] = "67640016acd940b424d8088000000300800000050f8a14cb";
static const char sps_444[] = "67f4000c919b282a10f1f1f808800000030080000005078a14cb";
static const char stap[] = "78 001a 67640016acd940d83de6f0110000030001000003000a0f162d96 0006 68ebe3cb22c0";

static struct gw_rtp_facts inspect(const char *hex)
{
    struct vector v = vector_from_hex(hex);
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_h264_inspect(v.data, v.len, &f), 0);
    free(v.data);
    return f;
}

static void assert_size(const char *hex, uint16_t width, uint16_t height)
{
    struct vector v = vector_from_hex(hex);
    uint16_t w = 0, h = 0;

    assert_int_equal(gw_h264_sps_size(v.data, v.len, &w, &h), 0);
    assert_int_equal(w, width);
    assert_int_equal(h, height);
    free(v.data);
}

static void reads_sizes(void **state)
{
    assert_size(sps_1080, 1920, 1080);
    assert_size(sps_480, 854, 480);
    assert_size(sps_interlaced, 720, 576);
    assert_size(sps_444, 322, 242);
}

static void refuses_sizes_that_do_not_fit(void **state)
{
    /* baseline, id 0 …: 8192 macroblocks wide; then cropped to nothing */
    struct vector wide = vector_from_hex("6742001f f4 00040002c0"), other = vector_from_hex("6842001ff4");
    uint16_t w, h;

    assert_int_not_equal(gw_h264_sps_size(wide.data, wide.len, &w, &h), 0);
    assert_int_equal(gw_h264_sps_size(other.data, other.len, &w, &h), GW_EPARSE);
    free(wide.data);
    free(other.data);
}

static void parameter_sets_begin_a_keyframe(void **state)
{
    struct gw_rtp_facts f = inspect(stap);

    assert_true(f.keyframe);
    assert_true(f.frame_start);
    assert_false(f.discardable);
    assert_int_equal(f.width, 854);
    assert_int_equal(f.height, 480);
    assert_true(inspect(sps_1080).keyframe);
    assert_false(inspect("68ebe3cb22c0").keyframe); /* PPS alone */
    assert_true(inspect("68ebe3cb22c0").frame_start);
}

static void slices(void **state)
{
    assert_true(inspect("658884003f").keyframe);
    assert_false(inspect("65008884").keyframe); /* not the first slice */
    assert_true(inspect("419a226c").frame_start);
    assert_false(inspect("419a226c").keyframe);
    assert_false(inspect("419a226c").discardable);
    assert_true(inspect("019e4179").discardable); /* nal_ref_idc 0 */
    assert_false(inspect("0605ff").discardable);  /* SEI is no picture */
}

static void fragments(void **state)
{
    assert_true(inspect("7c85 888400").keyframe);
    assert_true(inspect("7c85 888400").frame_start);
    assert_false(inspect("7c05 888400").keyframe); /* in the middle */
    assert_false(inspect("7c45 888400").frame_start);
    assert_true(inspect("1c81 9a22").discardable);
    assert_true(inspect("5c81 9a22").frame_start);
    assert_false(inspect("7c85").keyframe); /* nothing in it: cannot be told */
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {"", "00", "e5", "1e", "1f", "78", "780005", "78000567", "780000", "7c", "7900"};
    struct gw_rtp_facts f;
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v = vector_from_hex(bad[i]);
        gw_facts_clear(&f);
        assert_int_equal(gw_h264_inspect(v.data, v.len, &f), GW_EPARSE);
        free(v.data);
    }
}

static void inspect_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;
    uint16_t w, h;

    gw_facts_clear(&f);
    gw_h264_inspect(data, len, &f);
    gw_h264_sps_size(data, len, &w, &h);
}

static void survives_truncation(void **state)
{
    static const char *const all[] = {sps_1080, sps_480, sps_interlaced, sps_444, stap, "7c85888400"};
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        v = vector_from_hex(all[i]);
        vector_truncations(&v, inspect_cut);
        free(v.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(refuses_sizes_that_do_not_fit),
        cmocka_unit_test(parameter_sets_begin_a_keyframe),
        cmocka_unit_test(slices),
        cmocka_unit_test(fragments),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
