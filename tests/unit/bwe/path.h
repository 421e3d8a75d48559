/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A way with one bottleneck under a virtual clock, an estimator at its beginning and a receiver that gives
 * transport-wide feedback at its end. Media comes in frames, never more of it than there is demand for.
 */
#ifndef TESTS_PATH_H
#define TESTS_PATH_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bwe/bwe.h"

#define PATH_PACKET   1100
#define PATH_FEEDBACK 100000
#define PATH_MOST     4096

struct path {
    struct gw_bwe bwe;
    uint64_t random;
    int64_t now_us;
    /* settings */
    uint32_t capacity_bps, demand_bps; /* demand: the media there is; sent is never more than the estimate */
    int64_t delay_us, queue_us, jitter_us;
    double loss;
    bool slow_probes; /* they leave at two thirds of the rate they should have */
    /* state */
    int64_t free_us, frame_us, feedback_us, probe_us;
    uint16_t seq, told;
    int64_t arrival_us[65536];
    /* measured since path_measure() */
    double sum_bps, worst_queue_us, delivered;
    unsigned samples;
    int64_t since_us;
};

static inline uint32_t path_random(struct path *p)
{
    p->random = p->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(p->random >> 33);
}

static inline void path_init(struct path *p, uint64_t seed, const struct gw_bwe_conf *conf)
{
    memset(p, 0, sizeof(*p));
    gw_bwe_init(&p->bwe, conf);
    p->random = seed * 2 + 1;
    p->now_us = 1000000000;
    p->delay_us = 25000;
    p->queue_us = 300000;
    p->capacity_bps = 100000000;
    p->demand_bps = 2500000;
    gw_bwe_rtt(&p->bwe, 50000);
    for (size_t i = 0; i < 65536; i++)
        p->arrival_us[i] = GW_TWCC_LOST;
}

static inline void path_packet(struct path *p, size_t bytes)
{
    int64_t leaves = p->free_us > p->now_us ? p->free_us : p->now_us;
    uint16_t seq = ++p->seq;

    gw_bwe_sent(&p->bwe, true, seq, bytes, 0, p->now_us);
    p->arrival_us[seq] = GW_TWCC_LOST;
    if (leaves - p->now_us > p->queue_us)
        return;
    leaves += (int64_t)(bytes + GW_BWE_OVERHEAD) * 8 * 1000000 / p->capacity_bps;
    p->free_us = leaves;
    if ((double)(leaves - p->now_us) > p->worst_queue_us)
        p->worst_queue_us = (double)(leaves - p->now_us);
    if (p->loss > 0 && path_random(p) % 10000 < (uint32_t)(p->loss * 10000))
        return;
    p->arrival_us[seq] = leaves + p->delay_us + (p->jitter_us ? (int64_t)(path_random(p) % (uint32_t)p->jitter_us) : 0);
    p->delivered += (double)(bytes + GW_BWE_OVERHEAD);
}

/* What the receiver has seen by now minus the way back. */
static inline void path_feedback(struct path *p)
{
    static int64_t arrivals[PATH_MOST];
    struct gw_twcc_head head = {.base_seq = (uint16_t)(p->told + 1)};
    uint16_t last = p->told;
    int64_t by = p->now_us - p->delay_us, reference = 0;
    size_t n = 0;

    for (uint16_t s = (uint16_t)(p->told + 1); s != (uint16_t)(p->seq + 1); s++)
        if (p->arrival_us[s] != GW_TWCC_LOST && p->arrival_us[s] <= by)
            last = s;
    for (uint16_t s = (uint16_t)(p->told + 1); s != (uint16_t)(last + 1) && n < PATH_MOST; s++, n++) {
        int64_t at = p->arrival_us[s];

        arrivals[n] = at == GW_TWCC_LOST || at > by ? GW_TWCC_LOST : at;
        if (!reference && arrivals[n] != GW_TWCC_LOST)
            reference = at / 64000;
    }
    if (!n)
        return;
    head.count = (uint16_t)n;
    head.reference = (int32_t)((uint32_t)reference << 8) >> 8;
    for (size_t i = 0; i < n; i++)
        if (arrivals[i] != GW_TWCC_LOST) /* in units of 250 µs, as on the wire */
            arrivals[i] = arrivals[i] / 250 * 250 - reference * 64000 + (int64_t)head.reference * 64000;
    gw_bwe_feedback(&p->bwe, &head, arrivals, n, p->now_us);
    p->told = last;
}

static inline uint32_t path_estimate(const struct path *p)
{
    return gw_bwe_estimate(&p->bwe, p->now_us);
}

static inline void path_frame(struct path *p)
{
    uint32_t bps = path_estimate(p) ? path_estimate(p) : p->bwe.conf.start_bps;
    size_t bytes = (bps < p->demand_bps ? bps : p->demand_bps) / 8 / 30;

    bytes = bytes * 95 / 100; /* some room for the overhead */
    for (; bytes > PATH_PACKET; bytes -= PATH_PACKET)
        path_packet(p, PATH_PACKET);
    if (bytes)
        path_packet(p, bytes);
}

static inline void path_run_ms(struct path *p, int64_t ms)
{
    for (int64_t end = p->now_us + ms * 1000; p->now_us < end; p->now_us += 1000) {
        if (p->demand_bps && p->now_us >= p->frame_us) {
            path_frame(p);
            p->frame_us = p->now_us + 33333;
        }
        if (gw_bwe_probe_bps(&p->bwe)) {
            if (p->probe_us < p->now_us - 5000)
                p->probe_us = p->now_us;
            while (gw_bwe_probe_bps(&p->bwe) && p->probe_us <= p->now_us) {
                p->probe_us += (int64_t)(PATH_PACKET + GW_BWE_OVERHEAD) * 8000000 / gw_bwe_probe_bps(&p->bwe) *
                               (p->slow_probes ? 3 : 2) / 2;
                path_packet(p, PATH_PACKET);
            }
        }
        if (p->now_us >= p->feedback_us) {
            path_feedback(p);
            gw_bwe_tick(&p->bwe, p->now_us);
            p->feedback_us = p->now_us + PATH_FEEDBACK;
            p->sum_bps += path_estimate(p);
            p->samples++;
        }
    }
}

static inline void path_measure(struct path *p)
{
    p->sum_bps = p->worst_queue_us = p->delivered = 0;
    p->samples = 0;
    p->since_us = p->now_us;
}

static inline double path_mean_bps(const struct path *p)
{
    return p->samples ? p->sum_bps / p->samples : 0;
}

#endif
