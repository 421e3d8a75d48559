/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: the queue, and what a way does with it. */
#ifndef GW_EVENTS_INSIDE_H
#define GW_EVENTS_INSIDE_H

#include <glib.h>

#include "events/events.h"

#define GW_BATCH_MOST     100 /* events in one array */
#define GW_LAST_CHANCE_MS 500 /* at the end, for what waits */

struct gw_way; /* how a deliverer's events leave */

struct gw_deliverer {
    /* given at creation */
    enum gw_delivery by;
    struct gw_delivery_clock clock;
    struct gw_web *web;
    /* under the lock: may change while it runs; texts are owned */
    GMutex lock;
    char *backend, *user, *password, *subprotocol;
    bool grouping, compress;
    unsigned most_waiting, retries, backoff_ms, keep_on_reconnect;
    GQueue waiting; /* char *: owned */
    /* the control thread's */
    const struct gw_way *way;
    void *state; /* of the way; owned */
    /* any thread */
    struct gw_delivery_stats stats;
};

struct gw_way { /* all on the control thread */
    void *(*make)(struct gw_deliverer *d);
    void (*free)(void *state); /* gives what waits a last chance */
    void (*wake)(void *state); /* something waits */
    void (*changed)(void *state);
};
extern const struct gw_way gw_way_webhook, gw_way_websocket;

/* The next text to send, an array when events are grouped; *n: how many events are in it. NULL: nothing waits. Any
 * thread; g_free() it. */
char *gw_deliverer_next(struct gw_deliverer *d, unsigned *n);

#endif
