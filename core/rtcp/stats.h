/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reception statistics as RFC 3550 counts them (A.1, A.3, A.8), round-trip times, and NTP time. Plain values; the
 * caller brings every time: arrivals in monotonic µs, NTP from wall-clock µs since 1970. Pure; any thread.
 */
#ifndef GW_RTCP_STATS_H
#define GW_RTCP_STATS_H

#include "rtcp/rtcp.h"

/* --- NTP --- */

/* 32.32 fixed point since 1900, wrapping in 2036 as the format does. */
uint64_t gw_ntp_from_us(int64_t wall_us);
/* Back to µs since 1970, for times of the first era (until 2036). */
int64_t gw_ntp_to_us(uint64_t ntp);
/* The middle 32 bits: 16.16 seconds. */
static inline uint32_t gw_ntp_middle(uint64_t ntp)
{
    return (uint32_t)(ntp >> 16);
}
/* 1/65536 s to µs. */
static inline int64_t gw_ntp_short_to_us(uint32_t v)
{
    return (int64_t)(((uint64_t)v * 1000000) >> 16);
}

/* --- receiver side, one per SSRC --- */

struct gw_recv_stats {
    uint32_t ssrc, clock_rate;
    uint64_t first_seq, highest_seq; /* extended; 0: nothing received yet */
    uint64_t received, bytes;        /* packets; bytes as given */
    uint64_t expected_prior, received_prior;
    bool has_transit;
    uint32_t transit; /* ticks, modulo 2^32 */
    uint32_t last_ts;
    uint32_t jitter_q4; /* ticks * 16 */
    uint32_t last_sr;   /* middle of NTP; 0: no SR yet */
    int64_t last_sr_at_us;
};

void gw_recv_stats_init(struct gw_recv_stats *s, uint32_t ssrc, uint32_t clock_rate);
/*
 * One packet. ext_seq as gw_seq_extend() gives it. in_order false: a retransmission; counts as received but not for
 * jitter. Packets of one frame have one timestamp: only the first of a timestamp counts for jitter.
 */
void gw_recv_stats_packet(struct gw_recv_stats *s, uint64_t ext_seq, uint32_t timestamp, size_t bytes,
                          int64_t arrival_us, bool in_order);
void gw_recv_stats_sr(struct gw_recv_stats *s, const struct gw_rtcp_sr *sr, int64_t now_us);
uint64_t gw_recv_stats_expected(const struct gw_recv_stats *s);
int64_t gw_recv_stats_lost(const struct gw_recv_stats *s);    /* negative with duplicates */
uint32_t gw_recv_stats_jitter(const struct gw_recv_stats *s); /* ticks */
/* Fills a report block and begins a new interval for the fraction. false when nothing was received yet. */
bool gw_recv_stats_report(struct gw_recv_stats *s, struct gw_rtcp_report *out, int64_t now_us);

/* --- sender side --- */

/*
 * Round trip from a report about us: now (middle of NTP) - LSR - DLSR, in µs; at least 1. -1 when the peer has seen no
 * SR of ours, or the sum makes no sense (RFC 3550 section 6.4.1).
 */
int64_t gw_rtt_us(uint32_t lsr, uint32_t dlsr, uint32_t now_middle);

#endif
