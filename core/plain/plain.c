/* SPDX-License-Identifier: Apache-2.0 */
#include "plain/plain.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/err.h"
#include "ice/egress.h"
#include "ice/socket.h"
#include "plain/socket.h"

#define ARENA  (512 * 1024)
#define BATCH  32
#define ROUNDS 4 /* of BATCH, one socket in one turn */

struct gw_plain_port {
    struct gw_plain *io;
    int fd, family;
    gw_plain_packet_fn *fn;
    void *owner;
    struct gw_plain_port *next, **link;
};

struct gw_plain {
    /* given at creation */
    uint8_t dscp;
    void (*before_flush)(void *arg);
    void *before_flush_arg;
    /* borrowed */
    struct gw_loop *loop;
    struct gw_packet_pool *pool;
    /* owned */
    struct gw_egress *egress; /* made with the first port */
    struct gw_plain_port *ports, *sender;
    /* state */
    struct gw_plain_port *busy; /* being read; NULL: it was removed meanwhile */
    struct gw_packet *packets[BATCH];
    struct mmsghdr msgs[BATCH];
    struct iovec iov[BATCH];
    union gw_sockaddr from[BATCH];
    /* counters */
    struct gw_plain_stats stats;
    struct gw_ice_stats egress_stats; /* what the arena counts */
};

static void count(_Atomic uint64_t *c, uint64_t n)
{
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + n, memory_order_relaxed);
}

int gw_plain_new(struct gw_plain **out, struct gw_loop *loop, struct gw_packet_pool *pool, uint8_t dscp)
{
    struct gw_plain *p = calloc(1, sizeof(*p));

    if (!p)
        return GW_ENOMEM;
    p->loop = loop;
    p->pool = pool;
    p->dscp = dscp;
    *out = p;
    return 0;
}

void gw_plain_free(struct gw_plain *p)
{
    if (!p)
        return;
    while (p->ports)
        gw_plain_remove(p->ports);
    gw_egress_free(p->egress);
    free(p);
}

void gw_plain_before_flush(struct gw_plain *p, void (*fn)(void *arg), void *arg)
{
    p->before_flush = fn;
    p->before_flush_arg = arg;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

static unsigned prepare(struct gw_plain *p)
{
    unsigned n = 0;

    while (n < BATCH && (p->packets[n] = gw_packet_take(p->pool))) {
        struct msghdr *h = &p->msgs[n].msg_hdr;

        p->iov[n] = (struct iovec){.iov_base = p->packets[n]->data, .iov_len = GW_PACKET_ROOM};
        *h = (struct msghdr){.msg_name = &p->from[n], .msg_iov = &p->iov[n], .msg_iovlen = 1};
        h->msg_namelen = sizeof(p->from[n]);
        n++;
    }
    return n;
}

/* Without a buffer: read into nothing, so that the socket does not stay readable. */
static void discard(struct gw_plain_port *port)
{
    uint8_t nothing[1];

    for (unsigned i = 0; i < BATCH && recv(port->fd, nothing, sizeof(nothing), MSG_DONTWAIT) >= 0; i++)
        count(&port->io->stats.drop_no_buffer, 1);
}

static void hand_on(struct gw_plain_port *port, unsigned i, int64_t now_us)
{
    struct gw_plain *p = port->io;
    struct gw_packet *pkt = p->packets[i];
    const struct msghdr *h = &p->msgs[i].msg_hdr;
    struct gw_address from;

    count(&p->stats.in_packets, 1);
    count(&p->stats.in_bytes, p->msgs[i].msg_len);
    if ((h->msg_flags & MSG_TRUNC) || !gw_address_from_sockaddr(&from, &p->from[i].sa, h->msg_namelen)) {
        count(&p->stats.drop_too_large, 1);
        gw_packet_unref(pkt);
        return;
    }
    pkt->len = (uint16_t)p->msgs[i].msg_len;
    pkt->arrival_us = now_us;
    port->fn(port->owner, pkt, &from, now_us);
}

static void readable(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_plain_port *port = arg;
    struct gw_plain *p = port->io;
    bool more = true;

    p->busy = port;
    for (unsigned round = 0; p->busy && more && round < ROUNDS; round++) {
        unsigned room = prepare(p);
        int n = room ? recvmmsg(port->fd, p->msgs, room, MSG_DONTWAIT, NULL) : 0;

        for (unsigned i = 0; i < room; i++) {
            if ((int)i < n && p->busy)
                hand_on(port, i, now_us);
            else
                gw_packet_unref(p->packets[i]);
        }
        if (!room && p->busy)
            discard(port);
        more = n > 0 && (unsigned)n == room;
    }
    p->busy = NULL;
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

int gw_plain_add(struct gw_plain_port **out, struct gw_plain *p, int fd, gw_plain_packet_fn *fn, void *owner)
{
    struct gw_plain_port *port = calloc(1, sizeof(*port));
    int err = port ? 0 : GW_ENOMEM;

    if (!err && !p->egress)
        err = gw_egress_new(&p->egress, ARENA, false, &p->egress_stats);
    if (!err && fn)
        err = gw_loop_add(p->loop, fd, EPOLLIN, readable, port);
    if (err) {
        free(port);
        close(fd);
        return err;
    }
    *port = (struct gw_plain_port){.io = p, .fd = fd, .family = gw_plain_family(fd), .fn = fn, .owner = owner};
    gw_ice_socket_mark(fd, port->family, p->dscp);
    port->next = p->ports;
    port->link = &p->ports;
    if (p->ports)
        p->ports->link = &port->next;
    p->ports = port;
    *out = port;
    return 0;
}

void gw_plain_remove(struct gw_plain_port *port)
{
    struct gw_plain *p;

    if (!port)
        return;
    p = port->io;
    gw_plain_flush(p);
    if (port->fn)
        gw_loop_remove(p->loop, port->fd);
    close(port->fd);
    *port->link = port->next;
    if (port->next)
        port->next->link = port->link;
    if (p->busy == port)
        p->busy = NULL;
    if (p->sender == port)
        p->sender = NULL;
    free(port);
}

struct gw_plain_port *gw_plain_sender(struct gw_plain *p)
{
    struct gw_address bound;
    int fd;

    if (!p->sender && !gw_plain_open(&fd, &bound, &(struct gw_plain_place){0}))
        gw_plain_add(&p->sender, p, fd, NULL, NULL);
    return p->sender;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void send_own(void *arg, const struct gw_run *run, const uint8_t *data)
{
}

void gw_plain_flush(struct gw_plain *p)
{
    uint64_t refused = p->egress_stats.drop_send_full + p->egress_stats.drop_send_error;

    if (!p->egress)
        return;
    if (p->before_flush)
        p->before_flush(p->before_flush_arg);
    gw_egress_flush(p->egress, send_own, p);
    count(&p->stats.drop_send, p->egress_stats.drop_send_full + p->egress_stats.drop_send_error - refused);
}

static bool route_of(const struct gw_plain_port *port, const struct gw_address *to, struct gw_route *route)
{
    *route = (struct gw_route){.kind = GW_ROUTE_UDP, .fd = port->fd};
    route->to_len = gw_address_to_sockaddr(to, port->family, &route->to);
    return route->to_len;
}

uint8_t *gw_plain_reserve(struct gw_plain_port *port, const struct gw_address *to, size_t cap)
{
    struct gw_plain *p = port->io;
    struct gw_route route;
    uint8_t *room;

    if (!route_of(port, to, &route)) {
        count(&p->stats.drop_send, 1);
        return NULL;
    }
    room = gw_egress_reserve(p->egress, &route, cap);
    if (!room) {
        gw_plain_flush(p);
        room = gw_egress_reserve(p->egress, &route, cap);
    }
    if (!room)
        count(&p->stats.drop_send, 1);
    return room;
}

void gw_plain_commit(struct gw_plain_port *port, const struct gw_address *to, const void *owner, size_t len)
{
    struct gw_plain *p = port->io;
    struct gw_route route;

    route_of(port, to, &route);
    gw_egress_commit(p->egress, &route, owner, 0, len);
    count(&p->stats.out_packets, 1);
    count(&p->stats.out_bytes, len);
}

const struct gw_plain_stats *gw_plain_get_stats(const struct gw_plain *p)
{
    return &p->stats;
}
