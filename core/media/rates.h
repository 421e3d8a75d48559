/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much each quality of one incoming layer takes, in bit/s on the wire: measured over half seconds and smoothed,
 * remembered while it does not come. Pure.
 */
#ifndef GW_MEDIA_RATES_H
#define GW_MEDIA_RATES_H

#include <stddef.h>
#include <stdint.h>

#define GW_RATES_STEPS     3 /* spatial and temporal layers told apart */
#define GW_RATES_PERIOD_US 500000
#define GW_RATES_OVERHEAD  44 /* a packet's IP, UDP and SRTP bytes, which it will have again when it leaves */

struct gw_rates {
    int64_t since_us;                               /* the present period's begin; 0: nothing came yet */
    uint32_t bytes[GW_RATES_STEPS][GW_RATES_STEPS]; /* [spatial][temporal], in the present period */
    uint32_t bps[GW_RATES_STEPS][GW_RATES_STEPS];
};

void gw_rates_packet(struct gw_rates *r, unsigned spatial, unsigned temporal, size_t bytes, int64_t now_us);
/* Everything up to these layers together. 0: nothing known. */
uint32_t gw_rates_up_to(const struct gw_rates *r, unsigned spatial, unsigned temporal);

#endif
