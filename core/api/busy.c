/* SPDX-License-Identifier: Apache-2.0 */
#include "api/busy.h"

#include <stdatomic.h>
#include <stddef.h>

static struct {
    _Atomic(const char *) plugin, what;
} busy;

void gw_busy_with(const char *plugin, const char *what)
{
    atomic_store_explicit(&busy.what, what, memory_order_relaxed);
    atomic_store_explicit(&busy.plugin, plugin, memory_order_release);
}

void gw_busy(const char **plugin, const char **what)
{
    *plugin = atomic_load_explicit(&busy.plugin, memory_order_acquire);
    *what = atomic_load_explicit(&busy.what, memory_order_relaxed);
}
