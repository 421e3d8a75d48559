/* SPDX-License-Identifier: Apache-2.0 */
/* Runs over real sockets on loopback: what was committed is what arrives, in order and whole. */
#include "ice/egress.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct gw_egress *egress;
static struct gw_ice_stats stats;
static struct gw_route routes[2];
static int sender, receivers[2];
static int owners[2];
static size_t own_runs, own_bytes;

static int udp(struct sockaddr_in *bound_to)
{
    socklen_t len = sizeof(*bound_to);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 4 << 20;

    *bound_to = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)bound_to, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)bound_to, &len), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    return fd;
}

static int set_up_as(bool plain)
{
    struct sockaddr_in a;

    memset(&stats, 0, sizeof(stats));
    own_runs = own_bytes = 0;
    sender = udp(&a);
    for (int i = 0; i < 2; i++) {
        receivers[i] = udp(&a);
        routes[i] = (struct gw_route){.kind = GW_ROUTE_UDP, .fd = sender, .to_len = sizeof(a), .to.in = a};
    }
    return gw_egress_new(&egress, 1 << 20, plain, &stats);
}

static int set_up(void **state)
{
    return set_up_as(false);
}

static int set_up_plain(void **state)
{
    return set_up_as(true);
}

static int tear_down(void **state)
{
    gw_egress_free(egress);
    close(sender);
    close(receivers[0]);
    close(receivers[1]);
    return 0;
}

static void own(void *arg, const struct gw_run *run, const uint8_t *data)
{
    const uint8_t *datagram;
    size_t at = 0, len, n = 0;

    while (gw_run_next(run, data, &at, &datagram, &len)) {
        own_bytes += len;
        n++;
    }
    assert_int_equal(n, run->count);
    own_runs++;
}

static void put(int to, size_t len, uint8_t mark)
{
    uint8_t *room = gw_egress_reserve(egress, &routes[to], len + 16); /* more than is used in the end */

    assert_non_null(room);
    memset(room, mark, len);
    gw_egress_commit(egress, &routes[to], &owners[to], 0, len);
}

static void expect(int at, size_t len, uint8_t mark)
{
    uint8_t data[2000];
    ssize_t n = recv(receivers[at], data, sizeof(data), 0);

    assert_int_equal(n, len);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(data[i], mark);
}

static void expect_nothing(int at)
{
    char c;

    assert_int_equal(recv(receivers[at], &c, 1, 0), -1);
    assert_int_equal(errno, EAGAIN);
}

static void equal_sizes_are_one_run(void **state)
{
    for (int i = 0; i < 10; i++)
        put(0, 1100, (uint8_t)i);
    put(0, 300, 10);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 10; i++)
        expect(0, 1100, (uint8_t)i);
    expect(0, 300, 10);
    expect_nothing(0);
    assert_int_equal(stats.out_packets, 11);
    assert_int_equal(stats.out_bytes, 11300);
    if (!gw_egress_is_plain(egress)) {
        assert_int_equal(stats.out_runs, 1);
        assert_int_equal(stats.out_calls, 1);
    }
}

/* Shorter first, as browsers pack a frame; then one after a shorter one, which must not join. */
static void sizes_that_end_a_run(void **state)
{
    static const size_t sizes[] = {1000, 1001, 1001, 1001, 500, 500, 500, 600, 1, 1, 2};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        put(0, sizes[i], (uint8_t)i);
    gw_egress_flush(egress, own, NULL);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        expect(0, sizes[i], (uint8_t)i);
    expect_nothing(0);
    /* 1000 | 1001 1001 1001 500 | 500 500 | 600 1 | 1 | 2 */
    assert_int_equal(stats.out_runs, 6);
}

static void destinations_do_not_mix(void **state)
{
    for (int i = 0; i < 6; i++)
        put(i & 1, 900, (uint8_t)i);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 6; i++)
        expect(i & 1, 900, (uint8_t)i);
    assert_int_equal(stats.out_runs, 6);
    if (!gw_egress_is_plain(egress))
        assert_int_equal(stats.out_calls, 1);
}

static void a_changed_route_starts_a_run(void **state)
{
    uint8_t *room;

    put(0, 100, 1);
    room = gw_egress_reserve(egress, &routes[1], 100);
    memset(room, 2, 100);
    gw_egress_commit(egress, &routes[1], &owners[0], 1, 100); /* the same owner, on another path now */
    gw_egress_flush(egress, own, NULL);
    expect(0, 100, 1);
    expect(1, 100, 2);
}

static void answers_stay_alone(void **state)
{
    for (int i = 0; i < 3; i++) {
        uint8_t *room = gw_egress_reserve(egress, &routes[0], 64);

        memset(room, i, 64);
        gw_egress_commit(egress, &routes[0], NULL, 0, 64);
    }
    gw_egress_flush(egress, own, NULL);
    assert_int_equal(stats.out_runs, 3);
    for (int i = 0; i < 3; i++)
        expect(0, 64, (uint8_t)i);
}

static void kernel_limits(void **state)
{
    for (int i = 0; i < 200; i++)
        put(0, 20, (uint8_t)i);
    for (int i = 0; i < 100; i++)
        put(1, 1400, (uint8_t)i);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 200; i++)
        expect(0, 20, (uint8_t)i);
    for (int i = 0; i < 100; i++)
        expect(1, 1400, (uint8_t)i);
    assert_int_equal(stats.out_runs, 4 + 3); /* 64 datagrams; 46 of 1400 bytes are below 65000 */
    assert_int_equal(stats.out_packets, 300);
}

static void more_than_one_batch(void **state)
{
    for (int i = 0; i < 300; i++)
        put(i & 1, 50, (uint8_t)i);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 300; i++)
        expect(i & 1, 50, (uint8_t)i);
    assert_true(stats.out_calls >= 5);
}

static void full_arena(void **state)
{
    size_t n = 0;

    while (gw_egress_reserve(egress, &routes[0], 1500)) {
        put(n >> 1 & 1, 1400, (uint8_t)n);
        n++;
    }
    assert_in_range(n, 700, 760);
    gw_egress_flush(egress, own, NULL);
    assert_non_null(gw_egress_reserve(egress, &routes[0], 1500));
    assert_int_equal(stats.out_packets, n);
    assert_null(gw_egress_reserve(egress, &routes[0], 2 << 20));
}

static void many_runs(void **state)
{
    size_t n;

    for (n = 0; gw_egress_reserve(egress, &routes[0], 1); n++)
        gw_egress_commit(egress, &routes[0], NULL, 0, 1);
    assert_int_equal(n, 512);
    gw_egress_flush(egress, own, NULL);
    assert_int_equal(stats.out_packets, n);
}

static void framed_runs(void **state)
{
    struct gw_route route = {.kind = GW_ROUTE_OWN, .framed = true, .target = &own_runs};

    for (size_t len = 1; len <= 20; len++) {
        uint8_t *room = gw_egress_reserve(egress, &route, 100);

        memset(room, 7, len);
        gw_egress_commit(egress, &route, &owners[0], 0, len);
    }
    gw_egress_flush(egress, own, NULL);
    assert_int_equal(own_runs, 1);
    assert_int_equal(own_bytes, 210);
}

/* A source that is not ours: the run cannot leave, the others do, and segmentation is not to blame. */
static void a_bad_run_hurts_nobody_else(void **state)
{
    bool plain = gw_egress_is_plain(egress);

    gw_address_parse(&routes[0].from, "203.0.113.1", 11);
    put(0, 800, 1);
    put(0, 800, 2);
    put(1, 800, 3);
    put(1, 800, 4);
    gw_egress_flush(egress, own, NULL);
    expect_nothing(0);
    expect(1, 800, 3);
    expect(1, 800, 4);
    assert_int_equal(stats.drop_send_error, 2);
    assert_int_equal(stats.out_packets, 2);
    assert_int_equal(gw_egress_is_plain(egress), plain);
}

/* A socket with checksums off refuses UDP_SEGMENT with EIO on every kernel: as a device without offload does. */
static void falls_back(void **state)
{
    int one = 1;

    assert_int_equal(setsockopt(sender, SOL_SOCKET, SO_NO_CHECK, &one, sizeof(one)), 0);
    for (int i = 0; i < 5; i++)
        put(0, 700, (uint8_t)i);
    put(1, 700, 9);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 5; i++)
        expect(0, 700, (uint8_t)i);
    expect(1, 700, 9);
    assert_true(gw_egress_is_plain(egress));
    assert_int_equal(stats.out_packets, 6);
    assert_int_equal(stats.drop_send_error, 0);
    for (int i = 0; i < 5; i++)
        put(0, 700, (uint8_t)i);
    gw_egress_flush(egress, own, NULL);
    for (int i = 0; i < 5; i++)
        expect(0, 700, (uint8_t)i);
}

#define BOTH(test)                                                                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down),                                                          \
        cmocka_unit_test_setup_teardown(test, set_up_plain, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(equal_sizes_are_one_run),
        BOTH(sizes_that_end_a_run),
        BOTH(destinations_do_not_mix),
        BOTH(a_changed_route_starts_a_run),
        BOTH(answers_stay_alone),
        BOTH(kernel_limits),
        BOTH(more_than_one_batch),
        BOTH(full_arena),
        BOTH(many_runs),
        BOTH(framed_runs),
        BOTH(a_bad_run_hurts_nobody_else),
        BOTH(falls_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
