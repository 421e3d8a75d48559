/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has come in under one key, by SSRC: the packet index (RFC 3711 §3.3.1) and the replay windows of RTP and RTCP
 * (§3.3.2). A table of at most GW_SRTP_SSRCS; one sender more takes the place of the one longest silent. Only packets
 * whose tag was right get into it. Nothing is allocated before the first one. Pure; one thread.
 */
#ifndef GW_SRTP_HEARD_H
#define GW_SRTP_HEARD_H

#include <stdbool.h>
#include <stdint.h>

#define GW_HEARD_RTP  1024 /* packets in the window */
#define GW_HEARD_RTCP 128

struct gw_heard_rtp {
    uint64_t newest; /* index */
    uint64_t seen[GW_HEARD_RTP / 64];
};

struct gw_heard_one {
    uint32_t ssrc;
    uint32_t when; /* in packets */
    bool any_rtcp;
    uint32_t rtcp_newest;
    uint64_t rtcp_seen[GW_HEARD_RTCP / 64];
    struct gw_heard_rtp *rtp; /* owned; NULL: no RTP yet */
};

struct gw_heard {              /* zero is a valid empty one */
    struct gw_heard_one *list; /* owned */
    unsigned n, room, last;
    uint32_t packets;
};

void gw_heard_clear(struct gw_heard *h);
/* The 48-bit index that a sequence number means. false: it has come before, or is too old to tell. */
bool gw_heard_rtp_index(struct gw_heard *h, uint32_t ssrc, uint16_t seq, uint64_t *index);
bool gw_heard_rtcp_is_fresh(struct gw_heard *h, uint32_t ssrc, uint32_t index);
/* The tag was right. GW_ENOMEM: the packet must not be used, nobody could tell it from its repetition. */
int gw_heard_rtp_note(struct gw_heard *h, uint32_t ssrc, uint64_t index);
int gw_heard_rtcp_note(struct gw_heard *h, uint32_t ssrc, uint32_t index);

#endif
