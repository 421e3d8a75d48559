/* SPDX-License-Identifier: Apache-2.0 */
/* The lite back end, asked by plain sockets on loopback: recorded checks of browsers, made ones, and hostile ones. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "ice/inside.h"
#include "ice/lite.h"
#include "unit/ice/check_client.h"
#include "unit/ice/lite_world.h"

static int client(void)
{
    return client_at("127.0.0.1", "127.0.0.1", SOCK_DGRAM);
}

/* Sends, lets the back end run, and gives the answer's length; 0: none came. */
static size_t ask(int fd, const uint8_t *data, size_t len, uint8_t *answer, size_t cap)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(send(fd, data, len, 0), len);
    turns(2);
    if (poll(&p, 1, 0) != 1)
        return 0;
    return (size_t)recv(fd, answer, cap, 0);
}

/* The code of check_answer(), or -2 when nothing came. */
static int check(int fd, bool use_candidate)
{
    struct check c = {gw_ice_ufrag(peer.ice), gw_ice_pwd(peer.ice), "clnt", use_candidate, false, 1000};
    char pwd[GW_ICE_TEXT];
    uint8_t request[300], answer[300];
    size_t len = check_write(&c, request, sizeof(request)), n;
    struct gw_address mapped;

    strcpy(pwd, c.pwd);
    n = ask(fd, request, len, answer, sizeof(answer));
    return n ? check_answer(answer, n, pwd, &mapped) : -2;
}

/* --- the tests ---------------------------------------------------------------------------------------------------- */

static void gathers(void **state)
{
    const char *const *list;
    struct gw_candidate c;
    size_t n, udp = 0, tcp = 0;

    assert_int_equal(peer.gathered, 0);
    turns(1);
    assert_int_equal(peer.gathered, 1);
    assert_int_equal(peer.states[0], GW_ICE_GATHERING);
    assert_true(gw_ice_is_lite(peer.ice));
    n = gw_ice_candidates(peer.ice, &list);
    assert_true(n > 0);
    assert_int_equal(peer.n_candidates, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(gw_candidate_parse(&c, list[i], strlen(list[i])), strlen(list[i]));
        assert_int_equal(c.address.port, gw_ice_io_port(io));
        assert_int_equal(c.tcp_type, c.tcp ? GW_TCP_PASSIVE : GW_TCP_NONE);
        udp += !c.tcp;
        tcp += c.tcp;
    }
    assert_int_equal(udp, tcp);
}

static void a_browser(const char *name, bool nominates)
{
    uint8_t request[300], answer[300];
    struct gw_address mapped;
    size_t len = check_recorded(name, request, sizeof(request)), n;
    char text[200], expected[64];
    struct sockaddr_in own;
    socklen_t own_len = sizeof(own);
    int fd = client();

    set_remote();
    turns(1);
    assert_int_equal(gw_ice_get_state(peer.ice), GW_ICE_CONNECTING);
    n = ask(fd, request, len, answer, sizeof(answer));
    assert_int_equal(check_answer(answer, n, RECORDED_PWD, &mapped), 0);
    getsockname(fd, (struct sockaddr *)&own, &own_len);
    assert_int_equal(mapped.port, ntohs(own.sin_port));
    assert_true(gw_address_is_loopback(&mapped) && gw_address_is_v4(&mapped));
    assert_true(world_was(&peer, GW_ICE_CONNECTED));
    assert_int_equal(world_was(&peer, GW_ICE_READY), nominates);
    gw_ice_selected(peer.ice, text, sizeof(text));
    snprintf(expected, sizeof(expected), "127.0.0.1:%u [host,udp] <-> 127.0.0.1:%u [prflx,udp]", gw_ice_io_port(io),
             mapped.port);
    assert_string_equal(text, expected);
    assert_int_equal(stats->stun_answers, 1);
    assert_true(gw_ice_last_seen(peer.ice) > 0);
    close(fd);
}

static void chromium(void **state)
{
    a_browser("chromium", false);
}

static void firefox(void **state)
{
    a_browser("firefox", true);
}

static void media_both_ways(void **state)
{
    uint8_t data[1500] = {0x80, 0x55};
    int fd = client();

    set_remote();
    assert_int_equal(check(fd, true), 0);
    for (int i = 0; i < 100; i++) {
        data[1] = (uint8_t)i;
        assert_int_equal(send(fd, data, 1000 + (size_t)i, 0), 1000 + i);
    }
    turns(3);
    assert_int_equal(peer.n_packets, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(peer.lengths[i], 1000 + i);
        assert_int_equal(peer.first[i], i);
    }
    for (int i = 0; i < 40; i++)
        world_send(&peer, 1100, (uint8_t)i);
    gw_ice_io_flush(io, gw_loop_now(world_loop));
    settle();
    for (int i = 0; i < 40; i++) {
        assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 1100);
        assert_int_equal(data[1], i);
        assert_int_equal(data[1099], i);
    }
    assert_int_equal(gw_packet_pool_used(world_pool) <= 64, true); /* nothing but what waits for the next batch */
    close(fd);
}

static void strangers_get_nothing(void **state)
{
    uint8_t request[300], answer[300], data[100] = {0x80};
    size_t len = check_recorded("chromium", request, sizeof(request));
    struct check nobody = {"none", "nnnnnnnnnnnnnnnnnnnnnn", "clnt", true, false, 1};
    int fd = client();

    set_remote();
    assert_int_equal(ask(fd, data, sizeof(data), answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_unknown_address, 1);
    request[50] ^= 1;
    assert_int_equal(ask(fd, request, len, answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_bad_stun + stats->drop_bad_integrity, 1);
    request[50] ^= 1;
    gw_ice_set_local(peer.ice, "srvv", RECORDED_PWD);
    assert_int_equal(ask(fd, request, len, answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_unknown_ufrag, 1);
    gw_ice_set_local(peer.ice, "srvu", "wrongwrongwrongwrongwrong");
    assert_int_equal(ask(fd, request, len, answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_bad_integrity >= 1, true);
    len = check_write(&nobody, request, sizeof(request));
    assert_int_equal(ask(fd, request, len, answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_unknown_ufrag, 2);
    data[0] = 70;
    assert_int_equal(ask(fd, data, sizeof(data), answer, sizeof(answer)), 0);
    assert_int_equal(stats->drop_not_demuxed, 1);
    data[0] = 1;
    assert_int_equal(ask(fd, data, sizeof(data), answer, sizeof(answer)), 0);
    assert_int_equal(peer.n_packets, 0);
    assert_null(gw_ice_reserve(peer.ice, 100));
    assert_int_equal(stats->drop_no_path, 1);
    assert_int_equal(stats->out_packets, 0);
    close(fd);
}

static void larger_than_we_take(void **state)
{
    static uint8_t data[3000] = {0x80};
    int fd = client();

    set_remote();
    assert_int_equal(check(fd, true), 0);
    assert_int_equal(send(fd, data, 1500, 0), 1500);
    assert_int_equal(send(fd, data, 1501, 0), 1501);
    assert_int_equal(send(fd, data, 3000, 0), 3000);
    assert_int_equal(send(fd, data, 0, 0), 0);
    turns(2);
    assert_int_equal(peer.n_packets, 1);
    assert_int_equal(stats->drop_too_large, 2);
    assert_null(gw_ice_reserve(peer.ice, 70000));
    assert_int_equal(stats->drop_too_large, 3);
    close(fd);
}

static void follows_the_nomination(void **state)
{
    uint8_t data[100];
    int a = client(), b = client();
    size_t n;

    set_remote();
    assert_int_equal(check(a, false), 0);
    assert_int_equal(check(b, false), 0);
    world_send(&peer, 50, 1);
    turns(1);
    assert_int_equal(recv(a, data, sizeof(data), MSG_DONTWAIT), 50); /* the first one that passed */
    assert_int_equal(check(b, true), 0);
    assert_int_equal(gw_ice_get_state(peer.ice), GW_ICE_READY);
    n = peer.n_states;
    world_send(&peer, 51, 1);
    turns(1);
    assert_int_equal(recv(b, data, sizeof(data), MSG_DONTWAIT), 51);
    assert_int_equal(check(a, true), 0);
    world_send(&peer, 52, 1);
    turns(1);
    assert_int_equal(recv(a, data, sizeof(data), MSG_DONTWAIT), 52);
    assert_int_equal(peer.n_states, n); /* silently */
    data[0] = 0x80;
    assert_int_equal(send(b, data, 60, 0), 60); /* still allowed to send */
    turns(1);
    assert_int_equal(peer.n_packets, 1);
    close(a);
    close(b);
}

/* A host's own eth0 address to its 127.0.0.1: answers must come from there, whatever the kernel would choose. */
static void answers_from_the_address_asked(void **state)
{
    uint8_t data[100];
    int fd = client_at("127.0.0.1", "127.0.0.77", SOCK_DGRAM); /* connected: takes answers from .77 only */

    set_remote();
    assert_int_equal(check(fd, true), 0);
    world_send(&peer, 50, 1);
    world_send(&peer, 50, 2);
    turns(1);
    assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 50);
    assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 50);
    close(fd);
}

static void ipv6_too(void **state)
{
    uint8_t data[100];
    char text[200];
    int fd = client_at("::1", "::1", SOCK_DGRAM);

    set_remote();
    assert_int_equal(check(fd, true), 0);
    world_send(&peer, 50, 1);
    turns(1);
    assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 50);
    gw_ice_selected(peer.ice, text, sizeof(text));
    assert_memory_equal(text, "[::1]:", 6);
    close(fd);
}

static void checks_before_the_answer(void **state)
{
    int fd = client();

    assert_int_equal(check(fd, true), 0);
    assert_false(world_was(&peer, GW_ICE_CONNECTED));
    set_remote();
    assert_false(world_was(&peer, GW_ICE_CONNECTED)); /* not inside of the call */
    turns(1);
    assert_true(world_was(&peer, GW_ICE_CONNECTED));
    assert_true(world_was(&peer, GW_ICE_READY));
    close(fd);
}

static void many_addresses(void **state)
{
    int first = client(), fds[3 * GW_LITE_KNOWN];
    uint8_t data[10] = {0x80};

    set_remote();
    assert_int_equal(check(first, true), 0);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        fds[i] = client();
        assert_int_equal(check(fds[i], false), 0);
    }
    assert_int_equal(send(first, data, 10, 0), 10); /* the path in use is never pushed out */
    turns(1);
    assert_int_equal(peer.n_packets, 1);
    assert_int_equal(send(fds[0], data, 10, 0), 10);
    turns(1);
    assert_int_equal(peer.n_packets, 1);
    assert_int_equal(stats->drop_unknown_address, 1);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        close(fds[i]);
    close(first);
}

static void an_address_changes_hands(void **state)
{
    struct world_peer other;
    struct check c = {.from = "clnt", .use_candidate = true, .priority = 1};
    uint8_t request[300], answer[300], data[10] = {0x80};
    struct gw_address mapped;
    int fd = client();
    size_t n;

    set_remote();
    assert_int_equal(check(fd, true), 0);
    world_peer(&other, io, false);
    c.ufrag = gw_ice_ufrag(other.ice);
    c.pwd = gw_ice_pwd(other.ice);
    n = check_write(&c, request, sizeof(request));
    n = ask(fd, request, n, answer, sizeof(answer));
    assert_int_equal(check_answer(answer, n, c.pwd, &mapped), 0);
    assert_int_equal(send(fd, data, 10, 0), 10);
    turns(1);
    assert_int_equal(other.n_packets, 1);
    assert_int_equal(peer.n_packets, 0);
    assert_null(gw_ice_reserve(peer.ice, 10)); /* its path is gone */
    gw_ice_free(other.ice);
    assert_int_equal(send(fd, data, 10, 0), 10);
    turns(1);
    assert_int_equal(stats->drop_unknown_address, 1);
    close(fd);
}

static void restart(void **state)
{
    char old_ufrag[GW_ICE_TEXT], old_pwd[GW_ICE_TEXT];
    struct check c = {old_ufrag, old_pwd, "clnt", true, false, 1};
    uint8_t request[300], answer[300], data[100];
    struct gw_address mapped;
    int fd = client(), fresh = client();
    size_t len, n;

    set_remote();
    assert_int_equal(check(fd, true), 0);
    strcpy(old_ufrag, gw_ice_ufrag(peer.ice));
    strcpy(old_pwd, gw_ice_pwd(peer.ice));
    len = check_write(&c, request, sizeof(request));
    world_inside++;
    assert_int_equal(gw_ice_restart(peer.ice, gw_loop_now(world_loop)), 0);
    world_inside--;
    assert_string_not_equal(gw_ice_ufrag(peer.ice), old_ufrag);
    turns(1);
    assert_int_equal(peer.gathered, 2);
    n = ask(fd, request, len, answer, sizeof(answer)); /* the old path lives on */
    assert_int_equal(check_answer(answer, n, old_pwd, &mapped), 0);
    world_send(&peer, 50, 1);
    turns(1);
    assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 50);
    assert_int_equal(gw_ice_set_remote(peer.ice, "clnu", "dddddddddddddddddddddd", gw_loop_now(world_loop)), 0);
    assert_int_equal(check(fresh, true), 0); /* with the new credentials */
    world_send(&peer, 51, 1);
    turns(1);
    assert_int_equal(recv(fresh, data, sizeof(data), MSG_DONTWAIT), 51);
    assert_int_equal(ask(fd, request, len, answer, sizeof(answer)), 0); /* and the old ones are no more */
    assert_int_equal(stats->drop_unknown_ufrag, 1);
    close(fd);
    close(fresh);
}

static void role_conflict(void **state)
{
    struct check c = {RECORDED_UFRAG, RECORDED_PWD, "clnt", false, true, 1};
    uint8_t request[300], answer[300];
    size_t len = check_write(&c, request, sizeof(request)), n;
    struct gw_address mapped;
    int fd = client();

    set_remote();
    n = ask(fd, request, len, answer, sizeof(answer));
    assert_int_equal(check_answer(answer, n, RECORDED_PWD, &mapped), 487);
    assert_false(world_was(&peer, GW_ICE_CONNECTED));
    close(fd);
}

static void stun_rate(void **state)
{
    uint8_t request[300];
    size_t len = check_recorded("chromium", request, sizeof(request));
    int fd = client();

    set_remote();
    for (int i = 0; i < GW_LITE_STUN_CALLS + 100; i++)
        assert_int_equal(send(fd, request, len, 0), len);
    settle();
    world_turn(io, NULL, 10);
    assert_int_equal(stats->stun_answers, GW_LITE_STUN_CALLS);
    assert_int_equal(stats->drop_stun_rate, 100);
    turns(1);
    assert_int_equal(check(fd, false) != -2, true); /* a new turn, a new allowance */
    assert_int_equal(stats->stun_answers, GW_LITE_STUN_CALLS + 1);
    close(fd);
}

static void loses_patience(void **state)
{
    struct gw_timers *timers = gw_loop_timers(world_loop);
    const int64_t start_us = gw_loop_now(world_loop); /* and not after the turn, which takes as long as it takes */
    int fd = client();

    set_remote();
    turns(1);
    gw_timers_run(timers, start_us + GW_LITE_PATIENCE_US - 1000);
    assert_false(world_was(&peer, GW_ICE_FAILED));
    gw_timers_run(timers, start_us + GW_LITE_PATIENCE_US + 1000000);
    assert_true(world_was(&peer, GW_ICE_FAILED));
    assert_int_equal(check(fd, true), 0); /* better late than never */
    assert_int_equal(gw_ice_get_state(peer.ice), GW_ICE_READY);
    close(fd);
}

static void freed_inside_a_callback(void **state)
{
    uint8_t data[10] = {0x80};
    int fd = client();

    set_remote();
    turns(1);
    assert_int_equal(check(fd, false), 0);
    peer.free_on_packet = true;
    for (int i = 0; i < 3; i++)
        assert_int_equal(send(fd, data, 10, 0), 10);
    turns(1);
    assert_null(peer.ice);
    assert_int_equal(peer.n_packets, 1);
    assert_int_equal(stats->drop_unknown_address, 2);
    world_peer(&peer, io, false);
    turns(1);
    set_remote();
    peer.free_on_state = true;
    turns(1);
    assert_null(peer.ice);
    world_peer(&peer, io, false);
    set_remote();
    turns(1);
    peer.free_on_state = true;
    {
        struct check c = {gw_ice_ufrag(peer.ice), gw_ice_pwd(peer.ice), "clnt", true, false, 1};
        uint8_t request[300], answer[300];
        size_t n = check_write(&c, request, sizeof(request));

        assert_true(ask(fd, request, n, answer, sizeof(answer)) > 0); /* the answer still leaves */
    }
    assert_null(peer.ice);
    close(fd);
}

static void last_words(void **state)
{
    uint8_t data[100];
    int fd = client();

    set_remote();
    assert_int_equal(check(fd, true), 0);
    world_send(&peer, 50, 1);
    gw_ice_free(peer.ice);
    peer.ice = NULL;
    turns(1);
    assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), 50);
    close(fd);
}

static int flushes;

static void before_flush(void *arg)
{
    flushes++;
}

static void full_arena_is_flushed(void **state)
{
    static uint8_t data[1500];
    int fd = client(), got = 0;

    set_remote();
    assert_int_equal(check(fd, true), 0);
    flushes = 0;
    gw_ice_io_before_flush(io, before_flush, NULL);
    for (int i = 0; i < 1000; i++)
        world_send(&peer, 1400, 3);
    assert_int_equal(flushes, 10);
    settle();
    while (recv(fd, data, sizeof(data), MSG_DONTWAIT) == 1400)
        got++;
    assert_in_range(got, 900, 950);
    turns(1);
    while (recv(fd, data, sizeof(data), MSG_DONTWAIT) == 1400)
        got++;
    assert_int_equal(got, 1000);
    close(fd);
}

static void empty_pool(void **state)
{
    struct gw_packet *held[600];
    uint8_t data[10] = {0x80};
    int fd = client(), n = 0;

    set_remote();
    assert_int_equal(check(fd, true), 0);
    while ((held[n] = gw_packet_take(world_pool)))
        n++;
    peer.keep = true;
    for (int i = 0; i < 200; i++)
        assert_int_equal(send(fd, data, 10, 0), 10);
    turns(2);
    assert_int_equal(peer.n_packets, 64); /* the batch that was ready before */
    assert_int_equal(stats->drop_no_buffer, 136);
    assert_int_equal(check(fd, true), 0); /* checks need no packet */
    while (n)
        gw_packet_unref(held[--n]);
    peer.keep = false;
    for (struct gw_packet *pkt; (pkt = peer.kept); gw_packet_unref(pkt))
        peer.kept = pkt->next;
    assert_int_equal(send(fd, data, 10, 0), 10);
    n = (int)peer.n_packets;
    turns(1);
    assert_int_equal(peer.n_packets, n + 1);
    close(fd);
}

/* --- the back end as a whole -------------------------------------------------------------------------------------- */

static void busy_port(void **state)
{
    struct gw_ice_conf again = conf;
    struct gw_ice_io *other = NULL;
    struct gw_ice_events events = {0};
    char why[200], expected[200];

    again.port = gw_ice_io_port(io);
    assert_int_equal(gw_ice_io_new(&other, &again, world_loop, world_pool, &events, why, sizeof(why)), GW_EIO);
    assert_null(other);
    snprintf(expected, sizeof(expected), "UDP port %u is in use by another program: change media_port", again.port);
    assert_string_equal(why, expected);
}

static void announce(void **state)
{
    struct gw_ice_conf c = conf;
    struct gw_ice_io *other;
    struct world_peer p;
    const char *const *list;
    size_t n, all;
    struct gw_ice_events events = {0};
    char why[200];

    c.announce = "203.0.113.9";
    c.tcp = false;
    other = world_io(&c);
    world_peer(&p, other, false);
    n = gw_ice_candidates(p.ice, &list);
    assert_int_equal(n, 1);
    assert_non_null(strstr(list[0], " 203.0.113.9 "));
    gw_ice_io_free(other); /* with a connection left */
    c.keep_private = true;
    other = world_io(&c);
    world_peer(&p, other, false);
    all = gw_ice_candidates(p.ice, &list);
    assert_true(all > 1);
    assert_non_null(strstr(list[0], " 203.0.113.9 "));
    gw_ice_io_free(other);
    c.announce = "203.0.113.9,nowhere";
    assert_int_equal(gw_ice_io_new(&other, &c, world_loop, world_pool, &events, why, sizeof(why)), GW_EPARSE);
    assert_string_equal(why, "announce: \"nowhere\" is not an IP address");
}

static void capacity(void **state)
{
    struct gw_ice *more[32];
    size_t n = 0;
    int err = 0;

    while (n < 32 && !(err = gw_ice_new(&more[n], io, &peer, false, 1)))
        n++;
    assert_int_equal(err, GW_ELIMIT);
    assert_int_equal(n, 15);
    while (n)
        gw_ice_free(more[--n]);
    assert_int_equal(gw_ice_new(&more[0], io, &peer, true, 1), 0);
    gw_ice_free(more[0]);
}

static void remote_texts(void **state)
{
    const char *const *list;

    assert_int_equal(gw_ice_set_remote(peer.ice, "a b", "cccccccccccccccccccccc", 1), GW_EPARSE);
    assert_int_equal(gw_ice_set_remote(peer.ice, "", "cccccccccccccccccccccc", 1), GW_EPARSE);
    assert_int_equal(gw_ice_add_remote(peer.ice, "rubbish", 1), GW_EPARSE);
    assert_int_equal(gw_ice_add_remote(peer.ice, "candidate:1 1 udp 5 10.0.0.1 4 typ host generation 0", 1), 0);
    assert_int_equal(gw_ice_add_remote(peer.ice, "1 1 udp 5 10.0.0.1 4 typ host", 1), 0); /* the same */
    assert_int_equal(gw_ice_add_remote(peer.ice, "1 2 udp 5 10.0.0.1 4 typ host", 1), 0); /* not ours */
    assert_int_equal(gw_ice_add_remote(peer.ice, "2 1 udp 5 aa-bb.local 4 typ host", 1), 0);
    assert_int_equal(gw_ice_remote_candidates(peer.ice, &list), 2);
    assert_string_equal(list[0], "1 1 udp 5 10.0.0.1 4 typ host");
    for (int i = 0; i < 200; i++) {
        char text[100];

        snprintf(text, sizeof(text), "%d 1 udp 5 10.0.1.%d 4 typ host", i, i);
        assert_int_equal(gw_ice_add_remote(peer.ice, text, 1), 0);
    }
    assert_int_equal(gw_ice_remote_candidates(peer.ice, &list), GW_ICE_CANDIDATES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(gathers),
        BOTH(chromium),
        BOTH(firefox),
        BOTH(media_both_ways),
        BOTH(strangers_get_nothing),
        BOTH(larger_than_we_take),
        BOTH(follows_the_nomination),
        BOTH(answers_from_the_address_asked),
        DUAL(ipv6_too),
        BOTH(checks_before_the_answer),
        DUAL(many_addresses),
        DUAL(an_address_changes_hands),
        DUAL(restart),
        DUAL(role_conflict),
        DUAL(stun_rate),
        DUAL(loses_patience),
        DUAL(freed_inside_a_callback),
        DUAL(last_words),
        DUAL(full_arena_is_flushed),
        DUAL(empty_pool),
        BOTH(busy_port),
        DUAL(announce),
        DUAL(capacity),
        DUAL(remote_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
