/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP paths beside the API, registered by the gateway and by plugins: /metrics, /whip/…, /recordings/… */
#include "api/inside.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "api/busy.h"
#include "base/err.h"
#include "log/log.h"

struct gw_route {
    char *prefix; /* begins with a slash, does not end with one */
    gw_route_fn *handler;
    const struct gw_plugin *plugin; /* NULL: the gateway's own */
};

/* Transports ask from their threads whether a path is a route; everything else is the control thread's. */
static GRWLock lock;

static struct gw_api *answering; /* header() has no other way to find its exchange */

int gw_api_route(struct gw_api *a, const char *prefix, gw_route_fn *handler)
{
    size_t len = prefix ? strlen(prefix) : 0;
    struct gw_route *r;

    while (len > 1 && prefix[len - 1] == '/')
        len--;
    if (len < 2 || prefix[0] != '/' || !handler)
        return GW_EINVAL;
    for (unsigned i = 0; i < a->routes->len; i++) {
        r = a->routes->pdata[i];
        if (strlen(r->prefix) == len && !memcmp(r->prefix, prefix, len))
            return GW_EPROTO;
    }
    r = g_new0(struct gw_route, 1);
    r->prefix = g_strndup(prefix, len);
    r->handler = handler;
    r->plugin = a->starting;
    g_rw_lock_writer_lock(&lock);
    g_ptr_array_add(a->routes, r);
    g_rw_lock_writer_unlock(&lock);
    return 0;
}

void gw_api_drop_routes(struct gw_api *a, bool (*mine)(void *arg, gw_route_fn *handler), void *arg)
{
    g_rw_lock_writer_lock(&lock);
    for (guint i = a->routes->len; i-- > 0;) {
        struct gw_route *r = a->routes->pdata[i];

        if (!mine(arg, r->handler))
            continue;
        g_ptr_array_remove_index(a->routes, i);
        g_free(r->prefix);
        g_free(r);
    }
    g_rw_lock_writer_unlock(&lock);
}

void gw_routes_free(struct gw_api *a)
{
    for (unsigned i = 0; i < a->routes->len; i++) {
        struct gw_route *r = a->routes->pdata[i];

        g_free(r->prefix);
        g_free(r);
    }
    g_ptr_array_free(a->routes, TRUE);
}

/* The longest prefix that ends where a segment of the path does. */
static const struct gw_route *find(const struct gw_api *a, const char *path)
{
    const struct gw_route *best = NULL;

    for (unsigned i = 0; i < a->routes->len; i++) {
        const struct gw_route *r = a->routes->pdata[i];
        size_t len = strlen(r->prefix);

        if (!strncmp(path, r->prefix, len) && (!path[len] || path[len] == '/') && (!best || len > strlen(best->prefix)))
            best = r;
    }
    return best;
}

bool gw_api_has_route(const struct gw_api *a, const char *path)
{
    bool found;

    g_rw_lock_reader_lock(&lock);
    found = find(a, path) != NULL;
    g_rw_lock_reader_unlock(&lock);
    return found;
}

static const char *header(const struct cardea_http *ticket, const char *name)
{
    const struct gw_exchange *x = answering ? gw_tickets_get(&answering->exchanges, ticket) : NULL;

    for (char **h = x ? x->headers : NULL; h && h[0] && h[1]; h += 2)
        if (!strcasecmp(h[0], name))
            return h[1];
    return NULL;
}

static void handle(struct gw_exchange *x, const struct gw_route *r, struct cardea_http_request *rq)
{
    rq->rest = rq->path + strlen(r->prefix);
    rq->rest += *rq->rest == '/';
    rq->header = header;
    rq->remote = x->remote;
    answering = x->api;
    gw_busy_running("route", (void (*)(void))r->handler);
    r->handler(x->ticket, rq);
    gw_busy_running(NULL, NULL);
}

/* --- what is POSTed to a place that may be a neighbour's (away.c) ------------------------------------------------- */

/* {"plugin": …, "room": …}; NULL: it may be done here. New reference. */
static json_t *purpose_of(const struct gw_route *r, const char *path)
{
    json_t *purpose = NULL;

    if (!r->plugin || !r->plugin->table.about_path)
        return NULL;
    GW_NAMED_CALL(r->plugin->table.name, "about_path", purpose = r->plugin->table.about_path(path));
    if (purpose)
        json_object_set_new(purpose, "plugin", json_string(r->plugin->shown));
    if (!purpose || !gw_plugin_welcomes(r->plugin, purpose))
        return purpose;
    json_decref(purpose);
    return NULL;
}

static void waited_enough(void *arg, int64_t now_us)
{
    gw_route_located(arg, false);
}

/* true: gw_route_located() will be called. */
static bool ask(struct gw_exchange *x, const struct gw_route *r)
{
    struct gw_api *a = x->api;
    json_t *purpose = x->again && !strcmp(x->again->method, "POST") ? purpose_of(r, x->again->path) : NULL;

    if (!purpose || !gw_away_ask_place(a, (uint64_t)(uintptr_t)x->ticket, purpose))
        return false;
    x->asks = true;
    x->patience.fire = waited_enough;
    x->patience.arg = x;
    gw_timer_start(a->conf.timers, &x->patience, a->conf.now_us() + GW_ASK_US);
    return true;
}

static void send_on(struct gw_exchange *x)
{
    gw_tickets_remove(&x->api->exchanges, x->ticket); /* no handler will answer it */
    x->ticket = NULL;
    if (!gw_again_elsewhere(x))
        gw_exchange_respond(x->transport, x->tag, 503, NULL, NULL, 0);
}

static void do_here(struct gw_exchange *x)
{
    struct gw_again *again = x->again;
    const struct gw_route *r = find(x->api, again->path);
    struct cardea_http_request rq = {.method = again->method,
                                     .path = again->path,
                                     .query = again->query ? again->query : "",
                                     .body = (const uint8_t *)again->body,
                                     .len = again->len};

    x->again = NULL; /* nobody else knows it */
    if (r)
        handle(x, r, &rq);
    else
        gw_exchange_respond(x->transport, x->tag, 404, NULL, NULL, 0);
    gw_again_free(again);
}

void gw_route_located(struct gw_exchange *x, bool elsewhere)
{
    if (!x || !x->asks)
        return; /* its client has gone, or the answer comes late */
    x->asks = false;
    gw_timer_stop(x->api->conf.timers, &x->patience);
    if (elsewhere)
        send_on(x);
    else
        do_here(x);
}

void gw_routes_neighbour_gone(struct gw_api *a)
{
    GList *all = g_hash_table_get_keys(a->exchanges.objects);

    for (GList *l = all; l; l = l->next)
        gw_route_located(gw_tickets_get(&a->exchanges, l->data), false);
    g_list_free(all);
}

void gw_routes_exchange(struct gw_api *a, struct gw_exchange *x, const struct gw_exchange_in *in)
{
    const struct gw_route *r = find(a, in->path);
    struct cardea_http_request rq = {.method = in->method,
                                     .path = in->path,
                                     .query = in->query ? in->query : "",
                                     .body = (const uint8_t *)in->body,
                                     .len = in->len};

    if (!r) {
        gw_exchange_respond(x->transport, x->tag, 404, NULL, NULL, 0);
        return;
    }
    x->headers = g_strdupv((char **)in->headers);
    gw_again_keep(x, in);
    x->ticket = gw_tickets_add(&a->exchanges, x);
    if (!ask(x, r))
        handle(x, r, &rq);
}

/* The exchange that waits under this ticket, which is used up; NULL: it was answered, or its client has gone. */
static struct gw_exchange *redeem(struct gw_api *a, struct cardea_http *ticket)
{
    struct gw_exchange *x = gw_tickets_get(&a->exchanges, ticket);

    if (x)
        gw_tickets_remove(&a->exchanges, ticket);
    else
        gw_debug("an HTTP exchange was answered twice, or its client has gone");
    return x;
}

void gw_api_http_reply(struct gw_api *a, struct cardea_http *ticket, int status, const char *const *headers,
                       const void *body, size_t len)
{
    struct gw_exchange *x = redeem(a, ticket);

    if (x)
        gw_exchange_respond(x->transport, x->tag, status, headers, body, len);
}

void gw_api_http_file(struct gw_api *a, struct cardea_http *ticket, int status, const char *const *headers, int fd,
                      uint64_t offset, size_t len)
{
    struct gw_exchange *x = redeem(a, ticket);

    if (x)
        gw_exchange_respond_file(x->transport, x->tag, status, headers, fd, offset, len);
    else
        close(fd);
}
