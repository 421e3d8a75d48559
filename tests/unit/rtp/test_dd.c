/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/dd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

#define MOST 128

struct seen {
    struct gw_dd dd;
    struct gw_rtp_facts facts;
};

static struct gw_dd_structure structure;

/* Reads a file of descriptors in order. */
static size_t read_all(const char *file, struct seen *out)
{
    struct vector v[MOST];
    size_t n = vectors_load(file, v, MOST), i;

    memset(&structure, 0, sizeof(structure));
    for (i = 0; i < n; i++) {
        assert_int_equal(gw_dd_parse(&out[i].dd, v[i].data, v[i].len, &structure), 0);
        gw_facts_clear(&out[i].facts);
        gw_dd_facts(&out[i].dd, &structure, &out[i].facts);
    }
    vectors_free(v, n);
    assert_true(n >= 90);
    return n;
}

static void reads_temporal_layers(void **state)
{
    /* L1T3: 0 2 1 2, each but the second 2 reaching back to layer 0 alone */
    static const uint8_t temporal[] = {0, 2, 1, 2};
    static struct seen s[MOST];
    size_t n = read_all("rtp/chromium-dd-av1-l1t3.hex", s), i;
    unsigned frame;

    assert_int_equal(structure.n_targets, 3);
    assert_int_equal(structure.max_temporal, 2);
    assert_int_equal(structure.max_spatial, 0);
    for (i = 0; i < n; i++) {
        frame = s[i].dd.frame_number - 1u;
        assert_int_equal(s[i].facts.temporal, temporal[frame % 4]);
        assert_int_equal(s[i].facts.spatial, 0);
        assert_int_equal(s[i].facts.keyframe, i == 0);
        assert_int_equal(s[i].facts.discardable, temporal[frame % 4] == 2);
        assert_int_equal(s[i].facts.layer_sync, frame % 4 == 1 || frame % 4 == 2);
        assert_int_equal(s[i].facts.width, 640);
        if (i) /* a frame starts where another number begins, and the one before ended there */
            assert_int_equal(s[i].facts.frame_start, s[i].dd.frame_number != s[i - 1].dd.frame_number);
        if (i)
            assert_int_equal(s[i - 1].facts.frame_end, s[i].facts.frame_start);
    }
}

static void reads_spatial_layers(void **state)
{
    static struct seen s[MOST];
    size_t n = read_all("rtp/chromium-dd-vp9-l3t3key.hex", s), i;

    assert_int_equal(structure.n_targets, 6);
    assert_int_equal(structure.max_spatial, 1);
    assert_int_equal(structure.width[0], 320);
    assert_int_equal(structure.height[1], 480);
    /* a start with the lower layer alone; then a keyframe of both */
    assert_int_equal(s[0].dd.active, 0x07);
    assert_int_equal(s[4].dd.active, 0x3f);
    for (i = 0; i < n; i++) {
        assert_int_equal(s[i].facts.keyframe, i == 0 || i == 4);
        assert_int_equal(s[i].facts.spatial_sync, i <= 1 || (i >= 4 && i <= 11));
        assert_int_equal(s[i].facts.width, s[i].facts.spatial ? 640 : 320);
        if (s[i].facts.temporal == 2)
            assert_true(s[i].facts.discardable);
        if (s[i].facts.temporal < 2)
            assert_false(s[i].facts.discardable);
    }
}

static void an_upper_layer_keeps_a_frame_from_being_discardable(void **state)
{
    static struct seen s[MOST];
    size_t n = read_all("rtp/chromium-dd-av1-l3t3.hex", s), i;

    for (i = 0; i < n; i++) /* full SVC: the upper layer needs every frame of the lower one */
        assert_int_equal(s[i].facts.discardable, s[i].facts.temporal == 2 && s[i].facts.spatial == 1);
}

static void needs_a_structure(void **state)
{
    static const uint8_t bytes[] = {0xc5, 0x12, 0x34};
    struct gw_dd_structure none = {0};
    struct gw_dd d;

    assert_int_equal(gw_dd_parse(&d, bytes, sizeof(bytes), &none), GW_ESTATE);
    assert_true(d.start && d.end);
    assert_int_equal(d.template_id, 5);
    assert_int_equal(d.frame_number, 0x1234);
    assert_int_equal(gw_dd_parse(&d, bytes, 2, &none), GW_EPARSE);
}

static void templates_of_another_structure_are_told(void **state)
{
    static const uint8_t bytes[] = {0xfe, 0x00, 0x09}; /* template 62 */
    static struct seen s[MOST];
    struct gw_dd d;

    read_all("rtp/chromium-dd-av1-l1t3.hex", s);
    assert_int_equal(gw_dd_parse(&d, bytes, sizeof(bytes), &structure), GW_ESTATE);
    assert_int_equal(d.frame_number, 9);
}

static void parse_cut(const uint8_t *data, size_t len)
{
    struct gw_dd_structure s = {0}, before = {0};
    struct gw_dd d;

    if (gw_dd_parse(&d, data, len, &s))
        assert_memory_equal(&s, &before, sizeof(s)); /* all or nothing */
    else
        assert_true(s.n_templates > 0);
}

static void survives_truncation(void **state)
{
    static const char *const files[] = {"rtp/chromium-dd-av1-l1t3.hex", "rtp/chromium-dd-av1-l3t3.hex",
                                        "rtp/chromium-dd-vp9-l3t3key.hex"};
    struct vector v;
    unsigned i;

    for (i = 0; i < 3; i++) {
        assert_int_equal(vectors_load(files[i], &v, 1), 1);
        vector_truncations(&v, parse_cut);
        free(v.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_temporal_layers),
        cmocka_unit_test(reads_spatial_layers),
        cmocka_unit_test(an_upper_layer_keeps_a_frame_from_being_discardable),
        cmocka_unit_test(needs_a_structure),
        cmocka_unit_test(templates_of_another_structure_are_told),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
