/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Candidates whose address is an mDNS name, resolved by the system in GLib's threads. Only names that end in ".local"
 * come here, so that a peer cannot make us ask the DNS about anything else.
 */
#include <stdlib.h>

#include <gio/gio.h>

#include "ice/full.h"

struct gw_lookup {
    struct gw_full *full;    /* lives as long as `pending` counts us */
    struct gw_full_ice *ice; /* NULL: gone */
    GCancellable *cancel;
    struct gw_candidate candidate;
    struct gw_lookup *next, **link;
};

static bool address_of(GInetAddress *from, struct gw_address *out, uint16_t port)
{
    bool v6 = g_inet_address_get_family(from) == G_SOCKET_FAMILY_IPV6;

    *out = gw_address_make(g_inet_address_to_bytes(from), v6, port);
    return !gw_address_is_none(out);
}

static void unlink_lookup(struct gw_lookup *q)
{
    if (!q->ice)
        return;
    *q->link = q->next;
    if (q->next)
        q->next->link = q->link;
    q->ice->n_lookups--;
    q->ice = NULL;
}

static void resolved(GObject *resolver, GAsyncResult *result, gpointer arg)
{
    struct gw_lookup *q = arg;
    struct gw_full_ice *p = q->ice;
    GList *list = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, NULL);

    q->full->pending--;
    unlink_lookup(q);
    if (p && list && address_of(list->data, &q->candidate.address, q->candidate.address.port)) {
        q->candidate.name[0] = 0;
        gw_full_use(p, &q->candidate);
    }
    if (list)
        g_resolver_free_addresses(list);
    g_object_unref(q->cancel);
    free(q);
}

void gw_full_resolve(struct gw_full_ice *p, const struct gw_candidate *c)
{
    GResolver *resolver;
    struct gw_lookup *q;

    if (p->n_lookups >= GW_FULL_LOOKUPS)
        return;
    q = calloc(1, sizeof(*q));
    if (!q)
        return;
    q->full = p->full;
    q->ice = p;
    q->candidate = *c;
    q->cancel = g_cancellable_new();
    q->next = p->lookups;
    q->link = &p->lookups;
    if (p->lookups)
        p->lookups->link = &q->next;
    p->lookups = q;
    p->n_lookups++;
    p->full->pending++;
    resolver = g_resolver_get_default();
    g_main_context_push_thread_default(p->full->context);
    g_resolver_lookup_by_name_async(resolver, c->name, q->cancel, resolved, q);
    g_main_context_pop_thread_default(p->full->context);
    g_object_unref(resolver);
}

void gw_full_forget_lookups(struct gw_full_ice *p)
{
    while (p->lookups) {
        struct gw_lookup *q = p->lookups;

        unlink_lookup(q);
        g_cancellable_cancel(q->cancel);
    }
}
