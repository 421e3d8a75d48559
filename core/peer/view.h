/* SPDX-License-Identifier: Apache-2.0 */
/* What an operator is shown of a negotiation: facts, read off a link. Control thread. */
#ifndef GW_PEER_VIEW_H
#define GW_PEER_VIEW_H

#include "peer/link.h"

struct gw_link_view {
    bool offered, answered; /* an offer, an answer has been sent or taken */
    bool negotiated;        /* and nothing is unanswered since */
    bool restarting;        /* new ICE credentials of ours are not agreed yet */
    bool trickles;          /* the peer's candidates may come after its description */
    bool all_trickles;      /* they have ended */
    bool in_step;           /* none of them waits for a description */
    bool resends;           /* after the restart that is under way ours are told one by one, again */
    bool sctp_port;         /* data channels by RFC 8841, not in the syntax of its drafts */
    bool rtx;               /* RFC 4588 was agreed for some m-line */
    unsigned waiting;       /* candidates of the peer that wait */
};

struct gw_link_msid { /* RFC 8830; "" or NULL: unknown */
    const char *local_stream, *remote_stream, *remote_track;
    char local_track[256];
};

void gw_link_view(const struct gw_link *l, struct gw_link_view *out);
/* Strings are borrowed until the next negotiation. false: nothing is known of this m-line's. */
bool gw_link_msid(const struct gw_link *l, unsigned mindex, struct gw_link_msid *out);

#endif
