/* SPDX-License-Identifier: Apache-2.0 */
/* The WebSocket transport as it was built, against a gateway of paper, by frames made by hand. */
#include "fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FINAL = 0x80 };

#define CLIENT "janus-protocol"
#define ADMIN  "janus-admin-protocol"

static const struct setting plain[] = {{"general", "ws_port", "0"}, {0}};

static int start_with(const struct setting *settings)
{
    fake_start("websocket.so", settings, true);
    return fake_port("ws");
}

static int stop(void **state)
{
    fake_stop();
    return 0;
}

/* --- a client ----------------------------------------------------------------------------------------------------- */

/* protocol NULL: asks for none. more: further headers, each with its end of line. */
static void ask(struct client *c, const char *path, const char *protocol, const char *more)
{
    client_print(c,
                 "GET %s HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s%s\r\n",
                 path, protocol ? "Sec-WebSocket-Protocol: " : "", protocol ? protocol : "", protocol ? "\r\n" : "",
                 more);
}

/* The status of the answer; 0: the connection was closed without one. */
static int answered(struct client *c, struct answer *a)
{
    bool any = client_answer(c, a, true);

    answer_clear(a);
    return any ? a->status : 0;
}

static struct client *open_at(int port)
{
    struct client *c = client_open(port);
    struct answer a;

    ask(c, "/", CLIENT, "");
    assert_int_equal(answered(c, &a), 101);
    assert_string_equal(answer_header(&a, "Sec-WebSocket-Protocol"), CLIENT);
    assert_string_equal(answer_header(&a, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    return c;
}

static void frame(struct client *c, unsigned first, const void *data, size_t len)
{
    static const uint8_t key[4] = {1, 2, 3, 4};
    uint8_t head[14] = {(uint8_t)first}, *copy = g_memdup2(data, len);
    size_t n = 2;

    if (len < 126) {
        head[1] = (uint8_t)(0x80 | len);
    } else {
        head[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++)
            head[n++] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
    }
    memcpy(head + n, key, 4);
    for (size_t i = 0; i < len; i++)
        copy[i] ^= key[i % 4];
    client_try_write(c, head, n + 4);
    client_try_write(c, copy, len);
    g_free(copy);
}

static void say(struct client *c, const char *text)
{
    frame(c, TEXT | FINAL, text, strlen(text));
}

static bool read_all(struct client *c, void *out, size_t len, int ms)
{
    for (size_t n = 0; n < len;) {
        int got = client_read(c, (char *)out + n, len - n, ms);

        if (got <= 0)
            return false;
        n += (size_t)got;
    }
    return true;
}

/* One frame of the server's: its first byte, or -1 when none came. text is NUL-terminated; g_free() it. */
static int next_frame(struct client *c, char **text, size_t *len, int ms)
{
    uint8_t head[2], more[8];
    unsigned bytes;

    *text = NULL;
    if (!read_all(c, head, 2, ms))
        return -1;
    assert_int_equal(head[1] & 0x80, 0); /* a server does not mask */
    *len = head[1];
    bytes = head[1] == 126 ? 2 : head[1] == 127 ? 8 : 0;
    if (bytes) {
        assert_true(read_all(c, more, bytes, ms));
        *len = 0;
        for (unsigned i = 0; i < bytes; i++)
            *len = *len << 8 | more[i];
    }
    *text = g_malloc0(*len + 1);
    assert_true(read_all(c, *text, *len, ms));
    return head[0];
}

static void expect_text(struct client *c, const char *expected)
{
    GString *all = g_string_new(NULL);
    int first = 0;

    while (!(first & FINAL)) {
        char *text;
        size_t len;
        int got = next_frame(c, &text, &len, 5000);

        assert_true(got >= 0);
        assert_int_equal(got & 15, all->len ? CONTINUATION : TEXT);
        first = got;
        g_string_append_len(all, text, (gssize)len);
        g_free(text);
    }
    assert_string_equal(all->str, expected);
    g_string_free(all, TRUE);
}

static void expect_close(struct client *c, unsigned status)
{
    char *text;
    size_t len;

    assert_int_equal(next_frame(c, &text, &len, 5000), CLOSE | FINAL);
    assert_true(len >= 2);
    assert_int_equal((uint8_t)text[0] << 8 | (uint8_t)text[1], status);
    g_free(text);
}

static cardea_connection opened(void)
{
    struct heard *h = fake_must_hear(OPENED);
    cardea_connection id = h->id;

    fake_free(h);
    return id;
}

static void expect_heard(const char *text)
{
    struct heard *h = fake_must_hear(RECEIVED);

    assert_int_equal(h->len, strlen(text));
    assert_string_equal(h->text, text);
    fake_free(h);
}

/* --- the handshake ------------------------------------------------------------------------------------------------ */

static void a_client_comes_and_goes(void **state)
{
    struct client *c = open_at(start_with(plain));
    struct heard *h = fake_must_hear(OPENED);
    uint64_t id = h->id;

    assert_int_equal(h->door, CARDEA_DOOR_CLIENT);
    assert_string_equal(h->remote, "127.0.0.1");
    fake_free(h);
    assert_null(fake_hear(CLOSED, 50));
    client_reset(c);
    h = fake_must_hear(CLOSED);
    assert_true(h->id == id);
    fake_free(h);
}

static void any_path_and_many_subprotocols(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open(port);
    struct answer a;

    ask(c, "/some/where?x=1", "other, " CLIENT ", third", "Origin: https://page.example\r\n");
    assert_int_equal(answered(c, &a), 101);
    assert_string_equal(answer_header(&a, "Sec-WebSocket-Protocol"), CLIENT);
    assert_string_equal(answer_header(&a, "Access-Control-Allow-Origin"), "*");
    assert_null(answer_header(&a, "Sec-WebSocket-Extensions"));
    client_close(c);
}

static void handshakes_that_are_refused(void **state)
{
    static const char *const protocols[] = {NULL, "other", ADMIN, "janus-protocol2"};
    int port = start_with(plain);
    struct answer a;

    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        struct client *c = client_open(port);

        ask(c, "/", protocols[i], "");
        assert_in_range(answered(c, &a), 400, 499);
        client_close(c);
    }
    assert_null(fake_hear(OPENED, 50));
}

static void a_plain_request(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct answer a;

    client_print(c, "GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    assert_int_equal(answered(c, &a), 403);
    client_close(c);
}

static void enforced_origin(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"},
                                       {"cors", "allow_origin", "https://page.example"},
                                       {"cors", "enforce_cors", "true"},
                                       {0}};
    static const char *const origins[] = {"", "Origin: https://other.example\r\n"};
    int port = start_with(s);
    struct client *c;
    struct answer a;

    for (int i = 0; i < 2; i++) {
        c = client_open(port);
        ask(c, "/", CLIENT, origins[i]);
        assert_int_equal(answered(c, &a), 403);
        client_close(c);
    }
    c = client_open(port);
    ask(c, "/", CLIENT, "Origin: https://page.example\r\n");
    assert_int_equal(answered(c, &a), 101);
    assert_string_equal(answer_header(&a, "Access-Control-Allow-Origin"), "https://page.example");
    client_close(c);
}

static void access_lists(void **state)
{
    static const struct setting closed[] = {{"general", "ws_port", "0"}, {"general", "ws_acl", "10.,192.168."}, {0}};
    static const struct setting forwarded[] = {
        {"general", "ws_port", "0"}, {"general", "ws_acl", "127."}, {"general", "ws_acl_forwarded", "true"}, {0}};
    struct client *c = client_open(start_with(closed));
    struct answer a;

    assert_true(client_is_closed(c, 3000));
    client_close(c);
    fake_stop();
    c = client_open(start_with(forwarded));
    ask(c, "/", CLIENT, "X-Forwarded-For: 8.8.8.8\r\n");
    assert_int_equal(answered(c, &a), 403);
    client_close(c);
    c = client_open(fake_port("ws"));
    ask(c, "/", CLIENT, "X-Forwarded-For: 127.0.0.9\r\n");
    assert_int_equal(answered(c, &a), 101);
    client_close(c);
}

static void a_slow_handshake_is_ended(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "handshake_timeout", "1"}, {0}};
    int port = start_with(s);
    struct client *silent = client_open(port), *dribbles = client_open(port), *quick = open_at(port);
    gint64 began = g_get_monotonic_time();

    client_print(dribbles, "GET / HTTP/1.1\r\nX: ");
    while (client_try_write(dribbles, "x", 1) && g_get_monotonic_time() - began < 8 * G_USEC_PER_SEC)
        if (client_is_closed(dribbles, 100))
            break;
    assert_true(g_get_monotonic_time() - began < 5 * G_USEC_PER_SEC);
    assert_true(client_is_closed(silent, 3000));
    fake_free(fake_must_hear(OPENED));
    say(quick, "still here");
    expect_heard("still here");
    client_close(silent);
    client_close(dribbles);
    client_close(quick);
}

/* Who has said nothing for longest makes room: a crowd of such sockets locks nobody out. */
static void silent_sockets_give_way(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "connection_limit", "3"}, {0}};
    struct client *silent[4], *c;
    int port = start_with(s);

    for (int i = 0; i < 4; i++)
        silent[i] = client_open(port);
    assert_true(client_is_closed(silent[0], 3000));
    c = open_at(port);
    fake_free(fake_must_hear(OPENED));
    assert_true(client_is_closed(silent[1], 3000));
    assert_false(client_is_closed(silent[2], 50));
    say(c, "heard");
    expect_heard("heard");
    for (int i = 0; i < 4; i++)
        client_close(silent[i]);
    client_close(c);
}

static void connections_have_a_bound(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "connection_limit", "2"}, {0}};
    int port = start_with(s);
    struct client *a = open_at(port), *b = open_at(port), *c = client_open(port);
    struct answer answer;

    ask(c, "/", CLIENT, "");
    assert_int_not_equal(answered(c, &answer), 101);
    client_close(a);
    fake_free(fake_must_hear(CLOSED));
    client_close(c);
    c = open_at(port);
    client_close(b);
    client_close(c);
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void text_both_ways(void **state)
{
    struct client *c = open_at(start_with(plain));
    cardea_connection id = opened();

    say(c, "{\"janus\":\"ping\"}");
    expect_heard("{\"janus\":\"ping\"}");
    frame(c, BINARY | FINAL, "{}", 2);
    expect_heard("{}");
    fake_transport()->send(id, "one", 3);
    fake_transport()->send(id, "two", 3);
    fake_transport()->turn_end();
    expect_text(c, "one");
    expect_text(c, "two");
    client_close(c);
}

static void fragments_are_put_together(void **state)
{
    struct client *c = open_at(start_with(plain));
    char *big = g_strnfill(100000, 'x'), *text;
    size_t len;

    frame(c, TEXT, "one ", 4);
    frame(c, PING | FINAL, "in between", 10);
    frame(c, CONTINUATION, "two ", 4);
    frame(c, CONTINUATION | FINAL, "three", 5);
    expect_heard("one two three");
    assert_int_equal(next_frame(c, &text, &len, 3000), PONG | FINAL);
    assert_string_equal(text, "in between");
    g_free(text);
    say(c, big);
    expect_heard(big);
    fake_transport()->send(opened(), big, 100000);
    fake_transport()->turn_end();
    expect_text(c, big);
    g_free(big);
    client_close(c);
}

static void too_large_a_message(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "max_message", "2000"}, {0}};
    struct client *c = open_at(start_with(s));
    char *big = g_strnfill(2001, 'x');

    frame(c, TEXT | FINAL, big, 2000);
    fake_free(fake_must_hear(RECEIVED));
    frame(c, TEXT | FINAL, big, 2001);
    expect_close(c, 1009);
    fake_free(fake_must_hear(CLOSED));
    assert_null(fake_hear(RECEIVED, 50));
    client_close(c);
    c = open_at(fake_port("ws")); /* many small pieces */
    for (int i = 0; i < 30; i++)
        frame(c, i ? CONTINUATION : TEXT, big, 100);
    expect_close(c, 1009);
    g_free(big);
    client_close(c);
}

static void a_client_that_does_not_read(void **state)
{
    static const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "queue_bytes", "65536"}, {0}};
    struct client *c = open_at(start_with(s));
    cardea_connection id = opened();
    char *big = g_strnfill(60000, 'x');
    struct heard *h = NULL;
    json_t *q;

    client_small_window(c);
    for (int i = 0; i < 2000 && !h; i++) {
        fake_transport()->send(id, big, 60000);
        fake_transport()->turn_end();
        h = fake_hear(CLOSED, i < 100 ? 0 : 10);
    }
    assert_non_null(h);
    fake_free(h);
    q = fake_query("{ss}", "request", "connections");
    assert_int_equal(json_integer_value(json_object_get(q, "overflows")), 1);
    assert_int_equal(json_integer_value(json_object_get(q, "connections")), 0);
    json_decref(q);
    fake_transport()->send(id, "late", 4); /* to nobody */
    g_free(big);
    client_close(c);
}

static void shut_sends_what_waits_first(void **state)
{
    struct client *c = open_at(start_with(plain));
    cardea_connection id = opened();

    fake_transport()->send(id, "last", 4);
    fake_transport()->shut(id);
    fake_transport()->turn_end();
    expect_text(c, "last");
    expect_close(c, 1000);
    client_close(c);
    fake_free(fake_must_hear(CLOSED));
}

static void stop_says_goodbye(void **state)
{
    struct client *c = open_at(start_with(plain));

    fake_stop();
    expect_close(c, 1001);
    client_close(c);
}

/* --- pings -------------------------------------------------------------------------------------------------------- */

static const struct setting pings[] = {
    {"general", "ws_port", "0"}, {"general", "pingpong_trigger", "1"}, {"general", "pingpong_timeout", "1"}, {0}};

static void who_answers_pings_stays(void **state)
{
    struct client *c = open_at(start_with(pings));
    unsigned n = 0;

    for (gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC; g_get_monotonic_time() < until; n++) {
        char *text;
        size_t len;

        assert_int_equal(next_frame(c, &text, &len, 5000), PING | FINAL);
        frame(c, PONG | FINAL, text, len);
        g_free(text);
    }
    assert_true(n >= 2);
    assert_null(fake_hear(CLOSED, 0));
    client_close(c);
}

static void who_does_not_is_closed(void **state)
{
    struct client *c = open_at(start_with(pings));

    assert_true(client_is_closed(c, 8000));
    fake_free(fake_must_hear(CLOSED));
    client_close(c);
}

static void any_sign_of_life_will_do(void **state)
{
    struct client *c = open_at(start_with(pings));

    for (int i = 0; i < 10; i++) {
        frame(c, PONG | FINAL, "", 0); /* unasked for, and empty: not told by the library */
        say(c, "x");
        fake_free(fake_must_hear(RECEIVED));
        g_usleep(500000);
    }
    assert_null(fake_hear(CLOSED, 0));
    client_close(c);
}

/* --- hostile frames ----------------------------------------------------------------------------------------------- */

static void frames_that_break_the_rules(void **state)
{
    static const struct {
        unsigned status; /* of the last word; 0: none */
        const char *bytes;
        size_t len;
    } bad[] = {
        {1002, "\xf1\x80\1\2\3\4", 6},                       /* reserved bits */
        {1002, "\x83\x80\1\2\3\4", 6},                       /* an opcode that does not exist */
        {1002, "\x80\x80\1\2\3\4", 6},                       /* a continuation of nothing */
        {1002, "\x09\x80\1\2\3\4", 6},                       /* a ping in pieces */
        {0, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10}, /* 2^64 - 1 bytes are announced */
        {0, "\x89\xfe\x01\x00\1\2\3\4", 8},                  /* a ping of 256 bytes */
    };
    int port = start_with(plain);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct client *c = open_at(port);

        client_write(c, bad[i].bytes, bad[i].len);
        if (bad[i].status)
            expect_close(c, bad[i].status);
        else
            assert_true(client_is_closed(c, 3000));
        client_close(c);
    }
    assert_null(fake_hear(RECEIVED, 50));
}

/* --- places to listen --------------------------------------------------------------------------------------------- */

static void the_admin_door(void **state)
{
    static const struct setting s[] = {
        {"general", "ws_port", "0"}, {"admin", "admin_ws", "true"}, {"admin", "admin_ws_port", "0"}, {0}};
    struct client *c;
    struct answer a;
    struct heard *h;

    start_with(s);
    c = client_open(fake_port("admin_ws"));
    ask(c, "/", CLIENT, "");
    assert_in_range(answered(c, &a), 400, 499);
    client_close(c);
    c = client_open(fake_port("admin_ws"));
    ask(c, "/", ADMIN, "");
    assert_int_equal(answered(c, &a), 101);
    h = fake_must_hear(OPENED);
    assert_int_equal(h->door, CARDEA_DOOR_ADMIN);
    fake_free(h);
    client_close(c);
}

/* The list of addresses that a port listens on, from the kernel's table: is 0.0.0.0 or :: among them? */
static bool listens_everywhere(int port)
{
    static const struct {
        const char *file, *any;
    } tables[] = {{"/proc/net/tcp", "00000000"}, {"/proc/net/tcp6", "00000000000000000000000000000000"}};
    bool found = false;

    for (int i = 0; i < 2; i++) {
        char needle[64], *text = NULL;

        snprintf(needle, sizeof(needle), " %s:%04X ", tables[i].any, (unsigned)port);
        if (g_file_get_contents(tables[i].file, &text, NULL, NULL))
            found = found || strstr(text, needle);
        g_free(text);
    }
    return found;
}

static void admins_come_from_this_host(void **state)
{
    static const struct setting s[] = {
        {"general", "ws_port", "0"}, {"admin", "admin_ws", "true"}, {"admin", "admin_ws_port", "0"}, {0}};

    assert_true(listens_everywhere(start_with(s)));
    assert_false(listens_everywhere(fake_port("admin_ws")));
}

static void a_port_in_use(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open(port); /* keeps the number from being taken by somebody else */
    char text[20];
    const struct setting both[] = {{"general", "ws_port", text},
                                   {"admin", "admin_ws", "true"},
                                   {"admin", "admin_ws_port", text},
                                   {"admin", "admin_ws_ip", ""},
                                   {0}};
    const struct setting same_loopback[] = {
        {"general", "ws_port", text}, {"admin", "admin_ws", "true"}, {"admin", "admin_ws_port", text}, {0}};

    snprintf(text, sizeof(text), "%d", port);
    fake_stop();
    assert_int_not_equal(fake_start("websocket.so", both, false), 0);
    assert_non_null(strstr(fake_log(), text));
    assert_non_null(strstr(fake_log(), "admin.admin_ws_port"));
    assert_int_not_equal(fake_start("websocket.so", same_loopback, false), 0);
    start_with(plain); /* nothing was left behind */
    client_close(c);
}

static void a_port_of_somebody_else(void **state)
{
    char text[20];
    const struct setting s[] = {{"general", "ws_port", text}, {0}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(a);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    snprintf(text, sizeof(text), "%d", ntohs(a.sin_port));
    assert_int_not_equal(fake_start("websocket.so", s, false), 0);
    assert_non_null(strstr(fake_log(), text));
    assert_non_null(strstr(fake_log(), "general.ws_port"));
    assert_non_null(strstr(fake_log(), "Address already in use"));
    close(fd);
}

static void a_socket_in_the_file_system(void **state)
{
    char path[] = "/tmp/test_websocket.XXXXXX", file[64];
    const struct setting s[] = {{"general", "ws_port", "0"}, {"general", "ws_unix", file}, {0}};
    struct client *c;
    struct answer a;
    struct heard *h;

    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof(file), "%s/s", path);
    start_with(s);
    c = client_open_unix(file);
    ask(c, "/", CLIENT, "");
    assert_int_equal(answered(c, &a), 101);
    h = fake_must_hear(OPENED);
    assert_string_equal(h->remote, "unix");
    fake_free(h);
    client_close(c);
    fake_stop();
    assert_int_not_equal(access(file, F_OK), 0);
    assert_int_equal(rmdir(path), 0);
}

static void tls_with_a_self_signed_certificate(void **state)
{
    static const struct setting s[] = {
        {"general", "ws_port", "0"}, {"general", "wss", "true"}, {"general", "wss_port", "0"}, {0}};
    struct client *c;
    struct answer a;

    start_with(s);
    c = client_open_tls(fake_port("wss"));
    ask(c, "/", CLIENT, "");
    assert_int_equal(answered(c, &a), 101);
    say(c, "secret");
    expect_heard("secret");
    fake_transport()->send(opened(), "told", 4);
    fake_transport()->turn_end();
    expect_text(c, "told");
    client_close(c);
}

/* --- management --------------------------------------------------------------------------------------------------- */

static void events_of_connections(void **state)
{
    struct client *c = open_at(start_with(plain));
    struct heard *h = fake_must_hear(EVENT);
    json_t *q;

    assert_string_equal(json_string_value(json_object_get(h->json, "event")), "connected");
    assert_string_equal(json_string_value(json_object_get(h->json, "ip")), "127.0.0.1");
    assert_true(json_is_false(json_object_get(h->json, "admin_api")));
    fake_free(h);
    client_close(c);
    h = fake_must_hear(EVENT);
    assert_string_equal(json_string_value(json_object_get(h->json, "event")), "disconnected");
    fake_free(h);
    q = fake_query("{ss sb}", "request", "configure", "events", 0);
    assert_int_equal(json_integer_value(json_object_get(q, "result")), 200);
    json_decref(q);
    c = open_at(fake_port("ws"));
    assert_null(fake_hear(EVENT, 100));
    client_close(c);
}

#define TEST(f) cmocka_unit_test_teardown(f, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_client_comes_and_goes),
                                       TEST(any_path_and_many_subprotocols),
                                       TEST(handshakes_that_are_refused),
                                       TEST(a_plain_request),
                                       TEST(enforced_origin),
                                       TEST(access_lists),
                                       TEST(a_slow_handshake_is_ended),
                                       TEST(silent_sockets_give_way),
                                       TEST(connections_have_a_bound),
                                       TEST(text_both_ways),
                                       TEST(fragments_are_put_together),
                                       TEST(too_large_a_message),
                                       TEST(a_client_that_does_not_read),
                                       TEST(shut_sends_what_waits_first),
                                       TEST(stop_says_goodbye),
                                       TEST(who_answers_pings_stays),
                                       TEST(who_does_not_is_closed),
                                       TEST(any_sign_of_life_will_do),
                                       TEST(frames_that_break_the_rules),
                                       TEST(the_admin_door),
                                       TEST(admins_come_from_this_host),
                                       TEST(a_port_in_use),
                                       TEST(a_port_of_somebody_else),
                                       TEST(a_socket_in_the_file_system),
                                       TEST(tls_with_a_self_signed_certificate),
                                       TEST(events_of_connections)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
