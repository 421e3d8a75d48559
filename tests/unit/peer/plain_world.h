/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain RTP in and out of a worker, over loopback sockets. Control and worker run in this thread, without
 * PeerConnections; the other machine is a socket of the test.
 */
#ifndef TESTS_UNIT_PEER_PLAIN_WORLD_H
#define TESTS_UNIT_PEER_PLAIN_WORLD_H

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

/* --- the two threads in one --------------------------------------------------------------------------------------- */

static inline bool post(void *arg, unsigned worker, const struct gw_order *order)
{
    gw_engine_order(w.engine, order, gw_now_us());
    return true;
}

static inline bool take_news(void *arg, const struct gw_news *news)
{
    g_queue_push_tail(&w.news, g_memdup2(news, sizeof(*news)));
    return true;
}

static inline int set_up(void **state)
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

static inline void tell(void)
{
    struct gw_news *n;

    while ((n = g_queue_pop_head(&w.news))) {
        gw_links_news(w.links, n);
        g_free(n);
    }
    gw_links_turn(w.links);
}

static inline int tear_down(void **state)
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

static inline void turns(unsigned n)
{
    while (n--) {
        gw_loop_turn(w.loop, 1);
        gw_engine_turn_end(w.engine, gw_now_us());
        tell();
    }
}

/* As if so much time had passed without a packet. */
static inline void let_pass_ms(int64_t ms)
{
    for (int64_t now = 0; now <= ms; now += 100)
        gw_timers_run(gw_loop_timers(w.loop), gw_now_us() + now * 1000);
    gw_engine_turn_end(w.engine, gw_now_us());
    tell();
}

/* --- the plugin --------------------------------------------------------------------------------------------------- */

static inline void on_keyframe(void *user, cardea_source source)
{
    w.keyframes++;
}

static inline void on_data(void *user, cardea_source source, const struct cardea_message *msg)
{
    w.messages++;
    w.binary = msg->binary;
    memcpy(w.text, msg->data, msg->len < 63 ? msg->len : 63);
}

static inline void on_lost(void *user, cardea_source source)
{
    w.losts++;
}

static inline void on_gone(void *user, cardea_source source)
{
    w.gones++;
}

static const struct cardea_inlet_events events = {
    .keyframe = on_keyframe, .data = on_data, .lost = on_lost, .gone = on_gone};

static inline void on_packet(void *tap, const struct cardea_packet *p)
{
    w.heard++;
    w.seen[(uint16_t)p->ext_seq]++;
    w.last = *p;
}

static inline void on_tap_gone(void *tap, cardea_source source)
{
}

static const struct cardea_tap tap = {.packet = on_packet, .gone = on_tap_gone};

static inline void on_forward_gone(void *user, cardea_forwarder forwarder)
{
    w.forward_gones++;
}

static inline struct cardea_inlet *inlet(enum cardea_kind kind, const uint32_t *ssrc, unsigned layers,
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

static inline void listen_to(cardea_source source)
{
    const struct gw_tap t = {&tap, &w};

    assert_int_equal(gw_link_tap(w.links, source, &t), 0);
}

static inline cardea_forwarder forward(cardea_source source, const struct cardea_forward_conf *conf)
{
    struct cardea_forward_conf c = *conf;
    cardea_forwarder f;

    c.host = c.host ? c.host : "127.0.0.1";
    c.gone = on_forward_gone;
    assert_int_equal(gw_outlet_new(w.links, source, &c, &f), 0);
    return f;
}

/* --- the other machine -------------------------------------------------------------------------------------------- */

static inline int open_socket(const char *host, uint16_t *port)
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

static inline void send_to(int fd, uint16_t port, const void *data, size_t len)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};

    a.sin_addr.s_addr = g_htonl(0x7f000001);
    assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&a, sizeof(a)), len);
}

/* What arrived at fd; -1: nothing. */
static inline int receive(int fd, uint8_t *data)
{
    int n = -1;

    for (unsigned i = 0; n < 0 && i < 20; i++) {
        turns(1);
        n = (int)recv(fd, data, 2000, 0);
    }
    return n;
}

/* A VP8 packet that is a whole frame: 2 bytes of descriptor with a picture id, then the frame. */
static inline size_t vp8(uint8_t *p, uint16_t seq, uint32_t ts, uint32_t ssrc, bool keyframe)
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

static inline void feed(struct cardea_inlet *in, uint16_t seq, uint32_t ssrc, bool keyframe)
{
    uint8_t data[400];

    assert_int_equal(gw_inlet_inject(in, data, vp8(data, seq, seq * 3000u, ssrc, keyframe)), 0);
    turns(1);
}

static inline size_t pli(uint8_t *data, uint32_t ssrc)
{
    struct gw_writer out = gw_writer_make(data, 100);

    gw_rtcp_write_pli(&out, 1, ssrc);
    return out.pos;
}

static inline size_t nack(uint8_t *data, uint32_t ssrc, uint16_t seq)
{
    struct gw_writer out = gw_writer_make(data, 100);

    gw_rtcp_write_nack(&out, 1, ssrc, &seq, 1);
    return out.pos;
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
