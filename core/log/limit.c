/* SPDX-License-Identifier: Apache-2.0 */
#include "log/limit.h"

static struct gw_log_cause *find(struct gw_log_limit *l, const void *cause)
{
    return &l->causes[((uintptr_t)cause * UINT64_C(0x9e3779b97f4a7c15) >> 40) % GW_LOG_CAUSES];
}

bool gw_log_may(struct gw_log_limit *l, const void *cause, unsigned most, int64_t second, unsigned *left_out)
{
    struct gw_log_cause *c = find(l, cause);

    *left_out = 0;
    if (!most)
        return true;
    if (atomic_exchange_explicit(&c->second, second, memory_order_relaxed) != second) {
        atomic_store_explicit(&c->written, 0, memory_order_relaxed);
        *left_out = atomic_exchange_explicit(&c->left_out, 0, memory_order_relaxed);
    }
    if (atomic_fetch_add_explicit(&c->written, 1, memory_order_relaxed) < most)
        return true;
    atomic_fetch_add_explicit(&c->left_out, 1, memory_order_relaxed);
    return false;
}
