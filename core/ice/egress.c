/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/egress.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "log/log.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SOL_UDP
#define SOL_UDP 17
#endif

#define RUNS_MAX     512
#define BATCH        64
#define RUN_COUNT    64    /* UDP_MAX_SEGMENTS of older kernels */
#define RUN_BYTES    65000 /* an IP packet with its headers must stay below 65536 */
#define SAFE_SEGMENT 1232  /* fits every path that IPv6 may take */
#define CONTROL      (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)))

struct gw_egress {
    /* given at creation */
    size_t cap;
    struct gw_ice_stats *stats; /* borrowed */
    /* owned */
    uint8_t *arena;
    struct gw_run *runs;
    /* state */
    size_t head, n_runs;
    bool plain;
    /* for one call */
    struct mmsghdr msgs[BATCH];
    struct iovec iov[BATCH];
    _Alignas(struct cmsghdr) uint8_t control[BATCH][CONTROL];
};

int gw_egress_new(struct gw_egress **out, size_t arena, bool plain, struct gw_ice_stats *stats)
{
    struct gw_egress *e = calloc(1, sizeof(*e));

    if (!e)
        return GW_ENOMEM;
    e->cap = arena;
    e->plain = plain;
    e->stats = stats;
    e->arena = malloc(arena);
    e->runs = malloc(RUNS_MAX * sizeof(*e->runs));
    if (!e->arena || !e->runs) {
        gw_egress_free(e);
        return GW_ENOMEM;
    }
    *out = e;
    return 0;
}

void gw_egress_free(struct gw_egress *e)
{
    if (!e)
        return;
    free(e->arena);
    free(e->runs);
    free(e);
}

bool gw_egress_is_plain(const struct gw_egress *e)
{
    return e->plain;
}

/* --- filling ------------------------------------------------------------------------------------------------------ */

uint8_t *gw_egress_reserve(struct gw_egress *e, const struct gw_route *route, size_t cap)
{
    size_t before = route->framed ? 2 : 0;

    if (e->n_runs == RUNS_MAX || cap + before > e->cap - e->head)
        return NULL;
    return e->arena + e->head + before;
}

static bool joins(const struct gw_run *r, const void *owner, uint32_t version, size_t len)
{
    if (!owner || r->owner != owner || r->version != version || r->ended)
        return false;
    if (r->bytes + len >= RUN_BYTES)
        return false;
    return r->route.framed || (r->count < RUN_COUNT && len <= r->size);
}

void gw_egress_commit(struct gw_egress *e, const struct gw_route *route, const void *owner, uint32_t version,
                      size_t len)
{
    struct gw_run *r = e->n_runs ? &e->runs[e->n_runs - 1] : NULL;

    if (!len)
        return;
    if (route->framed) {
        gw_put_u16(e->arena + e->head, (uint16_t)len);
        len += 2;
    }
    if (!r || !joins(r, owner, version, len)) {
        r = &e->runs[e->n_runs++];
        *r = (struct gw_run){
            .route = *route, .owner = owner, .version = version, .offset = (uint32_t)e->head, .size = (uint16_t)len};
    }
    r->ended = len < r->size && !route->framed;
    r->bytes += (uint32_t)len;
    r->count++;
    e->head += len;
}

bool gw_run_next(const struct gw_run *run, const uint8_t *data, size_t *at, const uint8_t **datagram, size_t *len)
{
    size_t left = run->bytes - *at;

    if (!left)
        return false;
    *datagram = data + *at;
    *len = left < run->size ? left : run->size;
    if (run->route.framed) {
        *len = (size_t)(data[*at] << 8 | data[*at + 1]);
        *datagram += 2;
        *at += 2;
    }
    *at += *len;
    return true;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void *add_control(struct msghdr *h, size_t *used, int level, int type, size_t len)
{
    struct cmsghdr *c = (struct cmsghdr *)((uint8_t *)h->msg_control + *used);

    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(len);
    *used += CMSG_SPACE(len);
    return CMSG_DATA(c);
}

static void add_source(struct msghdr *h, size_t *used, const struct gw_route *route)
{
    if (route->to.sa.sa_family == AF_INET) {
        struct in_pktinfo info = {0};

        memcpy(&info.ipi_spec_dst, route->from.ip + 12, 4);
        memcpy(add_control(h, used, IPPROTO_IP, IP_PKTINFO, sizeof(info)), &info, sizeof(info));
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = route->from.scope};

        memcpy(&info.ipi6_addr, route->from.ip, 16);
        memcpy(add_control(h, used, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info)), &info, sizeof(info));
    }
}

/* Message i of the batch: len bytes at data, cut by the kernel into datagrams of `segment` bytes unless that is 0. */
static void prepare(struct gw_egress *e, size_t i, const struct gw_route *route, const uint8_t *data, size_t len,
                    uint16_t segment)
{
    struct msghdr *h = &e->msgs[i].msg_hdr;
    size_t used = 0;

    memset(e->control[i], 0, CONTROL);
    e->iov[i] = (struct iovec){.iov_base = (void *)data, .iov_len = len};
    *h = (struct msghdr){.msg_name = (void *)&route->to,
                         .msg_namelen = route->to_len,
                         .msg_iov = &e->iov[i],
                         .msg_iovlen = 1,
                         .msg_control = e->control[i]};
    if (!gw_address_is_none(&route->from))
        add_source(h, &used, route);
    if (segment)
        memcpy(add_control(h, &used, SOL_UDP, UDP_SEGMENT, sizeof(segment)), &segment, sizeof(segment));
    h->msg_controllen = used;
    if (!used)
        h->msg_control = NULL;
}

static void sent(struct gw_egress *e, size_t count, size_t bytes)
{
    gw_count_add(&e->stats->out_packets, count);
    gw_count_add(&e->stats->out_bytes, bytes);
}

static void not_sent(struct gw_egress *e, size_t count, int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS)
        gw_count_add(&e->stats->drop_send_full, count);
    else
        gw_count_add(&e->stats->drop_send_error, count);
}

/* One run without UDP_SEGMENT. Returns the error of the last datagram that did not leave, or 0. */
static int send_plain(struct gw_egress *e, const struct gw_run *run)
{
    const uint8_t *datagram;
    size_t at = 0, len;
    int error = 0;

    while (gw_run_next(run, e->arena + run->offset, &at, &datagram, &len)) {
        ssize_t n;

        prepare(e, 0, &run->route, datagram, len, 0);
        do {
            n = sendmsg(run->route.fd, &e->msgs[0].msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
        } while (n < 0 && errno == EINTR);
        gw_count(&e->stats->out_calls);
        if (n >= 0) {
            sent(e, 1, len);
        } else {
            error = errno;
            not_sent(e, 1, error);
        }
    }
    return error;
}

/*
 * The kernel or the device refused a run. When its datagrams leave one by one, UDP_SEGMENT was the reason: for large
 * ones perhaps only because they exceed this path's MTU, otherwise for good.
 */
static void give_up_segments(struct gw_egress *e, const struct gw_run *run, int error)
{
    if (send_plain(e, run) || run->size > SAFE_SEGMENT || e->plain)
        return;
    e->plain = true;
    gw_warn("Sending without UDP segmentation from now on: the system refused it (%s)", strerror(error));
}

static bool is_segment_error(int error)
{
    return error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP || error == ENOPROTOOPT;
}

static size_t datagrams(const struct gw_run *runs, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += runs[i].count;
    return count;
}

static void prepare_runs(struct gw_egress *e, const struct gw_run *runs, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++)
        prepare(e, i, &runs[i].route, e->arena + runs[i].offset, runs[i].bytes, runs[i].count > 1 ? runs[i].size : 0);
}

/* n <= BATCH runs of one descriptor. */
static void send_runs(struct gw_egress *e, const struct gw_run *runs, size_t n)
{
    size_t done = 0;

    prepare_runs(e, runs, 0, n);
    while (done < n) {
        int k = sendmmsg(runs[0].route.fd, e->msgs + done, (unsigned)(n - done), MSG_DONTWAIT | MSG_NOSIGNAL);
        int error = errno;

        gw_count(&e->stats->out_calls);
        if (k > 0) {
            for (int i = 0; i < k; i++)
                sent(e, runs[done + (size_t)i].count, runs[done + (size_t)i].bytes);
            done += (size_t)k;
        } else if (k < 0 && error == EINTR) {
            continue;
        } else if (error == EAGAIN || error == EWOULDBLOCK) { /* the socket is full: what is late is of no use */
            not_sent(e, datagrams(runs + done, n - done), error);
            return;
        } else {
            if (runs[done].count > 1 && is_segment_error(error)) {
                give_up_segments(e, &runs[done], error);
                prepare_runs(e, runs, done + 1, n); /* send_plain() used the first place */
            } else {
                not_sent(e, runs[done].count, error);
            }
            done++;
        }
    }
}

void gw_egress_flush(struct gw_egress *e, gw_send_run *own, void *arg)
{
    size_t i = 0, n;

    while (i < e->n_runs) {
        const struct gw_run *r = &e->runs[i];

        n = 1;
        gw_count(&e->stats->out_runs);
        if (r->route.kind == GW_ROUTE_OWN) {
            own(arg, r, e->arena + r->offset);
        } else if (e->plain && r->count > 1) {
            send_plain(e, r);
        } else {
            while (n < BATCH && i + n < e->n_runs && r[n].route.kind == GW_ROUTE_UDP && r[n].route.fd == r->route.fd &&
                   (!e->plain || r[n].count == 1))
                n++;
            gw_count_add(&e->stats->out_runs, n - 1);
            send_runs(e, r, n);
        }
        i += n;
    }
    e->n_runs = 0;
    e->head = 0;
}
