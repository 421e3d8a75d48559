/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A live gateway core in a test: the real api/ and the real links of peer/, with a transport and a plugin that live in
 * the test, a worker that says what a worker would say, and a clock that stands still until it is told. One at a time.
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "api/api.h"
#include "config/options.h"

struct world {
    struct gw_api *api;
    struct gw_links *links;
    struct cardea_config *config;
    struct gw_timers *timers;
    int64_t now_us;
    /* what the transport was given, oldest first; texts */
    GQueue sent;        /* struct world_sent */
    GQueue responses;   /* struct world_response */
    GQueue news;        /* struct gw_news: of the worker; what they own is taken with them */
    bool silent_worker; /* PEER_CLOSE and QUERY get no answer until this is false again */
    gw_peer_id peer;    /* the last one made */
    /* the plugin */
    unsigned attached, detached, ups, downs, sources, sources_gone, runs, posts_nested;
    unsigned drains; /* 1 for each time it was told to drain, 100 for each time back */
    int depth;       /* > 0 inside a callback of the plugin */
    bool refuse_attach, end_in_attach;
    struct cardea_handle *handle; /* the last one attached */
    struct cardea_request *kept;  /* of the verb `late` */
    int last_result;              /* of the last answer() or offer() */
    /* plugins under test, beside our own */
    GPtrArray *configs;                      /* struct cardea_config */
    GSList *ticking;                         /* timers that a plugin has */
    GAsyncQueue *errands;                    /* its posts and jobs; done by world_turn() */
    gint injected, injected_data;            /* packets and messages that it put into inlets */
    GQueue web_posts;                        /* char *: bodies of its webhooks */
    GArray *taps;                            /* struct world_tap: who listens to what */
    void (*watch)(const struct gw_order *o); /* sees every order before it is dropped; NULL: nobody looks */
    /* the operator */
    struct gw_media_settings media;
    uint64_t next_tag;
};

struct world_tap {
    gw_track_id source;
    struct gw_tap tap;
};

struct world_sent {
    cardea_connection to;
    json_t *json;
};

struct world_response {
    uint64_t tag;
    int status;
    char *body, *headers; /* owned; headers: "Name: value\n" each */
};

extern struct world world;
extern const char *world_state; /* the folder where plugins may keep state; set it before world_begin() */

/*
 * Takes the place of the worker that is played here, when it is set before world_begin(): real engines, say. It takes
 * what the order owns, or answers false (full); news are given to world_tell(). world_workers: how many there are.
 */
extern bool (*world_worker)(unsigned worker, const struct gw_order *order);
extern unsigned world_workers;
extern unsigned world_peers; /* on one of them, at most */
extern const char *world_fingerprint; /* of the certificate of those workers */
extern struct gw_jwt *world_jwt;      /* what the next world is begun with; NULL: none */
/* settings: "category.name", "value", …, NULL */
void world_begin(const char *const *settings);
void world_end(void); /* also checks that every attach had its detach, and that no callback was nested */

/*
 * One more plugin, as if it had been loaded: table with a configuration of this text (jcfg) and this name. Its timers
 * run on the world's clock. It is stopped by world_end().
 */
void world_plugin(const struct cardea_plugin *table, const char *name, const char *text);
uint64_t world_attach_to(cardea_connection c, uint64_t session, const char *package);

void world_settle(bool (*is_so)(void)); /* turns until it is so; threads of a plugin have 20 s for it */
void world_turn(void);                  /* until nothing is left to do */
void world_wait(int64_t us);            /* the clock moves, timers run */
void world_news(enum gw_news_tag tag, const char *text); /* of the last peer */
void world_tell(const struct gw_news *n);                /* any news; takes what it owns */

/* One message on connection c; what it got is in `sent`. */
void world_say(cardea_connection c, const char *text);
/* The next thing that c was sent; fails the test when there is none. New reference. */
json_t *world_heard(cardea_connection c);
bool world_quiet(cardea_connection c); /* nothing is left for c */
/* The same in one: what was said and the first answer. printf-like. */
json_t *world_ask(cardea_connection c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The code of an error; 0: it is none. Takes the reference. */
int world_code(json_t *reply);
/* A session, and a handle of the test's plugin. */
uint64_t world_session(cardea_connection c);
uint64_t world_attach(cardea_connection c, uint64_t session);

/* A message with this body (JSON) and a browser's description (support/fixture.h), on WORLD_WS; transaction "j". */
void world_jsep(uint64_t session, uint64_t handle, const char *body, const char *type, const char *fixture);

/* One HTTP exchange; returns its tag. body may be NULL. */
uint64_t world_http(enum cardea_door door, const char *method, const char *path, const char *query, const char *body);
struct world_response *world_response(uint64_t tag); /* taken out; NULL: not answered yet */
void world_response_free(struct world_response *r);
/* Asks, and parses the answer, which must be 200. */
json_t *world_http_json(enum cardea_door door, const char *method, const char *path, const char *body);
int world_http_status(enum cardea_door door, const char *method, const char *path, const char *body);

#define WORLD_WS    1 /* a connection at the clients' door */
#define WORLD_OTHER 2 /* another */
#define WORLD_ADMIN 3 /* at the operators' door */

extern const struct cardea_transport world_transport;

#endif
