/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <string.h>

void rec_clock_init(struct rec_clock *c, uint32_t rate)
{
    memset(c, 0, sizeof(*c));
    c->rate = rate;
}

/* Time of a timestamp on the stream's own clock, from its first one. */
static int64_t stream_us(const struct rec_clock *c, uint32_t rtp)
{
    int64_t ticks = c->ticks + (int32_t)(rtp - c->last_ts);

    return ticks / c->rate * 1000000 + ticks % c->rate * 1000000 / c->rate;
}

static void advance(struct rec_clock *c, uint32_t rtp)
{
    int32_t ahead = (int32_t)(rtp - c->last_ts);

    if (ahead > 0) {
        c->ticks += ahead;
        c->last_ts = rtp;
    }
}

void rec_clock_report(struct rec_clock *c, uint32_t rtp, int64_t local_us)
{
    if (!c->begun) {
        c->begun = true;
        c->last_ts = rtp;
        c->offset_us = local_us;
    }
    c->target_us = local_us - stream_us(c, rtp);
    c->reported = true;
}

static void slide(struct rec_clock *c, int64_t now)
{
    int64_t away = c->target_us - c->offset_us, most = (now - c->moved_us) / REC_CLOCK_SLIDE;

    if (now <= c->moved_us)
        return;
    c->moved_us = now;
    if (away > REC_CLOCK_JUMP_US || away < -REC_CLOCK_JUMP_US)
        c->offset_us = c->target_us;
    else
        c->offset_us += away > most ? most : away < -most ? -most : away;
}

int64_t rec_clock_time(struct rec_clock *c, uint32_t rtp, int64_t arrival_us)
{
    int64_t now;

    if (!c->begun) {
        c->begun = true;
        c->last_ts = rtp;
        c->offset_us = c->target_us = arrival_us;
    }
    now = stream_us(c, rtp);
    advance(c, rtp);
    if (c->reported)
        slide(c, now);
    if (now + c->offset_us > arrival_us + REC_CLOCK_LOST_US || now + c->offset_us < arrival_us - REC_CLOCK_LOST_US) {
        c->offset_us = arrival_us - now;
        c->reported = false; /* until the next report */
    }
    return now + c->offset_us;
}
