/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the HTTP transport share: it is started, asked, and stopped. */
#ifndef TESTS_UNIT_TRANSPORTS_HTTP_H
#define TESTS_UNIT_TRANSPORTS_HTTP_H

#include "fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOST "Host: t\r\n"

static const struct setting plain[] = {{"general", "port", "0"}, {0}};

static inline int start_with(const struct setting *settings)
{
    fake_start("http.so", settings, true);
    return fake_port("http");
}

static inline int stop(void **state)
{
    fake_stop();
    fake_html(NULL);
    return 0;
}

static inline void post(struct client *c, const char *path, const char *body)
{
    client_print(c, "POST %s HTTP/1.1\r\n" HOST "X-Test: yes\r\nContent-Length: %zu\r\n\r\n%s", path, strlen(body),
                 body);
}

static inline void get(struct client *c, const char *path)
{
    client_print(c, "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
}

static inline void expect_status(struct client *c, int status)
{
    struct answer a;

    assert_true(client_answer(c, &a, false));
    assert_int_equal(a.status, status);
    assert_non_null(answer_header(&a, "Access-Control-Allow-Origin"));
    answer_clear(&a);
}

#endif
