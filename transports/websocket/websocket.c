/* SPDX-License-Identifier: Apache-2.0 */
/* The module: its options, its start and stop. */
#include "websocket.h"

#include <stdio.h>
#include <string.h>

#include "../common/layout.h"
#include "../common/manage.h"
#include "tokens.h"

struct websocket ws;

static const char *text(const struct cardea_config *c, const char *category, const char *name)
{
    const char *value = ws.host->option_string(c, category, name);

    return value && *value ? value : NULL;
}

static bool flag(const struct cardea_config *c, const char *category, const char *name)
{
    return ws.host->option_bool(c, category, name);
}

static int64_t number(const struct cardea_config *c, const char *name)
{
    return ws.host->option_int(c, "general", name);
}

/* --- endpoints ---------------------------------------------------------------------------------------------------- */

static void endpoint_free(gpointer endpoint)
{
    struct endpoint *e = endpoint;

    g_free(e->interface);
    g_free(e->ip);
    g_free(e->path);
    g_free(e->acl);
    g_free(e);
}

static struct endpoint *add_endpoint(const char *name, enum cardea_door door, bool tls)
{
    struct endpoint *e = g_new0(struct endpoint, 1);

    e->name = name;
    e->category = door == CARDEA_DOOR_ADMIN ? "admin" : "general";
    e->door = door;
    e->tls = tls;
    g_ptr_array_add(ws.endpoints, e);
    return e;
}

/* One of "ws", "wss", "admin_ws", "admin_wss": its port and, when one is named, its socket in the file system. */
static void read_endpoint(const struct cardea_config *c, const char *name, enum cardea_door door, bool tls)
{
    const char *category = door == CARDEA_DOOR_ADMIN ? "admin" : "general";
    char item[40];
    struct endpoint *e;
    const char *path;

    if (!flag(c, category, name))
        return;
    e = add_endpoint(name, door, tls);
    snprintf(item, sizeof(item), "%s_port", name);
    e->port = (unsigned)ws.host->option_int(c, category, item);
    snprintf(item, sizeof(item), "%s_interface", name);
    e->interface = g_strdup(text(c, category, item));
    snprintf(item, sizeof(item), "%s_ip", name);
    e->ip = g_strdup(text(c, category, item));
    if (door == CARDEA_DOOR_ADMIN) {
        e->acl = g_strdup(text(c, "admin", "admin_ws_acl"));
        e->acl_forwarded = flag(c, "admin", "admin_ws_acl_forwarded") || flag(c, "general", "admin_ws_acl_forwarded");
    } else {
        e->acl = g_strdup(text(c, "general", "ws_acl"));
        e->acl_forwarded = flag(c, "general", "ws_acl_forwarded");
    }
    snprintf(item, sizeof(item), "%s_unix", name);
    path = text(c, category, item);
    if (path) {
        struct endpoint *u = add_endpoint(name, door, tls);

        u->path = g_strdup(path);
        u->acl = g_strdup(e->acl);
        u->acl_forwarded = e->acl_forwarded;
    }
}

static bool needs_certificate(void)
{
    for (guint i = 0; i < ws.endpoints->len; i++)
        if (((struct endpoint *)ws.endpoints->pdata[i])->tls)
            return true;
    return false;
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

static void set_log_level(const struct cardea_config *c)
{
    const char *list = text(c, "general", "ws_logging");
    int level = -1;

    if (list && !tokens_log_level(list, &level))
        ws.host->log(CARDEA_LOG_WARN, "general.ws_logging has an unknown category: %s", list);
    atomic_store(&ws.log_level, level);
}

static void read_config(const struct cardea_config *c)
{
    const char *origin = text(c, "cors", "allow_origin");
    int64_t trigger = number(c, "pingpong_trigger"), timeout = number(c, "pingpong_timeout");

    ws.allow_origin = g_strdup(origin ? origin : "*");
    ws.enforce_cors = flag(c, "cors", "enforce_cors");
    ws.password = g_strdup(text(c, "certificates", "cert_pwd"));
    ws.ciphers = g_strdup(text(c, "certificates", "ciphers"));
    ws.trusted = g_strdup(text(c, "general", "trusted_proxies"));
    ws.unix_owner = g_strdup(text(c, "general", "unix_owner"));
    ws.most_message = (size_t)number(c, "max_message");
    ws.most_bytes = (size_t)number(c, "queue_bytes");
    ws.most_messages = (size_t)number(c, "queue_messages");
    ws.most_connections = (size_t)number(c, "connection_limit");
    ws.handshake_us = number(c, "handshake_timeout") * G_USEC_PER_SEC;
    ws.stall_us = number(c, "stall_timeout") * G_USEC_PER_SEC;
    ws.ping_after_us = trigger && timeout ? trigger * G_USEC_PER_SEC : 0;
    ws.pong_within_us = timeout * G_USEC_PER_SEC;
    if (!trigger != !timeout)
        ws.host->log(CARDEA_LOG_WARN, "general.pingpong_trigger and general.pingpong_timeout work only together");
    read_endpoint(c, "ws", CARDEA_DOOR_CLIENT, false);
    read_endpoint(c, "wss", CARDEA_DOOR_CLIENT, true);
    read_endpoint(c, "admin_ws", CARDEA_DOOR_ADMIN, false);
    read_endpoint(c, "admin_wss", CARDEA_DOOR_ADMIN, true);
}

/* What may change while clients are there. */
static void read_live(const struct cardea_config *c)
{
    const char *name = text(c, "general", "json");
    enum layout layout = LAYOUT_COMPACT;

    if (name && !layout_read(name, &layout))
        ws.host->log(CARDEA_LOG_WARN, "general.json: there is no layout \"%s\": compact, plain or indented", name);
    atomic_store(&ws.layout, (int)layout);
    atomic_store(&ws.events, flag(c, "general", "events"));
    set_log_level(c);
}

static void stop(void)
{
    if (!ws.endpoints)
        return;
    service_stop();
    connections_end();
    handshakes_end();
    certificate_clear(&ws.certificate);
    g_ptr_array_free(ws.endpoints, TRUE);
    ws.endpoints = NULL;
    g_free(ws.allow_origin);
    g_free(ws.password);
    g_free(ws.ciphers);
    g_free(ws.unix_owner);
    g_free(ws.trusted);
}

static int start(const struct cardea_transport_host *host, const struct cardea_config *c)
{
    memset(&ws, 0, sizeof(ws));
    ws.host = host;
    ws.endpoints = g_ptr_array_new_with_free_func(endpoint_free);
    connections_init();
    handshakes_init();
    read_config(c);
    read_live(c);
    if (needs_certificate() && certificate_load(&ws.certificate, host, c, "wss"))
        goto fail;
    if (service_start())
        goto fail;
    return 0;
fail:
    stop();
    return -1;
}

static bool offers(enum cardea_door door)
{
    for (guint i = 0; ws.endpoints && i < ws.endpoints->len; i++)
        if (((struct endpoint *)ws.endpoints->pdata[i])->door == door)
            return true;
    return false;
}

static void respond_nothing(uint64_t tag, const struct cardea_response *response)
{
}

/* --- query_transport ---------------------------------------------------------------------------------------------- */

/* The service thread takes it up at its next tick. */
static bool set_logging(const char *list)
{
    int level;
    bool known = tokens_log_level(list, &level);

    atomic_store(&ws.log_level, level);
    return known;
}

static void add_connections(json_t *out)
{
    json_object_set_new(out, "connections", json_integer((json_int_t)atomic_load(&ws.connections)));
    json_object_set_new(out, "messages", json_integer((json_int_t)atomic_load(&ws.messages)));
    json_object_set_new(out, "overflows", json_integer((json_int_t)atomic_load(&ws.overflows)));
    json_object_set_new(out, "too_slow", json_integer((json_int_t)atomic_load(&ws.too_slow)));
    json_object_set_new(out, "stalls", json_integer((json_int_t)atomic_load(&ws.stalls)));
}

static json_t *list_endpoints(void)
{
    json_t *list = json_array();

    for (guint i = 0; i < ws.endpoints->len; i++) {
        const struct endpoint *e = ws.endpoints->pdata[i];
        json_t *o = json_pack("{ss sb sb}", "name", e->name, "admin", e->door == CARDEA_DOOR_ADMIN, "tls", e->tls);

        if (e->path)
            json_object_set_new(o, "path", json_string(e->path));
        else
            json_object_set_new(o, "port", json_integer((json_int_t)endpoint_port(e)));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *query(json_t *request)
{
    static const struct manage manage = {.events = &ws.events,
                                         .layout = &ws.layout,
                                         .logging = set_logging,
                                         .connections = add_connections,
                                         .listeners = list_endpoints};

    return manage_answer(&manage, request);
}

/* --- the descriptor ----------------------------------------------------------------------------------------------- */

#define FLAG(category, name, fallback, help)                                                                           \
    {                                                                                                                  \
        category, name, CARDEA_OPT_BOOL, fallback, 0, 0, false, help                                                   \
    }
#define TEXT(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, NULL, 0, 4000, false, help                                                  \
    }
#define READ(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, NULL, 0, 4000, false, help, CARDEA_READS                                    \
    }
#define HERE(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, "127.0.0.1", 0, 4000, false, help                                           \
    }
#define LIST(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_LIST, NULL, 0, 0, false, help                                                       \
    }
#define INT(category, name, fallback, min, max, help)                                                                  \
    {                                                                                                                  \
        category, name, CARDEA_OPT_INT, fallback, min, max, false, help                                                \
    }
#define PORT(category, name, fallback, help) INT(category, name, fallback, 0, 65535, help)

static const struct cardea_option options[] = {
    {"general", "events", CARDEA_OPT_BOOL, "true", 0, 0, true, "Tell event handlers about clients that come and go."},
    {"general", "json", CARDEA_OPT_STRING, "compact", 0, 100, true,
     "Layout of JSON: compact, plain (one line, with spaces) or indented. Clients must not depend on it."},
    INT("general", "pingpong_trigger", "0", 0, 86400,
        "Seconds without anything from a client after which it is pinged; 0: never."),
    INT("general", "pingpong_timeout", "0", 0, 86400, "Seconds that it has to answer before it is closed."),
    FLAG("general", "ws", "true", "Serve the API over WebSockets."),
    PORT("general", "ws_port", "8188", "TCP port; 0: any free one."),
    TEXT("general", "ws_interface", "Network interface to listen on; unset: all."),
    TEXT("general", "ws_ip", "Address to listen on; unset: all."),
    TEXT("general", "ws_unix", "Socket in the file system to listen on, besides the port."),
    FLAG("general", "wss", "false", "Serve the API with TLS; without a certificate a self-signed one is made."),
    PORT("general", "wss_port", "8989", "TCP port with TLS; 0: any free one."),
    TEXT("general", "wss_interface", "Network interface to listen on with TLS; unset: all."),
    TEXT("general", "wss_ip", "Address to listen on with TLS; unset: all."),
    TEXT("general", "wss_unix", "Socket in the file system to listen on with TLS, besides the port."),
    {"general", "ws_logging", CARDEA_OPT_LIST, NULL, 0, 0, true,
     "What libwebsockets may log: err, warn, notice, info, debug, parser, header, ext, "
     "client, latency, user, all or none; unset: err and warn."},
    LIST("general", "ws_acl", "Address prefixes of clients that may come; unset: everybody."),
    FLAG("general", "ws_acl_forwarded", "false", "Check X-Forwarded-For against ws_acl, too."),
    LIST("general", "trusted_proxies",
         "Address prefixes of proxies whose X-Forwarded-For is believed, so that limits count who is behind (\"unix\": "
         "those "
         "at a socket in the file system); unset: none."),
    FLAG("general", "admin_ws_acl_forwarded", "false", "Older place of the item in admin."),
    TEXT("general", "unix_owner", "Owner of the sockets in the file system, as user:group; unset: who runs this."),
    INT("general", "connection_limit", "10000", 1, 1000000, "Clients at once, all ports together."),
    INT("general", "max_message", "1048576", 1024, 67108864, "Bytes of one message of a client."),
    INT("general", "queue_bytes", "4194304", 65536, 1073741824,
        "Bytes that may wait for a client which does not read; then it is closed."),
    INT("general", "queue_messages", "1000", 10, 1000000,
        "Messages that may wait for a client which does not read; then it is closed."),
    INT("general", "handshake_timeout", "10", 1, 120, "Seconds that a client has for its handshake."),
    INT("general", "stall_timeout", "60", 1, 3600, "Seconds in which nothing of a waiting message could be sent."),
    FLAG("admin", "admin_ws", "false", "Serve the Admin API over WebSockets."),
    PORT("admin", "admin_ws_port", "7188", "TCP port of the Admin API; 0: any free one."),
    TEXT("admin", "admin_ws_interface", "Network interface for the Admin API; unset: see admin_ws_ip."),
    HERE("admin", "admin_ws_ip", "Address for the Admin API; empty: all."),
    TEXT("admin", "admin_ws_unix", "Socket in the file system for the Admin API, besides the port."),
    FLAG("admin", "admin_wss", "false", "Serve the Admin API with TLS."),
    PORT("admin", "admin_wss_port", "7989", "TCP port of the Admin API with TLS; 0: any free one."),
    TEXT("admin", "admin_wss_interface", "Network interface for the Admin API with TLS; unset: see admin_wss_ip."),
    HERE("admin", "admin_wss_ip", "Address for the Admin API with TLS; empty: all."),
    TEXT("admin", "admin_wss_unix", "Socket in the file system for the Admin API with TLS, besides the port."),
    LIST("admin", "admin_ws_acl", "Address prefixes of those who may use the Admin API; unset: everybody."),
    FLAG("admin", "admin_ws_acl_forwarded", "false", "Check X-Forwarded-For against admin_ws_acl, too."),
    TEXT("cors", "allow_origin", "Pages that may use the API: what their Origin begins with; unset: any."),
    FLAG("cors", "enforce_cors", "false", "Refuse handshakes of other origins with 403."),
    READ("certificates", "cert_pem", "Certificate for TLS (PEM file); unset: a self-signed one is made."),
    READ("certificates", "cert_key", "Its key (PEM file); unset: it is in the same file."),
    TEXT("certificates", "cert_pwd", "Password of the key."),
    TEXT("certificates", "ciphers", "OpenSSL cipher list, TLS 1.2; unset: the library's."),
    {0},
};

static const char *const aliases[] = {"janus.transport.websockets", NULL};

CARDEA_EXPORT const struct cardea_transport cardea_transport = {
    CARDEA_TRANSPORT_HEAD,
    .name = "cardea.transport.websockets",
    .aliases = aliases,
    .title = "WebSocket",
    .description = "The API over WebSockets",
    .author = "The Cardea authors",
    .version_string = "0.1.0",
    .version = 1,
    .options = options,
    .config_name = "websockets",
    .start = start,
    .stop = stop,
    .offers = offers,
    .send = connection_send,
    .shut = connection_shut,
    .turn_end = connections_turn_end,
    .respond = respond_nothing,
    .query = query,
    .reload = read_live,
};
