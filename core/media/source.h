/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One incoming track: what is the same for everybody who receives it. It gives numbers, finds the facts once, keeps the
 * history, asks for what is missing, and hands each packet to its sinks and once to every other worker that wants it.
 *
 * It belongs to a peer's m-line, mirrors a source of another worker, or is fed by something else: whoever made it
 * is its owner and hears of its needs by gw_source_events. Worker thread.
 */
#ifndef GW_MEDIA_SOURCE_H
#define GW_MEDIA_SOURCE_H

#include "loop/timer.h"
#include "media/burst.h"
#include "media/cache.h"
#include "media/counters.h"
#include "media/history.h"
#include "media/keyframe.h"
#include "media/layers.h"
#include "media/nack.h"
#include "media/rates.h"
#include "media/reception.h"
#include "media/sync.h"
#include "media/talk.h"
#include "rtp/payload.h"

struct gw_dirty;
struct gw_sink;
struct gw_source;

struct gw_source_conf {
    enum gw_kind kind;
    enum gw_codec codec;
    uint32_t clock_rate;
    uint8_t payload_type, red_payload_type;
    bool simulcast, svc, nack;
    bool opaque; /* end-to-end encrypted */
};

/* What a source needs of its owner; members may be NULL. Inside gw_source_ calls. */
struct gw_source_events {
    /* Ask the sender for keyframes of these layers (bit i: layer i); already coalesced. */
    void (*keyframe)(void *owner, struct gw_source *s, unsigned layers, int64_t now_us);
    void (*nack)(void *owner, struct gw_source *s, unsigned layer, const uint16_t *seqs, size_t n, int64_t now_us);
    void (*talking)(void *owner, struct gw_source *s, bool talking, double level);
    void (*loudness)(void *owner, struct gw_source *s, double level); /* of a window, changed or not */
    void (*media)(void *owner, struct gw_source *s, unsigned layer, bool receiving, uint32_t seconds);
    void (*tap)(void *owner, struct gw_source *s, struct gw_packet *pkt);
    void (*forward)(void *owner, struct gw_source *s, unsigned worker, struct gw_packet *pkt); /* pkt borrowed */
};

struct gw_source_layer {
    uint32_t ssrc;
    struct gw_history history;
    struct gw_cache cache;
    struct gw_reception reception;
    struct gw_nack nack;
    struct gw_sync sync;
    struct gw_rates rates;
    struct gw_dd_structure *dd; /* owned; made with the first dependency descriptor */
    bool receiving;
    uint32_t frame_ts; /* of the newest frame */
    int64_t frame_us;  /* when it began to come */
    /* counters */
    uint64_t packets, bytes, bytes_second, bytes_mark, nacks_sent, retransmissions;
    int64_t lost_mark; /* at the last slow-link check */
    /* what the last sender report said, for the next report block */
    uint32_t last_sr;
    int64_t last_sr_us;
};

struct gw_source {
    /* given at creation */
    uint64_t id; /* gw_track_id */
    struct gw_source_conf conf;
    /* borrowed */
    const struct gw_source_events *events;
    void *owner;
    struct gw_timers *timers;
    struct gw_counters *counters;
    struct gw_burst *burst; /* set by the owner; NULL: every packet is handed on as it comes */
    /* owned */
    struct gw_source_layer *layer[GW_LAYER_COUNT]; /* made with the first packet */
    /* state */
    struct gw_layer_view view;
    struct gw_keyframe keyframe[GW_LAYER_COUNT];
    struct gw_timer keyframe_timer;
    int64_t keyframe_every_us; /* 0: never */
    int64_t cache_us;          /* newcomers begin with a keyframe not older than this, if it is there; 0: never */
    struct gw_talk talk;
    struct gw_loudness loudness;
    bool muted, tapped;
    bool hushed; /* as muted, but measured and tapped; the last of its audio is kept, and goes first when it is heard */
    int32_t playout_delay; /* override for all sinks, -1: none */
    uint8_t epoch;         /* changes when old packets must not be repeated any more */
    struct gw_sink **sinks;
    unsigned n_sinks, cap_sinks;
    uint64_t workers; /* bit i: worker i mirrors this source */
    struct gw_pending pending;
    uint16_t width, height;
};

enum gw_source_result {
    GW_SOURCE_TAKEN,
    GW_SOURCE_DUPLICATE,   /* or a retransmission nobody asked for */
    GW_SOURCE_IMPLAUSIBLE, /* a jump in sequence numbers that must be confirmed first */
    GW_SOURCE_MUTED,
    GW_SOURCE_NO_MEMORY,
};

int gw_source_new(struct gw_source **out, uint64_t id, const struct gw_source_conf *conf,
                  const struct gw_source_events *events, void *owner, struct gw_timers *timers,
                  struct gw_counters *counters);
void gw_source_free(struct gw_source *s); /* its sinks are told */
void gw_source_configure(struct gw_source *s, const struct gw_source_conf *conf);
/* Layer state, made when there is none; NULL: no memory. */
struct gw_source_layer *gw_source_get_layer(struct gw_source *s, unsigned layer);

/*
 * A decrypted RTP packet of this source, with its header and extensions as found. The source fills in the facts and
 * keeps its own reference. retransmitted: it came by RTX.
 */
enum gw_source_result gw_source_receive(struct gw_source *s, struct gw_packet *pkt, unsigned layer,
                                        const struct gw_rtp_header *h, const struct gw_ext_spans *ext,
                                        bool retransmitted, int64_t now_us);
/* A packet whose facts are complete: from another worker or from a player. */
void gw_source_forwarded(struct gw_source *s, struct gw_packet *pkt, int64_t now_us);
/* The same, of what its own worker had before we came: for newcomers (media/start.h), not for the sinks there are. */
void gw_source_cached(struct gw_source *s, struct gw_packet *pkt, int64_t now_us);
void gw_source_want_keyframe(struct gw_source *s, unsigned layers, int64_t now_us); /* bit i: layer i */
void gw_source_mute(struct gw_source *s, bool muted, int64_t now_us);
void gw_source_hush(struct gw_source *s, bool hushed, int64_t now_us);
/* Of a mirror, whose packets do not come while it is so; nobody begins anew. */
void gw_source_silenced(struct gw_source *s, bool muted, bool hushed, int64_t now_us);
void gw_source_sender_report(struct gw_source *s, unsigned layer, struct gw_clock *clock, uint64_t ntp, uint32_t rtp,
                             int64_t now_us);
/* Once a second: media events, keyframe_every, rates, old history. no_media_s 0: no events. */
void gw_source_tick(struct gw_source *s, uint32_t no_media_s, int64_t now_us);
/* The sender stopped for good (renegotiation): media false at once. */
void gw_source_silent(struct gw_source *s);

/* fanout.c */
int gw_fanout_add(struct gw_source *s, struct gw_sink *sink);
void gw_fanout_remove(struct gw_source *s, struct gw_sink *sink);
/* To all sinks. dirty: nothing else comes in this turn, so senders are flushed while they are in the cache; or NULL. */
void gw_fanout(struct gw_source *s, struct gw_packet *const *pkts, unsigned n, struct gw_dirty *dirty, int64_t now_us);

#endif
