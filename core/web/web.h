/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway says to web servers of others: webhooks, and questions to services. One thread of its own sends, so
 * that nobody waits: several at once, tried again with a growing pause when they fail, dropped when the queue is full.
 * libcurl's only door.
 *
 * Not an HTTP client for pages: answers are small or thrown away, redirections are not followed.
 */
#ifndef GW_WEB_WEB_H
#define GW_WEB_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_WEB_QUEUE   1024       /* posts that wait or are on their way */
#define GW_WEB_BODY    (4u << 20) /* the largest body */
#define GW_WEB_AT_ONCE 16
#define GW_WEB_ANSWER  (64u << 10) /* the largest answer that somebody hears */

struct gw_web;

struct gw_web_post {
    const char *url;            /* http or https */
    bool get;                   /* GET, without a body; else POST */
    const char *content_type;   /* NULL: application/json */
    const char *const *headers; /* "Name: value", NULL at the end; or NULL */
    const void *body;
    size_t len;
    unsigned timeout_ms; /* of one try; 0: 10 s */
    unsigned tries;      /* at most; 0: 1. Pauses of 1, 2, 4, … 60 s between them */
    /* Once, through `post` of gw_web_new(): the status of the last answer, 0 when there was none. May be NULL. */
    void (*done)(void *arg, int status);
    /* Instead of done(), with the body of that answer, borrowed. status 0, too, when it was larger than GW_WEB_ANSWER.
     */
    void (*answered)(void *arg, int status, const char *body, size_t len);
    void *arg;
};

const char *gw_web_library(void); /* version of libcurl as it runs; any thread */

/* post brings done() to the thread of its owner: as gw_control_post(). GW_EIO: no thread. */
int gw_web_new(struct gw_web **out, int (*post)(void (*run)(void *arg), void *arg));
/* Any thread; what is given is copied. GW_ELIMIT: the queue is full or the body too large. GW_EINVAL: not a URL. */
int gw_web_send(struct gw_web *w, const struct gw_web_post *p);
/* Waits at most a second for what is on its way, drops what is left without a word, and frees. What `post` was given
 * must not be run afterwards. The owner's thread. */
void gw_web_free(struct gw_web *w);

#endif
