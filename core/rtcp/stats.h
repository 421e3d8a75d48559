/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NTP time, and round-trip times as RFC 3550 counts them. What a receiver counts is in media/reception.h. Plain values;
 * the caller brings every time. Pure; any thread.
 */
#ifndef GW_RTCP_STATS_H
#define GW_RTCP_STATS_H

#include "rtcp/rtcp.h"

/* --- NTP ---------------------------------------------------------------------------------------------------------- */

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

/* --- round trips -------------------------------------------------------------------------------------------------- */

/*
 * Round trip from a report about us: now (middle of NTP) - LSR - DLSR, in µs; at least 1. -1 when the peer has seen no
 * SR of ours, or the sum makes no sense (RFC 3550 section 6.4.1).
 */
int64_t gw_rtt_us(uint32_t lsr, uint32_t dlsr, uint32_t now_middle);

#endif
