/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <openssl/ssl.h>

#include <cmocka.h>

#include "fake.h"

#define PATIENCE_MS 5000

struct client {
    int fd;
    SSL_CTX *ctx;
    SSL *ssl;
};

/* --- opening and closing ------------------------------------------------------------------------------------------ */

static struct client *open_socket(const void *address, socklen_t len)
{
    struct client *c = g_new0(struct client, 1);

    signal(SIGPIPE, SIG_IGN);
    c->fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(c->fd >= 0);
    if (connect(c->fd, address, len))
        fail_msg("connect: %s", strerror(errno));
    return c;
}

struct client *client_open_at(const char *ip, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};

    if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
        return open_socket(&v4, sizeof(v4));
    assert_int_equal(inet_pton(AF_INET6, ip, &v6.sin6_addr), 1);
    return open_socket(&v6, sizeof(v6));
}

struct client *client_open(int port)
{
    return client_open_at("127.0.0.1", port);
}

struct client *client_open_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    g_strlcpy(a.sun_path, path, sizeof(a.sun_path));
    return open_socket(&a, sizeof(a));
}

struct client *client_open_tls(int port)
{
    struct client *c = client_open(port);

    c->ctx = SSL_CTX_new(TLS_client_method());
    c->ssl = SSL_new(c->ctx);
    SSL_set_fd(c->ssl, c->fd);
    assert_int_equal(SSL_connect(c->ssl), 1);
    return c;
}

void client_close(struct client *c)
{
    if (c->ssl) {
        SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
        SSL_CTX_free(c->ctx);
    }
    close(c->fd);
    g_free(c);
}

void client_reset(struct client *c)
{
    struct linger now = {1, 0};

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    client_close(c);
}

void client_half_close(struct client *c)
{
    shutdown(c->fd, SHUT_WR);
}

void client_small_window(struct client *c)
{
    int size = 4096;

    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

bool client_try_write(struct client *c, const void *data, size_t len)
{
    const char *at = data;

    while (len) {
        ssize_t n = c->ssl ? SSL_write(c->ssl, at, (int)len) : send(c->fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

void client_write(struct client *c, const void *data, size_t len)
{
    assert_true(client_try_write(c, data, len));
}

void client_print(struct client *c, const char *format, ...)
{
    va_list ap;
    char *text;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    client_write(c, text, strlen(text));
    g_free(text);
}

int client_read(struct client *c, void *out, size_t len, int ms)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    ssize_t got;

    if (!(c->ssl && SSL_pending(c->ssl)) && poll(&p, 1, ms) <= 0)
        return -1;
    if (c->ssl) {
        int n = SSL_read(c->ssl, out, (int)len);

        return n < 0 ? 0 : n;
    }
    got = recv(c->fd, out, len, 0);
    return got < 0 ? 0 : (int)got;
}

bool client_is_closed(struct client *c, int ms)
{
    gint64 until = g_get_monotonic_time() + ms * 1000LL;
    char waste[65536];
    int n;

    do
        n = client_read(c, waste, sizeof(waste), (int)MAX(0, (until - g_get_monotonic_time()) / 1000));
    while (n > 0);
    return n == 0;
}

/* --- answers of HTTP ---------------------------------------------------------------------------------------------- */

static bool read_one(struct client *c, char *out)
{
    return client_read(c, out, 1, PATIENCE_MS) == 1;
}

const char *answer_header(const struct answer *a, const char *name)
{
    static char value[1024];
    size_t len = strlen(name);

    for (const char *at = strstr(a->head, "\r\n"); at; at = strstr(at + 2, "\r\n"))
        if (!strncasecmp(at + 2, name, len) && at[2 + len] == ':') {
            at += 3 + len;
            at += strspn(at, " ");
            g_strlcpy(value, at, MIN(sizeof(value), strcspn(at, "\r\n") + 1));
            return value;
        }
    return NULL;
}

static bool read_head(struct client *c, struct answer *a)
{
    size_t n = 0;

    while (n + 1 < sizeof(a->head) && read_one(c, a->head + n)) {
        a->head[++n] = 0;
        if (n >= 4 && !memcmp(a->head + n - 4, "\r\n\r\n", 4))
            return sscanf(a->head, "HTTP/1.%*d %d", &a->status) == 1;
    }
    return false;
}

bool client_answer(struct client *c, struct answer *a, bool head_only)
{
    const char *length;
    size_t len, n = 0;
    int got;

    memset(a, 0, sizeof(*a));
    if (!read_head(c, a))
        return false;
    length = answer_header(a, "Content-Length");
    len = length && !head_only && a->status != 304 ? strtoul(length, NULL, 10) : 0;
    a->body = g_malloc0(len + 1);
    for (; n < len; n += (size_t)got)
        if ((got = client_read(c, a->body + n, len - n, PATIENCE_MS)) <= 0) {
            g_free(a->body);
            return false;
        }
    a->len = len;
    return true;
}

void answer_clear(struct answer *a)
{
    g_free(a->body);
    a->body = NULL;
}
