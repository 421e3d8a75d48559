/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an engine: its peers, their m-lines, and mirrors of sources that live on other workers. Only the files
 * of the worker half of peer/ include this. Worker thread.
 */
#ifndef GW_PEER_STATE_H
#define GW_PEER_STATE_H

#include <glib.h>

#include "dtls/dtls.h"
#include "media/patience.h"
#include "media/remb.h"
#include "media/sender.h"
#include "media/shedding.h"
#include "media/sink.h"
#include "media/source.h"
#include "rtcp/twcc.h"
#include "peer/engine.h"
#include "plain/plain.h"
#include "sctp/sctp.h"

#define GW_PEER_SSRCS    256  /* at most, a peer */
#define GW_PEER_WAITING  64   /* candidates before the remote description */
#define GW_NEWS_WAITING  8192 /* news the control thread's mailbox had no room for */
#define GW_SRTP_OVERHEAD 40   /* the most that sealing adds, RTP or RTCP */
#define GW_RTCP_ROOM     1200
#define GW_TRACK_TAPS    4         /* at most, a source */
#define GW_DATA_WAITING  (1 << 20) /* bytes of messages waiting for SCTP, a peer */

struct gw_peer;
struct gw_forwarder;
struct gw_path;

/* One m-line: perhaps a source, perhaps a sink. */
struct gw_track {
    struct gw_peer *peer;
    struct gw_mline m;
    bool known; /* m is filled in; before, only a link may have come */
    struct gw_source *source;
    struct gw_tap taps[GW_TRACK_TAPS];
    unsigned n_taps;
    struct gw_forwarder *forwarders; /* owned; forward.c */
    struct gw_sink *sink;
    /* the sink's link */
    gw_track_id wanted; /* source linked to, 0: none */
    struct gw_link_options link;
    struct gw_mirror *mirror;       /* when `wanted` lives on another worker */
    struct gw_listening *listening; /* a data sink's sources; owned */
    unsigned waiting_at;            /* place + 1 in engine->waiting, 0: not waiting */
    int8_t told[6];                 /* layers last told by LAYER news */
    /* what came before the source did */
    bool muted, hushed, slow_start;
    uint32_t loudness; /* packets a window */
    int64_t keyframe_every_s;
    int8_t top_layer;    /* of simulcast: nobody takes more, -1: nobody takes anything */
    uint32_t layers_bps; /* of that layer and those below, as the sender is told */
    int32_t playout_delay;
    struct {
        uint32_t packets, threshold;
    } talk;
};

/* A data sink hears a source. */
struct gw_listening {
    /* given at creation */
    gw_track_id source;
    char *label; /* owned, a GRefString; NULL: as received */
    /* borrowed */
    struct gw_track *track;
    struct gw_mirror *mirror; /* when the source lives on another worker */
    /* state */
    struct gw_listening *next; /* of the track */
    unsigned at;               /* place among the source's listeners */
};

struct gw_ssrc {
    uint32_t ssrc;
    uint8_t mindex, layer;
    bool rtx;
};

struct gw_messages { /* of data channels */
    uint64_t messages, bytes;
};

struct gw_peer {
    /* given at creation */
    gw_peer_id id;
    bool controlling, full_trickle;
    bool fed; /* no PeerConnection: its m-lines are inlets (feed.c) */
    /* borrowed */
    struct gw_engine *engine;
    /* owned */
    struct gw_ice *ice;
    struct gw_dtls *dtls;
    struct gw_srtp *srtp;
    struct gw_sctp *sctp;
    struct gw_track **tracks; /* by mindex, holes are NULL */
    unsigned n_tracks, n_inlets;
    struct gw_twcc_table *twcc; /* made with the first packet that has a number */
    struct gw_path *paths;      /* of one that is fed: where plain RTP comes from; path.c */
    struct gw_remote *remote;   /* the peer's description */
    GPtrArray *early;           /* candidates that came before it */
    char *down_reason;          /* why it is being closed; NULL: nobody is to be told */
    /* state */
    enum gw_ice_state ice_state;
    bool gathered, remote_done, up, was_connected, closing, counted;
    struct gw_capture *capture; /* owned; NULL: none */
    bool data_tap, sctp_up;
    struct gw_data_queue data_waiting; /* not taken by SCTP yet */
    struct gw_peer *data_next;         /* of those with something new to send; see data_listed */
    bool data_listed;
    int64_t failed_us;              /* ICE failed since, 0: it has not */
    int64_t created_us, started_us, /* connectivity checks: both sides are known */
        gathered_us, connected_us, handshake_us, dtls_connected_us;
    struct gw_timer dtls_timer, tick_timer, twcc_timer, ice_timer, budget_timer;
    struct gw_ssrc *ssrcs; /* owned; most recently used first */
    unsigned n_ssrcs;
    struct gw_sender sender;
    struct gw_clock clock; /* the peer's, from its sender reports */
    struct gw_remb remb;
    uint32_t cap_bps;    /* of what it sends, by the plugin; 0: none */
    uint32_t demand_bps; /* what its receivers can take, when that is less than all; 0: all */
    uint8_t twcc_ext;
    uint8_t ids[GW_EXT_COUNT]; /* extension ids, the same on all m-lines of a bundle */
    uint32_t own_ssrc;         /* of RTCP when no sink has one */
    uint32_t remb_bps;         /* the peer's last REMB */
    int64_t xr_us;             /* since when these reference times were answered */
    unsigned xr_answers;
    struct cardea_sending sending; /* how the plugin wants it to send */
    uint32_t allocated_bps;        /* of the estimate, in sum, at the last round */
    struct gw_patience patience;
    int64_t first_video_us; /* when it first had video to send; 0: never */
    /* counters */
    uint64_t too_large, dtls_in, dtls_in_bytes, dtls_out, dtls_out_bytes;
    struct gw_messages heard, said;
    struct gw_peer *next_closing;
};

/* A source of another worker, as far as this worker has it. */
struct gw_mirror {
    gw_track_id id;
    struct gw_engine *engine;
    struct gw_source *source; /* owned; its sinks are ours, its packets the other worker's */
    bool subscribed;          /* the other worker has our wish */
    uint32_t demand_bps;      /* and knows this of our receivers */
    unsigned users;           /* tracks whose link wants it */
    int64_t ticked_us;
};

struct gw_engine {
    /* given at creation */
    struct gw_engine_conf conf;
    /* owned */
    struct gw_packet_pool *pool;
    struct gw_sealer *sealer;
    GHashTable *peers;      /* &id → struct gw_peer, owned */
    GHashTable *mirrors;    /* &id → struct gw_mirror, owned */
    GHashTable *wishes;     /* track id → mask of workers that want a source of ours; boxed by struct gw_wish */
    GHashTable *listeners;  /* data source id → GPtrArray of struct gw_listening (data sinks of ours) */
    GPtrArray *waiting;     /* tracks whose source is to live here but does not yet */
    GQueue *news;           /* struct gw_news that did not fit */
    GHashTable *forwarders; /* &id → struct gw_forwarder, borrowed */
    /* borrowed */
    struct gw_ice_io *ice;
    struct gw_plain *plain; /* NULL: none, in tests */
    /* state */
    struct gw_burst burst;
    struct gw_dirty dirty;
    struct gw_shedding shedding;
    struct gw_peer *closing;
    struct gw_peer *data_first, **data_last; /* peers with messages of this turn */
    struct gw_timer sctp_timer, mirror_timer, burst_timer;
    unsigned n_sctp;
    int64_t now_us; /* of the present call */
    /* counters */
    struct gw_counters counters;
};

/* --- engine.c ----------------------------------------------------------------------------------------------------- */
struct gw_peer *gw_engine_find(struct gw_engine *e, gw_peer_id id);
struct gw_track *gw_engine_track(struct gw_engine *e, gw_track_id id);
void gw_engine_tell(struct gw_engine *e, struct gw_news *n); /* takes what it owns */

/* --- peer.c ------------------------------------------------------------------------------------------------------- */
/* order: GW_ORDER_PEER_NEW; borrowed. */
int gw_peer_new(struct gw_peer **out, struct gw_engine *e, const struct gw_order *order, int64_t now_us);
/* One without a PeerConnection: nothing but m-lines and a tick. */
int gw_peer_new_fed(struct gw_peer **out, struct gw_engine *e, gw_peer_id id, int64_t now_us);
void gw_peer_free(struct gw_peer *p);
void gw_peer_remote(struct gw_peer *p, struct gw_remote *remote, int64_t now_us); /* takes remote */
void gw_peer_candidate(struct gw_peer *p, char *candidate, int64_t now_us);       /* takes candidate; NULL: the end */
void gw_peer_restart(struct gw_peer *p, int64_t now_us);
/* Asks for the end; CLOSED news come at the end of the turn. reason: borrowed, NULL: no DOWN news. */
void gw_peer_close(struct gw_peer *p, const char *reason);
/* An SRTCP packet: len plain bytes at data, with GW_SRTP_OVERHEAD bytes of room behind them. */
void gw_peer_send_rtcp(struct gw_peer *p, uint8_t *data, size_t len);
void gw_peer_dtls_receive(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us);
extern const struct gw_ice_events gw_peer_ice_events;

/* --- tracks.c ----------------------------------------------------------------------------------------------------- */
void gw_tracks_set(struct gw_peer *p, const struct gw_media *media, int64_t now_us);
struct gw_track *gw_track_get(struct gw_peer *p, unsigned mindex); /* makes it */
void gw_track_link(struct gw_track *t, gw_track_id source, const struct gw_link_options *o, int64_t now_us);
void gw_track_unlink(struct gw_track *t, int64_t now_us);
void gw_track_adjust(struct gw_track *t, const struct gw_link_options *o, int64_t now_us);
void gw_track_source_orders(struct gw_track *t, int64_t now_us); /* gives mute, talk, … to the source */
void gw_track_cache(struct gw_track *t); /* gives it what the settings and the plugin say of fast starts */
void gw_track_tap(struct gw_track *t, const struct gw_tap *tap);   /* too many: it is gone at once */
void gw_track_note_listeners(struct gw_track *t);                  /* taps or forwarders came or went */
void gw_track_untap(struct gw_track *t, const struct gw_tap *tap); /* arg NULL: whatever has these events */
void gw_track_report(struct gw_track *t, unsigned layer, uint64_t ntp, uint32_t rtp); /* a sender report, to the taps */
void gw_track_free(struct gw_track *t);
gw_track_id gw_track_id_of(const struct gw_track *t);
/* A source of this worker has come to life: those who waited get it. */
void gw_tracks_source_ready(struct gw_engine *e, struct gw_source *s, int64_t now_us);

/* --- feed.c: m-lines without a PeerConnection --------------------------------------------------------------------- */
void gw_feed_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us); /* o->u.media is borrowed */
void gw_feed_close(struct gw_engine *e, gw_track_id source);
void gw_feed_take(struct gw_engine *e, gw_track_id source, struct gw_injected *in, int64_t now_us); /* takes in */
/* A plain RTP or RTCP datagram for one m-line; takes the reference. */
void gw_feed_receive(struct gw_track *t, struct gw_packet *pkt, int64_t now_us);

/* --- path.c: plain sockets that feed inlets ----------------------------------------------------------------------- */
void gw_path_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us); /* takes o->u.path */
void gw_path_send_rtcp(struct gw_peer *p, const uint8_t *data, size_t len);      /* plain bytes */
/* A PLI to the far side of a source; told_ssrc: of its lowest layer, 0: as its packets say. */
void gw_path_want_keyframe(struct gw_peer *p, const struct gw_source *s, uint32_t told_ssrc);
void gw_path_tick(struct gw_peer *p, int64_t now_us);
void gw_path_forget(struct gw_peer *p, unsigned mindex); /* the inlet whose port it is goes */
void gw_paths_free(struct gw_peer *p);
void gw_feed_data(struct gw_track *t, struct gw_data_blob *b); /* a message of a DATA inlet */

/* --- forward.c: plain RTP out ------------------------------------------------------------------------------------- */
void gw_forward_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us); /* takes o->u.forward */
void gw_forward_stop(struct gw_engine *e, uint64_t id);
void gw_forward_packet(struct gw_track *t, const struct gw_packet *pkt, int64_t now_us);
void gw_forward_message(struct gw_track *t, const struct gw_data_blob *b);
void gw_forward_tick(struct gw_track *t, int64_t now_us); /* once a second: sender reports */
void gw_forward_end(struct gw_track *t);                  /* the source goes: all are gone */

/* --- demux.c ------------------------------------------------------------------------------------------------------ */
void gw_demux(struct gw_peer *p, struct gw_packet *pkt, int64_t now_us); /* takes the reference */
/* Tells which m-line, layer and stream an SSRC is; an older SSRC of that place is forgotten. */
void gw_demux_learn(struct gw_peer *p, uint32_t ssrc, unsigned mindex, unsigned layer, bool rtx);
const struct gw_ssrc *gw_demux_find(struct gw_peer *p, uint32_t ssrc);
/* A plain packet to its m-line's source. */
void gw_demux_to_source(struct gw_peer *p, struct gw_packet *pkt, struct gw_rtp_header *h, struct gw_ext_spans *ext,
                        struct gw_ssrc where, int64_t now_us);
void gw_demux_forget(struct gw_peer *p, unsigned mindex);

/* --- feedback.c, reports.c: RTCP in, RTCP out --------------------------------------------------------------------- */
void gw_feedback(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us);
void gw_feedback_arrived(void *peer, uint16_t mark, int64_t arrival_us); /* what sender.c marked: gw_bwe.arrived */
void gw_reports_send(struct gw_peer *p, int64_t now_us);                 /* once a second */
void gw_reports_nack(struct gw_peer *p, uint32_t media_ssrc, const uint16_t *seqs, size_t n);
void gw_reports_pli(struct gw_peer *p, const struct gw_source *s, unsigned layers);
void gw_reports_remb(struct gw_peer *p, uint32_t bps);
void gw_reports_dlrr(struct gw_peer *p, uint32_t ssrc, uint32_t lrr); /* to a reference time that has just come */
void gw_reports_twcc(struct gw_peer *p, int64_t now_us);
void gw_reports_slow_link(struct gw_peer *p, int64_t now_us);

/* --- budget.c: the bandwidth estimate, divided over the sinks ----------------------------------------------------- */
void gw_budget_start(struct gw_peer *p, int64_t now_us);
void gw_budget_configure(struct gw_peer *p, int64_t now_us); /* after p->sending or the settings changed */
void gw_budget_run(struct gw_peer *p, int64_t now_us);
void gw_budget_feedback(struct gw_peer *p, int64_t now_us);

/* --- demand.c: what a sender is told to send at most -------------------------------------------------------------- */
void gw_demand_set_cap(struct gw_peer *p, uint32_t bps, int64_t now_us); /* the plugin's, 0: none */
void gw_demand_run(struct gw_peer *p, int64_t now_us);                   /* that of its receivers */
/* What the best receiver of a source can take: 0 there is none, GW_DEMAND_ALL there is one without a limit. */
#define GW_DEMAND_ALL UINT32_MAX
uint32_t gw_demand_of(const struct gw_engine *e, const struct gw_source *s);

/* --- data.c ------------------------------------------------------------------------------------------------------- */
void gw_peer_capture(struct gw_peer *p, struct gw_capture *c); /* takes it; NULL: ends the one that runs */
void gw_data_start(struct gw_peer *p, int64_t now_us);         /* when DTLS is up and a data m-line is there */
void gw_data_receive(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us);
void gw_data_send(struct gw_peer *p, struct gw_data_blob *blob);
void gw_data_deliver(struct gw_engine *e, gw_track_id source, struct gw_data_blob *blob);
/* What turned up for peers in this turn goes to their associations, peer by peer. */
void gw_data_flush(struct gw_engine *e);
void gw_data_stop(struct gw_peer *p);

/* --- listen.c ----------------------------------------------------------------------------------------------------- */
void gw_listen(struct gw_track *t, gw_track_id source, char *label); /* takes label; again: another label */
void gw_listen_no_more(struct gw_track *t, gw_track_id source);      /* 0: to nobody */
GPtrArray *gw_listeners(struct gw_engine *e, gw_track_id source);    /* struct gw_listening; NULL: none */

/* --- mirror.c ----------------------------------------------------------------------------------------------------- */
struct gw_mirror *gw_mirror_get(struct gw_engine *e, gw_track_id id, int64_t now_us); /* one more user */
void gw_mirror_release(struct gw_mirror *m);
void gw_mirror_message(struct gw_engine *e, const void *message, int64_t now_us);
void gw_mirror_source_ready(struct gw_engine *e, struct gw_source *s,
                            int64_t now_us); /* a source of ours: who wants it? */
void gw_mirror_source_gone(struct gw_engine *e, struct gw_source *s);
void gw_mirror_source_info(struct gw_engine *e, struct gw_source *s); /* its settings changed */
void gw_mirror_sync(struct gw_engine *e, struct gw_source *s, unsigned layer);
void gw_mirror_forward(struct gw_engine *e, struct gw_source *s, unsigned worker, struct gw_packet *pkt);
void gw_mirror_data(struct gw_engine *e, gw_track_id source, struct gw_data_blob *blob);
/* What the best receiver on other workers can take, as they told last; as gw_demand_of(). */
uint32_t gw_mirror_demand(const struct gw_engine *e, const struct gw_source *s);
/* Now and then: wishes the other worker's mailbox had no room for, and what our receivers can take. */
void gw_mirrors_tick(struct gw_engine *e);

/* --- explain.c ---------------------------------------------------------------------------------------------------- */
struct gw_states *gw_explain(const struct gw_peer *p, int64_t now_us); /* what its sinks do and why; NULL: no memory */

/* --- describe.c --------------------------------------------------------------------------------------------------- */
char *gw_describe(struct gw_peer *p, int64_t now_us);

#endif
