/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/rtx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rtp/rtp.h"
#include "support/vectors.h"

static void wraps_and_unwraps(void **state)
{
    struct vector v = vector_from_hex("90e01234 00000005 000000aa bede0001 10ff0000 01020304");
    struct vector wrapped = vector_from_hex("90e10042 00000005 000000bb bede0001 10ff0000 1234 01020304");
    uint8_t data[64];
    size_t len = v.len;

    memcpy(data, v.data, len);
    assert_int_equal(gw_rtx_wrap(data, &len, len + 1, 97, 0xbb, 0x42), GW_ELIMIT);
    assert_int_equal(gw_rtx_wrap(data, &len, len + 2, 97, 0xbb, 0x42), 0);
    assert_int_equal(len, wrapped.len);
    assert_memory_equal(data, wrapped.data, len);
    assert_int_equal(gw_rtx_unwrap(data, &len, 96, 0xaa), 0);
    assert_int_equal(len, v.len);
    assert_memory_equal(data, v.data, len);
    free(v.data);
    free(wrapped.data);
}

static void browser_probes(void **state)
{
    /* padding alone; a repeated packet; padding alone */
    struct vector v[3];
    struct gw_rtp_header h;
    size_t n = vectors_load("rtp/chromium-rtx.hex", v, 3), before;

    assert_int_equal(n, 3);
    before = v[0].len;
    assert_int_equal(gw_rtx_unwrap(v[0].data, &v[0].len, 98, 1), GW_EPROTO);
    assert_int_equal(v[0].len, before);
    before = v[1].len;
    assert_int_equal(gw_rtx_unwrap(v[1].data, &v[1].len, 98, 0x3e9552fc), 0);
    assert_int_equal(v[1].len, before - 2);
    assert_int_equal(gw_rtp_parse(&h, v[1].data, v[1].len), 0);
    assert_int_equal(h.payload_type, 98);
    assert_int_equal(h.seq, 0x175c);
    assert_true(h.ssrc == 0x3e9552fc);
    assert_true(h.marker);
    assert_int_equal(gw_rtx_unwrap(v[2].data, &v[2].len, 98, 1), GW_EPROTO);
    vectors_free(v, n);
}

static void cuts_padding_off(void **state)
{
    struct vector v = vector_from_hex("a0610042 00000005 000000bb 1234 0102 000003");
    struct gw_rtp_header h;

    assert_int_equal(gw_rtx_unwrap(v.data, &v.len, 96, 0xaa), 0);
    assert_int_equal(v.len, 14);
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), 0);
    assert_int_equal(h.padding, 0);
    assert_int_equal(h.seq, 0x1234);
    assert_int_equal(h.payload.len, 2);
    free(v.data);
}

static void unwrap_cut(const uint8_t *data, size_t len)
{
    uint8_t copy[64];
    size_t out = len;
    int err;

    memcpy(copy, data, len);
    err = gw_rtx_unwrap(copy, &out, 96, 1);
    assert_int_equal(err, len < 20 ? GW_EPARSE : len < 22 ? GW_EPROTO : 0);
    assert_int_equal(out, err ? len : len - 2);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex("90e10042 00000005 000000bb bede0001 10ff0000 1234 01020304");

    vector_truncations(&v, unwrap_cut);
    free(v.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wraps_and_unwraps),
        cmocka_unit_test(browser_probes),
        cmocka_unit_test(cuts_padding_off),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
