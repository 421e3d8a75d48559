/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/ice/check_client.h"
#include "unit/ice/lite_world.h"

struct gw_ice_io *io;
struct gw_ice_conf conf;
struct world_peer peer;
const struct gw_ice_stats *stats;

static int sentinel = -1;

/* What is sent on one CPU arrives in order: nothing here moves to another. */
static void open_sentinel(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(own);
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
    sentinel = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(sentinel, (struct sockaddr *)&own, len), 0);
    assert_int_equal(getsockname(sentinel, (struct sockaddr *)&own, &len), 0);
    assert_int_equal(connect(sentinel, (struct sockaddr *)&own, len), 0);
}

void settle(void)
{
    struct pollfd p = {.fd = sentinel, .events = POLLIN};
    char c = 0;

    assert_int_equal(send(sentinel, &c, 1, 0), 1);
    assert_int_equal(poll(&p, 1, 10000), 1);
    assert_int_equal(recv(sentinel, &c, 1, 0), 1);
}

static int set_up_with(bool ipv6, bool plain)
{
    conf = (struct gw_ice_conf){.tcp = true, .ipv6 = ipv6, .capacity = 16, .plain_udp = plain};
    open_sentinel();
    world_open(false, 512);
    io = world_io(&conf);
    stats = gw_ice_io_stats(io);
    world_peer(&peer, io, false);
    assert_int_equal(gw_ice_set_local(peer.ice, RECORDED_UFRAG, RECORDED_PWD), 0);
    return 0;
}

int set_up_dual(void **state)
{
    return set_up_with(true, false);
}

int set_up_v4(void **state)
{
    return set_up_with(false, false);
}

int tear_down(void **state)
{
    gw_ice_free(peer.ice);
    gw_ice_io_free(io);
    world_close();
    close(sentinel);
    return 0;
}

int client_at(const char *from, const char *to, int type)
{
    struct gw_address a, b;
    union gw_sockaddr u;
    socklen_t len;
    int family, fd, room = 4 << 20, one = 1;

    assert_true(gw_address_parse(&a, from, strlen(from)));
    assert_true(gw_address_parse(&b, to, strlen(to)));
    family = gw_address_is_v4(&a) ? AF_INET : AF_INET6;
    fd = socket(family, type, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    if (type == SOCK_STREAM)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    len = gw_address_to_sockaddr(&a, family, &u);
    assert_int_equal(bind(fd, &u.sa, len), 0);
    b.port = gw_ice_io_port(io);
    len = gw_address_to_sockaddr(&b, family, &u);
    assert_int_equal(connect(fd, &u.sa, len), 0);
    return fd;
}

void turns(int n)
{
    while (n--) {
        settle();
        world_turn(io, NULL, 2);
    }
    settle();
}

void set_remote(void)
{
    world_inside++;
    assert_int_equal(gw_ice_set_remote(peer.ice, "clnt", "cccccccccccccccccccccc", gw_loop_now(world_loop)), 0);
    world_inside--;
}
