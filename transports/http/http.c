/* SPDX-License-Identifier: Apache-2.0 */
/* The module: its options, its start and stop. */
#include <string.h>

#include "../common/layout.h"
#include "../common/manage.h"
#include "http.h"

struct http http;

static const char *text(const struct cardea_config *c, const char *category, const char *name)
{
    const char *value = http.host->option_string(c, category, name);

    return value && *value ? value : NULL;
}

static bool flag(const struct cardea_config *c, const char *category, const char *name)
{
    return http.host->option_bool(c, category, name);
}

/* One of the four ports: client or admin, plain or TLS. */
static bool open_port(const struct cardea_config *c, enum cardea_door door, bool tls)
{
    bool admin = door == CARDEA_DOOR_ADMIN;
    const char *category = admin ? "admin" : "general";
    const char *port = admin ? (tls ? "admin_secure_port" : "admin_port") : (tls ? "secure_port" : "port");
    const struct server_conf conf = {
        .name = admin ? (tls ? "admin_https" : "admin_http") : (tls ? "https" : "http"),
        .door = door,
        .base = text(c, category, admin ? "admin_base_path" : "base_path"),
        .category = category,
        .setting = port,
        .port = (unsigned)http.host->option_int(c, category, port),
        .interface = text(c, category,
                          admin ? (tls ? "admin_secure_interface" : "admin_interface")
                                : (tls ? "secure_interface" : "interface")),
        .ip = text(c, category, admin ? (tls ? "admin_secure_ip" : "admin_ip") : (tls ? "secure_ip" : "ip")),
        .acl = text(c, category, admin ? "admin_acl" : "acl"),
        .acl_forwarded = admin ? flag(c, "admin", "admin_acl_forwarded") || flag(c, "general", "admin_acl_forwarded")
                               : flag(c, "general", "acl_forwarded"),
        .tls = tls,
        .pages = !admin && flag(c, "general", "pages"),
    };
    struct server *s;

    if (!flag(c, category, conf.name))
        return true;
    if (tls && !http.certificate.cert && certificate_load(&http.certificate, http.host, c, conf.name))
        return false;
    s = server_new(&conf);
    if (s)
        g_ptr_array_add(http.servers, s);
    return s != NULL;
}

static void read_config(const struct cardea_config *c)
{
    const char *origin = text(c, "cors", "allow_origin");

    http.origin_given = origin && strcmp(origin, "*") != 0;
    http.allow_origin = g_strdup(http.origin_given ? origin : "*");
    http.enforce_cors = flag(c, "cors", "enforce_cors");
    http.password = g_strdup(text(c, "certificates", "cert_pwd"));
    http.ciphers = g_strdup(text(c, "certificates", "ciphers"));
    http.trusted = g_strdup(text(c, "general", "trusted_proxies"));
    http.debug = flag(c, "general", "mhd_debug");
    http.most_connections = (unsigned)http.host->option_int(c, "general", "mhd_connection_limit");
    http.most_per_address = (unsigned)http.host->option_int(c, "general", "connections_per_address");
}

/* What may change while the ports are open. */
static void read_live(const struct cardea_config *c)
{
    const char *name = text(c, "general", "json");
    enum layout layout = LAYOUT_COMPACT;

    if (name && !layout_read(name, &layout))
        http.host->log(CARDEA_LOG_WARN, "general.json: there is no layout \"%s\": compact, plain or indented", name);
    atomic_store(&http.layout, (int)layout);
    atomic_store(&http.events, flag(c, "general", "events"));
    atomic_store(&http.most_body, (size_t)http.host->option_int(c, "general", "max_body"));
    atomic_store(&http.request_s, http.host->option_int(c, "general", "request_timeout"));
}

static void free_config(void)
{
    certificate_clear(&http.certificate);
    g_free(http.allow_origin);
    g_free(http.password);
    g_free(http.ciphers);
    g_free(http.trusted);
}

static void stop(void)
{
    if (!http.servers)
        return;
    exchange_end();
    watch_stop();
    g_ptr_array_free(http.servers, TRUE);
    http.servers = NULL;
    watch_end();
    exchange_free_table();
    free_config();
}

static int start(const struct cardea_transport_host *host, const struct cardea_config *c)
{
    memset(&http, 0, sizeof(http));
    http.host = host;
    read_config(c);
    read_live(c);
    if (watch_start()) {
        free_config();
        return -1;
    }
    exchange_init();
    http.servers = g_ptr_array_new_with_free_func((GDestroyNotify)server_free);
    if (open_port(c, CARDEA_DOOR_CLIENT, false) && open_port(c, CARDEA_DOOR_CLIENT, true) &&
        open_port(c, CARDEA_DOOR_ADMIN, false) && open_port(c, CARDEA_DOOR_ADMIN, true))
        return 0;
    stop();
    return -1;
}

static bool offers(enum cardea_door door)
{
    for (guint i = 0; http.servers && i < http.servers->len; i++)
        if (((struct server *)http.servers->pdata[i])->door == door)
            return true;
    return false;
}

static void send_nothing(cardea_connection c, const char *message, size_t len)
{
}

static void shut_nothing(cardea_connection c)
{
}

static void add_connections(json_t *out)
{
    json_t *all = json_object();

    for (guint i = 0; i < http.servers->len; i++) {
        const struct server *s = http.servers->pdata[i];

        json_object_set_new(all, s->name, json_integer(server_connections(s)));
    }
    json_object_set_new(out, "connections", all);
    json_object_set_new(out, "messages", json_integer((json_int_t)atomic_load(&http.messages)));
    json_object_set_new(out, "too_slow", json_integer((json_int_t)atomic_load(&http.too_slow)));
    json_object_set_new(out, "made_room", json_integer((json_int_t)atomic_load(&http.made_room)));
    json_object_set_new(out, "too_large", json_integer((json_int_t)atomic_load(&http.too_large)));
}

static json_t *list_servers(void)
{
    json_t *list = json_array();

    for (guint i = 0; i < http.servers->len; i++) {
        const struct server *s = http.servers->pdata[i];

        json_array_append_new(list,
                              json_pack("{ss sb sb si ss+}", "name", s->name, "admin", s->door == CARDEA_DOOR_ADMIN,
                                        "tls", s->tls, "port", (int)s->port, "base", s->base, "/"));
    }
    return list;
}

static json_t *query(json_t *request)
{
    static const struct manage manage = {
        .events = &http.events, .layout = &http.layout, .connections = add_connections, .listeners = list_servers};

    return manage_answer(&manage, request);
}

#define PORT(category, name, fallback, help)                                                                           \
    {                                                                                                                  \
        category, name, CARDEA_OPT_INT, fallback, 0, 65535, false, help                                                \
    }
#define FLAG(category, name, fallback, help)                                                                           \
    {                                                                                                                  \
        category, name, CARDEA_OPT_BOOL, fallback, 0, 0, false, help                                                   \
    }
#define TEXT(category, name, fallback, help)                                                                           \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, fallback, 0, 4000, false, help                                              \
    }
#define READ(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, NULL, 0, 4000, false, help, CARDEA_READS                                    \
    }
#define ACL(category, name, help)                                                                                      \
    {                                                                                                                  \
        category, name, CARDEA_OPT_LIST, NULL, 0, 0, false, help                                                       \
    }
static const struct cardea_option options[] = {
    {"general", "events", CARDEA_OPT_BOOL, "true", 0, 0, true, "Tell event handlers about requests."},
    {"general", "json", CARDEA_OPT_STRING, "compact", 0, 100, true,
     "Layout of JSON: compact, plain (one line, with spaces) or indented. Clients must not depend on it."},
    TEXT("general", "base_path", "/janus", "Path of the API."),
    FLAG("general", "http", "true", "Serve the API over HTTP."),
    PORT("general", "port", "8088", "TCP port for HTTP; 0: any free one."),
    TEXT("general", "interface", NULL, "Network interface to listen on; unset: all."),
    TEXT("general", "ip", NULL, "Address to listen on; unset: all."),
    FLAG("general", "https", "false", "Serve the API over HTTPS; without a certificate a self-signed one is made."),
    PORT("general", "secure_port", "8089", "TCP port for HTTPS."),
    TEXT("general", "secure_interface", NULL, "Network interface to listen on with HTTPS; unset: all."),
    TEXT("general", "secure_ip", NULL, "Address to listen on with HTTPS; unset: all."),
    ACL("general", "acl", "Address prefixes of clients that may come; unset: everybody."),
    FLAG("general", "acl_forwarded", "false", "Check X-Forwarded-For against acl, too."),
    ACL("general", "trusted_proxies",
        "Address prefixes of proxies whose X-Forwarded-For is believed, so that limits count who is behind; unset: "
        "none."),
    FLAG("general", "admin_acl_forwarded", "false", "Older place of the item in admin."),
    FLAG("general", "pages", "true", "Serve the pages of html_folder."),
    {"general", "mhd_connection_limit", CARDEA_OPT_INT, "1020", 1, 100000, false,
     "TCP connections at once, each port."},
    {"general", "max_body", CARDEA_OPT_INT, "1048576", 1024, 67108864, true, "Bytes of one request's body."},
    {"general", "request_timeout", CARDEA_OPT_INT, "30", 1, 3600, true,
     "Seconds in which a request must have arrived, counted from its first line."},
    {"general", "connections_per_address", CARDEA_OPT_INT, "0", 0, 100000, false,
     "TCP connections at once from one address, each port; 0: no limit. Beware of proxies."},
    FLAG("general", "mhd_debug", "false", "Log what libmicrohttpd has to say."),
    TEXT("admin", "admin_base_path", "/admin", "Path of the Admin API."),
    FLAG("admin", "admin_http", "false", "Serve the Admin API over HTTP."),
    PORT("admin", "admin_port", "7088", "TCP port of the Admin API; 0: any free one."),
    TEXT("admin", "admin_interface", NULL, "Network interface for the Admin API; unset: see admin_ip."),
    TEXT("admin", "admin_ip", "127.0.0.1", "Address for the Admin API; empty: all."),
    FLAG("admin", "admin_https", "false", "Serve the Admin API over HTTPS."),
    PORT("admin", "admin_secure_port", "7889", "TCP port of the Admin API with HTTPS."),
    TEXT("admin", "admin_secure_interface", NULL,
         "Network interface for the Admin API with HTTPS; unset: see admin_secure_ip."),
    TEXT("admin", "admin_secure_ip", "127.0.0.1", "Address for the Admin API with HTTPS; empty: all."),
    ACL("admin", "admin_acl", "Address prefixes of those who may use the Admin API; unset: everybody."),
    FLAG("admin", "admin_acl_forwarded", "false", "Check X-Forwarded-For against admin_acl, too."),
    TEXT("cors", "allow_origin", NULL, "Pages that may use the API: what their Origin begins with; unset: any."),
    FLAG("cors", "enforce_cors", "false", "Refuse requests of other origins with 403."),
    READ("certificates", "cert_pem", "Certificate for HTTPS (PEM file); unset: a self-signed one is made."),
    READ("certificates", "cert_key", "Its key (PEM file); unset: it is in the same file."),
    TEXT("certificates", "cert_pwd", NULL, "Password of the key."),
    TEXT("certificates", "ciphers", NULL, "GnuTLS priority string; unset: the library's."),
    {0},
};

static const char *const aliases[] = {"janus.transport.http", NULL};

CARDEA_EXPORT const struct cardea_transport cardea_transport = {
    CARDEA_TRANSPORT_HEAD,
    .name = "cardea.transport.http",
    .aliases = aliases,
    .title = "HTTP",
    .description = "The API over HTTP with long polling, and the demo pages",
    .author = "The Cardea authors",
    .version_string = "0.1.0",
    .version = 1,
    .options = options,
    .config_name = "http",
    .start = start,
    .stop = stop,
    .offers = offers,
    .send = send_nothing,
    .shut = shut_nothing,
    .respond = exchange_respond,
    .query = query,
    .reload = read_live,
};
