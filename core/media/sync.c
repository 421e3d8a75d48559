/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sync.h"

#include "rtcp/stats.h"

#define CLOCK_JUMP_US 2000000 /* a sender whose clock was set anew */

static void adjust(struct gw_clock *c, int64_t offset_us)
{
    int64_t d = offset_us - c->offset_us;

    if (!c->valid || d < 0 || d > CLOCK_JUMP_US)
        c->offset_us = offset_us;
    else
        c->offset_us += d / 64; /* clocks drift; one late report moves little */
    c->valid = true;
}

void gw_sync_report(struct gw_sync *s, struct gw_clock *c, uint64_t ntp, uint32_t rtp, int64_t arrival_us)
{
    int64_t ntp_us = gw_ntp_to_us(ntp);

    if (!ntp)
        return; /* RFC 3550 §6.4.1: no idea of time */
    adjust(c, arrival_us - ntp_us);
    s->valid = true;
    s->local_us = ntp_us + c->offset_us;
    s->offset_us = c->offset_us;
    s->rtp = rtp;
}

uint32_t gw_sync_rtp_at(const struct gw_sync *s, int64_t local_us, uint32_t clock_rate)
{
    return s->rtp + (uint32_t)((local_us - s->local_us) * (int64_t)clock_rate / 1000000);
}

int64_t gw_sync_local_of(const struct gw_sync *s, uint32_t rtp, uint32_t clock_rate)
{
    return s->local_us + (int64_t)(int32_t)(rtp - s->rtp) * 1000000 / (int64_t)clock_rate;
}

int64_t gw_sync_capture_offset(const struct gw_sync *s, int64_t offset)
{
    int64_t us = -s->offset_us, seconds = us / 1000000, rest = us % 1000000;

    if (!s->valid)
        return 0;
    return (int64_t)((uint64_t)offset + ((uint64_t)seconds << 32) + (uint64_t)(rest * ((int64_t)1 << 32) / 1000000));
}
