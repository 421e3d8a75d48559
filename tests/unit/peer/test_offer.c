/* SPDX-License-Identifier: Apache-2.0 */
#include "planning.h"

static int place(struct gw_plan *p, int mindex, const struct cardea_place *wanted)
{
    int before = mindex, err = gw_plan_place(p, &mindex, wanted);

    if (!err && before >= 0)
        assert_int_equal(mindex, before);
    return err ? err : mindex;
}

static void offer(struct gw_plan *p)
{
    struct cardea_offer o = {.title = "Test"};

    assert_int_equal(gw_plan_offer(p, &o), 0);
}

static int take_answer(struct gw_plan *p, const char *sdp)
{
    struct gw_plan_remote r = {.sdp = sdp};
    char why[128] = "";
    int err = gw_plan_take_answer(p, &r, why, sizeof(why));

    assert_int_equal(err != 0, why[0] != 0);
    return err;
}

static const struct cardea_place opus = {.kind = CARDEA_AUDIO,
                                         .codec = "opus",
                                         .payload_type = -1,
                                         .opus_fec = true,
                                         .audiolevel = true,
                                         .transport_cc = true};
static const struct cardea_place vp8 = {.kind = CARDEA_VIDEO,
                                        .codec = "vp8",
                                        .payload_type = -1,
                                        .orientation = true,
                                        .playout_delay = true,
                                        .transport_cc = true};
static const struct cardea_place data = {.kind = CARDEA_DATA};

/* A plan that offers opus and VP8 and took this fixture as its answer. */
static struct gw_plan *answered_by(const char *fixture)
{
    char *text = fixture_sdp(fixture);
    struct gw_plan *p = plan_make();

    assert_int_equal(place(p, -1, &opus), 0);
    assert_int_equal(place(p, -1, &vp8), 1);
    offer(p);
    assert_int_equal(take_answer(p, text), 0);
    free(text);
    return p;
}

/* --- the text ----------------------------------------------------------------------------------------------------- */

static void text_of_an_offer(void **state)
{
    struct gw_plan *p = plan_make();
    char *text;

    assert_int_equal(place(p, -1, &opus), 0);
    assert_int_equal(place(p, -1, &vp8), 1);
    assert_int_equal(place(p, -1, &data), 2);
    offer(p);
    text = plan_text_with(p, false, false);
    assert_string_equal(
        text, "v=0\r\no=- 4711 1 IN IP4 203.0.113.9\r\ns=Test\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n"
              "a=ice-options:trickle\r\na=fingerprint:sha-256 0A:1B\r\na=extmap-allow-mixed\r\n"
              "a=msid-semantic: WMS *\r\n"
              "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 203.0.113.9\r\na=sendonly\r\na=mid:0\r\na=rtcp-mux\r\n"
              "a=ice-ufrag:x4Qd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=ice-options:trickle\r\na=setup:actpass\r\n"
              "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtcp-fb:111 transport-cc\r\n"
              "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
              "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
              "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
              "a=msid:janus janus0\r\na=ssrc:1001 cname:janus\r\n"
              "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 203.0.113.9\r\na=sendonly\r\na=mid:1\r\na=rtcp-mux\r\n"
              "a=ice-ufrag:x4Qd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=ice-options:trickle\r\na=setup:actpass\r\n"
              "a=rtcp-xr:rcvr-rtt=all\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
              "a=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\n"
              "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:13 urn:3gpp:video-orientation\r\n"
              "a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n"
              "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
              "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
              "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 1002 1003\r\n"
              "a=msid:janus janus1\r\na=ssrc:1002 cname:janus\r\na=ssrc:1003 cname:janus\r\n"
              "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 203.0.113.9\r\na=sendonly\r\na=mid:2\r\n"
              "a=ice-ufrag:x4Qd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=ice-options:trickle\r\na=setup:actpass\r\n"
              "a=sctp-port:5000\r\n");
    free(text);
    gw_plan_free(p);
}

static void codec_table(void **state)
{
    struct {
        enum cardea_kind kind;
        const char *codec, *profile, *line, *rest;
    } const cases[] = {
        {CARDEA_AUDIO, "pcmu", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", "a=rtpmap:0 PCMU/8000\r\n"},
        {CARDEA_AUDIO, "pcma", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n", "a=rtpmap:8 PCMA/8000\r\n"},
        {CARDEA_AUDIO, "g722", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 9\r\n", "a=rtpmap:9 G722/8000\r\n"},
        {CARDEA_AUDIO, "isac32", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 104\r\n", "a=rtpmap:104 ISAC/32000\r\n"},
        {CARDEA_AUDIO, "isac16", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 103\r\n", "a=rtpmap:103 ISAC/16000\r\n"},
        {CARDEA_AUDIO, "l16-48", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 105\r\n", "a=rtpmap:105 L16/48000\r\n"},
        {CARDEA_AUDIO, "l16", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 106\r\n", "a=rtpmap:106 L16/16000\r\n"},
        {CARDEA_AUDIO, "multiopus", NULL, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "a=rtpmap:111 multiopus/48000/6\r\n"},
        {CARDEA_VIDEO, "vp9", "2", "m=video 9 UDP/TLS/RTP/SAVPF 101 102\r\n", "a=fmtp:101 profile-id=2\r\n"},
        {CARDEA_VIDEO, "h264", "42e01f", "m=video 9 UDP/TLS/RTP/SAVPF 107 108\r\n",
         "a=fmtp:107 profile-level-id=42e01f;packetization-mode=1\r\n"},
        {CARDEA_VIDEO, "h264", NULL, "m=video 9 UDP/TLS/RTP/SAVPF 107 108\r\n", "a=fmtp:107 packetization-mode=1\r\n"},
        {CARDEA_VIDEO, "av1", NULL, "m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\n", "a=rtpmap:98 AV1/90000\r\n"},
        {CARDEA_VIDEO, "h265", NULL, "m=video 9 UDP/TLS/RTP/SAVPF 100 102\r\n", "a=fmtp:102 apt=100\r\n"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cardea_place w = {
            .kind = cases[i].kind, .codec = cases[i].codec, .profile = cases[i].profile, .payload_type = -1};
        struct gw_plan *p = plan_make();
        char *text;

        assert_int_equal(place(p, -1, &w), 0);
        offer(p);
        text = plan_text(p);
        assert_has(text, cases[i].line);
        assert_has(text, cases[i].rest);
        free(text);
        gw_plan_free(p);
    }
}

/* In one bundle no number may mean two things. */
static void numbers_do_not_collide(void **state)
{
    static const char *const codecs[] = {"h265", "vp9", "vp8", "av1", "h264", "vp8"};
    const char *meaning[128] = {0};
    struct gw_plan *p = plan_make();
    struct gw_media *m;
    struct gw_sdp *s;

    for (unsigned i = 0; i < 6; i++) {
        struct cardea_place w = {.kind = CARDEA_VIDEO, .codec = codecs[i], .payload_type = -1};

        assert_int_equal(place(p, -1, &w), i);
    }
    offer(p);
    m = gw_plan_media(p);
    for (unsigned i = 0; i < 6; i++) {
        static const char *const rtx[] = {"rtx h265", "rtx vp9", "rtx vp8", "rtx av1", "rtx h264", "rtx vp8"};
        unsigned numbers[2] = {m->m[i].payload_type, m->m[i].rtx_payload_type};
        const char *names[2] = {codecs[i], rtx[i]};

        for (unsigned k = 0; k < 2; k++) {
            assert_in_range(numbers[k], 96, 127);
            if (meaning[numbers[k]])
                assert_string_equal(meaning[numbers[k]], names[k]);
            meaning[numbers[k]] = names[k];
        }
    }
    s = plan_sdp(p);
    assert_int_equal(s->n_media, 6);
    gw_sdp_free(s);
    free(m);
    gw_plan_free(p);
}

static void details_of_a_place(void **state)
{
    struct cardea_place w = opus;
    struct gw_plan *p = plan_make();
    char *text;

    w.opus_dtx = w.opus_stereo = w.opus_red = true;
    w.payload_type = 100;
    w.fmtp = "maxaveragebitrate=20000";
    w.msid_stream = "my feed";
    w.msid_track = "3";
    w.mid = "snd";
    w.abs_capture_time = true;
    assert_int_equal(place(p, -1, &w), 0);
    w = vp8;
    w.codec = "av1";
    w.dependency_descriptor = true;
    w.inactive = true;
    assert_int_equal(place(p, -1, &w), 1);
    offer(p);
    text = plan_text(p);
    assert_has(text, "m=audio 9 UDP/TLS/RTP/SAVPF 100 63\r\n");
    assert_has(text, "a=fmtp:100 useinbandfec=1;usedtx=1;stereo=1;maxaveragebitrate=20000\r\n");
    assert_has(text, "a=fmtp:63 100/100\r\n");
    assert_has(text, "a=mid:snd\r\n");
    assert_has(text, "a=msid:my_feed 3\r\n");
    assert_has(text, "a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time\r\n");
    assert_has(text, "a=inactive\r\na=mid:1\r\n");
    assert_has(text, "a=extmap:8 https://aomediacodec");
    assert_lacks(text, "a=msid:janus");
    assert_true(plan_stream(p, 1)->disabled && plan_stream(p, 1)->sink);
    free(text);
    gw_plan_free(p);
}

static void places_that_cannot_be(void **state)
{
    struct cardea_place w = opus;
    struct gw_plan *p = plan_make();

    w.codec = NULL;
    assert_int_equal(place(p, -1, &w), GW_EINVAL);
    w.codec = "vp8"; /* no audio codec */
    assert_int_equal(place(p, -1, &w), GW_EINVAL);
    w = opus;
    w.payload_type = 128;
    assert_int_equal(place(p, -1, &w), GW_EINVAL);
    w = opus;
    w.kind = (enum cardea_kind)4;
    assert_int_equal(place(p, -1, &w), GW_EINVAL);
    assert_int_equal(place(p, 0, &opus), GW_ENOENT);
    w = opus;
    w.mid = "12345678901234567";
    assert_int_equal(place(p, -1, &w), GW_EINVAL);
    assert_int_equal(place(p, -1, &opus), 0);
    w.mid = "0";
    assert_int_equal(place(p, -1, &w), GW_EINVAL);  /* taken */
    assert_int_equal(place(p, 0, &vp8), GW_EINVAL); /* another kind */
    w = opus;
    w.codec = "pcmu";
    assert_int_equal(place(p, 0, &w), GW_EINVAL); /* another codec */
    for (int i = 1; i < GW_MAX_MLINES; i++)
        assert_int_equal(place(p, -1, &opus), i);
    assert_int_equal(place(p, -1, &opus), GW_ELIMIT);
    gw_plan_free(p);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void chromium_answers(void **state)
{
    struct gw_plan *p = answered_by("chromium-answer");
    struct gw_media *m = gw_plan_media(p);
    const struct gw_mline *v = &m->m[1];
    struct gw_remote *r = gw_plan_remote(p);

    assert_true(gw_plan_is_negotiated(p));
    assert_int_equal(m->n, 2);
    assert_true(m->m[0].send && !m->m[0].receive);
    assert_int_equal(m->m[0].payload_type, 111);
    assert_int_equal(m->m[0].ext[GW_EXT_MID], 4);
    assert_int_equal(m->m[0].ext[GW_EXT_AUDIO_LEVEL], 1);
    assert_true(m->m[0].ext_two_byte_ok);
    assert_true(v->send && v->nack && v->pli && v->fir && v->remb && v->transport_cc);
    assert_int_equal(v->payload_type, 96);
    assert_int_equal(v->rtx_payload_type, 97);
    assert_int_equal(v->ext[GW_EXT_ABS_SEND_TIME], 2);
    assert_int_equal(v->ext[GW_EXT_PLAYOUT_DELAY], 5); /* what the peer says holds */
    assert_int_equal(v->send_ssrc, 1002);
    assert_int_equal(v->send_rtx_ssrc, 1003);
    assert_true(plan_stream(p, 0)->ready && plan_stream(p, 1)->ready);
    assert_true(plan_stream(p, 1)->sink == gw_track_make(PEER, 1) && !plan_stream(p, 1)->source);
    assert_string_equal(plan_stream(p, 1)->codec, "vp8");
    assert_false(r->dtls_client); /* it answered setup:active */
    assert_int_equal(r->n_candidates, 2);
    for (unsigned i = 0; i < r->n_candidates; i++)
        free(r->candidates[i]);
    free(r);
    free(m);
    gw_plan_free(p);
}

static void firefox_answers_with_its_own_numbers(void **state)
{
    struct gw_plan *p = answered_by("firefox-answer");
    struct gw_media *m = gw_plan_media(p);

    assert_int_equal(m->m[0].payload_type, 109);
    assert_int_equal(m->m[1].payload_type, 120);
    assert_int_equal(m->m[1].rtx_payload_type, 124);
    assert_int_equal(m->m[1].ext[GW_EXT_MID], 3);
    assert_int_equal(m->m[1].ext[GW_EXT_TRANSPORT_CC], 7);
    assert_int_equal(m->m[1].ext[GW_EXT_ORIENTATION], 0); /* not in the answer */
    free(m);
    gw_plan_free(p);
}

#define ANSWER(direction)                                                                                              \
    HEAD "a=setup:active\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rtpmap:96 VP8/90000\r\na=" direction "\r\n"

static void answers_that_refuse(void **state)
{
    struct {
        const char *sdp;
        bool send, ready, disabled;
    } const cases[] = {
        {ANSWER("recvonly"), true, true, false},
        {ANSWER("inactive"), false, false, false},
        {HEAD "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n", false, false, true},
        {HEAD "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rtpmap:96 VP8/90000\r\na=bundle-only\r\n", true, true,
         false},
        {HEAD "m=video 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:0\r\na=rtpmap:98 VP9/90000\r\n", false, false, true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_plan *p = plan_make();
        struct gw_media *m;

        assert_int_equal(place(p, -1, &vp8), 0);
        offer(p);
        assert_int_equal(take_answer(p, cases[i].sdp), 0);
        m = gw_plan_media(p);
        assert_int_equal(m->m[0].send, cases[i].send);
        if (!cases[i].disabled)
            assert_int_equal(m->m[0].rtx_payload_type, 0); /* it was not in the answer */
        assert_int_equal(plan_stream(p, 0)->ready, cases[i].ready);
        assert_int_equal(plan_stream(p, 0)->disabled, cases[i].disabled);
        assert_true(plan_stream(p, 0)->sink != 0); /* the sink stays */
        free(m);
        gw_plan_free(p);
    }
}

static void answers_that_do_not_fit(void **state)
{
    struct gw_plan *p = plan_make();

    assert_int_equal(place(p, -1, &vp8), 0);
    offer(p);
    assert_int_equal(take_answer(p, "junk"), GW_EPARSE);
    assert_int_equal(take_answer(p, HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"), GW_EPARSE);
    assert_int_equal(take_answer(p, ANSWER("recvonly") "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n"), GW_EPARSE);
    assert_int_equal(take_answer(p, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"), GW_EPARSE);
    assert_int_equal(gw_plan_get_state(p), GW_PLAN_LOCAL_OFFER); /* still waiting for a good one */
    assert_int_equal(take_answer(p, ANSWER("recvonly")), 0);
    assert_int_equal(take_answer(p, ANSWER("recvonly")), GW_EPROTO);
    gw_plan_free(p);
}

static void data_is_offered_and_answered(void **state)
{
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    assert_int_equal(place(p, -1, &data), 0);
    assert_true(plan_stream(p, 0)->sink != 0);
    offer(p);
    assert_int_equal(
        take_answer(p, HEAD "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\na=sctp-port:5003\r\n"), 0);
    m = gw_plan_media(p);
    assert_int_equal(m->m[0].sctp_port, 5003);
    assert_true(plan_stream(p, 0)->ready && plan_stream(p, 0)->source && plan_stream(p, 0)->sink);
    free(m);
    gw_plan_free(p);
}

/* --- again -------------------------------------------------------------------------------------------------------- */

static void offers_again(void **state)
{
    struct cardea_place w = vp8;
    struct cardea_offer o = {0};
    struct gw_plan *p = answered_by("chromium-answer");
    struct gw_media *before = gw_plan_media(p), *after;
    char *text, *answer = fixture_sdp("chromium-answer");

    w.inactive = true;
    assert_int_equal(place(p, 1, &w), 1);
    offer(p);
    assert_int_equal(gw_plan_offer(p, &o), GW_EPROTO);
    assert_int_equal(plan_take(p, answer), GW_EPROTO); /* no glare */
    text = plan_text(p);
    assert_has(text, "o=- 4711 2 IN IP4 203.0.113.9\r\n");
    assert_has(text, "a=setup:actpass\r\n");
    assert_has(text, "a=inactive\r\na=mid:1\r\n");
    assert_has(text, "a=extmap:12 http"); /* our own numbers */
    free(text);
    after = gw_plan_media(p);
    assert_memory_equal(&before->m[0], &after->m[0], sizeof(before->m[0].mid));
    assert_true(after->m[1].send); /* until it is answered */
    free(after);
    assert_int_equal(take_answer(p, answer), 0);
    after = gw_plan_media(p);
    assert_false(after->m[1].send);
    assert_true(after->m[0].send);
    assert_int_equal(after->m[1].send_ssrc, before->m[1].send_ssrc);
    assert_int_equal(after->m[1].payload_type, 96);
    free(before);
    free(after);
    free(answer);
    gw_plan_free(p);
}

static void a_place_waits_for_the_next_offer(void **state)
{
    struct gw_plan *p = answered_by("chromium-answer");
    char *text;
    size_t n;

    offer(p);
    assert_int_equal(place(p, -1, &data), 2); /* while an offer is out */
    text = plan_text(p);
    assert_lacks(text, "m=application");
    free(text);
    gw_plan_streams(p, &n);
    assert_int_equal(n, 3);
    text = fixture_sdp("chromium-answer");
    assert_int_equal(take_answer(p, text), 0);
    free(text);
    offer(p);
    text = plan_text(p);
    assert_has(text, "m=application 9");
    free(text);
    gw_plan_free(p);
}

static void a_refused_line_comes_back_when_placed(void **state)
{
    struct gw_plan *p = plan_make();
    char *text;

    assert_int_equal(place(p, -1, &vp8), 0);
    assert_int_equal(place(p, -1, &data), 1);
    offer(p);
    assert_int_equal(take_answer(p, HEAD "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
                                         "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n"),
                     0);
    offer(p);
    text = plan_text(p);
    assert_has(text, "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n");
    assert_has(text, "a=group:BUNDLE 1\r\n");
    free(text);
    assert_int_equal(take_answer(p, HEAD "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
                                         "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n"),
                     0);
    assert_int_equal(place(p, 0, &vp8), 0);
    offer(p);
    text = plan_text(p);
    assert_has(text, "m=video 9 UDP/TLS/RTP/SAVPF 96");
    free(text);
    gw_plan_free(p);
}

static void the_peer_offers_too(void **state)
{
    struct gw_plan *p = answered_by("chromium-answer");
    char *text = fixture_sdp("chromium-recvonly"); /* same mids: audio 0, video 1 */
    struct gw_media *m;

    plan_answer(p, text, NULL);
    free(text);
    m = gw_plan_media(p);
    assert_true(m->m[0].send && m->m[1].send && !m->m[1].receive);
    assert_int_equal(m->m[1].send_ssrc, 1002);
    free(m);
    text = plan_text(p);
    assert_has(text, "a=sendonly\r\na=mid:1\r\n"); /* the place goes on sending */
    assert_has(text, "a=setup:passive\r\n");
    free(text);
    gw_plan_free(p);
}

static void we_send_on_a_line_of_the_peer(void **state)
{
    struct cardea_answer receive = {.receive_only = true};
    struct gw_plan *p = plan_answered("chromium-all", &receive);
    struct gw_media *m;
    char *text;

    assert_int_equal(place(p, 1, &vp8), 1);
    offer(p);
    text = plan_text(p);
    assert_has(text, "a=sendrecv\r\na=mid:1\r\n");
    assert_has(text, "a=extmap:13 urn:3gpp:video-orientation\r\n"); /* the numbers of the peer */
    assert_has(text, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 203.0.113.9\r\na=recvonly\r\n");
    free(text);
    text = fixture_sdp("chromium-all");
    assert_int_equal(take_answer(p, text), 0);
    free(text);
    m = gw_plan_media(p);
    assert_true(m->m[1].send && m->m[1].receive);
    assert_false(m->m[0].send);
    free(m);
    gw_plan_free(p);
}

static void a_place_before_the_first_offer_of_the_peer(void **state)
{
    char *text = fixture_sdp("chromium-recvonly");
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    assert_int_equal(place(p, -1, &opus), 0);
    assert_int_equal(place(p, -1, &vp8), 1);
    plan_answer(p, text, NULL); /* as a WHEP player asks: it receives, we have something to send */
    free(text);
    m = gw_plan_media(p);
    assert_true(m->m[0].send && m->m[1].send);
    free(m);
    text = plan_text(p);
    assert_has(text, "a=sendonly\r\na=mid:0\r\n");
    assert_has(text, "a=ssrc-group:FID");
    free(text);
    gw_plan_free(p);
}

static void nothing_to_offer(void **state)
{
    struct cardea_offer o = {0};
    struct gw_plan *p = plan_make();

    assert_int_equal(gw_plan_offer(p, &o), GW_EINVAL);
    gw_plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_an_offer),
        cmocka_unit_test(codec_table),
        cmocka_unit_test(numbers_do_not_collide),
        cmocka_unit_test(details_of_a_place),
        cmocka_unit_test(places_that_cannot_be),
        cmocka_unit_test(chromium_answers),
        cmocka_unit_test(firefox_answers_with_its_own_numbers),
        cmocka_unit_test(answers_that_refuse),
        cmocka_unit_test(answers_that_do_not_fit),
        cmocka_unit_test(data_is_offered_and_answered),
        cmocka_unit_test(offers_again),
        cmocka_unit_test(a_place_waits_for_the_next_offer),
        cmocka_unit_test(a_refused_line_comes_back_when_placed),
        cmocka_unit_test(the_peer_offers_too),
        cmocka_unit_test(we_send_on_a_line_of_the_peer),
        cmocka_unit_test(a_place_before_the_first_offer_of_the_peer),
        cmocka_unit_test(nothing_to_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
