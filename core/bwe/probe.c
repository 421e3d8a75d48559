/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/probe.h"

#define FIRST_FACTOR   3
#define FACTOR         2
#define ENOUGH         1.05    /* an estimate so much above the need is good enough */
#define HEADROOM       2.0     /* over the need: who has so much room need not be paced */
#define ROOMY          1.8     /* an estimate so much above the need is ample */
#define GENTLE_US      60000.0 /* of what is being sent: so much more may a gentle probe be in all */
#define GENTLE_MOST_US 200000
#define GENTLE_OVER    1.1 /* over the estimate that is enough */
#define ARRIVED        0.6 /* part of packets and bytes that must have come */
#define ARRIVED_LEAST  5
#define SATURATED      0.9  /* arrival slower than this part of departure */
#define AFTER          0.95 /* of a saturated way is taken */
#define RATIO_MOST     2.0  /* arrival this much faster than departure is nonsense */
#define LENGTH_MOST    1000000
#define PATIENCE_US    1500000
#define SENDING_MOST   200000

/* Three quarters and up to one more: several connections over one way shall not try at the same time. */
static int64_t about(struct gw_probe *p, int64_t us)
{
    p->random = p->random * 1664525u + 1013904223u;
    return us / 4 * 3 + (us / 4 * (p->random >> 16) >> 16);
}

static void begin(struct gw_probe *p, uint32_t bps, int64_t length_us, int64_t now_us)
{
    struct gw_probe fresh = {.id = (uint8_t)(p->last_id % 255 + 1),
                             .sending = true,
                             .started = true,
                             .gentle = p->gentle,
                             .bps = bps,
                             .length_us = length_us,
                             .need_bps = p->need_bps,
                             .began_us = now_us,
                             .next_us = p->next_us,
                             .ample_us = p->ample_us,
                             .every_us = p->every_us,
                             .random = p->random,
                             .sent_bps = p->sent_bps,
                             .made = p->made + 1,
                             .won = p->won};

    fresh.last_id = fresh.id;
    *p = fresh;
}

/* As long as the excess may be worth so much time of what is known to fit: then a full way has no more of a queue. */
static int64_t length_of(const struct gw_probe *p, double bps)
{
    double us = bps > p->sent_bps ? GENTLE_US * p->sent_bps / (bps - p->sent_bps) : GENTLE_MOST_US;

    if (!p->gentle || us < GW_PROBE_LENGTH_US)
        return GW_PROBE_LENGTH_US;
    return us < GENTLE_MOST_US ? (int64_t)us : GENTLE_MOST_US;
}

bool gw_probe_update(struct gw_probe *p, uint32_t estimate_bps, uint32_t max_bps, bool settled, int64_t now_us)
{
    double most = p->need_bps * (p->gentle ? ENOUGH * GENTLE_OVER : HEADROOM),
           bps = (double)estimate_bps * (p->started ? FACTOR : FIRST_FACTOR);

    if (p->id && p->sending && now_us - p->began_us > SENDING_MOST)
        p->sending = false; /* there was nothing to send it with */
    if (p->id && now_us - p->began_us > PATIENCE_US)
        gw_probe_done(p, false, false, now_us);
    if (p->id || !settled || !p->need_bps || estimate_bps >= max_bps ||
        estimate_bps >= p->need_bps * (p->gentle ? ENOUGH : ROOMY))
        return false;
    if (now_us < (estimate_bps >= p->need_bps * ENOUGH ? p->ample_us : p->next_us))
        return false;
    if (bps > most)
        bps = most;
    if (bps > max_bps)
        bps = max_bps;
    begin(p, (uint32_t)bps, length_of(p, bps), now_us);
    return true;
}

void gw_probe_sent(struct gw_probe *p, size_t bytes, int64_t now_us)
{
    if (!p->sending)
        return;
    if (!p->packets)
        p->first_sent_us = now_us;
    p->last_sent_us = now_us;
    p->packets++;
    p->bytes += bytes;
    /* it ends with a packet at least as long after the first as the bytes before it take at this rate */
    if (p->packets >= GW_PROBE_LEAST_PACKETS && now_us - p->first_sent_us >= p->length_us)
        p->sending = false;
}

void gw_probe_arrived(struct gw_probe *p, uint8_t id, size_t bytes, int64_t sent_us, int64_t arrival_us)
{
    if (!id || id != p->id)
        return;
    if (!p->arrived || sent_us < p->first_departure_us)
        p->first_departure_us = sent_us;
    if (!p->arrived || sent_us >= p->last_departure_us) {
        if (!p->arrived || sent_us > p->last_departure_us)
            p->last_departure_bytes = 0;
        p->last_departure_us = sent_us;
        p->last_departure_bytes += (uint32_t)bytes; /* all that left in the last instant */
    }
    if (!p->arrived || arrival_us < p->first_arrival_us) {
        p->first_arrival_us = arrival_us;
        p->first_arrival_bytes = (uint32_t)bytes;
    }
    if (!p->arrived || arrival_us > p->last_arrival_us)
        p->last_arrival_us = arrival_us;
    p->arrived++;
    p->arrived_bytes += bytes;
}

uint32_t gw_probe_result(struct gw_probe *p, bool *saturated)
{
    int64_t departure = p->last_departure_us - p->first_departure_us,
            arrival = p->last_arrival_us - p->first_arrival_us;
    double sent, came, result;
    bool late = false;

    *saturated = false;
    if (!p->id || p->sending || p->arrived < ARRIVED_LEAST || p->arrived < ARRIVED * p->packets ||
        (double)p->arrived_bytes < ARRIVED * (double)p->bytes)
        return 0;
    if (departure <= 0 || departure > LENGTH_MOST || arrival <= 0 || arrival > LENGTH_MOST)
        return 0;
    sent = (double)(p->arrived_bytes - p->last_departure_bytes) * 8e6 / (double)departure;
    came = (double)(p->arrived_bytes - p->first_arrival_bytes) * 8e6 / (double)arrival;
    if (came > RATIO_MOST * sent) { /* a busy processor sent most of it at the end: the way took that all the same */
        sent = (double)(p->arrived_bytes - p->first_arrival_bytes) * 8e6 / (double)departure;
        sent = sent < p->bps ? sent : p->bps;
        late = true;
    }
    if (came > RATIO_MOST * sent)
        return 0;
    result = came < sent ? came : sent;
    if (!late && came < SATURATED * sent) {
        *saturated = true;
        result = AFTER * came;
    }
    return result < UINT32_MAX ? (uint32_t)result : UINT32_MAX;
}

void gw_probe_done(struct gw_probe *p, bool won, bool saturated, int64_t now_us)
{
    p->id = 0;
    p->sending = false;
    p->won += won;
    if (!p->every_us || won)
        p->every_us = GW_PROBE_EVERY_US;
    else if (p->every_us < GW_PROBE_MOST_US)
        p->every_us = p->every_us * 2 < GW_PROBE_MOST_US ? p->every_us * 2 : GW_PROBE_MOST_US;
    p->next_us = p->ample_us = now_us; /* a success is followed up at once */
    if (won && !saturated)
        return;
    p->next_us += p->gentle ? about(p, p->every_us) : p->every_us;
    p->ample_us += GW_PROBE_AMPLE_US;
}

void gw_probe_hold(struct gw_probe *p, int64_t until_us)
{
    if (p->next_us < until_us)
        p->next_us = until_us + about(p, p->every_us / 2);
    if (p->ample_us < until_us)
        p->ample_us = until_us;
}
