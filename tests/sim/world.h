/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines, clients and the network between them under a virtual clock. The test plays the control thread: it gives
 * orders and reads news.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <glib.h>

#include "peer/engine.h"
#include "sim/net.h"

#define SIM_WORKERS 2

struct sim_client;

struct sim_worker {
    struct sim_world *world;
    unsigned index;
    struct gw_timers *timers;
    struct gw_engine *engine;
    struct gw_ice_io *ice;
    GQueue mail; /* from the other engines: 120-byte copies */
};

struct sim_world {
    int64_t now_us;
    struct sim_net *net;
    struct gw_dtls_context *dtls;
    struct gw_sealer *sealer; /* the clients' */
    struct gw_timers *timers; /* the clients' */
    struct sim_worker worker[SIM_WORKERS];
    GPtrArray *clients; /* owned */
    GQueue news;        /* struct gw_news, oldest first; what they own is freed at the end */
    uint64_t serial;
};

struct sim_world *sim_world_new(uint64_t seed);
void sim_world_free(struct sim_world *w);
void sim_run(struct sim_world *w, int64_t us);
void sim_run_ms(struct sim_world *w, int64_t ms);
/* For who keeps the clock (now_us) himself: when something is due, and one turn of everything. */
int64_t sim_next(const struct sim_world *w);
void sim_turn(struct sim_world *w);
void sim_order(struct sim_world *w, unsigned worker, const struct gw_order *o);
/* The newest news of a kind about a peer or track (either may be 0: any); NULL: none. */
const struct gw_news *sim_news(const struct sim_world *w, enum gw_news_tag tag, gw_peer_id peer, gw_track_id track);
unsigned sim_count_news(const struct sim_world *w, enum gw_news_tag tag, gw_peer_id peer, gw_track_id track);
void sim_forget_news(struct sim_world *w);
struct gw_ice *sim_ice_of(struct sim_world *w, gw_peer_id peer);
void sim_link_tracks(struct sim_world *w, gw_track_id sink, gw_track_id source);

#endif
