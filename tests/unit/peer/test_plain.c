/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain RTP in and out of a worker, over loopback sockets: inlets with and without a port, forwarders, and both
 * together as two gateways use them. Control and worker run in this thread, without PeerConnections.
 */
#include "peer/inlet.h"
#include "peer/outlet.h"
#include "peer/state.h"
#include "rtcp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[30] = "0123456789abcdefghijklmnopqrs";
static const uint8_t other_key[30] = "0123456789ABCDEFGHIJKLMNOPQRS";

static struct {
    struct gw_loop *loop;
    struct gw_engine *engine;
    struct gw_plain *plain;
    struct gw_links *links;
    GQueue news;
    unsigned keyframes, gones, losts, messages, heard, forward_gones;
    char text[64];
    bool binary;
    struct cardea_packet last;
    uint8_t seen[65536]; /* by sequence number: how often the tap heard it */
} w;

/* --- the two threads in one --- */

static bool post(void *arg, unsigned worker, const struct gw_order *order)
{
    gw_engine_order(w.engine, order, gw_now_us());
    return true;
}

static bool take_news(void *arg, const struct gw_news *news)
{
    g_queue_push_tail(&w.news, g_memdup2(news, sizeof(*news)));
    return true;
}

static int set_up(void **state)
{
    struct gw_engine_conf conf = {.settings = {.min_nack_queue_ms = 200, .no_media_s = 1},
                                  .sealer = "openssl",
                                  .max_peers = 100,
                                  .max_packets = 4000,
                                  .news = take_news};
    const struct gw_links_conf links = {.workers = 1,
                                        .fingerprint = "",
                                        .address = "",
                                        .post = post,
                                        .now_us = gw_now_us,
                                        .plain_min = 20000,
                                        .plain_max = 50000,
                                        .plain_most = 4};

    memset(&w, 0, sizeof(w));
    g_queue_init(&w.news);
    assert_int_equal(gw_loop_new(&w.loop, false), 0);
    conf.timers = gw_loop_timers(w.loop);
    assert_int_equal(gw_engine_new(&w.engine, &conf), 0);
    assert_int_equal(gw_plain_new(&w.plain, w.loop, gw_engine_pool(w.engine), 0), 0);
    gw_engine_set_plain(w.engine, w.plain);
    assert_int_equal(gw_links_new(&w.links, &links), 0);
    return 0;
}

static void tell(void)
{
    struct gw_news *n;

    while ((n = g_queue_pop_head(&w.news))) {
        gw_links_news(w.links, n);
        g_free(n);
    }
    gw_links_turn(w.links);
}

static int tear_down(void **state)
{
    gw_links_free(w.links);
    gw_engine_free(w.engine);
    while (w.news.length) {
        struct gw_news *n = g_queue_pop_head(&w.news);

        gw_news_drop(n);
        g_free(n);
    }
    gw_plain_free(w.plain);
    gw_loop_free(w.loop);
    return 0;
}

static void turns(unsigned n)
{
    while (n--) {
        gw_loop_turn(w.loop, 1);
        gw_engine_turn_end(w.engine, gw_now_us());
        tell();
    }
}

/* As if so much time had passed without a packet. */
static void let_pass_ms(int64_t ms)
{
    for (int64_t now = 0; now <= ms; now += 100)
        gw_timers_run(gw_loop_timers(w.loop), gw_now_us() + now * 1000);
    gw_engine_turn_end(w.engine, gw_now_us());
    tell();
}

/* --- the plugin --- */

static void on_keyframe(void *user, cardea_source source)
{
    w.keyframes++;
}

static void on_data(void *user, cardea_source source, const struct cardea_message *msg)
{
    w.messages++;
    w.binary = msg->binary;
    memcpy(w.text, msg->data, msg->len < 63 ? msg->len : 63);
}

static void on_lost(void *user, cardea_source source)
{
    w.losts++;
}

static void on_gone(void *user, cardea_source source)
{
    w.gones++;
}

static const struct cardea_inlet_events events = {
    .keyframe = on_keyframe, .data = on_data, .lost = on_lost, .gone = on_gone};

static void on_packet(void *tap, const struct cardea_packet *p)
{
    w.heard++;
    w.seen[(uint16_t)p->ext_seq]++;
    w.last = *p;
}

static void on_tap_gone(void *tap, cardea_source source)
{
}

static const struct cardea_tap tap = {.packet = on_packet, .gone = on_tap_gone};

static void on_forward_gone(void *user, cardea_forwarder forwarder)
{
    w.forward_gones++;
}

static struct cardea_inlet *inlet(enum cardea_kind kind, const uint32_t *ssrc, unsigned layers,
                                  struct cardea_inlet *beside, cardea_source *source)
{
    struct cardea_inlet_conf conf = {.kind = kind,
                                     .codec = kind == CARDEA_VIDEO   ? "vp8"
                                              : kind == CARDEA_AUDIO ? "opus"
                                                                     : NULL,
                                     .payload_type = -1,
                                     .layers = layers,
                                     .nack = true,
                                     .beside = beside,
                                     .events = &events};
    struct cardea_inlet *in;

    for (unsigned i = 0; ssrc && i < layers; i++)
        conf.ssrc[i] = ssrc[i];
    assert_int_equal(gw_inlet_new(w.links, &conf, &in, source), 0);
    return in;
}

static void listen_to(cardea_source source)
{
    const struct gw_tap t = {&tap, &w};

    assert_int_equal(gw_link_tap(w.links, source, &t), 0);
}

static cardea_forwarder forward(cardea_source source, const struct cardea_forward_conf *conf)
{
    struct cardea_forward_conf c = *conf;
    cardea_forwarder f;

    c.host = c.host ? c.host : "127.0.0.1";
    c.gone = on_forward_gone;
    assert_int_equal(gw_outlet_new(w.links, source, &c, &f), 0);
    return f;
}

/* --- the other machine --- */

static int open_socket(const char *host, uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0);
    a.sin_addr.s_addr = g_htonl(host ? 0x7f000002 : 0x7f000001);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static void send_to(int fd, uint16_t port, const void *data, size_t len)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = g_htonl(0x7f000001);
    assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&a, sizeof(a)), len);
}

/* What arrived at fd; -1: nothing. */
static int receive(int fd, uint8_t *data)
{
    int n = -1;

    for (unsigned i = 0; n < 0 && i < 20; i++) {
        turns(1);
        n = (int)recv(fd, data, 2000, 0);
    }
    return n;
}

/* A VP8 packet that is a whole frame: 2 bytes of descriptor with a picture id, then the frame. */
static size_t vp8(uint8_t *p, uint16_t seq, uint32_t ts, uint32_t ssrc, bool keyframe)
{
    static const uint8_t key_frame[] = {0x90, 0x80, 0x00, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    size_t len = 200;

    memset(p, 0x55, len);
    p[0] = 0x80;
    p[1] = 0x80 | 101;
    gw_put_u16(p + 2, seq);
    gw_put_u32(p + 4, ts);
    gw_put_u32(p + 8, ssrc);
    memcpy(p + 12, key_frame, sizeof(key_frame));
    p[14] = (uint8_t)(seq & 0x7f);
    if (!keyframe)
        p[15] |= 1;
    return len;
}

static void feed(struct cardea_inlet *in, uint16_t seq, uint32_t ssrc, bool keyframe)
{
    uint8_t data[400];

    assert_int_equal(gw_inlet_inject(in, data, vp8(data, seq, seq * 3000u, ssrc, keyframe)), 0);
    turns(1);
}

static size_t pli(uint8_t *data, uint32_t ssrc)
{
    struct gw_writer out = gw_writer_make(data, 100);

    gw_rtcp_write_pli(&out, 1, ssrc);
    return out.pos;
}

static size_t nack(uint8_t *data, uint32_t ssrc, uint16_t seq)
{
    struct gw_writer out = gw_writer_make(data, 100);

    gw_rtcp_write_nack(&out, 1, ssrc, &seq, 1);
    return out.pos;
}

/* --- forwarding --- */

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

/* --- ports --- */

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

/* --- both --- */

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
    turns(30);
    for (uint16_t seq = 1; seq <= 150; seq++) /* one lost twice is asked for again after 155 ms */
        missing += !w.seen[seq];
    gw_outlet_state(w.links, f, &now);
    assert_true(lost > 35 && now.resent > 20);
    assert_in_range(missing, 0, 2);
    close(middle);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
