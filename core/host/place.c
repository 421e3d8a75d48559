/* SPDX-License-Identifier: Apache-2.0 */
#include "host/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

#define BACKLOG 1024

static void at_v4(struct gw_place *p, const void *address, unsigned port)
{
    struct sockaddr_in *a = (struct sockaddr_in *)&p->address;

    memset(p, 0, sizeof(*p));
    a->sin_family = AF_INET;
    a->sin_port = htons((uint16_t)port);
    memcpy(&a->sin_addr, address, sizeof(a->sin_addr));
    p->len = sizeof(*a);
}

static void at_v6(struct gw_place *p, const void *address, uint32_t scope, unsigned port)
{
    struct sockaddr_in6 *a = (struct sockaddr_in6 *)&p->address;

    memset(p, 0, sizeof(*p));
    a->sin6_family = AF_INET6;
    a->sin6_port = htons((uint16_t)port);
    a->sin6_scope_id = scope;
    memcpy(&a->sin6_addr, address, sizeof(a->sin6_addr));
    p->len = sizeof(*a);
}

static bool at_address(struct gw_place *p, const char *text, unsigned port)
{
    struct in6_addr a;

    if (inet_pton(AF_INET, text, &a) == 1)
        return at_v4(p, &a, port), true;
    if (inet_pton(AF_INET6, text, &a) == 1)
        return at_v6(p, &a, 0, port), true;
    return false;
}

/* The first IPv4 address of the interface, else its first IPv6 address. */
static bool at_interface(struct gw_place *p, const char *name, unsigned port)
{
    struct ifaddrs *all;
    int family = 0;

    if (getifaddrs(&all))
        return false;
    for (const struct ifaddrs *i = all; i && family != AF_INET; i = i->ifa_next) {
        if (!i->ifa_addr || strcmp(i->ifa_name, name) != 0)
            continue;
        if (i->ifa_addr->sa_family == AF_INET) {
            at_v4(p, &((const struct sockaddr_in *)i->ifa_addr)->sin_addr, port);
            family = AF_INET;
        } else if (i->ifa_addr->sa_family == AF_INET6 && !family) {
            const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)i->ifa_addr;

            at_v6(p, &a->sin6_addr, a->sin6_scope_id, port);
            family = AF_INET6;
        }
    }
    freeifaddrs(all);
    return family != 0;
}

static bool at_path(struct gw_place *p, const char *path)
{
    struct sockaddr_un *a = (struct sockaddr_un *)&p->address;

    memset(p, 0, sizeof(*p));
    if (!*path || strlen(path) >= sizeof(a->sun_path))
        return false;
    a->sun_family = AF_UNIX;
    memcpy(a->sun_path, path, strlen(path) + 1);
    p->len = sizeof(*a);
    return true;
}

/* Everywhere: what remembers the port until we know which family there is. */
static void at_any(struct gw_place *p, unsigned port)
{
    at_v6(p, &in6addr_any, 0, port);
}

int gw_place_read(struct gw_place *out, const struct cardea_listen *c, char *why, size_t why_len)
{
    const char *wanted = c->interface ? c->interface : c->ip;

    if (c->path && !at_path(out, c->path))
        snprintf(why, why_len, "%s is no path for a socket: too long, or empty", c->path);
    else if (!c->path && c->interface && !at_address(out, c->interface, c->port) &&
             !at_interface(out, c->interface, c->port))
        snprintf(why, why_len, "there is no interface %s with an address", c->interface);
    else if (!c->path && !c->interface && c->ip && !at_address(out, c->ip, c->port))
        snprintf(why, why_len, "%s is not a numeric address", c->ip);
    else {
        if (!c->path && !wanted)
            at_any(out, c->port);
        return 0;
    }
    return GW_EINVAL;
}

/* Any other file is left alone: bind() will say that it is in the way. */
static void remove_old_socket(const char *path)
{
    struct stat st;

    if (!lstat(path, &st) && S_ISSOCK(st.st_mode))
        unlink(path);
}

static int try_open(const struct gw_place *p)
{
    int family = p->address.ss_family, fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1, off = 0, err;

    if (fd < 0)
        return -1;
    if (family == AF_UNIX)
        remove_old_socket(((const struct sockaddr_un *)&p->address)->sun_path);
    else
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (!bind(fd, (const struct sockaddr *)&p->address, p->len) && !listen(fd, BACKLOG))
        return fd;
    err = errno;
    close(fd);
    errno = err;
    return -1;
}

static bool is_any(const struct gw_place *p)
{
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&p->address;

    return p->address.ss_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr);
}

int gw_place_open(const struct gw_place *p)
{
    int fd = try_open(p);
    struct gw_place four;

    if (fd >= 0 || !is_any(p) || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
        return fd;
    at_v4(&four, &(struct in_addr){htonl(INADDR_ANY)}, ntohs(((const struct sockaddr_in6 *)&p->address)->sin6_port));
    return try_open(&four); /* a host without IPv6 */
}

/* --- whose socket is this? ---------------------------------------------------------------------------------------- */

static bool same_port(in_port_t wanted, in_port_t is)
{
    return !wanted || wanted == is;
}

bool gw_place_is_of(const struct gw_place *p, int fd)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof(own);
    int listens = 0;
    socklen_t listens_len = sizeof(listens);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_len) || !listens ||
        getsockname(fd, (struct sockaddr *)&own, &len))
        return false;
    if (own.ss_family == AF_INET && is_any(p)) {
        const struct sockaddr_in *is = (struct sockaddr_in *)&own;

        return is->sin_addr.s_addr == htonl(INADDR_ANY) &&
               same_port(((const struct sockaddr_in6 *)&p->address)->sin6_port, is->sin_port);
    }
    if (own.ss_family != p->address.ss_family)
        return false;
    if (own.ss_family == AF_UNIX)
        return !strcmp(((struct sockaddr_un *)&own)->sun_path, ((const struct sockaddr_un *)&p->address)->sun_path);
    if (own.ss_family == AF_INET) {
        const struct sockaddr_in *is = (struct sockaddr_in *)&own, *wanted = (const struct sockaddr_in *)&p->address;

        return is->sin_addr.s_addr == wanted->sin_addr.s_addr && same_port(wanted->sin_port, is->sin_port);
    }
    if (own.ss_family == AF_INET6) {
        const struct sockaddr_in6 *is = (struct sockaddr_in6 *)&own, *wanted = (const struct sockaddr_in6 *)&p->address;

        return !memcmp(&is->sin6_addr, &wanted->sin6_addr, sizeof(is->sin6_addr)) &&
               same_port(wanted->sin6_port, is->sin6_port);
    }
    return false;
}

unsigned gw_place_port(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof(a);

    if (getsockname(fd, (struct sockaddr *)&a, &len))
        return 0;
    if (a.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&a)->sin_port);
    return a.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&a)->sin6_port) : 0;
}
