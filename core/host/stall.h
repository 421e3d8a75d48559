/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds the control thread up. All plugins run on it, so one that does not return stops everything but media: a
 * thread of its own looks whether the loop still turns, and says which plugin is in what when it does not.
 */
#ifndef GW_HOST_STALL_H
#define GW_HOST_STALL_H

#include "loop/loop.h"

struct gw_stall;

struct gw_stall_conf {
    const struct gw_loop *loop; /* borrowed; when all is well it turns at least twice in patience_ms */
    unsigned patience_ms;
    /* [the thread of its own] Once when the loop stands still, and once when it moves again: over. plugin and what as
     * gw_busy_with() had them, or the file of the module whose code gw_busy_running() named; borrowed; NULL: no
     * plugin was named. ms: for how long so far. */
    void (*tell)(void *arg, const char *plugin, const char *what, unsigned ms, bool over);
    void *arg;
};

int gw_stall_new(struct gw_stall **out, const struct gw_stall_conf *conf);
void gw_stall_free(struct gw_stall *s); /* waits for the thread; NULL is fine */

#endif
