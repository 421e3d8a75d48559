/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visits: people who come by HTTP alone, to publish (WHIP, RFC 9725) or to watch (WHEP). A visit is a guest of this
 * plugin and the resource that its client holds: POST makes it, PATCH trickles candidates and restarts ICE, DELETE ends
 * it. What a POST means is said in whip.c and whep.c; from then on both are alike. No SDP is looked at.
 */
#ifndef VIDEOROOM_VISITS_H
#define VIDEOROOM_VISITS_H

#include "videoroom.h"

/* A client's POST, taken apart. Borrowed. */
struct visit_request {
    const char *path;   /* below the prefix: "1234", "1234/77" */
    const char *query;  /* raw */
    const char *bearer; /* of the Authorization header; NULL: none */
};

/* Why a POST, or something after it, is refused. status 0: it is not. */
struct visit_refusal {
    int status;
    char why[160]; /* a sentence for people */
};

struct visit_kind {
    const char *prefix; /* "/whip" */
    /* The message for the plugin that goes with the client's offer; NULL: *refusal says why not. */
    json_t *(*begin)(const struct visit_request *rq, struct visit_refusal *refusal);
    const char *again; /* request that goes with a later offer */
    /* The message that asks for an offer of ours, made of the one that begin() returned. New; NULL: we never offer. */
    json_t *(*counter)(const json_t *message);
};

extern const struct visit_kind visit_whip, visit_whep;

/* The room of that name, when the bearer may come in: by its pin, or by one of its allowed tokens. NULL: refused. */
struct room *visit_room(const char *id, const char *bearer, bool publishes, struct visit_refusal *refusal);
/* Adds what opens the room to a message. */
void visit_open(json_t *message, const struct room *room, const char *bearer);
void visit_refuse(struct visit_refusal *refusal, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A parameter of the query, decoded; NULL: absent, or no text. g_free() it. */
char *visit_query(const char *query, const char *name);

void visits_start(const struct cardea_config *config); /* registers the routes */
void visits_stop(void);                                /* all handles have gone */

#define VISITS_OPTIONS                                                                                                 \
    {"general",                                                                                                        \
     "http_sessions",                                                                                                  \
     CARDEA_OPT_INT,                                                                                                   \
     "1000",                                                                                                           \
     0,                                                                                                                \
     1000000,                                                                                                          \
     false,                                                                                                            \
     "How many may publish by WHIP and watch by WHEP at the same time; 0 closes both."},                               \
    {                                                                                                                  \
        "general", "http_ice_servers", CARDEA_OPT_LIST, NULL, 0, 0, false,                                             \
            "STUN and TURN servers that WHIP and WHEP clients are told: \"stun:host:3478\", or "                       \
            "\"turn:host:3478?transport=udp name password\"."                                                          \
    }

#endif
