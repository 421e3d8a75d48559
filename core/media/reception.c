/* SPDX-License-Identifier: Apache-2.0 */
#include "media/reception.h"

static void begin(struct gw_reception *r, uint64_t ext)
{
    r->lost_before = (uint64_t)(r->started ? gw_reception_lost(r) : 0);
    r->started = true;
    r->base = r->newest = ext;
    r->received = 0;
    r->repaired = 0;
    r->prior_expected = r->prior_received = 0;
    r->quality_expected = r->quality_received = r->quality_repaired = 0;
    r->transit = 0;
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

void gw_reception_count(struct gw_reception *r, uint64_t ext, uint32_t ts, uint32_t clock_rate, int64_t arrival_us)
{
    uint32_t transit = (uint32_t)((uint64_t)arrival_us * clock_rate / 1000000) - ts;
    int32_t d = (int32_t)(transit - r->transit);

    if (ext < r->base)
        r->base = ext;
    if (r->received++ && clock_rate && ext == r->newest) {
        if (d < 0)
            d = -d;
        if (d >= 0 && (uint32_t)d < clock_rate * 10)
            r->jitter += ((double)d - r->jitter) / 16;
    }
    if (ext == r->newest)
        r->transit = transit;
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

void gw_reception_report(struct gw_reception *r, struct gw_report_block_values *v)
{
    uint64_t want = expected(r), have = r->received + r->repaired;
    uint64_t want_now = want > r->prior_expected ? want - r->prior_expected : 0;
    uint64_t have_now = have > r->prior_received ? have - r->prior_received : 0;
    int64_t lost = gw_reception_lost(r);

    v->fraction_lost = want_now > have_now ? (uint8_t)(((want_now - have_now) * 255) / want_now) : 0;
    v->lost = lost > 0x7fffff ? 0x7fffff : (int32_t)lost;
    v->highest = (uint32_t)(r->newest - (1ull << 16)); /* ours begin at 1 << 16 */
    v->jitter = (uint32_t)r->jitter;
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
