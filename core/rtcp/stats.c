/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/stats.h"

#define NTP_TO_UNIX 2208988800u /* seconds from 1900 to 1970 */

uint64_t gw_ntp_from_us(int64_t wall_us)
{
    uint64_t us = (uint64_t)wall_us + (uint64_t)NTP_TO_UNIX * 1000000;

    return (us / 1000000) << 32 | ((us % 1000000) << 32) / 1000000;
}

int64_t gw_ntp_to_us(uint64_t ntp)
{
    int64_t seconds = (int64_t)(ntp >> 32) - NTP_TO_UNIX;

    /* rounded, so that the way from µs and back gives the same µs */
    return seconds * 1000000 + (int64_t)(((ntp & 0xffffffff) * 1000000 + 0x80000000u) >> 32);
}

int64_t gw_rtt_us(uint32_t lsr, uint32_t dlsr, uint32_t now_middle)
{
    uint32_t rtt = now_middle - lsr - dlsr;

    if (!lsr || (rtt & 0x80000000u && 0 - rtt > 65536))
        return -1;
    if (!rtt || rtt & 0x80000000u) /* clocks that drift apart: a little below zero */
        return 1;
    return gw_ntp_short_to_us(rtt);
}
