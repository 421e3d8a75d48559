/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring and an eventfd, which is written only when nobody has done so since the reader last looked. It is never read:
 * it is watched for edges, and each write is one.
 */
#include "loop/mailbox.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/ring.h"

struct gw_mailbox {
    struct gw_ring *ring;
    int fd;
    gw_fd_fn *fn;
    void *arg; /* borrowed */
    atomic_bool signalled;
};

int gw_mailbox_new(struct gw_mailbox **out, size_t capacity)
{
    struct gw_mailbox *m = calloc(1, sizeof(*m));
    int err;

    if (!m)
        return GW_ENOMEM;
    m->fd = -1;
    err = gw_ring_new(&m->ring, capacity, GW_MAIL_SIZE);
    if (err)
        goto out;
    m->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    err = m->fd < 0 ? GW_EIO : 0;
    if (err)
        goto out;
    *out = m;
    m = NULL;
out:
    gw_mailbox_free(m);
    return err;
}

void gw_mailbox_free(struct gw_mailbox *m)
{
    if (!m)
        return;
    if (m->fd >= 0)
        close(m->fd);
    gw_ring_free(m->ring);
    free(m);
}

void gw_mailbox_kick(struct gw_mailbox *m)
{
    uint64_t one = 1;

    if (atomic_exchange_explicit(&m->signalled, true, memory_order_acq_rel))
        return;
    if (write(m->fd, &one, sizeof(one)) < 0)
        return; /* full: it is readable already */
}

int gw_mailbox_post(struct gw_mailbox *m, const void *message, size_t size)
{
    int err = gw_ring_put(m->ring, message, size);

    if (!err)
        gw_mailbox_kick(m);
    return err;
}

bool gw_mailbox_take(struct gw_mailbox *m, void *out)
{
    return gw_ring_take(m->ring, out);
}

static void woken(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_mailbox *m = arg;

    /* Who publishes before this exchange is seen by take(), who publishes after it writes again. */
    atomic_exchange_explicit(&m->signalled, false, memory_order_acq_rel);
    m->fn(m->arg, events, now_us);
}

int gw_mailbox_watch(struct gw_mailbox *m, struct gw_loop *l, gw_fd_fn *fn, void *arg)
{
    m->fn = fn;
    m->arg = arg;
    return gw_loop_add(l, m->fd, EPOLLIN | EPOLLET, woken, m);
}

uint64_t gw_mailbox_refused(const struct gw_mailbox *m)
{
    return gw_ring_refused(m->ring);
}
