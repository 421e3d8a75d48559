/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events over a WebSocket that we open, and open again after 1, 2, 4, 8, 8, … seconds when it is lost. All of it
 * happens on the courier thread, which runs libsoup; control only wakes it.
 */
#include <string.h>

#include <libsoup/soup.h>

#include "events/inside.h"
#include "log/log.h"

#define LONGEST_WAIT_S 8
#define KEEPALIVE_S    20

struct socket {
    struct gw_deliverer *d; /* borrowed */
    /* of the courier: owned by control */
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    atomic_bool woken; /* send_now() is due */
    /* the courier's */
    SoupSession *session;                /* owned */
    SoupWebsocketConnection *connection; /* owned; NULL: there is none */
    GCancellable *cancel;                /* owned */
    GSource *again;                      /* owned; NULL: none is due */
    unsigned wait_s;
    bool connecting;
};

static void connect_now(struct socket *s);

static bool is_open(const struct socket *s)
{
    return s->connection && soup_websocket_connection_get_state(s->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void send_all(struct socket *s)
{
    char *text;
    unsigned n;

    while (is_open(s) && (text = gw_deliverer_next(s->d, &n))) {
        soup_websocket_connection_send_text(s->connection, text);
        atomic_fetch_add(&s->d->stats.delivered, n);
        g_free(text);
    }
}

/* Runs fn after ms on the courier thread. */
static GSource *later(struct socket *s, unsigned ms, GSourceFunc fn)
{
    GSource *source = g_timeout_source_new(ms);

    g_source_set_callback(source, fn, s, NULL);
    g_source_attach(source, s->context);
    return source;
}

static gboolean connect_again(gpointer arg)
{
    struct socket *s = arg;

    g_clear_pointer(&s->again, g_source_unref);
    connect_now(s);
    return G_SOURCE_REMOVE;
}

/* What is too old to be told after the outage goes. */
static void forget_oldest(struct socket *s)
{
    unsigned gone = 0;

    g_mutex_lock(&s->d->lock);
    while (s->d->keep_on_reconnect && s->d->waiting.length > s->d->keep_on_reconnect) {
        g_free(g_queue_pop_head(&s->d->waiting));
        gone++;
    }
    g_mutex_unlock(&s->d->lock);
    atomic_fetch_add(&s->d->stats.dropped, gone);
}

static void lost(struct socket *s, const char *reason)
{
    if (!s->wait_s)
        gw_warn("the connection for events is lost: %s", reason);
    s->wait_s = s->wait_s ? MIN(2 * s->wait_s, LONGEST_WAIT_S) : 1;
    if (!s->again)
        s->again = later(s, s->wait_s * 1000, connect_again);
}

static void on_closed(SoupWebsocketConnection *c, gpointer arg)
{
    struct socket *s = arg;

    if (c != s->connection)
        return;
    g_signal_handlers_disconnect_by_data(c, s);
    g_clear_object(&s->connection);
    lost(s, "closed by the other side");
}

static void connected(GObject *session, GAsyncResult *result, gpointer arg)
{
    struct socket *s = arg;
    GError *error = NULL;
    SoupWebsocketConnection *c = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);

    if (error && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_error_free(error);
        return; /* the socket has gone */
    }
    s->connecting = false;
    if (!c) {
        lost(s, error->message);
        g_error_free(error);
        return;
    }
    s->connection = c;
    soup_websocket_connection_set_keepalive_interval(c, KEEPALIVE_S);
    g_signal_connect(c, "closed", G_CALLBACK(on_closed), s);
    atomic_fetch_add(&s->d->stats.connects, 1);
    gw_info("connected for events");
    s->wait_s = 0;
    forget_oldest(s);
    send_all(s);
}

static void connect_now(struct socket *s)
{
    char *protocols[2] = {NULL, NULL};
    SoupMessage *m;

    if (s->connecting || s->connection)
        return;
    g_mutex_lock(&s->d->lock);
    m = soup_message_new("GET", s->d->backend);
    protocols[0] = g_strdup(s->d->subprotocol);
    g_mutex_unlock(&s->d->lock);
    s->connecting = true;
    soup_session_websocket_connect_async(s->session, m, NULL, protocols[0] ? protocols : NULL, G_PRIORITY_DEFAULT,
                                         s->cancel, connected, s);
    g_object_unref(m);
    g_free(protocols[0]);
}

static void drop(struct socket *s)
{
    if (!s->connection)
        return;
    g_signal_handlers_disconnect_by_data(s->connection, s);
    if (is_open(s))
        soup_websocket_connection_close(s->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    for (int i = 0; i < 20 && soup_websocket_connection_get_state(s->connection) != SOUP_WEBSOCKET_STATE_CLOSED; i++) {
        g_main_context_iteration(s->context, FALSE);
        g_usleep(5000);
    }
    g_clear_object(&s->connection);
}

/* --- the courier -------------------------------------------------------------------------------------------------- */

static bool all_sent(struct socket *s)
{
    bool empty;

    g_mutex_lock(&s->d->lock);
    empty = !s->d->waiting.length;
    g_mutex_unlock(&s->d->lock);
    return empty;
}

static gboolean wake_up(gpointer arg)
{
    return G_SOURCE_REMOVE;
}

/* Without a connection there may be one yet. */
static void last_chance(struct socket *s)
{
    gint64 until = g_get_monotonic_time() + GW_LAST_CHANCE_MS * 1000;
    GSource *timer = later(s, GW_LAST_CHANCE_MS, wake_up);

    send_all(s);
    while (!all_sent(s) && g_get_monotonic_time() < until)
        g_main_context_iteration(s->context, TRUE);
    g_source_destroy(timer);
    g_source_unref(timer);
}

static void end(struct socket *s)
{
    if (s->again) {
        g_source_destroy(s->again);
        g_source_unref(s->again);
    }
    g_cancellable_cancel(s->cancel);
    drop(s);
    soup_session_abort(s->session);
    while (g_main_context_iteration(s->context, FALSE))
        ; /* what was cancelled says so */
    g_object_unref(s->session);
    g_object_unref(s->cancel);
}

static gpointer courier(gpointer arg)
{
    struct socket *s = arg;

    g_main_context_push_thread_default(s->context);
    s->session = soup_session_new_with_options("user-agent", "cardea", NULL);
    s->cancel = g_cancellable_new();
    connect_now(s);
    g_main_loop_run(s->loop);
    last_chance(s);
    end(s);
    g_main_context_pop_thread_default(s->context);
    return NULL;
}

/* --- control ------------------------------------------------------------------------------------------------------ */

static void *make(struct gw_deliverer *d)
{
    struct socket *s = g_new0(struct socket, 1);

    s->d = d;
    s->context = g_main_context_new();
    s->loop = g_main_loop_new(s->context, FALSE);
    s->thread = g_thread_new("events", courier, s);
    return s;
}

static gboolean quit(gpointer arg)
{
    g_main_loop_quit(((struct socket *)arg)->loop);
    return G_SOURCE_REMOVE;
}

static void free_socket(void *state)
{
    struct socket *s = state;

    g_source_unref(later(s, 0, quit));
    g_thread_join(s->thread);
    g_main_loop_unref(s->loop);
    g_main_context_unref(s->context);
    g_free(s);
}

static gboolean send_now(gpointer arg)
{
    struct socket *s = arg;

    atomic_store(&s->woken, false);
    send_all(s);
    return G_SOURCE_REMOVE;
}

static void wake(void *state)
{
    struct socket *s = state;

    if (!atomic_exchange(&s->woken, true))
        g_source_unref(later(s, 0, send_now));
}

/* Another address, perhaps: come anew. */
static gboolean come_anew(gpointer arg)
{
    struct socket *s = arg;

    drop(s);
    s->wait_s = 0;
    connect_now(s);
    return G_SOURCE_REMOVE;
}

static void changed(void *state)
{
    g_source_unref(later(state, 0, come_anew));
}

const struct gw_way gw_way_websocket = {.make = make, .free = free_socket, .wake = wake, .changed = changed};
