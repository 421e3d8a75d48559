/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two ways of events out of the process: POSTs to a web server (by web/web.h), and a WebSocket that we open (by
 * libsoup, on a thread of its own; its only door). Both have a bounded queue; nothing of the gateway ever waits for
 * them.
 *
 * What is in an event is none of their business (api/events.h): they carry texts.
 */
#ifndef GW_EVENTS_EVENTS_H
#define GW_EVENTS_EVENTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct gw_deliverer;

enum gw_delivery { GW_BY_WEBHOOK, GW_BY_WEBSOCKET };

struct gw_web;

/* Timers of the control thread. */
struct gw_delivery_clock {
    uint64_t (*start)(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg);
    void (*stop)(uint64_t timer);
};

struct gw_delivery_conf {
    enum gw_delivery by;
    struct gw_web *web;             /* webhook; borrowed, outlives the deliverer */
    struct gw_delivery_clock clock; /* webhook */
    const char *backend;            /* http://, https://; ws://, wss:// */
    const char *user, *password;    /* webhook: basic authentication; NULL: none */
    const char *subprotocol;        /* WebSocket; NULL: none */
    bool grouping;                  /* several events in one array */
    unsigned most_waiting;          /* events in the queue; one more drops the oldest */
    unsigned retries, backoff_ms;   /* webhook: delays of backoff, twice that, and so on; then the batch is dropped */
    bool compress;                  /* webhook: gzip */
    unsigned keep_on_reconnect;     /* WebSocket: only so many newest survive a lost connection; 0: all */
};

struct gw_delivery_stats {  /* any thread reads */
    atomic_ulong events;    /* taken */
    atomic_ulong delivered; /* that the other side has */
    atomic_ulong dropped;   /* for want of room, or after the last retry */
    atomic_ulong retries, connects;
};

/* All of it on the control thread; strings are copied. GW_EINVAL: the backend's address is none; why (one line). */
int gw_deliverer_new(struct gw_deliverer **out, const struct gw_delivery_conf *conf, char *why, size_t why_len);
/* Gives what waits a last chance of half a second. */
void gw_deliverer_free(struct gw_deliverer *d);
/* One event as JSON text; copied. Only queues. */
void gw_deliverer_take(struct gw_deliverer *d, const char *text);
/* Changes what may change while it runs: everything but `by`. GW_EINVAL as above; then nothing changes. */
int gw_deliverer_change(struct gw_deliverer *d, const struct gw_delivery_conf *conf, char *why, size_t why_len);
const struct gw_delivery_stats *gw_deliverer_stats(const struct gw_deliverer *d);

#endif
