/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/red.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/vectors.h"

/* Two redundant blocks (1920 and 960 ticks back, 2 and 3 bytes) and the primary, payload type 111. */
static const char packet[] = "ef1e0002 ef0f0003 6f a1a1 b2b2b2 c3c3c3c3";

static void splits(void **state)
{
    struct vector v = vector_from_hex(packet);
    struct gw_red_block b[GW_RED_BLOCKS];

    assert_int_equal(gw_red_split(b, GW_RED_BLOCKS, v.data, v.len), 3);
    assert_int_equal(b[0].payload_type, 111);
    assert_int_equal(b[0].ts_offset, 1920);
    assert_int_equal(b[0].len, 2);
    assert_int_equal(b[0].data[0], 0xa1);
    assert_int_equal(b[1].ts_offset, 960);
    assert_int_equal(b[1].len, 3);
    assert_int_equal(b[1].data[0], 0xb2);
    assert_int_equal(b[2].ts_offset, 0);
    assert_int_equal(b[2].len, 4);
    assert_int_equal(b[2].data[0], 0xc3);
    assert_int_equal(gw_red_split(b, 2, v.data, v.len), GW_ELIMIT);
    free(v.data);
}

static void joins_what_it_split(void **state)
{
    struct vector v = vector_from_hex(packet);
    struct gw_red_block b[GW_RED_BLOCKS];
    uint8_t out[64];
    size_t cap;
    int n = gw_red_split(b, GW_RED_BLOCKS, v.data, v.len);

    for (cap = 0; cap < v.len; cap++)
        assert_int_equal(gw_red_join(out, cap, b, (size_t)n), GW_ELIMIT);
    assert_int_equal(gw_red_join(out, cap, b, (size_t)n), v.len);
    assert_memory_equal(out, v.data, v.len);
    assert_int_equal(gw_red_join(out, sizeof(out), b, 0), GW_EINVAL);
    b[0].ts_offset = 0x4000;
    assert_int_equal(gw_red_join(out, sizeof(out), b, (size_t)n), GW_EINVAL);
    b[0].ts_offset = 0;
    b[0].len = 0x400;
    assert_int_equal(gw_red_join(out, sizeof(out), b, (size_t)n), GW_EINVAL);
    free(v.data);
}

static void split_cut(const uint8_t *data, size_t len)
{
    struct gw_red_block b[GW_RED_BLOCKS];

    /* headers 9, redundant blocks 5; what is left is the primary */
    assert_int_equal(gw_red_split(b, GW_RED_BLOCKS, data, len), len < 14 ? GW_EPARSE : 3);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(packet);

    vector_truncations(&v, split_cut);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits),
        cmocka_unit_test(joins_what_it_split),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
