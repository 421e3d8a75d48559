/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A publisher of ours that appears on another gateway: everything it publishes, now and later, is forwarded to one port
 * there, streams told apart by SSRC. Owned by its publisher; outlives unpublishing.
 */
#ifndef VIDEOROOM_CASCADE_H
#define VIDEOROOM_CASCADE_H

#include "forward.h"

struct cascade {
    /* owned */
    char *remote_id;
    /* given at creation */
    char host[64]; /* numeric */
    uint16_t port, rtcp_port;
    struct forward_srtp srtp;
};

#define CASCADES_MOST 16 /* of one publisher */

/* Forwards what p publishes and is not forwarded yet; a follower of publishers (publisher.h). */
void cascades_follow(struct publisher *p);
void cascades_free(struct publisher *p);

#endif
