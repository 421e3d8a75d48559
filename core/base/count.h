/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of one worker: written by that worker alone, read by any thread. Relaxed atomics, no locked instruction. */
#ifndef GW_BASE_COUNT_H
#define GW_BASE_COUNT_H

#include <stdatomic.h>
#include <stdint.h>

static inline void gw_count_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline void gw_count(_Atomic uint64_t *counter)
{
    gw_count_add(counter, 1);
}

#endif
