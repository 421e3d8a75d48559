/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of slots with a sequence number each (the bounded queue of D. Vyukov): a writer claims a slot by moving
 * `tail`, fills it and publishes it by its number; the reader follows the numbers. The eventfd is written only when
 * nobody has done so since the reader last cleared it.
 */
#include "loop/mailbox.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"

#define MAX_CAPACITY (1u << 20)

struct slot {
    _Atomic uint64_t seq; /* == position: free for the writer of this position; position + 1: filled */
    uint8_t message[GW_MAIL_SIZE];
};

struct gw_mailbox {
    /* writers */
    _Alignas(64) _Atomic uint64_t tail;
    _Atomic uint64_t refused;
    /* the reader */
    _Alignas(64) uint64_t head;
    /* both */
    _Alignas(64) atomic_bool signalled;
    /* const */
    int fd;
    uint64_t mask;
    struct slot *slots;
};

int gw_mailbox_new(struct gw_mailbox **out, size_t capacity)
{
    struct gw_mailbox *m;
    size_t n = 2;
    int err = GW_ENOMEM;

    if (!capacity || capacity > MAX_CAPACITY)
        return GW_EINVAL;
    while (n < capacity)
        n *= 2;
    m = aligned_alloc(64, sizeof(*m));
    if (!m)
        return GW_ENOMEM;
    memset(m, 0, sizeof(*m));
    m->fd = -1;
    m->mask = n - 1;
    m->slots = calloc(n, sizeof(*m->slots));
    if (!m->slots)
        goto out;
    for (size_t i = 0; i < n; i++)
        atomic_init(&m->slots[i].seq, i);
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
    free(m->slots);
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
    uint64_t pos = atomic_load_explicit(&m->tail, memory_order_relaxed);
    struct slot *s;

    if (size > GW_MAIL_SIZE)
        return GW_EINVAL;
    for (;;) {
        int64_t ahead;

        s = &m->slots[pos & m->mask];
        ahead = (int64_t)(atomic_load_explicit(&s->seq, memory_order_acquire) - pos);
        if (ahead < 0) {
            atomic_fetch_add_explicit(&m->refused, 1, memory_order_relaxed);
            return GW_ELIMIT;
        }
        if (ahead > 0)
            pos = atomic_load_explicit(&m->tail, memory_order_relaxed);
        else if (atomic_compare_exchange_weak_explicit(&m->tail, &pos, pos + 1, memory_order_relaxed,
                                                       memory_order_relaxed))
            break;
    }
    memcpy(s->message, message, size);
    atomic_store_explicit(&s->seq, pos + 1, memory_order_release);
    gw_mailbox_kick(m);
    return 0;
}

bool gw_mailbox_take(struct gw_mailbox *m, void *out)
{
    struct slot *s = &m->slots[m->head & m->mask];

    if (atomic_load_explicit(&s->seq, memory_order_acquire) != m->head + 1)
        return false;
    memcpy(out, s->message, GW_MAIL_SIZE);
    atomic_store_explicit(&s->seq, m->head + m->mask + 1, memory_order_release);
    m->head++;
    return true;
}

int gw_mailbox_fd(const struct gw_mailbox *m)
{
    return m->fd;
}

void gw_mailbox_rearm(struct gw_mailbox *m)
{
    uint64_t n;

    if (read(m->fd, &n, sizeof(n)) < 0)
        n = 0; /* it was clear */
    /* In this order: who publishes before this exchange is seen by take(), who publishes after it writes again. */
    atomic_exchange_explicit(&m->signalled, false, memory_order_acq_rel);
}

uint64_t gw_mailbox_refused(const struct gw_mailbox *m)
{
    return atomic_load_explicit(&m->refused, memory_order_relaxed);
}
