/* SPDX-License-Identifier: Apache-2.0 */
#include "host/neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "host/control.h"
#include "log/log.h"

#define MOST_OUT     (64u << 20) /* bytes that wait for a neighbour which does not read; then it is given up */
#define READ_AT_ONCE 65536
#define MOST_HEADERS 64

/* Where something came from that was sent on. */
struct origin {
    uint64_t id; /* among what was sent on to this neighbour */
    const void *transport;
    uint64_t theirs; /* its connection or tag */
};

struct side {
    struct gw_neighbour_conf conf;
    bool there, known; /* known: the API has its transport */
    bool serves;       /* it takes what is for it: a successor not before it has begun */
    GByteArray *in, *out;
    bool blocked;
    /* what we have sent on to it */
    uint64_t last_id;
    GHashTable *exchanges;   /* id → struct origin */
    GHashTable *connections; /* id → struct origin */
    /* what it has sent on to us: ids */
    GHashTable *taken_exchanges, *taken_connections;
};

static struct {
    struct gw_api *api;
    struct side side[2];
} the;

static const struct cardea_transport tables[2];

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void give_up(struct side *s);

static void flush(struct side *s)
{
    ssize_t n;

    while (s->out->len) {
        n = send(s->conf.fd, s->out->data, s->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break; /* a neighbour that has gone is noticed by reading */
        g_byte_array_remove_range(s->out, 0, (guint)n);
    }
    if (s->blocked != (s->out->len > 0)) {
        s->blocked = !s->blocked;
        gw_loop_change(gw_control_loop(), s->conf.fd, EPOLLIN | (s->blocked ? EPOLLOUT : 0));
    }
}

/* head is taken. */
static bool put(struct side *s, enum gw_frame_kind kind, uint64_t id, json_t *head, const void *body, size_t len)
{
    bool fits;

    if (!s->there || s->out->len > MOST_OUT) {
        json_decref(head);
        return false;
    }
    fits = !gw_frame_put(s->out, kind, id, head, body, len);
    flush(s);
    return fits;
}

/* --- the neighbour as a transport: what it sent on is answered ---------------------------------------------------- */

static json_t *header_json(const char *const *headers)
{
    json_t *list = json_array();

    for (unsigned i = 0; headers && headers[i] && headers[i + 1] && i < 2 * MOST_HEADERS; i += 2) {
        json_array_append_new(list, json_string(headers[i]));
        json_array_append_new(list, json_string(headers[i + 1]));
    }
    return list;
}

/* Files do not go this way: what is on disk both of us can serve. */
static void respond(struct side *s, uint64_t tag, const struct cardea_response *r)
{
    int status = r->is_file ? 503 : r->status;
    gint64 key = (gint64)tag;

    if (r->is_file)
        close(r->fd);
    g_hash_table_remove(s->taken_exchanges, &key);
    put(s, GW_FRAME_RESPOND, tag, json_pack("{si so}", "status", status, "headers", header_json(r->headers)),
        r->is_file ? NULL : r->body, r->is_file ? 0 : r->len);
}

static void send_to(struct side *s, cardea_connection c, const char *text, size_t len)
{
    put(s, GW_FRAME_SEND, c, NULL, text, len);
}

static void shut(struct side *s, cardea_connection c)
{
    put(s, GW_FRAME_SHUT, c, NULL, NULL, 0);
}

static void respond_before(uint64_t tag, const struct cardea_response *r)
{
    respond(&the.side[GW_NEIGHBOUR_BEFORE], tag, r);
}

static void respond_after(uint64_t tag, const struct cardea_response *r)
{
    respond(&the.side[GW_NEIGHBOUR_AFTER], tag, r);
}

static void send_before(cardea_connection c, const char *text, size_t len)
{
    send_to(&the.side[GW_NEIGHBOUR_BEFORE], c, text, len);
}

static void send_after(cardea_connection c, const char *text, size_t len)
{
    send_to(&the.side[GW_NEIGHBOUR_AFTER], c, text, len);
}

static void shut_before(cardea_connection c)
{
    shut(&the.side[GW_NEIGHBOUR_BEFORE], c);
}

static void shut_after(cardea_connection c)
{
    shut(&the.side[GW_NEIGHBOUR_AFTER], c);
}

static bool offers_nothing(enum cardea_door door)
{
    return false;
}

static const struct cardea_transport tables[2] = {
    [GW_NEIGHBOUR_BEFORE] = {CARDEA_TRANSPORT_HEAD, .name = "cardea.transport.predecessor", .title = "Predecessor",
                             .description = "The gateway that this one took over from", .author = "The Cardea authors",
                             .version_string = "0.1.0", .version = 1, .offers = offers_nothing, .send = send_before,
                             .shut = shut_before, .respond = respond_before},
    [GW_NEIGHBOUR_AFTER] = {CARDEA_TRANSPORT_HEAD, .name = "cardea.transport.successor", .title = "Successor",
                            .description = "The gateway that took over from this one", .author = "The Cardea authors",
                            .version_string = "0.1.0", .version = 1, .offers = offers_nothing, .send = send_after,
                            .shut = shut_after, .respond = respond_after},
};

/* --- the neighbour as the place where a session is ---------------------------------------------------------------- */

/* To whom? What came from one side goes to the other, or stays: never back, unless it is for a handle there. */
static struct side *way(int where, const void *from, bool fresh)
{
    struct side *before = &the.side[GW_NEIGHBOUR_BEFORE], *after = &the.side[GW_NEIGHBOUR_AFTER];

    if (where != GW_ANYWHERE)
        return the.side[where].serves ? &the.side[where] : NULL;
    if (!fresh && before->serves && from != &tables[GW_NEIGHBOUR_BEFORE])
        return before;
    return after->serves && from != &tables[GW_NEIGHBOUR_AFTER] ? after : NULL;
}

static struct origin *find_theirs(GHashTable *table, const void *transport, uint64_t theirs)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, table);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct origin *o = value;

        if (o->transport == transport && o->theirs == theirs)
            return o;
    }
    return NULL;
}

static struct origin *note(struct side *s, GHashTable *table, const void *transport, uint64_t theirs)
{
    struct origin *o = g_new(struct origin, 1);

    *o = (struct origin){++s->last_id, transport, theirs};
    g_hash_table_insert(table, &o->id, o);
    return o;
}

/* The connection as the neighbour knows it. */
static uint64_t connection_to(struct side *s, const void *transport, cardea_connection c, enum cardea_door door,
                              const char *remote)
{
    const struct origin *o = find_theirs(s->connections, transport, c);

    if (o)
        return o->id;
    o = note(s, s->connections, transport, c);
    put(s, GW_FRAME_OPENED, o->id, json_pack("{si ss}", "door", (int)door, "remote", remote ? remote : ""), NULL, 0);
    return o->id;
}

/* A message for a session that is not here: only an older process can have it. */
static bool message_elsewhere(void *unused, int where, const void *transport, cardea_connection c,
                              enum cardea_door door, const char *remote, const char *text, size_t len)
{
    struct side *s = way(where, transport, false);

    if (!s || (where == GW_ANYWHERE && s != &the.side[GW_NEIGHBOUR_BEFORE]))
        return false;
    return put(s, GW_FRAME_RECEIVED, connection_to(s, transport, c, door, remote), NULL, text, len);
}

static bool exchange_elsewhere(void *unused, int where, const void *transport, uint64_t tag, enum cardea_door door,
                               const struct gw_exchange_in *in, bool fresh)
{
    struct side *s = way(where, transport, fresh);
    const struct origin *o;
    json_t *head;

    if (!s)
        return false;
    head = json_pack("{si sb ss ss ss ss so}", "door", (int)door, "route", in->route, "method", in->method, "path",
                     in->path, "query", in->query ? in->query : "", "remote", in->remote ? in->remote : "", "headers",
                     header_json(in->headers));
    if (!head) /* text that is not UTF-8 */
        return false;
    o = note(s, s->exchanges, transport, tag);
    if (put(s, GW_FRAME_EXCHANGE, o->id, head, in->body, in->len))
        return true;
    g_hash_table_remove(s->exchanges, &o->id);
    return false;
}

static void closed_elsewhere(void *unused, const void *transport, cardea_connection c)
{
    for (unsigned i = 0; i < 2; i++) {
        struct side *s = &the.side[i];
        struct origin *o = s->there ? find_theirs(s->connections, transport, c) : NULL;

        if (!o)
            continue;
        put(s, GW_FRAME_CLOSED, o->id, NULL, NULL, 0);
        g_hash_table_remove(s->connections, &o->id);
    }
}

static void abandoned_elsewhere(void *unused, const void *transport, uint64_t tag)
{
    for (unsigned i = 0; i < 2; i++) {
        struct side *s = &the.side[i];
        struct origin *o = s->there ? find_theirs(s->exchanges, transport, tag) : NULL;

        if (!o)
            continue;
        put(s, GW_FRAME_ABANDONED, o->id, NULL, NULL, 0);
        g_hash_table_remove(s->exchanges, &o->id);
    }
}

/* The older one is asked: what was there first is there. */
static bool lodge_elsewhere(void *unused, const void *transport, uint64_t id, uint64_t session, json_t *what,
                            int *where)
{
    uint64_t c;

    *where = the.side[GW_NEIGHBOUR_BEFORE].serves ? GW_NEIGHBOUR_BEFORE : GW_NEIGHBOUR_AFTER;
    if (!the.side[*where].serves) {
        json_decref(what);
        return false;
    }
    if (session) {
        c = connection_to(&the.side[*where], transport, session, CARDEA_DOOR_CLIENT, NULL);
        json_object_set_new(what, "connection", json_integer((json_int_t)c));
    }
    return put(&the.side[*where], GW_FRAME_LODGE, id, what, NULL, 0);
}

static const struct gw_elsewhere elsewhere = {message_elsewhere, exchange_elsewhere, closed_elsewhere,
                                              abandoned_elsewhere, lodge_elsewhere};

/* --- what it says ------------------------------------------------------------------------------------------------- */

static const char *text_of(const struct gw_frame *f, const char *name)
{
    const char *v = json_string_value(json_object_get(f->head, name));

    return v ? v : "";
}

static enum cardea_door door_of(const struct gw_frame *f)
{
    return json_integer_value(json_object_get(f->head, "door")) == CARDEA_DOOR_ADMIN ? CARDEA_DOOR_ADMIN
                                                                                     : CARDEA_DOOR_CLIENT;
}

/* Texts of f->head, name by name; NULL at the end. Free the array alone. */
static const char **headers_of(const struct gw_frame *f)
{
    const json_t *list = json_object_get(f->head, "headers");
    size_t n = json_array_size(list) & ~(size_t)1;
    const char **out = g_new0(const char *, MIN(n, 2 * MOST_HEADERS) + 1);

    for (size_t i = 0; i < MIN(n, 2 * MOST_HEADERS); i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i])
            out[i] = "";
    }
    return out;
}

static void take_exchange(struct side *s, const struct gw_frame *f)
{
    const char **headers = headers_of(f);
    char *body = g_strndup(f->len ? f->body : "", f->len); /* with a zero byte behind it */
    const struct gw_exchange_in in = {.method = text_of(f, "method"),
                                      .path = text_of(f, "path"),
                                      .query = text_of(f, "query"),
                                      .remote = text_of(f, "remote"),
                                      .route = json_is_true(json_object_get(f->head, "route")),
                                      .headers = headers,
                                      .body = body,
                                      .len = f->len};
    gint64 *key = g_memdup2(&f->id, sizeof(f->id));

    if (f->len)
        memcpy(body, f->body, f->len); /* zero bytes inside are for the parser to refuse */
    g_hash_table_add(s->taken_exchanges, key);
    gw_api_exchange(the.api, &tables[s->conf.which], f->id, door_of(f), &in);
    g_free(body);
    g_free(headers);
}

static void take_response(struct side *s, const struct gw_frame *f)
{
    const struct origin *o = g_hash_table_lookup(s->exchanges, &f->id);
    int status = (int)json_integer_value(json_object_get(f->head, "status"));
    const char **headers;

    if (!o)
        return; /* its client has gone */
    headers = headers_of(f);
    gw_api_respond(the.api, o->transport, o->theirs, status >= 200 && status <= 599 ? status : 502, headers, f->body,
                   f->len);
    g_free(headers);
    g_hash_table_remove(s->exchanges, &f->id);
}

static void take_lodger(struct side *s, const struct gw_frame *f)
{
    uint64_t c = (uint64_t)json_integer_value(json_object_get(f->head, "connection"));
    bool in = gw_api_lodge(the.api, &tables[s->conf.which], c, f->head);

    put(s, GW_FRAME_LODGED, f->id, json_pack("{sb sO?}", "in", in, "session", json_object_get(f->head, "session")),
        NULL, 0);
}

static void take_frame(struct side *s, const struct gw_frame *f)
{
    const void *transport = &tables[s->conf.which];
    const struct origin *o = g_hash_table_lookup(s->connections, &f->id);
    gint64 key = (gint64)f->id;

    switch (f->kind) {
    case GW_FRAME_OPENED:
        g_hash_table_add(s->taken_connections, g_memdup2(&key, sizeof(key)));
        gw_api_opened(the.api, transport, f->id, door_of(f), text_of(f, "remote"));
        break;
    case GW_FRAME_RECEIVED:
        gw_api_received(the.api, transport, f->id, f->len ? f->body : "", f->len);
        break;
    case GW_FRAME_CLOSED:
        g_hash_table_remove(s->taken_connections, &key);
        gw_api_closed(the.api, transport, f->id);
        break;
    case GW_FRAME_EXCHANGE:
        take_exchange(s, f);
        break;
    case GW_FRAME_ABANDONED:
        g_hash_table_remove(s->taken_exchanges, &key);
        gw_api_abandoned(the.api, transport, f->id);
        break;
    case GW_FRAME_SEND:
        if (o)
            gw_api_send(the.api, o->transport, o->theirs, f->len ? f->body : "", f->len);
        break;
    case GW_FRAME_SHUT:
        if (o)
            gw_api_shut(the.api, o->transport, o->theirs);
        break;
    case GW_FRAME_RESPOND:
        take_response(s, f);
        break;
    case GW_FRAME_LODGE:
        take_lodger(s, f);
        break;
    case GW_FRAME_LODGED:
        gw_api_lodged(the.api, f->id, (uint64_t)json_integer_value(json_object_get(f->head, "session")),
                      json_is_true(json_object_get(f->head, "in")));
        break;
    default:
        if (!s->conf.word || !s->conf.word(s->conf.arg, f))
            give_up(s);
    }
}

/* false: it has ended, or makes no sense. */
static bool take_frames(struct side *s)
{
    int used;

    for (;;) {
        struct gw_frame f;

        used = gw_frame_read(&f, s->in->data, s->in->len);
        if (used <= 0)
            break;
        take_frame(s, &f);
        json_decref(f.head);
        if (!s->there)
            return true; /* given up meanwhile */
        g_byte_array_remove_range(s->in, 0, (guint)used);
    }
    return !used;
}

static void on_io(void *arg, uint32_t events, int64_t now_us)
{
    struct side *s = arg;
    ssize_t n;

    if (events & EPOLLOUT)
        flush(s);
    if (!(events & ~(uint32_t)EPOLLOUT))
        return;
    g_byte_array_set_size(s->in, s->in->len + READ_AT_ONCE);
    n = recv(s->conf.fd, s->in->data + s->in->len - READ_AT_ONCE, READ_AT_ONCE, MSG_DONTWAIT);
    g_byte_array_set_size(s->in, s->in->len - READ_AT_ONCE + (guint)(n > 0 ? n : 0));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !take_frames(s))
        give_up(s);
}

/* --- coming and going --------------------------------------------------------------------------------------------- */

static GHashTable *new_table(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
}

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

/* All that hung on it: exchanges are answered, what it brought has gone. */
static void let_go(struct side *s)
{
    const void *transport = &tables[s->conf.which];
    GHashTableIter it;
    gpointer key, value;

    g_hash_table_iter_init(&it, s->exchanges);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct origin *o = value;

        gw_api_respond(the.api, o->transport, o->theirs, 503, NULL, NULL, 0);
    }
    g_hash_table_iter_init(&it, s->taken_exchanges);
    while (g_hash_table_iter_next(&it, &key, NULL))
        gw_api_abandoned(the.api, transport, *(uint64_t *)key);
    g_hash_table_iter_init(&it, s->taken_connections);
    while (g_hash_table_iter_next(&it, &key, NULL))
        gw_api_closed(the.api, transport, *(uint64_t *)key);
}

static void free_side(struct side *s)
{
    gw_loop_remove(gw_control_loop(), s->conf.fd);
    close(s->conf.fd);
    g_byte_array_unref(s->in);
    g_byte_array_unref(s->out);
    g_hash_table_destroy(s->exchanges);
    g_hash_table_destroy(s->connections);
    g_hash_table_destroy(s->taken_exchanges);
    g_hash_table_destroy(s->taken_connections);
}

static void give_up(struct side *s)
{
    struct gw_neighbour_conf conf = s->conf;

    if (!s->there)
        return;
    s->there = s->serves = false;
    let_go(s);
    free_side(s);
    gw_api_neighbour_gone(the.api, (int)conf.which);
    if (conf.gone)
        conf.gone(conf.arg);
}

int gw_neighbour_add(const struct gw_neighbour_conf *conf)
{
    struct side *s = &the.side[conf->which];
    char why[120];

    if (s->there || (!s->known && gw_api_add_transport(the.api, &tables[conf->which], NULL, NULL, why, sizeof(why)))) {
        close(conf->fd);
        return GW_EPROTO;
    }
    *s = (struct side){.conf = *conf, .there = true, .known = true, .serves = conf->which == GW_NEIGHBOUR_BEFORE};
    s->in = g_byte_array_new();
    s->out = g_byte_array_new();
    s->exchanges = new_table();
    s->connections = new_table();
    s->taken_exchanges = new_set();
    s->taken_connections = new_set();
    fcntl(conf->fd, F_SETFL, fcntl(conf->fd, F_GETFL) | O_NONBLOCK);
    gw_loop_add(gw_control_loop(), conf->fd, EPOLLIN, on_io, s);
    return 0;
}

bool gw_neighbour_is_there(enum gw_neighbour which)
{
    return the.side[which].there;
}

void gw_neighbour_serves(enum gw_neighbour which)
{
    the.side[which].serves = the.side[which].there;
}

void gw_neighbour_say(enum gw_neighbour which, enum gw_frame_kind kind)
{
    put(&the.side[which], kind, 0, NULL, NULL, 0);
}

bool gw_neighbours_wait(void)
{
    for (unsigned i = 0; i < 2; i++)
        if (the.side[i].there && (g_hash_table_size(the.side[i].exchanges) || the.side[i].out->len))
            return true;
    return false;
}

void gw_neighbours_begin(struct gw_api *api)
{
    memset(&the, 0, sizeof(the));
    the.api = api;
    gw_api_elsewhere(api, &elsewhere);
}

void gw_neighbours_end(void)
{
    for (unsigned i = 0; the.api && i < 2; i++) {
        the.side[i].conf.gone = NULL;
        give_up(&the.side[i]);
    }
    the.api = NULL;
}
