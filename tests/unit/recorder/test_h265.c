/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

/* As x265 writes them: 854x480. */
#define VPS "40010c01ffff01600000030090000003000003005a959809"
#define SPS "42010101600000030090000003000003005aa006b201e1d796566924caf016808000000300800000030284"
#define PPS "4401c172b46240"

static void makes_annex_b(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H265), FRAME_BUFFER);

    frames_push_payload(f, 1, 49, false, 0, "6001 0018" VPS "002b" SPS "0007" PPS);
    frames_push_payload(f, 2, 49, false, 0, "6201 94 af24");
    frames_push_payload(f, 3, 49, false, 0, "6201 14 25");
    frames_push_payload(f, 4, 49, true, 0, "6201 54 26");
    frames_push_payload(f, 5, 49, true, 3000, "0201d01178");
    assert_int_equal(f->n, 2);
    assert_frame_is(&f->at[0], "00000001" VPS "00000001" SPS "00000001" PPS "00000001 2801 af24 25 26");
    assert_true(f->at[0].keyframe);
    assert_int_equal(f->at[0].width, 854);
    assert_int_equal(f->at[0].height, 480);
    assert_int_equal(f->at[0].config_len, 3 * 4 + 24 + 43 + 7);
    assert_memory_equal(f->at[0].config, f->at[0].data, f->at[0].config_len);
    assert_true(f->at[0].config_changed);
    assert_frame_is(&f->at[1], "00000001 0201d01178");
    assert_false(f->at[1].keyframe || f->at[1].undecodable || f->at[1].config_changed);
    frames_free(f);
}

static void refuses_what_is_none(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_H265), FRAME_BUFFER);

    frames_push_payload(f, 1, 49, true, 0, "28");                  /* half a header */
    frames_push_payload(f, 2, 49, true, 3000, "6001 0018 40010c"); /* cut off */
    frames_push_payload(f, 3, 49, true, 6000, "6201");             /* a fragment without its header */
    frames_push_payload(f, 4, 49, true, 9000, "6401 aabb");        /* PACI */
    frames_push_payload(f, 5, 49, true, 12000, "6201 54 26");      /* an end without a beginning */
    assert_int_equal(f->n, 0);
    frames_push_payload(f, 6, 49, true, 15000, "2801af2440");
    assert_int_equal(f->n, 1);
    assert_true(f->at[0].keyframe && f->at[0].lost && !f->at[0].undecodable);
    assert_null(f->at[0].config);
    frames_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_annex_b),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
