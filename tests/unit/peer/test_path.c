/* SPDX-License-Identifier: Apache-2.0 */
#include "plain_world.h"

static const uint8_t other_key[30] = "0123456789ABCDEFGHIJKLMNOPQRS";

static void a_port_feeds_an_inlet(void **state)
{
    struct cardea_port_info info;
    uint8_t data[400];
    uint16_t mine;
    int fd = open_socket(NULL, &mine);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);

    listen_to(source);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){0}, &info), 0);
    assert_in_range(info.port, 20000, 50000);
    assert_int_equal(info.rtcp_port, 0);
    assert_string_equal(info.address, "");
    send_to(fd, info.port, data, vp8(data, 1, 0, 5, true));
    send_to(fd, info.port, "garbage", 7);
    send_to(fd, info.port, "\x80", 1);
    send_to(fd, info.port, "", 0);
    send_to(fd, info.port, data, vp8(data, 2, 3000, 5, false));
    turns(5);
    assert_int_equal(w.heard, 2);
    assert_true(w.last.ext_seq % 65536 == 2 && w.last.payload_type == 96);
    assert_int_equal(w.keyframes, 0);
    gw_inlet_close(i);
    turns(2);
    assert_int_equal(w.gones, 1);
    close(fd);
}

static void a_shared_port_tells_streams_apart(void **state)
{
    static const uint32_t audio_ssrc[] = {1000}, video_ssrc[] = {1010, 1011}, data_ssrc[] = {1020};
    struct cardea_port_info info;
    uint8_t data[400];
    uint16_t mine;
    int fd = open_socket(NULL, &mine);
    cardea_source audio, video, messages;
    struct cardea_inlet *i = inlet(CARDEA_AUDIO, audio_ssrc, 1, NULL, &audio);

    inlet(CARDEA_VIDEO, video_ssrc, 2, i, &video);
    inlet(CARDEA_DATA, data_ssrc, 1, i, &messages);
    listen_to(video);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.address = "127.0.0.1", .shared = true}, &info), 0);
    assert_string_equal(info.address, "127.0.0.1");
    send_to(fd, info.port, data, vp8(data, 1, 0, 1010, true));
    send_to(fd, info.port, data, vp8(data, 2, 0, 1011, true));
    send_to(fd, info.port, data, vp8(data, 3, 0, 1012, true)); /* no such substream */
    send_to(fd, info.port, data, vp8(data, 4, 0, 999, true));  /* nor stream */
    send_to(fd, info.port, data, vp8(data, 5, 0, 1000, true)); /* audio */
    turns(5);
    assert_int_equal(w.heard, 2);
    assert_int_equal(w.last.substream, 1);
    memset(data, 0, 12);
    data[0] = 0x80;
    gw_put_u32(data + 8, 1020);
    memcpy(data + 12, "hello", 5);
    send_to(fd, info.port, data, 17);
    turns(5);
    assert_int_equal(w.messages, 1);
    assert_string_equal(w.text, "hello");
    assert_false(w.binary);
    close(fd);
}

static void only_the_right_sender_is_heard(void **state)
{
    struct cardea_port_info info;
    uint8_t data[400];
    uint16_t mine, port;
    int fd = open_socket(NULL, &mine), stranger = open_socket("2", &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);

    listen_to(source);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.from = "127.0.0.1"}, &info), 0);
    send_to(stranger, info.port, data, vp8(data, 1, 0, 5, true));
    send_to(fd, info.port, data, vp8(data, 2, 0, 5, true));
    turns(5);
    assert_int_equal(w.heard, 1);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.from = "nobody"}, &info), GW_EINVAL);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.interface = "none0"}, &info), GW_ENOENT);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.srtp_suite = 42}, &info), GW_EINVAL);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.port = mine, .address = "127.0.0.1"}, &info),
                     GW_EIO); /* in use */
    for (unsigned k = 1; k < 4; k++)
        assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){0}, &info), 0);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){0}, &info), GW_ELIMIT);
    gw_inlet_close(i);
    turns(2);
    i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){0}, &info), 0); /* they are free again */
    close(fd);
    close(stranger);
}

static void feedback_goes_back(void **state)
{
    struct cardea_port_info info;
    uint8_t data[400], got[2000];
    uint16_t mine, mine_rtcp;
    int fd = open_socket(NULL, &mine), rtcp_fd = open_socket(NULL, &mine_rtcp);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    bool asked = false;
    int n;

    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.rtcp = true}, &info), 0);
    assert_true(info.rtcp_port && info.rtcp_port != info.port);
    send_to(fd, info.port, data, vp8(data, 1, 0, 5, true));
    memset(data, 0, 12);
    data[0] = 0x80;
    send_to(rtcp_fd, info.rtcp_port, data, 12); /* opens the way */
    turns(5);
    assert_int_equal(gw_link_source_order(w.links, source, GW_ORDER_KEYFRAME, 0), 0);
    assert_int_equal(receive(rtcp_fd, got), 12); /* a PLI alone */
    assert_int_equal(got[0], 0x81);
    assert_int_equal(got[1], GW_RTCP_PSFB);
    assert_int_equal(gw_get_u32(got + 4), 1);
    assert_int_equal(gw_get_u32(got + 8), 5);
    for (uint16_t seq = 3; seq < 40; seq++) { /* 2 is missing */
        send_to(fd, info.port, data, vp8(data, seq, 0, 5, false));
        turns(1);
        g_usleep(1000);
    }
    while ((n = receive(rtcp_fd, got)) > 0)
        asked |= n >= 16 && (got[1] == GW_RTCP_RTPFB || (n >= 24 && got[9] == GW_RTCP_RTPFB));
    assert_true(asked);
    close(fd);
    close(rtcp_fd);
}

static void a_far_side_that_reported_is_missed(void **state)
{
    static const uint8_t sr[28] = {0x80, 200, 0, 6, 0, 0, 0, 5};
    struct cardea_port_info info;
    uint8_t data[400];
    uint16_t mine;
    int fd = open_socket(NULL, &mine);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);

    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.timeout_s = 3}, &info), 0);
    send_to(fd, info.port, data, vp8(data, 1, 0, 5, true));
    turns(3);
    let_pass_ms(6000);
    assert_int_equal(w.losts, 0); /* it never reported: perhaps it is only silent */
    send_to(fd, info.port, sr, sizeof(sr));
    turns(3);
    let_pass_ms(9000);
    assert_int_equal(w.losts, 1);
    let_pass_ms(12000);
    assert_int_equal(w.losts, 1); /* told once */
    close(fd);
}

static void an_encrypted_port_takes_nothing_else(void **state)
{
    struct cardea_port_info info;
    uint8_t data[400];
    uint16_t mine;
    int fd = open_socket(NULL, &mine);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    struct gw_sealer *sealer;
    struct gw_srtp *good, *bad;

    listen_to(source);
    assert_int_equal(gw_inlet_port(i, &(struct cardea_port_conf){.srtp_suite = 80, .srtp_key = key}, &info), 0);
    assert_int_equal(gw_sealer_new(&sealer, "openssl"), 0);
    assert_int_equal(gw_srtp_new(&good, sealer, GW_SRTP_CM_SHA1_80, key, key, 30), 0);
    assert_int_equal(gw_srtp_new(&bad, sealer, GW_SRTP_CM_SHA1_80, other_key, other_key, 30), 0);
    send_to(fd, info.port, data, vp8(data, 1, 0, 5, true));
    vp8(data, 2, 0, 5, true);
    gw_seal_rtp(sealer, bad, data, 12, 200, 2);
    send_to(fd, info.port, data, 210);
    vp8(data, 3, 0, 5, true);
    gw_seal_rtp(sealer, good, data, 12, 200, 3);
    send_to(fd, info.port, data, 210);
    send_to(fd, info.port, data, 210); /* again */
    turns(5);
    assert_int_equal(w.heard, 1);
    gw_srtp_free(good);
    gw_srtp_free(bad);
    gw_sealer_free(sealer);
    close(fd);
}

/* --- with a forwarder --------------------------------------------------------------------------------------------- */

/* What one gateway forwards another takes, over a network that loses every seventh packet. */
static void losses_between_two_are_repaired(void **state)
{
    static const uint32_t ssrc[] = {1010};
    struct cardea_forward_state now;
    struct cardea_port_info info;
    uint8_t got[2000];
    uint16_t between, rtcp;
    int middle = open_socket(NULL, &between), n;
    cardea_source from, to;
    struct cardea_inlet *a = inlet(CARDEA_VIDEO, NULL, 1, NULL, &from), *b = inlet(CARDEA_VIDEO, ssrc, 1, NULL, &to);
    cardea_forwarder f;
    unsigned passed = 0, lost = 0, missing = 0;

    listen_to(to);
    assert_int_equal(
        gw_inlet_port(b, &(struct cardea_port_conf){.shared = true, .rtcp = true, .address = "127.0.0.1"}, &info), 0);
    rtcp = info.rtcp_port;
    f = forward(from, &(struct cardea_forward_conf){
                          .port = between, .rtcp_port = rtcp, .payload_type = -1, .ssrc = {1010}, .srtp_suite = 0});
    for (uint16_t seq = 1; seq <= 300; seq++) {
        feed(a, seq, 9, seq == 1);
        g_usleep(500);
        while ((n = (int)recv(middle, got, sizeof(got), 0)) > 0) {
            if (++passed % 7)
                send_to(middle, info.port, got, (size_t)n);
            else
                lost++;
        }
    }
    for (unsigned tries = 0; tries < 30; tries++) { /* one lost twice is asked for again after 155 ms */
        turns(30);
        missing = 0;
        for (uint16_t seq = 1; seq <= 150; seq++)
            missing += !w.seen[seq];
        if (!missing)
            break;
    }
    gw_outlet_state(w.links, f, &now);
    assert_true(lost > 35 && now.resent > 20);
    assert_in_range(missing, 0, 8); /* of some twenty: a machine that stands still is late for a few */
    close(middle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_port_feeds_an_inlet),
        T(a_shared_port_tells_streams_apart),
        T(only_the_right_sender_is_heard),
        T(feedback_goes_back),
        T(a_far_side_that_reported_is_missed),
        T(an_encrypted_port_takes_nothing_else),
        T(losses_between_two_are_repaired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
