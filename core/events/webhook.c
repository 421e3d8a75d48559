/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as POSTs, one after the other. What cannot be delivered (no connection, no answer in time; the status of an
 * answer is not looked at) is tried again after growing delays, and given up after the last of them.
 */
#include <string.h>

#include <gio/gio.h>

#include "events/inside.h"
#include "log/log.h"
#include "web/web.h"

#define ANSWER_MS 10000

struct webhook {
    struct gw_deliverer *d; /* borrowed */
    char *batch;            /* on its way, or to be tried again; owned. NULL: nothing is */
    unsigned n;             /* events in it */
    unsigned tries;
    uint64_t retry; /* timer; 0: none */
    bool failing;   /* told once */
    uintptr_t id;   /* what done() knows it by: it may come when we have gone */
};

static GHashTable *all; /* id → struct webhook *; borrowed */
static uintptr_t last_id;

static void send_batch(struct webhook *w);

static void next_batch(struct webhook *w)
{
    if (w->batch)
        return;
    w->tries = 0;
    w->batch = gw_deliverer_next(w->d, &w->n);
    if (w->batch)
        send_batch(w);
}

static void over(struct webhook *w, bool delivered)
{
    atomic_fetch_add(delivered ? &w->d->stats.delivered : &w->d->stats.dropped, w->n);
    g_clear_pointer(&w->batch, g_free);
    next_batch(w);
}

static void try_again(void *arg)
{
    struct webhook *w = arg;

    w->retry = 0;
    send_batch(w);
}

static void failed(struct webhook *w)
{
    unsigned most, delay;

    g_mutex_lock(&w->d->lock);
    most = w->d->retries;
    delay = w->d->backoff_ms << MIN(w->tries, 10);
    g_mutex_unlock(&w->d->lock);
    if (!w->failing)
        gw_warn("events cannot be delivered: no connection, or no answer");
    w->failing = true;
    if (w->tries++ >= most) {
        over(w, false);
        return;
    }
    atomic_fetch_add(&w->d->stats.retries, 1);
    w->retry = w->d->clock.start(delay, false, try_again, w);
}

static void done(void *arg, int status)
{
    struct webhook *w = all ? g_hash_table_lookup(all, arg) : NULL;

    if (!w)
        return;
    if (!status) {
        failed(w);
        return;
    }
    if (w->failing)
        gw_info("events are delivered again");
    w->failing = false;
    over(w, true);
}

static GBytes *gzipped(const char *text)
{
    GConverter *gzip = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
    GOutputStream *memory = g_memory_output_stream_new_resizable(), *out = g_converter_output_stream_new(memory, gzip);
    GBytes *bytes = NULL;

    if (g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL) && g_output_stream_close(out, NULL, NULL))
        bytes = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
    g_object_unref(out);
    g_object_unref(memory);
    g_object_unref(gzip);
    return bytes;
}

/* "Authorization: Basic …"; NULL: nobody is named. Under the lock. */
static char *authorization(const struct gw_deliverer *d)
{
    char *pair, *coded, *header;

    if (!d->user || !d->password)
        return NULL;
    pair = g_strdup_printf("%s:%s", d->user, d->password);
    coded = g_base64_encode((const guchar *)pair, strlen(pair));
    header = g_strconcat("Authorization: Basic ", coded, NULL);
    g_free(coded);
    g_free(pair);
    return header;
}

/* false: it is not even on its way. */
static bool post(struct webhook *w, void (*tell)(void *arg, int status))
{
    GBytes *body = w->d->compress ? gzipped(w->batch) : NULL;
    const char *headers[3] = {NULL};
    struct gw_web_post p = {.headers = headers, .timeout_ms = ANSWER_MS, .done = tell, .arg = (void *)w->id};
    unsigned n = 0;
    char *auth;
    int err;

    if (body)
        headers[n++] = "Content-Encoding: gzip";
    else
        body = g_bytes_new(w->batch, strlen(w->batch));
    p.body = g_bytes_get_data(body, &p.len);
    g_mutex_lock(&w->d->lock);
    auth = authorization(w->d);
    if (auth)
        headers[n++] = auth;
    p.url = w->d->backend;
    err = gw_web_send(w->d->web, &p); /* copies all of it */
    g_mutex_unlock(&w->d->lock);
    g_bytes_unref(body);
    g_free(auth);
    return !err;
}

static void send_batch(struct webhook *w)
{
    if (!post(w, done))
        failed(w);
}

static void *make(struct gw_deliverer *d)
{
    struct webhook *w = g_new0(struct webhook, 1);

    w->d = d;
    w->id = ++last_id;
    if (!all)
        all = g_hash_table_new(NULL, NULL);
    g_hash_table_insert(all, (void *)w->id, w);
    return w;
}

/* What waits is sent without waiting for answers: web/ gives it a second. */
static void free_webhook(void *state)
{
    struct webhook *w = state;

    if (w->retry)
        w->d->clock.stop(w->retry);
    else
        g_clear_pointer(&w->batch, g_free); /* is on its way */
    while (w->batch || (w->batch = gw_deliverer_next(w->d, &w->n))) {
        if (!post(w, NULL))
            atomic_fetch_add(&w->d->stats.dropped, w->n);
        g_clear_pointer(&w->batch, g_free);
    }
    g_hash_table_remove(all, (void *)w->id);
    if (!g_hash_table_size(all))
        g_clear_pointer(&all, g_hash_table_destroy);
    g_free(w);
}

static void wake(void *state)
{
    next_batch(state);
}

const struct gw_way gw_way_webhook = {.make = make, .free = free_webhook, .wake = wake};
