/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/stats.h"

#define NTP_TO_UNIX   2208988800u /* seconds from 1900 to 1970 */
#define JITTER_MOST_S 5

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

void gw_recv_stats_init(struct gw_recv_stats *s, uint32_t ssrc, uint32_t clock_rate)
{
    *s = (struct gw_recv_stats){.ssrc = ssrc, .clock_rate = clock_rate};
}

/* RFC 3550 A.8, with four more bits. */
static void note_jitter(struct gw_recv_stats *s, uint32_t timestamp, int64_t arrival_us)
{
    uint64_t us = (uint64_t)arrival_us;
    uint32_t arrival, transit, diff;

    /* in ticks modulo 2^32: seconds and the rest apart, so that nothing overflows */
    arrival = (uint32_t)(us / 1000000 * s->clock_rate + us % 1000000 * s->clock_rate / 1000000);
    transit = arrival - timestamp;
    if (s->has_transit) {
        diff = transit - s->transit;
        if (diff & 0x80000000u)
            diff = 0 - diff;
        if (diff < s->clock_rate * JITTER_MOST_S) /* more is a jump of the sender's clock */
            s->jitter_q4 += diff - ((s->jitter_q4 + 8) >> 4);
    }
    s->has_transit = true;
    s->transit = transit;
    s->last_ts = timestamp;
}

void gw_recv_stats_packet(struct gw_recv_stats *s, uint64_t ext_seq, uint32_t timestamp, size_t bytes,
                          int64_t arrival_us, bool in_order)
{
    if (!s->received || ext_seq < s->first_seq)
        s->first_seq = ext_seq;
    if (ext_seq > s->highest_seq)
        s->highest_seq = ext_seq;
    s->received++;
    s->bytes += bytes;
    if (in_order && (!s->has_transit || timestamp != s->last_ts))
        note_jitter(s, timestamp, arrival_us);
}

void gw_recv_stats_sr(struct gw_recv_stats *s, const struct gw_rtcp_sr *sr, int64_t now_us)
{
    s->last_sr = gw_ntp_middle(sr->ntp);
    s->last_sr_at_us = now_us;
}

uint64_t gw_recv_stats_expected(const struct gw_recv_stats *s)
{
    return s->received ? s->highest_seq - s->first_seq + 1 : 0;
}

int64_t gw_recv_stats_lost(const struct gw_recv_stats *s)
{
    return (int64_t)(gw_recv_stats_expected(s) - s->received);
}

uint32_t gw_recv_stats_jitter(const struct gw_recv_stats *s)
{
    return s->jitter_q4 >> 4;
}

/* RFC 3550 A.3. */
static uint8_t take_fraction(struct gw_recv_stats *s)
{
    uint64_t expected = gw_recv_stats_expected(s) - s->expected_prior;
    uint64_t received = s->received - s->received_prior;

    s->expected_prior += expected;
    s->received_prior += received;
    if (!expected || received >= expected)
        return 0;
    expected = ((expected - received) << 8) / expected;
    return expected > UINT8_MAX ? UINT8_MAX : (uint8_t)expected;
}

static int32_t clamp24(int64_t v)
{
    return v > 0x7fffff ? 0x7fffff : v < -0x800000 ? -0x800000 : (int32_t)v;
}

bool gw_recv_stats_report(struct gw_recv_stats *s, struct gw_rtcp_report *out, int64_t now_us)
{
    int64_t since = now_us - s->last_sr_at_us;

    if (!s->received)
        return false;
    *out = (struct gw_rtcp_report){
        .ssrc = s->ssrc,
        .fraction = take_fraction(s),
        .lost = clamp24(gw_recv_stats_lost(s)),
        .highest_seq = (uint32_t)(s->highest_seq - 0x10000), /* cycles are counted from 0 on the wire */
        .jitter = gw_recv_stats_jitter(s),
        .lsr = s->last_sr,
    };
    if (s->last_sr && since > 0)
        out->dlsr = since > INT64_C(65535000000) ? UINT32_MAX : (uint32_t)((uint64_t)since * 65536 / 1000000);
    return true;
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
