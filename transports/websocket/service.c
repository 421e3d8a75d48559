/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of the library, and the places where it listens. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "websocket.h"

#define TICK_US    LWS_US_PER_SEC
#define GOODBYE_US (LWS_US_PER_SEC / 2)
#define SPARE_FDS  64

static pthread_t thread;
static bool running;
static lws_sorted_usec_list_t tick;
static bool said_goodbye; /* service thread */

/* What each connection has of its own for reading; longer messages come in parts. */
#define RECEIVE_ROOM 2048
#define SEND_ROOM    8192

/* Subprotocols of a door; what asks for none ends at the first, which refuses. */
static const struct lws_protocols client_protocols[] = {
    {"http-only", handshake_callback, 0, 0, 0, NULL, 0},
    {client_protocol, connection_callback, sizeof(void *), RECEIVE_ROOM, 0, NULL, SEND_ROOM},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};
static const struct lws_protocols admin_protocols[] = {
    {"http-only", handshake_callback, 0, 0, 0, NULL, 0},
    {admin_protocol, connection_callback, sizeof(void *), RECEIVE_ROOM, 0, NULL, SEND_ROOM},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/* Pings are ours (connection.c): the library's own would close sockets that nobody asked it to look after. */
static const lws_retry_bo_t no_pings = {.secs_since_valid_ping = 65000, .secs_since_valid_hangup = 65500};

static void log_line(int level, const char *line)
{
    int len = (int)strcspn(line, "\n");

    if (len)
        ws.host->log(level & LLL_ERR ? CARDEA_LOG_WARN : CARDEA_LOG_VERBOSE, "libwebsockets: %.*s", len, line);
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static void on_tick(lws_sorted_usec_list_t *sul)
{
    int level = atomic_exchange(&ws.log_level, -1);

    if (level >= 0)
        lws_set_log_level(level, log_line);
    if (!atomic_load(&ws.stopping)) {
        connections_look_after(g_get_monotonic_time());
        handshakes_look_after(g_get_monotonic_time());
    }
    lws_sul_schedule(ws.context, 0, sul, on_tick, atomic_load(&ws.stopping) ? TICK_US / 50 : TICK_US);
}

static void *serve(void *unused)
{
    int64_t until = 0;

    lws_sul_schedule(ws.context, 0, &tick, on_tick, TICK_US);
    for (;;) {
        if (lws_service(ws.context, 0) < 0)
            break;
        if (!atomic_load(&ws.stopping))
            continue;
        if (!said_goodbye) {
            said_goodbye = true;
            until = g_get_monotonic_time() + GOODBYE_US;
            connections_say_goodbye();
            lws_sul_schedule(ws.context, 0, &tick, on_tick, 1);
        }
        if (!atomic_load(&ws.connections) || g_get_monotonic_time() >= until)
            break;
    }
    return NULL;
}

void service_wake(void)
{
    lws_cancel_service(ws.context);
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

int endpoint_port(const struct endpoint *e)
{
    return e->path ? 0 : lws_get_vhost_listen_port(e->vhost);
}

/* A socket that a former process has left would be in the way; any other file is left alone. */
static void remove_old_socket(const char *path)
{
    struct stat st;

    if (!lstat(path, &st) && S_ISSOCK(st.st_mode))
        unlink(path);
}

static struct lws_vhost *listen_at(struct endpoint *e, bool ipv6)
{
    struct lws_context_creation_info info;

    memset(&info, 0, sizeof(info));
    info.vhost_name = e->name;
    info.user = e;
    info.port = e->port;
    info.iface = e->path ? e->path : e->interface;
    info.protocols = e->door == CARDEA_DOOR_ADMIN ? admin_protocols : client_protocols;
    info.retry_and_idle_policy = &no_pings;
    info.timeout_secs = (unsigned)(ws.handshake_us / LWS_US_PER_SEC);
    info.keepalive_timeout = 5;
    info.alpn = "http/1.1";
    info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    if (!ipv6)
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    if (e->path) {
        info.options |= LWS_SERVER_OPTION_UNIX_SOCK;
        info.unix_socket_perms = ws.unix_owner;
        remove_old_socket(e->path);
    }
    if (e->tls) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.server_ssl_cert_mem = ws.certificate.cert;
        info.server_ssl_cert_mem_len = (unsigned)strlen(ws.certificate.cert);
        info.server_ssl_private_key_mem = ws.certificate.key;
        info.server_ssl_private_key_mem_len = (unsigned)strlen(ws.certificate.key);
        info.ssl_private_key_password = ws.password;
        info.ssl_cipher_list = ws.ciphers;
        info.tls1_3_plus_cipher_list = NULL;
    }
    return lws_create_vhost(ws.context, &info);
}

/* With IPv6 enabled the library listens everywhere when it is asked for an address of IPv4. */
static bool is_ipv4(const char *interface)
{
    struct in_addr a;

    return interface && inet_pton(AF_INET, interface, &a) == 1;
}

/* The library does not say why it cannot listen: what does the system say to the same wish? */
static const char *why_not(const struct endpoint *e)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)e->port)};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, err = 0;

    if (fd < 0)
        return "see the lines above";
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
        err = errno;
    close(fd);
    return err ? g_strerror(err) : "see the lines above";
}

/* Two ports of ours with one number would be one to the library, which then mixes their clients. */
static const struct endpoint *same_port(const struct endpoint *e)
{
    for (guint i = 0; i < ws.endpoints->len && ws.endpoints->pdata[i] != e; i++) {
        const struct endpoint *other = ws.endpoints->pdata[i];

        if (!e->path && !other->path && e->port && e->port == other->port)
            return other;
    }
    return NULL;
}

static int open_endpoint(struct endpoint *e)
{
    const struct endpoint *other = same_port(e);

    if (other) {
        ws.host->log(CARDEA_LOG_ERROR, "%s.%s_port: TCP port %d is also that of %s.%s_port: set another one",
                     e->category, e->name, e->port, other->category, other->name);
        return -1;
    }
    e->vhost = listen_at(e, !is_ipv4(e->interface));
    if (!e->vhost && !e->path)
        e->vhost = listen_at(e, false); /* a host without IPv6 */
    if (e->vhost && e->path)
        ws.host->log(CARDEA_LOG_INFO, "%s: listening at %s", e->name, e->path);
    else if (e->vhost)
        ws.host->log(CARDEA_LOG_INFO, "%s: port %d", e->name, endpoint_port(e));
    else if (e->path)
        ws.host->log(CARDEA_LOG_ERROR, "%s: %s cannot be opened", e->name, e->path);
    else
        ws.host->log(CARDEA_LOG_ERROR, "%s.%s_port: TCP port %d cannot be opened%s: %s", e->category, e->name, e->port,
                     e->tls ? ", or certificate and key do not fit" : "", why_not(e));
    return e->vhost ? 0 : -1;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void destroy(void)
{
    if (ws.context)
        lws_context_destroy(ws.context);
    ws.context = NULL;
    lws_set_log_level(LLL_ERR, NULL);
}

static int make_context(void)
{
    struct lws_context_creation_info info;
    int level = atomic_exchange(&ws.log_level, -1);

    lws_set_log_level(level >= 0 ? level : LLL_ERR | LLL_WARN, log_line);
    memset(&info, 0, sizeof(info));
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.gid = (gid_t)-1;
    info.uid = (uid_t)-1;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    for (guint i = 0; i < ws.endpoints->len; i++)
        if (((struct endpoint *)ws.endpoints->pdata[i])->tls)
            info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.timeout_secs = (unsigned)(ws.handshake_us / LWS_US_PER_SEC);
    info.fd_limit_per_thread = 2 * (unsigned)ws.most_connections + SPARE_FDS; /* handshakes as well */
    info.ka_time = 60;
    info.ka_interval = 10;
    info.ka_probes = 6;
    info.server_string = "cardea";
    info.retry_and_idle_policy = &no_pings;
    ws.context = lws_create_context(&info);
    if (!ws.context)
        ws.host->log(CARDEA_LOG_ERROR, "libwebsockets did not start: see the lines above");
    return ws.context ? 0 : -1;
}

/* Signals are for the thread that started us. */
static int start_thread(void)
{
    sigset_t all, before;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    err = pthread_create(&thread, NULL, serve, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err)
        ws.host->log(CARDEA_LOG_ERROR, "no thread for WebSockets: %s", g_strerror(err));
    else
        pthread_setname_np(thread, "websocket");
    return err;
}

int service_start(void)
{
    said_goodbye = false;
    memset(&tick, 0, sizeof(tick));
    if (make_context())
        return -1;
    for (guint i = 0; i < ws.endpoints->len; i++)
        if (open_endpoint(ws.endpoints->pdata[i]))
            goto fail;
    if (start_thread())
        goto fail;
    running = true;
    return 0;
fail:
    destroy();
    return -1;
}

void service_stop(void)
{
    if (running) {
        atomic_store(&ws.stopping, true);
        service_wake();
        pthread_join(thread, NULL);
        running = false;
    }
    destroy();
    for (guint i = 0; i < ws.endpoints->len; i++)
        if (((struct endpoint *)ws.endpoints->pdata[i])->path)
            remove_old_socket(((struct endpoint *)ws.endpoints->pdata[i])->path);
}
