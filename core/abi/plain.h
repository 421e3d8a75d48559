/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media without a PeerConnection: inlets make a source out of packets of a file, a mixer, a port of this host or
 * another gateway; forwarders send a source to another machine as plain RTP or SRTP.
 */
#ifndef CARDEA_PLAIN_H
#define CARDEA_PLAIN_H

#include <cardea/media.h>

/* --- in -------------------------------------------------------------------------------------------------------------
 */

struct cardea_inlet; /* where packets from a file, a mixer or another machine become a source */

/* What an inlet tells; control thread, never inside a host call. All but gone may be NULL. */
struct cardea_inlet_events {
    void (*keyframe)(void *user, cardea_source source); /* a receiver waits for one; at most one call a second */
    void (*media)(void *user, cardea_source source, bool receiving, int substream); /* packets come, or stopped */
    void (*talking)(void *user, cardea_source source, bool talking, double level_dbov);
    void (*loudness)(void *user, cardea_source source, double level_dbov);            /* after host->loudness() */
    void (*data)(void *user, cardea_source source, const struct cardea_message *msg); /* DATA, from a port */
    /* Nothing, not even RTCP, came to its port for timeout_s, and RTCP had come before: the far side is gone. */
    void (*lost)(void *user, cardea_source source);
    /* After inlet_close(), exactly once: the inlet is freed. At the end of the process perhaps after stop(): then it
     * may free memory, and no more. */
    void (*gone)(void *user, cardea_source source);
};

struct cardea_inlet_conf {
    enum cardea_kind kind;
    const char *codec;                          /* AUDIO, VIDEO: "opus", "vp8", … */
    unsigned clock_rate;                        /* Hz; 0: the codec's usual one */
    int payload_type;                           /* of its packets; -1: whatever they carry is the codec */
    uint8_t red_payload_type, rtx_payload_type; /* 0: none. RTX (RFC 4588) needs rtx_ssrc or one layer */
    unsigned layers;                            /* simulcast: 1…3, told apart by ssrc; 0: 1 */
    uint32_t ssrc[3], rtx_ssrc[3];              /* by layer, 0 lowest; 0 with one layer: any */
    bool svc, e2ee;
    bool nack; /* missing packets can be asked back (from a port, by RTCP) */
    uint8_t audiolevel_id, orientation_id, playout_delay_id, dependency_descriptor_id; /* of its packets; 0: none */
    /* Another inlet whose sender is the same: they share a worker and a clock, so audio and video stay together. */
    struct cardea_inlet *beside;
    uint64_t group;                           /* as for group(); not with beside */
    const struct cardea_inlet_events *events; /* must outlive the inlet */
    void *user;
};

/* Where plain RTP for an inlet arrives: a UDP port of this host. */
struct cardea_port_conf {
    const char *address;     /* numeric local address to bind to; NULL: any, IPv4 and IPv6 */
    const char *interface;   /* name of an interface, or its address, instead; NULL: any */
    const char *multicast;   /* IPv4 group to join, or NULL */
    uint16_t port;           /* 0: a free one of the configured range */
    bool rtcp;               /* RTCP on a port of its own; else on the same one (RFC 5761) */
    uint16_t rtcp_port;      /* 0: a free one */
    bool shared;             /* packets are for all inlets beside this one, told apart by their ssrc or payload type */
    const char *from;        /* only packets from this numeric address; NULL: from any */
    unsigned srtp_suite;     /* 80, 32: AES_CM_128_HMAC_SHA1_80 or _32; 0: not encrypted */
    const uint8_t *srtp_key; /* 30 bytes: key and salt */
    unsigned timeout_s;      /* for lost(); 0: never */
};

struct cardea_port_info {
    uint16_t port, rtcp_port; /* rtcp_port 0: the same */
    char address[64];         /* bound to; "": any */
};

/* --- out ------------------------------------------------------------------------------------------------------------
 */

typedef uint64_t cardea_forwarder; /* 0: none; never reused */

/*
 * Packets of a source to another machine, as they came: sequence numbers, timestamps and extensions stay. DATA: one
 * datagram a message, raw.
 */
struct cardea_forward_conf {
    const char *host; /* numeric address */
    uint16_t port;
    uint16_t
        rtcp_port;    /* of the far end: reports go there, requests for keyframes and repetitions come back; 0: none */
    int payload_type; /* -1: as it came */
    uint32_t ssrc[3]; /* by substream; 0: as it came. With one substream, or merged, only [0]. DATA: in an RTP header
                         before the message, as between gateways; 0: no header */
    int substream;    /* simulcast: that one alone; -1: all */
    bool merge;       /* simulcast: one continuous stream of the best substream; ssrc[0] must be set */
    unsigned srtp_suite; /* as for ports */
    const uint8_t *srtp_key;
    cardea_forwarder beside; /* to the same far end: shares its RTCP port and its SRTP; 0: none */
    /* control, once: after forward_stop() or with the source; perhaps after stop(), as of inlets */
    void (*gone)(void *user, cardea_forwarder forwarder);
    void *user;
};

struct cardea_forward_state {
    uint64_t packets, bytes, resent, dropped, rtcp, keyframes; /* rtcp, keyframes: received, asked for by the far end */
    uint16_t rtcp_port;                                        /* ours, 0: none */
};

#endif
