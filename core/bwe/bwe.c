/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/bwe.h"

#include <stdlib.h>
#include <string.h>

#define EPOCH_US       ((int64_t)1 << 41) /* where the receiver's time begins here: far from 0 and below */
#define SENT_PERIOD_US 500000
#define JUMP_US        10000000 /* the receiver's clock may disagree with ours by so much between two feedbacks */
#define SILENCE_US     1500000  /* packets under way and no word of them */
#define SILENCE_STEP   0.8
#define AFTER_OVER_US  1000000  /* no probe so soon after the queue grew */
#define GAINS          1.2      /* a probe that shows so much more than was known is followed up at once */
#define PROBE_WAKE_US  400000   /* and a round trip: so long after a probe began the queue may have grown by it */
#define STANDING       6000     /* so long a queue must be there all the time, to be one */
#define STANDING_IDLE  50000    /* and so long where */
#define NARROW         0.5      /* a way that carries less than this part of what arrived before has become narrow */
#define NARROW_LEAST   250000   /* of less, what arrives in a moment says nothing */
#define TRIED          0.7      /* less than this part of the estimate arrives */
#define PROBE_QUEUE    12000    /* a queue so long stands after a gentle probe: it was too much */
#define CONTENDED_US   60000000 /* so long after the queue grew, the way is tried gently */
#define CLEAR_US       200000   /* so long without a queue: what arrives is not too much */
#define AHEAD          1.5      /* the rate by delay is never so much above that by losses */
#define RTT_MOST_US    10000000

static struct gw_bwe_conf with_defaults(const struct gw_bwe_conf *conf)
{
    struct gw_bwe_conf c = conf ? *conf : (struct gw_bwe_conf){0};

    if (!c.min_bps)
        c.min_bps = GW_BWE_MIN_BPS;
    if (!c.max_bps)
        c.max_bps = GW_BWE_MAX_BPS;
    if (c.max_bps < c.min_bps)
        c.max_bps = c.min_bps;
    if (!c.start_bps)
        c.start_bps = GW_BWE_START_BPS;
    if (c.start_bps < c.min_bps)
        c.start_bps = c.min_bps;
    if (c.start_bps > c.max_bps)
        c.start_bps = c.max_bps;
    return c;
}

void gw_bwe_init(struct gw_bwe *b, const struct gw_bwe_conf *conf)
{
    memset(b, 0, sizeof(*b));
    b->conf = with_defaults(conf);
}

void gw_bwe_clear(struct gw_bwe *b)
{
    if (b->twcc)
        gw_flight_clear(&b->twcc->flight);
    free(b->twcc);
    b->twcc = NULL;
}

void gw_bwe_configure(struct gw_bwe *b, const struct gw_bwe_conf *conf, int64_t now_us)
{
    b->conf = with_defaults(conf);
    if (!b->twcc)
        return;
    b->twcc->aimd.min_bps = b->conf.min_bps;
    b->twcc->aimd.max_bps = b->conf.max_bps;
    gw_aimd_set(&b->twcc->aimd, b->twcc->any ? b->twcc->aimd.bps : b->conf.start_bps, now_us);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static struct gw_bwe_twcc *get_twcc(struct gw_bwe *b)
{
    if (b->twcc)
        return b->twcc;
    b->twcc = calloc(1, sizeof(*b->twcc));
    if (!b->twcc)
        return NULL;
    gw_trend_init(&b->twcc->trend);
    b->twcc->probe.random = b->conf.seed;
    gw_queue_reset(&b->twcc->queue);
    gw_aimd_init(&b->twcc->aimd, b->conf.start_bps, b->conf.min_bps, b->conf.max_bps);
    return b->twcc;
}

static void count_sent(struct gw_bwe *b, size_t bytes, int64_t now_us)
{
    int64_t passed = now_us - b->sent_us;

    if (passed >= SENT_PERIOD_US || passed < 0) {
        b->sent_bps =
            passed < 4 * SENT_PERIOD_US && passed > 0 ? (uint32_t)(b->sent_bytes * 8000000 / (uint64_t)passed) : 0;
        b->sent_bytes = 0;
        b->sent_us = now_us;
    }
    b->sent_bytes += bytes;
}

void gw_bwe_sent(struct gw_bwe *b, bool numbered, uint16_t twcc_seq, size_t bytes, uint16_t mark, int64_t now_us)
{
    struct gw_bwe_twcc *t = numbered ? get_twcc(b) : NULL;

    bytes += GW_BWE_OVERHEAD;
    count_sent(b, bytes, now_us);
    if (!t)
        return;
    gw_flight_add(&t->flight, twcc_seq, bytes, t->probe.sending ? t->probe.id : 0, mark, now_us);
    t->last_sent_us = now_us;
    if (t->probe.sending)
        gw_probe_sent(&t->probe, bytes, now_us);
}

/* --- feedback ----------------------------------------------------------------------------------------------------- */

/* A feedback's reference time, which wraps after 12 days, on a line that does not. */
static void follow_clock(struct gw_bwe *b, const struct gw_twcc_head *head, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;
    int32_t step = (int32_t)((uint32_t)(head->reference - t->reference) << 8) >> 8; /* 24 bits, signed */
    int64_t step_us = (int64_t)step * 64000, passed_us = now_us - t->feedback_us;
    bool jumped = t->any && (step_us - passed_us > JUMP_US || passed_us - step_us > JUMP_US);

    t->reference = head->reference;
    if (!t->any)
        t->reference_us = EPOCH_US;
    else
        t->reference_us += jumped ? passed_us : step_us;
    if (!jumped)
        return;
    b->clock_jumps++;
    gw_arrival_reset(&t->arrival);
    t->acked = (struct gw_acked){0};
    gw_queue_reset(&t->queue);
}

/* What a queue that is all ours lets through between packets that left together, it lets through in all. */
static void note_close(struct gw_bwe_twcc *t, const struct gw_flight_packet *p, int64_t arrival_us)
{
    int64_t apart_us = p->sent_us - t->close_sent_us, gap_us = arrival_us - t->close_arrival_us;

    if (apart_us >= 0 && apart_us <= GW_ARRIVAL_GROUP_US && gap_us >= 0) {
        t->close[0].bytes += p->bytes;
        t->close[0].us += gap_us;
    }
    t->close_sent_us = p->sent_us;
    t->close_arrival_us = arrival_us;
}

/* Of this feedback and the one before. */
static bool is_slower_than(const struct gw_bwe_twcc *t, double bps)
{
    return (double)(t->close[0].bytes + t->close[1].bytes) * 8e6 <= bps * (double)(t->close[0].us + t->close[1].us);
}

static void arrived(struct gw_bwe_twcc *t, struct gw_flight_packet *p, int64_t arrival_us, int64_t now_us,
                    enum gw_usage *usage)
{
    int64_t sent_delta, arrival_delta;

    gw_queue_packet(&t->queue, p->sent_us, arrival_us, now_us);
    note_close(t, p, arrival_us);
    if (p->sent_us > t->newest_sent_us)
        t->newest_sent_us = p->sent_us;
    gw_acked_packet(&t->acked, p->bytes, arrival_us);
    gw_probe_arrived(&t->probe, p->probe, p->bytes, p->sent_us, arrival_us);
    if (gw_arrival_packet(&t->arrival, p->sent_us, arrival_us, &sent_delta, &arrival_delta) &&
        gw_trend_group(&t->trend, sent_delta, arrival_delta, arrival_us) == GW_USAGE_OVER)
        *usage = GW_USAGE_OVER;
}

static void entry(struct gw_bwe *b, uint16_t seq, int64_t arrival_us, int64_t now_us, enum gw_usage *usage)
{
    struct gw_bwe_twcc *t = b->twcc;
    struct gw_flight_packet *p = gw_flight_find(&t->flight, seq, now_us);

    if (!p) {
        b->unsent++;
    } else if (arrival_us == GW_TWCC_LOST) {
        if (p->state != GW_FLIGHT_AWAY)
            return;
        p->state = GW_FLIGHT_LOST;
        gw_loss_packet(&t->loss, true, p->bytes, p->sent_us);
    } else if (p->state == GW_FLIGHT_ARRIVED) {
        b->repeated++;
    } else {
        gw_loss_packet(&t->loss, false, p->state == GW_FLIGHT_AWAY ? p->bytes : 0, p->sent_us);
        p->state = GW_FLIGHT_ARRIVED;
        arrived(t, p, arrival_us, now_us, usage);
        if (p->mark && b->arrived)
            b->arrived(b->arg, p->mark, arrival_us);
    }
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double by_feedback(const struct gw_bwe_twcc *t)
{
    return t->loss.bps > 0 ? smaller(t->loss.bps, t->aimd.bps) : t->aimd.bps;
}

/*
 * What a probe showed of a way that it filled: with others on it, it took some of theirs. That is likely where most of
 * it is not ours already; then half of the gain is believed.
 */
static uint32_t shared_result(const struct gw_bwe *b, uint32_t bps)
{
    double known = by_feedback(b->twcc);

    return bps > 2.0 * b->sent_bps && bps > known ? (uint32_t)((bps + known) / 2) : bps;
}

static void conclude_probe(struct gw_bwe *b, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;
    bool saturated, won;
    uint32_t bps = gw_probe_result(&t->probe, &saturated);

    if (!bps)
        return;
    if (t->probe.gentle) {
        bool full = t->queue.standing_us > PROBE_QUEUE;

        bps = !full ? bps : saturated ? shared_result(b, bps) : 0;
        saturated = full;
    }
    won = bps > GAINS * by_feedback(t); /* perhaps of less than it wanted to show: a busy processor sends late */
    if (bps > by_feedback(t) || (saturated && !t->probe.gentle))
        gw_aimd_set(&t->aimd, bps, now_us);
    gw_probe_done(&t->probe, won, saturated, now_us);
}

/* Delays grow; but is there a queue? Who sends much less than the estimate needs a better reason to give it up. */
static bool is_credible(const struct gw_bwe_twcc *t, uint32_t acked_bps)
{
    return t->queue.standing_us >= (acked_bps < TRIED * by_feedback(t) ? STANDING_IDLE : STANDING);
}

static int64_t since_probe_us(const struct gw_bwe *b, int64_t now_us)
{
    return b->twcc->probe.began_us ? now_us - b->twcc->probe.began_us - b->rtt_us : INT64_MAX;
}

/*
 * What the way carries now, known as it is not idle, when that is so much less than before that its queue must be
 * growing by it; 0: it is not. Others' bursts in a shared queue slow us down as well, but hardly by half; our own
 * probes do.
 */
static uint32_t narrowed_bps(const struct gw_bwe *b, uint32_t acked_bps, int64_t now_us)
{
    const struct gw_bwe_twcc *t = b->twcc;
    uint32_t carried = gw_acked_busy_bps(&t->acked, gw_queue_busy_us(&t->queue));

    if (acked_bps < NARROW_LEAST || !gw_queue_grows(&t->queue) || since_probe_us(b, now_us) < PROBE_WAKE_US / 2)
        return 0;
    if (!is_slower_than(t, NARROW * acked_bps))
        return 0; /* we wait for others, who were first: a burst of theirs */
    return carried < NARROW * acked_bps ? carried : 0;
}

static enum gw_usage judge(const struct gw_bwe *b, enum gw_usage usage, uint32_t acked_bps, uint32_t narrowed,
                           int64_t now_us)
{
    const struct gw_bwe_twcc *t = b->twcc;

    if (narrowed)
        return GW_USAGE_OVER; /* a trend would show it later */
    if (usage != GW_USAGE_OVER)
        return usage;
    if (!is_credible(t, acked_bps))
        return GW_USAGE_UNDER;
    if (since_probe_us(b, now_us) < PROBE_WAKE_US)
        return GW_USAGE_UNDER; /* the queue is of our own making */
    if (t->newest_sent_us <= t->aimd.decreased_us && acked_bps >= t->aimd.bps)
        return GW_USAGE_UNDER; /* that is the queue of before the last step down, which was enough */
    return usage;
}

/*
 * What has arrived lately and left no queue behind fits, even if the rate went down meanwhile: the queue was somebody
 * else's, or he gave way. 0: not known.
 */
static uint32_t fitting_bps(struct gw_bwe *b, uint32_t acked_bps, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;

    if (t->queue.standing_us >= STANDING || !t->clear_us)
        t->clear_us = now_us;
    if (now_us - t->clear_us < CLEAR_US || since_probe_us(b, now_us) < PROBE_WAKE_US)
        return 0;
    return acked_bps < b->sent_bps ? acked_bps : b->sent_bps;
}

static void conclude(struct gw_bwe *b, enum gw_usage usage, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;
    uint32_t acked = gw_acked_bps(&t->acked), burst = gw_acked_burst_bps(&t->acked),
             narrowed = narrowed_bps(b, acked, now_us), passed = acked, fitting = fitting_bps(b, acked, now_us);

    usage = judge(b, usage, burst, narrowed, now_us);
    if (gw_queue_stuck(&t->queue, t->newest_sent_us, t->aimd.decreased_us, now_us))
        usage = GW_USAGE_OVER;
    if (usage == GW_USAGE_OVER)
        passed = narrowed ? narrowed : burst;
    if (gw_aimd_update(&t->aimd, usage, passed, b->rtt_us, now_us)) {
        b->overuses++;
        gw_queue_stepped(&t->queue);
        gw_probe_hold(&t->probe, now_us + AFTER_OVER_US);
    }
    if (usage == GW_USAGE_NORMAL && fitting > t->aimd.bps)
        gw_aimd_set(&t->aimd, fitting, now_us);
    if (gw_loss_update(&t->loss, t->aimd.bps, acked, b->conf.min_bps) && t->loss.bps > 0 &&
        t->aimd.bps > AHEAD * t->loss.bps)
        gw_aimd_set(&t->aimd, AHEAD * t->loss.bps, now_us); /* what is not tried any more is not known any more */
    conclude_probe(b, now_us);
}

void gw_bwe_feedback(struct gw_bwe *b, const struct gw_twcc_head *head, const int64_t *arrival_us, size_t n,
                     int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;
    enum gw_usage usage = GW_USAGE_NORMAL;
    int64_t offset;

    b->feedbacks++;
    if (!t) {
        b->unsent += n;
        return;
    }
    follow_clock(b, head, now_us);
    t->any = true;
    t->feedback_us = t->back_off_us = now_us;
    gw_queue_begin(&t->queue);
    t->close[1] = t->close[0];
    t->close[0].bytes = t->close[0].us = 0;
    offset = t->reference_us - (int64_t)head->reference * 64000;
    for (size_t i = 0; i < n; i++)
        entry(b, (uint16_t)(head->base_seq + i), arrival_us[i] == GW_TWCC_LOST ? GW_TWCC_LOST : arrival_us[i] + offset,
              now_us, &usage);
    if (usage != GW_USAGE_OVER) /* over-use of which this feedback brings nothing new: wait */
        usage = t->trend.usage == GW_USAGE_OVER ? GW_USAGE_UNDER : t->trend.usage;
    conclude(b, usage, now_us);
}

void gw_bwe_remb(struct gw_bwe *b, uint64_t bps, int64_t now_us)
{
    b->rembs++;
    gw_fallback_remb(&b->fallback, bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX, now_us);
}

void gw_bwe_loss(struct gw_bwe *b, uint8_t fraction_lost, int64_t now_us)
{
    b->fraction_lost = fraction_lost;
    if (!b->twcc || !b->twcc->any)
        gw_fallback_loss(&b->fallback, fraction_lost / 256.0, b->sent_bps, now_us);
}

void gw_bwe_rtt(struct gw_bwe *b, uint32_t rtt_us)
{
    if (rtt_us > RTT_MOST_US)
        rtt_us = RTT_MOST_US;
    b->rtt_us = b->rtt_us ? b->rtt_us - b->rtt_us / 8 + rtt_us / 8 : rtt_us;
}

/* --- now and then ------------------------------------------------------------------------------------------------- */

static void step_down_in_silence(struct gw_bwe *b, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;
    int64_t since = t->back_off_us > t->feedback_us ? t->back_off_us : t->feedback_us;

    if (t->last_sent_us <= t->feedback_us || now_us - since < SILENCE_US + b->rtt_us)
        return;
    t->back_off_us = now_us - SILENCE_US / 2;
    gw_aimd_set(&t->aimd, t->aimd.bps * SILENCE_STEP, now_us);
}

void gw_bwe_tick(struct gw_bwe *b, int64_t now_us)
{
    struct gw_bwe_twcc *t = b->twcc;

    if (!t || !t->any)
        return; /* nothing is tried on a peer that does not tell */
    step_down_in_silence(b, now_us);
    if (!b->conf.no_probing) {
        bool settled = t->trend.usage == GW_USAGE_NORMAL && !gw_bwe_by_loss(b);
        uint32_t bps = gw_bwe_estimate(b, now_us);

        t->probe.sent_bps = b->sent_bps;
        t->probe.gentle = t->aimd.decreased_us && now_us - t->aimd.decreased_us < CONTENDED_US;
        gw_probe_update(&t->probe, bps ? bps : b->conf.start_bps, b->conf.max_bps, settled, now_us);
    }
}

void gw_bwe_need(struct gw_bwe *b, uint32_t bps, uint32_t next_bps)
{
    uint32_t enough = next_bps > 2 * b->sent_bps ? next_bps : 2 * b->sent_bps;

    if (b->twcc)
        b->twcc->probe.need_bps = b->twcc->probe.gentle && enough < bps ? enough : bps;
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

uint32_t gw_bwe_estimate(const struct gw_bwe *b, int64_t now_us)
{
    double bps = gw_fallback_bps(&b->fallback, now_us);
    const struct gw_bwe_twcc *t = b->twcc;

    if (t && t->any) {
        bps = bps > 0 ? smaller(bps, by_feedback(t)) : by_feedback(t);
    }
    if (bps <= 0)
        return 0;
    if (bps < b->conf.min_bps)
        return b->conf.min_bps;
    return bps > b->conf.max_bps ? b->conf.max_bps : (uint32_t)bps;
}

int64_t gw_bwe_lag_us(const struct gw_bwe *b)
{
    return b->twcc && b->twcc->newest_sent_us ? b->twcc->feedback_us - b->twcc->newest_sent_us : 0;
}

int64_t gw_bwe_queue_us(const struct gw_bwe *b)
{
    return b->twcc && b->twcc->queue.standing_us != GW_QUEUE_UNKNOWN ? b->twcc->queue.standing_us : 0;
}

uint32_t gw_bwe_probe_bps(const struct gw_bwe *b)
{
    return b->twcc && b->twcc->probe.sending ? b->twcc->probe.bps : 0;
}

double gw_bwe_loss_inherent(const struct gw_bwe *b)
{
    return b->twcc && b->twcc->any ? b->twcc->loss.inherent : b->fraction_lost / 256.0;
}

double gw_bwe_loss_now(const struct gw_bwe *b)
{
    return b->twcc && b->twcc->any ? gw_loss_recent(&b->twcc->loss) : b->fraction_lost / 256.0;
}

bool gw_bwe_by_delay(const struct gw_bwe *b, int64_t now_us)
{
    double remb = gw_fallback_bps(&b->fallback, now_us);

    return b->twcc && b->twcc->any && !gw_bwe_by_loss(b) && (remb <= 0 || remb > b->twcc->aimd.bps);
}

bool gw_bwe_by_loss(const struct gw_bwe *b)
{
    const struct gw_bwe_twcc *t = b->twcc;

    return t && t->any && t->loss.bps > 0 && t->loss.bps < t->aimd.bps;
}
