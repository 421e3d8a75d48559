/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP transport as it was built, against a gateway of paper, by real sockets. */
#include "http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void a_request_and_its_answer(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;
    struct answer a;

    post(c, "/janus/12/34?a=%20b", "{\"janus\":\"x\"}");
    h = fake_must_hear(EXCHANGE);
    assert_string_equal(h->method, "POST");
    assert_string_equal(h->path, "/12/34");
    assert_string_equal(h->query, "a=%20b");
    assert_string_equal(h->remote, "127.0.0.1");
    assert_string_equal(h->header, "yes");
    assert_string_equal(h->text, "{\"janus\":\"x\"}");
    assert_false(h->route);
    assert_int_equal(h->door, CARDEA_DOOR_CLIENT);
    fake_respond(h->id, 200, (const char *const[]){"Content-Type", "application/json", NULL}, "{\"ok\":1}");
    fake_free(h);
    assert_true(client_answer(c, &a, false));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"ok\":1}");
    assert_string_equal(answer_header(&a, "Content-Type"), "application/json");
    assert_string_equal(answer_header(&a, "Access-Control-Allow-Origin"), "*");
    answer_clear(&a);
    client_close(c);
}

static void keep_alive(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct answer a;

    for (int i = 0; i < 20; i++) {
        char body[20];

        snprintf(body, sizeof(body), "%d", i);
        post(c, "/janus", body);
        fake_answer(200, body);
        assert_true(client_answer(c, &a, false));
        assert_string_equal(a.body, body);
        answer_clear(&a);
    }
    client_close(c);
    assert_null(fake_hear(ABANDONED, 100));
}

static void requests_one_behind_the_other(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct answer a;

    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1POST /janus HTTP/1.1\r\n" HOST
                    "Content-Length: 1\r\n\r\n2");
    for (int i = 1; i <= 2; i++) {
        struct heard *h = fake_must_hear(EXCHANGE);

        assert_int_equal(h->text[0], '0' + i);
        fake_respond(h->id, 200, NULL, h->text);
        assert_true(client_answer(c, &a, false));
        assert_string_equal(a.body, h->text);
        answer_clear(&a);
        fake_free(h);
    }
    client_close(c);
}

static void a_chunked_body(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;

    client_print(c, "POST /janus/ HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    assert_null(fake_hear(EXCHANGE, 100));
    client_print(c, "6\r\n world\r\n0\r\n\r\n");
    h = fake_must_hear(EXCHANGE);
    assert_string_equal(h->text, "hello world");
    assert_string_equal(h->path, "/");
    fake_respond(h->id, 200, NULL, "");
    fake_free(h);
    expect_status(c, 200);
    client_close(c);
}

static void a_body_with_zeros_in_it(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;

    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n");
    client_write(c, "a\0b", 3);
    h = fake_must_hear(EXCHANGE);
    assert_int_equal(h->len, 3);
    fake_free(h);
    client_close(c);
}

static void answers_without_the_gateway(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open(port);

    post(c, "/janus", "");
    expect_status(c, 400);
    get(c, "/janus/%00");
    expect_status(c, 400);
    client_close(c);
    assert_null(fake_hear(EXCHANGE, 50));
}

static void other_methods_are_for_the_gateway(void **state)
{
    static const char *const methods[] = {"PUT", "DELETE", "HEAD", "PATCH"};
    int port = start_with(plain);

    for (size_t i = 0; i < 4; i++) {
        struct client *c = client_open(port);
        struct heard *h;
        struct answer a;

        client_print(c, "%s /janus HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", methods[i]);
        h = fake_must_hear(EXCHANGE);
        assert_string_equal(h->method, methods[i]);
        fake_respond(h->id, 200, NULL, "{}");
        fake_free(h);
        assert_true(client_answer(c, &a, !strcmp(methods[i], "HEAD")));
        assert_int_equal(a.status, 200);
        answer_clear(&a);
        client_close(c);
    }
}

static void routes(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;

    post(c, "/whip/room%201", "v=0");
    h = fake_must_hear(EXCHANGE);
    assert_true(h->route);
    assert_string_equal(h->path, "/whip/room 1");
    fake_respond(h->id, 201, (const char *const[]){"Location", "/whip/x", "Access-Control-Allow-Origin", "own", NULL},
                 "v=0");
    fake_free(h);
    {
        struct answer a;

        assert_true(client_answer(c, &a, false));
        assert_int_equal(a.status, 201);
        assert_string_equal(answer_header(&a, "Location"), "/whip/x");
        assert_string_equal(answer_header(&a, "Access-Control-Allow-Origin"), "own");
        assert_null(strstr(strstr(a.head, "Allow-Origin") + 1, "Allow-Origin"));
        answer_clear(&a);
    }
    client_close(c);
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static void bodies_have_a_bound(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"}, {"general", "max_body", "2000"}, {0}};
    int port = start_with(s);
    struct client *c = client_open(port);
    char piece[1001];

    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Content-Length: 2001\r\n\r\n"); /* told before it is sent */
    expect_status(c, 413);
    client_close(c);
    c = client_open(port); /* not told: found out */
    memset(piece, 'x', sizeof(piece));
    piece[1000] = 0;
    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; i++)
        client_print(c, "3e8\r\n%s\r\n", piece);
    client_print(c, "0\r\n\r\n");
    expect_status(c, 413);
    client_close(c);
    c = client_open(port); /* without end */
    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1000 && client_try_write(c, "3e8\r\n", 5) && client_try_write(c, piece, 1000) &&
                    client_try_write(c, "\r\n", 2);
         i++)
        ;
    assert_true(client_is_closed(c, 3000));
    client_close(c);
    c = client_open(port); /* at the bound */
    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "Content-Length: 2000\r\n\r\n%s%s", piece, piece);
    fake_answer(200, "{}");
    expect_status(c, 200);
    client_close(c);
    assert_null(fake_hear(EXCHANGE, 50));
}

static void slow_clients_are_ended(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"}, {"general", "request_timeout", "1"}, {0}};
    int port = start_with(s);
    struct client *head = client_open(port), *body = client_open(port);
    gint64 began = g_get_monotonic_time();
    json_t *q;

    client_print(head, "POST /janus HTTP/1.1\r\n" HOST);
    client_print(body, "POST /janus HTTP/1.1\r\n" HOST "Content-Length: 1000\r\n\r\n");
    while (g_get_monotonic_time() - began < 4000000) {
        bool one = client_try_write(head, "X", 1), other = client_try_write(body, "X", 1);

        if (!one && !other)
            break;
        g_usleep(50000);
    }
    assert_true(client_is_closed(head, 1000));
    assert_true(client_is_closed(body, 1000));
    assert_true(g_get_monotonic_time() - began < 4000000);
    q = fake_query("{ss}", "request", "connections");
    assert_int_equal(json_integer_value(json_object_get(q, "too_slow")), 2);
    json_decref(q);
    assert_null(fake_hear(EXCHANGE, 50));
    client_close(head);
    client_close(body);
}

static void connections_have_a_bound(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"}, {"general", "mhd_connection_limit", "4"}, {0}};
    int port = start_with(s);
    struct client *c[5];

    for (int i = 0; i < 5; i++) {
        c[i] = client_open(port);
        post(c[i], "/janus", "x");
    }
    for (int i = 0; i < 4; i++)
        fake_answer(200, "{}");
    assert_null(fake_hear(EXCHANGE, 200)); /* the fifth waits for a place */
    for (int i = 0; i < 4; i++)
        client_close(c[i]);
    fake_answer(200, "{}");
    expect_status(c[4], 200);
    client_close(c[4]);
}

static void many_at_once(void **state)
{
    int port = start_with(plain);
    struct client *c[200];
    struct answer a;

    for (int i = 0; i < 200; i++) {
        char path[40];

        c[i] = client_open(port);
        snprintf(path, sizeof(path), "/janus/%d", i);
        get(c[i], path);
    }
    for (int i = 0; i < 200; i++) {
        struct heard *h = fake_must_hear(EXCHANGE);

        fake_respond(h->id, 200, NULL, h->path);
        fake_free(h);
    }
    for (int i = 0; i < 200; i++) {
        char path[40];

        snprintf(path, sizeof(path), "/%d", i);
        assert_true(client_answer(c[i], &a, false));
        assert_string_equal(a.body, path);
        answer_clear(&a);
        client_close(c[i]);
    }
}

/* --- clients that go ---------------------------------------------------------------------------------------------- */

static void expect_abandoned(struct client *c, void (*leave)(struct client *), bool after)
{
    struct heard *h, *gone;

    get(c, "/janus/5?maxev=3");
    h = fake_must_hear(EXCHANGE);
    leave(c);
    gone = fake_must_hear(ABANDONED);
    assert_int_equal(gone->id, h->id);
    fake_respond(h->id, 200, NULL, "late"); /* is dropped */
    fake_free(h);
    fake_free(gone);
    if (after)
        client_close(c);
}

static void an_abandoned_poll(void **state)
{
    int port = start_with(plain);

    expect_abandoned(client_open(port), client_close, false);
    expect_abandoned(client_open(port), client_reset, false);
    expect_abandoned(client_open(port), client_half_close, true);
    assert_null(fake_hear(ABANDONED, 100));
}

static void a_half_closed_post_is_answered(void **state)
{
    struct client *c = client_open(start_with(plain));

    post(c, "/janus", "x");
    client_half_close(c);
    assert_null(fake_hear(ABANDONED, 600));
    fake_answer(200, "{}");
    expect_status(c, 200);
    client_close(c);
}

static void unknown_tags_are_ignored(void **state)
{
    struct client *c = client_open(start_with(plain));
    uint64_t tag;

    fake_respond(77, 200, NULL, "x");
    post(c, "/janus", "x");
    tag = fake_answer(200, "{}");
    fake_respond(tag, 500, NULL, "again");
    expect_status(c, 200);
    client_close(c);
}

static void no_answer_ends_the_connection(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h, *gone;

    post(c, "/janus", "x");
    h = fake_must_hear(EXCHANGE);
    assert_true(client_is_closed(c, 13000));
    gone = fake_must_hear(ABANDONED);
    assert_int_equal(gone->id, h->id);
    fake_free(h);
    fake_free(gone);
    client_close(c);
}

static void stop_lets_answers_out_and_polls_go(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open(port), *poll = client_open(port);
    struct heard *h;
    struct answer a;

    get(poll, "/janus/7");
    fake_free(fake_must_hear(EXCHANGE));
    post(c, "/janus", "x");
    h = fake_must_hear(EXCHANGE);
    fake_respond(h->id, 200, NULL, "last words");
    fake_free(h);
    fake_stop();
    assert_true(client_answer(c, &a, false));
    assert_string_equal(a.body, "last words");
    answer_clear(&a);
    assert_true(client_is_closed(poll, 1000));
    assert_true(client_is_closed(c, 1000));
    client_close(c);
    client_close(poll);
}

/* --- who may come ------------------------------------------------------------------------------------------------- */

static void preflight(void **state)
{
    static const char *const paths[] = {"/janus", "/janus/1", "/janus/1/2", "/whip/x"};
    static const struct setting s[] = {{"general", "port", "0"}, {"cors", "allow_origin", "https://a.example"}, {0}};
    struct client *c = client_open(start_with(s));
    struct answer a;

    for (size_t i = 0; i < 4; i++) {
        client_print(c,
                     "OPTIONS %s HTTP/1.1\r\n" HOST "Access-Control-Request-Method: POST\r\n"
                     "Access-Control-Request-Headers: content-type,x-y\r\n\r\n",
                     paths[i]);
        assert_true(client_answer(c, &a, false));
        assert_int_equal(a.status, 200);
        assert_string_equal(answer_header(&a, "Access-Control-Allow-Origin"), "https://a.example");
        assert_string_equal(answer_header(&a, "Access-Control-Allow-Credentials"), "true");
        assert_string_equal(answer_header(&a, "Vary"), "Origin");
        assert_string_equal(answer_header(&a, "Access-Control-Max-Age"), "86400");
        assert_string_equal(answer_header(&a, "Access-Control-Allow-Methods"), "POST");
        assert_string_equal(answer_header(&a, "Access-Control-Allow-Headers"), "content-type,x-y");
        answer_clear(&a);
    }
    client_close(c);
    assert_null(fake_hear(EXCHANGE, 50));
}

static void enforced_origin(void **state)
{
    static const struct setting s[] = {
        {"general", "port", "0"}, {"cors", "allow_origin", "https://a.example"}, {"cors", "enforce_cors", "true"}, {0}};
    static const struct {
        const char *header;
        bool welcome;
    } rows[] = {{"Origin: https://a.example\r\n", true},
                {"Referer: https://a.example/page\r\n", true},
                {"Origin: https://b.example\r\n", false},
                {"Origin: https://b.example\r\nReferer: https://a.example/\r\n", false},
                {"", false}};
    int port = start_with(s);

    for (size_t i = 0; i < 5; i++) {
        struct client *c = client_open(port);

        client_print(c, "POST /janus HTTP/1.1\r\n" HOST "%sContent-Length: 1\r\n\r\nx", rows[i].header);
        if (rows[i].welcome)
            fake_answer(200, "{}");
        expect_status(c, rows[i].welcome ? 200 : 403);
        client_close(c);
    }
}

static void access_list(void **state)
{
    static const struct setting other[] = {{"general", "port", "0"}, {"general", "acl", "192.0.2."}, {0}};
    static const struct setting mine[] = {
        {"general", "port", "0"}, {"general", "acl", "10.,127.0."}, {"general", "acl_forwarded", "true"}, {0}};
    struct client *c = client_open(start_with(other));
    int port;

    client_try_write(c, "GET / HTTP/1.1\r\n\r\n", 18);
    assert_true(client_is_closed(c, 3000));
    client_close(c);
    fake_stop();
    port = start_with(mine);
    c = client_open(port);
    post(c, "/janus", "x");
    fake_answer(200, "{}");
    expect_status(c, 200);
    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "X-Forwarded-For: 10.1.2.3\r\nContent-Length: 1\r\n\r\nx");
    fake_answer(200, "{}");
    expect_status(c, 200);
    client_print(c, "POST /janus HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.3\r\nContent-Length: 1\r\n\r\nx");
    assert_true(client_is_closed(c, 3000));
    client_close(c);
    assert_null(fake_hear(EXCHANGE, 50));
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

static void tls_with_a_self_signed_certificate(void **state)
{
    static const struct setting s[] = {
        {"general", "http", "false"}, {"general", "https", "true"}, {"general", "secure_port", "0"}, {0}};
    struct client *c;
    struct heard *h, *gone;

    fake_start("http.so", s, true);
    assert_non_null(strstr(fake_log(), "self-signed"));
    c = client_open_tls(fake_port("https"));
    post(c, "/janus", "secret");
    fake_answer(200, "{}");
    expect_status(c, 200);
    get(c, "/janus/1");
    h = fake_must_hear(EXCHANGE);
    client_close(c);
    gone = fake_must_hear(ABANDONED);
    assert_int_equal(gone->id, h->id);
    fake_free(h);
    fake_free(gone);
}

static void a_certificate_that_is_not_there(void **state)
{
    static const struct setting s[] = {{"general", "http", "false"},
                                       {"general", "https", "true"},
                                       {"general", "secure_port", "0"},
                                       {"certificates", "cert_pem", "/nonexistent.pem"},
                                       {0}};

    assert_int_not_equal(fake_start("http.so", s, false), 0);
    assert_non_null(strstr(fake_log(), "/nonexistent.pem"));
}

static void the_admin_door(void **state)
{
    static const struct setting s[] = {
        {"general", "port", "0"}, {"admin", "admin_http", "true"}, {"admin", "admin_port", "0"}, {0}};
    struct client *c;
    struct heard *h;

    assert_true(start_with(s) != fake_port("admin_http"));
    assert_true(fake_transport()->offers(CARDEA_DOOR_ADMIN));
    c = client_open(fake_port("admin_http"));
    get(c, "/admin/info");
    h = fake_must_hear(EXCHANGE);
    assert_int_equal(h->door, CARDEA_DOOR_ADMIN);
    assert_string_equal(h->path, "/info");
    assert_false(h->route);
    fake_respond(h->id, 200, NULL, "{}");
    fake_free(h);
    expect_status(c, 200);
    get(c, "/janus/info");
    h = fake_must_hear(EXCHANGE);
    assert_true(h->route);
    fake_free(h);
    client_close(c);
}

static void a_port_in_use(void **state)
{
    int port = start_with(plain);
    char text[20];
    const struct setting s[] = {{"general", "http", "false"},
                                {"admin", "admin_http", "true"},
                                {"admin", "admin_port", text},
                                {"admin", "admin_ip", ""},
                                {0}};
    struct client *c = client_open(port); /* keeps the number from being taken by somebody else */

    snprintf(text, sizeof(text), "%d", port);
    fake_stop();
    {
        static const struct setting again[] = {{"general", "port", "0"}, {0}};
        const struct setting both[] = {
            {"general", "port", "0"},         {"admin", "admin_http", "true"},      {"admin", "admin_port", text},
            {"admin", "admin_https", "true"}, {"admin", "admin_secure_port", text}, {0}};

        assert_int_not_equal(fake_start("http.so", both, false), 0);
        assert_non_null(strstr(fake_log(), "admin.admin_secure_port: TCP port"));
        fake_start("http.so", again, true); /* nothing was left behind */
        fake_stop();
    }
    fake_start("http.so", s, true);
    client_close(c);
}

static void both_families(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open_at("::1", port);
    struct heard *h;

    post(c, "/janus", "x");
    h = fake_must_hear(EXCHANGE);
    assert_string_equal(h->remote, "::1");
    fake_respond(h->id, 200, NULL, "{}");
    fake_free(h);
    expect_status(c, 200);
    client_close(c);
}

static void by_interface(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"}, {"general", "interface", "lo"}, {0}};
    static const struct setting bad[] = {{"general", "port", "0"}, {"general", "interface", "nonesuch0"}, {0}};
    struct client *c = client_open(start_with(s));

    get(c, "/janus/info");
    fake_answer(200, "{}");
    expect_status(c, 200);
    client_close(c);
    fake_stop();
    assert_int_not_equal(fake_start("http.so", bad, false), 0);
}

/* --- management --------------------------------------------------------------------------------------------------- */

static void connections_are_counted(void **state)
{
    int port = start_with(plain);
    struct client *c = client_open(port);
    json_t *q, *n;

    post(c, "/janus", "x");
    fake_answer(200, "{}");
    expect_status(c, 200);
    q = fake_query("{ss}", "request", "connections");
    n = json_object_get(q, "connections");
    assert_int_equal(json_integer_value(json_object_get(q, "result")), 200);
    assert_int_equal(json_integer_value(json_object_get(n, "http")), 1);
    assert_int_equal(json_object_size(n), 1);
    assert_int_equal(json_integer_value(json_object_get(q, "messages")), 1);
    json_decref(q);
    client_close(c);
}

static void events_can_be_switched(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;
    json_t *q;

    post(c, "/janus", "x");
    fake_answer(200, "{}");
    expect_status(c, 200);
    h = fake_must_hear(EVENT);
    assert_string_equal(json_string_value(json_object_get(h->json, "event")), "request");
    assert_string_equal(json_string_value(json_object_get(h->json, "ip")), "127.0.0.1");
    assert_true(json_is_false(json_object_get(h->json, "admin_api")));
    assert_true(json_integer_value(json_object_get(h->json, "port")) > 0);
    fake_free(h);
    q = fake_query("{ss sb ss}", "request", "configure", "events", 0, "json", "baroque");
    assert_int_equal(json_integer_value(json_object_get(q, "result")), 200);
    assert_int_equal(json_array_size(json_object_get(q, "notes")), 1);
    json_decref(q);
    post(c, "/janus", "x");
    fake_answer(200, "{}");
    expect_status(c, 200);
    assert_null(fake_hear(EVENT, 50));
    client_close(c);
}

static void json_in_another_layout(void **state)
{
    static const char *const type[] = {"Content-Type", "application/json", NULL};
    struct client *c =
        client_open(start_with((const struct setting[]){{"general", "port", "0"}, {"general", "json", "plain"}, {0}}));
    struct answer a;
    json_t *q;

    for (int i = 0; i < 2; i++) {
        struct heard *h;

        post(c, "/janus", "x");
        h = fake_must_hear(EXCHANGE);
        fake_respond(h->id, 200, type, "{\"a\":[1]}");
        fake_free(h);
        assert_true(client_answer(c, &a, false));
        assert_string_equal(a.body, i ? "{\n   \"a\": [\n      1\n   ]\n}" : "{\"a\": [1]}");
        answer_clear(&a);
        q = fake_query("{ss ss}", "request", "configure", "json", "indented");
        assert_null(json_object_get(q, "notes"));
        json_decref(q);
    }
    client_close(c);
}

static void expect_error(json_t *answer, int code)
{
    assert_int_equal(json_integer_value(json_object_get(answer, "error_code")), code);
    assert_true(json_is_string(json_object_get(answer, "error")));
    json_decref(answer);
}

static void questions_that_are_refused(void **state)
{
    start_with(plain);
    expect_error(fake_query("{}"), 412);
    expect_error(fake_query("{si}", "request", 5), 413);
    expect_error(fake_query("{ss}", "request", "dance"), 411);
    expect_error(fake_query("{ss si}", "request", "configure", "events", 1), 413);
    expect_error(fake_query("{ss sb}", "request", "configure", "json", 1), 413);
}

#define TEST(f) cmocka_unit_test_teardown(f, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_request_and_its_answer),
                                       TEST(keep_alive),
                                       TEST(json_in_another_layout),
                                       TEST(requests_one_behind_the_other),
                                       TEST(a_chunked_body),
                                       TEST(a_body_with_zeros_in_it),
                                       TEST(answers_without_the_gateway),
                                       TEST(other_methods_are_for_the_gateway),
                                       TEST(routes),
                                       TEST(bodies_have_a_bound),
                                       TEST(slow_clients_are_ended),
                                       TEST(connections_have_a_bound),
                                       TEST(many_at_once),
                                       TEST(an_abandoned_poll),
                                       TEST(a_half_closed_post_is_answered),
                                       TEST(unknown_tags_are_ignored),
                                       TEST(no_answer_ends_the_connection),
                                       TEST(stop_lets_answers_out_and_polls_go),
                                       TEST(preflight),
                                       TEST(enforced_origin),
                                       TEST(access_list),
                                       TEST(tls_with_a_self_signed_certificate),
                                       TEST(a_certificate_that_is_not_there),
                                       TEST(the_admin_door),
                                       TEST(a_port_in_use),
                                       TEST(both_families),
                                       TEST(by_interface),
                                       TEST(connections_are_counted),
                                       TEST(events_can_be_switched),
                                       TEST(questions_that_are_refused)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
