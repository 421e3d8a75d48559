/* SPDX-License-Identifier: Apache-2.0 */
/* Who may open a WebSocket: addresses, origin, subprotocol, whether there is room; and how long they may take. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/acl.h"
#include "../common/forwarded.h"
#include "tokens.h"
#include "websocket.h"

const char client_protocol[] = "janus-protocol";
const char admin_protocol[] = "janus-admin-protocol";

/* Sockets that are no WebSocket yet: struct lws * -> struct pending *. The library's own limit begins anew with every
 * byte, so a client could dribble for ever. */
static GHashTable *pending;
/* The same, who came first is at the head. Those who are being ended are not in it any more. */
static GQueue waiting = G_QUEUE_INIT;

struct pending {
    struct lws *wsi;
    GList place; /* in waiting; data: this, or NULL when it is not there */
    const struct endpoint *endpoint;
    int64_t until_us;
    char remote[FORWARDED_TEXT]; /* of the client, perhaps behind proxies */
};

/* Where the client came whom the library is just being given. Which of its hosts a client belongs to the library
 * decides by a header; who may do what is too important for that. */
static const struct endpoint *arriving;

static const struct endpoint *endpoint_of(struct lws *wsi)
{
    const struct pending *p = g_hash_table_lookup(pending, wsi);

    return p ? p->endpoint : NULL;
}

static const char *protocol_of(const struct endpoint *e)
{
    return e->door == CARDEA_DOOR_ADMIN ? admin_protocol : client_protocol;
}

bool handshake_fits(struct lws *wsi)
{
    const struct endpoint *e = endpoint_of(wsi);

    return e && !strcmp(lws_get_protocol(wsi)->name, protocol_of(e));
}

static void plain(char *address)
{
    if (!strncasecmp(address, "::ffff:", 7) && strchr(address, '.'))
        memmove(address, address + 7, strlen(address + 7) + 1);
}

static void remote_of(struct lws *wsi, const struct endpoint *e, char *out, size_t size)
{
    out[0] = 0;
    if (e->path)
        lws_strncpy(out, "unix", size);
    else if (!lws_get_peer_simple(wsi, out, size))
        out[0] = 0;
    plain(out);
}

/* A header of the request into out; false: it is absent or longer than a sane one. */
static bool header(struct lws *wsi, enum lws_token_indexes which, char *out, size_t size)
{
    return lws_hdr_total_length(wsi, which) > 0 && lws_hdr_copy(wsi, out, (int)size, which) > 0;
}

/* While the headers are there. */
static void note_remote(struct lws *wsi)
{
    struct pending *p = g_hash_table_lookup(pending, wsi);
    char text[1024];

    if (!p)
        return;
    remote_of(wsi, p->endpoint, p->remote, sizeof(p->remote));
    forwarded_resolve(p->remote, ws.trusted, header(wsi, WSI_TOKEN_X_FORWARDED_FOR, text, sizeof(text)) ? text : NULL);
}

/* 0: welcome, else a status of HTTP. */
static int refusal(struct lws *wsi)
{
    const struct endpoint *e = endpoint_of(wsi);
    char text[1024];

    if (!e)
        return HTTP_STATUS_FORBIDDEN;
    if (e->acl_forwarded && header(wsi, WSI_TOKEN_X_FORWARDED_FOR, text, sizeof(text)) && !acl_allows(e->acl, text))
        return HTTP_STATUS_FORBIDDEN;
    if (ws.enforce_cors &&
        !acl_allows_origin(ws.allow_origin, header(wsi, WSI_TOKEN_ORIGIN, text, sizeof(text)) ? text : NULL))
        return HTTP_STATUS_FORBIDDEN;
    if (!header(wsi, WSI_TOKEN_PROTOCOL, text, sizeof(text)) || !tokens_have(text, protocol_of(e)))
        return HTTP_STATUS_BAD_REQUEST;
    if (atomic_load(&ws.connections) >= ws.most_connections || atomic_load(&ws.stopping))
        return HTTP_STATUS_SERVICE_UNAVAILABLE;
    return 0;
}

/* --- how long ----------------------------------------------------------------------------------------------------- */

static void begin(struct lws *wsi)
{
    struct pending *p = g_new0(struct pending, 1);

    p->wsi = wsi;
    p->place.data = p;
    p->endpoint = arriving;
    p->until_us = g_get_monotonic_time() + ws.handshake_us;
    g_hash_table_replace(pending, wsi, p);
    g_queue_push_tail_link(&waiting, &p->place);
}

static void waits_no_longer(struct pending *p)
{
    if (p->place.data)
        g_queue_unlink(&waiting, &p->place);
    p->place.data = NULL;
}

static void free_pending(gpointer p)
{
    waits_no_longer(p);
    g_free(p);
}

const struct endpoint *handshake_over(struct lws *wsi, char *remote, size_t size)
{
    const struct pending *p = g_hash_table_lookup(pending, wsi);
    const struct endpoint *e = p ? p->endpoint : NULL;

    if (remote)
        g_strlcpy(remote, p ? p->remote : "", size);
    g_hash_table_remove(pending, wsi);
    return e;
}

/* Never from within a callback of its own; frees p. */
static void end_slow(struct pending *p)
{
    waits_no_longer(p);
    atomic_fetch_add(&ws.too_slow, 1);
    lws_set_timeout(p->wsi, PENDING_TIMEOUT_ESTABLISH_WITH_SERVER, LWS_TO_KILL_SYNC);
}

void handshakes_look_after(int64_t now_us)
{
    const GList *first;

    while ((first = g_queue_peek_head_link(&waiting)) && now_us >= ((struct pending *)first->data)->until_us)
        end_slow(first->data);
}

void handshakes_init(void)
{
    pending = g_hash_table_new_full(NULL, NULL, NULL, free_pending);
}

void handshakes_end(void)
{
    g_hash_table_destroy(pending);
    pending = NULL;
}

/* --- the library's door ------------------------------------------------------------------------------------------- */

static bool may_begin(const struct endpoint *e, int fd)
{
    char address[64];

    if (atomic_load(&ws.stopping))
        return false;
    if (e->path)
        return true;
    return lws_get_peer_simple_fd(fd, address, sizeof(address)) && acl_allows(e->acl, address);
}

void handshake_begin(const struct endpoint *e, struct lws_vhost *vhost, int fd)
{
    if (!may_begin(e, fd)) {
        close(fd);
        return;
    }
    if (waiting.length >= ws.most_connections) /* sockets that say nothing keep nobody out */
        end_slow(g_queue_peek_head(&waiting));
    arriving = e; /* it says LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED before it returns; closes fd when it fails */
    lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
                               (lws_sock_file_fd_type){.sockfd = fd}, NULL, NULL);
    arriving = NULL;
}

/* An answer that is no upgrade. */
static int answer(struct lws *wsi, int status)
{
    if (lws_return_http_status(wsi, (unsigned)status, NULL) < 0)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int confirm(struct lws *wsi, const char *to)
{
    int status = to && !strcmp(to, "websocket") ? refusal(wsi) : HTTP_STATUS_BAD_REQUEST;

    if (!status) {
        note_remote(wsi);
        return 0;
    }
    return lws_return_http_status(wsi, (unsigned)status, NULL) < 0 ? -1 : 1;
}

int handshake_callback(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
    switch (why) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        begin(wsi);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        handshake_over(wsi, NULL, 0);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm(wsi, in);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    case LWS_CALLBACK_ESTABLISHED:
        return -1; /* an upgrade without a subprotocol must not end here */
    case LWS_CALLBACK_HTTP:
        return answer(wsi, HTTP_STATUS_FORBIDDEN);
    default:
        return 0;
    }
}
