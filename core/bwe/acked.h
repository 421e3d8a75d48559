/* SPDX-License-Identifier: Apache-2.0 */
/* How much has really arrived: bit/s over a short sliding window, by the receiver's clock. Pure. */
#ifndef GW_BWE_ACKED_H
#define GW_BWE_ACKED_H

#include <stddef.h>
#include <stdint.h>

#define GW_ACKED_BUCKET_US 25000
#define GW_ACKED_BUCKETS   16 /* a ring: more than the window */
#define GW_ACKED_WINDOW_US 300000

struct gw_acked {
    int64_t bucket; /* number of the newest; 0: nothing yet */
    int64_t first;  /* number of the first ever, or since a pause */
    uint32_t bytes[GW_ACKED_BUCKETS];
};

void gw_acked_packet(struct gw_acked *a, size_t bytes, int64_t arrival_us);
/* 0: not known yet (less than a window since the start or a pause longer than one). */
uint32_t gw_acked_bps(const struct gw_acked *a);
/* The same over a shorter time when that is more: what a queue that has just filled lets through. */
uint32_t gw_acked_burst_bps(const struct gw_acked *a);
/* Over what is whole of the last so many microseconds, when the way was never idle; 0: too short a time. */
uint32_t gw_acked_busy_bps(const struct gw_acked *a, int64_t busy_us);

#endif
