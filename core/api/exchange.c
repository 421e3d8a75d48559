/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges: each is answered exactly once, or abandoned. */
#include "api/inside.h"

#include <string.h>
#include <unistd.h>

#include "log/log.h"

static struct gw_exchange *find(const struct gw_transport *t, uint64_t tag)
{
    gint64 key = (gint64)tag;

    return g_hash_table_lookup(t->exchanges, &key);
}

const char *gw_origin_remote(const struct gw_origin *o)
{
    const struct gw_client *c = o->connection ? gw_origin_client(o) : NULL;
    const struct gw_exchange *x = o->connection ? NULL : find(o->transport, o->tag);

    return c ? c->remote : x ? x->remote : NULL;
}

void gw_exchange_free(gpointer exchange)
{
    struct gw_exchange *x = exchange;

    gw_timer_stop(x->api->conf.timers, &x->patience);
    g_strfreev(x->headers);
    gw_again_free(x->again);
    g_free(x->remote);
    g_free(x);
}

/* The answer's headers, and that the connection ends: who comes again comes to our successor. Free the array alone. */
static const char **with_end(const char *const *headers)
{
    GPtrArray *all = g_ptr_array_new();

    for (const char *const *h = headers; h && h[0] && h[1]; h += 2) {
        g_ptr_array_add(all, (gpointer)h[0]);
        g_ptr_array_add(all, (gpointer)h[1]);
    }
    g_ptr_array_add(all, "Connection");
    g_ptr_array_add(all, "close");
    g_ptr_array_add(all, NULL);
    return (const char **)g_ptr_array_free(all, FALSE);
}

static void respond(struct gw_transport *t, uint64_t tag, const struct cardea_response *response)
{
    struct gw_exchange *x = find(t, tag);
    struct cardea_response last = *response;
    const char **headers;
    gint64 key = (gint64)tag;

    if (!x) {
        if (response->is_file)
            close(response->fd);
        return;
    }
    if (response->status == 404 && gw_again_elsewhere(x))
        return;
    if (!x->api->succeeded) {
        g_hash_table_remove(t->exchanges, &key);
        t->table.respond(tag, response);
        return;
    }
    g_hash_table_remove(t->exchanges, &key);
    last.headers = headers = with_end(response->headers);
    t->table.respond(tag, &last);
    g_free(headers);
}

void gw_exchange_respond(struct gw_transport *t, uint64_t tag, int status, const char *const *headers, const void *body,
                         size_t len)
{
    const struct cardea_response response = {.status = status, .headers = headers, .body = body, .len = len};

    respond(t, tag, &response);
}

void gw_exchange_respond_file(struct gw_transport *t, uint64_t tag, int status, const char *const *headers, int fd,
                              uint64_t offset, size_t len)
{
    const struct cardea_response response = {
        .status = status, .headers = headers, .len = len, .is_file = true, .fd = fd, .offset = offset};

    respond(t, tag, &response);
}

void gw_exchange_json(struct gw_transport *t, uint64_t tag, const char *text)
{
    static const char *const headers[] = {"Content-Type", "application/json", NULL};

    gw_exchange_respond(t, tag, 200, headers, text, strlen(text));
}

void gw_api_exchange(struct gw_api *a, const void *transport, uint64_t tag, enum cardea_door door,
                     const struct gw_exchange_in *in)
{
    struct gw_transport *t = gw_transport_find(a, transport);
    struct gw_exchange *x;

    if (!t || find(t, tag)) {
        gw_error("a transport used tag %llu twice, or is not known; ignored", (unsigned long long)tag);
        return;
    }
    x = g_new0(struct gw_exchange, 1);
    x->api = a;
    x->transport = t;
    x->tag = tag;
    x->remote = g_strdup(in->remote);
    g_hash_table_insert(t->exchanges, &x->tag, x);
    if (in->route)
        gw_routes_exchange(a, x, in);
    else
        gw_door_exchange(a, x, door, in);
}

void gw_api_abandoned(struct gw_api *a, const void *transport, uint64_t tag)
{
    struct gw_transport *t = gw_transport_find(a, transport);
    struct gw_exchange *x = t ? find(t, tag) : NULL;
    gint64 key = (gint64)tag;

    gw_elsewhere_abandoned(a, transport, tag);
    if (!x)
        return;
    if (x->poll)
        gw_poll_forget(x->poll);
    if (x->ticket)
        gw_tickets_remove(&a->exchanges, x->ticket);
    g_hash_table_remove(t->exchanges, &key);
}
