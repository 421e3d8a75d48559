/* SPDX-License-Identifier: Apache-2.0 */
/* A WebSocket client (RFC 6455) with the sub-protocol of this API: text messages, nothing blocks but the name look-up.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10, MOST = 8 << 20 };

static void fail(struct ws *w, const char *why)
{
    if (w->closed)
        return;
    w->closed = true;
    w->why = why;
    close(w->fd);
    w->fd = -1;
}

static void flush(struct ws *w)
{
    while (w->out->len && !w->closed) {
        ssize_t n = send(w->fd, w->out->data, w->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n <= 0) {
            fail(w, n < 0 ? strerror(errno) : "the server closed the connection");
            return;
        }
        g_byte_array_remove_range(w->out, 0, (guint)n);
    }
    if (!w->closed)
        watch_change(&w->watch, w->fd, w->out->len > 0);
}

static void put_frame(struct ws *w, uint8_t opcode, const void *data, size_t len)
{
    uint8_t head[14] = {0x80 | opcode};
    size_t n = 2, from;

    if (len < 126) {
        head[1] = (uint8_t)(0x80 | len);
    } else if (len < 65536) {
        head[1] = 0x80 | 126;
        head[2] = (uint8_t)(len >> 8);
        head[3] = (uint8_t)len;
        n = 4;
    } else {
        head[1] = 0x80 | 127;
        for (int i = 0; i < 8; i++)
            head[2 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
        n = 10;
    }
    gw_dtls_random(head + n, 4);
    g_byte_array_append(w->out, head, (guint)n + 4);
    from = w->out->len;
    g_byte_array_append(w->out, data, (guint)len);
    for (size_t i = 0; i < len; i++)
        w->out->data[from + i] ^= head[n + i % 4];
    flush(w);
}

void ws_send(struct ws *w, const char *text, size_t len)
{
    if (!w->closed)
        put_frame(w, TEXT, text, len);
}

/* One frame at the start of `in`; false: not whole yet. */
static bool take_frame(struct ws *w)
{
    const uint8_t *p = w->in->data;
    size_t have = w->in->len, head = 2, len;
    uint8_t opcode;

    if (have < 2)
        return false;
    len = p[1] & 127;
    if (len == 126) {
        if (have < 4)
            return false;
        len = (size_t)p[2] << 8 | p[3];
        head = 4;
    } else if (len == 127) {
        if (have < 10)
            return false;
        len = 0;
        for (int i = 0; i < 8; i++)
            len = len << 8 | p[2 + i];
        head = 10;
    }
    if (p[1] & 128 || len > MOST || w->message->len + len > MOST) {
        fail(w, "the server sent a frame that is none");
        return false;
    }
    if (have < head + len)
        return false;
    opcode = p[0] & 15;
    if (opcode <= TEXT) {
        g_byte_array_append(w->message, p + head, (guint)len);
    } else if (opcode == PING) {
        uint8_t copy[125];

        memcpy(copy, p + head, len > 125 ? 125 : len);
        put_frame(w, PONG, copy, len > 125 ? 125 : len);
    }
    if (w->closed)
        return false;
    {
        bool whole = opcode <= TEXT && w->in->data[0] & 0x80;

        g_byte_array_remove_range(w->in, 0, (guint)(head + len));
        if (whole) {
            GByteArray *m = w->message;

            w->message = g_byte_array_new();
            w->text(w->arg, (const char *)m->data, m->len);
            g_byte_array_unref(m);
        }
    }
    if (opcode == CLOSE)
        fail(w, "the server closed the connection");
    return !w->closed;
}

/* The answer to the upgrade; false: not whole yet, or refused. */
static bool take_upgrade(struct ws *w)
{
    static const uint8_t end[] = "\r\n\r\n";
    const uint8_t *at = w->in->len ? memmem(w->in->data, w->in->len, end, 4) : NULL;

    if (!at)
        return false;
    if (w->in->len < 12 || memcmp(w->in->data, "HTTP/1.1 101", 12)) {
        fail(w, "the server does not speak WebSocket here");
        return false;
    }
    g_byte_array_remove_range(w->in, 0, (guint)(at - w->in->data + 4));
    w->open = true;
    w->opened(w->arg);
    return !w->closed;
}

static void ready(void *arg, int64_t now)
{
    struct ws *w = arg;
    uint8_t buf[65536];
    ssize_t n = -1;

    if (w->closed)
        return;
    flush(w);
    while (!w->closed && (n = recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT)) != 0) {
        if (n < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOTCONN)
                fail(w, strerror(errno));
            break;
        }
        g_byte_array_append(w->in, buf, (guint)n);
        if (n < (ssize_t)sizeof(buf))
            break;
    }
    if (!w->closed && !n)
        fail(w, "the server closed the connection");
    if (!w->closed && !w->open && !take_upgrade(w))
        return;
    while (!w->closed && take_frame(w))
        ;
}

static bool parse_url(const char *url, char host[256], char port[8], char **path)
{
    const char *at = strstr(url, "://"), *slash, *colon;

    at = at ? at + 3 : url;
    slash = strchr(at, '/');
    colon = memchr(at, ':', slash ? (size_t)(slash - at) : strlen(at));
    g_snprintf(host, 256, "%.*s", (int)((colon ? colon : slash ? slash : at + strlen(at)) - at), at);
    g_snprintf(port, 8, "%d", colon ? atoi(colon + 1) : 80);
    *path = g_strdup(slash ? slash : "/");
    return host[0] && g_str_has_prefix(url, "wss://") == FALSE;
}

bool ws_connect(struct ws *w, const char *url)
{
    char host[256], port[8], *request;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int one = 1;

    w->fd = -1;
    w->in = g_byte_array_new();
    w->out = g_byte_array_new();
    w->message = g_byte_array_new();
    if (!parse_url(url, host, port, &w->path) || getaddrinfo(host, port, &hints, &found)) {
        w->closed = true;
        w->why = "not an address of the form ws://host:port/path";
        return false;
    }
    w->fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    w->watch = (struct watch){.ready = ready, .arg = w};
    if (w->fd < 0 || (connect(w->fd, found->ai_addr, found->ai_addrlen) && errno != EINPROGRESS) ||
        !watch_add(&w->watch, w->fd, true)) {
        freeaddrinfo(found);
        fail(w, strerror(errno));
        return false;
    }
    freeaddrinfo(found);
    setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: Y2FyZGVhLWxvYWQgY2xpZQ==\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Protocol: janus-protocol\r\n\r\n",
                              w->path, host, port);
    g_byte_array_append(w->out, (const guint8 *)request, (guint)strlen(request));
    g_free(request);
    return true;
}

void ws_close(struct ws *w)
{
    if (!w->in)
        return;
    if (!w->closed)
        put_frame(w, CLOSE, "\x03\xe8", 2);
    fail(w, "closed");
    g_byte_array_unref(w->in);
    g_byte_array_unref(w->out);
    g_byte_array_unref(w->message);
    g_free(w->path);
    w->in = NULL;
}
