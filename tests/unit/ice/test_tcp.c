/* SPDX-License-Identifier: Apache-2.0 */
/* Passive ICE-TCP on the same port: frames, readers that are slow, and strangers. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/ice/check_client.h"
#include "unit/ice/lite_world.h"

static void send_frame(int fd, const uint8_t *data, size_t len)
{
    uint8_t frame[2000] = {(uint8_t)(len >> 8), (uint8_t)len};

    memcpy(frame + 2, data, len);
    assert_int_equal(send(fd, frame, len + 2, 0), len + 2);
}

static size_t take_frame(int fd, uint8_t *data, size_t cap)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint8_t head[2];
    size_t len;

    if (poll(&p, 1, 0) != 1 || recv(fd, head, 2, MSG_WAITALL) != 2)
        return 0;
    len = (size_t)(head[0] << 8 | head[1]);
    assert_true(len <= cap);
    assert_int_equal(recv(fd, data, len, MSG_WAITALL), len);
    return len;
}

static int check(int fd)
{
    struct check c = {gw_ice_ufrag(peer.ice), gw_ice_pwd(peer.ice), "clnt", true, false, 1000};
    uint8_t request[300], answer[300];
    size_t n = check_write(&c, request, sizeof(request));
    struct gw_address mapped;

    send_frame(fd, request, n);
    turns(4);
    n = take_frame(fd, answer, sizeof(answer));
    return n ? check_answer(answer, n, c.pwd, &mapped) : -2;
}

static void both_ways(void **state)
{
    uint8_t data[1500] = {0x80, 7};
    char text[200];
    int fd = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM);

    set_remote();
    send_frame(fd, data, 100); /* before any check */
    turns(3);
    assert_int_equal(stats->drop_unknown_address, 1);
    assert_int_equal(check(fd), 0);
    assert_true(world_was(&peer, GW_ICE_READY));
    gw_ice_selected(peer.ice, text, sizeof(text));
    assert_non_null(strstr(text, "[host,tcp]"));
    for (int i = 0; i < 30; i++) {
        data[1] = (uint8_t)i;
        send_frame(fd, data, 40 + (size_t)i);
    }
    turns(5);
    assert_int_equal(peer.n_packets, 30);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(peer.lengths[i], 40 + i);
        assert_int_equal(peer.first[i], i);
    }
    for (int i = 0; i < 30; i++)
        world_send(&peer, 1200 - (size_t)i, (uint8_t)i);
    turns(1);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(take_frame(fd, data, sizeof(data)), 1200 - i);
        assert_int_equal(data[1], i);
    }
    close(fd);
    turns(3);
    assert_int_equal(gw_ice_get_state(peer.ice), GW_ICE_FAILED);
    assert_null(gw_ice_reserve(peer.ice, 10));
}

/* A peer that does not read: its queue fills up, whole frames are dropped, and what arrives is still in frames. */
static void slow_reader(void **state)
{
    uint8_t data[1500];
    int fd = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM);
    size_t sent = 0, got = 0, len, n = 0;

    set_remote();
    assert_int_equal(check(fd), 0);
    while (!stats->drop_send_full && sent < 100000) {
        for (int i = 0; i < 100; i++)
            world_send(&peer, 1000 + sent++ % 400, 9);
        gw_ice_io_flush(io, gw_loop_now(world_loop));
        settle();
    }
    assert_true(stats->drop_send_full > 0);
    for (int quiet = 0; quiet < 20; quiet++) {
        while ((len = take_frame(fd, data, sizeof(data)))) {
            assert_int_equal(data[1], 9);
            assert_int_equal(data[len - 1], 9);
            got++;
            quiet = 0;
            if (++n % 50 == 0)
                turns(1);
        }
        turns(1);
    }
    assert_int_equal(got + stats->drop_send_full, sent);
    close(fd);
}

static void nonsense(void **state)
{
    static const uint8_t http[] = "GET / HTTP/1.1\r\n\r\n";
    char c;
    int fd = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM);

    assert_int_equal(send(fd, http, sizeof(http), 0), sizeof(http));
    turns(4);
    assert_int_equal(stats->drop_tcp_framing, 1);
    assert_true(recv(fd, &c, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET);
    close(fd);
}

static void silent_strangers(void **state)
{
    int fd[GW_TCP_STRANGERS + 3];
    char c;

    for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++) {
        fd[i] = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM);
        turns(1);
    }
    turns(10);
    assert_int_equal(stats->drop_tcp_limit, 3);
    gw_timers_run(gw_loop_timers(world_loop), gw_loop_now(world_loop) + 2 * GW_TCP_STRANGER_US);
    assert_int_equal(recv(fd[0], &c, 1, MSG_DONTWAIT), 0);
    for (size_t i = 0; i < sizeof(fd) / sizeof(fd[0]); i++)
        close(fd[i]);
    fd[0] = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM); /* and there is room again */
    turns(2);
    assert_int_equal(stats->drop_tcp_limit, 3);
    close(fd[0]);
}

static void last_words(void **state)
{
    uint8_t data[100];
    int fd = client_at("127.0.0.1", "127.0.0.1", SOCK_STREAM);

    set_remote();
    assert_int_equal(check(fd), 0);
    world_send(&peer, 50, 1);
    gw_ice_free(peer.ice);
    peer.ice = NULL;
    send_frame(fd, (const uint8_t *)"\x80 late", 6); /* arrives before the flush, for nobody */
    settle();
    gw_loop_turn(world_loop, 5);
    gw_ice_io_flush(io, gw_loop_now(world_loop));
    settle();
    assert_int_equal(take_frame(fd, data, sizeof(data)), 50);
    assert_int_equal(peer.n_packets, 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(both_ways), DUAL(slow_reader), DUAL(nonsense), DUAL(silent_strangers), DUAL(last_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
