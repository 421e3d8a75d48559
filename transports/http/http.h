/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP transport: sockets, framing, CORS, access lists, TLS and static pages. What a path means is the gateway's
 * business.
 *
 *   http.c      the module: options, start, stop      exchange.c  requests that wait for the gateway's answer
 *   server.c    one listening port                    pages.c     files of the html folder
 */
#ifndef CARDEA_HTTP_H
#define CARDEA_HTTP_H

#include <stdatomic.h>

#include <glib.h>
#include <microhttpd.h>

#include <cardea/transport.h>

struct http {
    const struct cardea_transport_host *host;
    char *allow_origin;
    bool origin_given, enforce_cors;
    size_t most_body;
    GPtrArray *servers; /* struct server * */
    atomic_ulong messages;
};
extern struct http http;
extern const struct cardea_transport cardea_transport;

/* One listening port. */
struct server {
    const char *name; /* "http", "https", "admin_http", "admin_https" */
    enum cardea_door door;
    struct MHD_Daemon *daemon;
    char *base; /* without a slash at the end; "" is the root */
    char *acl;
    bool acl_forwarded, pages;
    char *cert, *key; /* PEM text, for TLS */
};

struct server_conf {
    const char *name, *base, *interface, *ip, *acl;
    enum cardea_door door;
    int port;
    bool acl_forwarded, tls, pages;
    const char *cert_file, *key_file, *password, *ciphers;
    unsigned most_connections;
};

/* Logs a sentence and returns NULL when the port cannot be opened. */
struct server *server_new(const struct server_conf *conf);
void server_free(struct server *s);
int server_port(const struct server *s);
unsigned server_connections(const struct server *s);

/* --- exchange.c: any server's thread, and the control thread --- */
void exchange_init(void);
void exchange_end(void); /* after the servers have stopped */
enum MHD_Result exchange_handle(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_len, void **state);
void exchange_completed(void *server, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code);
void exchange_respond(uint64_t tag, const struct cardea_response *response);                      /* control thread */
enum MHD_Result respond_now(struct MHD_Connection *c, int status, struct MHD_Response *response); /* adds CORS */
const char *header_of(struct MHD_Connection *c, const char *name);

/* --- pages.c --- */
/* The page at url, or NULL when there is none. *status is 200 or 304. */
struct MHD_Response *page_find(struct MHD_Connection *c, const char *url, int *status);
/* Pure: is this a path that stays below the folder and names no hidden file? */
bool page_path_is_safe(const char *url);
const char *page_type(const char *path);

#endif
