/* SPDX-License-Identifier: Apache-2.0 */
#include "plain_world.h"

static void packets_leave_as_they_came(void **state)
{
    struct cardea_forward_state now;
    uint8_t in[400], got[2000];
    uint16_t port;
    int fd = open_socket(NULL, &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    cardea_forwarder f = forward(source, &(struct cardea_forward_conf){.port = port, .payload_type = -1});
    size_t len = vp8(in, 65535, 77, 0xabcd, true);

    for (unsigned k = 0; k < 2; k++) { /* over the wrap of the numbers */
        assert_int_equal(gw_inlet_inject(i, in, len), 0);
        assert_int_equal(receive(fd, got), len);
        in[1] = 0x80 | 96; /* any type is the codec's here */
        assert_memory_equal(got, in, len);
        gw_put_u16(in + 2, 0);
    }
    assert_int_equal(gw_outlet_state(w.links, f, &now), 0);
    assert_int_equal(now.packets, 2);
    assert_int_equal(now.bytes, 2 * len);
    assert_int_equal(now.rtcp_port, 0);
    assert_int_equal(gw_outlet_stop(w.links, f), 0);
    turns(1);
    assert_int_equal(w.forward_gones, 1);
    assert_int_equal(gw_outlet_stop(w.links, f), GW_ENOENT);
    assert_int_equal(gw_inlet_inject(i, in, len), 0);
    assert_int_equal(receive(fd, got), -1);
    close(fd);
}

static void type_and_ssrc_are_replaced(void **state)
{
    uint8_t got[2000];
    uint16_t port;
    int fd = open_socket(NULL, &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);

    forward(source, &(struct cardea_forward_conf){.port = port, .payload_type = 33, .ssrc = {777}});
    feed(i, 5, 0xabcd, false);
    assert_int_equal(receive(fd, got), 200);
    assert_int_equal(got[1], 0x80 | 33);
    assert_int_equal(gw_get_u32(got + 8), 777);
    assert_int_equal(gw_get_u16(got + 2), 5);
    close(fd);
}

static void it_goes_over_ipv6_too(void **state)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    uint8_t got[2000];

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
        skip();
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    forward(source, &(struct cardea_forward_conf){.host = "::1", .port = ntohs(a.sin6_port), .payload_type = -1});
    feed(i, 5, 0xabcd, false);
    assert_int_equal(receive(fd, got), 200);
    close(fd);
}

static void it_is_encrypted_when_asked(void **state)
{
    static const struct {
        unsigned suite;
        enum gw_srtp_profile profile;
        size_t tag;
    } suites[] = {{80, GW_SRTP_CM_SHA1_80, 10}, {32, GW_SRTP_CM_SHA1_32, 4}};

    for (unsigned k = 0; k < 2; k++) {
        uint8_t got[2000], in[400];
        uint16_t port;
        int fd = open_socket(NULL, &port);
        cardea_source source;
        struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
        struct gw_sealer *sealer;
        struct gw_srtp *srtp;
        size_t len;

        assert_int_equal(gw_sealer_new(&sealer, "openssl"), 0);
        assert_int_equal(gw_srtp_new(&srtp, sealer, suites[k].profile, key, key, 30), 0);
        forward(source, &(struct cardea_forward_conf){
                            .port = port, .payload_type = -1, .srtp_suite = suites[k].suite, .srtp_key = key});
        for (unsigned n = 0; n < 4; n++) {
            feed(i, (uint16_t)(65534 + n), 9, n == 0);
            len = (size_t)receive(fd, got);
            assert_int_equal(len, 200 + suites[k].tag);
            assert_int_equal(gw_srtp_open_rtp(srtp, got, &len), 0);
            vp8(in, (uint16_t)(65534 + n), (uint16_t)(65534 + n) * 3000u, 9, n == 0);
            in[1] = 0x80 | 96;
            assert_memory_equal(got, in, 200);
        }
        gw_srtp_free(srtp);
        gw_sealer_free(sealer);
        close(fd);
    }
}

static void the_far_end_asks_for_keyframes_and_repetitions(void **state)
{
    struct cardea_forward_state now;
    uint8_t got[2000], data[100];
    uint16_t port, rtcp, stranger_port;
    int fd = open_socket(NULL, &port), rtcp_fd = open_socket(NULL, &rtcp), stranger = open_socket("2", &stranger_port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    cardea_forwarder f =
        forward(source, &(struct cardea_forward_conf){.port = port, .rtcp_port = rtcp, .payload_type = -1});

    for (unsigned k = 0; k < 2; k++) { /* two empty packets open the way */
        assert_int_equal(receive(rtcp_fd, got), 12);
        assert_int_equal(got[0], 0x80);
    }
    assert_int_equal(w.keyframes, 1); /* at the start */
    for (uint16_t seq = 1; seq <= 3; seq++) {
        feed(i, seq, 9, seq == 1);
        assert_int_equal(receive(fd, got), 200);
    }
    assert_int_equal(gw_outlet_state(w.links, f, &now), 0);
    assert_in_range(now.rtcp_port, 20000, 50000);
    send_to(rtcp_fd, now.rtcp_port, data, pli(data, 9));
    send_to(stranger, now.rtcp_port, data, nack(data, 9, 2)); /* not from there: nothing */
    turns(5);
    let_pass_ms(1100); /* one a second */
    assert_int_equal(w.keyframes, 2);
    assert_int_equal(receive(fd, got), -1);
    send_to(rtcp_fd, now.rtcp_port, data, nack(data, 9, 2));
    assert_int_equal(receive(fd, got), 200);
    assert_int_equal(gw_get_u16(got + 2), 2);
    send_to(rtcp_fd, now.rtcp_port, data, nack(data, 9, 200)); /* never was */
    send_to(rtcp_fd, now.rtcp_port, "\x81\xce\x00\x09nonsense", 12);
    assert_int_equal(receive(fd, got), -1);
    gw_outlet_state(w.links, f, &now);
    assert_int_equal(now.resent, 1);
    assert_true(now.rtcp >= 3 && now.keyframes == 1);
    close(fd);
    close(rtcp_fd);
    close(stranger);
}

static void repetitions_are_bounded(void **state)
{
    struct cardea_forward_state now;
    uint8_t got[2000], data[100];
    uint16_t port, rtcp;
    int fd = open_socket(NULL, &port), rtcp_fd = open_socket(NULL, &rtcp);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    cardea_forwarder f =
        forward(source, &(struct cardea_forward_conf){.port = port, .rtcp_port = rtcp, .payload_type = -1});

    feed(i, 1, 9, true);
    receive(fd, got);
    gw_outlet_state(w.links, f, &now);
    for (unsigned k = 0; k < 300; k++) {
        send_to(rtcp_fd, now.rtcp_port, data, nack(data, 9, 1));
        turns(1);
    }
    gw_outlet_state(w.links, f, &now);
    assert_int_equal(now.resent, (20000 + 200) / 200); /* the allowance, and what was forwarded */
    close(fd);
    close(rtcp_fd);
}

static void a_merged_stream_is_one(void **state)
{
    static const uint32_t ssrc[] = {11, 12};
    uint8_t got[2000];
    uint16_t port, seq = 0;
    int fd = open_socket(NULL, &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, ssrc, 2, NULL, &source);
    unsigned n = 0;

    forward(source, &(struct cardea_forward_conf){
                        .port = port, .payload_type = -1, .merge = true, .substream = -1, .ssrc = {4711}});
    for (uint16_t k = 0; k < 20; k++) {
        feed(i, (uint16_t)(100 + k), 11, k == 0 || k == 10);
        if (k >= 5) /* a better layer comes up */
            feed(i, (uint16_t)(9000 + k), 12, k == 5 || k == 10);
        while (receive(fd, got) == 200) {
            assert_int_equal(gw_get_u32(got + 8), 4711);
            if (n++)
                assert_int_equal(gw_get_u16(got + 2), (uint16_t)(seq + 1));
            seq = gw_get_u16(got + 2);
        }
    }
    assert_in_range(n, 19, 21); /* each frame once */
    close(fd);
}

static void one_substream_alone(void **state)
{
    static const uint32_t ssrc[] = {11, 12};
    uint8_t got[2000];
    uint16_t port;
    int fd = open_socket(NULL, &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, ssrc, 2, NULL, &source);

    forward(source, &(struct cardea_forward_conf){.port = port, .payload_type = -1, .substream = 1, .ssrc = {5}});
    feed(i, 1, 11, true);
    feed(i, 2, 12, true);
    assert_int_equal(receive(fd, got), 200);
    assert_int_equal(gw_get_u16(got + 2), 2);
    assert_int_equal(gw_get_u32(got + 8), 5);
    assert_int_equal(receive(fd, got), -1);
    close(fd);
}

static void messages_are_datagrams(void **state)
{
    const struct cardea_message hello = {
        .label = "x", .protocol = "", .binary = true, .data = (const uint8_t *)"hello", .len = 5};
    uint8_t got[2000], big[4000] = {1};
    const struct cardea_message large = {.label = "x", .protocol = "", .data = big, .len = sizeof(big)};
    uint16_t port;
    int fd = open_socket(NULL, &port);
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_DATA, NULL, 1, NULL, &source);
    cardea_forwarder raw = forward(source, &(struct cardea_forward_conf){.port = port, .payload_type = -1});

    assert_int_equal(gw_inlet_inject_data(i, &hello), 0);
    assert_int_equal(receive(fd, got), 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(gw_outlet_stop(w.links, raw), 0);
    forward(source, &(struct cardea_forward_conf){.port = port, .payload_type = -1, .substream = -1, .ssrc = {1020}});
    assert_int_equal(gw_inlet_inject_data(i, &hello), 0);
    assert_int_equal(receive(fd, got), 17);
    assert_int_equal(got[1], 1);
    assert_int_equal(gw_get_u32(got + 8), 1020);
    assert_memory_equal(got + 12, "hello", 5);
    assert_int_equal(gw_inlet_inject_data(i, &large), 0);
    assert_int_equal(receive(fd, got), 1500);
    assert_int_equal(got[1], 0);
    close(fd);
}

static void forwarders_are_bounded_and_checked(void **state)
{
    struct cardea_forward_conf conf = {.host = "127.0.0.1", .port = 9, .payload_type = -1, .gone = on_forward_gone};
    cardea_forwarder f;
    cardea_source source;
    struct cardea_inlet *i = inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);

    for (unsigned k = 0; k < 4; k++)
        assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), 0);
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_ELIMIT);
    gw_inlet_close(i); /* they go with their source */
    turns(2);
    assert_int_equal(w.forward_gones, 4);
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_ENOENT);
    inlet(CARDEA_VIDEO, NULL, 1, NULL, &source);
    conf.host = "localhost";
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_EINVAL);
    conf.host = "127.0.0.1";
    conf.srtp_suite = 80; /* no key */
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_EINVAL);
    conf.srtp_suite = 0;
    conf.merge = true; /* no ssrc */
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_EINVAL);
    conf.merge = false;
    conf.beside = 99;
    assert_int_equal(gw_outlet_new(w.links, source, &conf, &f), GW_ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(packets_leave_as_they_came),
        T(type_and_ssrc_are_replaced),
        T(it_goes_over_ipv6_too),
        T(it_is_encrypted_when_asked),
        T(the_far_end_asks_for_keyframes_and_repetitions),
        T(repetitions_are_bounded),
        T(a_merged_stream_is_one),
        T(one_substream_alone),
        T(messages_are_datagrams),
        T(forwarders_are_bounded_and_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
