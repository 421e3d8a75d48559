/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as POSTs, one after the other. What cannot be delivered (no connection, no answer in time; the status of an
 * answer is not looked at) is tried again after growing delays, and given up after the last of them.
 */
#include <string.h>

#include "events/inside.h"
#include "log/log.h"

#define ANSWER_S 10

struct webhook {
    struct gw_deliverer *d; /* borrowed */
    SoupSession *session;   /* owned */
    GCancellable *cancel;   /* owned */
    GSource *retry;         /* owned; NULL: none is due */
    char *batch;            /* on its way; owned. NULL: nothing is */
    unsigned n;             /* events in it */
    unsigned tries;
    bool failing; /* told once */
};

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

static void done(struct webhook *w, bool delivered)
{
    atomic_fetch_add(delivered ? &w->d->stats.delivered : &w->d->stats.dropped, w->n);
    g_clear_pointer(&w->batch, g_free);
    next_batch(w);
}

static gboolean try_again(gpointer arg)
{
    struct webhook *w = arg;

    g_clear_pointer(&w->retry, g_source_unref);
    send_batch(w);
    return G_SOURCE_REMOVE;
}

static void failed(struct webhook *w, const char *reason)
{
    unsigned most, delay;

    g_mutex_lock(&w->d->lock);
    most = w->d->retries;
    delay = w->d->backoff_ms << MIN(w->tries, 10);
    g_mutex_unlock(&w->d->lock);
    if (!w->failing)
        gw_warn("events cannot be delivered: %s", reason);
    w->failing = true;
    if (w->tries++ >= most) {
        done(w, false);
        return;
    }
    atomic_fetch_add(&w->d->stats.retries, 1);
    w->retry = gw_deliverer_later(w->d, delay, try_again, w);
}

static void answered(GObject *session, GAsyncResult *result, gpointer arg)
{
    struct webhook *w = arg;
    GError *error = NULL;
    GBytes *body = soup_session_send_and_read_finish(SOUP_SESSION(session), result, &error);

    if (body)
        g_bytes_unref(body);
    if (error && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_error_free(error);
        return; /* the webhook has gone */
    }
    if (error) {
        failed(w, error->message);
        g_error_free(error);
        return;
    }
    if (w->failing)
        gw_info("events are delivered again");
    w->failing = false;
    done(w, true);
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

/* Compressed, or the text itself when it need not or cannot be. */
static GBytes *body_of(const char *text, bool compress, SoupMessageHeaders *headers)
{
    GBytes *small = compress ? gzipped(text) : NULL;

    if (!small)
        return g_bytes_new(text, strlen(text));
    soup_message_headers_replace(headers, "Content-Encoding", "gzip");
    return small;
}

static void send_batch(struct webhook *w)
{
    SoupMessage *m;
    SoupMessageHeaders *headers;
    GBytes *body;

    g_mutex_lock(&w->d->lock);
    m = soup_message_new("POST", w->d->backend);
    headers = soup_message_get_request_headers(m);
    if (w->d->user && w->d->password) {
        char *pair = g_strdup_printf("%s:%s", w->d->user, w->d->password);
        char *coded = g_base64_encode((const guchar *)pair, strlen(pair));
        char *value = g_strconcat("Basic ", coded, NULL);

        soup_message_headers_replace(headers, "Authorization", value);
        g_free(value);
        g_free(coded);
        g_free(pair);
    }
    body = body_of(w->batch, w->d->compress, headers);
    g_mutex_unlock(&w->d->lock);
    soup_message_set_request_body_from_bytes(m, "application/json", body);
    g_bytes_unref(body);
    soup_session_send_and_read_async(w->session, m, G_PRIORITY_DEFAULT, w->cancel, answered, w);
    g_object_unref(m);
}

static void *make(struct gw_deliverer *d)
{
    struct webhook *w = g_new0(struct webhook, 1);

    w->d = d;
    w->session = soup_session_new_with_options("timeout", ANSWER_S, "user-agent", "cardea", NULL);
    w->cancel = g_cancellable_new();
    return w;
}

static void free_webhook(void *state)
{
    struct webhook *w = state;

    if (w->batch)
        atomic_fetch_add(&w->d->stats.dropped, w->n);
    if (w->retry) {
        g_source_destroy(w->retry);
        g_source_unref(w->retry);
    }
    g_cancellable_cancel(w->cancel);
    soup_session_abort(w->session);
    while (g_main_context_iteration(w->d->context, FALSE))
        ;
    g_object_unref(w->session);
    g_object_unref(w->cancel);
    g_free(w->batch);
    g_free(w);
}

static void work(void *state)
{
    next_batch(state);
}

static bool idle(void *state)
{
    return !((struct webhook *)state)->batch;
}

const struct gw_way gw_way_webhook = {.make = make, .free = free_webhook, .work = work, .idle = idle};
