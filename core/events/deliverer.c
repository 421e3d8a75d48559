/* SPDX-License-Identifier: Apache-2.0 */
/* What waits to be sent, and what it is sent by. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "events/inside.h"

#define LONGEST_EVENT (1 << 20)

/* --- the queue ---------------------------------------------------------------------------------------------------- */

void gw_deliverer_take(struct gw_deliverer *d, const char *text)
{
    char *oldest = NULL;

    atomic_fetch_add(&d->stats.events, 1);
    if (strlen(text) > LONGEST_EVENT) {
        atomic_fetch_add(&d->stats.dropped, 1);
        return;
    }
    g_mutex_lock(&d->lock);
    if (d->waiting.length >= d->most_waiting)
        oldest = g_queue_pop_head(&d->waiting);
    g_queue_push_tail(&d->waiting, g_strdup(text));
    g_mutex_unlock(&d->lock);
    if (oldest)
        atomic_fetch_add(&d->stats.dropped, 1);
    g_free(oldest);
    d->way->wake(d->state);
}

char *gw_deliverer_next(struct gw_deliverer *d, unsigned *n)
{
    GString *batch;
    char *one;

    *n = 0;
    g_mutex_lock(&d->lock);
    one = g_queue_pop_head(&d->waiting);
    if (!one || !d->grouping) {
        g_mutex_unlock(&d->lock);
        *n = one != NULL;
        return one;
    }
    batch = g_string_new("[");
    for (; one; one = *n < GW_BATCH_MOST ? g_queue_pop_head(&d->waiting) : NULL) {
        if (++*n > 1)
            g_string_append_c(batch, ',');
        g_string_append(batch, one);
        g_free(one);
    }
    g_mutex_unlock(&d->lock);
    g_string_append_c(batch, ']');
    return g_string_free(batch, FALSE);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static bool is_backend(enum gw_delivery by, const char *url)
{
    GUri *uri = url ? g_uri_parse(url, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : NULL;
    bool good = scheme && g_uri_get_host(uri) && *g_uri_get_host(uri);

    if (good && by == GW_BY_WEBHOOK)
        good = !strcmp(scheme, "http") || !strcmp(scheme, "https");
    else if (good)
        good = !strcmp(scheme, "ws") || !strcmp(scheme, "wss");
    g_clear_pointer(&uri, g_uri_unref);
    return good;
}

static int keep(struct gw_deliverer *d, const struct gw_delivery_conf *c, char *why, size_t why_len)
{
    if (!is_backend(d->by, c->backend)) {
        snprintf(why, why_len, "backend is \"%.200s\", but must be an address such as %s", c->backend ? c->backend : "",
                 d->by == GW_BY_WEBHOOK ? "http://host/path" : "ws://host/path");
        return GW_EINVAL;
    }
    g_mutex_lock(&d->lock);
    g_free(d->backend);
    g_free(d->user);
    g_free(d->password);
    g_free(d->subprotocol);
    d->backend = g_strdup(c->backend);
    d->user = g_strdup(c->user);
    d->password = g_strdup(c->password);
    d->subprotocol = g_strdup(c->subprotocol);
    d->grouping = c->grouping;
    d->compress = c->compress;
    d->most_waiting = c->most_waiting ? c->most_waiting : 1;
    d->retries = c->retries;
    d->backoff_ms = c->backoff_ms ? c->backoff_ms : 1;
    d->keep_on_reconnect = c->keep_on_reconnect;
    g_mutex_unlock(&d->lock);
    return 0;
}

static void free_all(struct gw_deliverer *d)
{
    g_queue_clear_full(&d->waiting, g_free);
    g_mutex_clear(&d->lock);
    g_free(d->backend);
    g_free(d->user);
    g_free(d->password);
    g_free(d->subprotocol);
    g_free(d);
}

int gw_deliverer_new(struct gw_deliverer **out, const struct gw_delivery_conf *conf, char *why, size_t why_len)
{
    struct gw_deliverer *d = g_new0(struct gw_deliverer, 1);
    int err;

    g_mutex_init(&d->lock);
    g_queue_init(&d->waiting);
    d->by = conf->by;
    d->clock = conf->clock;
    d->web = conf->web;
    d->way = conf->by == GW_BY_WEBHOOK ? &gw_way_webhook : &gw_way_websocket;
    err = keep(d, conf, why, why_len);
    if (err) {
        free_all(d);
        return err;
    }
    d->state = d->way->make(d);
    *out = d;
    return 0;
}

void gw_deliverer_free(struct gw_deliverer *d)
{
    if (!d)
        return;
    d->way->free(d->state);
    free_all(d);
}

int gw_deliverer_change(struct gw_deliverer *d, const struct gw_delivery_conf *conf, char *why, size_t why_len)
{
    int err = keep(d, conf, why, why_len);

    if (!err && d->way->changed)
        d->way->changed(d->state);
    return err;
}

const struct gw_delivery_stats *gw_deliverer_stats(const struct gw_deliverer *d)
{
    return &d->stats;
}
