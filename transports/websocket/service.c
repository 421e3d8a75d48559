/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of the library, and the places where it listens. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ev.h>

#include "websocket.h"

#define TICK_US    LWS_US_PER_SEC
#define GOODBYE_US (LWS_US_PER_SEC / 2)
#define SPARE_FDS  4096

/* The library's own loop asks the system about all connections whenever one has something to say. libev's does not. */
static struct ev_loop *loop; /* owned */
static ev_async woken;
static pthread_t thread;
static bool running;
static lws_sorted_usec_list_t tick;
static bool said_goodbye; /* service thread */

/* What each connection has of its own for reading; longer messages come in parts. */
#define RECEIVE_ROOM 2048
#define SEND_ROOM    8192

/* What asks for no subprotocol ends at the first, which refuses. */
static const struct lws_protocols protocols[] = {
    {"http-only", handshake_callback, 0, 0, 0, NULL, 0},
    {client_protocol, connection_callback, sizeof(void *), RECEIVE_ROOM, 0, NULL, SEND_ROOM},
    {admin_protocol, connection_callback, sizeof(void *), RECEIVE_ROOM, 0, NULL, SEND_ROOM},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/* The library's two ways in: as they are, and with TLS. */
static struct lws_vhost *vhosts[2];

/*
 * Pings are ours (connection.c): the library's own would close sockets that nobody asked it to look after. It keeps a
 * list of when it would send them, by time, and looks from its beginning for each one's place: that is the first one
 * when each would be due a second before the one that came before (once in 60,000 times it is not).
 */
enum { LAST_PING_S = 65000, FIRST_PING_S = 3600 };
static lws_retry_bo_t no_pings = {.secs_since_valid_ping = LAST_PING_S, .secs_since_valid_hangup = LAST_PING_S + 500};

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
        ev_run(loop, EVRUN_ONCE);
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

/* libev writes to its descriptor only when the thread sleeps, or is about to. */
void service_wake(void)
{
    ev_async_send(loop, &woken);
}

/* --- clients that the gateway has accepted ------------------------------------------------------------------------ */

struct client {
    const struct endpoint *endpoint;
    int fd;
};

static struct {
    pthread_mutex_t lock;
    GArray *come; /* struct client */
} door = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The accepting thread. */
static void take_client(void *endpoint, int fd, const struct sockaddr *from, unsigned from_len)
{
    const struct client c = {endpoint, fd};

    pthread_mutex_lock(&door.lock);
    g_array_append_val(door.come, c);
    pthread_mutex_unlock(&door.lock);
    service_wake();
}

static void take_clients(void)
{
    GArray *come;

    pthread_mutex_lock(&door.lock);
    come = door.come;
    door.come = g_array_new(FALSE, FALSE, sizeof(struct client));
    pthread_mutex_unlock(&door.lock);
    for (guint i = 0; i < come->len; i++) {
        const struct client *c = &g_array_index(come, struct client, i);

        if (--no_pings.secs_since_valid_ping < FIRST_PING_S)
            no_pings.secs_since_valid_ping = LAST_PING_S;
        handshake_begin(c->endpoint, vhosts[c->endpoint->tls], c->fd);
    }
    g_array_free(come, TRUE);
}

static void on_woken(struct ev_loop *unused, ev_async *too, int events)
{
    connections_write_kicked();
    take_clients();
}

/* --- ports -------------------------------------------------------------------------------------------------------- */

unsigned endpoint_port(const struct endpoint *e)
{
    return ws.host->listen_port(e->listener);
}

static struct lws_vhost *make_vhost(bool tls)
{
    struct lws_context_creation_info info;

    memset(&info, 0, sizeof(info));
    info.vhost_name = tls ? "wss" : "ws";
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = protocols;
    info.retry_and_idle_policy = &no_pings;
    info.timeout_secs = (unsigned)(ws.handshake_us / LWS_US_PER_SEC);
    info.keepalive_timeout = 5;
    info.alpn = "http/1.1";
    if (tls) {
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

static int listen_at(struct endpoint *e)
{
    char name[24];
    const struct cardea_listen listen = {.size = sizeof(listen),
                                         .name = name,
                                         .interface = e->interface,
                                         .ip = e->ip,
                                         .port = e->port,
                                         .path = e->path,
                                         .owner = ws.unix_owner,
                                         .client = take_client,
                                         .arg = e};
    char why[200];

    snprintf(name, sizeof(name), "%s%s", e->name, e->path ? "_unix" : "");
    e->listener = ws.host->listen(&listen, why, sizeof(why));
    if (e->listener && e->path)
        ws.host->log(CARDEA_LOG_INFO, "%s: listening at %s", e->name, e->path);
    else if (e->listener)
        ws.host->log(CARDEA_LOG_INFO, "%s: port %u", e->name, endpoint_port(e));
    else if (e->path)
        ws.host->log(CARDEA_LOG_ERROR, "%s: %s cannot be opened: %s", e->name, e->path, why);
    else
        ws.host->log(CARDEA_LOG_ERROR, "%s.%s_port: TCP port %u cannot be opened: %s", e->category, e->name, e->port,
                     why);
    return e->listener ? 0 : -1;
}

static int open_endpoint(struct endpoint *e)
{
    if (!vhosts[e->tls])
        vhosts[e->tls] = make_vhost(e->tls);
    if (vhosts[e->tls])
        return listen_at(e);
    ws.host->log(CARDEA_LOG_ERROR, "%s did not start%s", e->name,
                 e->tls ? ": do certificate and key fit, and are password and ciphers right?" : "");
    return -1;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void stop_listening(void)
{
    for (guint i = 0; i < ws.endpoints->len; i++) {
        struct endpoint *e = ws.endpoints->pdata[i];

        ws.host->listen_end(e->listener);
        e->listener = NULL;
    }
}

static void destroy(void)
{
    stop_listening(); /* from here on nobody comes */
    for (guint i = 0; i < door.come->len; i++)
        close(g_array_index(door.come, struct client, i).fd);
    g_array_free(door.come, TRUE);
    if (ws.context)
        lws_context_destroy(ws.context);
    ws.context = NULL;
    if (loop)
        ev_loop_destroy(loop);
    loop = NULL;
    vhosts[0] = vhosts[1] = NULL;
    lws_set_log_level(LLL_ERR, NULL);
}

/*
 * The library finds connections by their descriptors: in a table with room for all that there may be, which is what
 * RLIMIT_NOFILE says at this moment; or, where it is told a number, by looking through a list of all, for each message.
 * So it is not told. But the limit may be millions, and the table is looked through when a connection goes: it has room
 * for our connections, for those that are none yet, and for what else the process has open.
 */
static struct lws_context *create_context(const struct lws_context_creation_info *info)
{
    rlim_t room = 2 * (rlim_t)ws.most_connections + SPARE_FDS;
    struct rlimit files, bounded;
    struct lws_context *c;

    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur <= room)
        return lws_create_context(info);
    bounded = (struct rlimit){.rlim_cur = room, .rlim_max = files.rlim_max};
    setrlimit(RLIMIT_NOFILE, &bounded);
    c = lws_create_context(info);
    setrlimit(RLIMIT_NOFILE, &files);
    return c;
}

static int make_context(void)
{
    struct lws_context_creation_info info;
    int level = atomic_exchange(&ws.log_level, -1);
    void *loops[1];

    loop = loops[0] = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    ev_async_init(&woken, on_woken);
    ev_async_start(loop, &woken);
    lws_set_log_level(level >= 0 ? level : LLL_ERR | LLL_WARN, log_line);
    memset(&info, 0, sizeof(info));
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.gid = (gid_t)-1;
    info.uid = (uid_t)-1;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBEV;
    info.foreign_loops = loops;
    for (guint i = 0; i < ws.endpoints->len; i++)
        if (((struct endpoint *)ws.endpoints->pdata[i])->tls)
            info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.timeout_secs = (unsigned)(ws.handshake_us / LWS_US_PER_SEC);
    info.ka_time = 60;
    info.ka_interval = 10;
    info.ka_probes = 6;
    info.server_string = "cardea";
    info.retry_and_idle_policy = &no_pings;
    ws.context = create_context(&info);
    if (!ws.context)
        ws.host->log(CARDEA_LOG_ERROR,
                     "libwebsockets did not start: see the lines above; is libwebsockets-evlib-ev there?");
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
    door.come = g_array_new(FALSE, FALSE, sizeof(struct client));
    if (make_context()) {
        destroy();
        return -1;
    }
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
    if (!ws.context)
        return;
    if (running) {
        atomic_store(&ws.stopping, true);
        service_wake();
        pthread_join(thread, NULL);
        running = false;
    }
    destroy();
}
