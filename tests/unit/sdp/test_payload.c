/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "describe.h"

static const struct gw_sdp_payload *get(const struct gw_sdp_payloads *all, unsigned pt)
{
    for (unsigned i = 0; i < all->n; i++)
        if (all->p[i].pt == pt)
            return &all->p[i];
    fail_msg("payload type %u is missing", pt);
    return NULL;
}

static void reads_chromium_audio_and_video(void **state)
{
    struct gw_sdp *s = describe_fixture("chromium-simulcast");
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(&s->media[0], &all);
    assert_int_equal(all.n, 8);
    assert_int_equal(all.p[0].pt, 111);
    assert_string_equal(all.p[0].name, "opus");
    assert_int_equal(all.p[0].clock, 48000);
    assert_int_equal(all.p[0].channels, 2);
    assert_string_equal(all.p[0].fmtp, "minptime=10;useinbandfec=1");
    assert_int_equal(all.p[0].feedback, GW_SDP_TRANSPORT_CC);
    assert_string_equal(get(&all, 63)->fmtp, "111/111");
    gw_sdp_read_payloads(&s->media[1], &all);
    assert_int_equal(all.n, 23);
    assert_int_equal(get(&all, 96)->feedback,
                     GW_SDP_NACK | GW_SDP_PLI | GW_SDP_FIR | GW_SDP_REMB | GW_SDP_TRANSPORT_CC);
    assert_string_equal(get(&all, 45)->name, "AV1"); /* dynamic numbers below 96 */
    assert_string_equal(get(&all, 40)->fmtp, "apt=39");
    gw_sdp_free(s);
}

static void reads_firefox_with_fmtp_before_rtpmap(void **state)
{
    struct gw_sdp *s = describe_fixture("firefox-sendonly");
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(&s->media[0], &all);
    assert_string_equal(get(&all, 109)->fmtp, "maxplaybackrate=48000;stereo=1;useinbandfec=1");
    assert_string_equal(get(&all, 9)->name, "G722");
    assert_int_equal(get(&all, 9)->channels, 1);
    gw_sdp_free(s);
}

static void static_numbers_need_no_rtpmap(void **state)
{
    struct gw_sdp *s = describe("m=audio 9 X 0 8 9 3\r\n");
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(&s->media[0], &all);
    assert_int_equal(all.n, 4);
    assert_string_equal(all.p[0].name, "PCMU");
    assert_string_equal(all.p[1].name, "PCMA");
    assert_int_equal(all.p[2].clock, 8000);
    assert_string_equal(all.p[3].name, "");
    gw_sdp_free(s);
}

static void odd_lines_are_passed_over(void **state)
{
    struct gw_sdp *s = describe("m=video 9 X 96 96 128 abc 97\r\na=rtpmap:96 A/90000\r\na=rtpmap:96 B/8000\r\n"
                                "a=rtpmap:98 C/90000\r\na=rtpmap:97 D\r\na=rtpmap:97 /90000\r\n"
                                "a=rtpmap:97 E/99999999999\r\na=rtpmap:97 F/90000/0\r\na=rtcp-fb:* nack\r\n"
                                "a=rtcp-fb:97 NACK PLI \r\na=rtcp-fb:97 nack rpsi\r\na=fmtp:97\r\na=rtpmap\r\n");
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(&s->media[0], &all);
    assert_int_equal(all.n, 2);
    assert_string_equal(all.p[0].name, "A");
    assert_int_equal(all.p[0].feedback, GW_SDP_NACK);
    assert_string_equal(all.p[1].name, "F");
    assert_int_equal(all.p[1].channels, 1);
    assert_int_equal(all.p[1].feedback, GW_SDP_NACK | GW_SDP_PLI);
    assert_string_equal(all.p[1].fmtp, "");
    gw_sdp_free(s);
}

static void fmtp_parameters(void **state)
{
    const char *fmtp = "level-asymmetry-allowed=1; packetization-mode=1 ;profile-level-id=42E01F", *value;
    size_t len;

    assert_true(gw_sdp_fmtp_get(fmtp, "packetization-mode", &value, &len));
    assert_int_equal(len, 1);
    assert_true(gw_sdp_fmtp_is(fmtp, "profile-level-id", "42e01f"));
    assert_true(gw_sdp_fmtp_is(fmtp, "Packetization-Mode", "1"));
    assert_false(gw_sdp_fmtp_is(fmtp, "packetization-mode", "0"));
    assert_false(gw_sdp_fmtp_is(fmtp, "mode", "1"));
    assert_false(gw_sdp_fmtp_is(NULL, "mode", "1"));
    assert_false(gw_sdp_fmtp_is("stereo", "stereo", "1"));
    assert_false(gw_sdp_fmtp_is("sprop-stereo=1", "stereo", "1"));
    assert_true(gw_sdp_fmtp_is(";;stereo=1;", "stereo", "1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_chromium_audio_and_video),
        cmocka_unit_test(reads_firefox_with_fmtp_before_rtpmap),
        cmocka_unit_test(static_numbers_need_no_rtpmap),
        cmocka_unit_test(odd_lines_are_passed_over),
        cmocka_unit_test(fmtp_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
