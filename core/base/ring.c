/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct slot {
    _Atomic uint64_t seq; /* == position: free for the writer of this position; position + 1: filled */
    uint8_t value[];
};

struct gw_ring {
    /* writers */
    _Alignas(64) _Atomic uint64_t tail;
    _Atomic uint64_t refused;
    /* the reader */
    _Alignas(64) uint64_t head;
    /* const */
    _Alignas(64) uint64_t mask;
    size_t value_size, stride;
    uint8_t *slots;
};

static struct slot *slot_at(const struct gw_ring *r, uint64_t pos)
{
    return (struct slot *)(r->slots + (pos & r->mask) * r->stride);
}

int gw_ring_new(struct gw_ring **out, size_t capacity, size_t value_size)
{
    struct gw_ring *r;
    size_t n = 2;

    if (!capacity || capacity > GW_RING_MAX || !value_size || value_size > 4096)
        return GW_EINVAL;
    while (n < capacity)
        n *= 2;
    r = aligned_alloc(64, sizeof(*r));
    if (!r)
        return GW_ENOMEM;
    memset(r, 0, sizeof(*r));
    r->mask = n - 1;
    r->value_size = value_size;
    r->stride = (sizeof(struct slot) + value_size + 7) & ~(size_t)7;
    r->slots = calloc(n, r->stride);
    if (!r->slots) {
        free(r);
        return GW_ENOMEM;
    }
    for (size_t i = 0; i < n; i++)
        atomic_init(&slot_at(r, i)->seq, i);
    *out = r;
    return 0;
}

void gw_ring_free(struct gw_ring *r)
{
    if (!r)
        return;
    free(r->slots);
    free(r);
}

int gw_ring_put(struct gw_ring *r, const void *value, size_t size)
{
    uint64_t pos = atomic_load_explicit(&r->tail, memory_order_relaxed);
    struct slot *s;

    if (size > r->value_size)
        return GW_EINVAL;
    for (;;) {
        int64_t ahead;

        s = slot_at(r, pos);
        ahead = (int64_t)(atomic_load_explicit(&s->seq, memory_order_acquire) - pos);
        if (ahead < 0) {
            atomic_fetch_add_explicit(&r->refused, 1, memory_order_relaxed);
            return GW_ELIMIT;
        }
        if (ahead > 0)
            pos = atomic_load_explicit(&r->tail, memory_order_relaxed);
        else if (atomic_compare_exchange_weak_explicit(&r->tail, &pos, pos + 1, memory_order_relaxed,
                                                       memory_order_relaxed))
            break;
    }
    memcpy(s->value, value, size);
    atomic_store_explicit(&s->seq, pos + 1, memory_order_release);
    return 0;
}

bool gw_ring_take(struct gw_ring *r, void *out)
{
    struct slot *s = slot_at(r, r->head);

    if (atomic_load_explicit(&s->seq, memory_order_acquire) != r->head + 1)
        return false;
    memcpy(out, s->value, r->value_size);
    atomic_store_explicit(&s->seq, r->head + r->mask + 1, memory_order_release);
    r->head++;
    return true;
}

uint64_t gw_ring_refused(const struct gw_ring *r)
{
    return atomic_load_explicit(&r->refused, memory_order_relaxed);
}
