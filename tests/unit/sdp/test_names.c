/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sdp/names.h"

static void order_of_preference(void **state)
{
    static const char *const audio[] = {"opus",   "pcmu",      "pcma",   "g722", "isac32",
                                        "isac16", "multiopus", "l16-48", "l16"};
    static const char *const video[] = {"vp8", "vp9", "h264", "av1", "h265"};

    for (unsigned i = 0; i < 9; i++)
        assert_string_equal(gw_codec_nth(GW_AUDIO, i)->name, audio[i]);
    assert_null(gw_codec_nth(GW_AUDIO, 9));
    for (unsigned i = 0; i < 5; i++)
        assert_string_equal(gw_codec_nth(GW_VIDEO, i)->name, video[i]);
    assert_null(gw_codec_nth(GW_VIDEO, 5));
}

static void found_by_name_and_by_rtpmap(void **state)
{
    assert_int_equal(gw_codec_named(GW_VIDEO, "VP8,", 3)->codec, GW_VP8);
    assert_null(gw_codec_named(GW_AUDIO, "vp8", 3));
    assert_int_equal(gw_codec_mapped(GW_AUDIO, "OPUS", 48000)->codec, GW_OPUS);
    assert_int_equal(gw_codec_mapped(GW_AUDIO, "ISAC", 16000)->codec, GW_ISAC16);
    assert_int_equal(gw_codec_mapped(GW_AUDIO, "L16", 48000)->codec, GW_L16_48);
    assert_null(gw_codec_mapped(GW_AUDIO, "opus", 8000));
    assert_null(gw_codec_mapped(GW_VIDEO, "rtx", 90000));
    assert_null(gw_codec_get(GW_CODEC_NONE));
}

static void every_extension_has_its_own_name_and_number(void **state)
{
    for (int i = 0; i < GW_EXT_COUNT; i++) {
        const char *uri = gw_ext_uri((enum gw_ext)i);

        assert_int_equal(gw_ext_by_uri(uri, strlen(uri)), i);
        for (int k = 0; k < i; k++)
            assert_true(!gw_ext_offer_id((enum gw_ext)i) ||
                        gw_ext_offer_id((enum gw_ext)k) != gw_ext_offer_id((enum gw_ext)i));
    }
    assert_int_equal(gw_ext_by_uri("urn:3gpp:video-orientationX", 27), -1);
    assert_int_equal(gw_ext_offer_id(GW_EXT_MID), 4);
    assert_int_equal(gw_ext_offer_id(GW_EXT_LAYERS_ALLOCATION), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_preference),
        cmocka_unit_test(found_by_name_and_by_rtpmap),
        cmocka_unit_test(every_extension_has_its_own_name_and_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
