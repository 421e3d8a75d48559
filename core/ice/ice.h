/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between sockets and peers. One gw_ice_io a worker (the back end and its sockets), one gw_ice a
 * PeerConnection (credentials, candidates, the path in use). Worker thread only.
 *
 * Batch-shaped: what arrives is handed on packet by packet within one turn; what is sent is written into slots of an
 * arena and leaves at gw_ice_io_flush(), at the end of the turn, as sendmmsg of UDP_SEGMENT runs. Consecutive slots of
 * the same gw_ice with equal sizes (a shorter one may end the run) become one run.
 *
 * Back ends: lite (RFC 8445 §2.5; one UDP socket a worker, plus passive ICE-TCP, RFC 6544/4571, on the same number),
 * full (a libnice agent per connection), and the simulator's, made with gw_ice_io_new_sim().
 * STUN is answered here and never handed on.
 */
#ifndef GW_ICE_ICE_H
#define GW_ICE_ICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/count.h"
#include "loop/loop.h"
#include "loop/packet.h"

struct gw_ice_io;
struct gw_ice;
struct gw_relays; /* ice/relay.h */

enum gw_ice_state {
    GW_ICE_NEW,
    GW_ICE_GATHERING,
    GW_ICE_CONNECTING,
    GW_ICE_CONNECTED, /* a path is usable: DTLS may start */
    GW_ICE_READY,     /* the final path is chosen */
    GW_ICE_FAILED,
};

/* What happened. All on the worker, inside a turn, never inside a gw_ice_ call made by the same peer. */
struct gw_ice_events {
    void (*packet)(void *peer, struct gw_packet *pkt, int64_t now_us); /* not STUN; one reference given to the callee */
    void (*state)(void *peer, enum gw_ice_state state, int64_t now_us);
    void (*gathered)(void *peer, int64_t now_us);                         /* gw_ice_describe() is complete now */
    void (*candidate)(void *peer, const char *candidate, int64_t now_us); /* full trickle: one local candidate */
};

struct gw_ice_conf {
    bool full;     /* libnice instead of lite */
    uint16_t port; /* lite: UDP and TCP port of this worker; 0: any free one */
    bool tcp;      /* passive ICE-TCP */
    bool ipv6, ipv6_linklocal;
    const char *announce;         /* comma list of public addresses for 1:1 NAT, or NULL */
    bool keep_private;            /* announce besides, not instead of, the local addresses */
    const char *enforce, *ignore; /* comma lists of interface names or address prefixes, or NULL */
    const char *stun_server;
    uint16_t stun_port; /* full */
    const char *turn_server;
    uint16_t turn_port;
    const char *turn_type, *turn_user, *turn_password;       /* full */
    uint16_t port_min, port_max;                             /* full: range of local ports; 0: any */
    bool aggressive, consent_freshness, keepalive_conncheck; /* full */
    bool without_servers; /* full: STUN and TURN servers whose names cannot be resolved are done without */
    bool plain_udp;       /* never use UDP_SEGMENT (benchmarks, kernels without it) */
    uint8_t dscp;
    size_t capacity; /* most gw_ice at once */
};

/* Where a socket could not be opened, `why` gets one sentence that names the port and the setting. */
int gw_ice_io_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                  struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len);
void gw_ice_io_free(struct gw_ice_io *io);

/* The simulator's back end: what would be sent goes to transmit(); what arrives is put in by gw_ice_sim_deliver(). */
typedef void gw_ice_transmit(void *arg, struct gw_ice *ice, const uint8_t *data, size_t len, int64_t now_us);
int gw_ice_io_new_sim(struct gw_ice_io **out, struct gw_packet_pool *pool, const struct gw_ice_events *events,
                      gw_ice_transmit *transmit, void *arg);
void gw_ice_sim_connect(struct gw_ice *ice, int64_t now_us);
void gw_ice_sim_deliver(struct gw_ice *ice, const uint8_t *data, size_t len, int64_t now_us);

/* --- one connection ----------------------------------------------------------------------------------------------- */
int gw_ice_new(struct gw_ice **out, struct gw_ice_io *io, void *peer, bool controlling, int64_t now_us);
void gw_ice_free(struct gw_ice *ice); /* its slots not yet flushed are still sent */
/* Only by way of the TURN server (full ICE; lite has none, and nothing changes). Before gathering. */
void gw_ice_relay_only(struct gw_ice *ice);
/* TURN servers of its own, besides those of the configuration (full ICE; lite has none). Before gathering; copied. */
void gw_ice_relays(struct gw_ice *ice, const struct gw_relays *relays);
/* Starts gathering; gathered() follows (in lite mode in the same turn, but still by callback). */
int gw_ice_gather(struct gw_ice *ice, int64_t now_us);
/* Local side, for SDP. Strings live until restart or free. Candidates without "candidate:". */
const char *gw_ice_ufrag(const struct gw_ice *ice);
const char *gw_ice_pwd(const struct gw_ice *ice);
size_t gw_ice_candidates(const struct gw_ice *ice, const char *const **list);
bool gw_ice_is_lite(const struct gw_ice *ice);
bool gw_ice_is_controlling(const struct gw_ice *ice); /* the role now (RFC 8445 §6.1.1); lite never is */
/* Remote side. Before or after gathering; checks start when both sides are known. */
int gw_ice_set_remote(struct gw_ice *ice, const char *ufrag, const char *pwd, int64_t now_us);
/* One remote candidate, with or without "candidate:". GW_EPARSE when it is none; ignored kinds return 0. */
int gw_ice_add_remote(struct gw_ice *ice, const char *candidate, int64_t now_us);
void gw_ice_remote_done(struct gw_ice *ice); /* end of candidates */
/* New local credentials; gathered() follows. The old path stays in use until the new one is nominated. */
int gw_ice_restart(struct gw_ice *ice, int64_t now_us);
enum gw_ice_state gw_ice_get_state(const struct gw_ice *ice);
/* "203.0.113.9:55604 [host,udp] <-> 192.0.2.44:49065 [host,udp]", or "" */
void gw_ice_selected(const struct gw_ice *ice, char *text, size_t len);
size_t gw_ice_remote_candidates(const struct gw_ice *ice, const char *const **list);
int64_t gw_ice_last_seen(const struct gw_ice *ice); /* µs: last authenticated check or packet from the path */

/* --- sending ------------------------------------------------------------------------------------------------------ */
/* A datagram for it follows soon: into the cache with what that needs. */
void gw_ice_prefetch(const struct gw_ice *ice);
/* Room for one datagram of at most cap bytes, or NULL (no path: counted; arena full: flushed and tried again). */
uint8_t *gw_ice_reserve(struct gw_ice *ice, size_t cap);
/* The reserved room holds a datagram of len bytes. Its bytes may still change until the flush (batch sealing). */
void gw_ice_commit(struct gw_ice *ice, size_t len);
/* Called before every flush, also one forced by a full arena: finish what must be in the bytes (sealing jobs). */
void gw_ice_io_before_flush(struct gw_ice_io *io, void (*fn)(void *arg), void *arg);
void gw_ice_io_flush(struct gw_ice_io *io, int64_t now_us);
uint16_t gw_ice_io_port(const struct gw_ice_io *io); /* lite: the port in use */

struct gw_ice_stats { /* written by the worker, read by any thread (base/count.h) */
    _Atomic uint64_t in_packets, in_bytes, out_packets, out_bytes, out_calls, out_runs;
    _Atomic uint64_t drop_no_path, drop_send_full, drop_unknown_address, drop_bad_stun, drop_bad_integrity,
        drop_not_demuxed, drop_too_large, drop_no_buffer, drop_tcp_framing;
    _Atomic uint64_t drop_send_error, /* the system refused a datagram for another reason than a full queue */
        drop_stun_rate,               /* checks beyond what one turn answers */
        drop_unknown_ufrag,           /* checks for nobody */
        drop_unverified,              /* an answer larger than the request, to an address not proved */
        drop_tcp_limit,               /* connections not accepted */
        stun_answers, path_changes;
};
const struct gw_ice_stats *gw_ice_io_stats(const struct gw_ice_io *io);

#endif
