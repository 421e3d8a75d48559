/* SPDX-License-Identifier: Apache-2.0 */
#include "web/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "base/err.h"

/* --- a web server that answers with the statuses it was told, one after the other --------------------------------- */

#define LARGE 1 /* 100 KiB of an answer */

static struct {
    int fd;
    pthread_t thread;
    char url[64];
    const int *statuses; /* ends with 0; -1: takes the request and never answers */
    char heard[10][1000];
    int n;
} server;

static void answer(int fd, int status)
{
    static const char kilobyte[1024];
    char reply[100];

    if (status == LARGE) {
        snprintf(reply, sizeof(reply), "HTTP/1.1 200 X\r\nConnection: close\r\n\r\n");
        assert_true(write(fd, reply, strlen(reply)) > 0);
        for (int i = 0; i < 100 && send(fd, kilobyte, sizeof(kilobyte), MSG_NOSIGNAL) > 0; i++)
            ;
        return;
    }

    snprintf(reply, sizeof(reply), "HTTP/1.1 %d X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", status);
    assert_true(write(fd, reply, strlen(reply)) > 0);
}

static void *serve(void *arg)
{
    for (int i = 0; server.statuses[i]; i++) {
        int fd = accept(server.fd, NULL, NULL);
        size_t len = 0;
        ssize_t n;

        while ((n = read(fd, server.heard[i] + len, sizeof(server.heard[i]) - 1 - len)) > 0) {
            len += (size_t)n;
            if (strstr(server.heard[i], "\r\n\r\n") && strstr(server.heard[i], "end"))
                break;
        }
        server.n++;
        if (server.statuses[i] > 0)
            answer(fd, server.statuses[i]);
        else
            sleep(2);
        close(fd);
    }
    return NULL;
}

static void server_start(const int *statuses)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    memset(&server, 0, sizeof(server));
    server.statuses = statuses;
    server.fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server.fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(server.fd, 8), 0);
    getsockname(server.fd, (struct sockaddr *)&at, &len);
    snprintf(server.url, sizeof(server.url), "http://127.0.0.1:%u/hook", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void server_end(void)
{
    pthread_join(server.thread, NULL);
    close(server.fd);
}

/* --- its client --------------------------------------------------------------------------------------------------- */

static GAsyncQueue *posts; /* what came through post */
static int last_status;

struct told {
    void (*run)(void *arg);
    void *arg;
};

static int post(void (*run)(void *arg), void *arg)
{
    struct told *t = g_new(struct told, 1);

    *t = (struct told){run, arg};
    g_async_queue_push(posts, t);
    return 0;
}

static void done(void *arg, int status)
{
    assert_ptr_equal(arg, &server);
    last_status = status;
}

static bool wait_done(int seconds)
{
    struct told *t = g_async_queue_timeout_pop(posts, (guint64)seconds * G_TIME_SPAN_SECOND);

    if (!t)
        return false;
    t->run(t->arg);
    g_free(t);
    return last_status >= 0;
}

static struct gw_web_post hook(unsigned tries)
{
    static const char *const headers[] = {"X-Secret: 42", NULL};

    return (struct gw_web_post){.url = server.url,
                                .headers = headers,
                                .body = "{\"a\":\"end\"}",
                                .len = 11,
                                .tries = tries,
                                .done = done,
                                .arg = &server};
}

static int set_up(void **state)
{
    posts = g_async_queue_new();
    last_status = -1;
    return gw_web_new((struct gw_web **)state, post);
}

static int tear_down(void **state)
{
    gpointer left;

    gw_web_free(*state);
    while ((left = g_async_queue_try_pop(posts)))
        g_free(left);
    g_async_queue_unref(posts);
    return 0;
}

static void posts_what_it_was_given(void **state)
{
    struct gw_web_post p;

    server_start((const int[]){204, 0});
    p = hook(1);
    assert_int_equal(gw_web_send(*state, &p), 0);
    assert_true(wait_done(5));
    assert_int_equal(last_status, 204);
    server_end();
    assert_non_null(strstr(server.heard[0], "POST /hook HTTP/1.1"));
    assert_non_null(strstr(server.heard[0], "Content-Type: application/json"));
    assert_non_null(strstr(server.heard[0], "X-Secret: 42"));
    assert_non_null(strstr(server.heard[0], "{\"a\":\"end\"}"));
}

static void tries_again(void **state)
{
    struct gw_web_post p;

    server_start((const int[]){500, 200, 0});
    p = hook(3);
    assert_int_equal(gw_web_send(*state, &p), 0);
    assert_true(wait_done(6));
    assert_int_equal(last_status, 200);
    server_end();
    assert_int_equal(server.n, 2);
}

static void gives_up(void **state)
{
    struct gw_web_post p;

    server_start((const int[]){404, 0});
    p = hook(1);
    assert_int_equal(gw_web_send(*state, &p), 0);
    assert_true(wait_done(5));
    assert_int_equal(last_status, 404);
    server_end();
    p.url = "http://127.0.0.1:1/nobody";
    assert_int_equal(gw_web_send(*state, &p), 0);
    assert_true(wait_done(5));
    assert_int_equal(last_status, 0);
}

static void the_end_does_not_wait(void **state)
{
    struct gw_web_post p;
    gint64 start;

    server_start((const int[]){-1, 0});
    p = hook(1);
    assert_int_equal(gw_web_send(*state, &p), 0);
    while (!server.n)
        g_usleep(1000);
    start = g_get_monotonic_time();
    gw_web_free(*state);
    *state = NULL;
    assert_true(g_get_monotonic_time() - start < 1900000);
    assert_int_equal(last_status, -1); /* nobody is told any more */
    server_end();
}

static char heard_body[10];

static void answered(void *arg, int status, const char *body, size_t len)
{
    assert_ptr_equal(arg, &server);
    last_status = status;
    g_strlcpy(heard_body, body, sizeof(heard_body));
}

static void asks_and_hears_the_answer(void **state)
{
    struct gw_web_post p = {.get = true, .answered = answered, .arg = &server};

    server_start((const int[]){200, LARGE, 0});
    p.url = strcat(server.url, "?end");
    assert_int_equal(gw_web_send(*state, &p), 0);
    assert_true(wait_done(5));
    assert_int_equal(last_status, 200);
    assert_string_equal(heard_body, "ok");
    assert_non_null(strstr(server.heard[0], "GET /hook?end HTTP/1.1"));
    assert_null(strstr(server.heard[0], "Content-Type"));
    last_status = -1;
    assert_int_equal(gw_web_send(*state, &p), 0); /* too much of an answer is none */
    assert_true(wait_done(5));
    assert_int_equal(last_status, 0);
    server_end();
}

static void bounds(void **state)
{
    struct gw_web_post p = {.url = "file:///etc/passwd", .body = "", .len = 0};
    unsigned taken = 0;

    assert_int_equal(gw_web_send(*state, &p), GW_EINVAL);
    p.url = "http://127.0.0.1:1/";
    p.len = GW_WEB_BODY + 1;
    assert_int_equal(gw_web_send(*state, &p), GW_ELIMIT);
    p.len = 0;
    p.tries = 5; /* so that they stay */
    while (taken <= GW_WEB_QUEUE && !gw_web_send(*state, &p))
        taken++;
    assert_int_equal(taken, GW_WEB_QUEUE);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(posts_what_it_was_given),   CASE(tries_again), CASE(gives_up), CASE(the_end_does_not_wait),
        CASE(asks_and_hears_the_answer), CASE(bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
