/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the gateway, between host.c (its life) and parts.c (how they are put together). Control thread. */
#ifndef GW_HOST_PARTS_H
#define GW_HOST_PARTS_H

#include "host/calibrate.h"
#include "host/environment.h"
#include "host/life.h"
#include "host/modules.h"
#include "host/overload.h"
#include "host/settings.h"
#include "host/stall.h"
#include "host/workers.h"

struct host {
    /* borrowed */
    struct gw_settings *settings;
    const struct cardea_config *config;
    /* owned */
    struct gw_dtls_context *dtls;
    struct gw_mailbox *news;
    struct gw_workers *workers;
    struct gw_links *links;
    struct gw_jwt *jwt;
    struct gw_api *api;
    struct gw_modules *modules;
    int signals;
    /* state */
    char sealer[24];               /* name of what seals RTP here */
    const char *libraries[7];      /* their names and versions */
    char address[GW_ADDRESS_ROOM]; /* of this host, as peers see it */
    struct gw_life life;
    struct gw_packet_cost cost;
    struct gw_stall *stall;
    uint64_t pulse, soon;
    uint64_t sent_bytes; /* by all workers, at the last pulse */
    int64_t sent_us;
    struct gw_overload overload;
    int last_signal;
    char *takeover_path, *crash_folder; /* owned */
    bool heir;                          /* we take over from another process */
};

/* What the parts call when something happens; host.c has them. */
struct gw_host_calls {
    void (*signalled)(void *host, uint32_t events, int64_t now_us); /* host->signals is readable */
    void (*news)(void *host, uint32_t events, int64_t now_us);      /* host->news is */
    void (*turn_end)(void *host, int64_t now_us);
    void (*drain)(void *host, bool on, int64_t timeout_s);
    void (*reloaded)(void *host);
    void (*pulse)(void *host); /* once a second */
};

/* Makes all parts, in the order in which they need each other. An error has been logged; gw_parts_end() in any case. */
int gw_parts_begin(struct host *h, const struct gw_host_calls *calls);
/* Lets everybody go, and ends the parts in the opposite order. */
void gw_parts_end(struct host *h);

#endif
