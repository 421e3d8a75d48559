/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "describe.h"

static void numbers_fill_their_text(void **state)
{
    uint64_t v = 99;

    assert_true(gw_sdp_number("65535", 5, UINT16_MAX, &v));
    assert_int_equal(v, 65535);
    assert_false(gw_sdp_number("65536", 5, UINT16_MAX, &v));
    assert_false(gw_sdp_number("", 0, UINT16_MAX, &v));
    assert_false(gw_sdp_number("1x", 2, UINT16_MAX, &v));
    assert_false(gw_sdp_number("-1", 2, UINT16_MAX, &v));
    assert_false(gw_sdp_number("9", 1, 5, &v));
    assert_true(gw_sdp_number("18446744073709551615", 20, UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_false(gw_sdp_number("18446744073709551616", 20, UINT64_MAX, &v));
}

static void directions_fall_back_to_the_session(void **state)
{
    struct gw_sdp *s =
        describe("a=recvonly\r\nm=audio 9 X 0\r\nm=audio 9 X 0\r\na=sendonly\r\nm=video 9 X 0\r\na=inactive\r\n");

    assert_int_equal(gw_sdp_direction(s, &s->media[0]), GW_SDP_RECVONLY);
    assert_int_equal(gw_sdp_direction(s, &s->media[1]), GW_SDP_SENDONLY);
    assert_int_equal(gw_sdp_direction(s, &s->media[2]), GW_SDP_INACTIVE);
    gw_sdp_free(s);
    s = describe("m=audio 9 X 0\r\n");
    assert_int_equal(gw_sdp_direction(s, &s->media[0]), GW_SDP_SENDRECV);
    gw_sdp_free(s);
    assert_int_equal(gw_sdp_reverse(GW_SDP_SENDONLY), GW_SDP_RECVONLY);
    assert_int_equal(gw_sdp_reverse(GW_SDP_RECVONLY), GW_SDP_SENDONLY);
    assert_int_equal(gw_sdp_reverse(GW_SDP_SENDRECV), GW_SDP_SENDRECV);
    assert_string_equal(gw_sdp_direction_name(GW_SDP_SENDONLY), "sendonly");
}

static void levels_of_lookup(void **state)
{
    struct gw_sdp *s =
        describe("a=both:session\r\na=top:1\r\nm=audio 9 X 0\r\na=both:media\r\nm=video 9 X 0\r\na=deep:2\r\n");

    assert_string_equal(gw_sdp_get(s, &s->media[0], "both"), "media");
    assert_string_equal(gw_sdp_get(s, &s->media[1], "both"), "session");
    assert_string_equal(gw_sdp_get_any(s, "both"), "session");
    assert_string_equal(gw_sdp_get_any(s, "deep"), "2");
    assert_null(gw_sdp_get_any(s, "none"));
    assert_null(gw_sdp_get(s, &s->media[0], "deep"));
    gw_sdp_free(s);
}

static void sctp_in_both_syntaxes(void **state)
{
    struct gw_sdp *s = describe("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5001\r\n"
                                "m=application 9 DTLS/SCTP 5002\r\na=sctpmap:5002 webrtc-datachannel 16\r\n"
                                "m=application 9 DTLS/SCTP 5003\r\n"
                                "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                                "m=application 9 UDP/BFCP *\r\n"
                                "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:99999\r\n");
    static const uint16_t ports[] = {5001, 5002, 5003, 0, 0, 0};

    for (int i = 0; i < 6; i++) {
        assert_int_equal(gw_sdp_is_sctp(&s->media[i]), i != 4);
        assert_int_equal(gw_sdp_sctp_port(&s->media[i]), ports[i]);
    }
    gw_sdp_free(s);
}

static void fingerprint_of_chromium_and_firefox(void **state)
{
    char hash[16], hex[200];
    struct gw_sdp *s = describe_fixture("chromium-answer");

    assert_true(gw_sdp_fingerprint(s, hash, hex));
    assert_string_equal(hash, "sha-256");
    assert_string_equal(
        hex, "6A:23:BD:EE:76:63:67:9C:EC:85:1F:7E:FD:9F:B0:12:55:9E:3E:A3:C1:A9:E0:0B:FF:28:99:E9:8A:66:3B:A9");
    gw_sdp_free(s);
    s = describe_fixture("firefox-answer"); /* at session level only */
    assert_true(gw_sdp_fingerprint(s, hash, hex));
    assert_int_equal(strlen(hex), 95);
    gw_sdp_free(s);
}

static void fingerprint_chooses_and_refuses(void **state)
{
    char hash[16], hex[200];
    struct gw_sdp *s =
        describe("a=fingerprint:sha-512 AA:BB\r\na=fingerprint:SHA-1 01:02\r\na=fingerprint:sha-256 aa:Bb\r\n");

    assert_true(gw_sdp_fingerprint(s, hash, hex));
    assert_string_equal(hash, "sha-256");
    assert_string_equal(hex, "aa:Bb");
    gw_sdp_free(s);
    s = describe("a=fingerprint:SHA-1 01:02\r\n");
    assert_true(gw_sdp_fingerprint(s, hash, hex));
    assert_string_equal(hash, "sha-1");
    gw_sdp_free(s);
    s = describe("a=fingerprint:sha-256 AAA:B\r\na=fingerprint:sha-256 "
                 "GG:BB\r\na=fingerprint:sha-256\r\na=fingerprint:sha-256 AA:\r\n");
    assert_false(gw_sdp_fingerprint(s, hash, hex));
    gw_sdp_free(s);
}

static void extmap_with_directions(void **state)
{
    struct gw_sdp *s =
        describe("m=video 9 X 0\r\na=extmap:6/recvonly uri:a x=y\r\na=extmap:nope uri:b\r\na=extmap:7\r\n"
                 "a=extmap:4097 uri:c\r\na=extmap:8/inactive uri:d\r\n");
    struct gw_sdp_extmap x;
    unsigned i = 0;

    assert_true(gw_sdp_extmap_next(&s->media[0], &i, &x));
    assert_int_equal(x.id, 6);
    assert_int_equal(x.direction, GW_SDP_RECVONLY);
    assert_int_equal(x.uri_len, 5);
    assert_memory_equal(x.uri, "uri:a", 5);
    assert_true(gw_sdp_extmap_next(&s->media[0], &i, &x));
    assert_int_equal(x.id, 4097);
    assert_int_equal(x.direction, GW_SDP_SENDRECV);
    assert_true(gw_sdp_extmap_next(&s->media[0], &i, &x));
    assert_int_equal(x.direction, GW_SDP_INACTIVE);
    assert_false(gw_sdp_extmap_next(&s->media[0], &i, &x));
    gw_sdp_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_fill_their_text),
        cmocka_unit_test(directions_fall_back_to_the_session),
        cmocka_unit_test(levels_of_lookup),
        cmocka_unit_test(sctp_in_both_syntaxes),
        cmocka_unit_test(fingerprint_of_chromium_and_firefox),
        cmocka_unit_test(fingerprint_chooses_and_refuses),
        cmocka_unit_test(extmap_with_directions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
