/* SPDX-License-Identifier: Apache-2.0 */
#include "timing.h"

#include <glib.h>

#include "rtp/rtp.h"

#define SKEW_WINDOW_MS 10000 /* the fastest packet of so long stands for the state of the clocks */
#define HEAD_WINDOW_MS 10000
#define HEAD_MOST_US   500000
#define RESTAMP_MOST   10000 /* packets in an average */

static int64_t arrival_ticks(const struct packets *p, size_t i)
{
    return gw_ts_from_us((int64_t)p->at[i].ms * 1000, p->clock_rate);
}

/* How late a packet came, in ticks, against its timestamp. */
static int64_t lateness(const struct packets *p, size_t i)
{
    return arrival_ticks(p, i) - p->at[i].ticks;
}

/* All packets of a frame have one time: the arrival of the first. */
static void use_arrival(struct packets *p)
{
    size_t i;

    for (i = 0; i < p->n; i++) {
        if (i && p->at[i].timestamp == p->at[i - 1].timestamp)
            p->at[i].ticks = p->at[i - 1].ticks;
        else
            p->at[i].ticks = arrival_ticks(p, i);
    }
}

/*
 * Lateness has a floor, the fastest way through the network. Where the floor of one window differs from the first
 * one's by more than the threshold, the clocks ran apart: from there on all times are moved by that.
 */
static void remove_skew(struct packets *p, unsigned threshold_ms)
{
    int64_t threshold = gw_ts_from_us((int64_t)threshold_ms * 1000, p->clock_rate), floor = 0, first = 0, shift = 0;
    size_t i, from, end;
    bool begun = false;

    for (from = 0; from < p->n; from = end) {
        floor = lateness(p, from);
        for (end = from; end < p->n && p->at[end].ms - p->at[from].ms < SKEW_WINDOW_MS; end++)
            floor = lateness(p, end) < floor ? lateness(p, end) : floor;
        if (!begun)
            first = floor;
        begun = true;
        if (floor - first - shift > threshold || floor - first - shift < -threshold)
            shift = floor - first;
        for (i = from; i < end; i++)
            p->at[i].ticks += shift;
    }
}

/* A packet that is much later than those before it begins a new time, as late as they were on average. */
static void restamp(struct packets *p, const struct timing *t)
{
    unsigned count = t->restamp_count < 1 ? 1 : t->restamp_count > RESTAMP_MOST ? RESTAMP_MOST : t->restamp_count;
    int64_t *ring = g_new0(int64_t, count), sum = 0, shift = 0, late, average;
    int64_t least = gw_ts_from_us((int64_t)t->restamp_min_ms * 1000, p->clock_rate);
    size_t i, held = 0;

    for (i = 0; i < p->n; i++) {
        p->at[i].ticks += shift;
        late = lateness(p, i);
        average = held ? sum / (int64_t)held : 0;
        if (held == count && average >= least && late > average / 1000 * t->restamp) {
            shift += late - average;
            p->at[i].ticks += late - average;
            late = average;
        }
        sum += late - (held == count ? ring[i % count] : 0);
        ring[i % count] = late;
        held += held < count;
    }
    g_free(ring);
}

void timing_apply(struct packets *p, const struct timing *t)
{
    if (p->reader.version != 2 || p->reader.info.kind == REC_MJR_DATA || !p->n)
        return;
    if (t->restamp)
        restamp(p, t);
    if (t->skew_ms && p->reader.info.kind == REC_MJR_AUDIO)
        remove_skew(p, t->skew_ms);
    if (t->by_arrival)
        use_arrival(p);
}

int64_t timing_head_start_us(const struct packets *p)
{
    int64_t least = 0, late;
    size_t i;

    if (p->reader.version != 2 || p->reader.info.kind == REC_MJR_DATA)
        return 0;
    for (i = 0; i < p->n && p->at[i].ms < HEAD_WINDOW_MS; i++) {
        late = lateness(p, i);
        least = late < least ? late : least;
    }
    least = gw_ts_to_us(-least, p->clock_rate);
    return least > HEAD_MOST_US ? 0 : least;
}
