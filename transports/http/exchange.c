/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its answer. Once its body is complete the connection is suspended and the gateway is asked; whoever
 * takes the exchange out of the table of waiting ones, under its lock, decides how it ends: the control thread with an
 * answer, the watching thread because the client has gone, or stop.
 */
#include <string.h>
#include <unistd.h>

#include "../common/acl.h"
#include "../common/forwarded.h"
#include "../common/layout.h"
#include "cors.h"
#include "http.h"
#include "target.h"

/* How long, in seconds, the gateway may take; long polls are held for 30 s. */
#define ANSWER_S      10
#define POLL_S        60
#define ROUTE_S       60
#define SLOWEST_BPS   4096 /* bytes a second of a client that reads its answer */
#define LAST_WORDS_MS 500  /* at stop, for answers that are on their way */

struct exchange {
    /* given at creation */
    struct server *server;
    struct client *client;
    struct MHD_Connection *connection;
    char *raw; /* owned; target.query points into it */
    enum target_result target_result;
    struct target target;
    const char *below;           /* points into target; NULL: a page or a route */
    char remote[FORWARDED_TEXT]; /* who asks, perhaps through proxies */
    /* the port's thread */
    GByteArray *body;
    size_t discarded;
    bool begun, asked;
    /* under the lock until it is taken out of the table */
    uint64_t tag; /* 0: not given to the gateway yet */
    bool answered, gone;
    int status;
    struct MHD_Response *response;
    uint64_t response_len;
};

static struct {
    pthread_mutex_t lock;
    GHashTable *waiting; /* tag -> struct exchange *; suspended */
    uint64_t last_tag;
    unsigned going_out; /* answered, but not completed */
    bool ending;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- answers ------------------------------------------------------------------------------------------------------ */

const char *header_of(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* What the gateway has said itself is not said twice. */
static void add_cors(struct MHD_Connection *c, struct MHD_Response *r)
{
    const struct cors cors = {http.allow_origin, http.origin_given};
    struct cors_header headers[CORS_MOST_HEADERS];
    size_t n = cors_headers(headers, &cors, header_of(c, "Access-Control-Request-Method"),
                            header_of(c, "Access-Control-Request-Headers"));

    for (size_t i = 0; i < n; i++)
        if (!MHD_get_response_header(r, headers[i].name))
            MHD_add_response_header(r, headers[i].name, headers[i].value);
}

/* response is taken; NULL: no body. */
static enum MHD_Result respond(struct exchange *x, int status, struct MHD_Response *r, uint64_t len)
{
    enum MHD_Result result;

    if (!r)
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    client_may_take(x->client, IDLE_S + (int64_t)(len / SLOWEST_BPS), OURS);
    add_cors(x->connection, r);
    result = MHD_queue_response(x->connection, (unsigned)status, r);
    MHD_destroy_response(r);
    return result;
}

static bool is_json(const struct cardea_response *r)
{
    const char *const *h = r->headers;

    return !r->is_file && h && h[0] && h[1] && !strcmp(h[1], "application/json");
}

static struct MHD_Response *copy_response(const struct cardea_response *from)
{
    char *text = is_json(from) ? layout_apply((enum layout)atomic_load(&http.layout), from->body, from->len) : NULL;
    struct MHD_Response *r =
        from->is_file ? MHD_create_response_from_fd_at_offset64(from->len, from->fd, from->offset)
        : text        ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE)
                      : MHD_create_response_from_buffer(from->len, (void *)from->body, MHD_RESPMEM_MUST_COPY);

    if (!r && from->is_file)
        close(from->fd);
    for (const char *const *h = from->headers; r && h && h[0] && h[1]; h += 2)
        MHD_add_response_header(r, h[0], h[1]);
    return r;
}

/* Under the lock. The exchange of this tag, which is the caller's to end; NULL: it has ended. */
static struct exchange *take(uint64_t tag)
{
    struct exchange *x = g_hash_table_lookup(table.waiting, &tag);

    if (!x)
        return NULL;
    g_hash_table_remove(table.waiting, &tag);
    client_unwatch(x->client);
    return x;
}

void exchange_respond(uint64_t tag, const struct cardea_response *response)
{
    struct MHD_Response *copy = copy_response(response);
    struct exchange *x;

    pthread_mutex_lock(&table.lock);
    x = take(tag);
    if (x) {
        x->status = response->status;
        x->response = copy;
        x->response_len = response->len;
        x->answered = true;
        table.going_out++;
        MHD_resume_connection(x->connection);
        copy = NULL;
    }
    pthread_mutex_unlock(&table.lock);
    if (copy)
        MHD_destroy_response(copy);
}

void exchange_gone(uint64_t tag)
{
    struct exchange *x;

    pthread_mutex_lock(&table.lock);
    x = take(tag);
    if (x) {
        x->gone = true;
        MHD_resume_connection(x->connection);
    }
    pthread_mutex_unlock(&table.lock);
}

static enum MHD_Result finish(struct exchange *x)
{
    struct MHD_Response *r = x->response;

    if (!x->answered || !r)
        return MHD_NO; /* resumed because the client has gone, or because we stop */
    x->response = NULL;
    return respond(x, x->status, r, x->response_len);
}

/* --- asking the gateway ------------------------------------------------------------------------------------------- */

static const char *find_header(void *connection, const char *name)
{
    return header_of(connection, name);
}

static void tell(const struct exchange *x)
{
    if (atomic_load(&http.events))
        http.host->event(&cardea_transport, x->tag,
                         json_pack("{ss sb ss si}", "event", "request", "admin_api",
                                   x->server->door == CARDEA_DOOR_ADMIN, "ip", x->remote, "port",
                                   (int)x->client->port));
}

/* From here on the connection may be resumed at any time, but x lives until this thread has completed it. */
static bool suspend(struct exchange *x, bool reads_only)
{
    bool ending;

    pthread_mutex_lock(&table.lock);
    ending = table.ending;
    if (!ending) {
        x->asked = true;
        x->tag = ++table.last_tag;
        g_hash_table_insert(table.waiting, &x->tag, x);
        MHD_suspend_connection(x->connection);
        client_watch(x->client, x->tag, reads_only);
    }
    pthread_mutex_unlock(&table.lock);
    return !ending;
}

static enum MHD_Result ask_gateway(struct exchange *x, const char *method)
{
    bool reads_only = !strcmp(method, "GET") || !strcmp(method, "HEAD");
    const struct cardea_exchange about = {.method = method,
                                          .path = x->below ? x->below : x->target.path,
                                          .query = x->target.query,
                                          .route = !x->below,
                                          .header = find_header,
                                          .arg = x->connection,
                                          .remote = x->remote};

    client_may_take(x->client, !x->below ? ROUTE_S : reads_only ? POLL_S : ANSWER_S, OURS);
    if (!suspend(x, reads_only))
        return MHD_NO;
    atomic_fetch_add(&http.messages, 1);
    if (x->below)
        tell(x);
    http.host->exchange(&cardea_transport, x->tag, x->server->door, &about, x->body->len ? x->body->data : NULL,
                        x->body->len);
    return MHD_YES;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

void *exchange_begin(void *server, const char *target, struct MHD_Connection *c)
{
    struct exchange *x = g_new0(struct exchange, 1);

    x->server = server;
    x->connection = c;
    x->client = client_of(c);
    x->raw = g_strdup(target);
    x->body = g_byte_array_new();
    x->target_result = target_read(&x->target, x->raw);
    if (x->target_result == TARGET_GOOD)
        x->below = target_below(x->server->base, x->target.path);
    if (x->client)
        client_may_take(x->client, http.request_s, THEIRS);
    return x;
}

static bool origin_is_welcome(const struct exchange *x)
{
    const char *origin = header_of(x->connection, "Origin");

    return !http.enforce_cors ||
           acl_allows_origin(http.allow_origin, origin ? origin : header_of(x->connection, "Referer"));
}

static bool is_too_large(const struct exchange *x)
{
    const char *length = header_of(x->connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return x->discarded || (length && g_ascii_strtoull(length, NULL, 10) > http.most_body);
}

/* The headers have come: what can be refused without the body. 0: go on. */
static int early_refusal(const struct exchange *x)
{
    if (x->target_result != TARGET_GOOD)
        return x->target_result == TARGET_BAD ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_URI_TOO_LONG;
    if (!origin_is_welcome(x))
        return MHD_HTTP_FORBIDDEN;
    return is_too_large(x) ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static enum MHD_Result on_headers(struct exchange *x)
{
    const char *forwarded = x->server->acl_forwarded ? header_of(x->connection, "X-Forwarded-For") : NULL;
    int status;

    x->begun = true;
    if (x->client) {
        g_strlcpy(x->remote, x->client->remote, sizeof(x->remote));
        forwarded_resolve(x->remote, http.trusted, header_of(x->connection, "X-Forwarded-For"));
    }
    if (!x->client || (forwarded && !acl_allows(x->server->acl, forwarded)))
        return MHD_NO;
    status = early_refusal(x);
    if (status == MHD_HTTP_CONTENT_TOO_LARGE)
        atomic_fetch_add(&http.too_large, 1);
    return status ? respond(x, status, NULL, 0) : MHD_YES;
}

/* A body that turns out to be too large (it is chunked) is read on for a while, so that its client sees the answer. */
static enum MHD_Result on_body(struct exchange *x, const char *piece, size_t *len)
{
    if (x->discarded || x->body->len + *len > http.most_body)
        x->discarded += *len;
    else
        g_byte_array_append(x->body, (const guint8 *)piece, (guint)*len);
    *len = 0;
    return x->discarded > http.most_body ? MHD_NO : MHD_YES;
}

static bool is_route(const struct exchange *x)
{
    return !x->below && http.host->has_route(x->target.path);
}

static enum MHD_Result on_complete(struct exchange *x, const char *method)
{
    bool reads = !strcmp(method, "GET") || !strcmp(method, "HEAD");
    struct MHD_Response *page;
    uint64_t size;
    int status;

    if (x->discarded) {
        atomic_fetch_add(&http.too_large, 1);
        return respond(x, MHD_HTTP_CONTENT_TOO_LARGE, NULL, 0);
    }
    if (!strcmp(method, "OPTIONS") && (x->below || header_of(x->connection, "Access-Control-Request-Method")))
        return respond(x, MHD_HTTP_OK, NULL, 0);
    if (x->below && !x->body->len && !strcmp(method, "POST"))
        return respond(x, MHD_HTTP_BAD_REQUEST, NULL, 0);
    /* A route goes before a page of the same name. At a base path of "/" the start page lies where GET would be a 404
     * of the API. */
    if (x->server->pages && reads && (!x->below || !strcmp(x->below, "/")) && !is_route(x) &&
        (page = page_find(x->connection, x->target.path, &status, &size)))
        return respond(x, status, page, size);
    return ask_gateway(x, method);
}

enum MHD_Result exchange_handle(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct exchange *x = *state;

    if (!x->begun)
        return on_headers(x);
    if (*upload_len)
        return on_body(x, upload, upload_len);
    return x->asked ? finish(x) : on_complete(x, method);
}

void exchange_completed(void *server, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;
    bool waited = false, abandoned;

    if (!x)
        return;
    pthread_mutex_lock(&table.lock);
    if (x->tag)
        waited = take(x->tag) != NULL;
    if (x->answered)
        table.going_out--;
    abandoned = (waited || x->gone) && !table.ending;
    pthread_mutex_unlock(&table.lock);
    if (abandoned)
        http.host->abandoned(&cardea_transport, x->tag);
    if (x->client)
        client_may_take(x->client, IDLE_S, THEIRS);
    if (x->response)
        MHD_destroy_response(x->response);
    g_byte_array_unref(x->body);
    g_free(x->raw);
    g_free(x);
    *state = NULL;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

void exchange_init(void)
{
    table.waiting = g_hash_table_new(g_int64_hash, g_int64_equal);
    table.going_out = 0;
    table.ending = false;
}

static bool answers_go_out(void)
{
    unsigned n;

    pthread_mutex_lock(&table.lock);
    n = table.going_out;
    pthread_mutex_unlock(&table.lock);
    return n > 0;
}

void exchange_end(void)
{
    GHashTableIter it;
    gpointer value;

    pthread_mutex_lock(&table.lock);
    table.ending = true;
    g_hash_table_iter_init(&it, table.waiting);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct exchange *x = value;

        g_hash_table_iter_remove(&it);
        client_unwatch(x->client);
        MHD_resume_connection(x->connection);
    }
    pthread_mutex_unlock(&table.lock);
    for (int ms = 0; ms < LAST_WORDS_MS && answers_go_out(); ms += 5)
        g_usleep(5000);
}

void exchange_free_table(void)
{
    g_hash_table_destroy(table.waiting);
    table.waiting = NULL;
}
