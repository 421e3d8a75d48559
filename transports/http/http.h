/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP transport: sockets, framing, CORS, access lists, TLS and static pages. What a path means is the gateway's
 * business. The order: what is below the base path is the API; else a page of the html folder, if there is one; else
 * a route of the gateway, which says 404 when it knows none.
 *
 *   http.c      the module: options, start, stop      exchange.c  requests that wait for the gateway's answer
 *   server.c    one listening port                    watch.c     connections that take too long, or have gone
 *   address.c   addresses as text                     pages.c     files of the html folder
 *   target.c    what a request asks for               cors.c      headers of every answer
 *
 * The gateway accepts clients; each port has a thread of the library for them; the control thread answers, and the
 * watching thread looks after both.
 */
#ifndef CARDEA_HTTP_H
#define CARDEA_HTTP_H

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>
#include <microhttpd.h>

#include <cardea/transport.h>

#include "../common/certificate.h"

#define IDLE_S 120 /* a connection without a request */

struct http {
    /* given at start, const from then on */
    const struct cardea_transport_host *host;
    char *allow_origin, *password, *ciphers, *trusted;
    bool origin_given, enforce_cors, debug;
    unsigned most_connections, most_per_address;
    struct certificate certificate;
    GPtrArray *servers; /* struct server * */

    /* any thread */
    atomic_bool events;
    atomic_int layout;       /* enum layout */
    atomic_size_t most_body; /* bytes */
    atomic_llong request_s;
    atomic_ulong messages;  /* exchanges that were given to the gateway */
    atomic_ulong too_slow;  /* connections ended because they took too long */
    atomic_ulong made_room; /* because others wanted to come in */
    atomic_ulong too_large;
};
extern struct http http;
extern const struct cardea_transport cardea_transport;

/* --- server.c: control thread ------------------------------------------------------------------------------------- */

/* One listening port. Const while it serves. */
struct server {
    const char *name; /* "http", "https", "admin_http", "admin_https" */
    enum cardea_door door;
    bool tls, acl_forwarded, pages;
    char *base; /* without a slash at the end; "" is the root */
    char *acl;
    struct MHD_Daemon *daemon;
    struct cardea_listener *listener;
    unsigned port;
    atomic_uint clients; /* any thread: connections */
    GQueue waiting;      /* struct client: those whose turn it is, longest first; under a lock of watch.c */
};

struct server_conf {
    const char *name, *base, *interface, *ip, *acl;
    const char *category, *setting; /* where port stands */
    enum cardea_door door;
    unsigned port; /* 0: any */
    bool acl_forwarded, tls, pages;
};

/* Logs a sentence and returns NULL when the port cannot be opened. */
struct server *server_new(const struct server_conf *conf);
void server_free(struct server *s);
unsigned server_connections(const struct server *s);
void server_client_gone(struct server *s); /* any thread */

/* --- address.c: any thread ---------------------------------------------------------------------------------------- */

/* IPv4 is written as such also when it came by IPv6. Returns the port. */
unsigned address_text(const struct sockaddr *a, char *out, size_t size);

/* --- watch.c ------------------------------------------------------------------------------------------------------ */

/* One TCP connection. Its port's thread; until_us and waits are under a lock of watch.c. */
struct client {
    struct server *server;
    int fd;
    char remote[64];
    unsigned port;
    int64_t until_us; /* then it is ended */
    GList waits;      /* its place in server->waiting, while data is set */
};

int watch_start(void);
void watch_stop(void); /* joins the thread */
void watch_end(void);  /* after the servers have stopped */
void client_notify(void *server, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code);
struct client *client_of(struct MHD_Connection *c);
/* What the connection does next may take so long, and is for the client (to ask, to finish its question) or for us to
 * do. The connection must be alive. */
enum client_turn { THEIRS, OURS };
void client_may_take(struct client *client, int64_t seconds, enum client_turn turn);
/* Any thread: the port is nearly full. Of the clients whose turn it is the one that has waited longest is let go. */
void client_make_room(struct server *s);
/* exchange_gone(tag) will be called when the client has gone, also if it has only closed its half when
 * half_closed_is_gone. */
void client_watch(const struct client *client, uint64_t tag, bool half_closed_is_gone);
void client_unwatch(const struct client *client);

/* --- exchange.c --------------------------------------------------------------------------------------------------- */
void exchange_init(void);
void exchange_end(void); /* control thread: lets answers go out, and the waiting ones go; after it nothing is asked */
void exchange_free_table(void);                                                   /* after the servers have stopped */
void *exchange_begin(void *server, const char *target, struct MHD_Connection *c); /* the first line has come */
enum MHD_Result exchange_handle(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_len, void **state);
void exchange_completed(void *server, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode code);
void exchange_respond(uint64_t tag, const struct cardea_response *response); /* any thread */
void exchange_gone(uint64_t tag);                                            /* watching thread */
const char *header_of(struct MHD_Connection *c, const char *name);

/* --- pages.c ------------------------------------------------------------------------------------------------------ */

/* The page at path, or NULL when there is none. *status is 200 or 304; size in bytes. */
struct MHD_Response *page_find(struct MHD_Connection *c, const char *path, int *status, uint64_t *size);

#endif
