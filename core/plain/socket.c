/* SPDX-License-Identifier: Apache-2.0 */
#include "plain/socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"

#define TRIES          256
#define RECEIVE_BUFFER (1 << 20)
#define SEND_BUFFER    (1 << 20)

static void set(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof(value)); /* what a system refuses to tune, it goes without */
}

int gw_plain_family(int fd)
{
    int family = AF_INET;
    socklen_t len = sizeof(family);

    (void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
    return family;
}

static bool parse(struct gw_address *out, const char *text)
{
    return gw_address_parse(out, text, strlen(text));
}

/* The first address of an interface, IPv4 before IPv6. */
static int interface_address(const char *name, struct gw_address *out)
{
    struct ifaddrs *all;
    bool found = false;

    if (parse(out, name))
        return 0;
    if (getifaddrs(&all))
        return GW_EIO;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        struct gw_address a;
        socklen_t len;

        if (!i->ifa_addr || strcmp(i->ifa_name, name) != 0)
            continue;
        len = i->ifa_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        if (!gw_address_from_sockaddr(&a, i->ifa_addr, len) || (found && !gw_address_is_v4(&a)))
            continue;
        *out = a;
        found = true;
        if (gw_address_is_v4(&a))
            break;
    }
    freeifaddrs(all);
    out->port = 0;
    return found ? 0 : GW_ENOENT;
}

static int bind_to(int fd, int family, struct gw_address *a, uint16_t port)
{
    union gw_sockaddr u;
    socklen_t len = sizeof(u);

    a->port = port;
    if (bind(fd, &u.sa, gw_address_to_sockaddr(a, family, &u)))
        return errno == EADDRINUSE ? GW_EAGAIN : GW_EIO;
    if (getsockname(fd, &u.sa, &len))
        return GW_EIO;
    if (u.sa.sa_family == AF_INET)
        a->port = ntohs(u.in.sin_port);
    else
        a->port = ntohs(u.in6.sin6_port);
    return 0;
}

static int bind_somewhere(int fd, int family, struct gw_address *a, const struct gw_plain_place *w)
{
    uint32_t size = w->max >= w->min && w->min ? (uint32_t)w->max - w->min + 1 : 0;
    int err;

    if (w->port || !size) {
        err = bind_to(fd, family, a, w->port);
        return err == GW_EAGAIN ? GW_EIO : err;
    }
    for (unsigned i = 0; i < TRIES; i++) {
        err = bind_to(fd, family, a, (uint16_t)(w->min + g_random_int_range(0, (gint32)size)));
        if (err != GW_EAGAIN)
            return err;
    }
    return GW_ELIMIT;
}

static int join(int fd, const struct gw_address *group, const struct gw_address *local)
{
    struct ip_mreqn m = {0};

    memcpy(&m.imr_multiaddr, group->ip + 12, 4);
    if (local)
        memcpy(&m.imr_address, local->ip + 12, 4);
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)) ? GW_EIO : 0;
}

int gw_plain_open(int *out, struct gw_address *bound, const struct gw_plain_place *w)
{
    struct gw_address local = {0}, group;
    bool any = !w->address && !w->interface;
    int family, fd, err = 0;

    if (w->address && !parse(&local, w->address))
        return GW_EINVAL;
    if (w->interface)
        err = interface_address(w->interface, &local);
    if (err)
        return err;
    if (w->multicast && (!parse(&group, w->multicast) || !gw_address_is_v4(&group) || (group.ip[12] & 0xf0) != 0xe0 ||
                         (!any && !gw_address_is_v4(&local))))
        return GW_EINVAL;
    family = w->multicast || (!any && gw_address_is_v4(&local)) ? AF_INET : AF_INET6;
    fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && any) {
        family = AF_INET; /* a system without IPv6 */
        fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    }
    if (fd < 0)
        return GW_EIO;
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
    set(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
    if (any && family == AF_INET)
        local.ip[10] = local.ip[11] = 0xff;
    *bound = local;
    if (w->multicast) {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        *bound = group; /* so that nothing else arrives here */
    }
    err = bind_somewhere(fd, family, bound, w);
    if (!err && w->multicast)
        err = join(fd, &group, any ? NULL : &local);
    if (err) {
        close(fd);
        return err;
    }
    *out = fd;
    return 0;
}
