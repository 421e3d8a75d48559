/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gateway's API: what clients and operators say to it, and what it says back. Sessions, handles, requests, events,
 * long polls, the Admin API, and the plugins behind it. Knows transports by their tables, and media by peer/link.h.
 *
 * Control thread only. Does not look for modules, has no threads, opens nothing: host/ does, tests do without.
 */
#ifndef GW_API_API_H
#define GW_API_API_H

#include <cardea/plugin.h>
#include <cardea/transport.h>

#include "api/jwt.h"
#include "loop/timer.h"
#include "peer/link.h"

struct gw_api;
struct gw_web;

struct gw_operation; /* an operator's request that waits for the host's answer */

struct gw_api_conf {
    struct cardea_config *config; /* the main one (config/options.h); borrowed, may change by reload */
    struct gw_timers *timers;     /* borrowed */
    int64_t (*now_us)(void);      /* monotonic */
    const char *address;          /* of this host, for `info`; borrowed */
    const char *log_file;         /* or NULL; borrowed */
    const char *commit;           /* for `info`: what this was built from; NULL: not known; borrowed */
    struct gw_jwt *jwt;           /* api/jwt.h; NULL: not used; borrowed */
    const char *sealer;           /* what seals RTP, for `info`; borrowed */
    const char *const *libraries; /* name, version, …, NULL: for `info`; borrowed; may be NULL */
    unsigned workers;             /* for `info` */
    bool ice_full;                /* for `info` */
    /* Media settings were changed by the operator: tell the workers. May be NULL. */
    void (*media_changed)(void *arg, const struct gw_media_settings *settings);
    /* The operator asks for draining (which ends after timeout_s seconds at the latest, 0: never) or takes it back.
     * What comes of it is told by gw_api_draining(). May be NULL. */
    void (*drain)(void *arg, bool on, int64_t timeout_s);
    /* An operator's request that the host answers, at once or later, by one of the calls below. May be NULL. */
    void (*operate)(void *arg, struct gw_operation *op, const char *request, const json_t *root);
    struct gw_web *web; /* where traces go out; borrowed, may be NULL */
    void *arg;
};

int gw_api_new(struct gw_api **out, const struct gw_api_conf *conf);
/* Sessions must be over (gw_api_close_all). Calls nobody. */
void gw_api_free(struct gw_api *a);

/* Answers it, once. members and their values are taken. */
void gw_operation_reply(struct gw_operation *op, json_t *members);
void gw_operation_fail(struct gw_operation *op, int code, const char *text);

/* What gw_links_new() is told to call; then the result is given here. Borrowed. */
const struct gw_link_events *gw_api_link_events(void);
void gw_api_set_links(struct gw_api *a, struct gw_links *links);

/* Calls start(). Tables, host and config are borrowed until gw_api_stop_modules(). GW_EPROTO: start() refused, or the
 * name is in use; why (one line). */
int gw_api_add_plugin(struct gw_api *a, const struct cardea_plugin *table, const struct cardea_host *host,
                      const struct cardea_config *config, char *why, size_t why_len);
int gw_api_add_transport(struct gw_api *a, const struct cardea_transport *table,
                         const struct cardea_transport_host *host, const struct cardea_config *config, char *why,
                         size_t why_len);
/* Stops a plugin and forgets it. GW_ENOENT: there is none of that name. GW_EPROTO: it has handles. table (may be NULL):
 * what gw_api_add_plugin() was given. */
int gw_api_remove_plugin(struct gw_api *a, const char *name, const struct cardea_plugin **table);
size_t gw_api_plugins(const struct gw_api *a);
/* Is there a transport with this door open? */
bool gw_api_door_is_open(const struct gw_api *a, enum cardea_door door);

/* Ends every session; handles are gone a little later, when the workers have let go. */
void gw_api_close_all(struct gw_api *a);
size_t gw_api_sessions(const struct gw_api *a);
size_t gw_api_handles(const struct gw_api *a); /* including those that are just being closed */
void gw_api_stop_transports(struct gw_api *a);
void gw_api_stop_plugins(struct gw_api *a);

/* Runs what was put off during this turn: callbacks that must not be nested, long polls. true: more is left. */
bool gw_api_turn_end(struct gw_api *a);
/* The last of a turn: nothing more is said in it, so transports may wake who sends it. */
void gw_api_said(struct gw_api *a);

/* The operator's word: new sessions are refused while this is false. */
void gw_api_accept(struct gw_api *a, bool accept);
bool gw_api_accepts(const struct gw_api *a); /* should balancers send us new sessions? */
/* A module refuses new sessions for a reason of its own, or no more does. Text is copied. */
void gw_api_admit(struct gw_api *a, const char *module, bool yes, const char *why);
/* A worker began to send less video than there is, or does not any more (shed 0), after so many seconds. */
void gw_api_overload(struct gw_api *a, unsigned worker, double shed, double seconds);
uint64_t gw_api_sessions_made(const struct gw_api *a); /* total */
/* Draining has begun, has another deadline, or was taken back: clients and plugins are told. status is copied. */
struct gw_drain_status {
    bool draining;
    int64_t since_us, deadline_us; /* monotonic; INT64_MAX: no deadline */
};
void gw_api_draining(struct gw_api *a, const struct gw_drain_status *status);
/* {"draining":…, "sessions":…, "eta_s":…, …} as drain_status answers it. New reference. */
bool gw_api_drains(const struct gw_api *a);
json_t *gw_drain_json(const struct gw_api *a);
/* The configuration was reloaded: settings that the Admin API can change start from it again. */
void gw_api_reload(struct gw_api *a);
void gw_api_media_settings(const struct gw_api *a, struct gw_media_settings *out);

/* --- what transports say (host/transport_host.c brings it to the control thread) ---------------------------------- */

struct gw_exchange_in {
    const char *method, *path, *query, *remote;
    bool route;
    const char *const *headers; /* name, value, …, NULL: those that routes may ask for */
    const char *body;
    size_t len;
};

/* transport: the pointer to its table. */
void gw_api_opened(struct gw_api *a, const void *transport, cardea_connection c, enum cardea_door door,
                   const char *remote);
void gw_api_received(struct gw_api *a, const void *transport, cardea_connection c, const char *text, size_t len);
void gw_api_closed(struct gw_api *a, const void *transport, cardea_connection c);
void gw_api_exchange(struct gw_api *a, const void *transport, uint64_t tag, enum cardea_door door,
                     const struct gw_exchange_in *in);
void gw_api_abandoned(struct gw_api *a, const void *transport, uint64_t tag);

/* --- sessions that are in a neighbour (host/neighbour.h) ---------------------------------------------------------- */

/*
 * Where requests for sessions go that are not here. arg is that of gw_api_conf. message and exchange return true when
 * they have taken it: it is answered by gw_api_send() or gw_api_respond(). fresh: it makes a session. transport, c and
 * tag are those of the transport that it came by. where: to whom; GW_ANYWHERE: to whoever may have it.
 */
#define GW_ANYWHERE (-1)
struct gw_elsewhere {
    bool (*message)(void *arg, int where, const void *transport, cardea_connection c, enum cardea_door door,
                    const char *remote, const char *text, size_t len);
    bool (*exchange)(void *arg, int where, const void *transport, uint64_t tag, enum cardea_door door,
                     const struct gw_exchange_in *in, bool fresh);
    void (*closed)(void *arg, const void *transport, cardea_connection c);
    void (*abandoned)(void *arg, const void *transport, uint64_t tag);
    /*
     * Asks whether a handle may lodge there (session 0: only whether it could); gw_api_lodged() answers. what (taken)
     * is for gw_api_lodge(); what the handle says there comes by gw_api_send() to connection `session` of `transport`.
     * *where: whom it asked.
     */
    bool (*lodge)(void *arg, const void *transport, uint64_t id, uint64_t session, json_t *what, int *where);
};
void gw_api_elsewhere(struct gw_api *a, const struct gw_elsewhere *e); /* borrowed; NULL: there is no other place */
/* A successor accepts clients from now on: exchanges end their connections, so that the next one goes there. */
void gw_api_succeeded(struct gw_api *a);
void gw_api_respond(struct gw_api *a, const void *transport, uint64_t tag, int status, const char *const *headers,
                    const void *body, size_t len);
void gw_api_send(struct gw_api *a, const void *transport, cardea_connection c, const char *text, size_t len);
void gw_api_shut(struct gw_api *a, const void *transport, cardea_connection c);
/* The answer to lodge(). */
void gw_api_lodged(struct gw_api *a, uint64_t id, uint64_t session, bool in);
/* A neighbour asks: a handle of it may lodge here, when what it is about lives here. Events go to connection c. */
bool gw_api_lodge(struct gw_api *a, const void *transport, cardea_connection c, const json_t *what);
void gw_api_neighbour_gone(struct gw_api *a, int where); /* what lodged there is over */

/* Something that happened to connection (or exchange) id; for event handlers. data is taken. */
void gw_api_transport_event(struct gw_api *a, const void *transport, uint64_t id, json_t *data);

/* --- what clients leave behind (api/charge.c): cardea_host.charge() and refund() ---------------------------------- */
int gw_api_charge(struct gw_api *a, const struct cardea_handle *h, struct cardea_charge **charge, char *why,
                  size_t why_len);
void gw_api_refund(struct cardea_charge *charge);

/* --- routes (api/routes.c) ---------------------------------------------------------------------------------------- */

typedef void gw_route_fn(struct cardea_http *x, const struct cardea_http_request *rq);
/* GW_EINVAL: not a prefix like "/x". GW_EPROTO: it is taken. prefix is copied. */
int gw_api_route(struct gw_api *a, const char *prefix, gw_route_fn *handler);
/* [any thread] Would an exchange with this path find a route? */
bool gw_api_has_route(const struct gw_api *a, const char *path);
/* Forgets the routes whose handler is `mine`. */
void gw_api_drop_routes(struct gw_api *a, bool (*mine)(void *arg, gw_route_fn *handler), void *arg);
/* Answers an exchange of a route once; a second answer is logged and ignored. */
void gw_api_http_reply(struct gw_api *a, struct cardea_http *x, int status, const char *const *headers,
                       const void *body, size_t len);
/* The same with a part of a file; fd is taken. */
void gw_api_http_file(struct gw_api *a, struct cardea_http *x, int status, const char *const *headers, int fd,
                      uint64_t offset, size_t len);
/* As `sending` of cardea_host, within what the session may be sent. */
int gw_api_sending(struct gw_api *a, struct cardea_handle *h, const struct cardea_sending *how);
/* What is being sent, by all workers together: is there a bound, and is it reached? */
void gw_api_egress(struct gw_api *a, uint64_t bps);
/* The connections that fare worst, at most so many: [{"session_id":…, "handle_id":…, "loss":…, "rtt_ms":…, …}]. New
 * reference. The first call begins to look: it knows none yet. */
json_t *gw_api_worst(struct gw_api *a, unsigned most);
/* Is the address on the list of this option (listed.h)? */
bool gw_api_is_listed(const struct gw_api *a, const char *category, const char *name, const char *address);
/* As `admits` and `token_claims` of cardea_host. */
bool gw_api_admits(const struct gw_api *a, const char *secret, const char *token, const char *plugin);
const json_t *gw_api_token_claims(const struct gw_api *a, const char *token);

/* --- what plugins ask for, behind struct cardea_host (host/plugin_host.c) ----------------------------------------- */

/* As whom a handle (the owner of a link) asks for TURN servers: its opaque id, or else its session. g_free() it. */
char *gw_api_relay_user(const void *owner);
const json_t *gw_api_claims(struct gw_api *a, const struct cardea_handle *h); /* borrowed; NULL: none */
const struct cardea_request_info *gw_api_info(struct gw_api *a, const struct cardea_request *rq);
bool gw_api_waits(struct gw_api *a, const struct cardea_request *rq);
void gw_api_reply(struct gw_api *a, struct cardea_request *rq, json_t *body);
void gw_api_fail(struct gw_api *a, struct cardea_request *rq, int code, const char *text);
void gw_api_progress(struct gw_api *a, struct cardea_request *rq, json_t *body);
void gw_api_notify(struct gw_api *a, struct cardea_handle *h, json_t *body);
void gw_api_notify_all(struct gw_api *a, struct cardea_handle *const *handles, size_t n, json_t *body);
/* Checks object against a table; false: rq has been failed with the plugin's codes. */
bool gw_api_check(struct gw_api *a, struct cardea_request *rq, const json_t *object, const struct cardea_param *params);
int gw_api_answer(struct gw_api *a, struct cardea_request *rq, const struct cardea_answer *policy);
const struct cardea_offered *gw_api_offered(struct gw_api *a, struct cardea_request *rq, size_t *n);
int gw_api_offer(struct gw_api *a, struct cardea_handle *h, struct cardea_request *rq, const struct cardea_offer *o);
int gw_api_place(struct gw_api *a, struct cardea_handle *h, int *mindex, const struct cardea_place *place,
                 cardea_sink *sink);
void gw_api_hangup(struct gw_api *a, struct cardea_handle *h, const char *reason);
void gw_api_end(struct gw_api *a, struct cardea_handle *h);
void gw_api_event(struct gw_api *a, struct cardea_handle *h, json_t *body);
void gw_api_string_ids(struct gw_api *a, bool on);
bool gw_api_signed_token(const struct gw_api *a, const char *token, const char *realm, const char *descriptor);
bool gw_api_signed_tokens_enabled(const struct gw_api *a);
/* NULL: the ticket is stale */
struct gw_link *gw_api_link(struct gw_api *a, const struct cardea_handle *h);
struct gw_links *gw_api_links(struct gw_api *a);
void gw_api_ids(struct gw_api *a, const struct cardea_handle *h, uint64_t *session, uint64_t *handle); /* for logs */

/* --- guests (api/guest.c), as cardea_host's functions of the same names ------------------------------------------- */

typedef void gw_hear_fn(void *arg, const struct cardea_heard *what);
struct cardea_guest *gw_api_guest(struct gw_api *a, const char *plugin, const char *opaque_id, gw_hear_fn *hear,
                                  void *arg);
int gw_api_guest_message(struct gw_api *a, struct cardea_guest *g, uint64_t tag, json_t *body, const char *type,
                         const char *sdp, size_t len);
int gw_api_guest_trickle(struct gw_api *a, struct cardea_guest *g, const char *fragment, size_t len);
void gw_api_guest_end(struct gw_api *a, struct cardea_guest *g);

uint64_t gw_api_random_id(void); /* 1 … 2^53-1, any thread */

#endif
