/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the control thread and the workers say to each other: orders go down, news come up. All names are ids; the only
 * pointers are heap blocks that travel with the message and belong to whoever holds it.
 *
 * An id of a source or sink holds its peer and m-line, and so the worker can be found without a table:
 * peer id (serial << 8 | worker) << 8 | mindex … see gw_track_id(). A source and a sink of one m-line share the number.
 */
#ifndef GW_PEER_MESSAGES_H
#define GW_PEER_MESSAGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cardea/plugin.h>

#include "ice/address.h"
#include "ice/ice.h"
#include "peer/blob.h"
#include "rtp/codec.h"
#include "srtp/srtp.h"

#define GW_MAX_WORKERS 64
#define GW_MAX_MLINES  256 /* per peer */
#define GW_MAX_LAYERS  3   /* simulcast */

typedef uint64_t gw_peer_id;  /* serial << 8 | worker; 0: none */
typedef uint64_t gw_track_id; /* peer << 8 | mindex; 0: none. Source or sink by context */

static inline gw_peer_id gw_peer_make(uint64_t serial, unsigned worker)
{
    return serial << 8 | worker;
}
static inline unsigned gw_peer_worker(gw_peer_id peer)
{
    return peer & 0xff;
}
static inline gw_track_id gw_track_make(gw_peer_id peer, unsigned mindex)
{
    return peer << 8 | mindex;
}
static inline gw_peer_id gw_track_peer(gw_track_id track)
{
    return track >> 8;
}
static inline unsigned gw_track_mindex(gw_track_id track)
{
    return track & 0xff;
}
static inline unsigned gw_track_worker(gw_track_id track)
{
    return gw_peer_worker(gw_track_peer(track));
}

/* One m-line as the worker needs it. A plain value. */
struct gw_mline {
    uint8_t mindex;
    char mid[17];
    enum gw_kind kind;
    enum gw_codec codec;
    bool receive, send;          /* from our side, both after negotiation */
    uint32_t clock_rate;
    uint8_t payload_type, rtx_payload_type; /* 0 for rtx: none. The same numbers both ways */
    uint8_t red_payload_type;               /* opus RED, 0: none */
    bool any_type;                          /* an inlet's: other payload types are the codec, too */
    bool nack, pli, fir, remb, transport_cc;
    uint8_t ext[GW_EXT_COUNT];
    bool ext_two_byte_ok;                   /* extmap-allow-mixed */
    /* receiving */
    uint8_t layers;                         /* 1…3 */
    bool svc;
    char rid[GW_MAX_LAYERS][17];            /* by substream: 0 lowest; "" none */
    bool rids_low_to_high, rids_legacy;     /* their order in the description; a=simulcast of old drafts */
    uint32_t ssrc[GW_MAX_LAYERS], rtx_ssrc[GW_MAX_LAYERS]; /* 0: learned from packets */
    /* sending */
    uint32_t send_ssrc, send_rtx_ssrc;
    /* data */
    uint16_t sctp_port;
    bool e2ee;
};

struct gw_media { /* the whole table, every time */
    unsigned n;
    struct gw_mline m[];
};

struct gw_link_options {
    uint8_t substream, temporal, spatial; /* targets, 2 = all */
    uint32_t fallback_us;
    bool paused, automatic;
    int32_t playout_delay; /* min << 12 | max, -1: none */
    uint16_t priority;
};

struct gw_remote { /* heap */
    char ufrag[257], pwd[257];
    char hash[16], fingerprint[200];
    bool dtls_client; /* our role: setup:active */
    bool full_restart; /* credentials changed: ICE restart */
    unsigned n_candidates;
    char *candidates[]; /* each its own heap block */
};

struct gw_described { /* heap: the local side of ICE */
    char ufrag[257], pwd[257];
    bool lite;
    unsigned n_candidates;
    char *candidates[];
};

#define GW_PLAIN_KEY 30 /* bytes: the master key and salt of AES-CM */

struct gw_path_conf { /* heap: where plain RTP for inlets arrives; the descriptors travel with it */
    int rtp_fd, rtcp_fd;     /* rtcp -1: on the same socket */
    bool shared;             /* packets are for all inlets beside one another; else for the one alone */
    struct gw_address from;  /* only from this address; none: from any */
    enum gw_srtp_profile profile; /* 0: not encrypted */
    uint8_t key[GW_PLAIN_KEY];
    uint32_t timeout_s;      /* INLET_LOST news after so long without a packet; 0: never */
};

struct gw_forward_count { /* written by the worker, read by control */
    _Atomic uint64_t packets, bytes, resent, dropped, rtcp, keyframes;
};

struct gw_forward_conf { /* heap */
    uint64_t id, beside;     /* beside: another forwarder whose RTCP socket and SRTP context it shares; 0: none */
    struct gw_address to, rtcp_to;
    int rtcp_fd;             /* -1: none */
    int16_t payload_type;    /* -1: as it came */
    int8_t layer;            /* substream; -1: all */
    bool merge;              /* simulcast: the best there is as one stream */
    uint32_t ssrc[GW_MAX_LAYERS]; /* by substream; 0: as it came. DATA: [0] goes into an RTP header; 0: no header */
    enum gw_srtp_profile profile;
    uint8_t key[GW_PLAIN_KEY];
    struct gw_forward_count *count; /* borrowed until FORWARD_GONE news */
};

/* --- control → worker --------------------------------------------------------------------------------------------- */
enum gw_order_tag {
    GW_ORDER_PEER_NEW,      /* peer, u.peer_new (its relays given, may be NULL); GATHERED news follow */
    GW_ORDER_PEER_REMOTE,   /* peer, u.remote (given) */
    GW_ORDER_PEER_MEDIA,    /* peer, u.media (given) */
    GW_ORDER_PEER_CANDIDATE, /* peer, u.text (given); NULL: end of candidates */
    GW_ORDER_PEER_RESTART,  /* peer; GATHERED news follow */
    GW_ORDER_PEER_CLOSE,    /* peer, u.text: reason (given, may be NULL: no DOWN news); CLOSED news are the last word */
    GW_ORDER_LINK,          /* track = sink, other = source, u.link */
    GW_ORDER_UNLINK,        /* track = sink */
    GW_ORDER_ADJUST,        /* track = sink, u.link */
    GW_ORDER_LISTEN,        /* track = data sink, other = source, u.text: label (given), NULL: as received */
    GW_ORDER_UNLISTEN,      /* track = data sink, other = source */
    GW_ORDER_MUTE,          /* track = source, u.number: 0/1 */
    GW_ORDER_KEYFRAME,      /* track = source */
    GW_ORDER_KEYFRAME_EVERY, /* track = source, u.number: seconds */
    GW_ORDER_BITRATE,       /* peer, u.number: bit/s, 0 none */
    GW_ORDER_TALK,          /* track = source, u.talk */
    GW_ORDER_PLAYOUT_DELAY, /* track = source, u.number: min << 12 | max, -1 none */
    GW_ORDER_TAP,           /* track = source, u.tap; TAP_GONE news follow some day */
    GW_ORDER_UNTAP,         /* track = source, u.tap; TAP_GONE news follow, when it is there */
    GW_ORDER_LOUDNESS,      /* track = source, u.number: packets a window, 0 off */
    GW_ORDER_HUSH,          /* track = source, u.number: 0/1 */
    GW_ORDER_TOP_LAYER,     /* track = source, u.number: -1…2, nobody takes more */
    GW_ORDER_FAST_START,    /* track = source, u.number: 0/1 */
    GW_ORDER_SENDING,       /* peer, u.sending */
    GW_ORDER_STATES,        /* peer, u.states; STATES news follow, in any case */
    GW_ORDER_DATA,          /* peer, u.data (given) */
    GW_ORDER_DATA_TAP,      /* peer, u.number: 0/1 */
    GW_ORDER_QUERY,         /* peer, u.number: ticket; QUERY news follow */
    GW_ORDER_CAPTURE,       /* peer, u.capture (given); NULL: ends it */
    GW_ORDER_SETTINGS,      /* u.settings */
    GW_ORDER_INLET_NEW,     /* track = source, u.media (given): one m-line */
    GW_ORDER_INLET_CLOSE,   /* track = source; INLET_GONE news follow */
    GW_ORDER_INLET_PORT,    /* track = source, u.path (given) */
    GW_ORDER_FORWARD,       /* track = source, u.forward (given); FORWARD_GONE news follow some day */
    GW_ORDER_FORWARD_STOP,  /* track = source, u.number = id; FORWARD_GONE news follow, when it is there */
    GW_ORDER_INJECT,        /* track = source, u.injected (given) */
};

struct cardea_tap;

struct gw_capture; /* capture/capture.h */

struct gw_tap {
    const struct cardea_tap *events; /* of the plugin */
    void *arg;
};

struct gw_injected { /* heap: what goes into an inlet */
    atomic_uint *waiting; /* borrowed: how many there are; less one when this is freed */
    bool is_data, binary; /* a message for data channels */
    uint16_t label_len;
    uint32_t len;
    uint8_t bytes[]; /* RTP or RTCP; or label NUL payload */
};

/* Who asked what sinks do: cardea_host.sink_states(). */
struct gw_states_ask {
    void (*tell)(void *arg, uint64_t sink, const struct cardea_sink_state *state);
    void *arg;
};

struct gw_states { /* heap */
    unsigned n;
    struct gw_states_entry {
        gw_track_id sink;
        struct cardea_sink_state state;
    } at[];
};

struct gw_media_settings { /* what may change at run time */
    uint32_t min_nack_queue_ms, no_media_s, slowlink_threshold, twcc_period_ms;
    uint32_t keyframe_cache_ms; /* age, at most; 0: no cache */
    bool nack_optimizations;
    bool last_figures; /* a peer that was up says before DOWN what a query would be told: GW_QUERY_STATISTICS */
    struct cardea_sending sending; /* of connections whose plugin does not say otherwise */
};

struct gw_order {
    enum gw_order_tag tag;
    gw_peer_id peer;
    gw_track_id track, other;
    union {
        struct { bool controlling, full_trickle, relay_only; struct gw_relays *relays; } peer_new;
        struct gw_remote *remote;
        struct gw_media *media;
        char *text;
        struct gw_link_options link;
        int64_t number;
        struct { uint32_t packets, threshold; } talk;
        struct gw_tap tap;
        struct cardea_sending sending;
        struct gw_states_ask states;
        struct gw_data_blob *data;
        struct gw_capture *capture;
        struct gw_injected *injected;
        struct gw_path_conf *path;
        struct gw_forward_conf *forward;
        struct gw_media_settings settings;
    } u;
};

/* --- worker → control --------------------------------------------------------------------------------------------- */
enum gw_news_tag {
    GW_NEWS_GATHERED,   /* peer, u.described (given) */
    GW_NEWS_CANDIDATE,  /* peer, u.text (given): one local candidate; full trickle only */
    GW_NEWS_ICE,        /* peer, u.number: enum gw_ice_state */
    GW_NEWS_SELECTED,   /* peer, u.text (given) */
    GW_NEWS_DTLS,       /* peer, u.dtls */
    GW_NEWS_UP,         /* peer: DTLS-SRTP established */
    GW_NEWS_DOWN,       /* peer, u.text (given): reason; the worker closes the peer by itself, CLOSED follows */
    GW_NEWS_CLOSED,     /* peer: the worker knows it no more */
    GW_NEWS_MEDIA,      /* track = source, u.media */
    GW_NEWS_SLOW_LINK,  /* track, u.slow */
    GW_NEWS_LAYER,      /* track = sink, u.layer */
    GW_NEWS_TALKING,    /* track = source, u.talking */
    GW_NEWS_DATA,       /* peer, u.data (given) */
    GW_NEWS_TAP_GONE,   /* track = source, u.tap */
    GW_NEWS_KEYFRAME,   /* track = source of an inlet: somebody needs one */
    GW_NEWS_INLET_LOST, /* track = source whose port it is: the far side, which used to report, is silent */
    GW_NEWS_FORWARD_GONE, /* track = source, u.number: id */
    GW_NEWS_INLET_GONE, /* track = source: nothing of it is left on the worker */
    GW_NEWS_LOUDNESS,   /* track = source, u.talking.level */
    GW_NEWS_STATES,     /* peer, u.states (given; NULL: the peer has gone) */
    GW_NEWS_QUERY,      /* peer, u.query: JSON text (given), the `webrtc` part of handle_info */
};

#define GW_QUERY_STATISTICS 0 /* ticket of queries for statistics; those of handle_info are others */

struct gw_news {
    enum gw_news_tag tag;
    gw_peer_id peer;
    gw_track_id track;
    union {
        struct gw_described *described;
        char *text;
        int64_t number;
        struct { int state; unsigned retransmissions; } dtls; /* enum gw_dtls_state; flights sent again so far */
        struct { bool receiving; int8_t substream; uint32_t seconds; } media; /* substream -1: not simulcast */
        struct { bool uplink; uint32_t lost; } slow;
        struct { int8_t substream, temporal, spatial, target_substream, target_temporal, target_spatial;
                 uint32_t bitrate_bps; gw_track_id source; } layer;
        struct { bool talking; double level; } talking;
        struct gw_data_blob *data;
        struct gw_tap tap;
        struct { struct gw_states_ask ask; struct gw_states *states; } states;
        struct { int64_t ticket; char *json; } query;
    } u;
};

_Static_assert(sizeof(struct gw_order) <= 120, "an order fits a mailbox slot");
_Static_assert(sizeof(struct gw_news) <= 120, "news fit a mailbox slot");

void gw_injected_free(struct gw_injected *in);
/* Frees what a message owns. For messages that could not be delivered. */
void gw_order_drop(struct gw_order *o);
void gw_news_drop(struct gw_news *n);

#endif
