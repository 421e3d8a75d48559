/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport side of Cardea: a transport carries *text* between clients and the gateway. It knows connections, not
 * sessions, and does not look into the JSON.
 *
 * A transport has threads of its own. It tells the gateway what came by opened(), received() and closed(), from any
 * thread (a mailbox post; never blocks). The gateway calls send() and shut() on its control thread: they must only
 * queue. All is named by a 64-bit connection id that the transport chooses; ids are never reused.
 *
 * Connection-oriented transports (WebSocket): a connection lives long, owns sessions, and gets events: give `tag` 0.
 * Exchange-oriented transports (HTTP): one connection id for the transport as a whole has no meaning; each exchange is
 * a `tag`. The gateway answers every tag exactly once; a long poll is a tag that is answered late.
 *
 * Promises: after stop() returns neither side calls the other. After closed(c) the gateway sends nothing more to c,
 * except what was already on its way, which the transport drops.
 */
#ifndef CARDEA_TRANSPORT_H
#define CARDEA_TRANSPORT_H

#include <cardea/types.h>

typedef uint64_t cardea_connection; /* chosen by the transport, never 0, never reused */

enum cardea_door { CARDEA_DOOR_CLIENT = 0, CARDEA_DOOR_ADMIN = 1 };

/* What an HTTP exchange asked for besides a body of JSON. Text is borrowed until the call returns. */
struct cardea_exchange {
    const char *method; /* "GET", "POST", … */
    const char *path;   /* decoded, below the base path: "/123/456"; or the whole path when `route` */
    const char *query;  /* raw, may be "" */
    bool route;         /* not below a base path: look for a registered route */
    const char *(*header)(void *arg, const char *name);
    void *arg;
    const char *remote; /* address of the client */
};

/* An answer to an exchange. */
struct cardea_response {
    int status;
    const char *const *headers; /* name, value, name, value, …, NULL; may be NULL */
    const void *body;
    size_t len;
    /* instead of a body: len bytes of a file from offset on; the transport closes fd, always */
    bool is_file;
    int fd;
    uint64_t offset;
};

struct cardea_transport_host {
    uint16_t abi_major, abi_minor;
    uint32_t size;

    /* [any thread] A connection-oriented client came. `remote` is its address as text. */
    void (*opened)(const void *transport, cardea_connection c, enum cardea_door door, const char *remote);
    /* [any thread] One message from it. */
    void (*received)(const void *transport, cardea_connection c, const char *text, size_t len);
    /* [any thread] It has gone: its sessions are destroyed or become claimable. */
    void (*closed)(const void *transport, cardea_connection c);

    /* [any thread] One exchange; the gateway answers it by respond(tag) exactly once, unless abandoned() came first. */
    void (*exchange)(const void *transport, uint64_t tag, enum cardea_door door, const struct cardea_exchange *x,
                     const void *body, size_t len);
    /* [any thread] The client of this exchange has gone: a long poll is forgotten. */
    void (*abandoned)(const void *transport, uint64_t tag);

    void (*event)(const void *transport, cardea_connection c, json_t *body); /* [any thread] type 128; body taken */
    void (*log)(enum cardea_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
    const char *(*option_string)(const struct cardea_config *c, const char *category, const char *name);
    int64_t (*option_int)(const struct cardea_config *c, const char *category, const char *name);
    bool (*option_bool)(const struct cardea_config *c, const char *category, const char *name);
    const char *(*html_folder)(void); /* where the static pages are; borrowed */
    /* Writes a fresh self-signed certificate and key (PEM) for trying out TLS. Both must be free()d. */
    int (*self_signed)(char **cert_pem, char **key_pem);
    /* [any thread] Is this path (the whole one, decoded) a registered route? Routes go before pages. Since 1.1. */
    bool (*has_route)(const char *path);
    /* Listens. NULL: why says in a few words. Clients come when the gateway is ready to serve. */
    struct cardea_listener *(*listen)(const struct cardea_listen *conf, char *why, size_t why_len);
    unsigned (*listen_port)(const struct cardea_listener *l); /* 0: a socket in the file system */
    void (*listen_end)(struct cardea_listener *l);            /* client() is not called any more; NULL is allowed */
};

struct cardea_transport {
    uint16_t abi_major, abi_minor;
    uint32_t size;

    const char *name;           /* "cardea.transport.http" */
    const char *const *aliases; /* {"janus.transport.http", NULL} */
    const char *title, *description, *author, *version_string;
    int version;
    const struct cardea_option *options;
    const char *config_name; /* "cardea.transport.<config_name>.jcfg" */

    int (*start)(const struct cardea_transport_host *host, const struct cardea_config *config); /* non-zero: refused */
    void (*stop)(void);
    bool (*offers)(enum cardea_door door); /* is that door open? */

    /* control thread; must only queue. Text is borrowed. */
    void (*send)(cardea_connection c, const char *text, size_t len);
    void (*shut)(cardea_connection c);
    void (*respond)(uint64_t tag, const struct cardea_response *response);
    json_t *(*query)(json_t *request);                  /* admin query_transport; new reference; may be NULL */
    void (*reload)(const struct cardea_config *config); /* reloadable options have changed; control; may be NULL */
    const int *sockets; /* kinds of sockets that it opens itself, as in struct cardea_plugin; may be NULL */
    /* control; may be NULL: the gateway has said what it had to say for now, it may wait. Whoever sends it is woken
     * once. */
    void (*turn_end)(void);
};

#define CARDEA_TRANSPORT_HEAD                                                                                          \
    .abi_major = CARDEA_ABI_MAJOR, .abi_minor = CARDEA_ABI_MINOR, .size = sizeof(struct cardea_transport)

#endif
