/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free packets lie in a list that only the owner touches. What comes home is pushed onto an atomic stack by whoever
 * lets go last; the owner takes that stack whole when its own list is empty, so there is no ABA.
 */
#include "loop/packet.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON 1
#endif
#endif

#ifdef POISON
#include <sanitizer/asan_interface.h>
#define HIDE(pkt) ASAN_POISON_MEMORY_REGION((pkt)->data, GW_PACKET_ROOM)
#define SHOW(pkt) ASAN_UNPOISON_MEMORY_REGION((pkt)->data, GW_PACKET_ROOM)
#else
#define HIDE(pkt) ((void)(pkt))
#define SHOW(pkt) ((void)(pkt))
#endif

#define SLAB 64 /* packets */

struct gw_packet_pool {
    /* the owner's */
    struct gw_packet *free;
    struct gw_packet **slabs;
    size_t capacity, n_slabs;
    /* shared */
    _Alignas(64) _Atomic(struct gw_packet *) home;
    _Atomic size_t holds; /* packets out, and one for the owner */
    _Atomic uint64_t misses;
    _Atomic size_t made; /* by the owner */
};

int gw_packet_pool_new(struct gw_packet_pool **out, size_t capacity)
{
    struct gw_packet_pool *p;

    if (!capacity || capacity > SIZE_MAX / sizeof(struct gw_packet) / 2)
        return GW_EINVAL;
    p = aligned_alloc(64, sizeof(*p));
    if (!p)
        return GW_ENOMEM;
    memset(p, 0, sizeof(*p));
    p->capacity = capacity;
    p->slabs = calloc(capacity / SLAB + 1, sizeof(struct gw_packet *));
    if (!p->slabs) {
        free(p);
        return GW_ENOMEM;
    }
    atomic_init(&p->holds, 1);
    *out = p;
    return 0;
}

static void let_go(struct gw_packet_pool *p)
{
    if (atomic_fetch_sub_explicit(&p->holds, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < p->n_slabs; i++)
        free(p->slabs[i]);
    free(p->slabs);
    free(p);
}

void gw_packet_pool_free(struct gw_packet_pool *pool)
{
    if (pool)
        let_go(pool);
}

static void add_slab(struct gw_packet_pool *p)
{
    size_t made = atomic_load_explicit(&p->made, memory_order_relaxed),
           n = p->capacity - made < SLAB ? p->capacity - made : SLAB;
    struct gw_packet *slab = n ? malloc(n * sizeof(*slab)) : NULL;

    if (!slab)
        return;
    for (size_t i = 0; i < n; i++) {
        slab[i].home = p;
        slab[i].next = p->free;
        HIDE(&slab[i]);
        p->free = &slab[i];
    }
    p->slabs[p->n_slabs++] = slab;
    atomic_store_explicit(&p->made, made + n, memory_order_relaxed);
}

static void fetch(const struct gw_packet *pkt)
{
    for (size_t at = 0; pkt && at < offsetof(struct gw_packet, data); at += 64)
        __builtin_prefetch((const char *)pkt + at, 1);
}

struct gw_packet *gw_packet_take(struct gw_packet_pool *p)
{
    struct gw_packet *pkt;

    if (!p->free)
        p->free = atomic_exchange_explicit(&p->home, NULL, memory_order_acquire);
    if (!p->free)
        add_slab(p);
    pkt = p->free;
    if (!pkt) {
        atomic_fetch_add_explicit(&p->misses, 1, memory_order_relaxed);
        return NULL;
    }
    p->free = pkt->next;
    fetch(p->free); /* nobody has looked at it for a second */
    SHOW(pkt);
    pkt->next = NULL;
    pkt->len = 0;
    pkt->arrival_us = 0;
    memset(&pkt->facts, 0, sizeof(pkt->facts));
    atomic_init(&pkt->refs, 1);
    atomic_fetch_add_explicit(&p->holds, 1, memory_order_relaxed);
    return pkt;
}

struct gw_packet *gw_packet_ref(struct gw_packet *pkt)
{
    atomic_fetch_add_explicit(&pkt->refs, 1, memory_order_relaxed);
    return pkt;
}

void gw_packet_unref(struct gw_packet *pkt)
{
    struct gw_packet_pool *p;
    struct gw_packet *top;

    if (!pkt || atomic_fetch_sub_explicit(&pkt->refs, 1, memory_order_acq_rel) != 1)
        return;
    p = pkt->home;
    HIDE(pkt);
    top = atomic_load_explicit(&p->home, memory_order_relaxed);
    do {
        pkt->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&p->home, &top, pkt, memory_order_release, memory_order_relaxed));
    let_go(p);
}

size_t gw_packet_pool_used(const struct gw_packet_pool *pool)
{
    return atomic_load_explicit(&pool->holds, memory_order_relaxed) - 1;
}

size_t gw_packet_pool_bytes(const struct gw_packet_pool *pool)
{
    return atomic_load_explicit(&pool->made, memory_order_relaxed) * sizeof(struct gw_packet);
}

uint64_t gw_packet_pool_misses(const struct gw_packet_pool *pool)
{
    return atomic_load_explicit(&pool->misses, memory_order_relaxed);
}
