/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between control and the courier thread, and that thread. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "events/inside.h"
#include "log/log.h"

#define LAST_CHANCE_MS 500
#define LONGEST_EVENT  (1 << 20)

/* --- the queue ------------------------------------------------------------------------------------------------------
 */

void gw_deliverer_take(struct gw_deliverer *d, const char *text)
{
    char *oldest = NULL;
    bool wake;

    atomic_fetch_add(&d->stats.events, 1);
    if (strlen(text) > LONGEST_EVENT) {
        atomic_fetch_add(&d->stats.dropped, 1);
        return;
    }
    g_mutex_lock(&d->lock);
    if (d->waiting.length >= d->most_waiting)
        oldest = g_queue_pop_head(&d->waiting);
    g_queue_push_tail(&d->waiting, g_strdup(text));
    wake = !d->woken;
    d->woken = true;
    g_mutex_unlock(&d->lock);
    if (oldest)
        atomic_fetch_add(&d->stats.dropped, 1);
    g_free(oldest);
    if (wake)
        g_source_set_ready_time(d->wake, 0);
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

void gw_deliverer_put_back(struct gw_deliverer *d, char *text)
{
    g_mutex_lock(&d->lock);
    g_queue_push_head(&d->waiting, text);
    g_mutex_unlock(&d->lock);
}

/* --- the courier thread ---------------------------------------------------------------------------------------------
 */

static gboolean on_wake(gpointer arg)
{
    struct gw_deliverer *d = arg;

    g_source_set_ready_time(d->wake, -1);
    g_mutex_lock(&d->lock);
    d->woken = false;
    g_mutex_unlock(&d->lock);
    d->way->work(d->state);
    return G_SOURCE_CONTINUE;
}

static gboolean dispatch(GSource *source, GSourceFunc fn, gpointer arg)
{
    return fn(arg);
}

GSource *gw_deliverer_later(struct gw_deliverer *d, unsigned ms, GSourceFunc fn, void *arg)
{
    GSource *s = g_timeout_source_new(ms);

    g_source_set_callback(s, fn, arg, NULL);
    g_source_attach(s, d->context);
    return s;
}

static bool all_gone(struct gw_deliverer *d)
{
    bool empty;

    g_mutex_lock(&d->lock);
    empty = !d->waiting.length;
    g_mutex_unlock(&d->lock);
    return empty && d->way->idle(d->state);
}

static gboolean quit(gpointer arg)
{
    struct gw_deliverer *d = arg;

    g_main_loop_quit(d->loop);
    return G_SOURCE_REMOVE;
}

static void last_chance(struct gw_deliverer *d)
{
    gint64 until = g_get_monotonic_time() + LAST_CHANCE_MS * 1000;
    GSource *timer = gw_deliverer_later(d, LAST_CHANCE_MS, quit, d);

    while (!all_gone(d) && g_get_monotonic_time() < until)
        g_main_context_iteration(d->context, TRUE);
    g_source_destroy(timer);
    g_source_unref(timer);
}

static gpointer courier(gpointer arg)
{
    struct gw_deliverer *d = arg;

    g_main_context_push_thread_default(d->context);
    d->state = d->way->make(d);
    g_main_loop_run(d->loop);
    last_chance(d);
    d->way->free(d->state);
    while (g_main_context_iteration(d->context, FALSE))
        ; /* what was cancelled says so */
    g_main_context_pop_thread_default(d->context);
    return NULL;
}

/* --- life -----------------------------------------------------------------------------------------------------------
 */

static bool is_backend(enum gw_delivery by, const char *url)
{
    GUri *uri = url ? g_uri_parse(url, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
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
    static GSourceFuncs functions = {.dispatch = dispatch};
    struct gw_deliverer *d = g_new0(struct gw_deliverer, 1);
    int err;

    g_mutex_init(&d->lock);
    g_queue_init(&d->waiting);
    d->by = conf->by;
    d->way = conf->by == GW_BY_WEBHOOK ? &gw_way_webhook : &gw_way_websocket;
    err = keep(d, conf, why, why_len);
    if (err) {
        free_all(d);
        return err;
    }
    d->context = g_main_context_new();
    d->loop = g_main_loop_new(d->context, FALSE);
    d->wake = g_source_new(&functions, sizeof(GSource));
    g_source_set_callback(d->wake, on_wake, d, NULL);
    g_source_attach(d->wake, d->context);
    d->thread = g_thread_new("events", courier, d);
    *out = d;
    return 0;
}

void gw_deliverer_free(struct gw_deliverer *d)
{
    GSource *now;

    if (!d)
        return;
    now = gw_deliverer_later(d, 0, quit, d);
    g_thread_join(d->thread);
    g_source_destroy(now);
    g_source_unref(now);
    g_source_destroy(d->wake);
    g_source_unref(d->wake);
    g_main_loop_unref(d->loop);
    g_main_context_unref(d->context);
    free_all(d);
}

static gboolean tell_changed(gpointer arg)
{
    struct gw_deliverer *d = arg;

    if (d->way->changed)
        d->way->changed(d->state);
    return G_SOURCE_REMOVE;
}

int gw_deliverer_change(struct gw_deliverer *d, const struct gw_delivery_conf *conf, char *why, size_t why_len)
{
    int err = keep(d, conf, why, why_len);

    if (!err)
        g_source_unref(gw_deliverer_later(d, 0, tell_changed, d));
    return err;
}

const struct gw_delivery_stats *gw_deliverer_stats(const struct gw_deliverer *d)
{
    return &d->stats;
}
