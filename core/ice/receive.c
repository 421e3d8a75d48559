/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams in: recvmmsg straight into packets of the pool. A packet that turned out to hold STUN, or nothing of use,
 * is used again. When the pool is empty we still read, into scratch memory, so that checks are answered and media is
 * dropped by us, counted, instead of by the kernel.
 *
 * UDP_GRO stays off: it would hand over many datagrams in one buffer and so cost a copy each, and what browsers send
 * comes in runs of two or three.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/err.h"
#include "ice/frame.h"
#include "ice/lite.h"

#define BATCH   64
#define ROUNDS  8 /* of BATCH, in one turn */
#define SCRATCH 16
#define CONTROL (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo)))

struct gw_receive {
    struct gw_packet *packets[BATCH]; /* NULL: was handed on */
    struct mmsghdr msgs[BATCH];
    struct iovec iov[BATCH];
    union gw_sockaddr from[BATCH];
    _Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL];
    uint8_t scratch[SCRATCH][GW_FRAME_MAX];
    int room, used; /* places with a packet; places the last call has written to */
};

int gw_receive_new(struct gw_receive **out)
{
    *out = calloc(1, sizeof(**out));
    return *out ? 0 : GW_ENOMEM;
}

void gw_receive_free(struct gw_receive *r)
{
    if (!r)
        return;
    for (int i = 0; i < BATCH; i++)
        gw_packet_unref(r->packets[i]);
    free(r);
}

static void prepare(struct gw_receive *r, int i, uint8_t *to)
{
    struct msghdr *h = &r->msgs[i].msg_hdr;

    r->iov[i] = (struct iovec){.iov_base = to, .iov_len = GW_FRAME_MAX};
    *h = (struct msghdr){.msg_name = &r->from[i], .msg_iov = &r->iov[i], .msg_iovlen = 1};
    h->msg_namelen = sizeof(r->from[i]);
    h->msg_control = r->control[i];
    h->msg_controllen = CONTROL;
}

/*
 * Makes places 0 … room - 1 ready for a call and returns that number. After a call only the `used` first ones need
 * work; where the pool has no packet for one, a packet from the end of the row takes its place.
 */
static int prepare_all(struct gw_lite *l, struct gw_receive *r)
{
    for (int i = 0; i < r->used && i < r->room; i++) {
        if (!r->packets[i])
            r->packets[i] = gw_packet_take(l->io.pool);
        if (!r->packets[i]) {
            while (--r->room > i && !r->packets[r->room])
                ;
            if (r->room <= i) {
                r->room = i;
                break;
            }
            r->packets[i] = r->packets[r->room];
            r->packets[r->room] = NULL;
        }
        prepare(r, i, r->packets[i]->data);
    }
    r->used = 0;
    while (r->room < BATCH && (r->packets[r->room] = gw_packet_take(l->io.pool))) {
        prepare(r, r->room, r->packets[r->room]->data);
        r->room++;
    }
    if (r->room)
        return r->room;
    for (int i = 0; i < SCRATCH; i++)
        prepare(r, i, r->scratch[i]);
    return SCRATCH;
}

static void local_address(struct gw_address *out, struct msghdr *h)
{
    memset(out, 0, sizeof(*out));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof(info));
            *out = gw_address_make(info.ipi6_addr.s6_addr, true, 0);
            if (gw_address_is_linklocal(out))
                out->scope = info.ipi6_ifindex;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof(info));
            *out = gw_address_make((const uint8_t *)&info.ipi_spec_dst, false, 0);
        }
    }
}

static void hand_on(struct gw_ice *ice, struct gw_packet *pkt, size_t len, int64_t now_us)
{
    pkt->len = (uint16_t)len;
    pkt->arrival_us = now_us;
    ice->last_seen_us = now_us;
    ice->io->events.packet(ice->peer, pkt, now_us);
}

/* RFC 7983: DTLS, or RTP and RTCP. */
static bool is_for_peer(uint8_t first)
{
    return (first >= 20 && first <= 63) || (first >= 128 && first <= 191);
}

/* What is not for a peer is dealt with here: true. */
static bool taken(struct gw_lite *l, const uint8_t *data, size_t len, const struct gw_origin *from, int64_t now_us)
{
    gw_count(&l->io.stats.in_packets);
    gw_count_add(&l->io.stats.in_bytes, len);
    if (!len)
        return true;
    if (is_for_peer(data[0]))
        return false;
    if (data[0] > 3)
        gw_count(&l->io.stats.drop_not_demuxed);
    else
        gw_lite_stun(l, data, len, from, now_us);
    return true;
}

static void handle(struct gw_lite *l, struct gw_receive *r, int i, int64_t now_us)
{
    struct gw_origin from = {.conn = NULL};
    struct msghdr *h = &r->msgs[i].msg_hdr;
    size_t len = r->msgs[i].msg_len;
    struct gw_packet *pkt = r->packets[i];
    struct gw_table_key key;
    struct gw_ice *ice;

    if (h->msg_flags & MSG_TRUNC) {
        gw_count(&l->io.stats.drop_too_large);
        return;
    }
    if (!gw_address_from_sockaddr(&from.remote, &r->from[i].sa, h->msg_namelen))
        return;
    local_address(&from.local, h);
    if (taken(l, r->iov[i].iov_base, len, &from, now_us))
        return;
    key = gw_table_key(&from.remote, sizeof(from.remote));
    ice = gw_table_get(l->by_address, &key);
    if (!ice) {
        gw_count(&l->io.stats.drop_unknown_address);
    } else if (!pkt) {
        gw_count(&l->io.stats.drop_no_buffer);
    } else {
        r->packets[i] = NULL;
        hand_on(ice, pkt, len, now_us);
    }
}

void gw_lite_readable(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_lite *l = arg;
    struct gw_receive *r = l->receive;

    l->io.now_us = now_us;
    for (int round = 0; round < ROUNDS; round++) {
        int room = prepare_all(l, r);
        int n = recvmmsg(l->socket.udp, r->msgs, (unsigned)room, MSG_DONTWAIT, NULL);

        r->used = n > 0 ? n : 0;
        for (int i = 0; i < n; i++)
            handle(l, r, i, now_us);
        if (n < room)
            break;
    }
}

void gw_lite_frame(struct gw_lite *l, struct gw_tcp_conn *conn, uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_origin from = {.remote = conn->remote, .local = conn->local, .conn = conn};
    struct gw_packet *pkt;
    struct gw_ice *ice;

    l->io.now_us = now_us;
    if (taken(l, data, len, &from, now_us))
        return;
    ice = conn->owner;
    if (!ice || ice->dead) {
        gw_count(&l->io.stats.drop_unknown_address);
        return;
    }
    pkt = gw_packet_take(l->io.pool);
    if (!pkt) {
        gw_count(&l->io.stats.drop_no_buffer);
        return;
    }
    memcpy(pkt->data, data, len);
    hand_on(ice, pkt, len, now_us);
}
