/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/err.h"
#include "ice/frame.h"
#include "ice/socket.h"

#define READS    8  /* of one connection in one turn */
#define ACCEPTS  16 /* in one turn */
#define PAUSE_US 1000000

struct conn {
    struct gw_tcp_conn pub; /* must stay first */
    struct gw_tcp *tcp;
    struct conn *next, **link; /* tcp->conns, or tcp->closed */
    int fd;                    /* -1: closed */
    int64_t since_us;
    bool reading;
    /* what the socket did not take */
    uint8_t *queue;
    size_t queued;
    struct gw_deframer in;
};

struct gw_tcp {
    /* given at creation */
    struct gw_loop *loop;
    int fd; /* borrowed */
    size_t max;
    uint8_t dscp;
    struct gw_tcp_events events;
    void *arg;
    struct gw_ice_stats *stats;
    /* owned */
    struct conn *conns, *closed;
    struct gw_timer timer; /* looks for strangers that stay silent */
    /* state */
    size_t count, strangers;
    bool paused;
};

static void close_conn(struct conn *c)
{
    struct gw_tcp *t = c->tcp;

    if (c->fd < 0)
        return;
    gw_loop_remove(t->loop, c->fd);
    close(c->fd);
    c->fd = -1;
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    c->next = t->closed;
    t->closed = c;
    t->count--;
    t->strangers -= !c->pub.owner;
}

static void lose(struct conn *c, bool deferred, int64_t now_us)
{
    struct gw_tcp *t = c->tcp;

    if (c->fd < 0)
        return;
    close_conn(c);
    if (c->pub.owner)
        t->events.closed(t->arg, &c->pub, deferred, now_us);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Whole frames of `frames` that fit behind what is queued. */
static void enqueue(struct conn *c, const uint8_t *frames, size_t len, size_t first)
{
    struct gw_tcp *t = c->tcp;
    size_t at = 0, n = first; /* first: what is left of a frame that has partly left; always fits */

    if (!c->queue)
        c->queue = malloc(GW_TCP_QUEUE);
    while (at < len) {
        if (!n)
            n = (size_t)(frames[at] << 8 | frames[at + 1]) + 2;
        if (!c->queue || c->queued + n > GW_TCP_QUEUE) {
            gw_count(&t->stats->drop_send_full);
            t->stats->out_packets--;
            t->stats->out_bytes -= n;
        } else {
            memcpy(c->queue + c->queued, frames + at, n);
            c->queued += n;
        }
        at += n;
        n = 0;
    }
    if (c->queued)
        gw_loop_change(t->loop, c->fd, EPOLLIN | EPOLLOUT);
}

/* How many bytes of the frame that byte `at` lies in are left from there; 0 at a frame's beginning. */
static size_t rest_of_frame(const uint8_t *frames, size_t at)
{
    size_t start = 0;

    while (start < at) {
        size_t n = (size_t)(frames[start] << 8 | frames[start + 1]) + 2;

        if (start + n > at)
            return start + n - at;
        start += n;
    }
    return 0;
}

void gw_tcp_send(struct gw_tcp *t, struct gw_tcp_conn *pub, const uint8_t *frames, size_t len, size_t count)
{
    struct conn *c = (struct conn *)pub;
    ssize_t n = 0;

    if (c->fd < 0) {
        gw_count_add(&t->stats->drop_no_path, count);
        return;
    }
    if (!c->queued) {
        n = send(c->fd, frames, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        gw_count(&t->stats->out_calls);
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            gw_count_add(&t->stats->drop_send_error, count);
            lose(c, true, gw_loop_now(t->loop));
            return;
        }
        if (n < 0)
            n = 0;
    }
    gw_count_add(&t->stats->out_packets, count);
    gw_count_add(&t->stats->out_bytes, len);
    if ((size_t)n < len)
        enqueue(c, frames + n, len - (size_t)n, rest_of_frame(frames, (size_t)n));
}

static bool write_queue(struct conn *c)
{
    ssize_t n = c->queued ? send(c->fd, c->queue, c->queued, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    c->queued -= (size_t)n;
    memmove(c->queue, c->queue + n, c->queued);
    if (!c->queued)
        gw_loop_change(c->tcp->loop, c->fd, EPOLLIN);
    return true;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static bool frames_in(struct conn *c, int64_t now_us)
{
    struct gw_tcp *t = c->tcp;
    uint8_t *frame;
    size_t len;
    int got;

    while (c->fd >= 0 && (got = gw_deframer_take(&c->in, &frame, &len)) != 0) {
        if (got < 0) {
            gw_count(&t->stats->drop_tcp_framing);
            return false;
        }
        t->events.frame(t->arg, &c->pub, frame, len, now_us);
    }
    return true;
}

/* false: the stream ended or makes no sense. */
static bool read_some(struct conn *c, int64_t now_us)
{
    for (int i = 0; i < READS && c->fd >= 0; i++) {
        size_t room;
        uint8_t *to = gw_deframer_room(&c->in, &room);
        ssize_t n = recv(c->fd, to, room, MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        if (!n)
            return false;
        gw_deframer_add(&c->in, (size_t)n);
        if (!frames_in(c, now_us))
            return false;
        if ((size_t)n < room)
            break;
    }
    return true;
}

static void conn_ready(void *arg, uint32_t events, int64_t now_us)
{
    struct conn *c = arg;
    bool good = true;

    c->reading = true;
    if (events & EPOLLOUT)
        good = write_queue(c);
    if (good && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        good = read_some(c, now_us);
    if (!good)
        lose(c, false, now_us);
    c->reading = false;
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static void look_for_strangers(void *arg, int64_t now_us)
{
    struct gw_tcp *t = arg;
    struct conn *next;

    if (t->paused) {
        t->paused = false;
        gw_loop_change(t->loop, t->fd, EPOLLIN);
    }
    for (struct conn *c = t->conns; c; c = next) {
        next = c->next;
        if (!c->pub.owner && now_us - c->since_us >= GW_TCP_STRANGER_US)
            close_conn(c);
    }
    if (t->strangers)
        gw_timer_start(gw_loop_timers(t->loop), &t->timer, now_us + GW_TCP_STRANGER_US / 4);
}

static bool addresses_of(struct conn *c)
{
    union gw_sockaddr remote, local;
    socklen_t remote_len = sizeof(remote), local_len = sizeof(local);

    return !getpeername(c->fd, &remote.sa, &remote_len) && !getsockname(c->fd, &local.sa, &local_len) &&
           gw_address_from_sockaddr(&c->pub.remote, &remote.sa, remote_len) &&
           gw_address_from_sockaddr(&c->pub.local, &local.sa, local_len);
}

static void take_in(struct gw_tcp *t, int fd, int64_t now_us)
{
    struct conn *c = NULL;
    int one = 1;

    if (t->count >= t->max || t->strangers >= GW_TCP_STRANGERS) {
        gw_count(&t->stats->drop_tcp_limit);
        close(fd);
        return;
    }
    c = malloc(sizeof(*c));
    if (!c) {
        close(fd);
        return;
    }
    memset(c, 0, offsetof(struct conn, in));
    gw_deframer_init(&c->in);
    c->tcp = t;
    c->fd = fd;
    c->since_us = now_us;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (!addresses_of(c) || gw_loop_add(t->loop, fd, EPOLLIN, conn_ready, c)) {
        close(fd);
        free(c);
        return;
    }
    gw_ice_socket_mark(fd, gw_address_is_v4(&c->pub.remote) ? AF_INET : AF_INET6, t->dscp);
    c->next = t->conns;
    c->link = &t->conns;
    if (t->conns)
        t->conns->link = &c->next;
    t->conns = c;
    t->count++;
    t->strangers++;
    if (!gw_timer_running(&t->timer))
        gw_timer_start(gw_loop_timers(t->loop), &t->timer, now_us + GW_TCP_STRANGER_US / 4);
}

/* No descriptor left, most likely: asking again at once would only keep us busy. */
static void pause_accepting(struct gw_tcp *t, int64_t now_us)
{
    gw_count(&t->stats->drop_tcp_limit);
    t->paused = true;
    gw_loop_change(t->loop, t->fd, 0);
    gw_timer_start(gw_loop_timers(t->loop), &t->timer, now_us + PAUSE_US);
}

static void acceptable(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_tcp *t = arg;

    for (int i = 0; i < ACCEPTS; i++) {
        int fd = accept4(t->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ECONNABORTED && errno != EINTR)
                pause_accepting(t, now_us);
            return;
        }
        take_in(t, fd, now_us);
    }
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

int gw_tcp_new(struct gw_tcp **out, struct gw_loop *loop, int fd, size_t max, uint8_t dscp,
               const struct gw_tcp_events *events, void *arg, struct gw_ice_stats *stats)
{
    struct gw_tcp *t = calloc(1, sizeof(*t));
    int err;

    if (!t)
        return GW_ENOMEM;
    t->loop = loop;
    t->fd = fd;
    t->max = max;
    t->dscp = dscp;
    t->events = *events;
    t->arg = arg;
    t->stats = stats;
    t->timer = (struct gw_timer){.fire = look_for_strangers, .arg = t};
    err = gw_loop_add(loop, fd, EPOLLIN, acceptable, t);
    if (err) {
        free(t);
        return err;
    }
    *out = t;
    return 0;
}

void gw_tcp_free(struct gw_tcp *t)
{
    if (!t)
        return;
    gw_timer_stop(gw_loop_timers(t->loop), &t->timer);
    gw_loop_remove(t->loop, t->fd);
    while (t->conns)
        close_conn(t->conns);
    gw_tcp_sweep(t);
    free(t);
}

void gw_tcp_own(struct gw_tcp *t, struct gw_tcp_conn *pub, void *owner)
{
    t->strangers -= !pub->owner;
    pub->owner = owner;
}

void gw_tcp_close(struct gw_tcp *t, struct gw_tcp_conn *pub)
{
    close_conn((struct conn *)pub);
}

void gw_tcp_sweep(struct gw_tcp *t)
{
    struct conn **link = &t->closed, *c;

    while ((c = *link)) {
        if (c->reading) { /* further up on our own stack */
            link = &c->next;
            continue;
        }
        *link = c->next;
        free(c->queue);
        free(c);
    }
}
