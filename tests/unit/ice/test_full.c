/* SPDX-License-Identifier: Apache-2.0 */
/* Agents really connecting inside one process: full with lite, full with full, by UDP and by TCP. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "ice/full.h"
#include "unit/ice/world.h"

static struct gw_ice_io *a_io, *b_io;
static struct world_peer a, b;

static void open_with(const struct gw_ice_conf *a_conf, const struct gw_ice_conf *b_conf)
{
    world_open(true, 1024);
    a_io = world_io(a_conf);
    b_io = world_io(b_conf);
    world_peer(&a, a_io, true);
    world_peer(&b, b_io, false);
    assert_true(WORLD_UNTIL(a_io, b_io, a.gathered && b.gathered));
}

static void close_all(void)
{
    gw_ice_free(a.ice);
    gw_ice_free(b.ice);
    gw_ice_io_free(a_io);
    gw_ice_io_free(b_io);
    world_close();
}

static const struct gw_ice_conf full = {.full = true, .capacity = 8};
static const struct gw_ice_conf lite = {.capacity = 8};

static void connect_both(void)
{
    world_introduce(&a, &b);
    assert_true(
        WORLD_UNTIL(a_io, b_io, gw_ice_get_state(a.ice) == GW_ICE_READY && gw_ice_get_state(b.ice) == GW_ICE_READY));
}

static void send_some(struct world_peer *from, struct world_peer *to, size_t count)
{
    size_t before = to->n_packets;

    for (size_t i = 0; i < count; i++)
        world_send(from, 1000 + (i == count - 1 ? 0 : 100), (uint8_t)i);
    gw_ice_io_flush(a_io, gw_loop_now(world_loop));
    gw_ice_io_flush(b_io, gw_loop_now(world_loop));
    assert_true(WORLD_UNTIL(a_io, b_io, to->n_packets == before + count));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(to->first[before + i], (uint8_t)i);
        assert_int_equal(to->lengths[before + i], 1000 + (i == count - 1 ? 0 : 100));
    }
}

static void talk(void)
{
    send_some(&a, &b, 30);
    send_some(&b, &a, 30);
}

static void states_in_order(const struct world_peer *p)
{
    for (size_t i = 1; i < p->n_states; i++)
        assert_true(p->states[i] > p->states[i - 1]);
    assert_int_equal(p->states[p->n_states - 1], GW_ICE_READY);
}

static void one_pair(const struct gw_ice_conf *a_conf, const struct gw_ice_conf *b_conf, const char *kind)
{
    char text[200];

    open_with(a_conf, b_conf);
    connect_both();
    talk();
    states_in_order(&a);
    states_in_order(&b);
    gw_ice_selected(a.ice, text, sizeof(text));
    assert_non_null(strstr(text, kind));
    gw_ice_selected(b.ice, text, sizeof(text));
    assert_non_null(strstr(text, kind));
    assert_true(gw_ice_last_seen(a.ice) > 0 && gw_ice_last_seen(b.ice) > 0);
    close_all();
}

static void full_with_lite(void **state)
{
    one_pair(&full, &lite, ",udp] <-> ");
}

static void full_with_full(void **state)
{
    struct gw_ice_conf regular = full;

    one_pair(&full, &full, ",udp] <-> ");
    regular.aggressive = true;
    regular.consent_freshness = true;
    regular.keepalive_conncheck = true;
    regular.dscp = 46;
    one_pair(&regular, &regular, ",udp] <-> ");
}

static void over_loopback_alone(void **state)
{
    struct gw_ice_conf f = full, l = lite;
    char text[200];

    f.ignore = l.ignore = "0.0.0.0/0"; /* as on a host without a network */
    open_with(&f, &l);
    connect_both();
    talk();
    gw_ice_selected(a.ice, text, sizeof(text));
    assert_memory_equal(text, "127.0.0.1:", 10);
    close_all();
}

static void over_ipv6(void **state)
{
    struct gw_ice_conf f = full, l = lite;
    char text[200];

    f.ipv6 = l.ipv6 = true;
    f.enforce = l.enforce = "::1";
    open_with(&f, &l);
    connect_both();
    talk();
    gw_ice_selected(b.ice, text, sizeof(text));
    assert_memory_equal(text, "[::1]:", 6);
    close_all();
}

static void segments_on_the_agents_socket(void **state)
{
    const struct gw_ice_stats *stats;
    uint64_t calls, runs;

    open_with(&full, &full);
    connect_both();
    stats = gw_ice_io_stats(a_io);
    calls = stats->out_calls;
    runs = stats->out_runs;
    send_some(&a, &b, 20);
    if (!gw_egress_is_plain(a_io->egress)) {
        assert_int_equal(stats->out_runs, runs + 1);
        assert_int_equal(stats->out_calls, calls + 1);
    }
    assert_int_equal(stats->out_packets, 20);
    close_all();
}

/* The lite side gives TCP candidates alone, so the agent must connect to it. */
static void full_with_lite_by_tcp(void **state)
{
    struct gw_ice_conf f = full, l = lite;
    const char *const *list;
    size_t n;

    f.tcp = l.tcp = true;
    open_with(&f, &l);
    world_inside++;
    gw_ice_set_remote(b.ice, gw_ice_ufrag(a.ice), gw_ice_pwd(a.ice), gw_loop_now(world_loop));
    gw_ice_set_remote(a.ice, gw_ice_ufrag(b.ice), gw_ice_pwd(b.ice), gw_loop_now(world_loop));
    n = gw_ice_candidates(b.ice, &list);
    for (size_t i = 0; i < n; i++)
        if (strstr(list[i], " tcp "))
            assert_int_equal(gw_ice_add_remote(a.ice, list[i], gw_loop_now(world_loop)), 0);
    world_inside--;
    assert_true(
        WORLD_UNTIL(a_io, b_io, gw_ice_get_state(a.ice) == GW_ICE_READY && gw_ice_get_state(b.ice) == GW_ICE_READY));
    talk();
    close_all();
}

static void candidates_first(void **state)
{
    const char *const *list;
    size_t n;

    open_with(&full, &lite);
    n = gw_ice_candidates(b.ice, &list);
    world_inside++;
    for (size_t i = 0; i < n; i++) /* before the credentials */
        assert_int_equal(gw_ice_add_remote(a.ice, list[i], gw_loop_now(world_loop)), 0);
    gw_ice_remote_done(a.ice);
    gw_ice_set_remote(a.ice, gw_ice_ufrag(b.ice), gw_ice_pwd(b.ice), gw_loop_now(world_loop));
    gw_ice_set_remote(b.ice, gw_ice_ufrag(a.ice), gw_ice_pwd(a.ice), gw_loop_now(world_loop));
    world_inside--;
    assert_true(WORLD_UNTIL(a_io, b_io, gw_ice_get_state(a.ice) == GW_ICE_READY));
    close_all();
}

static void names(void **state)
{
    open_with(&full, &full);
    world_inside++;
    /* Nobody has these names; the second must not even be asked for. */
    assert_int_equal(gw_ice_add_remote(a.ice, "1 1 udp 5 0c1e4d2a-0000-4000-8000-000000000000.local 9 typ host", 1), 0);
    assert_int_equal(gw_ice_add_remote(a.ice, "2 1 udp 5 www.example.org 9 typ host", 1), 0);
    for (int i = 0; i < 30; i++) {
        char text[100];

        snprintf(text, sizeof(text), "x 1 udp 5 n%d.local 9 typ host", i);
        assert_int_equal(gw_ice_add_remote(a.ice, text, 1), 0);
    }
    world_inside--;
    connect_both();
    talk();
    assert_int_equal(gw_ice_add_remote(a.ice, "3 1 udp 5 late.local 9 typ host", 1), 0);
    close_all(); /* with lookups still running */
}

static void announced(void **state)
{
    struct gw_ice_conf f = full;
    const char *const *list;
    size_t n;

    f.announce = "203.0.113.9";
    open_with(&f, &f);
    n = gw_ice_candidates(a.ice, &list);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_non_null(strstr(list[i], " 203.0.113.9 "));
    assert_int_equal(a.n_candidates, n);
    close_all();
}

static void restart(void **state)
{
    char before[GW_ICE_TEXT];
    size_t n;

    open_with(&full, &full);
    connect_both();
    strcpy(before, gw_ice_ufrag(a.ice));
    world_inside++;
    assert_int_equal(gw_ice_restart(a.ice, gw_loop_now(world_loop)), 0);
    assert_int_equal(gw_ice_restart(b.ice, gw_loop_now(world_loop)), 0);
    world_inside--;
    assert_string_not_equal(before, gw_ice_ufrag(a.ice));
    assert_true(WORLD_UNTIL(a_io, b_io, a.gathered == 2 && b.gathered == 2));
    send_some(&a, &b, 3); /* by the old path */
    world_introduce(&a, &b);
    n = a.n_packets;
    for (int i = 0; i < 50; i++)
        world_turn(a_io, b_io, 5);
    assert_true(WORLD_UNTIL(a_io, b_io, gw_ice_get_state(a.ice) == GW_ICE_READY));
    assert_int_equal(a.n_packets, n);
    talk();
    close_all();
}

static void restart_towards_lite(void **state)
{
    open_with(&full, &lite);
    connect_both();
    world_inside++;
    assert_int_equal(gw_ice_restart(a.ice, gw_loop_now(world_loop)), 0);
    assert_int_equal(gw_ice_restart(b.ice, gw_loop_now(world_loop)), 0);
    world_inside--;
    assert_true(WORLD_UNTIL(a_io, b_io, a.gathered == 2 && b.gathered == 2));
    world_introduce(&a, &b);
    for (int i = 0; i < 50; i++)
        world_turn(a_io, b_io, 5);
    assert_true(WORLD_UNTIL(a_io, b_io, gw_ice_get_state(a.ice) == GW_ICE_READY));
    talk();
    close_all();
}

static void fails(void **state)
{
    open_with(&full, &full);
    world_inside++;
    gw_ice_set_remote(a.ice, "nobody", "nnnnnnnnnnnnnnnnnnnnnnnn", gw_loop_now(world_loop));
    world_inside--;
    world_turn(a_io, b_io, 5);
    gw_timers_run(gw_loop_timers(world_loop), gw_loop_now(world_loop) + 11000000); /* no candidate ever came */
    assert_int_equal(gw_ice_get_state(a.ice), GW_ICE_FAILED);
    assert_true(world_was(&a, GW_ICE_FAILED));
    assert_null(gw_ice_reserve(a.ice, 10));
    close_all();
}

static void freed_inside_a_callback(void **state)
{
    open_with(&full, &full);
    world_introduce(&a, &b);
    b.free_on_state = true;
    assert_true(WORLD_UNTIL(a_io, b_io, !b.ice));
    close_all();
    open_with(&full, &full);
    connect_both();
    b.free_on_packet = true;
    for (int i = 0; i < 5; i++)
        world_send(&a, 500, 1);
    gw_ice_io_flush(a_io, gw_loop_now(world_loop));
    assert_true(WORLD_UNTIL(a_io, b_io, !b.ice));
    assert_int_equal(b.n_packets, 1);
    assert_int_equal(gw_packet_pool_used(world_pool), 0);
    close_all();
}

static void last_words(void **state)
{
    open_with(&full, &full);
    connect_both();
    for (int i = 0; i < 5; i++)
        world_send(&a, 500, 1);
    gw_ice_free(a.ice);
    a.ice = NULL;
    assert_true(WORLD_UNTIL(a_io, b_io, b.n_packets == 5));
    close_all();
}

/* Servers that do not answer: a candidate less, and nobody waits for ever. */
static void silent_servers(void **state)
{
    struct gw_ice_conf f = full;
    int64_t started = gw_now_us();

    f.stun_server = f.turn_server = "127.0.0.1";
    f.stun_port = f.turn_port = 9;
    f.turn_user = f.turn_password = "x";
    world_open(true, 1024);
    a_io = world_io(&f);
    b_io = world_io(&full);
    world_peer(&a, a_io, true);
    world_peer(&b, b_io, false);
    assert_true(WORLD_UNTIL(a_io, b_io, b.gathered));
    for (int i = 0; i < 4000 && !a.gathered; i++)
        world_turn(a_io, b_io, 5);
    assert_int_equal(a.gathered, 1);
    assert_in_range(gw_now_us() - started, 0, 7000000);
    connect_both();
    talk();
    started = gw_now_us();
    close_all();
    assert_in_range(gw_now_us() - started, 0, 7000000);
}

/* --- through a relay, where one is installed ---------------------------------------------------------------------- */

static uint16_t relay_port;

/* One that is free, so that the test can run beside itself. */
static uint16_t free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static pid_t start_relay(void)
{
    char port[8];
    pid_t pid;

    relay_port = free_port();
    snprintf(port, sizeof(port), "%u", relay_port);
    pid = fork();

    if (!pid) {
        int null = open("/dev/null", O_RDWR);

        prctl(PR_SET_PDEATHSIG, SIGTERM); /* also when the test fails half-way */
        dup2(null, 1);
        dup2(null, 2);
        execlp("turnserver", "turnserver", "-n", "-L", "127.0.0.1", "-E", "127.0.0.1", "-p", port, "--no-tls",
               "--no-dtls", "--no-cli", "--lt-cred-mech", "-u", "user:secret", "-r", "example.org",
               "--allow-loopback-peers", "--log-file", "stdout", "--pidfile", "/dev/null", "--min-port", "45500",
               "--max-port", "45600", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* The relay listens, or there is none to be had. */
static bool wait_for_relay(pid_t pid)
{
    for (int i = 0; i < 100; i++) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(relay_port)};
        int fd = socket(AF_INET, SOCK_STREAM, 0), err;

        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        err = connect(fd, (struct sockaddr *)&to, sizeof(to));
        close(fd);
        if (!err)
            return true;
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return false;
        usleep(50000);
    }
    return true;
}

/* Everything of `a` goes by way of the relay, so it is the agent that sends. */
static void relayed(const char *type)
{
    struct gw_ice_conf f = full;
    char text[200];

    f.turn_server = "127.0.0.1";
    f.turn_port = relay_port;
    f.turn_type = type;
    f.turn_user = "user";
    f.turn_password = "secret";
    f.ignore = "0.0.0.0/0";
    world_open(true, 1024);
    a_io = world_io(&f);
    f.turn_server = NULL;
    b_io = world_io(&f);
    world_peer(&b, b_io, false);
    memset(&a, 0, sizeof(a));
    assert_int_equal(gw_ice_new(&a.ice, a_io, &a, true, gw_loop_now(world_loop)), 0);
    gw_ice_relay_only(a.ice);
    assert_int_equal(gw_ice_gather(a.ice, gw_loop_now(world_loop)), 0);
    assert_true(WORLD_UNTIL(a_io, b_io, a.gathered && b.gathered));
    connect_both();
    gw_ice_selected(a.ice, text, sizeof(text));
    assert_non_null(strstr(text, "[relay,udp] <-> "));
    for (int i = 0; i < 5; i++) { /* of bursts of thirty, one datagram was seen to get lost on the way */
        send_some(&a, &b, 6);
        send_some(&b, &a, 6);
    }
    assert_int_equal(a.ice->route.kind, GW_ROUTE_OWN);
    assert_int_equal(gw_ice_io_stats(a_io)->out_packets, 30);
    close_all();
}

static void through_a_relay(void **state)
{
    pid_t pid = start_relay();

    if (!wait_for_relay(pid))
        skip();
    relayed("udp");
    relayed("tcp");
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static void server_names(void **state)
{
    struct gw_ice_conf f = full;
    struct gw_ice_events events = {0};
    struct gw_ice_io *io;
    char why[200];

    world_open(true, 8);
    f.stun_server = "no.such.host.invalid";
    assert_int_equal(gw_ice_io_new(&io, &f, world_loop, world_pool, &events, why, sizeof(why)), GW_EIO);
    assert_memory_equal(why, "stun_server: \"no.such.host.invalid\" cannot be resolved", 50);
    world_close();
}

static void needs_glib(void **state)
{
    struct gw_ice_events events = {0};
    struct gw_ice_io *io;
    char why[100];

    world_open(false, 8);
    assert_int_equal(gw_ice_io_new(&io, &full, world_loop, world_pool, &events, why, sizeof(why)), GW_EINVAL);
    assert_true(why[0]);
    world_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_with_lite),
        cmocka_unit_test(full_with_full),
        cmocka_unit_test(over_loopback_alone),
        cmocka_unit_test(over_ipv6),
        cmocka_unit_test(segments_on_the_agents_socket),
        cmocka_unit_test(full_with_lite_by_tcp),
        cmocka_unit_test(candidates_first),
        cmocka_unit_test(names),
        cmocka_unit_test(announced),
        cmocka_unit_test(restart),
        cmocka_unit_test(restart_towards_lite),
        cmocka_unit_test(fails),
        cmocka_unit_test(freed_inside_a_callback),
        cmocka_unit_test(last_words),
        cmocka_unit_test(silent_servers),
        cmocka_unit_test(through_a_relay),
        cmocka_unit_test(server_names),
        cmocka_unit_test(needs_glib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
