/* SPDX-License-Identifier: Apache-2.0 */
/* One listening port: a daemon of the library with a thread of its own. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../common/acl.h"
#include "http.h"

#define CONNECTION_MEMORY 32768

static enum MHD_Result accept_client(void *server, const struct sockaddr *a, socklen_t len)
{
    const struct server *s = server;
    char text[64];

    address_text(a, text, sizeof(text));
    return acl_allows(s->acl, text) ? MHD_YES : MHD_NO;
}

static void __attribute__((format(printf, 2, 0))) log_line(void *server, const char *fmt, va_list ap)
{
    const struct server *s = server;
    char line[512];

    vsnprintf(line, sizeof(line), fmt, ap);
    line[strcspn(line, "\n")] = 0;
    http.host->log(CARDEA_LOG_VERBOSE, "%s: libmicrohttpd: %s", s->name, line);
}

/* Settings that are there or not; ends with MHD_OPTION_END. */
static void fill_options(struct MHD_OptionItem *o, const struct server *s)
{
    if (http.most_per_address)
        *o++ = (struct MHD_OptionItem){MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)http.most_per_address, NULL};
    if (s->tls) {
        *o++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, http.certificate.cert};
        *o++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, http.certificate.key};
        if (http.password)
            *o++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_KEY_PASSWORD, 0, http.password};
        if (http.ciphers)
            *o++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, http.ciphers};
    }
    *o = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
}

/* It does not listen itself. Signals are for the thread that starts it. */
static struct MHD_Daemon *start_daemon(struct server *s)
{
    struct MHD_OptionItem more[6];
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET |
                     (s->tls ? MHD_USE_TLS : 0) | (http.debug ? MHD_USE_ERROR_LOG : 0);
    struct MHD_Daemon *daemon;
    sigset_t all, before;

    fill_options(more, s);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    daemon = MHD_start_daemon(flags, 0, accept_client, s, exchange_handle, s, MHD_OPTION_EXTERNAL_LOGGER, log_line, s,
                              MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s, MHD_OPTION_NOTIFY_COMPLETED,
                              exchange_completed, s, MHD_OPTION_NOTIFY_CONNECTION, client_notify, s,
                              MHD_OPTION_CONNECTION_LIMIT, http.most_connections, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
                              MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY, more,
                              MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

/* "/janus/" is "/janus", "janus" is "/janus", "/" is "". */
static char *trim_base(const char *base)
{
    char *out = base && *base ? g_strconcat(*base == '/' ? "" : "/", base, NULL) : g_strdup("");
    size_t n = strlen(out);

    while (n && out[n - 1] == '/')
        out[--n] = 0;
    return out;
}

/* So many places are kept free, so that who comes need not wait for the one that goes. */
static unsigned spare(void)
{
    unsigned part = http.most_connections / 16;

    return part < 1 ? 1 : part > 32 ? 32 : part;
}

/* The accepting thread. What the library refuses (too many, or the access list says no) it closes. */
static void take_client(void *server, int fd, const struct sockaddr *from, unsigned from_len)
{
    struct server *s = server;

    if (atomic_fetch_add(&s->clients, 1) + spare() >= http.most_connections) /* server_client_gone() takes it back */
        client_make_room(s);
    if (MHD_add_connection(s->daemon, fd, from, from_len) == MHD_NO)
        atomic_fetch_sub(&s->clients, 1);
}

static bool is_full(void *server)
{
    const struct server *s = server;

    return atomic_load(&s->clients) >= http.most_connections;
}

void server_client_gone(struct server *s)
{
    atomic_fetch_sub(&s->clients, 1);
}

static bool listen_at(struct server *s, const struct server_conf *conf)
{
    const struct cardea_listen listen = {.size = sizeof(listen),
                                         .name = conf->name,
                                         .interface = conf->interface,
                                         .ip = conf->ip,
                                         .port = conf->port,
                                         .client = take_client,
                                         .full = is_full,
                                         .arg = s};
    char why[200];

    s->listener = http.host->listen(&listen, why, sizeof(why));
    if (!s->listener) {
        http.host->log(CARDEA_LOG_ERROR, "%s.%s: TCP port %u cannot be opened: %s", conf->category, conf->setting,
                       conf->port, why);
        return false;
    }
    s->port = http.host->listen_port(s->listener);
    return true;
}

struct server *server_new(const struct server_conf *conf)
{
    struct server *s = g_new0(struct server, 1);

    s->name = conf->name;
    s->door = conf->door;
    s->tls = conf->tls;
    s->pages = conf->pages;
    s->acl = g_strdup(conf->acl);
    s->acl_forwarded = conf->acl_forwarded;
    s->base = trim_base(conf->base);
    s->daemon = start_daemon(s);
    if (!s->daemon) {
        http.host->log(CARDEA_LOG_ERROR, "%s did not start%s", conf->name,
                       conf->tls ? ": are certificate, key, password and ciphers right?" : "");
        goto fail;
    }
    if (!listen_at(s, conf))
        goto fail;
    http.host->log(CARDEA_LOG_INFO, "%s: port %u, API at %s/", conf->name, s->port, s->base);
    return s;
fail:
    server_free(s);
    return NULL;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    http.host->listen_end(s->listener);
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    g_free(s->base);
    g_free(s->acl);
    g_free(s);
}

unsigned server_connections(const struct server *s)
{
    return atomic_load(&s->clients);
}
