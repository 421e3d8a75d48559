/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share. Who owns whom:
 *
 *     api → plugins, transports → clients (connections), exchanges
 *         → sessions → events waiting for a poll, polls
 *                    → handles → link, outbox, messages (requests to the plugin that wait for their reply)
 */
#ifndef GW_API_INSIDE_H
#define GW_API_INSIDE_H

#include "api/api.h"
#include "api/errors.h"
#include "api/json.h"
#include "api/quota.h"
#include "api/lifetimes.h"
#include "api/tickets.h"
#include "api/timing.h"
#include "api/tokens.h"

#define GW_WATCH_US       2000000    /* how often sessions are looked at */
#define GW_POLL_US        30000000   /* a long poll is held this long */
#define GW_PARK_US        3000000    /* an offer waits this long for the previous PeerConnection to be gone */
#define GW_ASK_US         8000000    /* a request waits this long to hear whether its room is in a neighbour */
#define GW_QUERY_US       2000000    /* handle_info waits this long for the worker */
#define GW_MAX_POLLS      16         /* of a session */
#define GW_MAX_PARKED     256        /* requests of a handle */
#define GW_MAX_PIPELINE   64         /* requests in one message */
#define GW_MAX_EVENTS     4096       /* queued for a session without a poll */
#define GW_MAX_EVENT_SIZE (4u << 20) /* bytes of them */
#define GW_MAX_MESSAGES   1024       /* unanswered requests of a handle */
#define GW_MAX_ID         ((1ull << 53) - 1)

enum { GW_LEVEL_SERVER = 1, GW_LEVEL_SESSION = 2, GW_LEVEL_HANDLE = 4 };

struct gw_plugin {
    struct cardea_plugin table;      /* a copy: members that the module lacks are NULL */
    const struct cardea_plugin *key; /* the module's own table */
    const char *shown;               /* the name that clients see */
    bool string_ids;
};

struct gw_transport {
    struct cardea_transport table; /* a copy */
    const void *key;               /* how the transport names itself */
    const char *shown;
    GHashTable *clients;        /* connection id → struct gw_client; owned */
    GHashTable *exchanges;      /* tag → struct gw_exchange; owned */
    struct gw_client *exchange; /* the owner of sessions made over exchanges; owned */
};

/* Somebody who owns sessions and gets their events. */
struct gw_client {
    struct gw_transport *transport;
    cardea_connection id; /* 0: all exchanges of the transport */
    enum cardea_door door;
    char *remote;
    GHashTable *sessions;         /* set; borrowed */
    struct gw_quota_place *place; /* where it is counted; NULL: nowhere */
};

/* Where a reply goes. A value: it survives what it names. */
struct gw_origin {
    struct gw_transport *transport;
    cardea_connection connection; /* 0: an exchange */
    uint64_t tag;
    enum cardea_door door;
};

struct gw_exchange {
    struct gw_api *api;
    struct gw_transport *transport;
    uint64_t tag;
    struct gw_poll *poll;     /* when it is a long poll; owned by its session */
    void *ticket;             /* when it is a route's */
    char **headers;           /* likewise; owned */
    struct gw_again *again;   /* a route's, that a neighbour may know if ours does not; owned, NULL: it is not asked */
    char *remote;             /* owned */
    bool asks;                /* a neighbour, whether what the path is about lives there */
    struct gw_timer patience; /* its answer is waited for this long */
};

struct gw_poll { /* a long poll that waits */
    struct gw_session *session;
    struct gw_exchange *exchange;
    unsigned max_events;
    bool array;
    struct gw_timer timer;
};

/* Where a session is counted; NULL: nowhere. */
struct gw_limits_session {
    struct gw_quota_place *address, *token;
};

struct gw_session {
    struct gw_api *api;
    uint64_t id;
    struct gw_client *owner; /* NULL: lost */
    GHashTable *handles;     /* by id */
    bool shares;             /* its handles have parts of what it may be sent (egress.c) */
    unsigned n_handles;      /* also those being closed */
    int64_t created_us;
    int64_t last_us;   /* last accepted request */
    int64_t lost_us;   /* when its connection went */
    int64_t timeout_s; /* -1: the global value */
    bool lodger;       /* of a session in a neighbour, for handles that lodge here */
    bool over;         /* not listed any more; gone when its last handle is */
    bool flushing;     /* a flush of polls is put off */
    GQueue events;     /* texts, owned; only while the owner polls */
    size_t events_size;
    bool events_full; /* told once */
    GQueue polls;     /* struct gw_poll; owned */
    struct gw_limits_session counted;
    struct gw_bucket requests;
};

/* An SDP of ours on its way. */
struct gw_sdp {
    unsigned refs;
    bool done;        /* nothing comes any more */
    char *type, *sdp; /* owned, NULL: failed */
    bool e2ee;
};

/* A handle that lodges in a neighbour, or might (away.c). */
struct gw_away {
    bool asks, once;         /* a question is out, for one request only; requests are parked meanwhile */
    bool yes;                /* the last answer */
    bool here, there;        /* decided */
    int where;               /* whom it asked */
    unsigned late;           /* answers that nobody waits for any more */
    const json_t *asked_for; /* the request that the question, or the answer, is about; parked */
};

enum gw_handle_state { GW_HANDLE_ATTACHING, GW_HANDLE_LIVE, GW_HANDLE_CLOSING };

/* How a connection fares, as its worker last said (worst.c). */
struct gw_quality {
    int64_t at_us; /* 0: not known */
    double loss;   /* 0…1, the worst of its tracks */
    uint32_t rtt_ms, estimate_bps;
    uint64_t sent_bps;
    unsigned sinks, waiting; /* tracks that it receives; of them those that should come and do not */
};

struct gw_handle {
    struct gw_api *api;
    struct gw_session *session;
    struct gw_plugin *plugin;
    uint64_t id;
    struct cardea_handle *ticket;
    char *opaque_id, *token;
    json_t *claims; /* of the token it was attached with; NULL: none */
    enum gw_handle_state state;
    void *user;   /* the plugin's */
    void *memory; /* what user_size asked for, owned; NULL: nothing */
    int64_t created_us;
    char *capture_file; /* owned; NULL: nothing is captured */
    bool capture_text;
    /* media */
    struct gw_link *link; /* owned */
    struct gw_trace trace;
    struct cardea_sending sending; /* as the plugin wants it */
    struct gw_quality quality;
    unsigned asked_in_round;
    uint32_t most_bps; /* of what its session may be sent; 0: no bound */
    struct gw_away away;
    bool once;                      /* a lodger for one request */
    struct gw_quota_place *counted; /* its address; NULL: nowhere */
    bool up;
    bool cleaning;             /* its PeerConnection is being closed */
    bool went_down, alerted;   /* how the last one ended: told of by its worker; by an alert of the peer */
    bool tell;                 /* the client gets `detached` */
    bool sources_due;          /* a look for new sources is put off */
    GArray *sources;           /* struct gw_known_source: what the plugin was told */
    struct gw_sdp *describing; /* what described() completes */
    struct gw_sdp *unsent;     /* goes along with the next notify() */
    bool offer_waits;          /* the client's offer was taken and is not answered */
    /* what waits */
    GQueue outbox;   /* struct gw_out, in order */
    GQueue messages; /* struct gw_message: not answered */
    GQueue parked;   /* struct gw_parked */
    struct gw_timer park_timer;
    bool park_over; /* the waiting time is over */
};

struct gw_known_source {
    cardea_source source;
    bool told;
};

/* A request to a plugin. */
struct gw_message {
    struct cardea_request_info info;
    struct gw_api *api;
    struct gw_plugin *plugin;
    struct gw_handle *handle; /* NULL: an admin request */
    struct cardea_request *ticket;
    const struct cardea_verb *verb;
    struct gw_origin origin; /* of a synchronous one */
    char *transaction;
    uint64_t session_id;
    json_t *body;
    struct gw_sdp *sdp; /* an answer or offer made with it */
    bool async;
    int64_t since_us;
};

struct gw_request { /* while it is being processed */
    struct gw_api *api;
    struct gw_origin origin;
    json_t *root; /* borrowed */
    const char *name, *transaction;
    uint64_t session_id, handle_id; /* 0: absent */
    bool has_handle;                /* present as an integer, perhaps 0 */
    struct gw_session *session;
    struct gw_handle *handle;
};

struct gw_settings_live { /* what the Admin API can change */
    int64_t session_timeout_s;
    struct gw_media_settings media;
    bool timestamps, colors;
    bool locking_debug, refcount_debug; /* remembered; they have no effect here */
};

struct gw_api {
    struct gw_api_conf conf;
    struct gw_links *links;
    GPtrArray *plugins, *transports;
    GHashTable *sessions; /* by id */
    struct gw_tickets handles, messages, exchanges;
    GQueue deferred;            /* struct gw_deferred */
    GPtrArray *routes;          /* struct gw_route */
    struct gw_transport guests; /* how plugins' guests reach us (guest.c); not one of `transports` */
    struct gw_tickets guest_tickets;
    GQueue queries; /* struct gw_query: handle_info waiting for a worker */
    struct gw_tokens tokens;
    struct gw_quota quota;
    GPtrArray *event_handlers; /* struct gw_event_handler; borrowed */
    struct gw_timer event_update, statistics;
    unsigned statistics_round;
    struct gw_settings_live live;
    struct gw_plugin *starting; /* whose start() runs */
    struct gw_timer watch;
    unsigned n_handles;
    int64_t last_query;
    bool accept;
    struct gw_drain_status drain;
    struct gw_lifetimes lifetimes;
    GHashTable *refusals; /* module -> why */
    uint64_t sessions_made;
    const struct gw_elsewhere *elsewhere; /* borrowed; NULL: there is no other place */
    char away;                            /* its address is a name (away.c) */
    bool succeeded;
    struct {
        struct gw_timer timer;
        bool on;        /* it runs */
        unsigned round; /* of questions */
        int64_t began_us, asked_us;
    } worst;
};

/* --- api.c -------------------------------------------------------------------------------------------------------- */
typedef void gw_deferred_fn(struct gw_api *a, void *arg);
void gw_defer(struct gw_api *a, gw_deferred_fn *fn, void *arg); /* at the end of the turn, in order */
struct gw_plugin *gw_plugin_find(const struct gw_api *a, const char *name);
bool gw_plugin_is_named(const struct gw_plugin *p, const char *name);
int64_t gw_option_number(const struct gw_api *a, const char *category, const char *name);
bool gw_option_true(const struct gw_api *a, const char *category, const char *name);
const char *gw_option_text(const struct gw_api *a, const char *category, const char *name);

/* --- client.c ----------------------------------------------------------------------------------------------------- */
struct gw_transport *gw_transport_find(const struct gw_api *a, const void *key);
void gw_origin_send(const struct gw_origin *o, const char *text);  /* a JSON reply */
void gw_origin_send_json(const struct gw_origin *o, json_t *root); /* taken */
struct gw_client *gw_origin_client(const struct gw_origin *o);     /* NULL: it has gone */
const char *gw_origin_remote(const struct gw_origin *o);           /* its address; NULL: it has gone */
void gw_client_free(gpointer client);

/* --- exchange.c --------------------------------------------------------------------------------------------------- */
void gw_exchange_respond(struct gw_transport *t, uint64_t tag, int status, const char *const *headers, const void *body,
                         size_t len); /* nothing when it was abandoned or answered */
void gw_exchange_json(struct gw_transport *t, uint64_t tag, const char *text);
/* The same with a part of a file; fd is taken. */
void gw_exchange_respond_file(struct gw_transport *t, uint64_t tag, int status, const char *const *headers, int fd,
                              uint64_t offset, size_t len);
void gw_exchange_free(gpointer exchange);
/* door.c: below a base path */
void gw_door_exchange(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const struct gw_exchange_in *in);
/* routes.c */
void gw_routes_exchange(struct gw_api *a, struct gw_exchange *x, const struct gw_exchange_in *in);
void gw_routes_free(struct gw_api *a);
void gw_route_located(struct gw_exchange *x, bool elsewhere); /* the answer, or that there is none */
void gw_routes_neighbour_gone(struct gw_api *a);

/* --- request.c ---------------------------------------------------------------------------------------------------- */
/* One JSON value from a client or operator. is_http: how an array is refused. root is borrowed. */
void gw_request_take(struct gw_api *a, const struct gw_origin *o, json_t *root);
void gw_request_reply(const struct gw_request *rq, json_t *reply);  /* taken; adds transaction and session_id */
void gw_request_ok(const struct gw_request *rq, const char *janus); /* the same with nothing else */
void gw_request_fail(const struct gw_request *rq, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
json_t *gw_error_json(int code, const char *text); /* {"janus":"error",…}; counts it */
/* An error that is found before there is a request: without transaction. */
void gw_request_refuse(const struct gw_origin *o, uint64_t session_id, int code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* 456 or 467 was sent: false */
bool gw_request_check(const struct gw_request *rq, const struct cardea_param *table, const json_t *object);
/* Reads session_id and handle_id as the spec understands them. */
void gw_request_read_ids(struct gw_request *rq);

/* Requests that clients and operators have in common. */
void gw_verb_info(struct gw_request *rq);
void gw_verb_ping(struct gw_request *rq);
void gw_verb_destroy(struct gw_request *rq);
void gw_verb_detach(struct gw_request *rq);

/* --- auth.c ------------------------------------------------------------------------------------------------------- */
bool gw_auth_passes(const struct gw_api *a, const char *secret, const char *token);
bool gw_auth_may_attach(const struct gw_api *a, const char *token, const struct gw_plugin *p);
/* What a JSON Web Token says; NULL: it is none, or not a good one. Borrowed until the next look. */
const json_t *gw_auth_claims(const struct gw_api *a, const char *token);
bool gw_auth_stored_tokens(const struct gw_api *a); /* is that the mode? */

/* --- limits.c: false: an error was sent (for a connection: it is to be shut) -------------------------------------- */
bool gw_limits_connection(struct gw_api *a, struct gw_client *c);
void gw_limits_connection_gone(struct gw_client *c);
bool gw_limits_session(const struct gw_request *rq, struct gw_limits_session *out);
void gw_limits_session_made(struct gw_session *s, const struct gw_limits_session *of);
void gw_limits_session_gone(struct gw_session *s);
void gw_limits_count(const char *what); /* something was refused because of it */
bool gw_limits_handle(const struct gw_request *rq);
void gw_limits_handle_made(struct gw_handle *h);
void gw_limits_handle_gone(struct gw_handle *h);
bool gw_limits_request(const struct gw_request *rq);         /* of its address */
bool gw_limits_session_request(const struct gw_request *rq); /* of its session */

/* --- egress.c: bits a second that a session may be sent ----------------------------------------------------------- */
void gw_egress_share(struct gw_session *s); /* its handles have become more or fewer */

/* --- elsewhere.c: true: it was sent on to the neighbour that may have its session, and will be answered -------------
 */
bool gw_elsewhere_request(const struct gw_request *rq);
bool gw_elsewhere_create(const struct gw_request *rq);
bool gw_elsewhere_handle(const struct gw_request *rq, int where);
/* A route's exchange is kept, so that the neighbour can be asked when nobody here knows its path (404). */
void gw_again_keep(struct gw_exchange *x, const struct gw_exchange_in *in);
bool gw_again_elsewhere(struct gw_exchange *x); /* at most once */
struct gw_again {
    char *method, *path, *query, *body;
    size_t len;
};
void gw_again_free(struct gw_again *again);
bool gw_elsewhere_exchange(const struct gw_api *a, const struct gw_exchange *x, enum cardea_door door,
                           const struct gw_exchange_in *in);
void gw_elsewhere_closed(const struct gw_api *a, const void *transport, cardea_connection c);
void gw_elsewhere_abandoned(const struct gw_api *a, const void *transport, uint64_t tag);

/* --- away.c, lodger.c: handles for what lives in a neighbour -------------------------------------------------------
 */
/* Asks the neighbour whether it has what this is for (taken); gw_api_lodged() hears the answer under id. */
bool gw_away_ask_place(struct gw_api *a, uint64_t id, json_t *purpose);
/* A message: true: it was sent on, or waits for the answer where it belongs. */
bool gw_away_takes(struct gw_request *rq, bool async);
void gw_away_request(struct gw_request *rq); /* of a handle that is there; also an operator's */
bool gw_away_is_key(const struct gw_api *a, const void *transport);
void gw_away_heard(struct gw_api *a, uint64_t session_id, const char *text, size_t len);
void gw_away_session_over(const struct gw_session *s);
/* false: what comes from there is for the session in the neighbour, not for its lodgers here. */
bool gw_lodger_is_for(const struct gw_session *s, const struct gw_transport *from);
void gw_lodgers_watch(struct gw_session *s);

/* --- session.c ---------------------------------------------------------------------------------------------------- */
struct gw_session *gw_session_find(const struct gw_api *a, uint64_t id);
/* The same for what came by this transport. */
struct gw_session *gw_session_find_for(const struct gw_api *a, uint64_t id, const struct gw_transport *from);
void gw_session_touch(struct gw_session *s);
int64_t gw_session_timeout_s(const struct gw_session *s); /* 0: never */
/* id 0, or one in use: a random one. owner gets its events. */
struct gw_session *gw_session_new(struct gw_api *a, struct gw_client *owner, uint64_t id);
void gw_session_create(struct gw_request *rq);
void gw_session_destroy(struct gw_session *s, bool timed_out);
void gw_session_lost(struct gw_session *s); /* its connection has gone */
void gw_session_claim(struct gw_session *s, struct gw_client *by);
void gw_session_tell(struct gw_session *s, char *text); /* an event; text is taken (g_malloc) */
void gw_session_handle_gone(struct gw_session *s);      /* frees it when it was the last of a session that is over */

/* --- longpoll.c --------------------------------------------------------------------------------------------------- */
void gw_poll_start(struct gw_session *s, struct gw_exchange *x, const char *query);
void gw_poll_forget(struct gw_poll *p);      /* its client has gone */
void gw_polls_release(struct gw_session *s); /* all get the filler */
void gw_polls_flush(struct gw_session *s);   /* events to the oldest */

/* --- handle.c ----------------------------------------------------------------------------------------------------- */
/* Attached; NULL: the plugin refuses, or there is no memory for its link. id 0: a random one. */
struct gw_handle *gw_handle_new(struct gw_session *s, struct gw_plugin *p, uint64_t id, const char *opaque_id,
                                const char *token);
void gw_handle_attach(struct gw_request *rq);
void gw_handle_close(struct gw_handle *h, bool tell);
struct gw_handle *gw_handle_of(const struct gw_api *a, const struct cardea_handle *ticket);
void gw_handle_hangup(struct gw_handle *h, const char *reason);
void gw_handle_finish(struct gw_api *a, void *ticket); /* deferred: the worker has let go, the plugin is told */
/* media.c */
void gw_handle_note_sources(struct gw_handle *h); /* after a negotiation */
void gw_handle_forget_sources(struct gw_handle *h);
/* Puts a request off until the old PeerConnection is gone; false: no room. */
bool gw_handle_park(struct gw_handle *h, const struct gw_request *rq);
void gw_handle_unpark(struct gw_handle *h);

/* --- outbox.c ----------------------------------------------------------------------------------------------------- */
/* {"janus":name,"session_id":…,"sender":…, and so on, without the closing brace. transaction may be NULL. */
GString *gw_event_open(const struct gw_handle *h, const char *name, const char *transaction);
/* Sends text (taken, without its closing brace), after all before it, as event, or as reply when `to` is not NULL.
 * With sdp (a reference is taken) it waits for that. must: also when there is no SDP in the end. */
void gw_out_put(struct gw_handle *h, GString *text, struct gw_sdp *sdp, const struct gw_origin *to, bool must);
void gw_out_event(struct gw_handle *h, GString *text); /* the same without SDP */
void gw_out_flush(struct gw_handle *h);
struct gw_sdp *gw_sdp_new(bool e2ee);
struct gw_sdp *gw_sdp_ref(struct gw_sdp *s);
void gw_sdp_unref(struct gw_sdp *s);
/* type NULL: it failed; sdp is taken */
void gw_handle_described(struct gw_handle *h, const char *type, char *sdp);

/* --- message.c, jsep.c, trickle.c --------------------------------------------------------------------------------- */
void gw_message_take(struct gw_request *rq);
void gw_message_plugin(struct gw_request *rq);    /* admin */
void gw_message_answer_rest(struct gw_handle *h); /* the handle goes */
/* The members of `jsep` checked and handed to the link. false: an error was sent. */
bool gw_jsep_take(struct gw_request *rq, const json_t *jsep, struct cardea_request_info *info);
bool gw_jsep_check(const struct gw_request *rq, const json_t *jsep); /* the first half of it */
void gw_trickle_take(struct gw_request *rq);

/* --- info.c, admin.c, admin_tokens.c, handleinfo.c ---------------------------------------------------------------- */
json_t *gw_info_json(const struct gw_api *a);
void gw_admin_take(struct gw_request *rq);
const json_t *gw_admin_member(const struct gw_request *rq, const char *name);
void gw_admin_reply_with(struct gw_request *rq, const char *name, json_t *value); /* value is taken */
void gw_captures_start_pcap(struct gw_request *rq);
void gw_captures_start_text(struct gw_request *rq);
void gw_captures_stop(struct gw_request *rq);
void gw_captures_over(struct gw_handle *h); /* its PeerConnection has gone, and the capture with it */
void gw_captures_describe(const struct gw_handle *h, json_t *info);
void gw_admin_operate(struct gw_request *rq); /* handed on to the host (operation.c) */
void gw_admin_handle_info(struct gw_request *rq);
void gw_admin_add_token(struct gw_request *rq);
void gw_admin_allow_token(struct gw_request *rq);
void gw_admin_disallow_token(struct gw_request *rq);
void gw_admin_list_tokens(struct gw_request *rq);
void gw_admin_remove_token(struct gw_request *rq);
void gw_admin_query_done(struct gw_api *a, int64_t ticket, const char *json);
void gw_admin_queries_watch(struct gw_api *a, bool all);
void gw_admin_settings_load(struct gw_api *a);
void gw_admin_last_figures(struct gw_api *a, bool wanted); /* of connections that end; for statistics */

/* --- admission.c -------------------------------------------------------------------------------------------------- */
void gw_admission_init(struct gw_api *a);
void gw_admission_end(struct gw_api *a);
bool gw_admission_passes(struct gw_request *rq); /* of a `create`; false: 472 was sent */
/* Is what this is for (a room, say) alive in the plugin? */
bool gw_plugin_welcomes(const struct gw_plugin *p, const json_t *purpose);

/* --- drain.c ------------------------------------------------------------------------------------------------------ */
void gw_admin_drain(struct gw_request *rq);
void gw_admin_undrain(struct gw_request *rq);
void gw_admin_drain_status(struct gw_request *rq);

/* --- guest.c ------------------------------------------------------------------------------------------------------ */
void gw_guests_init(struct gw_api *a);
void gw_guests_free(struct gw_api *a);
bool gw_origin_is_guest(const struct gw_api *a, const struct gw_origin *o); /* needs no secret and no token */
void gw_guest_session_over(struct gw_session *s);                           /* nothing when it is not a guest's */

/* --- events.c, statistics.c: told to event handlers, when one wants them ------------------------------------------ */
struct gw_event {
    unsigned type, subtype;
    uint64_t session_id;
    const struct gw_handle *handle; /* NULL: not about one; else its session is taken */
    json_t *body;                   /* taken */
};
bool gw_events_wanted(const struct gw_api *a, unsigned type);
const struct gw_event_handler *gw_events_find(const struct gw_api *a, const char *name);
void gw_event_tell(struct gw_api *a, const struct gw_event *e);
void gw_event_of_handle(struct gw_handle *h, unsigned type, unsigned subtype, json_t *body); /* body is taken */
/* "created" (with from), "destroyed", "timeout" */
void gw_event_session(struct gw_session *s, const char *name, const struct gw_origin *from);
void gw_event_handle(struct gw_handle *h, const char *name); /* "attached", "detached" */
/* The candidates inside it are told, too. */
void gw_event_jsep(struct gw_handle *h, bool remote, const char *type, const char *sdp);
void gw_event_candidate(struct gw_handle *h, bool remote, const char *text, size_t len);
void gw_event_ice(struct gw_handle *h, enum gw_ice_state state);
void gw_event_selected(struct gw_handle *h, const char *pair);
void gw_event_dtls(struct gw_handle *h, enum gw_dtls_state state, unsigned retransmissions);
void gw_event_connection(struct gw_handle *h, const char *reason); /* NULL: it is up */
void gw_event_media(struct gw_handle *h, const struct cardea_stream *s, bool receiving, int substream,
                    unsigned seconds);
void gw_event_slow_link(struct gw_handle *h, const struct cardea_stream *s, bool uplink, unsigned lost);
void gw_event_external(struct gw_api *a, const char *schema, const json_t *data);
void gw_statistics_tell(struct gw_handle *h, const char *json);
void gw_statistics_start(struct gw_api *a);
void gw_statistics_stop(struct gw_api *a);

/* --- watch.c ------------------------------------------------------------------------------------------------------ */
void gw_watch_start(struct gw_api *a);

#endif
