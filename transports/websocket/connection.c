/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One WebSocket: pieces of a message that are still arriving, and messages that wait to be sent. A client that does not
 * read is closed when its queue is full, or when nothing of it has moved for a while: the gateway never waits.
 */
#include <stdlib.h>
#include <string.h>

#include "../common/layout.h"
#include "websocket.h"

/* A message that waits, with the room in front that the library writes its frame header into. */
struct message {
    size_t len;
    unsigned char text[]; /* LWS_PRE, then len */
};

struct connection {
    /* given at creation */
    cardea_connection id;
    struct lws *wsi;
    /* service thread */
    GByteArray *in; /* the beginning of a message that comes in parts, or NULL */
    bool ping_due;
    int64_t heard_us, pinged_us; /* pinged 0: no ping is out */
    /* under the lock */
    GQueue out; /* struct message * */
    size_t out_bytes;
    int64_t moved_us; /* when the queue last began to wait, or went on */
    bool kicked, shut, overflow;
};

static struct {
    pthread_mutex_t lock;
    GHashTable *all;   /* id -> struct connection *; owned. Changed by the service thread only. */
    GPtrArray *kicked; /* those that have something new for the service thread */
    cardea_connection last_id;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Connections kicked in this turn of the control thread; the service thread is woken for all of them together. */
static unsigned unsaid;

#define MOST_UNSAID 32 /* a long turn must not keep all of them waiting */

/* --- what the gateway sends: control thread ----------------------------------------------------------------------- */

static void clear_out(struct connection *c)
{
    g_queue_clear_full(&c->out, g_free);
    c->out_bytes = 0;
}

/* Under the lock. */
static void kick(struct connection *c)
{
    if (c->kicked)
        return;
    c->kicked = true;
    g_ptr_array_add(table.kicked, c);
    unsaid++;
}

static void queue(struct connection *c, const char *text, size_t len)
{
    struct message *m;

    if (c->shut || c->overflow)
        return;
    if (c->out.length >= ws.most_messages || c->out_bytes + len > ws.most_bytes) {
        c->overflow = true;
        clear_out(c);
        kick(c);
        return;
    }
    m = g_malloc(sizeof(*m) + LWS_PRE + len);
    if (!c->out.length)
        c->moved_us = g_get_monotonic_time();
    m->len = len;
    memcpy(m->text + LWS_PRE, text, len);
    g_queue_push_tail(&c->out, m);
    c->out_bytes += len;
    kick(c);
}

void connections_turn_end(void)
{
    if (unsaid)
        service_wake();
    unsaid = 0;
}

static void send_text(cardea_connection id, const char *text, size_t len)
{
    struct connection *c;

    pthread_mutex_lock(&table.lock);
    c = g_hash_table_lookup(table.all, &id);
    if (c)
        queue(c, text, len);
    pthread_mutex_unlock(&table.lock);
    if (unsaid == MOST_UNSAID)
        connections_turn_end();
}

void connection_send(cardea_connection id, const char *text, size_t len)
{
    char *laid_out = layout_apply((enum layout)atomic_load(&ws.layout), text, len);

    send_text(id, laid_out ? laid_out : text, laid_out ? strlen(laid_out) : len);
    free(laid_out);
}

void connection_shut(cardea_connection id)
{
    struct connection *c;

    pthread_mutex_lock(&table.lock);
    c = g_hash_table_lookup(table.all, &id);
    if (c) {
        c->shut = true;
        c->moved_us = g_get_monotonic_time();
        kick(c);
    }
    pthread_mutex_unlock(&table.lock);
}

/* --- coming and going: service thread from here on ---------------------------------------------------------------- */

static void tell(const struct connection *c, json_t *body)
{
    if (atomic_load(&ws.events) && !atomic_load(&ws.stopping))
        ws.host->event(&cardea_transport, c->id, body);
    else
        json_decref(body);
}

static struct connection *come(struct lws *wsi)
{
    struct connection *c = g_new0(struct connection, 1);
    char remote[64];
    const struct endpoint *e = handshake_over(wsi, remote, sizeof(remote));

    c->wsi = wsi;
    c->heard_us = g_get_monotonic_time();
    g_queue_init(&c->out);
    pthread_mutex_lock(&table.lock);
    c->id = ++table.last_id;
    g_hash_table_insert(table.all, &c->id, c);
    pthread_mutex_unlock(&table.lock);
    atomic_fetch_add(&ws.connections, 1);
    ws.host->opened(&cardea_transport, c->id, e->door, remote);
    tell(c, json_pack("{ss sb ss}", "event", "connected", "admin_api", e->door == CARDEA_DOOR_ADMIN, "ip", remote));
    return c;
}

static void connection_free(struct connection *c)
{
    clear_out(c);
    g_clear_pointer(&c->in, g_byte_array_unref);
    g_free(c);
}

static void go(struct connection *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&table.lock);
    g_hash_table_remove(table.all, &c->id);
    if (c->kicked)
        g_ptr_array_remove_fast(table.kicked, c);
    pthread_mutex_unlock(&table.lock);
    atomic_fetch_sub(&ws.connections, 1);
    if (!atomic_load(&ws.stopping))
        ws.host->closed(&cardea_transport, c->id);
    tell(c, json_pack("{ss}", "event", "disconnected"));
    connection_free(c);
}

static void kill_now(struct connection *c)
{
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
}

static int close_with(struct lws *wsi, enum lws_close_status status)
{
    lws_close_reason(wsi, status, NULL, 0);
    return -1;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

static void heard(struct connection *c, const void *text, size_t len)
{
    atomic_fetch_add(&ws.messages, 1);
    ws.host->received(&cardea_transport, c->id, len ? text : "", len);
}

static int receive(struct connection *c, const void *piece, size_t len)
{
    bool last = lws_is_final_fragment(c->wsi) && !lws_remaining_packet_payload(c->wsi);

    c->heard_us = g_get_monotonic_time();
    c->pinged_us = 0;
    if ((c->in ? c->in->len : 0) + len > ws.most_message)
        return close_with(c->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
    if (last && !c->in) {
        heard(c, piece, len);
        return 0;
    }
    if (!c->in)
        c->in = g_byte_array_new();
    if (len)
        g_byte_array_append(c->in, piece, (guint)len);
    if (last) {
        heard(c, c->in->data, c->in->len);
        g_clear_pointer(&c->in, g_byte_array_unref); /* one large message must not keep its room for ever */
    }
    return 0;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static struct message *pop(struct connection *c, bool *more, bool *shut)
{
    struct message *m;

    pthread_mutex_lock(&table.lock);
    c->moved_us = g_get_monotonic_time();
    m = g_queue_pop_head(&c->out);
    if (m)
        c->out_bytes -= m->len;
    *more = c->out.length > 0;
    *shut = c->shut;
    pthread_mutex_unlock(&table.lock);
    return m;
}

/* With something in it: the library does not tell of the answer to an empty one. */
static int ping(struct connection *c)
{
    static const char text[] = "ping";
    unsigned char room[LWS_PRE + sizeof(text)];

    c->ping_due = false;
    memcpy(room + LWS_PRE, text, sizeof(text));
    if (lws_write(c->wsi, room + LWS_PRE, sizeof(text) - 1, LWS_WRITE_PING) < 0)
        return -1;
    lws_callback_on_writable(c->wsi);
    return 0;
}

enum left { NOTHING, SOME, CLOSING, FAILED };

/* A message is written whole: what the socket does not take at once waits in the library, and nothing else is written
 * until that has gone. */
static enum left write_some(struct connection *c)
{
    bool more = true, shut = false;

    while (more && !lws_partial_buffered(c->wsi)) {
        struct message *m = pop(c, &more, &shut);
        int n = m ? lws_write(c->wsi, m->text + LWS_PRE, m->len, LWS_WRITE_TEXT) : 0;

        g_free(m);
        if (n < 0)
            return FAILED;
        if (!more && shut)
            return CLOSING;
    }
    return more ? SOME : NOTHING;
}

/* The socket takes more. */
static int write_out(struct connection *c)
{
    if (c->ping_due)
        return ping(c);
    switch (write_some(c)) {
    case FAILED:
        return -1;
    case CLOSING:
        return close_with(c->wsi, atomic_load(&ws.stopping) ? LWS_CLOSE_STATUS_GOINGAWAY : LWS_CLOSE_STATUS_NORMAL);
    case SOME:
        lws_callback_on_writable(c->wsi);
        return 0;
    case NOTHING:
        return 0;
    }
    return 0;
}

/* Most sockets take all there is: the library is asked for a turn (three system calls) by those that do not. */
static void write_at_once(struct connection *c)
{
    switch (write_some(c)) {
    case FAILED:
        kill_now(c);
        break;
    case CLOSING: /* only within a callback */
    case SOME:
        lws_callback_on_writable(c->wsi);
        break;
    case NOTHING:
        break;
    }
}

void connections_write_kicked(void)
{
    GPtrArray *kicked, *writing = g_ptr_array_new();

    pthread_mutex_lock(&table.lock);
    kicked = table.kicked;
    table.kicked = g_ptr_array_new();
    for (guint i = 0; i < kicked->len; i++) {
        struct connection *c = kicked->pdata[i];

        c->kicked = false;
        if (c->overflow) {
            atomic_fetch_add(&ws.overflows, 1);
            kill_now(c);
        } else {
            g_ptr_array_add(writing, c);
        }
    }
    pthread_mutex_unlock(&table.lock);
    for (guint i = 0; i < writing->len; i++) /* none of them goes meanwhile: they go in callbacks */
        write_at_once(writing->pdata[i]);
    g_ptr_array_free(kicked, TRUE);
    g_ptr_array_free(writing, TRUE);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void look_after(struct connection *c, int64_t now_us)
{
    bool waits = c->out.length > 0 || c->shut;

    if (waits && now_us - c->moved_us > ws.stall_us) {
        atomic_fetch_add(&ws.stalls, 1);
        kill_now(c);
    } else if (!ws.ping_after_us) {
        return;
    } else if (c->pinged_us && now_us - c->pinged_us > ws.pong_within_us) {
        kill_now(c);
    } else if (!c->pinged_us && now_us - c->heard_us >= ws.ping_after_us) {
        c->pinged_us = now_us;
        c->ping_due = true;
        lws_callback_on_writable(c->wsi);
    }
}

void connections_look_after(int64_t now_us)
{
    GHashTableIter it;
    gpointer c;

    pthread_mutex_lock(&table.lock);
    g_hash_table_iter_init(&it, table.all);
    while (g_hash_table_iter_next(&it, NULL, &c))
        look_after(c, now_us);
    pthread_mutex_unlock(&table.lock);
}

void connections_say_goodbye(void)
{
    GHashTableIter it;
    gpointer value;

    pthread_mutex_lock(&table.lock);
    g_hash_table_iter_init(&it, table.all);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct connection *c = value;

        c->shut = true;
        lws_callback_on_writable(c->wsi);
    }
    pthread_mutex_unlock(&table.lock);
}

/* --- the library's door ------------------------------------------------------------------------------------------- */

static int add_headers(struct lws *wsi, struct lws_process_html_args *args)
{
    return lws_add_http_header_by_name(
        wsi, (const unsigned char *)"access-control-allow-origin:", (const unsigned char *)ws.allow_origin,
        (int)strlen(ws.allow_origin), (unsigned char **)&args->p, (unsigned char *)args->p + args->max_len);
}

int connection_callback(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
    struct connection **mine = user;

    switch (why) {
    case LWS_CALLBACK_ADD_HEADERS:
        return add_headers(wsi, in);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return handshake_fits(wsi) ? 0 : -1;
    case LWS_CALLBACK_ESTABLISHED:
        *mine = come(wsi);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return receive(*mine, in, len);
    case LWS_CALLBACK_RECEIVE_PONG:
        (*mine)->heard_us = g_get_monotonic_time();
        (*mine)->pinged_us = 0;
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_out(*mine);
    case LWS_CALLBACK_CLOSED:
        go(*mine);
        *mine = NULL;
        return 0;
    default:
        return 0;
    }
}

/* --- life --------------------------------------------------------------------------------------------------------- */

void connections_init(void)
{
    table.all = g_hash_table_new(g_int64_hash, g_int64_equal);
    table.kicked = g_ptr_array_new();
    unsaid = 0;
}

void connections_end(void)
{
    g_hash_table_destroy(table.all); /* empty: the library has closed all */
    g_ptr_array_free(table.kicked, TRUE);
    table.all = NULL;
    table.kicked = NULL;
}
