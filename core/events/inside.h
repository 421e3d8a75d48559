/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. The courier thread owns everything but the queue. */
#ifndef GW_EVENTS_INSIDE_H
#define GW_EVENTS_INSIDE_H

#include <glib.h>
#include <libsoup/soup.h>

#include "events/events.h"

#define GW_BATCH_MOST 100 /* events in one array */

struct gw_way; /* how a deliverer's events leave */

struct gw_deliverer {
    /* given at creation; changed under the lock, read by the courier under it */
    enum gw_delivery by;
    char *backend, *user, *password, *subprotocol; /* owned */
    bool grouping, compress;
    unsigned most_waiting, retries, backoff_ms, keep_on_reconnect;
    /* under the lock */
    GMutex lock;
    GQueue waiting; /* char *: owned */
    bool woken;
    /* the courier thread's */
    const struct gw_way *way;
    void *state; /* of the way; owned */
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    GSource *wake;
    bool ending;
    /* any thread */
    struct gw_delivery_stats stats;
};

struct gw_way {
    void *(*make)(struct gw_deliverer *d); /* on the courier thread */
    void (*free)(void *state);
    void (*work)(void *state); /* something waits: send it, unless something is on its way already */
    bool (*idle)(void *state); /* nothing is on its way */
    void (*changed)(void *state);
};
extern const struct gw_way gw_way_webhook, gw_way_websocket;

/* The next text to send, an array when events are grouped; *n: how many events are in it. NULL: nothing waits. */
char *gw_deliverer_next(struct gw_deliverer *d, unsigned *n);
/* What next() gave could not be sent and goes first again. */
void gw_deliverer_put_back(struct gw_deliverer *d, char *text);
/* Runs fn after ms on the courier thread. g_source_destroy() and unref to take it back. */
GSource *gw_deliverer_later(struct gw_deliverer *d, unsigned ms, GSourceFunc fn, void *arg);

#endif
