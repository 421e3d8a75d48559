/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator's descriptions: what it reads of a server's, and what it answers. */
#include "../../../tools/load/load.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct options option = {.messages = 1};

static const char offer[] =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.0.2.1\r\na=sendonly\r\na=mid:0\r\na=rtcp-mux\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 AA:BB:CC\r\na=setup:actpass\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=candidate:1 1 TCP 1 192.0.2.7 9 typ host tcptype active\r\n"
    "a=candidate:2 1 udp 2015363327 192.0.2.9 21000 typ host\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\na=sendonly\r\na=mid:v\r\na=rtpmap:102 VP8/90000\r\na=rtcp-fb:102 nack\r\n"
    "a=rtcp-fb:102 nack pli\r\na=rtcp-fb:102 transport-cc\r\na=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n"
    "a=extmap:5 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\na=sctp-port:5000\r\n";

static int set_up(void **state)
{
    option.feedback = (char *)"nack,twcc";
    option.codec = (char *)"vp8";
    option.simulcast = false;
    option.messages = 1;
    return 0;
}

static void an_offer_is_read(void **state)
{
    struct remote r;

    assert_true(sdp_read(offer, &r));
    assert_string_equal(r.ufrag, "abcd");
    assert_string_equal(r.pwd, "0123456789012345678901");
    assert_string_equal(r.hash, "sha-256");
    assert_string_equal(r.fingerprint, "AA:BB:CC");
    assert_int_equal(r.audio_pt, 111);
    assert_int_equal(r.video_pt, 102);
    assert_int_equal(r.rtx_pt, 103);
    assert_string_equal(r.audio_mid, "0");
    assert_string_equal(r.video_mid, "v");
    assert_int_equal(r.twcc_ext, 5);
    assert_int_equal(r.sctp_port, 5000);
    assert_false(r.active);
    assert_int_equal(ntohs(r.address.sin_port), 21000);
    assert_int_equal(ntohl(r.address.sin_addr.s_addr), 0xc0000209);
}

/* Whatever is cut off: an answer or a refusal, and a port that is none stays 0. */
static void every_truncation_is_survived(void **state)
{
    char *text;
    struct remote r;

    for (size_t n = 0; n < sizeof(offer); n++) {
        text = strndup(offer, n);
        if (sdp_read(text, &r))
            assert_true(r.ufrag[0] && r.pwd[0] && r.fingerprint[0]);
        free(sdp_answer(text, &(struct local){"u", "p", "AA"}));
        free(text);
    }
}

static void without_an_address_there_is_no_way(void **state)
{
    struct remote r;
    char *text = strdup(offer);

    memcpy(strstr(text, "udp 2015363327"), "tcp", 3);
    assert_false(sdp_read(text, &r));
    free(text);
}

static void the_answer_repeats_what_was_offered(void **state)
{
    char *a = sdp_answer(offer, &(struct local){"uuuu", "pppp", "DD:EE"});

    assert_non_null(strstr(a, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
    assert_non_null(strstr(a, "a=ice-ufrag:uuuu\r\n"));
    assert_non_null(strstr(a, "a=fingerprint:sha-256 DD:EE\r\n"));
    assert_non_null(strstr(a, "a=setup:active\r\n"));
    assert_non_null(strstr(a, "a=recvonly\r\n"));
    assert_non_null(strstr(a, "a=rtcp-fb:102 nack\r\n"));
    assert_non_null(strstr(a, "transport-wide-cc"));
    assert_non_null(strstr(a, "a=sctp-port:5000\r\n"));
    assert_null(strstr(strstr(a, "m=application"), "a=recvonly"));
    assert_null(strstr(a, "sendonly"));
    assert_null(strstr(a, "abcd"));
    free(a);
}

static void feedback_is_left_out_when_not_wanted(void **state)
{
    char *a;

    option.feedback = (char *)"none";
    a = sdp_answer(offer, &(struct local){"uuuu", "pppp", "DD:EE"});
    assert_null(strstr(a, "transport"));
    assert_null(strstr(a, "102 nack\r\n"));
    assert_non_null(strstr(a, "102 nack pli\r\n"));
    free(a);
}

static void an_offer_of_ours_can_be_read(void **state)
{
    const struct local l = {"uuuu", "pppp", "DD:EE"};
    char *o = sdp_offer(&l, 1000);

    assert_non_null(strstr(o, "a=group:BUNDLE 0 1 2\r\n"));
    assert_non_null(strstr(o, "a=ssrc-group:FID 1001 1011\r\n"));
    assert_non_null(strstr(o, "m=application"));
    free(o);
    option.messages = 0;
    option.simulcast = true;
    o = sdp_offer(&l, 1000);
    assert_non_null(strstr(o, "a=group:BUNDLE 0 1\r\n"));
    assert_non_null(strstr(o, "a=simulcast:send f;h;q\r\n"));
    assert_null(strstr(o, "m=application"));
    free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_offer_is_read, set_up),
        cmocka_unit_test_setup(every_truncation_is_survived, set_up),
        cmocka_unit_test_setup(without_an_address_there_is_no_way, set_up),
        cmocka_unit_test_setup(the_answer_repeats_what_was_offered, set_up),
        cmocka_unit_test_setup(feedback_is_left_out_when_not_wanted, set_up),
        cmocka_unit_test_setup(an_offer_of_ours_can_be_read, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
