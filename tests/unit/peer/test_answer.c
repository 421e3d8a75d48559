/* SPDX-License-Identifier: Apache-2.0 */
#include "planning.h"

#define VIDEO HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n"

/* --- what holds for every answer ---------------------------------------------------------------------------------- */

static const struct gw_sdp_payload *payload(const struct gw_sdp_payloads *all, unsigned pt)
{
    for (unsigned i = 0; i < all->n; i++)
        if (all->p[i].pt == pt)
            return &all->p[i];
    return NULL;
}

/* Every payload type and extension of the answer is one of the offer, with the same meaning. */
static void check_rtp(const struct gw_sdp_media *offered, const struct gw_sdp_media *answered)
{
    struct gw_sdp_payloads o, a;
    struct gw_sdp_extmap x, y;
    unsigned codecs = 0;

    gw_sdp_read_payloads(offered, &o);
    gw_sdp_read_payloads(answered, &a);
    for (unsigned i = 0; i < a.n; i++) {
        const struct gw_sdp_payload *from = payload(&o, a.p[i].pt);

        assert_non_null(from);
        if (!from)
            return; /* the compiler does not know that it does not get here */
        assert_int_equal(strcasecmp(from->name, a.p[i].name), 0);
        assert_int_equal(from->clock, a.p[i].clock);
        assert_int_equal(from->channels, a.p[i].channels);
        assert_string_not_equal(a.p[i].name, "ulpfec");
        assert_true(strcmp(a.p[i].name, "red") != 0 || a.p[i].clock == 48000);
        codecs += strcmp(a.p[i].name, "rtx") != 0;
    }
    assert_int_equal(codecs, 1);
    for (unsigned i = 0; gw_sdp_extmap_next(answered, &i, &y);) {
        bool found = false;

        for (unsigned k = 0; gw_sdp_extmap_next(offered, &k, &x);)
            found |= x.id == y.id && x.uri_len == y.uri_len && !memcmp(x.uri, y.uri, x.uri_len) &&
                     x.direction == gw_sdp_reverse(y.direction);
        assert_true(found);
    }
    assert_non_null(gw_sdp_media_get(answered, "rtcp-mux"));
    assert_null(gw_sdp_media_get(answered, "rtcp"));
    assert_null(gw_sdp_media_get(answered, "rtcp-rsize"));
    assert_string_equal(answered->proto, "UDP/TLS/RTP/SAVPF");
}

static void check_media(const struct gw_sdp *offer, const struct gw_sdp *answer, unsigned i)
{
    const struct gw_sdp_media *o = &offer->media[i], *a = &answer->media[i];
    enum gw_sdp_direction theirs = gw_sdp_direction(offer, o);
    unsigned n = 0;

    assert_string_equal(a->kind, o->kind);
    assert_int_equal(a->port, 9);
    assert_string_equal(gw_sdp_media_get(a, "mid"), gw_sdp_media_get(o, "mid"));
    assert_string_equal(gw_sdp_media_get(a, "ice-ufrag"), "x4Qd");
    assert_string_equal(gw_sdp_media_get(a, "ice-pwd"), "0123456789abcdefghijkl");
    assert_string_equal(gw_sdp_media_get(a, "ice-options"), "trickle");
    assert_string_equal(gw_sdp_media_get(a, "setup"), "passive");
    for (unsigned k = 0; gw_sdp_media_next(a, &k, "candidate");)
        n++;
    assert_int_equal(n, 2);
    assert_non_null(gw_sdp_media_get(a, "end-of-candidates"));
    if (gw_sdp_is_sctp(o)) {
        assert_string_equal(a->proto, o->proto);
        assert_int_equal(gw_sdp_sctp_port(a), 5000);
        assert_null(gw_sdp_media_get(a, "max-message-size"));
        return;
    }
    assert_int_equal(gw_sdp_direction(answer, a), theirs == GW_SDP_SENDRECV   ? GW_SDP_SENDRECV
                                                  : theirs == GW_SDP_SENDONLY ? GW_SDP_RECVONLY
                                                                              : GW_SDP_INACTIVE);
    check_rtp(o, a);
}

static void answers_every_real_offer(void **state)
{
    struct cardea_answer policies[2] = {
        {0},
        {.opus_fec = true,
         .opus_dtx = true,
         .opus_stereo = true,
         .abs_send_time = true,
         .abs_capture_time = true,
         .layers_allocation = true,
         .video_codecs = "vp9,vp8"},
    };

    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; fixture_sdps[i]; i++) {
            char *text = fixture_sdp(fixture_sdps[i]);
            struct gw_sdp *offer, *answer;
            struct gw_plan *p;

            if (strstr(fixture_sdps[i], "answer")) {
                free(text);
                continue;
            }
            assert_int_equal(gw_sdp_parse(&offer, text, strlen(text)), 0);
            p = plan_answered(fixture_sdps[i], &policies[k]);
            answer = plan_sdp(p);
            assert_string_equal(answer->session_id, offer->session_id);
            assert_string_equal(answer->session_version, offer->session_version);
            assert_string_equal(answer->user, "-");
            assert_int_equal(answer->n_media, offer->n_media);
            for (unsigned m = 0; m < offer->n_media; m++)
                check_media(offer, answer, m);
            gw_sdp_free(offer);
            gw_sdp_free(answer);
            gw_plan_free(p);
            free(text);
        }
}

/* --- the whole text ----------------------------------------------------------------------------------------------- */

static void text_of_one_audio_line(void **state)
{
    struct cardea_answer policy = {.opus_fec = true};
    struct gw_plan *p = plan_make();
    char *text;

    plan_answer(p,
                "v=0\r\no=- 7003301122334455 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=mid:a0\r\na=sendrecv\r\n"
                "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 AA:BB\r\n"
                "a=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1;usedtx=1\r\n"
                "a=rtcp-fb:111 transport-cc\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                "a=extmap:9 urn:unknown\r\n",
                &policy);
    text = plan_text(p);
    assert_string_equal(text, "v=0\r\n"
                              "o=- 7003301122334455 2 IN IP4 203.0.113.9\r\n"
                              "s=-\r\n"
                              "t=0 0\r\n"
                              "a=group:BUNDLE a0\r\n"
                              "a=ice-options:trickle\r\n"
                              "a=fingerprint:sha-256 0A:1B\r\n"
                              "a=extmap-allow-mixed\r\n"
                              "a=msid-semantic: WMS *\r\n"
                              "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
                              "c=IN IP4 203.0.113.9\r\n"
                              "a=sendrecv\r\n"
                              "a=mid:a0\r\n"
                              "a=rtcp-mux\r\n"
                              "a=ice-ufrag:x4Qd\r\n"
                              "a=ice-pwd:0123456789abcdefghijkl\r\n"
                              "a=ice-options:trickle\r\n"
                              "a=setup:passive\r\n"
                              "a=rtpmap:111 opus/48000/2\r\n"
                              "a=fmtp:111 useinbandfec=1\r\n"
                              "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                              "a=msid:janus janusa0\r\n"
                              "a=ssrc:1001 cname:janus\r\n"
                              "a=candidate:1 1 udp 2015363327 203.0.113.9 40180 typ host\r\n"
                              "a=candidate:2 1 tcp 1015363327 203.0.113.9 40180 typ host tcptype passive\r\n"
                              "a=end-of-candidates\r\n");
    free(text);
    text = plan_text_with(p, true, false);
    assert_has(text, "\r\na=ice-lite\r\n");
    assert_lacks(text, "candidate");
    free(text);
    gw_plan_free(p);
}

static void text_of_a_video_line_with_rtx(void **state)
{
    struct gw_plan *p = plan_answered("chromium-all", NULL);
    char *text = plan_text(p);

    assert_has(text, "a=group:BUNDLE 0 1 2\r\n");
    assert_has(text, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n");
    assert_has(text, "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
                     "a=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\n");
    assert_has(text, "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=ssrc-group:FID 1002 1003\r\n"
                     "a=msid:janus janus1\r\na=ssrc:1002 cname:janus\r\na=ssrc:1003 cname:janus\r\n");
    assert_has(text,
               "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 203.0.113.9\r\na=sendrecv\r\na=mid:2\r\n");
    assert_has(text, "a=sctp-port:5000\r\n");
    assert_lacks(text, "abs-send-time");
    assert_lacks(text, "a=rid:");
    free(text);
    gw_plan_free(p);
}

/* --- the m-line table and the streams ----------------------------------------------------------------------------- */

static void table_of_chromium_all(void **state)
{
    struct gw_plan *p = plan_answered("chromium-all", NULL);
    struct gw_media *m = gw_plan_media(p);
    const struct gw_mline *v = &m->m[1];
    const struct cardea_stream *s;
    size_t n;

    assert_int_equal(m->n, 3);
    assert_int_equal(m->m[0].codec, GW_OPUS);
    assert_int_equal(m->m[0].payload_type, 111);
    assert_int_equal(m->m[0].clock_rate, 48000);
    assert_int_equal(m->m[0].ssrc[0], 1066585564);
    assert_int_equal(m->m[0].ext[GW_EXT_AUDIO_LEVEL], 1);
    assert_false(m->m[0].nack || m->m[0].pli);
    assert_true(m->m[0].transport_cc);
    assert_int_equal(v->mindex, 1);
    assert_string_equal(v->mid, "1");
    assert_int_equal(v->kind, GW_VIDEO);
    assert_int_equal(v->codec, GW_VP8);
    assert_true(v->receive && v->send && v->nack && v->pli && v->fir && v->remb && v->transport_cc);
    assert_true(v->ext_two_byte_ok);
    assert_int_equal(v->rtx_payload_type, 97);
    assert_int_equal(v->layers, 1);
    assert_int_equal(v->ssrc[0], 3438800059u);
    assert_int_equal(v->rtx_ssrc[0], 1568078421);
    assert_int_equal(v->send_ssrc, 1002);
    assert_int_equal(v->send_rtx_ssrc, 1003);
    assert_int_equal(v->ext[GW_EXT_ORIENTATION], 13);
    assert_int_equal(v->ext[GW_EXT_TRANSPORT_CC], 3);
    assert_int_equal(v->ext[GW_EXT_ABS_SEND_TIME], 0);
    assert_int_equal(v->ext[GW_EXT_DEPENDENCY_DESCRIPTOR], 0);
    assert_int_equal(m->m[2].kind, GW_DATA);
    assert_int_equal(m->m[2].sctp_port, 5000);
    free(m);
    s = gw_plan_streams(p, &n);
    assert_int_equal(n, 3);
    assert_string_equal(s[0].codec, "opus");
    assert_string_equal(s[0].fmtp, "minptime=10;useinbandfec=1");
    assert_int_equal(s[0].audiolevel_id, 1);
    assert_false(s[0].fec); /* the policy did not want it */
    assert_string_equal(s[0].msid_stream, "9ac091ec-fc28-46f8-afa2-361df0f68820");
    assert_true(s[1].source == gw_track_make(PEER, 1) && s[1].sink == s[1].source);
    assert_false(s[1].disabled || s[1].simulcast || s[1].svc || s[1].ready);
    assert_int_equal(s[1].clock_rate, 90000);
    assert_int_equal(s[2].kind, CARDEA_DATA);
    assert_null(s[2].codec);
    assert_true(s[2].source && s[2].sink);
    gw_plan_free(p);
}

static void directions(void **state)
{
    struct cardea_answer receive = {.receive_only = true};
    struct gw_plan *p = plan_answered("chromium-all", &receive);
    char *text = plan_text(p);

    assert_true(plan_stream(p, 0)->source && !plan_stream(p, 0)->sink);
    assert_has(text, "a=recvonly\r\na=mid:0\r\n");
    assert_lacks(text, "ssrc-group"); /* nothing is sent */
    assert_has(text, "a=ssrc:1001 cname:janus");
    free(text);
    gw_plan_free(p);
    p = plan_answered("chromium-recvonly", NULL);
    text = plan_text(p);
    assert_true(plan_stream(p, 0)->disabled && !plan_stream(p, 0)->source && !plan_stream(p, 0)->sink);
    assert_null(plan_stream(p, 1)->codec);
    assert_has(text, "m=video 9 ");
    assert_lacks(text, "a=msid:");
    free(text);
    gw_plan_free(p);
}

/* --- choosing ----------------------------------------------------------------------------------------------------- */

static void codec_by_preference(void **state)
{
    struct cardea_answer policy = {.audio_codecs = "isac32, g722,opus", .video_codecs = "h265,av1,vp8"};
    struct gw_plan *p = plan_answered("chromium-all", &policy);
    char *text;

    assert_string_equal(plan_stream(p, 0)->codec, "g722");
    assert_string_equal(plan_stream(p, 1)->codec, "av1");
    text = plan_text(p);
    assert_has(text, "m=audio 9 UDP/TLS/RTP/SAVPF 9\r\n");
    assert_has(text, "a=rtpmap:9 G722/8000\r\n");
    assert_has(text, "m=video 9 UDP/TLS/RTP/SAVPF 45 46\r\n");
    assert_has(text, "a=fmtp:45 level-idx=5;profile=0;tier=0\r\n");
    free(text);
    gw_plan_free(p);
}

static void profiles(void **state)
{
    struct {
        struct cardea_answer policy;
        unsigned pt;
        const char *profile, *fmtp;
    } const cases[] = {
        {{.video_codecs = "h264"},
         102,
         "42001f",
         "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"},
        {{.video_codecs = "h264", .h264_profile = "42E01F"},
         108,
         "42e01f",
         "a=fmtp:108 profile-level-id=42e01f;packetization-mode=1"},
        {{.video_codecs = "h264", .h264_profile = "640032"}, 102, "42001f", "a=fmtp:102 level-asymmetry-allowed=1"},
        {{.video_codecs = "vp9"}, 98, "0", "a=fmtp:98 profile-id=0"},
        {{.video_codecs = "vp9", .vp9_profile = "2"}, 100, "2", "a=fmtp:100 profile-id=2"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_plan *p = plan_answered("chromium-all", &cases[i].policy);
        struct gw_media *m = gw_plan_media(p);
        char *text = plan_text(p);

        assert_int_equal(m->m[1].payload_type, cases[i].pt);
        assert_string_equal(plan_stream(p, 1)->profile, cases[i].profile);
        assert_has(text, cases[i].fmtp);
        free(text);
        free(m);
        gw_plan_free(p);
    }
}

static void single_nal_mode_is_the_last_resort(void **state)
{
    static const char both[] = HEAD "m=video 9 UDP/TLS/RTP/SAVPF 100 101\r\na=rtpmap:100 H264/90000\r\n"
                                    "a=fmtp:100 packetization-mode=0\r\na=rtpmap:101 H264/90000\r\n";
    static const char only[] = HEAD "m=video 9 UDP/TLS/RTP/SAVPF 100\r\na=rtpmap:100 H264/90000\r\n"
                                    "a=fmtp:100 packetization-mode=0\r\n";
    const char *const offers[] = {both, only};

    for (unsigned i = 0; i < 2; i++) {
        struct gw_plan *p = plan_make();
        struct gw_media *m;

        plan_answer(p, offers[i], NULL);
        m = gw_plan_media(p);
        assert_int_equal(m->m[0].payload_type, i ? 100 : 101);
        free(m);
        gw_plan_free(p);
    }
}

static void opus_parameters_and_red(void **state)
{
    struct cardea_answer policy = {.opus_fec = true, .opus_dtx = true, .opus_stereo = true, .opus_red = true};
    struct gw_plan *p = plan_answered("firefox-all", &policy);
    char *text = plan_text(p);

    assert_has(text, "a=fmtp:109 useinbandfec=1;stereo=1\r\n");
    assert_true(plan_stream(p, 0)->fec && plan_stream(p, 0)->stereo && !plan_stream(p, 0)->dtx);
    assert_false(plan_stream(p, 0)->red);
    free(text);
    gw_plan_free(p);
    p = plan_answered("chromium-all", &policy);
    text = plan_text(p);
    assert_has(text, "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n");
    assert_has(text, "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n");
    assert_true(plan_stream(p, 0)->red);
    assert_lacks(text, "red/90000");
    assert_lacks(text, "ulpfec");
    free(text);
    gw_plan_free(p);
}

static void red_keeps_the_order_of_the_offer(void **state)
{
    struct cardea_answer policy = {.opus_red = true};
    struct gw_plan *p = plan_make();
    char *text;

    plan_answer(p,
                HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
                     "a=rtpmap:111 opus/48000/2\r\n",
                &policy);
    text = plan_text(p);
    assert_has(text, "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n");
    free(text);
    gw_plan_free(p);
}

static void multiopus_keeps_its_mapping(void **state)
{
    struct gw_plan *p = plan_make();
    char *text;

    plan_answer(p,
                HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 112\r\na=rtpmap:112 multiopus/48000/6\r\n"
                     "a=fmtp:112 channel_mapping=0,4,1,2,3,5;num_streams=4;coupled_streams=2\r\n",
                NULL);
    text = plan_text(p);
    assert_has(text, "a=rtpmap:112 multiopus/48000/6\r\n"
                     "a=fmtp:112 channel_mapping=0,4,1,2,3,5;num_streams=4;coupled_streams=2\r\n");
    free(text);
    gw_plan_free(p);
}

static void extensions_by_policy(void **state)
{
    struct cardea_answer none = {
        .no_audiolevel = true, .no_orientation = true, .no_playout_delay = true, .no_transport_cc = true};
    struct cardea_answer all = {.abs_send_time = true, .layers_allocation = true, .video_codecs = "av1"};
    struct gw_plan *p = plan_answered("chromium-simulcast", &none);
    char *text = plan_text(p);

    assert_lacks(text, "ssrc-audio-level");
    assert_lacks(text, "video-orientation");
    assert_lacks(text, "playout-delay");
    assert_lacks(text, "transport");
    free(text);
    gw_plan_free(p);
    p = plan_answered("chromium-simulcast", &all);
    text = plan_text(p);
    assert_has(
        text,
        "a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension\r\n");
    assert_has(text, "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n");
    assert_has(text, "a=extmap:9 http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00\r\n");
    assert_lacks(text, "toffset");
    assert_lacks(text, "color-space");
    free(text);
    gw_plan_free(p);
}

static void extension_directions_and_ids(void **state)
{
    struct cardea_answer policy = {.video_codecs = "vp9"};
    struct gw_plan *p = plan_answered("firefox-simulcast", &policy);
    struct gw_media *m = gw_plan_media(p);
    char *text = plan_text(p);

    assert_has(text, "a=extmap:6/sendonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n");
    assert_has(text, "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n");
    assert_has(text, "a=extmap:8/recvonly https://aomediacodec");
    assert_int_equal(m->m[1].ext[GW_EXT_RID], 9);
    free(text);
    free(m);
    gw_plan_free(p);
    p = plan_make();
    plan_answer(p,
                VIDEO
                "a=extmap:0 urn:3gpp:video-orientation\r\na=extmap:15 urn:3gpp:video-orientation\r\n"
                "a=extmap:16 urn:3gpp:video-orientation\r\na=extmap:3/inactive urn:ietf:params:rtp-hdrext:sdes:mid\r\n",
                NULL);
    m = gw_plan_media(p); /* without extmap-allow-mixed only 1…14 are numbers */
    assert_int_equal(m->m[0].ext[GW_EXT_ORIENTATION], 0);
    assert_int_equal(m->m[0].ext[GW_EXT_MID], 0);
    assert_false(m->m[0].ext_two_byte_ok);
    free(m);
    gw_plan_free(p);
}

static void bandwidth(void **state)
{
    struct cardea_answer policy = {.video_bandwidth = 512000};
    struct gw_plan *p = plan_answered("chromium-all", &policy);
    char *text = plan_text(p);

    assert_has(text, "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 203.0.113.9\r\nb=AS:512\r\na=sendrecv\r\n");
    free(text);
    gw_plan_free(p);
    p = plan_answered("firefox-all", &policy);
    text = plan_text(p);
    assert_has(text, "b=TIAS:512000\r\n");
    free(text);
    gw_plan_free(p);
}

static void title_is_cleaned(void **state)
{
    struct cardea_answer policy = {.title = "VideoRoom a\r\nb"};
    struct gw_plan *p = plan_answered("chromium-data", &policy);
    char *text = plan_text(p);

    assert_has(text, "\r\ns=VideoRoom a__b\r\n");
    free(text);
    gw_plan_free(p);
}

/* --- rejecting ---------------------------------------------------------------------------------------------------- */

static void rejected_lines_are_bare(void **state)
{
    struct cardea_answer policy = {.video_codecs = "h265", .no_data = true};
    struct gw_plan *p = plan_answered("chromium-all", &policy);
    struct gw_media *m = gw_plan_media(p);
    char *text = plan_text(p);

    assert_has(text, "a=group:BUNDLE 0\r\n");
    assert_has(text,
               "m=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 203.0.113.9\r\na=inactive\r\na=mid:1\r\n"
               "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 203.0.113.9\r\na=inactive\r\na=mid:2\r\n");
    assert_true(plan_stream(p, 1)->disabled && !plan_stream(p, 1)->source && !plan_stream(p, 1)->codec);
    assert_true(plan_stream(p, 2)->disabled);
    assert_int_equal(m->n, 3);
    assert_false(m->m[1].receive || m->m[1].send || m->m[2].receive || m->m[2].sctp_port);
    free(text);
    free(m);
    gw_plan_free(p);
}

static void port_zero_and_bundle_only(void **state)
{
    struct gw_plan *p = plan_answered("gstreamer-offer", NULL);

    assert_false(plan_stream(p, 1)->disabled); /* port 0, bundle-only */
    assert_string_equal(plan_stream(p, 1)->codec, "opus");
    gw_plan_free(p);
    p = plan_make();
    plan_answer(p,
                HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:b\r\n"
                     "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:c\r\n",
                NULL);
    assert_false(plan_stream(p, 0)->disabled); /* the first one counts as active */
    assert_true(plan_stream(p, 1)->disabled);
    assert_false(plan_stream(p, 2)->disabled);
    gw_plan_free(p);
    p = plan_make();
    plan_answer(
        p,
        HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\na=inactive\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:c\r\n",
        NULL);
    assert_true(plan_stream(p, 0)->disabled); /* stopped by the browser */
    assert_string_equal(gw_plan_transport_mid(p), "c");
    assert_true(gw_plan_is_transport(p, "c", 1) && gw_plan_is_transport(p, "a", 0) && !gw_plan_is_transport(p, "c", 0));
    gw_plan_free(p);
}

static void unknown_media_and_a_second_data_line(void **state)
{
    struct gw_plan *p = plan_make();
    char *text;
    size_t n;

    plan_answer(p,
                HEAD "m=text 9 RTP/SAVPF 98\r\na=mid:t\r\nm=application 9 UDP/BFCP *\r\na=mid:f\r\n"
                     "m=application 9 DTLS/SCTP 5000\r\na=mid:d\r\na=sctpmap:5000 webrtc-datachannel 16\r\n"
                     "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:e\r\na=sctp-port:5000\r\n",
                NULL);
    text = plan_text(p);
    assert_has(text, "m=text 0 RTP/SAVPF 0\r\n");
    assert_has(text, "m=application 0 UDP/BFCP *\r\n");
    assert_has(text, "m=application 9 DTLS/SCTP 5000\r\n");
    assert_has(text, "a=sctpmap:5000 webrtc-datachannel 16\r\n");
    assert_has(text, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n");
    assert_has(text, "a=group:BUNDLE d\r\n");
    gw_plan_streams(p, &n);
    assert_int_equal(n, 2);
    free(text);
    gw_plan_free(p);
}

static void only_so_many(void **state)
{
    static const char offer[] =
        HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rtpmap:96 VP8/90000\r\n"
             "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:2\r\n"
             "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:3\r\n";
    struct cardea_answer policy = {.max_audio = 2, .no_video = true};
    struct gw_plan *p = plan_make();

    plan_answer(p, offer, &policy);
    assert_true(plan_stream(p, 0)->disabled);
    assert_false(plan_stream(p, 1)->disabled || plan_stream(p, 2)->disabled);
    assert_true(plan_stream(p, 3)->disabled);
    gw_plan_free(p);
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

static void check_rids(bool low_to_high, const char *bottom, const char *top)
{
    char *sdp = fixture_sdp("chromium-simulcast"), *text;
    struct gw_plan_remote r = {.sdp = sdp, .rids_low_to_high = low_to_high};
    struct cardea_answer policy = {0};
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    assert_int_equal(gw_plan_take_offer(p, &r, NULL, 0), 0);
    assert_int_equal(gw_plan_answer(p, &policy), 0);
    m = gw_plan_media(p);
    assert_int_equal(m->m[1].layers, 3);
    assert_string_equal(m->m[1].rid[0], bottom);
    assert_string_equal(m->m[1].rid[1], "h");
    assert_string_equal(m->m[1].rid[2], top);
    assert_int_equal(m->m[1].ssrc[0], 0);
    assert_true(plan_stream(p, 1)->simulcast);
    text = plan_text(p);
    assert_has(text, "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n");
    free(text);
    free(m);
    free(sdp);
    gw_plan_free(p);
}

static void simulcast_by_rid(void **state)
{
    check_rids(false, "f", "q");
    check_rids(true, "q", "f");
}

static void simulcast_legacy_and_paused(void **state)
{
    struct gw_plan *p = plan_make();
    struct gw_media *m;
    char *text;

    plan_answer(p, VIDEO "a=rid:hi send\r\na=rid:lo send\r\na=simulcast: send rid=hi;~lo\r\n", NULL);
    m = gw_plan_media(p);
    text = plan_text(p);
    assert_int_equal(m->m[0].layers, 2);
    assert_string_equal(m->m[0].rid[0], "lo");
    assert_has(text, "a=rid:hi recv\r\na=rid:lo recv\r\na=simulcast: recv rid=hi;~lo\r\n");
    free(m);
    free(text);
    gw_plan_free(p);
}

static void simulcast_by_ssrc_group(void **state)
{
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    plan_answer(p, VIDEO "a=ssrc-group:SIM 31 32 33\r\na=ssrc-group:FID 32 42\r\n", NULL);
    m = gw_plan_media(p);
    assert_int_equal(m->m[0].layers, 3);
    assert_int_equal(m->m[0].ssrc[0], 31);
    assert_int_equal(m->m[0].ssrc[2], 33);
    assert_int_equal(m->m[0].rtx_ssrc[1], 42);
    assert_string_equal(m->m[0].rid[0], "");
    assert_true(plan_stream(p, 0)->simulcast);
    free(m);
    gw_plan_free(p);
}

static bool svc_with(const char *json, const char *codec)
{
    char *sdp = fixture_sdp("chromium-all");
    json_t *svc = json_loads(json, JSON_DECODE_ANY, NULL);
    struct gw_plan_remote r = {.sdp = sdp, .svc = svc};
    struct cardea_answer policy = {.video_codecs = codec};
    struct gw_plan *p = plan_make();
    bool result;

    assert_non_null(svc);
    assert_int_equal(gw_plan_take_offer(p, &r, NULL, 0), 0);
    json_decref(svc); /* borrowed: the plan has its own */
    assert_int_equal(gw_plan_answer(p, &policy), 0);
    result = plan_stream(p, 1)->svc;
    plan_answer(p, sdp, &policy);
    assert_int_equal(plan_stream(p, 1)->svc, result); /* and it stays */
    gw_plan_free(p);
    free(sdp);
    return result;
}

static void svc_of_the_jsep(void **state)
{
    assert_true(svc_with("[{\"mindex\":1,\"svc\":\"L3T3\"}]", "vp9"));
    assert_true(svc_with("[{\"mid\":\"1\",\"svc\":\"L3T3\"}]", "av1"));
    assert_false(svc_with("[{\"mindex\":1,\"svc\":\"L3T3\"}]", "vp8"));
    assert_false(svc_with("[{\"mindex\":0,\"svc\":\"L3T3\"}]", "vp9"));
    assert_false(svc_with("[{\"mindex\":1,\"svc\":\"L3T3\"},{\"mindex\":0}]", "vp9"));
    assert_false(svc_with("[{\"mindex\":\"1\",\"svc\":\"L3T3\"}]", "vp9"));
    assert_false(svc_with("[{\"mindex\":1,\"svc\":3}]", "vp9"));
    assert_false(svc_with("[{\"svc\":\"L3T3\"}]", "vp9"));
    assert_false(svc_with("[7]", "vp9"));
    assert_false(svc_with("{\"mindex\":1,\"svc\":\"L3T3\"}", "vp9"));
}

/* --- renegotiating ------------------------------------------------------------------------------------------------ */

static void renegotiation_keeps_what_was_agreed(void **state)
{
    static const char one[] =
        HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96 98\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:98 VP9/90000\r\n";
    static const char two[] =
        HEAD "m=video 9 UDP/TLS/RTP/SAVPF 98 100\r\na=mid:other\r\na=rtpmap:98 VP9/90000\r\na=rtpmap:100 VP8/90000\r\n"
             "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\n";
    struct cardea_answer vp9_first = {.video_codecs = "vp9,vp8"};
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    plan_answer(p, one, NULL);
    plan_answer(p, two, &vp9_first);
    m = gw_plan_media(p);
    assert_int_equal(m->n, 2);
    assert_int_equal(m->m[0].codec, GW_VP8);
    assert_int_equal(m->m[0].payload_type, 100);
    assert_int_equal(m->m[0].send_ssrc, 1001);
    assert_string_equal(m->m[0].mid, "v"); /* a changed mid is ignored */
    assert_int_equal(m->m[1].codec, GW_PCMU);
    free(m);
    assert_int_equal(plan_take(p, one), GW_EPROTO); /* m-lines do not go away */
    gw_plan_free(p);
}

static void lines_stop_and_come_back(void **state)
{
    static const char on[] = VIDEO "a=sendonly\r\n", off[] = VIDEO "a=inactive\r\n";
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    plan_answer(p, on, NULL);
    assert_true(plan_stream(p, 0)->source);
    plan_answer(p, off, NULL);
    assert_true(plan_stream(p, 0)->disabled && !plan_stream(p, 0)->source);
    m = gw_plan_media(p);
    assert_int_equal(m->m[0].codec, GW_VP8);
    free(m);
    plan_answer(p, on, NULL);
    assert_true(plan_stream(p, 0)->source && !plan_stream(p, 0)->disabled);
    gw_plan_free(p);
}

static void a_rejected_slot_is_used_again(void **state)
{
    static const char video[] = HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\nm=video 9 UDP/TLS/RTP/SAVPF "
                                     "96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n";
    static const char gone[] =
        HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\n";
    static const char audio[] =
        HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=mid:n\r\n";
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    plan_answer(p, video, NULL);
    assert_int_equal(plan_take(p, audio), GW_EPROTO); /* in use: the kind is fixed */
    plan_answer(p, gone, NULL);
    assert_true(plan_stream(p, 1)->disabled);
    plan_answer(p, audio, NULL);
    m = gw_plan_media(p);
    assert_int_equal(m->m[1].kind, GW_AUDIO);
    assert_int_equal(m->m[1].codec, GW_PCMA);
    assert_string_equal(m->m[1].mid, "n");
    assert_int_not_equal(m->m[1].send_ssrc, 1002);
    free(m);
    gw_plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_every_real_offer),
        cmocka_unit_test(text_of_one_audio_line),
        cmocka_unit_test(text_of_a_video_line_with_rtx),
        cmocka_unit_test(table_of_chromium_all),
        cmocka_unit_test(directions),
        cmocka_unit_test(codec_by_preference),
        cmocka_unit_test(profiles),
        cmocka_unit_test(single_nal_mode_is_the_last_resort),
        cmocka_unit_test(opus_parameters_and_red),
        cmocka_unit_test(red_keeps_the_order_of_the_offer),
        cmocka_unit_test(multiopus_keeps_its_mapping),
        cmocka_unit_test(extensions_by_policy),
        cmocka_unit_test(extension_directions_and_ids),
        cmocka_unit_test(bandwidth),
        cmocka_unit_test(title_is_cleaned),
        cmocka_unit_test(rejected_lines_are_bare),
        cmocka_unit_test(port_zero_and_bundle_only),
        cmocka_unit_test(unknown_media_and_a_second_data_line),
        cmocka_unit_test(only_so_many),
        cmocka_unit_test(simulcast_by_rid),
        cmocka_unit_test(simulcast_legacy_and_paused),
        cmocka_unit_test(simulcast_by_ssrc_group),
        cmocka_unit_test(svc_of_the_jsep),
        cmocka_unit_test(renegotiation_keeps_what_was_agreed),
        cmocka_unit_test(lines_stop_and_come_back),
        cmocka_unit_test(a_rejected_slot_is_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
