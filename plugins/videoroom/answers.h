/* SPDX-License-Identifier: Apache-2.0 */
/* What visits.c says and reads in HTTP: answers with their headers, and the few request headers that matter. */
#ifndef VIDEOROOM_ANSWERS_H
#define VIDEOROOM_ANSWERS_H

#include "videoroom.h"

#define TYPE_SDP      "application/sdp"
#define TYPE_FRAGMENT "application/trickle-ice-sdpfrag"

/* Headers of an answer: pairs, then NULL. Borrowed strings must live until answer_send(). */
struct answer {
    const char *header[64];
    unsigned n;
};
void answer_add(struct answer *a, const char *name, const char *value); /* nothing when it is full */
void answer_send(struct cardea_http *x, int status, struct answer *a, const char *body);
/* A sentence why not, as application/problem+json (RFC 9457), with the headers that this status wants. */
void answer_problem(struct cardea_http *x, int status, const char *why);

/* The header's media type, whatever its parameters and case. */
bool header_is_type(struct cardea_http *x, const struct cardea_http_request *rq, const char *type);
char *header_bearer(struct cardea_http *x, const struct cardea_http_request *rq); /* NULL: none; g_free() it */
/* If-Match against a strong entity tag, with its quotes: 0 when it fits, else 428 (absent) or 412. */
int header_if_match(struct cardea_http *x, const struct cardea_http_request *rq, const char *etag);

/* "stun:host:3478" or "turn:host:3478 name password" as the value of a Link header (RFC 9725 §4.4); g_free() it. */
char *link_of_server(const char *server);

#endif
