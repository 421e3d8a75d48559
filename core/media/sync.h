/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the clock of a sender to ours, so that its audio and video stay together whatever sinks do to timestamps.
 *
 * A sender report ties an RTP timestamp to the sender's wall clock; gw_clock ties that wall clock to our monotonic
 * time, once for all streams of a sender. gw_sync is then a point (local µs, RTP timestamp) on one stream's line. Pure.
 */
#ifndef GW_MEDIA_SYNC_H
#define GW_MEDIA_SYNC_H

#include <stdbool.h>
#include <stdint.h>

struct gw_clock { /* one a sender */
    bool valid;
    int64_t offset_us; /* local = sender's + offset; that of the fastest report, drifting slowly up */
};

struct gw_sync { /* one a stream */
    bool valid;
    int64_t local_us;
    int64_t offset_us; /* of the sender's clock, as in gw_clock */
    uint32_t rtp;
};

/* A sender report came: NTP time as in the packet (seconds since 1900 << 32 | fraction). */
void gw_sync_report(struct gw_sync *s, struct gw_clock *c, uint64_t ntp, uint32_t rtp, int64_t arrival_us);
/* Timestamp that belongs to a local time, and back. Only when valid. */
uint32_t gw_sync_rtp_at(const struct gw_sync *s, int64_t local_us, uint32_t clock_rate);
int64_t gw_sync_local_of(const struct gw_sync *s, uint32_t rtp, uint32_t clock_rate);
/* Abs-capture-time's offset of the capturer's clock: against the sender's, then against ours. 32.32 s; 0: not known. */
int64_t gw_sync_capture_offset(const struct gw_sync *s, int64_t offset);

#endif
