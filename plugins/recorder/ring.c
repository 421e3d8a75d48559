/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#define ALIGN 16

static struct rec_entry *at(const struct rec_ring *r, size_t position)
{
    return (struct rec_entry *)(void *)(r->base + (position & (r->capacity - 1)));
}

int rec_ring_init(struct rec_ring *r, size_t capacity)
{
    size_t power = 4096;

    while (power < capacity && power < (size_t)1 << 30)
        power *= 2;
    memset(r, 0, sizeof(*r));
    r->base = aligned_alloc(64, power + REC_RING_PADDING);
    if (!r->base)
        return -1;
    r->capacity = power;
    return 0;
}

void rec_ring_free(struct rec_ring *r)
{
    free(r->base);
    r->base = NULL;
}

static bool fits(struct rec_ring *r, size_t head, size_t size)
{
    if (head + size - r->seen_tail <= r->capacity)
        return true;
    r->seen_tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    return head + size - r->seen_tail <= r->capacity;
}

/* An entry that would pass the end of the memory begins at its start; what is left behind is a filler. */
struct rec_entry *rec_ring_reserve(struct rec_ring *r, size_t len)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    size_t size = (sizeof(struct rec_entry) + len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    size_t rest = r->capacity - (head & (r->capacity - 1));
    struct rec_entry *e;

    if (len > REC_ENTRY_MAX || !fits(r, head, size > rest ? rest + size : size))
        return NULL;
    if (size > rest) {
        e = at(r, head);
        e->size = (uint32_t)rest; /* at least ALIGN bytes: enough for size and kind */
        e->kind = REC_ENTRY_FILLER;
        head += rest;
        atomic_store_explicit(&r->head, head, memory_order_release);
    }
    e = at(r, head);
    memset(e, 0, sizeof(*e));
    e->size = (uint32_t)size;
    e->len = (uint16_t)len;
    return e;
}

void rec_ring_commit(struct rec_ring *r, struct rec_entry *e)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

    atomic_store_explicit(&r->head, head + e->size, memory_order_release);
}

size_t rec_ring_used(struct rec_ring *r)
{
    r->seen_tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    return atomic_load_explicit(&r->head, memory_order_relaxed) - r->seen_tail;
}

/* Gives room back up to the first entry that is still in use. */
static void advance(struct rec_ring *r)
{
    size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);

    while (tail < r->read) {
        const struct rec_entry *e = at(r, tail);

        if (e->kind != REC_ENTRY_FILLER && !e->released)
            break;
        tail += e->size;
    }
    atomic_store_explicit(&r->tail, tail, memory_order_release);
}

struct rec_entry *rec_ring_next(struct rec_ring *r)
{
    size_t head = atomic_load_explicit(&r->head, memory_order_acquire);

    while (r->read < head) {
        struct rec_entry *e = at(r, r->read);

        r->read += e->size;
        if (e->kind != REC_ENTRY_FILLER)
            return e;
        advance(r);
    }
    return NULL;
}

void rec_ring_release(struct rec_ring *r, struct rec_entry *e)
{
    e->released = true;
    advance(r);
}
