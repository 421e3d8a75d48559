/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From packets to groups: packets that left within 5 ms, or that a queue on the way has pushed together, are one
 * group, and what counts is how much more time passed between the arrivals of two groups than between their departures
 * (draft-ietf-rmcat-gcc-02 §5.2, 5.3). Pure.
 */
#ifndef GW_BWE_ARRIVAL_H
#define GW_BWE_ARRIVAL_H

#include <stdbool.h>
#include <stdint.h>

#define GW_ARRIVAL_GROUP_US 5000
#define GW_ARRIVAL_BURST_US 100000 /* a group pushed together is never longer than this */

struct gw_arrival_group {
    bool any;
    int64_t first_sent_us, sent_us; /* first and last departure */
    int64_t first_arrival_us, arrival_us;
};

struct gw_arrival {
    struct gw_arrival_group now, before;
    uint8_t disorder; /* groups in a row that arrived before their predecessor */
};

/*
 * A packet, in the order of arrival; arrival in the receiver's time. true: a group is complete, *sent_delta_us and
 * *arrival_delta_us are its distances from the one before.
 */
bool gw_arrival_packet(struct gw_arrival *a, int64_t sent_us, int64_t arrival_us, int64_t *sent_delta_us,
                       int64_t *arrival_delta_us);
void gw_arrival_reset(struct gw_arrival *a);

#endif
