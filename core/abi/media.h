/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The media graph: links from sources to sinks, why a sink sends what it sends, taps, messages of data channels.
 */
#ifndef CARDEA_MEDIA_H
#define CARDEA_MEDIA_H

#include <cardea/types.h>

/* Targets and limits of a link. Zero is "best layer, no limit". */
struct cardea_link {
    bool limit_substream, limit_temporal, limit_spatial;
    uint8_t substream, temporal, spatial; /* 0…2, used when the flag above is set */
    uint32_t fallback_us;                 /* simulcast drop timer; 0: 250 000 */
    bool paused;
    int16_t min_delay, max_delay; /* playout delay override, 10 ms units, when delay_set */
    bool delay_set;
    const char *data_label; /* DATA: label of the source's channel on the sink's side; NULL: the same as received */
    uint16_t priority;      /* who gets bandwidth first; greater is more important */
    bool automatic;         /* the gateway chooses layers from the bandwidth budget */
};

/* Why a sink sends what it sends: the first that holds. */
enum cardea_cause {
    CARDEA_CAUSE_NONE = 0, /* it sends all there is */
    CARDEA_CAUSE_UNLINKED, /* nothing is linked to it */
    CARDEA_CAUSE_CLOSED,   /* the m-line does not send: not negotiated so, or the PeerConnection is not up yet */
    CARDEA_CAUSE_PAUSED,   /* the link is paused */
    CARDEA_CAUSE_MUTED,    /* the source is */
    CARDEA_CAUSE_SILENT,   /* nothing comes from the sender */
    CARDEA_CAUSE_HELD,     /* there is no bandwidth for even the lowest layer */
    CARDEA_CAUSE_OVERLOAD, /* a lower layer, or nothing: this gateway has no time for more */
    CARDEA_CAUSE_KEYFRAME, /* it waits for a keyframe */
    CARDEA_CAUSE_BUDGET,   /* a lower layer than asked for: bandwidth */
    CARDEA_CAUSE_SENDER,   /* a lower layer than asked for: the sender does not send more */
    CARDEA_CAUSE_ASKED,    /* a lower layer than there is: so the link asks */
};

/* What a sink is doing now. Layers are -1 while unknown. */
struct cardea_sink_state {
    cardea_source source; /* 0: not linked */
    int substream, temporal, spatial;
    int target_substream, target_temporal, target_spatial;
    bool paused;
    uint32_t bitrate_bps; /* sent in the last second */

    /* why; filled by sink_states() only */
    enum cardea_cause cause;
    uint32_t source_bps[3];  /* what the sender sends of each substream ([0] without simulcast), last second */
    uint32_t budget_bps;     /* what the estimate leaves for this sink; 0: no limit */
    uint32_t estimate_bps;   /* of the whole PeerConnection; 0: none yet */
    uint32_t rtt_ms;         /* 0: unknown */
    double loss;             /* of what we sent, 0…1, as the peer last reported */
    int64_t keyframe_age_ms; /* since the sender's last keyframe came; -1: never, or not video */
    uint64_t packets, bytes; /* sent */
    uint64_t dropped;        /* held back by the layer chosen */
    uint64_t retransmitted;
    uint16_t width, height; /* of the sender's picture, 0: unknown */
    uint32_t freezes;       /* that the receiver probably saw, guessed from what its feedback tells */
    uint64_t frozen_ms;     /* and how long in all */
};

/* How a PeerConnection sends: bounds of its bandwidth estimate, and what may be left out. Zero: the gateway's own. */
struct cardea_sending {
    uint32_t start_bps, min_bps, max_bps; /* bit/s */
    bool no_probing;                      /* never send padding to find more */
    bool no_pacing;                       /* send bursts as they come */
};

/* A data-channel message. */
struct cardea_message {
    const char *label, *protocol; /* never NULL */
    bool binary;
    const uint8_t *data;
    size_t len; /* > 0 */
};

/* --- taps: packets of a source for the plugin ------------------------------------------------------------------------
 */

/* A packet given to a tap: const, as received, decrypted. On the worker of the source. */
struct cardea_packet {
    cardea_source source;
    const uint8_t *data; /* the whole RTP packet */
    size_t len;
    int64_t arrival_us; /* monotonic */
    uint64_t ext_seq;   /* extended sequence number */
    bool keyframe, marker;
    uint8_t substream, temporal, spatial;
    uint8_t payload_type;
    uint32_t timestamp, ssrc;
    const uint8_t *payload; /* inside data: behind the header and its extensions, without padding */
    size_t payload_len;
    int16_t orientation;    /* byte of the video-orientation extension, -1: absent */
    int16_t audio_level;    /* -dBov 0…127, -1: absent */
    uint16_t width, height; /* of a keyframe that says so, else 0 */
    bool recovered;         /* came as a retransmission: others with greater numbers came before it */
};

/* A sender report of a tapped source: where its timestamps lie in the sender's time and in ours. */
struct cardea_report {
    cardea_source source;
    uint32_t ssrc;
    uint8_t substream;
    uint64_t ntp;     /* the sender's wall clock, as in the packet: seconds since 1900 << 32 | fraction */
    uint32_t rtp;     /* the timestamp of that moment */
    int64_t local_us; /* that moment on our monotonic clock; the same mapping for all streams of one sender */
};

/*
 * Who listens to a source. packet and report run on the source's worker: they must not block, lock or allocate without
 * bound. gone comes on control, exactly once for each tap() that returned 0: after untap(), or because the
 * source has gone. When it comes no worker calls any more and none will. packet and report may be NULL.
 */
struct cardea_tap {
    void (*packet)(void *tap, const struct cardea_packet *packet);
    void (*report)(void *tap, const struct cardea_report *report);
    void (*gone)(void *tap, cardea_source source);
};

#endif
