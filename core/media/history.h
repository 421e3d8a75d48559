/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last packets of one incoming layer, by extended sequence number. One history a layer, shared by all sinks:
 * a retransmission is looked up here. Holds one reference per packet. Worker thread.
 *
 * A ring that starts small and doubles while packets younger than GW_HISTORY_KEEP_US would be overwritten, up to
 * GW_HISTORY_MAX; beyond that the oldest go early. Likewise for packets from keep_from on, however old they are.
 */
#ifndef GW_MEDIA_HISTORY_H
#define GW_MEDIA_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "loop/packet.h"

#define GW_HISTORY_KEEP_US 1100000 /* the longest a subscriber may ask back (1000 ms), and some slack */
#define GW_HISTORY_MAX     4096    /* packets: 1 s of about 36 Mbit/s */

struct gw_history {
    struct gw_packet **ring; /* owned */
    uint32_t size;           /* power of two; 0: nothing put yet */
    uint64_t oldest, newest; /* extended sequence numbers; newest 0: empty */
    uint64_t keep_from;      /* from this number on nothing is too old (media/cache.h); 0: no such number */
};

/* Nothing to initialise but zero. `first_size` of put: a power of two, used for the first packet only. */
int gw_history_put(struct gw_history *h, struct gw_packet *pkt, uint32_t first_size, int64_t now_us); /* takes a ref */
/* By the low 32 bits of the extended sequence number. Borrowed, NULL when not there. */
struct gw_packet *gw_history_get(const struct gw_history *h, uint32_t seq);
/* Lets go of packets that arrived before before_us. */
void gw_history_expire(struct gw_history *h, int64_t before_us);
void gw_history_clear(struct gw_history *h); /* lets go of all, frees the ring */

#endif
