/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: clients wait until they may come, and again when they may not; sockets that are passed on. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

#include "host/listeners.h"

static atomic_int came;
static atomic_bool full;

static void client(void *arg, int fd, const struct sockaddr *from, unsigned from_len)
{
    atomic_fetch_add(&came, 1);
    close(fd);
}

static bool is_full(void *arg)
{
    return atomic_load(&full);
}

static bool came_within(int n, int ms)
{
    for (int i = 0; i < ms / 5 && atomic_load(&came) < n; i++)
        g_usleep(5000);
    return atomic_load(&came) == n;
}

static struct cardea_listen place(const char *name, const char *ip, unsigned port)
{
    return (struct cardea_listen){
        .size = sizeof(struct cardea_listen), .name = name, .ip = ip, .port = port, .client = client, .full = is_full};
}

static int dial(unsigned port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static bool closed_within(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char c;

    return poll(&p, 1, ms) == 1 && recv(fd, &c, 1, 0) <= 0;
}

static int begin(void **state)
{
    atomic_store(&came, 0);
    atomic_store(&full, false);
    return gw_listeners_begin();
}

static int end(void **state)
{
    gw_listeners_end();
    return 0;
}

static void clients_wait_until_they_may_come(void **state)
{
    const struct cardea_listen at = place("http", "127.0.0.1", 0);
    char why[200];
    struct cardea_listener *l = gw_listener_new(&at, why, sizeof(why));
    int fd;

    assert_non_null(l);
    fd = dial(gw_listener_port(l));
    assert_false(closed_within(fd, 50));
    assert_int_equal(atomic_load(&came), 0);
    gw_listeners_accept(true);
    assert_true(closed_within(fd, 5000));
    close(fd);
    assert_true(came_within(1, 5000));
    gw_listeners_accept(false);
    fd = dial(gw_listener_port(l));
    assert_false(closed_within(fd, 50));
    gw_listeners_accept(true);
    assert_true(came_within(2, 5000));
    close(fd);
    gw_listener_end(l);
}

static void clients_wait_for_room(void **state)
{
    const struct cardea_listen at = place("http", "127.0.0.1", 0);
    char why[200];
    struct cardea_listener *l = gw_listener_new(&at, why, sizeof(why));
    int fd;

    gw_listeners_accept(true);
    atomic_store(&full, true);
    fd = dial(gw_listener_port(l));
    assert_false(closed_within(fd, 100));
    atomic_store(&full, false);
    assert_true(closed_within(fd, 5000));
    assert_true(came_within(1, 5000));
    close(fd);
    gw_listener_end(l);
}

static void what_is_wrong_is_said(void **state)
{
    struct cardea_listen at = place("http", "not an address", 0);
    struct cardea_listener *l;
    char why[200];

    assert_null(gw_listener_new(&at, why, sizeof(why)));
    assert_string_equal(why, "not an address is not a numeric address");
    at = place("http", NULL, 0);
    at.interface = "nosuch0";
    assert_null(gw_listener_new(&at, why, sizeof(why)));
    assert_string_equal(why, "there is no interface nosuch0 with an address");
    at = place("http", "127.0.0.1", 0);
    l = gw_listener_new(&at, why, sizeof(why));
    at.port = gw_listener_port(l);
    assert_null(gw_listener_new(&at, why, sizeof(why)));
    assert_string_equal(why, strerror(EADDRINUSE));
    gw_listener_end(l);
}

static void keep_copy(void *arg, const char *name, int fd)
{
    assert_string_equal(name, "http");
    *(int *)arg = dup(fd);
}

/* As a successor gets it: another descriptor of the same socket. A client who waits is served by whoever accepts. */
static void a_socket_is_passed_on(void **state)
{
    struct cardea_listen at = place("http", "127.0.0.1", 0);
    char why[200];
    struct cardea_listener *l = gw_listener_new(&at, why, sizeof(why));
    unsigned port = gw_listener_port(l);
    int copy = -1, fd;

    gw_listeners_each(keep_copy, &copy);
    fd = dial(port);
    gw_listener_end(l);
    assert_false(closed_within(fd, 50));
    gw_listeners_inherit("http", copy, false);
    at.port = port;
    l = gw_listener_new(&at, why, sizeof(why)); /* opened anew it would be another queue, and the client lost */
    assert_non_null(l);
    gw_listeners_accept(true);
    assert_true(came_within(1, 5000));
    close(fd);
    gw_listener_end(l);
}

/* The configuration has changed: what was passed on is not what is wanted. */
static void what_does_not_fit_is_not_used(void **state)
{
    struct cardea_listen at = place("http", "127.0.0.1", 0), other = place("http", "127.0.0.2", 0);
    char why[200];
    struct cardea_listener *l = gw_listener_new(&at, why, sizeof(why)), *m;
    unsigned port = gw_listener_port(l);
    int copy = -1, again;

    gw_listeners_each(keep_copy, &copy);
    again = dup(copy);
    gw_listener_end(l);
    gw_listeners_inherit("http", copy, false);
    m = gw_listener_new(&other, why, sizeof(why));
    assert_non_null(m);
    assert_int_not_equal(gw_listener_port(m), port);
    gw_listeners_forget_inherited();
    gw_listener_end(m);
    gw_listeners_inherit("http", again, true); /* from the service manager: it knows */
    m = gw_listener_new(&other, why, sizeof(why));
    assert_int_equal(gw_listener_port(m), port);
    gw_listener_end(m);
}

static void a_path_is_taken_away_unless_it_is_given(void **state)
{
    char *path = g_strdup_printf("/tmp/cardea-listeners-%d.sock", (int)getpid()), why[200];
    struct cardea_listen at = place("ws_unix", NULL, 0);
    struct cardea_listener *l;

    at.path = path;
    l = gw_listener_new(&at, why, sizeof(why));
    assert_non_null(l);
    assert_int_equal(gw_listener_port(l), 0);
    assert_int_equal(access(path, F_OK), 0);
    gw_listener_end(l);
    assert_int_not_equal(access(path, F_OK), 0);
    l = gw_listener_new(&at, why, sizeof(why));
    gw_listeners_given(true);
    gw_listener_end(l);
    assert_int_equal(access(path, F_OK), 0);
    gw_listeners_given(false);
    l = gw_listener_new(&at, why, sizeof(why)); /* one that is left over is replaced */
    assert_non_null(l);
    gw_listener_end(l);
    at.owner = "nobody:nosuchgroup";
    assert_null(gw_listener_new(&at, why, sizeof(why)));
    g_free(path);
}

/* sd_listen_fds(3). A process of its own: descriptor 3 is what it says. */
static void the_service_manager_passes_sockets(void **state)
{
    char pid[24];

    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_FDNAMES", "http", 1);
    setenv("LISTEN_PID", "1", 1);
    assert_int_equal(gw_listeners_inherit_from_manager(), 0); /* meant for another process */
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "100000", 1);
    assert_int_equal(gw_listeners_inherit_from_manager(), 0);
    unsetenv("LISTEN_FDS");
    assert_int_equal(gw_listeners_inherit_from_manager(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clients_wait_until_they_may_come, begin, end),
        cmocka_unit_test_setup_teardown(clients_wait_for_room, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said, begin, end),
        cmocka_unit_test_setup_teardown(a_socket_is_passed_on, begin, end),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_not_used, begin, end),
        cmocka_unit_test_setup_teardown(a_path_is_taken_away_unless_it_is_given, begin, end),
        cmocka_unit_test_setup_teardown(the_service_manager_passes_sockets, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
