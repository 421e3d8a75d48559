/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/opus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static int samples(uint8_t first, uint8_t second, size_t len)
{
    const uint8_t packet[2] = {first, second};

    return gw_opus_samples(packet, len);
}

static void counts_samples(void **state)
{
    /* RFC 6716 table 2, one frame */
    static const int expected[32] = {480,  960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920,
                                     2880, 480, 960,  480,  960, 120, 240,  480,  960, 120, 240,
                                     480,  960, 120,  240,  480, 960, 120,  240,  480, 960};
    unsigned config;

    for (config = 0; config < 32; config++) {
        assert_int_equal(samples((uint8_t)(config << 3), 0, 1), expected[config]);
        assert_int_equal(samples((uint8_t)(config << 3 | 1), 0, 1), 2 * expected[config]);
        assert_int_equal(samples((uint8_t)(config << 3 | 2), 0, 1), 2 * expected[config]);
    }
    assert_int_equal(samples(0x78 | 3, 0x83, 2), 3 * 960);
    assert_int_equal(samples(0x78, 0x0b, 2), 960); /* as browsers send it: 20 ms */
}

static void refuses_what_is_none(void **state)
{
    assert_int_equal(samples(0, 0, 0), GW_EPARSE);
    assert_int_equal(samples(3, 0, 1), GW_EPARSE); /* frame count missing */
    assert_int_equal(samples(3, 0, 2), GW_EPARSE); /* no frames */
    assert_int_equal(samples(0x18 | 3, 2, 2), 5760);
    assert_int_equal(samples(0x18 | 3, 3, 2), GW_EPARSE); /* 180 ms */
}

static void tells_stereo_and_silence(void **state)
{
    static const uint8_t mono[] = {0x78, 1, 2}, stereo[] = {0x7c, 1, 2};

    assert_true(gw_opus_is_stereo(stereo, 3));
    assert_false(gw_opus_is_stereo(mono, 3));
    assert_false(gw_opus_is_stereo(stereo, 0));
    assert_true(gw_opus_is_dtx(mono, 1));
    assert_false(gw_opus_is_dtx(mono, 3));
    assert_false(gw_opus_is_dtx(mono, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_samples),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(tells_stereo_and_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
