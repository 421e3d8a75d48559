/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of links, shared by links.c (all of them), link.c (one PeerConnection) and graph.c (sinks, sources). */
#ifndef GW_PEER_LINK_STATE_H
#define GW_PEER_LINK_STATE_H

#include <glib.h>

#include "peer/link.h"
#include "peer/plan.h"

#define GW_LINK_MAX_TRICKLES    128          /* candidates kept before the description */
#define GW_LINK_MAX_CANDIDATE   512          /* bytes of one */
#define GW_LINK_MAX_MESSAGE     (256 * 1024) /* bytes of a data-channel message that we send */
#define GW_LINK_MAX_DATA        256          /* sources of one data sink */
#define GW_LINKS_BACKLOG        16384        /* orders kept for one worker whose mailbox is full */
#define GW_LINKS_BACKLOG_CLOSES 65536        /* more, when it closes a peer: those must not be lost */

/* A PeerConnection that has an id. Outlives its link until the worker said CLOSED. */
struct gw_peer_entry {
    gw_peer_id id;
    struct gw_link *link; /* NULL: its owner has gone */
    uint64_t group;
    bool started;      /* PEER_NEW was posted */
    GPtrArray *inlets; /* struct cardea_inlet by mindex, NULL where it has gone; NULL: a PeerConnection */
};

struct cardea_inlet {
    /* given at creation; any thread may read these */
    gw_track_id source;
    enum cardea_kind kind;
    const char *codec; /* static; NULL for DATA */
    bool (*post)(void *arg, unsigned worker, const struct gw_order *order);
    void *post_arg;
    /* borrowed; control thread */
    struct gw_links *ls;
    const struct cardea_inlet_events *events;
    void *user;
    /* state */
    bool closing;
    unsigned n_ports;
    atomic_uint waiting; /* any thread: what the worker has not taken yet */
};

/* What a sink of ours does, as far as control knows. */
struct gw_sink_mirror {
    gw_track_id sink, source; /* source 0: not linked */
    struct gw_link_options options;
    struct cardea_sink_state state;
    GPtrArray *data; /* DATA: its sources, struct gw_data_link, owned; NULL: none */
};

struct gw_data_link {
    gw_track_id source;
    char *label; /* NULL: as received */
};

void gw_sink_mirror_free(gpointer mirror); /* NULL is fine */

struct gw_trickle {
    int64_t at_us;
    int mindex;
    char *mid, *candidate; /* candidate NULL: the end */
};

struct gw_due {
    const char *type;
    char *sdp;
};

struct gw_link {
    /* given at creation */
    struct gw_links *ls;
    void *owner;
    uint64_t group;
    int worker; /* that it is to be on; -1: any */
    /* owned */
    struct gw_plan *plan;
    struct gw_described *local; /* of the worker; NULL: not gathered yet */
    char *local_sdp, *remote_sdp;
    char *new_remote_sdp; /* the offer that waits for its answer */
    GQueue trickles;      /* struct gw_trickle */
    GQueue due;           /* struct gw_due: descriptions to be told by gw_links_turn() */
    GPtrArray *sinks;     /* struct gw_sink_mirror by mindex, NULL where there is none */
    /* borrowed */
    struct gw_peer_entry *entry; /* NULL: no id yet */
    /* state */
    bool closing, up;
    bool awaiting; /* a description waits for GATHERED news */
    bool no_trickle, relay_only, queued;
    bool all_trickles; /* the peer's candidates have ended */
    bool restarting;   /* our last description has new credentials */
    bool seeking;      /* its TURN servers: what follows the description waits for them */
    bool full_trickle; /* our candidates are told one by one */
    bool data_tap;
    struct gw_capture *capture; /* owned: waits for the peer */
    uint32_t bitrate;
    bool bitrate_set;
    bool sending_set;
    struct cardea_sending sending;
};

struct gw_links {
    /* given at creation */
    struct gw_links_conf conf;
    char *fingerprint, *address;
    /* owned */
    GHashTable *peers;               /* &id → struct gw_peer_entry, owned */
    GHashTable *groups;              /* &group → struct gw_group, owned */
    GHashTable *expected;            /* &group → how many will come, owned */
    GHashTable *by_source;           /* &source id → struct gw_listeners, owned: the sinks linked to it */
    GHashTable *taps;                /* struct cardea_tap * → how many of them are not gone yet */
    GHashTable *outlets;             /* &id → struct gw_outlet, owned */
    GQueue *backlog[GW_MAX_WORKERS]; /* struct gw_order */
    GQueue due;                      /* struct gw_link with something to tell */
    /* state */
    unsigned load[GW_MAX_WORKERS]; /* peers on it */
    uint64_t avoid;                /* bit i: worker i takes nobody while others do */
    uint64_t serial, outlet_serial;
    unsigned n_ports;
    /* counters */
    uint64_t dropped;
};

/* --- links.c ------------------------------------------------------------------------------------------------------ */
/* Posts, or keeps for later; false: dropped (what it owned is freed). */
bool gw_links_post(struct gw_links *ls, unsigned worker, struct gw_order *order);
/* A new id, on a worker of the group. */
struct gw_peer_entry *gw_links_enter(struct gw_links *ls, uint64_t group, int wish); /* worker; -1: any */
/* The id is not used any more. */
void gw_links_leave(struct gw_links *ls, struct gw_peer_entry *entry);
void gw_links_tell_later(struct gw_link *l); /* it has something in `due` */
struct gw_peer_entry *gw_links_entry(struct gw_links *ls, gw_peer_id peer);

/* --- link.c ------------------------------------------------------------------------------------------------------- */
bool gw_link_on_worker(const struct gw_link *l);                      /* PEER_NEW was posted */
bool gw_link_post(struct gw_link *l, struct gw_order *order);         /* about its peer; fills in .peer */
void gw_link_gathered(struct gw_link *l, struct gw_described *local); /* takes local; calls events */
void gw_link_reset(struct gw_link *l);                                /* back to before the first negotiation */
/* The end has been asked for or told: links to and from this peer are over for control, CLOSED news are awaited. */
void gw_link_over(struct gw_link *l);
/* Calls described() with the first description that is due. The link may be gone afterwards. */
void gw_link_tell_due(struct gw_link *l);

void gw_link_post_number(struct gw_link *l, enum gw_order_tag tag, int64_t number);
void gw_link_post_candidate(struct gw_link *l, const char *candidate); /* NULL: the end */

/* --- trickle.c ---------------------------------------------------------------------------------------------------- */
void gw_link_post_trickles(struct gw_link *l); /* what was kept and is not too old */
void gw_link_drop_trickles(struct gw_link *l);

/* --- graph.c ------------------------------------------------------------------------------------------------------ */
void gw_graph_init(struct gw_links *ls);
void gw_graph_end(struct gw_links *ls);
void gw_graph_post_links(struct gw_link *l); /* what was linked before the peer was on a worker */
void gw_graph_peer_gone(struct gw_link *l);  /* its sinks, and the links to its sources */
void gw_graph_tap_gone(struct gw_links *ls, const struct gw_news *n);
void gw_graph_source_gone(struct gw_links *ls, gw_track_id source); /* the links to it are over */
/* A source of a peer or an inlet, and what it is; codec is borrowed, NULL for DATA. false: it is not there. */
bool gw_graph_find_source(struct gw_links *ls, gw_track_id id, enum cardea_kind *kind, const char **codec);
void gw_graph_layer(struct gw_link *l, const struct gw_news *n);
/* Which sinks a source has: for a sink with one source (media) or many (data). */
void gw_graph_hook(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source);
void gw_graph_unhook(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source);
int gw_graph_post(struct gw_link *l, struct gw_order *order); /* about a track; later, while the peer has no worker */

/* --- data_links.c ------------------------------------------------------------------------------------------------- */
int gw_data_links_add(struct gw_link *l, struct gw_sink_mirror *k, gw_track_id source, const char *label);
int gw_data_links_remove(struct gw_link *l, struct gw_sink_mirror *k, gw_track_id source); /* 0: all */
void gw_data_links_source_gone(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source);
void gw_data_links_post(struct gw_link *l, const struct gw_sink_mirror *k);

/* --- outlet.c ----------------------------------------------------------------------------------------------------- */
void gw_outlets_init(struct gw_links *ls);
void gw_outlets_end(struct gw_links *ls);
bool gw_outlets_owe(const struct gw_links *ls, bool (*inside)(void *arg, const void *address), void *arg);
void gw_outlet_news(struct gw_links *ls, const struct gw_news *n);

/* --- inlet.c ------------------------------------------------------------------------------------------------------ */
int gw_plain_profile(unsigned suite); /* 0, 32, 80 to enum gw_srtp_profile, 0: none; -1: no such suite */
struct cardea_inlet *gw_inlet_find(struct gw_links *ls, gw_track_id source); /* NULL: not an inlet, or closing */
void gw_inlet_news(const struct gw_peer_entry *entry, const struct gw_news *n);
void gw_inlet_forget(struct cardea_inlet *in); /* frees it; with the last one beside it the id goes, too */

#endif
