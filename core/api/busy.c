/* SPDX-License-Identifier: Apache-2.0 */
#include "api/busy.h"

#include <stdatomic.h>
#include <stddef.h>

static struct {
    _Atomic(const char *) plugin, what;
    void (*_Atomic code)(void);
} busy;

void gw_busy_with(const char *plugin, const char *what)
{
    atomic_store_explicit(&busy.what, what, memory_order_relaxed);
    atomic_store_explicit(&busy.plugin, plugin, memory_order_release);
}

void gw_busy_running(const char *what, void (*code)(void))
{
    atomic_store_explicit(&busy.code, code, memory_order_relaxed);
    gw_busy_with(NULL, what);
}

void gw_busy(const char **plugin, const char **what, void (**code)(void))
{
    *plugin = atomic_load_explicit(&busy.plugin, memory_order_acquire);
    *what = atomic_load_explicit(&busy.what, memory_order_relaxed);
    *code = atomic_load_explicit(&busy.code, memory_order_relaxed);
}
