/* SPDX-License-Identifier: Apache-2.0 */
/* A blocking HTTP/1.1 client for one connection: as much as the API needs. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define REPLY_ROOM (1 << 20)

int http_parse(struct http *h, const char *url)
{
    *h = (struct http){.fd = -1, .port = 80};
    return sscanf(url, "http://%63[^:/]:%d%63s", h->host, &h->port, h->path) >= 2 ? 0 : -1;
}

void http_close(struct http *h)
{
    if (h->fd >= 0)
        close(h->fd);
    h->fd = -1;
}

static bool http_connect(struct http *h)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->port)};
    struct timeval wait = {.tv_sec = 40};

    if (inet_pton(AF_INET, !strcmp(h->host, "localhost") ? "127.0.0.1" : h->host, &a.sin_addr) != 1)
        return false;
    h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    return !connect(h->fd, (struct sockaddr *)&a, sizeof(a));
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Joins the chunks of a chunked body in place. */
static size_t dechunk(char *body)
{
    char *in = body, *out = body;

    for (;;) {
        char *end;
        size_t n = strtoul(in, &end, 16);

        in = strstr(end, "\r\n");
        if (!n || !in)
            break;
        memmove(out, in + 2, n);
        out += n;
        in += 2 + n + 2;
    }
    *out = 0;
    return (size_t)(out - body);
}

/* Reads one response into buf; returns its body, or NULL. */
static char *read_reply(int fd, char *buf)
{
    size_t have = 0, want = 0;
    char *body = NULL;
    bool chunked = false;

    while (have < REPLY_ROOM - 1) {
        ssize_t n = recv(fd, buf + have, REPLY_ROOM - 1 - have, 0);

        if (n <= 0)
            return NULL;
        have += (size_t)n;
        buf[have] = 0;
        if (!body && (body = strstr(buf, "\r\n\r\n"))) {
            const char *length = strcasestr(buf, "\r\ncontent-length:");

            body += 4;
            chunked = strcasestr(buf, "\r\ntransfer-encoding: chunked") != NULL;
            want = length && length < body ? strtoul(length + 17, NULL, 10) : 0;
        }
        if (body && !chunked && have - (size_t)(body - buf) >= want)
            return body;
        if (body && chunked && !strcmp(buf + have - 5, "0\r\n\r\n")) {
            dechunk(body);
            return body;
        }
    }
    return NULL;
}

static json_t *exchange(struct http *h, const char *request, size_t len)
{
    static char buf[REPLY_ROOM];
    char *body;

    if (h->fd < 0 && !http_connect(h)) {
        fprintf(stderr, "no answer from %s:%d: %s\n", h->host, h->port, strerror(errno));
        return NULL;
    }
    if (!send_all(h->fd, request, len) || !(body = read_reply(h->fd, buf))) {
        http_close(h);
        return NULL;
    }
    return json_loads(body, 0, NULL);
}

json_t *http_ask(struct http *h, const char *suffix, json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL, *request;
    json_t *reply = NULL;
    int len;

    json_decref(body);
    len = asprintf(&request,
                   "%s %s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   text ? "POST" : "GET", h->path, suffix, h->host, text ? strlen(text) : 0, text ? text : "");
    for (int tries = 0; tries < 2 && len > 0 && !reply; tries++)
        reply = exchange(h, request, (size_t)len);
    free(text);
    free(request);
    return reply;
}
