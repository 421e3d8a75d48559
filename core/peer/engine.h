/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one worker does: its ICE sockets, its peers, their sources and sinks, and the flush at the end of each turn.
 * The engine has no thread of its own and looks at no clock: gw_worker (real time) or the simulator (virtual time)
 * calls it. It takes orders and gives news, both by value.
 */
#ifndef GW_PEER_ENGINE_H
#define GW_PEER_ENGINE_H

#include "dtls/dtls.h"
#include "peer/messages.h"
#include "srtp/srtp.h"

struct gw_engine;
struct gw_plain;

struct gw_engine_conf {
    unsigned index;               /* number of this worker */
    struct gw_dtls_context *dtls; /* borrowed, shared, const */
    const char *sealer;           /* see gw_sealer_new() */
    struct gw_media_settings settings;
    size_t max_peers, max_packets;
    struct gw_timers *timers; /* borrowed */
    /* Where news go: the control thread's mailbox. false: full, the engine keeps the message and tries again. */
    bool (*news)(void *arg, const struct gw_news *news);
    /* To the engine of another worker: forwarded packets and their feedback (peer/engine.c's own business). */
    bool (*to_engine)(void *arg, unsigned worker, const void *message, size_t size);
    void *arg;
};

int gw_engine_new(struct gw_engine **out, const struct gw_engine_conf *conf);
void gw_engine_free(struct gw_engine *e); /* closes all peers */
/* The ICE back end this engine's peers use; made by the caller with the events and pool below; owned by the caller. */
void gw_engine_set_ice(struct gw_engine *e, struct gw_ice_io *io);
/* Its plain sockets; owned by the caller, must outlive the engine. */
void gw_engine_set_plain(struct gw_engine *e, struct gw_plain *plain);
const struct gw_ice_events *gw_engine_ice_events(void);
struct gw_packet_pool *gw_engine_pool(const struct gw_engine *e);

void gw_engine_order(struct gw_engine *e, const struct gw_order *order, int64_t now_us); /* takes what it owns */
void gw_engine_from_engine(struct gw_engine *e, const void *message, int64_t now_us);
void gw_engine_turn_end(struct gw_engine *e, int64_t now_us); /* flush: pace, seal, send */
/* After it: the turn took busy_us in all and sending_us of them inside gw_engine_turn_end(); it is now_us now. */
void gw_engine_took(struct gw_engine *e, int64_t busy_us, int64_t sending_us, int64_t now_us);

struct gw_engine_stats { /* any thread may read: relaxed atomics inside, this is a copy */
    uint64_t peers, sources, sinks, packets_in, bytes_in, packets_forwarded, bytes_out, retransmitted, nacks_in,
        nacks_out, plis_in, plis_out, handshakes, drops_srtp, drops_rtp, drops_rtcp, drops_unknown_ssrc, drops_muted,
        drops_queue, drops_feedback, probes, feedbacks, overuses, freezes, limited_sinks, held_sinks;
    uint64_t overloads, shed_ppm; /* how often video began to be shed; millionths of it that are now (media/shedding.h) */
};
void gw_engine_get_stats(const struct gw_engine *e, struct gw_engine_stats *out);

#endif
