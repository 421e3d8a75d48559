/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forwarders and their far ends, shared by forward.c (packets) and far.c (RTCP). A far end is owned by the forwarders
 * that lead to it: it goes with the last. Worker thread.
 */
#ifndef GW_PEER_FORWARD_H
#define GW_PEER_FORWARD_H

#include "peer/state.h"

/* What forwarders to one far end share. */
struct gw_far {
    struct gw_engine *engine;   /* borrowed */
    struct gw_plain_port *rtcp; /* owned; NULL: no RTCP */
    struct gw_address rtcp_to;
    struct gw_srtp *srtp; /* owned; NULL: not encrypted */
    struct gw_forwarder *first;
};

struct gw_forwarder {
    /* given at creation */
    struct gw_forward_conf conf;
    /* borrowed */
    struct gw_track *track;
    struct gw_far *far;
    struct gw_plain_port *port;
    /* state */
    struct gw_layers layers; /* merged: which one, and under which numbers */
    struct gw_rewrite rewrite;
    struct gw_seq seq[GW_LAYER_COUNT]; /* what the far end makes of our numbers: the SRTP index */
    uint32_t ssrc[GW_LAYER_COUNT];     /* in use */
    int64_t allowance;                 /* bytes that may be repeated */
    uint32_t packets[GW_LAYER_COUNT], octets[GW_LAYER_COUNT];
    struct gw_forwarder *next, *next_far;
};

static inline bool gw_forward_is_merged(const struct gw_forwarder *fw)
{
    return fw->conf.merge && fw->track->source && fw->track->source->conf.simulcast;
}

/* --- forward.c ---------------------------------------------------------------------------------------------------- */
/* Sends a packet of a layer once more, under the number it had, if that may be. */
void gw_forward_repeat(struct gw_forwarder *fw, unsigned layer, uint16_t seq);

/* --- far.c -------------------------------------------------------------------------------------------------------- */
/* The far end of the forwarder that conf is beside, or a new one. Takes conf->rtcp_fd. NULL: it cannot be had. */
struct gw_far *gw_far_get(struct gw_engine *e, struct gw_forward_conf *conf);
void gw_far_free(struct gw_far *far);
void gw_far_open(struct gw_far *far); /* empty packets, so that RTCP finds a way back */
void gw_far_report(struct gw_forwarder *fw, unsigned layer, int64_t now_us); /* a sender report */

#endif
