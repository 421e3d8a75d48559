/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plugins hold instead of pointers to our objects: numbers dressed as pointers, never used twice. A plugin that
 * keeps one too long, or answers twice, is found out instead of reading freed memory. Control thread.
 */
#ifndef GW_API_TICKETS_H
#define GW_API_TICKETS_H

#include <stdint.h>

#include <glib.h>

struct gw_tickets {
    GHashTable *objects; /* by ticket */
    uintptr_t last;
};

void gw_tickets_init(struct gw_tickets *t);
void gw_tickets_clear(struct gw_tickets *t);
void *gw_tickets_add(struct gw_tickets *t, void *object); /* a new ticket, never NULL */
void *gw_tickets_get(const struct gw_tickets *t, const void *ticket); /* NULL: it has gone, or never was */
void gw_tickets_remove(struct gw_tickets *t, const void *ticket);

#endif
