/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/loss.h"

#include <math.h>

#define AGEING        0.9
#define INHERENT_BASE 0.06
#define INHERENT_BPS  60000.0 /* more of it at low rates: base + this / rate */
#define LOWER         0.7     /* of the highest rate in the window: low enough to compare losses */
#define ALIKE         0.7     /* so much of the losses at higher rates are lost at lower ones: they are inherent, */
#define UNLIKE        0.4     /* or no more than so much: they are not */
#define SAMPLE        60      /* packets, to say so */
#define MARGIN        0.03
#define PROVED_MOST   0.3
#define PREFERENCE    0.02 /* for the higher one of equals, a packet and factor e of rate */
#define STEP_UP       1.03
#define STEP_DOWN     0.95
#define TRIED         0.8
#define HEAVY         0.4
#define LEAST         1e-6
#define ROUNDS        4
#define PERIOD_LEAST  8       /* packets: fewer say nothing */
#define PAUSE_US      1000000 /* nothing was sent for so long: what came before is another matter */

void gw_loss_packet(struct gw_loss *l, bool lost, size_t bytes, int64_t sent_us)
{
    if (!l->first_sent_us || sent_us - l->last_sent_us > PAUSE_US)
        l->first_sent_us = sent_us;
    if (sent_us > l->last_sent_us)
        l->last_sent_us = sent_us;
    l->bytes += bytes;
    if (lost)
        l->now.lost++;
    else
        l->now.received++;
}

static const struct gw_loss_period *period(const struct gw_loss *l, unsigned age)
{
    return &l->seen[(l->at + GW_LOSS_WINDOW - 1 - age) % GW_LOSS_WINDOW];
}

/* Part of the packets that a full queue would lose. */
static double excess(const struct gw_loss_period *p, double bps)
{
    return p->sent_bps > bps ? (p->sent_bps - bps) / p->sent_bps : 0;
}

static double clamp(double v, double least, double most)
{
    return v < least ? least : v > most ? most : v;
}

static double part(uint32_t lost, uint32_t all)
{
    return all ? (double)lost / all : 0;
}

static void prove(struct gw_loss *l, double loss)
{
    l->proved = clamp(loss + MARGIN, 0, PROVED_MOST);
}

/* Compares what was lost at lower rates with what was at higher ones. */
static void compare(struct gw_loss *l)
{
    uint32_t lost[2] = {0}, all[2] = {0};
    double most = 0, low, high, both;

    for (unsigned i = 0; i < l->n; i++)
        most = period(l, i)->sent_bps > most ? period(l, i)->sent_bps : most;
    for (unsigned i = 0; i < l->n; i++) {
        const struct gw_loss_period *s = period(l, i);
        bool higher = s->sent_bps > LOWER * most;

        lost[higher] += s->lost;
        all[higher] += s->lost + s->received;
    }
    low = part(lost[0], all[0]);
    high = part(lost[1], all[1]);
    both = part(lost[0] + lost[1], all[0] + all[1]);
    if (all[0] >= SAMPLE && all[1] >= SAMPLE && low >= ALIKE * high)
        prove(l, both);
    else if (all[0] >= SAMPLE && all[1] >= SAMPLE && low < UNLIKE * high && low < l->proved)
        prove(l, low);
    else if (all[0] + all[1] >= 2 * SAMPLE && both < UNLIKE * l->proved)
        prove(l, both);
}

/* The inherent loss that explains most, given the rate: Newton's method on a concave function. */
static double best_inherent(const struct gw_loss *l, double bps, double start)
{
    double usual = clamp(INHERENT_BASE + INHERENT_BPS / bps, LEAST, 0.5), most = usual > l->proved ? usual : l->proved,
           p = clamp(start, 0.001, most);

    for (unsigned round = 0; round < ROUNDS; round++) {
        double slope = 0, bend = 0, weight = 1;

        for (unsigned i = 0; i < l->n; i++, weight *= AGEING) {
            const struct gw_loss_period *s = period(l, i);
            double e = excess(s, bps), q = clamp(p + (1 - p) * e, LEAST, 1 - LEAST), d = 1 - e;

            slope += weight * d * (s->lost / q - s->received / (1 - q));
            bend -= weight * d * d * (s->lost / (q * q) + s->received / ((1 - q) * (1 - q)));
        }
        if (bend > -LEAST)
            break;
        p = clamp(p - slope / bend, LEAST, most);
    }
    return p;
}

static double merit(const struct gw_loss *l, double bps, double inherent)
{
    double sum = 0, weight = 1, preference = PREFERENCE * log(bps);

    for (unsigned i = 0; i < l->n; i++, weight *= AGEING) {
        const struct gw_loss_period *s = period(l, i);
        double q = clamp(inherent + (1 - inherent) * excess(s, bps), LEAST, 1 - LEAST);

        sum += weight * (s->lost * log(q) + s->received * log(1 - q) + preference * (s->lost + s->received));
    }
    return sum;
}

static bool any_lost(const struct gw_loss *l)
{
    for (unsigned i = 0; i < l->n; i++)
        if (period(l, i)->lost)
            return true;
    return false;
}

/* Was the present rate tried in the last period? Else what arrived says nothing about it, unless half of it is lost. */
static bool is_tried(const struct gw_loss *l, double base)
{
    const struct gw_loss_period *p = period(l, 0);

    return p->sent_bps > TRIED * base || (p->lost > HEAVY * (p->lost + p->received) && p->received >= PERIOD_LEAST);
}

static void choose(struct gw_loss *l, double upper_bps, double acked_bps, double min_bps)
{
    double base = l->bps > 0 ? l->bps : upper_bps, inherent = l->inherent, best = -HUGE_VAL, picked = base;
    const double candidates[] = {upper_bps, base * STEP_UP, base, base * STEP_DOWN, acked_bps, acked_bps * STEP_DOWN};
    unsigned n = is_tried(l, base) ? 6 : 4;

    for (unsigned i = 0; i < n; i++) {
        double bps = candidates[i], p, m;

        if (bps < min_bps || bps > upper_bps)
            continue;
        p = best_inherent(l, bps, l->inherent);
        m = merit(l, bps, p);
        if (m > best) {
            best = m;
            picked = bps;
            inherent = p;
        }
    }
    l->bps = clamp(picked, min_bps, upper_bps > min_bps ? upper_bps : min_bps);
    l->inherent = inherent;
}

bool gw_loss_update(struct gw_loss *l, double upper_bps, double acked_bps, double min_bps)
{
    int64_t length = l->last_sent_us - l->first_sent_us;

    if (length < GW_LOSS_PERIOD_US || l->now.lost + l->now.received < PERIOD_LEAST)
        return false;
    l->now.sent_bps = (double)l->bytes * 8e6 / (double)length;
    l->seen[l->at] = l->now;
    l->at = (l->at + 1) % GW_LOSS_WINDOW;
    if (l->n < GW_LOSS_WINDOW)
        l->n++;
    l->now = (struct gw_loss_period){0};
    l->bytes = 0;
    l->first_sent_us = l->last_sent_us; /* from the last packet of one to the last of the next: whole gaps only */
    compare(l);
    if (any_lost(l)) {
        choose(l, upper_bps, acked_bps, min_bps);
    } else {
        l->bps = 0;
        l->inherent = 0;
    }
    return true;
}

double gw_loss_recent(const struct gw_loss *l)
{
    uint64_t lost = 0, all = 0;

    for (unsigned i = 0; i < l->n && i < 8; i++) {
        lost += period(l, i)->lost;
        all += period(l, i)->lost + (uint64_t)period(l, i)->received;
    }
    return all ? (double)lost / (double)all : 0;
}
