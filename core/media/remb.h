/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to tell a sender its bitrate cap by REMB (spec: video room §11.3): the first four video packets bring a quarter,
 * a third, a half, the whole; afterwards the cap is repeated every 5 s. A new cap is told at once. Pure.
 */
#ifndef GW_MEDIA_REMB_H
#define GW_MEDIA_REMB_H

#include <stdbool.h>
#include <stdint.h>

#define GW_REMB_EVERY_US 5000000
#define GW_REMB_NO_CAP   100000000 /* bit/s: what "no limit any more" is told as */

struct gw_remb {
    uint32_t cap_bps; /* 0: none */
    uint8_t ramp;     /* 0…4 */
    int64_t sent_us;
};

/* Returns what to send now, 0: nothing. */
uint32_t gw_remb_set(struct gw_remb *r, uint32_t cap_bps, int64_t now_us);
uint32_t gw_remb_packet(struct gw_remb *r, int64_t now_us); /* a video packet came */

#endif
