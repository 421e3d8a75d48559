/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTP forwarders of publishers: what is sent of which m-line to whom. They go when their publisher publishes no more.
 * Those that make a publisher appear on another gateway belong to a remotization (cascade.h) and are not listed here.
 */
#ifndef VIDEOROOM_FORWARD_H
#define VIDEOROOM_FORWARD_H

#include "videoroom.h"

struct cascade;

#define FORWARDS_MOST 64 /* of one publisher */
#define SRTP_KEY      30 /* bytes: key and salt */

/* How it is encrypted. suite 0: not at all. */
struct forward_srtp {
    unsigned suite;
    uint8_t key[SRTP_KEY];
    bool broken; /* a suite was named, but its key is none: no forwarder is made */
};

struct forward_conf {
    const char *host; /* numeric */
    uint16_t port, rtcp_port;
    int payload_type; /* -1: as it came */
    uint32_t ssrc;    /* 0: as it came */
    int substream;
    bool merge; /* simulcast: one stream, the best */
    struct forward_srtp srtp;
    struct cascade *cascade; /* NULL: not for another gateway */
    cardea_forwarder beside; /* to share its RTCP port, 0: none */
};

struct forward {
    /* borrowed */
    struct publisher *publisher; /* NULL: it has been stopped, the gateway will say when it is gone */
    struct cascade *cascade;
    /* state */
    uint32_t stream_id;
    cardea_forwarder id;
    enum cardea_kind kind;
    unsigned mindex;
    char host[64];
    uint16_t port, rtcp_port;
    int payload_type;
    uint32_t ssrc;
    int substream;
    bool srtp;
};

/* Reads srtp_suite and srtp_crypto. false: an unknown suite. */
bool forward_read_srtp(struct forward_srtp *out, const json_t *o);
/* NULL: refused (bounds, addresses); *err says why, as a CARDEA_E value. Borrowed. */
struct forward *forward_start(struct publisher *p, const struct cardea_stream *s, const struct forward_conf *conf,
                              int *err);
void forward_stop(struct forward *f);
void forwards_stop(struct publisher *p);                                    /* all of them */
struct forward *forward_find(const struct publisher *p, int64_t stream_id); /* of a remotization: NULL */
json_t *forward_json(const struct forward *f);
json_t *forwards_json(const struct publisher *p); /* array of those that are not a remotization's */

#endif
