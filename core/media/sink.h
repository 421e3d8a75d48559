/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outgoing track: it decides what passes and under which numbers, and remembers just enough of each packet sent to
 * send it again. The bytes stay in the source's history. Worker thread.
 *
 * An entry is made when a packet passes; the sender turns it into bytes at the end of the turn (media/sender.h).
 */
#ifndef GW_MEDIA_SINK_H
#define GW_MEDIA_SINK_H

#include "media/allocator.h"
#include "media/layers.h"
#include "media/rewrite.h"
#include "media/shown.h"
#include "media/source.h"

struct gw_sender;

#define GW_SINK_RING_FIRST 64
#define GW_SINK_RING_MAX   2048 /* entries */

/* From the m-line; may change with a renegotiation. */
struct gw_sink_conf {
    bool send;
    enum gw_kind kind;
    enum gw_codec codec;
    uint32_t clock_rate, ssrc, rtx_ssrc;
    uint8_t payload_type, rtx_payload_type, red_payload_type;
    bool nack, two_byte_ok;
    uint8_t ext[GW_EXT_COUNT];
    char mid[17];
};

/* From the link. */
struct gw_sink_options {
    uint8_t substream, temporal, spatial; /* 2: all */
    uint32_t fallback_us;                 /* 0: default */
    bool paused, automatic;
    int32_t playout_delay; /* min << 12 | max, -1: none */
    uint16_t priority;
};

struct gw_sent {      /* 28 bytes, one a packet and sink */
    uint32_t src_seq; /* low half of the source's number: names the packet in the layer's history */
    uint32_t out_seq; /* low 32 bits */
    uint32_t ts;
    uint32_t sent_ms; /* last time it left; 0: still queued */
    uint16_t picture_id;
    uint16_t twcc;       /* these three as first sent: without RTX a repetition must be the same, bit for bit, */
    uint8_t abs_time[3]; /* because SRTP's keystream depends on the sequence number alone */
    uint8_t pad;
    uint8_t tl0_picidx;
    uint8_t used : 1, marker : 1, layer : 2, twcc_used : 1, cached : 1; /* cached: it was old when it passed */
    uint8_t epoch, resends;
};
_Static_assert(sizeof(struct gw_sent) <= 32, "a subscriber costs little");

struct gw_start {
    bool any;            /* the members below are of a picture */
    uint32_t left_bytes; /* of the cache, after that picture */
    uint32_t ts, behind; /* its timestamp as it came; how far it goes before the newest picture */
};

struct gw_sink_events {
    void (*layer)(void *owner, struct gw_sink *sink); /* the layers relayed changed */
};

struct gw_sink {
    /* What each packet needs, in one piece: it is fetched ahead (fanout.c). */
    uint64_t id; /* gw_track_id; given at creation */
    struct gw_sink_conf conf;
    struct gw_sink_options options;
    bool fresh;               /* linked or resumed, and nothing passed since: it may begin from the source's cache */
    bool relink;              /* the next packet that passes starts a new mapping */
    bool suspended;           /* the bandwidth allocation gives it nothing */
    bool limited;             /* it gives: budget_bps counts */
    uint8_t epoch;            /* of the entries; changes with source and negotiation */
    struct gw_sender *sender; /* borrowed */
    struct gw_source *source; /* borrowed; NULL: not linked, or the source is not there (yet) */
    const struct gw_sink_events *events; /* borrowed */
    void *owner;                         /* borrowed */
    struct gw_counters *counters;        /* borrowed */
    struct gw_sent *ring;                /* owned */
    struct gw_shown *shown;              /* owned: of video with transport-wide feedback; NULL: nothing left yet */
    uint32_t ring_size;
    unsigned at; /* place in source->sinks */
    uint64_t packets, bytes, payload_bytes;
    uint64_t out_highest;           /* extended, highest sent */
    const struct gw_packet *cached; /* while it begins from the cache: the newest packet in there; else NULL */
    struct gw_layers layers;
    struct gw_rewrite rewrite; /* up to its pictures */
    /* state */
    struct gw_start start; /* of use while it begins from the cache (start.h) */
    uint32_t rtx_seq;      /* extended, next */
    uint32_t keyframe_seq; /* outgoing number of the last keyframe, its first packet */
    int64_t keyframe_us;   /* when it passed; 0: never */
    /* what the bandwidth allocation gives this sink */
    struct gw_allotment allotment;
    bool shed;           /* it is less than there would be bandwidth for: the worker has no time (media/shedding.h) */
    uint32_t whole_bps;  /* what it would take if nothing were shed */
    uint32_t budget_bps; /* also what it could still take of what is left over */
    uint32_t wish_bps;   /* it has no layers to choose from: the sender should send no more than this; 0: no wish */
    /* counters */
    uint64_t bytes_second, bytes_mark, nacks, retransmitted, dropped, probes;
    uint64_t again_bytes, again_second, again_mark; /* of bytes: repetitions */
    /* what the peer reports about us */
    struct {
        uint32_t lost, jitter, highest;
        uint8_t fraction;
        int64_t us;
        int64_t lost_mark;              /* at the last slow-link check */
        uint64_t sent_mark, nacks_mark; /* at the last quality update */
        uint32_t lost_quality_mark;
        double quality, media_quality;
        uint32_t ntp, lsr, dlsr; /* of the last report that a round trip was seen in: RFC 3550 6.4.1; lsr 0: none */
    } remote;
    uint32_t last_report_mid; /* middle 32 bits of the NTP time in our last sender report */
};

int gw_sink_new(struct gw_sink **out, uint64_t id, struct gw_sender *sender, const struct gw_sink_events *events,
                void *owner, struct gw_counters *counters, uint32_t random);
void gw_sink_free(struct gw_sink *k); /* unlinks, and leaves the sender's queue */
void gw_sink_configure(struct gw_sink *k, const struct gw_sink_conf *conf, int64_t now_us);
/* Links to a source (replacing an older one) or, with NULL, unlinks. */
int gw_sink_link(struct gw_sink *k, struct gw_source *source, int64_t now_us);
void gw_sink_adjust(struct gw_sink *k, const struct gw_sink_options *o, int64_t now_us);
void gw_sink_restart(struct gw_sink *k, int64_t now_us); /* the source's packets begin anew (unmuted) */
void gw_sink_broken(struct gw_sink *k, int64_t now_us);  /* some of its video was dropped: on with a keyframe */
/* A packet of it left, numbered for feedback: the mark that gw_shown_arrived() wants back. 0: none. */
uint8_t gw_sink_mark(struct gw_sink *k, const struct gw_sent *e, bool keyframe, bool again);

/* Packets are about to be offered or sent: into the cache with it; and, when that is done, with a frame's entries. */
void gw_sink_prefetch(const struct gw_sink *k);
void gw_sink_prefetch_entries(const struct gw_sink *k, uint32_t out_seq);
/* A packet of the source: pass, drop, or ask for a keyframe. */
void gw_sink_offer(struct gw_sink *k, struct gw_packet *pkt, int64_t now_us);
/* The peer misses these (resend.c). Queued as retransmissions within limits. history_us: how old a packet may be, or
 * for how long a cached one may have been sent. */
void gw_sink_nack(struct gw_sink *k, uint16_t seq, int64_t history_us, int64_t now_us);
/* For the sender: the entry and the packet behind it; NULL when either has gone. */
struct gw_sent *gw_sink_entry(struct gw_sink *k, uint32_t out_seq);
struct gw_packet *gw_sink_packet(const struct gw_sink *k, const struct gw_sent *e);
/* Timestamp of this line for a moment, for sender reports. false: nothing sent yet. */
bool gw_sink_timestamp_at(const struct gw_sink *k, int64_t us, uint32_t *ts);
/* What the bandwidth allows: at most this quality. NULL: nothing, it stops until there is room. */
void gw_sink_limit(struct gw_sink *k, const struct gw_level *level, uint32_t budget_bps, int64_t now_us);
void gw_sink_unlimit(struct gw_sink *k, int64_t now_us); /* nothing is known about the bandwidth */
void gw_sink_want_keyframe(struct gw_sink *k, int64_t now_us);
void gw_sink_tick(struct gw_sink *k); /* once a second: rates */

#endif
