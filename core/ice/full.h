/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the full back end: full.c (the agent and its signals), resolve.c (mDNS names of candidates). */
#ifndef GW_ICE_FULL_H
#define GW_ICE_FULL_H

#include <nice/agent.h>

#include "ice/addresses.h"
#include "ice/inside.h"

#define GW_FULL_LOOKUPS     8 /* names of one connection being resolved at once */
#define GW_FULL_PATIENCE_US 10000000
#define GW_FULL_GATHER_US   5000000 /* then gathered() is told with what there is; a server may not answer */

struct gw_lookup;

struct gw_full {
    struct gw_ice_io io; /* must stay first */
    /* given at creation */
    struct gw_ice_conf conf; /* strings are ours */
    struct gw_addresses announced;
    char stun_ip[GW_ADDRESS_TEXT], turn_ip[GW_ADDRESS_TEXT]; /* "": none */
    /* borrowed */
    GMainContext *context;
    /* state */
    struct gw_addresses addresses;
    int64_t addresses_us;
    unsigned pending; /* asynchronous calls of the libraries that will still call back */
};

struct gw_full_ice {
    struct gw_ice base; /* must stay first */
    struct gw_full *full;
    /* owned */
    NiceAgent *agent;
    struct gw_lookup *lookups;
    struct gw_timer gathering;
    struct gw_timer patience; /* a peer that never says it has no more candidates never fails by itself */
    /* state */
    guint stream;
    unsigned n_lookups;
    struct gw_candidate waiting[GW_ICE_CANDIDATES]; /* for the remote credentials */
    size_t n_waiting;
    bool done;
    bool relayed; /* it has TURN servers */
};

/* agent.c */
bool gw_full_listen(struct gw_full_ice *p); /* to signals and packets; its stream exists */
void gw_full_stop_listening(struct gw_full_ice *p);
void gw_full_gathered(struct gw_full_ice *p);
void gw_full_list_locals(struct gw_full_ice *p);                        /* the agent's candidates into base.locals */
void gw_full_give(struct gw_full_ice *p, const struct gw_candidate *c); /* a remote candidate to the agent */
void gw_full_selected(const struct gw_ice *ice, char *text, size_t len);
bool gw_full_to_nice(NiceAddress *out, const struct gw_address *a);

/* resolve.c: when the name is known, gw_full_use() is called with the candidate; otherwise nothing happens. */
void gw_full_resolve(struct gw_full_ice *p, const struct gw_candidate *c);
void gw_full_forget_lookups(struct gw_full_ice *p);
void gw_full_use(struct gw_full_ice *p, const struct gw_candidate *c);

#endif
