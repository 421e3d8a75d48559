/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that the HTTP transport serves, and what goes before them. */
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

static char folder[64];

static int make_pages(void **state)
{
    char path[200], *big = g_malloc(300000);

    strcpy(folder, "/tmp/test_http.XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/index.html", folder);
    assert_true(g_file_set_contents(path, "<p>start", -1, NULL));
    snprintf(path, sizeof(path), "%s/.secret", folder);
    assert_true(g_file_set_contents(path, "hidden", -1, NULL));
    snprintf(path, sizeof(path), "%s/big.js", folder);
    memset(big, 'x', 300000);
    assert_true(g_file_set_contents(path, big, 300000, NULL));
    g_free(big);
    snprintf(path, sizeof(path), "%s" FAKE_ROUTE, folder);
    assert_true(g_file_set_contents(path, "in the way of a route", -1, NULL));
    snprintf(path, sizeof(path), "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    fake_html(folder);
    return 0;
}

static int remove_pages(void **state)
{
    static const char *const names[] = {"index.html", ".secret", "big.js", "pipe", FAKE_ROUTE};
    char path[200];

    stop(state);
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void pages(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct answer a;
    char tag[200], date[200];

    get(c, "/");
    assert_true(client_answer(c, &a, false));
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "<p>start");
    assert_string_equal(answer_header(&a, "Content-Type"), "text/html; charset=utf-8");
    assert_string_equal(answer_header(&a, "Cache-Control"), "no-cache");
    g_strlcpy(tag, answer_header(&a, "ETag"), sizeof(tag));
    g_strlcpy(date, answer_header(&a, "Last-Modified"), sizeof(date));
    answer_clear(&a);
    client_print(c, "GET /index.html HTTP/1.1\r\n" HOST "If-None-Match: \"x\", W/%s\r\n\r\n", tag);
    expect_status(c, 304);
    client_print(c, "GET /index.html HTTP/1.1\r\n" HOST "If-None-Match: \"x\"\r\nIf-Modified-Since: %s\r\n\r\n", date);
    expect_status(c, 200);
    client_print(c, "GET /index.html HTTP/1.1\r\n" HOST "If-Modified-Since: %s\r\n\r\n", date);
    expect_status(c, 304);
    client_print(c, "GET /index.html HTTP/1.1\r\n" HOST "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n");
    expect_status(c, 200);
    client_print(c, "HEAD /big.js HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_answer(c, &a, true));
    assert_string_equal(answer_header(&a, "Content-Length"), "300000");
    answer_clear(&a);
    get(c, "/big.js");
    assert_true(client_answer(c, &a, false));
    assert_int_equal(a.len, 300000);
    answer_clear(&a);
    client_close(c);
    assert_null(fake_hear(EXCHANGE, 50));
}

static void a_route_goes_before_a_page(void **state)
{
    struct client *c = client_open(start_with(plain));
    struct heard *h;

    get(c, FAKE_ROUTE);
    h = fake_must_hear(EXCHANGE);
    assert_true(h->route);
    assert_string_equal(h->path, FAKE_ROUTE);
    fake_respond(h->id, 200, NULL, "from the route");
    fake_free(h);
    expect_status(c, 200);
    client_close(c);
}

static void no_way_out_of_the_folder(void **state)
{
    static const char *const paths[] = {"/../../etc/passwd",
                                        "/%2e%2e/%2e%2e/etc/passwd",
                                        "/..%2f..%2fetc/passwd",
                                        "/.secret",
                                        "/%2esecret",
                                        "//etc/passwd",
                                        "/nonesuch.html",
                                        "/pipe",
                                        "/x/../index.html",
                                        "/..%5c..%5cetc%5cpasswd",
                                        "/index.html/x"};
    struct client *c = client_open(start_with(plain));

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct heard *h;

        get(c, paths[i]);
        h = fake_must_hear(EXCHANGE); /* no page: the gateway is asked for a route */
        assert_true(h->route);
        fake_respond(h->id, 404, NULL, "");
        fake_free(h);
        expect_status(c, 404);
    }
    client_close(c);
}

static void no_pages_when_off_and_none_for_admins(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"},
                                       {"general", "pages", "false"},
                                       {"admin", "admin_http", "true"},
                                       {"admin", "admin_port", "0"},
                                       {0}};
    int ports[2];

    ports[0] = start_with(s);
    ports[1] = fake_port("admin_http");
    for (int i = 0; i < 2; i++) {
        struct client *c = client_open(ports[i]);

        get(c, "/index.html");
        fake_answer(404, "");
        expect_status(c, 404);
        client_close(c);
    }
}

static void the_api_at_the_root(void **state)
{
    static const struct setting s[] = {{"general", "port", "0"}, {"general", "base_path", "/"}, {0}};
    struct client *c = client_open(start_with(s));
    struct heard *h;
    struct answer a;

    get(c, "/");
    assert_true(client_answer(c, &a, false));
    assert_string_equal(a.body, "<p>start");
    answer_clear(&a);
    post(c, "/", "{}");
    h = fake_must_hear(EXCHANGE);
    assert_false(h->route);
    fake_respond(h->id, 200, NULL, "{}");
    fake_free(h);
    expect_status(c, 200);
    get(c, "/metrics");
    h = fake_must_hear(EXCHANGE);
    assert_true(h->route);
    fake_free(h);
    client_close(c);
}

#define PAGES(f) cmocka_unit_test_setup_teardown(f, make_pages, remove_pages)

int main(void)
{
    const struct CMUnitTest tests[] = {PAGES(pages), PAGES(a_route_goes_before_a_page), PAGES(no_way_out_of_the_folder),
                                       PAGES(no_pages_when_off_and_none_for_admins), PAGES(the_api_at_the_root)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
