/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/av1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "rtp/payload.h"
#include "support/vectors.h"

/* The first bytes of a browser's keyframe: N, one element with its size, a sequence header OBU; then a frame OBU. */
static const char key[] = "18 0a 081904049313ff7c01a008 34 0104d0030c30c05b";

static struct gw_rtp_facts inspect(const char *hex)
{
    struct vector v = vector_from_hex(hex);
    struct gw_rtp_facts f;

    gw_facts_clear(&f);
    assert_int_equal(gw_av1_inspect(v.data, v.len, &f), 0);
    free(v.data);
    return f;
}

static void reads_browser_keyframes(void **state)
{
    static const struct {
        const char *file;
        uint16_t width, height;
    } files[] = {{"rtp/chromium-av1-l1t3.hex", 640, 480}, {"rtp/chromium-av1-l3t3.hex", 640, 480}};
    struct vector v[32];
    struct gw_rtp_header h;
    struct gw_rtp_facts f;
    size_t n, i;
    unsigned k;

    for (k = 0; k < 2; k++) {
        n = vectors_load(files[k].file, v, 32);
        assert_true(n >= 10);
        for (i = 0; i < n; i++) {
            assert_int_equal(gw_rtp_parse(&h, v[i].data, v[i].len), 0);
            gw_facts_clear(&f);
            f.marker = h.marker;
            assert_int_equal(gw_av1_inspect(v[i].data + h.payload.offset, h.payload.len, &f), 0);
            assert_int_equal(f.keyframe, i == 0);
            assert_int_equal(f.frame_end, h.marker);
            assert_int_equal(f.width, i ? 0 : files[k].width);
            assert_int_equal(f.height, i ? 0 : files[k].height);
        }
        vectors_free(v, n);
    }
}

static void reads_layers(void **state)
{
    struct gw_rtp_facts f = inspect("10 34 48 aabb"); /* W 1: a frame OBU with extension, T2 S1 */

    assert_int_equal(f.temporal, 2);
    assert_int_equal(f.spatial, 1);
    assert_true(f.frame_start);
    assert_false(f.keyframe);
}

static void continued_elements_are_no_headers(void **state)
{
    struct gw_rtp_facts f = inspect("90 0c 48 aabb"); /* Z: would be a sequence header otherwise */

    assert_false(f.frame_start);
    assert_false(f.keyframe);
}

static void steps_through_elements(void **state)
{
    struct vector v = vector_from_hex("40 02 aabb 00 03 ccddee"), w2 = vector_from_hex("e0 01 aa bbcc");
    struct gw_av1_element e;
    struct gw_av1_iter it;

    assert_int_equal(gw_av1_begin(&it, v.data, v.len), 0);
    assert_int_equal(gw_av1_next(&it, &e), 1);
    assert_int_equal(e.len, 2);
    assert_false(e.last);
    assert_false(e.continued);
    assert_int_equal(gw_av1_next(&it, &e), 1);
    assert_int_equal(e.len, 0);
    assert_int_equal(gw_av1_next(&it, &e), 1);
    assert_int_equal(e.len, 3);
    assert_int_equal(e.data[0], 0xcc);
    assert_true(e.last);
    assert_true(e.continued);
    assert_int_equal(gw_av1_next(&it, &e), 0);
    assert_int_equal(gw_av1_begin(&it, w2.data, w2.len), 0);
    assert_int_equal(gw_av1_next(&it, &e), 1);
    assert_true(e.continues);
    assert_int_equal(e.len, 1);
    assert_int_equal(gw_av1_next(&it, &e), 1);
    assert_false(e.continues);
    assert_int_equal(e.len, 2); /* the last of W has no size */
    assert_true(e.last);
    assert_int_equal(gw_av1_next(&it, &e), 0);
    free(v.data);
    free(w2.data);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {"", "00 05 aabb", "00 ffffffffff01", "10 80", "10 04", "10 0a80"};
    struct gw_rtp_facts f;
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v = vector_from_hex(bad[i]);
        gw_facts_clear(&f);
        assert_int_equal(gw_av1_inspect(v.data, v.len, &f), GW_EPARSE);
        free(v.data);
    }
}

static void reads_a_size_with_timing(void **state)
{
    /*
     * Profile 0; timing: 1, 30, equal intervals (uvlc 0); decoder model of 5-bit delays; delay flag; one operating
     * point, level 8 with tier, with its delays and its own display delay; 9 + 9 bits: 511 + 1, 255 + 1
     */
    static const char *const bits = "000"
                                    "0"
                                    "0"
                                    "1"
                                    "00000000000000000000000000000001"
                                    "00000000000000000000000000011110"
                                    "1"
                                    "1"
                                    "1"
                                    "00100"
                                    "00000000000000000000000000000001"
                                    "00100"
                                    "00100"
                                    "1"
                                    "00000"
                                    "000000000000"
                                    "01000"
                                    "1"
                                    "1"
                                    "00000"
                                    "00000"
                                    "0"
                                    "1"
                                    "0000"
                                    "1000"
                                    "1000"
                                    "111111111"
                                    "011111111"
                                    "00000000";
    uint8_t obu[64] = {0x08};
    uint16_t w = 0, h = 0;
    size_t i;

    for (i = 0; bits[i]; i++)
        obu[1 + i / 8] |= (uint8_t)((bits[i] == '1') << (7 - i % 8));
    assert_int_equal(gw_av1_sequence_size(obu, 1 + i / 8, &w, &h), 0);
    assert_int_equal(w, 512);
    assert_int_equal(h, 256);
    obu[0] = 0x30;
    assert_int_equal(gw_av1_sequence_size(obu, 1 + i / 8, &w, &h), GW_EPARSE);
}

static void inspect_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_facts f;
    uint16_t w, h;

    gw_facts_clear(&f);
    gw_av1_inspect(data, len, &f);
    gw_av1_sequence_size(data, len, &w, &h);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(key);

    assert_true(inspect(key).keyframe);
    vector_truncations(&v, inspect_cut);
    memmove(v.data, v.data + 2, v.len - 2);
    v.len -= 2;
    vector_truncations(&v, inspect_cut);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_browser_keyframes),
        cmocka_unit_test(reads_layers),
        cmocka_unit_test(continued_elements_are_no_headers),
        cmocka_unit_test(steps_through_elements),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(reads_a_size_with_timing),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
