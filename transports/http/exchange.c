/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its answer. Once its body is complete the connection is suspended and the gateway is asked; the
 * control thread leaves the answer in the table and resumes the connection.
 *
 * A suspended connection is not looked at by the library, so a watcher thread polls their sockets for clients that
 * have gone: a long poll of a closed page must not take events with it.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../common/acl.h"
#include "http.h"

#define WATCH_MS 300

struct exchange {
    uint64_t tag; /* 0: not given to the gateway yet */
    struct server *server;
    struct MHD_Connection *connection;
    GByteArray *body;
    bool too_large, asked, gone, answered;
    int status;
    struct MHD_Response *response;
    char remote[INET6_ADDRSTRLEN];
};

static struct {
    GMutex lock;         /* guards everything here and the fields of waiting exchanges */
    GHashTable *waiting; /* tag -> struct exchange *, suspended */
    uint64_t last_tag;
    GThread *watcher;
    bool ending;
} table;

/* --- answers -------------------------------------------------------------------------------------------------------
 */

const char *header_of(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void add_cors(struct MHD_Connection *c, struct MHD_Response *r)
{
    const char *methods = header_of(c, "Access-Control-Request-Method");
    const char *headers = header_of(c, "Access-Control-Request-Headers");

    MHD_add_response_header(r, "Access-Control-Allow-Origin", http.allow_origin);
    MHD_add_response_header(r, "Access-Control-Max-Age", "86400");
    if (http.origin_given) {
        MHD_add_response_header(r, "Access-Control-Allow-Credentials", "true");
        MHD_add_response_header(r, "Vary", "Origin");
    }
    if (methods)
        MHD_add_response_header(r, "Access-Control-Allow-Methods", methods);
    if (headers)
        MHD_add_response_header(r, "Access-Control-Allow-Headers", headers);
}

enum MHD_Result respond_now(struct MHD_Connection *c, int status, struct MHD_Response *r)
{
    enum MHD_Result result;

    if (!r)
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    add_cors(c, r);
    result = MHD_queue_response(c, (unsigned)status, r);
    MHD_destroy_response(r);
    return result;
}

void exchange_respond(uint64_t tag, const struct cardea_response *response)
{
    struct exchange *x;

    g_mutex_lock(&table.lock);
    x = g_hash_table_lookup(table.waiting, &tag);
    if (x) {
        g_hash_table_remove(table.waiting, &tag);
        x->status = response->status;
        x->response = MHD_create_response_from_buffer(response->len, (void *)response->body, MHD_RESPMEM_MUST_COPY);
        for (const char *const *h = response->headers; x->response && h && h[0] && h[1]; h += 2)
            MHD_add_response_header(x->response, h[0], h[1]);
        x->answered = true;
        MHD_resume_connection(x->connection);
    }
    g_mutex_unlock(&table.lock);
}

/* --- requests ------------------------------------------------------------------------------------------------------
 */

static bool may_come(struct exchange *x)
{
    const char *forwarded = x->server->acl_forwarded ? header_of(x->connection, "X-Forwarded-For") : NULL;
    const char *origin = header_of(x->connection, "Origin");

    if (forwarded && !acl_allows(x->server->acl, forwarded))
        return false;
    if (!origin)
        origin = header_of(x->connection, "Referer");
    return !http.enforce_cors || acl_allows_origin(http.allow_origin, origin);
}

static void read_remote(struct exchange *x)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info ? info->client_addr : NULL;

    if (a && a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, x->remote, sizeof(x->remote));
    else if (a && a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, x->remote, sizeof(x->remote));
}

static struct exchange *exchange_new(struct server *s, struct MHD_Connection *c)
{
    struct exchange *x = g_new0(struct exchange, 1);

    x->server = s;
    x->connection = c;
    x->body = g_byte_array_new();
    read_remote(x);
    return x;
}

static const char *find_header(void *connection, const char *name)
{
    return header_of(connection, name);
}

static enum MHD_Result add_argument(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
    GString *q = arg;

    if (q->len)
        g_string_append_c(q, '&');
    g_string_append_uri_escaped(q, name, NULL, FALSE);
    if (value) {
        g_string_append_c(q, '=');
        g_string_append_uri_escaped(q, value, NULL, FALSE);
    }
    return MHD_YES;
}

/* The part of url below the base path, or NULL when it is outside. */
static const char *below_base(const struct server *s, const char *url)
{
    size_t n = strlen(s->base);

    return !strncmp(url, s->base, n) && (!url[n] || url[n] == '/') ? url + n : NULL;
}

static enum MHD_Result ask_gateway(struct exchange *x, const char *url, const char *method)
{
    const char *below = below_base(x->server, url);
    GString *query = g_string_new(NULL);
    struct cardea_exchange about = {.method = method,
                                    .path = below ? below : url,
                                    .route = !below,
                                    .header = find_header,
                                    .arg = x->connection,
                                    .remote = x->remote};

    MHD_get_connection_values(x->connection, MHD_GET_ARGUMENT_KIND, add_argument, query);
    about.query = query->str;
    x->asked = true;
    g_mutex_lock(&table.lock);
    if (table.ending) {
        g_mutex_unlock(&table.lock);
        g_string_free(query, TRUE);
        return MHD_NO;
    }
    x->tag = ++table.last_tag;
    g_hash_table_insert(table.waiting, &x->tag, x);
    MHD_suspend_connection(x->connection);
    g_mutex_unlock(&table.lock);
    atomic_fetch_add(&http.messages, 1);
    http.host->exchange(&cardea_transport, x->tag, x->server->door, &about, x->body->data, x->body->len);
    g_string_free(query, TRUE);
    return MHD_YES;
}

static enum MHD_Result begin(struct exchange *x, const char *url, const char *method)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct MHD_Response *page;
    int status;

    if (!info)
        return MHD_NO;
    if (!may_come(x))
        return respond_now(x->connection, MHD_HTTP_FORBIDDEN, NULL);
    if (x->too_large)
        return respond_now(x->connection, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
    if (x->server->pages && !below_base(x->server, url) && (!strcmp(method, "GET") || !strcmp(method, "HEAD")) &&
        (page = page_find(x->connection, url, &status)))
        return respond_now(x->connection, status, page);
    return ask_gateway(x, url, method);
}

static enum MHD_Result finish(struct exchange *x)
{
    struct MHD_Response *r;

    if (!x->answered)
        return MHD_NO; /* resumed because the client has gone, or because we stop */
    r = x->response;
    x->response = NULL;
    return respond_now(x->connection, x->status, r);
}

enum MHD_Result exchange_handle(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct exchange *x = *state;

    if (!x) {
        *state = exchange_new(server, c);
        return MHD_YES;
    }
    if (*upload_len) {
        if (x->body->len + *upload_len > http.most_body)
            x->too_large = true;
        else
            g_byte_array_append(x->body, (const guint8 *)upload, (guint)*upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    return x->asked ? finish(x) : begin(x, url, method);
}

void exchange_completed(void *server, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;
    bool waiting;

    if (!x)
        return;
    g_mutex_lock(&table.lock);
    waiting = x->tag && g_hash_table_remove(table.waiting, &x->tag);
    g_mutex_unlock(&table.lock);
    if (waiting || x->gone)
        http.host->abandoned(&cardea_transport, x->tag);
    if (x->response)
        MHD_destroy_response(x->response);
    g_byte_array_unref(x->body);
    g_free(x);
    *state = NULL;
}

/* --- clients that have gone ----------------------------------------------------------------------------------------
 */

static int socket_of(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}

static bool has_gone(const struct exchange *x)
{
    struct pollfd p = {.fd = socket_of(x), .events = POLLRDHUP};

    return poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

static gpointer watch(gpointer unused)
{
    g_mutex_lock(&table.lock);
    while (!table.ending) {
        GHashTableIter it;
        gpointer value;

        g_hash_table_iter_init(&it, table.waiting);
        while (g_hash_table_iter_next(&it, NULL, &value)) {
            struct exchange *x = value;

            if (!has_gone(x))
                continue;
            x->gone = true;
            g_hash_table_iter_remove(&it);
            MHD_resume_connection(x->connection);
        }
        g_mutex_unlock(&table.lock);
        g_usleep(WATCH_MS * 1000);
        g_mutex_lock(&table.lock);
    }
    g_mutex_unlock(&table.lock);
    return NULL;
}

void exchange_init(void)
{
    g_mutex_init(&table.lock);
    table.waiting = g_hash_table_new(g_int64_hash, g_int64_equal);
    table.ending = false;
    table.watcher = g_thread_new("http-watch", watch, NULL);
}

/* Lets every suspended connection go, so that the servers can stop. */
void exchange_end(void)
{
    GHashTableIter it;
    gpointer value;

    g_mutex_lock(&table.lock);
    table.ending = true;
    g_hash_table_iter_init(&it, table.waiting);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_hash_table_iter_remove(&it);
        MHD_resume_connection(((struct exchange *)value)->connection);
    }
    g_mutex_unlock(&table.lock);
    g_thread_join(table.watcher);
}
