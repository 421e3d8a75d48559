/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The WebSocket transport: one text message is one JSON text, in both directions. What it says is the gateway's
 * business.
 *
 *   websocket.c   the module: options, start, stop     handshake.c   who may upgrade
 *   service.c     the library's thread and its ports   connection.c  what waits to be sent, and what has arrived so far
 *
 * Everything of the library runs on the service thread. The control thread only puts text into a connection's queue,
 * and the accepting thread new clients into another one, each under one lock, and wakes the service thread.
 */
#ifndef CARDEA_WEBSOCKET_H
#define CARDEA_WEBSOCKET_H

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>
#include <libwebsockets.h>

#include <cardea/transport.h>

#include "../common/certificate.h"

/* One listening place. A value that is set at start and const from then on. */
struct endpoint {
    const char *name;     /* "ws", "wss", "admin_ws", "admin_wss" */
    const char *category; /* where its settings are */
    enum cardea_door door;
    bool tls, acl_forwarded;
    unsigned port;               /* asked for; 0: any */
    char *interface, *ip, *path; /* owned; path: a socket in the file system instead of a port */
    char *acl;                   /* owned, may be NULL */
    struct cardea_listener *listener;
};

struct websocket {
    /* given at start, const from then on */
    const struct cardea_transport_host *host;
    char *allow_origin, *password, *ciphers, *unix_owner, *trusted;
    bool enforce_cors;
    size_t most_message, most_bytes, most_messages, most_connections;
    int64_t ping_after_us, pong_within_us; /* 0: no pings */
    int64_t stall_us;
    int64_t handshake_us;
    struct certificate certificate;
    GPtrArray *endpoints; /* struct endpoint * */

    /* any thread */
    atomic_bool events, stopping;
    atomic_int layout;              /* enum layout */
    atomic_int log_level;           /* wanted; -1: as it is */
    atomic_ulong connections;       /* that are established */
    atomic_ulong messages;          /* received */
    atomic_ulong overflows, stalls; /* closed because their client did not read */
    atomic_ulong too_slow;          /* handshakes that took too long */
    struct lws_context *context;
};
extern struct websocket ws;
extern const struct cardea_transport cardea_transport;

/* --- service.c: control thread ------------------------------------------------------------------------------------ */
int service_start(void); /* 0, or -1 after a log line */
void service_stop(void); /* says goodbye to all, at most half a second */
void service_wake(void); /* any thread: connections have been kicked, or clients have come */
unsigned endpoint_port(const struct endpoint *e);

/* --- handshake.c: service thread ---------------------------------------------------------------------------------- */
void handshakes_init(void); /* control thread, while the service thread does not run */
void handshakes_end(void);
void handshakes_look_after(int64_t now_us); /* each second: ends those that take too long */
/* A client has come: is there room, may it? Then vhost takes it; fd is closed otherwise. */
void handshake_begin(const struct endpoint *e, struct lws_vhost *vhost, int fd);
/* It has become a WebSocket at the place that is returned, of the client at remote (if not NULL); or it has gone. IPv4
 * is written as such also when it came by IPv6; "unix" is a socket in the file system. */
const struct endpoint *handshake_over(struct lws *wsi, char *remote, size_t size);
int handshake_callback(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len);
/* Before the answer: is the subprotocol that of the door? */
bool handshake_fits(struct lws *wsi);
extern const char client_protocol[], admin_protocol[];

/* --- connection.c ------------------------------------------------------------------------------------------------- */
void connections_init(void);
void connections_end(void);
int connection_callback(struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len);
void connections_write_kicked(void);         /* service thread: after a wake */
void connections_look_after(int64_t now_us); /* service thread: pings, stalls; each second */
void connections_say_goodbye(void);          /* service thread */
void connection_send(cardea_connection c, const char *text, size_t len); /* control thread; only queues */
void connection_shut(cardea_connection c);                               /* control thread; only queues */
void connections_turn_end(void); /* control thread: what was queued since the last one may be written */

#endif
