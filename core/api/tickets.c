/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tickets.h"

void gw_tickets_init(struct gw_tickets *t)
{
    t->objects = g_hash_table_new(g_direct_hash, g_direct_equal);
    t->last = 0x1000;
}

void gw_tickets_clear(struct gw_tickets *t)
{
    g_clear_pointer(&t->objects, g_hash_table_destroy);
}

void *gw_tickets_add(struct gw_tickets *t, void *object)
{
    void *ticket = (void *)++t->last;

    g_hash_table_insert(t->objects, ticket, object);
    return ticket;
}

void *gw_tickets_get(const struct gw_tickets *t, const void *ticket)
{
    return ticket ? g_hash_table_lookup(t->objects, ticket) : NULL;
}

void gw_tickets_remove(struct gw_tickets *t, const void *ticket)
{
    g_hash_table_remove(t->objects, ticket);
}
