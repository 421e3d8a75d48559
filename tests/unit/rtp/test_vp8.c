/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/vp8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

/* All fields: X, S; I L T K; 15-bit id 0x1234; TL0PICIDX 0x42; TID 2, Y; then a keyframe of 96x64. */
static const char full[] = "90f0 9234 42 a5 b026009d012a6000400007";
/* 7-bit id 0x11 and nothing else; non-reference; an interframe. */
static const char small[] = "b080 11 d11600";

static struct gw_rtp_facts inspect(const char *hex, bool marker)
{
    struct vector v = vector_from_hex(hex);
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    f.marker = marker;
    assert_int_equal(gw_vp8_inspect(v.data, v.len, &f), 0);
    free(v.data);
    return f;
}

static void reads_all_fields(void **state)
{
    struct gw_rtp_facts f = inspect(full, true);

    assert_int_equal(f.descriptor_len, 6);
    assert_int_equal(f.picture_id, 0x1234);
    assert_true(f.picture_id_wide);
    assert_int_equal(f.tl0_picidx, 0x42);
    assert_int_equal(f.temporal, 2);
    assert_true(f.layer_sync);
    assert_true(f.keyframe);
    assert_true(f.frame_start);
    assert_true(f.frame_end);
    assert_false(f.discardable);
    assert_int_equal(f.width, 96);
    assert_int_equal(f.height, 64);
}

static void reads_few_fields(void **state)
{
    struct gw_rtp_facts f = inspect(small, false);

    assert_int_equal(f.descriptor_len, 3);
    assert_int_equal(f.picture_id, 0x11);
    assert_false(f.picture_id_wide);
    assert_int_equal(f.tl0_picidx, -1);
    assert_true(f.discardable);
    assert_true(f.frame_start);
    assert_false(f.frame_end);
    assert_false(f.keyframe);
}

static void only_the_first_partition_starts_a_frame(void **state)
{
    assert_false(inspect("11 b026009d012a60004000", false).keyframe); /* S, partition 1 */
    assert_false(inspect("00 b026009d012a60004000", false).keyframe); /* in the middle */
    assert_true(inspect("10 b026009d012a60004000", false).keyframe);
    assert_int_equal(inspect("10 b026009d012a6040c080", false).width, 96); /* scaling bits are no size */
    assert_int_equal(inspect("10 b026009d012a6040c080", false).height, 192);
}

static void inspect_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;
    int err;

    gw_facts_clear(&f);
    err = gw_vp8_inspect(data, len, &f);
    assert_int_equal(err, len < 6 ? GW_EPARSE : 0);
    assert_int_equal(f.width, len < 16 ? 0 : 96);
}

static void patch_cut(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len + 1);

    assert_non_null(copy);
    memcpy(copy, data, len);
    if (gw_vp8_patch(copy, len, 5, 5))
        assert_memory_equal(copy, data, len); /* unchanged */
    free(copy);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(full);

    vector_truncations(&v, inspect_cut);
    vector_truncations(&v, patch_cut);
    free(v.data);
}

static void patches_in_place(void **state)
{
    struct vector v = vector_from_hex(full), expected = vector_from_hex("90f0 ffff 07 a5 b026009d012a6000400007");

    assert_int_equal(gw_vp8_patch(v.data, v.len, 0x17fff, 7), 0);
    assert_memory_equal(v.data, expected.data, v.len);
    assert_int_equal(gw_vp8_patch(v.data, v.len, -1, -1), 0);
    assert_memory_equal(v.data, expected.data, v.len);
    free(v.data);
    free(expected.data);
    v = vector_from_hex(small);
    assert_int_equal(gw_vp8_patch(v.data, v.len, 0x1ff, 7), 0);
    assert_int_equal(v.data[2], 0x7f); /* still seven bits, and no TL0PICIDX made up */
    assert_int_equal(v.data[3], 0xd1);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all_fields),
        cmocka_unit_test(reads_few_fields),
        cmocka_unit_test(only_the_first_partition_starts_a_frame),
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(patches_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
