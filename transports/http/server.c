/* SPDX-License-Identifier: Apache-2.0 */
/* One listening port: a daemon of the library with a thread of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "../common/acl.h"
#include "http.h"

#define IDLE_S 120

static enum MHD_Result accept_client(void *server, const struct sockaddr *a, socklen_t len)
{
    const struct server *s = server;
    char text[INET6_ADDRSTRLEN] = "";

    if (a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, text, sizeof(text));
    else if (a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, text, sizeof(text));
    return acl_allows(s->acl, text) ? MHD_YES : MHD_NO;
}

/* --- where to listen
 * -------------------------------------------------------------------------------------------------- */

static bool address_of_interface(const char *name, int port, struct sockaddr_in *out)
{
    struct ifaddrs *all, *i;
    bool found = false;

    if (getifaddrs(&all))
        return false;
    for (i = all; i && !found; i = i->ifa_next)
        if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET && !strcmp(i->ifa_name, name)) {
            memcpy(out, i->ifa_addr, sizeof(*out));
            out->sin_port = htons((uint16_t)port);
            found = true;
        }
    freeifaddrs(all);
    return found;
}

/* A listening socket; -1 with errno. */
static int listen_at(const struct server_conf *conf)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)conf->port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)conf->port)};
    const struct sockaddr *a = (const struct sockaddr *)&any;
    socklen_t len = sizeof(any);
    int fd, on = 1, off = 0;

    if (conf->ip && inet_pton(AF_INET, conf->ip, &v4.sin_addr) == 1)
        a = (const struct sockaddr *)&v4, len = sizeof(v4);
    else if (conf->ip && inet_pton(AF_INET6, conf->ip, &any.sin6_addr) != 1)
        return errno = EADDRNOTAVAIL, -1;
    else if (!conf->ip && conf->interface && !address_of_interface(conf->interface, conf->port, &v4))
        return errno = ENODEV, -1;
    else if (!conf->ip && conf->interface)
        a = (const struct sockaddr *)&v4, len = sizeof(v4);
    fd = socket(a->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EAFNOSUPPORT && a->sa_family == AF_INET6) {
        a = (const struct sockaddr *)&v4, len = sizeof(v4);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (a->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, a, len) || listen(fd, 1024)) {
        int err = errno;

        close(fd);
        return errno = err, -1;
    }
    return fd;
}

/* --- TLS
 * -------------------------------------------------------------------------------------------------------------- */

static bool read_certificate(struct server *s, const struct server_conf *conf)
{
    GError *error = NULL;

    if (!conf->cert_file) {
        http.host->log(CARDEA_LOG_WARN, "%s: no certificate is configured, a self-signed one is used for trying out",
                       conf->name);
        return !http.host->self_signed(&s->cert, &s->key);
    }
    if (g_file_get_contents(conf->cert_file, &s->cert, NULL, &error) &&
        g_file_get_contents(conf->key_file ? conf->key_file : conf->cert_file, &s->key, NULL, &error))
        return true;
    http.host->log(CARDEA_LOG_ERROR, "%s: %s: set cert_pem and cert_key in certificates", conf->name, error->message);
    g_error_free(error);
    return false;
}

/* --- life
 * ------------------------------------------------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct server *s, const struct server_conf *conf, int fd)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
        {conf->password ? MHD_OPTION_HTTPS_KEY_PASSWORD : MHD_OPTION_END, 0, (void *)conf->password},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | (conf->tls ? MHD_USE_TLS : 0);

    return MHD_start_daemon(flags, 0, accept_client, s, exchange_handle, s, MHD_OPTION_LISTEN_SOCKET, fd,
                            MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, s, MHD_OPTION_CONNECTION_LIMIT,
                            conf->most_connections, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_ARRAY, conf->tls ? tls : none,
                            MHD_OPTION_END);
}

static char *trim_base(const char *base)
{
    char *out = g_strdup(base && *base == '/' ? base : "/");
    size_t n = strlen(out);

    while (n && out[n - 1] == '/')
        out[--n] = 0;
    return out;
}

struct server *server_new(const struct server_conf *conf)
{
    struct server *s = g_new0(struct server, 1);
    int fd = listen_at(conf);

    s->name = conf->name;
    s->door = conf->door;
    s->pages = conf->pages;
    s->acl = g_strdup(conf->acl);
    s->acl_forwarded = conf->acl_forwarded;
    s->base = trim_base(conf->base);
    if (fd < 0) {
        http.host->log(CARDEA_LOG_ERROR, "TCP port %d cannot be opened for %s (%s): change its port in %s", conf->port,
                       conf->name, g_strerror(errno), "the configuration of the HTTP transport");
        goto fail;
    }
    if (conf->tls && !read_certificate(s, conf)) {
        close(fd);
        goto fail;
    }
    s->daemon = start_daemon(s, conf, fd);
    if (!s->daemon) {
        http.host->log(CARDEA_LOG_ERROR, "%s did not start%s", conf->name,
                       conf->tls ? ": are certificate and key right?" : "");
        close(fd);
        goto fail;
    }
    http.host->log(CARDEA_LOG_INFO, "%s: port %d, API at %s/", conf->name, server_port(s), s->base);
    return s;
fail:
    server_free(s);
    return NULL;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    g_free(s->base);
    g_free(s->acl);
    g_free(s->cert);
    g_free(s->key);
    g_free(s);
}

int server_port(const struct server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_LISTEN_FD);
    struct sockaddr_storage a;
    socklen_t len = sizeof(a);

    if (!info || getsockname(info->listen_fd, (struct sockaddr *)&a, &len))
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}

unsigned server_connections(const struct server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info ? info->num_connections : 0;
}
