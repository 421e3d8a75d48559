/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

#define RECEIVE_BUFFER (8 << 20)
#define SEND_BUFFER    (8 << 20)
#define BACKLOG        64
#define TRIES          16 /* to find a number that is free for both UDP and TCP */

static void set(int fd, int level, int name, int value)
{
    /* What a system refuses to tune, it goes without. */
    (void)setsockopt(fd, level, name, &value, sizeof(value));
}

static void set_buffers(int fd)
{
    int receive = RECEIVE_BUFFER, send = SEND_BUFFER;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive, sizeof(receive)) < 0)
        set(fd, SOL_SOCKET, SO_RCVBUF, receive);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &send, sizeof(send)) < 0)
        set(fd, SOL_SOCKET, SO_SNDBUF, send);
}

void gw_ice_socket_mark(int fd, int family, uint8_t dscp)
{
    if (!dscp)
        return;
    set(fd, IPPROTO_IP, IP_TOS, dscp << 2);
    if (family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
}

/* Bound to the wildcard address; -1 and errno. */
static int bound(int family, int type, uint16_t port)
{
    struct gw_address any = {.port = port};
    union gw_sockaddr u;
    socklen_t len;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), saved;

    if (fd < 0)
        return -1;
    if (family == AF_INET)
        any.ip[10] = any.ip[11] = 0xff;
    else
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (type == SOCK_STREAM)
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    len = gw_address_to_sockaddr(&any, family, &u);
    if (!bind(fd, &u.sa, len))
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static bool port_of(int fd, uint16_t *port)
{
    union gw_sockaddr u;
    socklen_t len = sizeof(u);
    struct gw_address a;

    if (getsockname(fd, &u.sa, &len) < 0 || !gw_address_from_sockaddr(&a, &u.sa, len))
        return false;
    *port = a.port;
    return true;
}

static int open_udp(struct gw_ice_socket *s, uint16_t port, bool ipv6)
{
    s->family = ipv6 ? AF_INET6 : AF_INET;
    s->udp = bound(s->family, SOCK_DGRAM, port);
    if (s->udp < 0 && ipv6 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)) {
        s->family = AF_INET;
        s->udp = bound(s->family, SOCK_DGRAM, port);
    }
    return s->udp >= 0 && port_of(s->udp, &s->port) ? 0 : GW_EIO;
}

static void explain(char *why, size_t why_len, const char *what, uint16_t port)
{
    int error = errno;

    if (error == EADDRINUSE)
        snprintf(why, why_len, "%s port %u is in use by another program: change media_port", what, port);
    else if (error == EACCES || error == EPERM)
        snprintf(why, why_len, "%s port %u is not allowed for this user: change media_port", what, port);
    else
        snprintf(why, why_len, "%s port %u (media_port) cannot be opened: %s", what, port, strerror(error));
}

int gw_ice_socket_open(struct gw_ice_socket *out, uint16_t port, bool tcp, bool ipv6, uint8_t dscp, char *why,
                       size_t why_len)
{
    struct gw_ice_socket s = {.udp = -1, .tcp = -1};

    for (int i = 0; i < TRIES; i++) {
        if (open_udp(&s, port, ipv6)) {
            explain(why, why_len, "UDP", port);
            gw_ice_socket_close(&s);
            return GW_EIO;
        }
        if (!tcp)
            break;
        s.tcp = bound(s.family, SOCK_STREAM, s.port);
        if (s.tcp >= 0 && !listen(s.tcp, BACKLOG))
            break;
        explain(why, why_len, "TCP", s.port);
        gw_ice_socket_close(&s);
        if (port)
            return GW_EIO;
    }
    if (s.udp < 0)
        return GW_EIO;
    set_buffers(s.udp);
    if (s.family == AF_INET6)
        set(s.udp, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    else
        set(s.udp, IPPROTO_IP, IP_PKTINFO, 1);
    gw_ice_socket_mark(s.udp, s.family, dscp);
    *out = s;
    if (why_len)
        why[0] = 0;
    return 0;
}

void gw_ice_socket_close(struct gw_ice_socket *s)
{
    if (s->udp >= 0)
        close(s->udp);
    if (s->tcp >= 0)
        close(s->tcp);
    s->udp = s->tcp = -1;
}
