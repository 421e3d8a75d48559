/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <stun/stunagent.h>
#include <stun/usages/bind.h>

#include "base/err.h"
#include "loop/loop.h"

#define FIRST_US 250000 /* until the first repetition; twice that until the next, and so on */

static const uint16_t known[] = {STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_MAPPED_ADDRESS,
                                 STUN_ATTRIBUTE_ERROR_CODE, STUN_ATTRIBUTE_ALTERNATE_SERVER, 0};

static int open_socket(const struct addrinfo *to, uint16_t local_port, char *why, size_t why_len)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(local_port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(local_port)};
    bool is_v4 = to->ai_family == AF_INET;
    int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 &&
        !bind(fd, is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6, is_v4 ? sizeof(v4) : sizeof(v6)) &&
        !connect(fd, to->ai_addr, to->ai_addrlen))
        return fd;
    snprintf(why, why_len, "local UDP port %u cannot be used: %s", local_port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* One answer, or GW_EAGAIN: it is none for our request. */
static int read_answer(StunAgent *agent, struct gw_address *out, const uint8_t *data, size_t len)
{
    struct sockaddr_storage found, other;
    socklen_t found_len = sizeof(found), other_len = sizeof(other);
    StunMessage m;

    if (stun_agent_validate(agent, &m, data, len, NULL, NULL) != STUN_VALIDATION_SUCCESS)
        return GW_EAGAIN;
    if (stun_usage_bind_process(&m, (struct sockaddr *)&found, &found_len, (struct sockaddr *)&other, &other_len) !=
        STUN_USAGE_BIND_RETURN_SUCCESS)
        return GW_EAGAIN;
    return gw_address_from_sockaddr(out, (struct sockaddr *)&found, found_len) ? 0 : GW_EAGAIN;
}

static int ask(struct gw_address *out, int fd, int64_t patience_us)
{
    int64_t until = gw_now_us() + patience_us, again_us = FIRST_US, next = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint8_t request[STUN_MAX_MESSAGE_SIZE], answer[1500];
    StunAgent agent;
    StunMessage m;
    size_t len;

    stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389, 0);
    len = stun_usage_bind_create(&agent, &m, request, sizeof(request));
    for (int64_t now = gw_now_us(); len && now < until; now = gw_now_us()) {
        ssize_t n;

        if (now >= next) {
            send(fd, request, len, 0);
            next = now + again_us;
            again_us *= 2;
        }
        if (poll(&p, 1, (int)(((next < until ? next : until) - now) / 1000) + 1) <= 0)
            continue;
        n = recv(fd, answer, sizeof(answer), 0);
        if (n < 0 && errno == ECONNREFUSED)
            return GW_EIO;
        if (n > 0 && !read_answer(&agent, out, answer, (size_t)n))
            return 0;
    }
    return GW_EAGAIN;
}

int gw_ice_probe(struct gw_address *out, const char *host, uint16_t port, uint16_t local_port, int64_t patience_us,
                 char *why, size_t why_len)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
    char service[8];
    int err, fd;

    snprintf(service, sizeof(service), "%u", port);
    err = getaddrinfo(host, service, &hints, &list);
    if (err) {
        snprintf(why, why_len, "%s: %s", host, gai_strerror(err));
        return GW_EIO;
    }
    fd = open_socket(list, local_port, why, why_len);
    freeaddrinfo(list);
    if (fd < 0)
        return GW_EIO;
    err = ask(out, fd, patience_us);
    close(fd);
    if (err == GW_EIO)
        snprintf(why, why_len, "%s port %u: nobody listens there", host, port);
    else if (err)
        snprintf(why, why_len, "%s port %u does not answer", host, port);
    return err ? GW_EIO : 0;
}
