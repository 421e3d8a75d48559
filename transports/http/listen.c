/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: where to listen, and how those of clients are written. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

#define BACKLOG 1024

unsigned address_text(const struct sockaddr *a, char *out, size_t size)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

    out[0] = 0;
    if (a->sa_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, out, (socklen_t)size);
        return ntohs(v4->sin_port);
    }
    if (a->sa_family != AF_INET6)
        return 0;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out, (socklen_t)size);
    else
        inet_ntop(AF_INET6, &v6->sin6_addr, out, (socklen_t)size);
    return ntohs(v6->sin6_port);
}

struct place {
    struct sockaddr_storage a;
    socklen_t len;
};

static void place_v4(struct place *p, const void *address, int port)
{
    struct sockaddr_in *a = (struct sockaddr_in *)&p->a;

    memset(p, 0, sizeof(*p));
    a->sin_family = AF_INET;
    a->sin_port = htons((uint16_t)port);
    memcpy(&a->sin_addr, address, sizeof(a->sin_addr));
    p->len = sizeof(*a);
}

static void place_v6(struct place *p, const void *address, uint32_t scope, int port)
{
    struct sockaddr_in6 *a = (struct sockaddr_in6 *)&p->a;

    memset(p, 0, sizeof(*p));
    a->sin6_family = AF_INET6;
    a->sin6_port = htons((uint16_t)port);
    a->sin6_scope_id = scope;
    memcpy(&a->sin6_addr, address, sizeof(a->sin6_addr));
    p->len = sizeof(*a);
}

static bool place_of_address(struct place *p, const char *text, int port)
{
    struct in6_addr a;

    if (inet_pton(AF_INET, text, &a) == 1)
        return place_v4(p, &a, port), true;
    if (inet_pton(AF_INET6, text, &a) == 1)
        return place_v6(p, &a, 0, port), true;
    return false;
}

/* The first IPv4 address of the interface, else its first IPv6 address. */
static bool place_of_interface(struct place *p, const char *name, int port)
{
    struct ifaddrs *all;
    int family = 0;

    if (getifaddrs(&all))
        return false;
    for (const struct ifaddrs *i = all; i && family != AF_INET; i = i->ifa_next) {
        if (!i->ifa_addr || strcmp(i->ifa_name, name) != 0)
            continue;
        if (i->ifa_addr->sa_family == AF_INET) {
            place_v4(p, &((const struct sockaddr_in *)i->ifa_addr)->sin_addr, port);
            family = AF_INET;
        } else if (i->ifa_addr->sa_family == AF_INET6 && !family) {
            const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)i->ifa_addr;

            place_v6(p, &a->sin6_addr, a->sin6_scope_id, port);
            family = AF_INET6;
        }
    }
    freeifaddrs(all);
    return family != 0;
}

static int open_at(const struct place *p)
{
    int fd = socket(p->a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1, off = 0, err;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (p->a.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (!bind(fd, (const struct sockaddr *)&p->a, p->len) && !listen(fd, BACKLOG))
        return fd;
    err = errno;
    close(fd);
    errno = err;
    return -1;
}

int listen_at(const char *ip, const char *interface, int port)
{
    struct place p;
    int fd;

    if (interface) { /* stronger: ip may be a default */
        if (!place_of_address(&p, interface, port) && !place_of_interface(&p, interface, port))
            return errno = ENODEV, -1;
    } else if (ip) {
        if (!place_of_address(&p, ip, port))
            return errno = EADDRNOTAVAIL, -1;
    } else {
        place_v6(&p, &in6addr_any, 0, port);
        fd = open_at(&p);
        if (fd >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
            return fd;
        place_v4(&p, &(struct in_addr){htonl(INADDR_ANY)}, port); /* a host without IPv6 */
    }
    return open_at(&p);
}
