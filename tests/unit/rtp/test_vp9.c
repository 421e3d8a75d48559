/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/vp9.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

/* The first bytes of a keyframe without scalability structure, 96x64. */
static const char bare_key[] = "8c 9234 a2498342e005f003f060";
/* Flexible mode, inter, two reference distances, TID 1 SID 1 D; id 5 in seven bits. */
static const char flexible[] = "f0 05 23 0304 1122";

/* I L B E V, id 0x1234, TID 0 U SID 0, TL0PICIDX 9; SS: two layers with sizes, a group of two pictures. */
static const char plain_key[] = "ae 9234 10 09 38 0140 00f0 0280 01e0 02 04 28 01 a2498342";

static struct gw_rtp_facts inspect(const char *hex)
{
    struct vector v = vector_from_hex(hex);
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_vp9_inspect(v.data, v.len, &f), 0);
    free(v.data);
    return f;
}

static void reads_a_key_picture(void **state)
{
    struct gw_rtp_facts f = inspect(plain_key);

    assert_true(f.keyframe);
    assert_true(f.frame_start);
    assert_true(f.frame_end);
    assert_true(f.spatial_sync);
    assert_true(f.layer_sync);
    assert_int_equal(f.picture_id, 0x1234);
    assert_true(f.picture_id_wide);
    assert_int_equal(f.tl0_picidx, 9);
    assert_int_equal(f.width, 640);
    assert_int_equal(f.height, 480);
    assert_int_equal(f.descriptor_len, 18);
}

static void reads_size_from_the_frame_itself(void **state)
{
    struct gw_rtp_facts f = inspect(bare_key);

    assert_true(f.keyframe);
    assert_int_equal(f.width, 96);
    assert_int_equal(f.height, 64);
}

static void reads_flexible_mode(void **state)
{
    struct gw_rtp_facts f = inspect(flexible);

    assert_false(f.keyframe);
    assert_int_equal(f.picture_id, 5);
    assert_false(f.picture_id_wide);
    assert_int_equal(f.temporal, 1);
    assert_int_equal(f.spatial, 1);
    assert_int_equal(f.tl0_picidx, -1);
    assert_int_equal(f.descriptor_len, 5);
    assert_false(f.spatial_sync);
}

static void upper_layer_of_a_key_picture_is_a_sync(void **state)
{
    struct gw_rtp_facts f = inspect("28 13 09 aabb"); /* L B, SID 1 D, no inter-picture prediction */

    assert_false(f.keyframe);
    assert_true(f.spatial_sync);
    assert_int_equal(f.spatial, 1);
}

static void refuses_too_many_references(void **state)
{
    struct vector v = vector_from_hex("d0 05 03 03 03 03 00");
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_vp9_inspect(v.data, v.len, &f), GW_EPARSE);
    free(v.data);
}

static void inspect_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_vp9_inspect(data, len, &f), len < 18 ? GW_EPARSE : 0);
}

static void inspect_bare_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_vp9_inspect(data, len, &f), len < 3 ? GW_EPARSE : 0);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(plain_key);

    vector_truncations(&v, inspect_cut);
    free(v.data);
    v = vector_from_hex(bare_key);
    vector_truncations(&v, inspect_bare_cut);
    free(v.data);
}

static void patches_in_place(void **state)
{
    struct vector v = vector_from_hex(plain_key);

    assert_int_equal(gw_vp9_patch(v.data, v.len, 0x0102, 200), 0);
    assert_int_equal(v.data[1], 0x81);
    assert_int_equal(v.data[2], 0x02);
    assert_int_equal(v.data[4], 200);
    free(v.data);
    v = vector_from_hex(flexible);
    assert_int_equal(gw_vp9_patch(v.data, v.len, 0x85, 200), 0);
    assert_int_equal(v.data[1], 0x05);
    assert_int_equal(v.data[2], 0x23);
    assert_int_equal(gw_vp9_patch(v.data, 1, 9, 9), GW_EPARSE);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_key_picture),
        cmocka_unit_test(reads_size_from_the_frame_itself),
        cmocka_unit_test(reads_flexible_mode),
        cmocka_unit_test(upper_layer_of_a_key_picture_is_a_sync),
        cmocka_unit_test(refuses_too_many_references),
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(patches_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
