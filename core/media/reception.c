/* SPDX-License-Identifier: Apache-2.0 */
#include "media/reception.h"

#define JITTER_MOST_S 5

static void begin(struct gw_reception *r, uint64_t ext)
{
    r->lost_before = (uint64_t)(r->started ? gw_reception_lost(r) : 0);
    r->started = true;
    r->base = r->newest = ext;
    r->received = 0;
    r->repaired = 0;
    r->prior_expected = r->prior_received = 0;
    r->quality_expected = r->quality_received = r->quality_repaired = 0;
    r->has_transit = false;
    r->suspects = 0;
    if (r->quality == 0 && r->media_quality == 0)
        r->quality = r->media_quality = 100;
}

bool gw_reception_extend(struct gw_reception *r, uint16_t seq, uint64_t *ext, bool *restarted)
{
    int16_t step;

    *restarted = false;
    if (!r->started) {
        /* after a restart the numbers go on beyond the old ones, never into them */
        begin(r, ((r->newest >> 16) + (r->newest ? 2 : 1)) << 16 | seq);
        *restarted = true;
        *ext = r->newest;
        return true;
    }
    step = (int16_t)(seq - (uint16_t)r->newest);
    if (step > GW_SEQ_RESTART || step < -GW_SEQ_RESTART) {
        if (!r->suspects || seq != r->suspect_next) {
            r->suspects = 1;
            r->suspect_next = seq + 1;
            return false;
        }
        begin(r, ((r->newest >> 16) + 2) << 16 | seq);
        *restarted = true;
        *ext = r->newest;
        return true;
    }
    r->suspects = 0;
    *ext = r->newest + (uint64_t)(int64_t)step;
    if (step > 0)
        r->newest = *ext;
    return true;
}

/* RFC 3550 A.8, with four more bits. */
static void note_jitter(struct gw_reception *r, uint32_t ts, uint32_t clock_rate, uint64_t us)
{
    /* in ticks modulo 2^32: seconds and the rest apart, so that nothing overflows */
    uint32_t arrival = (uint32_t)(us / 1000000 * clock_rate + us % 1000000 * clock_rate / 1000000);
    uint32_t transit = arrival - ts, diff = transit - r->transit;

    if (r->has_transit) {
        if (diff & 0x80000000u)
            diff = 0 - diff;
        if (diff < clock_rate * JITTER_MOST_S) /* more is a jump of the sender's clock */
            r->jitter_q4 += diff - ((r->jitter_q4 + 8) >> 4);
    }
    r->has_transit = true;
    r->transit = transit;
    r->last_ts = ts;
}

void gw_reception_count(struct gw_reception *r, uint64_t ext, uint32_t ts, uint32_t clock_rate, int64_t arrival_us)
{
    if (ext < r->base)
        r->base = ext;
    r->received++;
    if (ext == r->newest && clock_rate && (!r->has_transit || ts != r->last_ts))
        note_jitter(r, ts, clock_rate, (uint64_t)arrival_us);
}

uint32_t gw_reception_jitter(const struct gw_reception *r)
{
    return r->jitter_q4 >> 4;
}

void gw_reception_repaired(struct gw_reception *r)
{
    r->repaired++;
}

void gw_reception_restart(struct gw_reception *r)
{
    if (r->started)
        r->lost_before = (uint64_t)gw_reception_lost(r);
    r->started = false;
}

static uint64_t expected(const struct gw_reception *r)
{
    return r->started ? r->newest - r->base + 1 : 0;
}

int64_t gw_reception_lost(const struct gw_reception *r)
{
    uint64_t have = r->received + r->repaired, want = expected(r);

    return (int64_t)(r->lost_before + (want > have ? want - have : 0));
}

/* The interval's losses as RFC 3550 A.3 has them, in 1/256. */
static uint8_t fraction(uint64_t want, uint64_t have)
{
    uint64_t lost = want > have ? ((want - have) << 8) / want : 0;

    return lost > UINT8_MAX ? UINT8_MAX : (uint8_t)lost;
}

void gw_reception_report(struct gw_reception *r, struct gw_rtcp_report *out)
{
    uint64_t want = expected(r), have = r->received + r->repaired;
    uint64_t want_now = want > r->prior_expected ? want - r->prior_expected : 0;
    uint64_t have_now = have > r->prior_received ? have - r->prior_received : 0;
    int64_t lost = gw_reception_lost(r);

    out->fraction = fraction(want_now, have_now);
    out->lost = lost > 0x7fffff ? 0x7fffff : (int32_t)lost;
    out->highest_seq = (uint32_t)(r->newest - (1ull << 16)); /* ours begin at 1 << 16 */
    out->jitter = gw_reception_jitter(r);
    r->prior_expected = want;
    r->prior_received = have;
}

static void smooth(double *quality, uint64_t want, uint64_t have)
{
    double now = have >= want ? 100 : 100.0 * (double)have / (double)want;

    *quality += (now - *quality) / 3;
}

void gw_reception_update_quality(struct gw_reception *r)
{
    uint64_t want = expected(r) - r->quality_expected, have = r->received - r->quality_received;
    uint64_t mended = r->repaired - r->quality_repaired;

    if (!r->started || !want || want > 1u << 30)
        return;
    smooth(&r->quality, want, have);
    smooth(&r->media_quality, want, have + mended);
    r->quality_expected += want;
    r->quality_received += have;
    r->quality_repaired += mended;
}
