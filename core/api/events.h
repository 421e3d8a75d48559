/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens, told to event handlers: sessions, handles, descriptions, ICE, media, what plugins and transports say.
 * A handler is somebody who takes finished events (events/events.h has two); here they are made, and only when
 * somebody wants their type. Control thread.
 */
#ifndef GW_API_EVENTS_H
#define GW_API_EVENTS_H

#include <jansson.h>

#include "api/api.h"

enum gw_event_type {
    GW_EVENT_SESSION = 1,
    GW_EVENT_HANDLE = 2,
    GW_EVENT_EXTERNAL = 4,
    GW_EVENT_JSEP = 8,
    GW_EVENT_WEBRTC = 16,
    GW_EVENT_MEDIA = 32,
    GW_EVENT_PLUGIN = 64,
    GW_EVENT_TRANSPORT = 128,
    GW_EVENT_CORE = 256,
};
#define GW_EVENT_ALL 511u

/* Subtypes of GW_EVENT_WEBRTC and GW_EVENT_MEDIA. */
enum {
    GW_WEBRTC_ICE = 1,
    GW_WEBRTC_LOCAL = 2,
    GW_WEBRTC_REMOTE = 3,
    GW_WEBRTC_SELECTED = 4,
    GW_WEBRTC_DTLS = 5,
    GW_WEBRTC_STATE = 6,
    GW_MEDIA_STATE = 1,
    GW_MEDIA_SLOW_LINK = 2,
    GW_MEDIA_STATISTICS = 3,
};

/* Somebody who wants events. */
struct gw_event_handler {
    const char *name, *shown; /* both are answered to; shown is what `info` says */
    const char *title, *description, *author, *version_string;
    int version;
    unsigned mask;                                /* types wanted; 0: none */
    void (*take)(void *arg, const char *text);    /* one event as JSON text; must only queue */
    json_t *(*query)(void *arg, json_t *request); /* query_eventhandler; new reference */
    void *arg;
};

/* "sessions, media", "all", "none" into bits; false: there is a word that is none. Pure. */
bool gw_event_mask(const char *list, unsigned *mask);

/* The handler is borrowed until gw_events_clear(); its mask may change. Nothing is told while events.broadcast is off.
 */
void gw_events_add(struct gw_api *a, struct gw_event_handler *handler);
void gw_events_clear(struct gw_api *a);
/* The process says that it has started, or why it ends (a signal's number, 0: by itself). */
void gw_events_started(struct gw_api *a);
void gw_events_shutdown(struct gw_api *a, int signal);

#endif
