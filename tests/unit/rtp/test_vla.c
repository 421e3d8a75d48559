/* SPDX-License-Identifier: Apache-2.0 */
/* Layers allocation: reading what a sender says of all its streams, and telling a receiver of its own. */
#include "rtp/vla.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three streams of one spatial layer each, with two, two and three temporal layers; this is the second. */
static const uint8_t simulcast[] = {
    0x61,                               /* stream 1 of 3, one spatial layer in each */
    0x58,                               /* 2, 2, 3 temporal layers: 01 01 10 00 */
    0x64, 0x96, 0x01,                   /* 100, 150 */
    0xac, 0x02, 0xf4, 0x03,             /* 300, 500 */
    0xa0, 0x06, 0xb0, 0x09, 0xa4, 0x0d, /* 800, 1200, 1700 */
    0x00, 0xef, 0x00, 0x86, 15,         /* 240x135 */
    0x01, 0xdf, 0x01, 0x0d, 15,         /* 480x270 */
    0x03, 0xbf, 0x02, 0x1b, 30,         /* 960x540 */
};

/* Two streams with different spatial layers: the first has two of them, the second only its lowest. No sizes. */
static const uint8_t different[] = {0x10, 0x31, 0x14, 0x0a, 0x14, 0x1e, 0x28, 0x32};

/* Of Chromium, with VP8 in three temporal layers, and with VP9 in two spatial layers of three temporal ones each. */
static void as_a_browser_says_it(void **state)
{
    static const uint8_t vp8[] = {0x01, 0x80, 0xa8, 0x05, 0xfc, 0x07, 0xa4, 0x0d, 0x02, 0x7f, 0x01, 0xdf, 0x14};
    static const uint8_t vp9[] = {0x03, 0xa0, 0x5d, 0x79, 0xac, 0x01, 0xa4, 0x02, 0xfc, 0x02, 0x9d,
                                  0x04, 0x01, 0x3f, 0x00, 0xef, 0x14, 0x02, 0x7f, 0x01, 0xdf, 0x14};
    uint8_t out[GW_VLA_MOST];
    struct gw_vla v;

    assert_int_equal(gw_vla_read(&v, vp8, sizeof(vp8)), 0);
    assert_int_equal(v.layer[0][0].temporal, 3);
    assert_int_equal(v.layer[0][0].kbps[2], 1700);
    assert_int_equal(v.layer[0][0].width, 640);
    assert_int_equal(v.layer[0][0].fps, 20);
    assert_int_equal(gw_vla_write(out, sizeof(out), &v, 0, 3, 3), sizeof(vp8)); /* the only stream: as it came */
    assert_memory_equal(out, vp8, sizeof(vp8));
    assert_int_equal(gw_vla_read(&v, vp9, sizeof(vp9)), 0);
    assert_int_equal(v.layer[0][0].kbps[2], 172);
    assert_int_equal(v.layer[0][1].kbps[2], 541);
    assert_int_equal(v.layer[0][0].height, 240);
    assert_int_equal(gw_vla_write(out, sizeof(out), &v, 0, 3, 3), sizeof(vp9));
    assert_memory_equal(out, vp9, sizeof(vp9));
}

static void all_of_simulcast(void **state)
{
    struct gw_vla v;

    assert_int_equal(gw_vla_read(&v, simulcast, sizeof(simulcast)), 0);
    assert_int_equal(v.stream, 1);
    assert_int_equal(v.streams, 3);
    assert_true(v.sizes);
    assert_int_equal(v.layer[0][0].temporal, 2);
    assert_int_equal(v.layer[0][0].kbps[1], 150);
    assert_int_equal(v.layer[2][0].temporal, 3);
    assert_int_equal(v.layer[2][0].kbps[2], 1700);
    assert_int_equal(v.layer[1][0].width, 480);
    assert_int_equal(v.layer[1][0].height, 270);
    assert_int_equal(v.layer[2][0].fps, 30);
    assert_int_equal(v.layer[2][1].temporal, 0);
}

static void a_mask_for_each_stream(void **state)
{
    struct gw_vla v;

    assert_int_equal(gw_vla_read(&v, different, sizeof(different)), 0);
    assert_int_equal(v.streams, 2);
    assert_false(v.sizes);
    assert_int_equal(v.layer[0][0].temporal, 1);
    assert_int_equal(v.layer[0][1].temporal, 2);
    assert_int_equal(v.layer[0][1].kbps[0], 20);
    assert_int_equal(v.layer[0][1].kbps[1], 30);
    assert_int_equal(v.layer[1][0].temporal, 2);
    assert_int_equal(v.layer[1][0].kbps[1], 50);
    assert_int_equal(v.layer[1][1].temporal, 0);
}

static void nothing_is_active(void **state)
{
    struct gw_vla v;
    uint8_t out[GW_VLA_MOST];

    assert_int_equal(gw_vla_read(&v, (const uint8_t *)"", 1), 0);
    assert_int_equal(v.streams, 0);
    assert_int_equal(gw_vla_write(out, sizeof(out), &v, 0, 3, 3), 1);
    assert_int_equal(out[0], 0);
}

static void a_receiver_hears_of_its_own_stream(void **state)
{
    struct gw_vla v, own;
    uint8_t out[GW_VLA_MOST];
    int n;

    assert_int_equal(gw_vla_read(&v, simulcast, sizeof(simulcast)), 0);
    n = gw_vla_write(out, sizeof(out), &v, 2, 3, 3);
    assert_true(n > 0);
    assert_int_equal(gw_vla_read(&own, out, (size_t)n), 0);
    assert_int_equal(own.stream, 0);
    assert_int_equal(own.streams, 1);
    assert_memory_equal(&own.layer[0], &v.layer[2], sizeof(own.layer[0]));
    n = gw_vla_write(out, sizeof(out), &v, 2, 3, 1); /* two of its three temporal layers */
    assert_int_equal(gw_vla_read(&own, out, (size_t)n), 0);
    assert_int_equal(own.layer[0][0].temporal, 2);
    assert_int_equal(own.layer[0][0].kbps[1], 1200);
    assert_int_equal(gw_vla_write(out, sizeof(out), &v, 3, 3, 3), 1); /* a stream that is not there */
}

static void and_of_its_spatial_layers(void **state)
{
    struct gw_vla v, own;
    uint8_t out[GW_VLA_MOST];
    int n;

    assert_int_equal(gw_vla_read(&v, different, sizeof(different)), 0);
    n = gw_vla_write(out, sizeof(out), &v, 0, 0, 3);
    assert_int_equal(gw_vla_read(&own, out, (size_t)n), 0);
    assert_int_equal(own.layer[0][0].temporal, 1);
    assert_int_equal(own.layer[0][1].temporal, 0);
}

static void what_is_cut_off_is_refused(void **state)
{
    struct gw_vla v;
    uint8_t *cut, out[GW_VLA_MOST];

    for (size_t len = 0; len < sizeof(simulcast); len++) {
        cut = malloc(len ? len : 1);
        memcpy(cut, simulcast, len);
        if (len != 15) /* all but the sizes, which may be left out */
            assert_int_equal(gw_vla_read(&v, cut, len), GW_EPARSE);
        free(cut);
    }
    cut = malloc(sizeof(simulcast) + 1);
    memcpy(cut, simulcast, sizeof(simulcast));
    cut[sizeof(simulcast)] = 0;
    assert_int_equal(gw_vla_read(&v, cut, sizeof(simulcast) + 1), GW_EPARSE);
    free(cut);
    assert_int_equal(gw_vla_read(&v, (const uint8_t *)"\x01\x00\xff\xff\xff\xff\xff\x01", 8), GW_EPARSE);
    assert_int_equal(gw_vla_read(&v, simulcast, sizeof(simulcast)), 0);
    for (size_t cap = 0; cap < 13; cap++)
        assert_int_equal(gw_vla_write(out, cap, &v, 2, 3, 3), GW_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_browser_says_it),
        cmocka_unit_test(all_of_simulcast),
        cmocka_unit_test(a_mask_for_each_stream),
        cmocka_unit_test(nothing_is_active),
        cmocka_unit_test(a_receiver_hears_of_its_own_stream),
        cmocka_unit_test(and_of_its_spatial_layers),
        cmocka_unit_test(what_is_cut_off_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
