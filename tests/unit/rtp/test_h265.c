/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/h265.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

/* As x265 writes them. */
static const char sps_1080[] = "420101016000000300900000030000030078a003c08010e596566924caf016808000000300800000030284";
static const char sps_480[] = "42010101600000030090000003000003005aa006b201e1d796566924caf016808000000300800000030284";
/* VPS, SPS and PPS in one aggregation packet. */
static const char aggregate[] =
    "6001 0018 40010c01ffff01600000030090000003000003005a959809 002b "
    "42010101600000030090000003000003005aa006b201e1d796566924caf016808000000300800000030284 "
    "0007 4401c172b46240";

static struct gw_rtp_facts inspect(const char *hex)
{
    struct vector v = vector_from_hex(hex);
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_h265_inspect(v.data, v.len, &f), 0);
    free(v.data);
    return f;
}

static void assert_size(const char *hex, uint16_t width, uint16_t height)
{
    struct vector v = vector_from_hex(hex);
    uint16_t w = 0, h = 0;

    assert_int_equal(gw_h265_sps_size(v.data, v.len, &w, &h), 0);
    assert_int_equal(w, width);
    assert_int_equal(h, height);
    free(v.data);
}

static void reads_sizes(void **state)
{
    assert_size(sps_1080, 1920, 1080);
    assert_size(sps_480, 854, 480);
}

static void parameter_sets_begin_a_keyframe(void **state)
{
    struct gw_rtp_facts f = inspect(aggregate);

    assert_true(f.keyframe);
    assert_true(f.frame_start);
    assert_int_equal(f.width, 854);
    assert_int_equal(f.height, 480);
    assert_int_equal(inspect(sps_1080).height, 1080);
    assert_false(inspect("4401c172b46240").keyframe);
}

static void slices(void **state)
{
    assert_true(inspect("2801af2440").keyframe);  /* IDR_N_LP, first slice segment */
    assert_false(inspect("28012f2440").keyframe); /* a later one */
    assert_true(inspect("0201d01178").frame_start);
    assert_false(inspect("0201d01178").keyframe);
    assert_int_equal(inspect("0203d01178").temporal, 2);
    assert_true(inspect("0603d01178").layer_sync); /* TSA_R */
    assert_false(inspect("0203d01178").layer_sync);
}

static void fragments(void **state)
{
    assert_true(inspect("6201 94 af24").keyframe);  /* IDR_N_LP begins */
    assert_false(inspect("6201 14 af24").keyframe); /* goes on */
    assert_true(inspect("6201 81 d011").frame_start);
    assert_false(inspect("6201 41 d011").frame_start);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {"", "02", "0200", "8201d0", "6001", "60010001", "6001000142", "6201", "6601aa"};
    struct gw_rtp_facts f;
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v = vector_from_hex(bad[i]);
        gw_facts_clear(&f);
        assert_int_equal(gw_h265_inspect(v.data, v.len, &f), GW_EPARSE);
        free(v.data);
    }
}

static void inspect_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;
    uint16_t w, h;

    gw_facts_clear(&f);
    gw_h265_inspect(data, len, &f);
    gw_h265_sps_size(data, len, &w, &h);
}

static void survives_truncation(void **state)
{
    static const char *const all[] = {sps_1080, sps_480, aggregate, "620194af24"};
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
        cmocka_unit_test(parameter_sets_begin_a_keyframe),
        cmocka_unit_test(slices),
        cmocka_unit_test(fragments),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
