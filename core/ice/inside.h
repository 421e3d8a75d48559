/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder (and its tests) know of each other: the common part of a back end and of a connection,
 * and the table of what a back end does. Nothing above core/ice includes this.
 *
 * What a back end learns inside a gw_ice_ call, or inside a library's callback, it does not tell at once: it notes it
 * with gw_ice_defer_…() and it is told later in the turn, from a timer (without a loop: at the flush).
 */
#ifndef GW_ICE_INSIDE_H
#define GW_ICE_INSIDE_H

#include "ice/candidate.h"
#include "ice/egress.h"
#include "ice/ice.h"

#define GW_ICE_TEXT       257 /* ufrag or pwd, RFC 8839 §5.4, and its NUL */
#define GW_ICE_OWN        40  /* the same of ours, which are as short as we like */
#define GW_ICE_CANDIDATES 64  /* most candidates of either side */
#define GW_ICE_STATES     8   /* states not told yet */

struct gw_ice_credentials { /* our own */
    char ufrag[GW_ICE_OWN], pwd[GW_ICE_OWN];
};

/* Candidate lines, owned. */
struct gw_ice_lines {
    char **line; /* grows up to GW_ICE_CANDIDATES */
    size_t n, room;
};

struct gw_ice_backend {
    bool lite;
    /* Makes and registers a connection; the base is filled in afterwards by the caller, except local credentials. */
    int (*make)(struct gw_ice **out, struct gw_ice_io *io, bool controlling, int64_t now_us);
    void (*detach)(struct gw_ice *ice);     /* nothing arrives for it any more; slots in the arena stay valid */
    void (*destroy)(struct gw_ice *ice);    /* after the flush */
    void (*relay_only)(struct gw_ice *ice); /* NULL: there is no relay */
    void (*relays)(struct gw_ice *ice, const struct gw_relays *relays); /* same */
    int (*gather)(struct gw_ice *ice, int64_t now_us);
    int (*set_local)(struct gw_ice *ice, const struct gw_ice_credentials *local); /* forgets the old ones */
    int (*set_remote)(struct gw_ice *ice, int64_t now_us);                        /* ice->remote is new */
    void (*add_remote)(struct gw_ice *ice, const struct gw_candidate *c, int64_t now_us);
    void (*remote_done)(struct gw_ice *ice);
    int (*restart)(struct gw_ice *ice, int64_t now_us); /* NULL: not more than new credentials */
    bool (*is_controlling)(const struct gw_ice *ice);   /* NULL: as it was made; lite: never */
    void (*selected)(const struct gw_ice *ice, char *text, size_t len);
    gw_send_run *send_run; /* arg: the gw_ice_io */
    void (*flushed)(struct gw_ice_io *io);
    void (*free)(struct gw_ice_io *io); /* its own part, then the memory; no connection is left */
};

struct gw_ice_io {
    /* given at creation */
    const struct gw_ice_backend *backend;
    struct gw_ice_events events;
    size_t capacity;
    void (*before_flush)(void *arg);
    void *before_flush_arg;
    /* owned */
    struct gw_egress *egress;
    struct gw_timer wake; /* to tell what was deferred */
    /* borrowed */
    struct gw_loop *loop; /* NULL: the simulator's */
    struct gw_packet_pool *pool;
    /* state */
    size_t count; /* connections, also those waiting for a flush to end */
    struct gw_ice *deferred, *deferred_last, *dying, *all;
    struct gw_ice *telling; /* whom we are calling back; NULL once it was freed inside */
    uint64_t flushes;
    int64_t now_us;
    bool flushing;
    /* counters */
    struct gw_ice_stats stats;
};

struct gw_ice {
    /* what each packet that leaves needs, in one piece */
    struct gw_ice_io *io; /* given at creation */
    struct gw_route route;
    uint32_t route_version;
    uint64_t flush_mark; /* io->flushes + 1 when something was committed since the last flush */
    /* given at creation */
    void *peer;
    bool controlling;
    /* owned */
    struct gw_ice_credentials local;
    struct {
        char *ufrag, *pwd; /* NULL: not known yet */
    } remote;
    struct gw_ice_lines locals, remotes;
    /* state */
    enum gw_ice_state state;
    int64_t last_seen_us;
    bool has_remote, gathered, dead;
    struct gw_ice *next, **link; /* io->all */
    /* not told yet */
    struct gw_ice *next_deferred;
    struct gw_packet *packets, *packets_last;
    enum gw_ice_state states[GW_ICE_STATES];
    size_t n_states, candidates_told;
    bool is_deferred, gathered_due;
};

/* Fills in the base of a back end's gw_ice_io; on failure frees nothing. */
int gw_ice_io_init(struct gw_ice_io *io, const struct gw_ice_backend *backend, struct gw_loop *loop,
                   struct gw_packet_pool *pool, const struct gw_ice_events *events, size_t capacity, bool plain);

int gw_lite_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len);
int gw_full_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len);

/* --- telling ------------------------------------------------------------------------------------------------------ */
void gw_ice_defer_state(struct gw_ice *ice, enum gw_ice_state state); /* again the same: nothing */
void gw_ice_defer_gathered(struct gw_ice *ice);
void gw_ice_defer_candidates(struct gw_ice *ice);                    /* those of locals not told yet */
void gw_ice_defer_packet(struct gw_ice *ice, struct gw_packet *pkt); /* takes the reference */
void gw_ice_run_deferred(struct gw_ice_io *io, int64_t now_us);      /* tells all that was noted */
void gw_ice_forget_deferred(struct gw_ice *ice);
/* At once, from outside of any gw_ice_ call; false: the peer freed the connection meanwhile. */
bool gw_ice_tell_state(struct gw_ice *ice, enum gw_ice_state state, int64_t now_us);

/* --- helpers ------------------------------------------------------------------------------------------------------ */
void gw_ice_set_route(struct gw_ice *ice, const struct gw_route *route); /* NULL: none */
int gw_ice_add_line(struct gw_ice_lines *lines, const struct gw_candidate *c);
void gw_ice_free_lines(struct gw_ice_lines *lines);
int gw_ice_make_credentials(struct gw_ice_credentials *out); /* at random */
/* Replaces the local credentials; for tests with recorded datagrams. */
int gw_ice_set_local(struct gw_ice *ice, const char *ufrag, const char *pwd);
/* "type,transport" of a known remote candidate with this address, or "prflx,…" */
const char *gw_ice_remote_kind(const struct gw_ice *ice, const struct gw_address *a, bool tcp);

#endif
