/* SPDX-License-Identifier: Apache-2.0 */
/* A client's offer to receive: what the plugin sees of it, and our tracks placed on its m-lines. */
#include "planning.h"

static const struct cardea_answer receive_only = {.receive_only = true};

static void seen_by_the_plugin(void **state)
{
    char *text = fixture_sdp("chromium-recvonly");
    struct gw_plan *p = plan_make();
    const struct cardea_offered *o;
    size_t n = 7;

    assert_null(gw_plan_offered(p, &n));
    assert_int_equal(n, 0);
    assert_int_equal(plan_take(p, text), 0);
    o = gw_plan_offered(p, &n);
    assert_int_equal(n, 2);
    assert_ptr_equal(o, gw_plan_offered(p, &n));
    assert_int_equal(o[0].kind, CARDEA_AUDIO);
    assert_string_equal(o[0].mid, "0");
    assert_string_equal(o[0].codecs, "opus,g722,pcmu,pcma");
    assert_true(o[0].receives && !o[0].sends && !o[0].rejected);
    assert_int_equal(o[1].mindex, 1);
    assert_int_equal(o[1].kind, CARDEA_VIDEO);
    assert_string_equal(o[1].codecs, "vp8,vp9,h264,av1");
    gw_plan_forget_offer(p);
    assert_null(gw_plan_offered(p, &n));
    gw_plan_free(p);
    free(text);
}

static void other_kinds(void **state)
{
    struct gw_plan *p = plan_make();
    const struct cardea_offered *o;
    size_t n;

    assert_int_equal(plan_take(p, HEAD "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n"
                                       "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n"
                                       "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=sendonly\r\n"),
                     0);
    o = gw_plan_offered(p, &n);
    assert_int_equal(n, 3);
    assert_int_equal(o[0].kind, CARDEA_DATA);
    assert_string_equal(o[0].codecs, "");
    assert_true(!o[0].rejected && o[1].rejected && o[2].rejected);
    assert_string_equal(o[2].mid, "2");
    gw_plan_free(p);
}

/* Only the second m-line is given something: that is sent on, with the offer's numbers; the first one is inactive. */
static void placed_on_a_line(void **state)
{
    const struct cardea_place place = {.kind = CARDEA_VIDEO, .codec = "vp9", .payload_type = -1};
    char *text = fixture_sdp("chromium-recvonly");
    struct gw_plan *p = plan_make();
    const struct cardea_stream *s;
    struct gw_sdp *answer;
    struct gw_media *media;
    int mindex = 1;

    assert_int_equal(plan_take(p, text), 0);
    assert_int_equal(gw_plan_place(p, &mindex, &place), 0);
    assert_int_equal(mindex, 1);
    assert_int_equal(gw_plan_answer(p, &receive_only), 0);
    s = plan_stream(p, 1);
    assert_string_equal(s->codec, "vp9");
    assert_int_equal(s->sink, gw_track_make(PEER, 1));
    assert_true(s->ready && !s->disabled && !s->source);
    assert_true(plan_stream(p, 0)->disabled);
    answer = plan_sdp(p);
    assert_int_equal(answer->n_media, 2);
    assert_int_equal(gw_sdp_direction(answer, &answer->media[1]), GW_SDP_SENDONLY);
    assert_int_equal(gw_sdp_direction(answer, &answer->media[0]), GW_SDP_INACTIVE);
    assert_non_null(gw_sdp_media_get(&answer->media[1], "ssrc"));
    media = gw_plan_media(p);
    assert_int_equal(media->m[1].codec, GW_VP9);
    assert_int_equal(media->m[1].payload_type, 98);
    assert_true(media->m[1].send && !media->m[0].send && !media->m[1].receive);
    free(media);
    gw_sdp_free(answer);
    gw_plan_free(p);
    free(text);
}

/* H.264 has several payload types: the one of the source's profile is taken. */
static void placed_with_a_profile(void **state)
{
    static const char *const profiles[] = {"42e01f", "4d001f", "42001f"};

    for (unsigned i = 0; i < 3; i++) {
        const struct cardea_place place = {
            .kind = CARDEA_VIDEO, .codec = "h264", .payload_type = -1, .profile = profiles[i]};
        char *text = fixture_sdp("chromium-recvonly");
        struct gw_plan *p = plan_make();
        int mindex = 1;

        assert_int_equal(plan_take(p, text), 0);
        assert_int_equal(gw_plan_place(p, &mindex, &place), 0);
        assert_int_equal(gw_plan_answer(p, &receive_only), 0);
        assert_string_equal(plan_stream(p, 1)->profile, profiles[i]);
        gw_plan_free(p);
        free(text);
    }
}

static void not_everything_can_be_placed(void **state)
{
    const struct cardea_place audio = {.kind = CARDEA_AUDIO, .codec = "opus", .payload_type = -1};
    const struct cardea_place h265 = {.kind = CARDEA_VIDEO, .codec = "h265", .payload_type = -1};
    char *text = fixture_sdp("chromium-recvonly");
    struct gw_plan *p = plan_make();
    int mindex = 1;

    assert_int_equal(gw_plan_place(p, &mindex, &audio), GW_ENOENT); /* no offer waits */
    assert_int_equal(plan_take(p, text), 0);
    assert_int_equal(gw_plan_place(p, &mindex, &audio), GW_EINVAL); /* of another kind */
    mindex = 2;
    assert_int_equal(gw_plan_place(p, &mindex, &audio), GW_ENOENT);
    mindex = 1;
    assert_int_equal(gw_plan_place(p, &mindex, &h265), 0); /* but this browser does not know it */
    assert_int_equal(gw_plan_answer(p, &receive_only), 0);
    assert_true(plan_stream(p, 1)->disabled);
    gw_plan_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seen_by_the_plugin),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(placed_on_a_line),
        cmocka_unit_test(placed_with_a_profile),
        cmocka_unit_test(not_everything_can_be_placed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
