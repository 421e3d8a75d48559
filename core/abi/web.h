/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP, both ways: routes on the HTTP door, and posts to somebody else's server.
 */
#ifndef CARDEA_WEB_H
#define CARDEA_WEB_H

#include <cardea/types.h>

/* --- HTTP routes -------------------------------------------------------------------------------------------------- */

struct cardea_http; /* one exchange that waits for its answer */

struct cardea_http_request {
    const char *method, *path; /* the whole path */
    const char *rest;          /* what follows the route's prefix, without the slash; may be "" */
    const char *query;         /* raw, may be "" */
    const uint8_t *body;
    size_t len;
    const char *(*header)(const struct cardea_http *x, const char *name); /* NULL when absent */
    const char *remote;                                                   /* address of the client, text */
};

/* --- webhooks ----------------------------------------------------------------------------------------------------- */

/* A POST to somebody else's web server, sent by a thread of the gateway's. All text is copied. */
struct cardea_web_post {
    uint32_t size;              /* sizeof(struct cardea_web_post) */
    const char *url;            /* http or https */
    const char *content_type;   /* NULL: application/json */
    const char *const *headers; /* "Name: value", NULL at the end; or NULL */
    const void *body;
    size_t len;                          /* at most 4 MiB */
    unsigned timeout_ms;                 /* of one try; 0: 10 s */
    unsigned tries;                      /* at most; 0: 1. Pauses of 1, 2, 4, … 60 s between them */
    void (*done)(void *arg, int status); /* control thread, once; status 0: no answer. May be NULL */
    void *arg;
};

#endif
