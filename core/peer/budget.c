/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ten times a second, and whenever the estimate falls: what the connection carries is divided over its sinks. Audio
 * comes first, then sinks whose layers a plugin has fixed, then those that leave the choice to us.
 */
#include "media/levels.h"
#include "media/probing.h"
#include "peer/state.h"

#define EVERY_US        100000
#define BACKLOG_US      100000 /* a pacer that holds back for longer than this has too much to do */
#define BACKLOG_MOST_US 400000
#define PACE            1.5  /* the pacer's rate at the limit, in estimates: a burst would look like a full queue */
#define BURST_US        5000 /* of that rate at once */
#define DRAIN_PACE      1.0  /* into a queue that is long already: what it cannot take is lost */
#define LONG_QUEUE_US   60000
#define WIDE_PACE       2.5 /* where there is room: whole frames */
#define WIDE_BURST_US   40000
#define WIDE            1.6     /* room: the estimate is so many times what is given away */
#define TRIAL_US        2000000 /* so long without feedback, although it was negotiated: the peer gives none */
#define LAG_SLACK_US    100000
#define LAG_MOST_US     1000000
#define LOSSY           0.01
#define RESERVE_MOST    0.3     /* of the estimate, for retransmissions */
#define AGAIN_FREE      0.1     /* of the estimate: repetitions that are not looked at, they come and go */
#define AGAIN_MOST      0.5     /* all of them may take so much of it */
#define SPARE           8       /* 1/8 of what is needed */
#define NEED_SINGLE     1500000 /* bit/s: what a stream that the sender can adapt is taken to have use for */
#define LEAST_WISH      60000
#define PLENTY          UINT32_MAX /* bit/s: nothing is known of a limit */
#define AUDIO_HEADERS   25000      /* bit/s: IP and UDP, at 50 packets a second, and RTCP */

static const struct cardea_sending *general(const struct gw_peer *p)
{
    return &p->engine->conf.settings.sending;
}

static uint32_t either(uint32_t own, uint32_t general)
{
    return own ? own : general;
}

/* Those whose link says so; all of them while the worker cannot send everything to everybody. */
static bool is_ours(const struct gw_peer *p, const struct gw_sink *k)
{
    return k->options.automatic || gw_shedding_is_on(&p->engine->shedding);
}

/* Neighbours in number are far from each other in this. */
static uint32_t scatter(uint64_t id)
{
    uint32_t h = (uint32_t)(id ^ id >> 32);

    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

void gw_budget_configure(struct gw_peer *p, int64_t now_us)
{
    const struct cardea_sending *own = &p->sending, *all = general(p);
    struct gw_bwe_conf conf = {
        .start_bps = either(own->start_bps, all->start_bps),
        .min_bps = either(own->min_bps, all->min_bps),
        .max_bps = either(own->max_bps, all->max_bps),
        .no_probing = own->no_probing || all->no_probing,
        .seed = scatter(p->id),
    };

    p->patience.random = conf.seed;
    gw_bwe_configure(&p->sender.bwe, &conf, now_us);
}

/* --- what there is ------------------------------------------------------------------------------------------------ */

/* What to reckon with: before the first feedback the start, if there is to be feedback. 0: no limit. */
static uint32_t available(const struct gw_peer *p, int64_t now_us)
{
    const struct gw_bwe *b = &p->sender.bwe;
    uint32_t bps = gw_bwe_estimate(b, now_us);

    if (bps || !p->twcc_ext || !p->dtls_connected_us)
        return bps;
    if (!p->first_video_us || now_us - p->first_video_us < TRIAL_US)
        return b->conf.start_bps;
    return 0;
}

static struct gw_sink *sink_at(const struct gw_peer *p, unsigned i)
{
    struct gw_sink *k = p->tracks[i] ? p->tracks[i]->sink : NULL;

    return k && k->conf.send && k->source ? k : NULL;
}

/* What goes out whatever we decide: audio, and video whose layers are fixed. *video: there is some. */
static uint32_t fixed(struct gw_peer *p, bool *video)
{
    uint64_t bps = 0;

    *video = false;
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_sink *k = sink_at(p, i);

        if (!k)
            continue;
        *video |= k->conf.kind == GW_VIDEO;
        if (k->conf.rtx_ssrc && !p->sender.prober)
            p->sender.prober = k; /* it need not have sent anything yet: perhaps there is no room for it */
        if (k->conf.kind == GW_AUDIO && k->bytes_second)
            bps += k->bytes_second * 8 + AUDIO_HEADERS;
        else if (!is_ours(p, k))
            bps += k->bytes_second * 8;
    }
    return bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}

/* --- dividing it -------------------------------------------------------------------------------------------------- */

struct round {
    struct gw_demand demand[GW_MAX_MLINES];
    struct gw_sink *sink[GW_MAX_MLINES];
    unsigned n;
    uint64_t need_bps;
    uint64_t again_bps; /* what was repeated for them in the last second */
    uint32_t step_bps;  /* what the cheapest step up takes more; 0: there is none */
};

/* Only one picture is on offer, perhaps at several frame rates: the sender has to fit it, not we. */
static bool is_single(const struct gw_demand *d)
{
    const struct gw_level *a = &d->level[0], *b = &d->level[d->n - 1];

    return a->substream == b->substream && a->spatial == b->spatial;
}

static uint32_t need_of(const struct gw_demand *d)
{
    uint32_t most = gw_levels_most(d->level, d->n);

    return is_single(d) && most < NEED_SINGLE ? NEED_SINGLE : most;
}

static void note_step(struct round *r, const struct gw_demand *d)
{
    int has = d->allotment->level;
    uint32_t bps = has < 0 || has >= (int)d->n ? 0 : d->level[has].bps;

    for (int i = has + 1; i < (int)d->n; i++) {
        if (d->level[i].bps <= bps)
            continue;
        if (!r->step_bps || d->level[i].bps - bps < r->step_bps)
            r->step_bps = d->level[i].bps - bps;
        return;
    }
}

/* What the worker has no time for is not on offer. false: that is all of it. */
static bool is_left(const struct gw_peer *p, struct gw_sink *k, struct gw_demand *d, int64_t now_us)
{
    unsigned n = gw_shedding_levels(&p->engine->shedding, d->level, d->n, scatter(k->id) / (UINT32_MAX + 1.0));

    k->shed = n < d->n;
    d->n = n;
    if (!n)
        gw_sink_limit(k, NULL, 0, now_us);
    return n;
}

static void gather(const struct gw_peer *p, struct round *r, int64_t now_us)
{
    r->n = 0;
    r->need_bps = 0;
    r->again_bps = 0;
    r->step_bps = 0;
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_sink *k = sink_at(p, i);
        struct gw_demand *d = &r->demand[r->n];

        if (!k || k->conf.kind != GW_VIDEO || k->options.paused)
            continue;
        d->priority = k->options.priority;
        d->allotment = &k->allotment;
        d->n = gw_levels_of(k, d->level, now_us);
        if (!d->n)
            continue;
        r->need_bps += need_of(d);
        if (!is_ours(p, k))
            continue; /* it takes what it takes, and may need more than it gets now */
        if (!is_left(p, k, d, now_us))
            continue;
        note_step(r, d);
        r->again_bps += k->again_second * 8;
        r->sink[r->n++] = k;
    }
}

static void unlimit_all(struct gw_peer *p, int64_t now_us)
{
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->sink)
            gw_sink_unlimit(p->tracks[i]->sink, now_us);
}

/* What they have takes now, a keyframe a moment ago included; and what the lowest quality of them would. */
static void measure(const struct round *r, struct gw_patience_case *c, int64_t now_us)
{
    for (unsigned i = 0; i < r->n; i++) {
        const struct gw_demand *d = &r->demand[i];
        const struct gw_allotment *a = d->allotment;

        if (a->level < 0)
            continue;
        c->given_bps += a->level < (int)d->n ? d->level[a->level].bps : a->has.bps;
        c->lowest_bps += d->level[0].bps;
        if (a->level > 0 && a->up_us && (c->up_us < 0 || now_us - a->up_us < c->up_us))
            c->up_us = now_us - a->up_us;
    }
}

/* What to divide: not every queue is ours to shorten. */
static uint32_t patient(struct gw_peer *p, const struct round *r, uint32_t bps, uint32_t away, int64_t now_us)
{
    const struct gw_bwe *b = &p->sender.bwe;
    struct gw_patience_case c = {
        .budget_bps = bps, .given_bps = away, .lowest_bps = away, .up_us = -1, .queue_us = gw_bwe_queue_us(b)};

    if (!gw_bwe_by_delay(b, now_us))
        return bps;
    measure(r, &c, now_us);
    return gw_patience_budget(&p->patience, &c, now_us);
}

/* What the sender need not exceed, where it is for it to fit; 0: it is not. */
static uint32_t wish(const struct gw_peer *p, struct gw_sink *k, const struct gw_demand *d)
{
    const struct gw_shedding *s = &p->engine->shedding;
    uint32_t bps = d->budget_bps, most = gw_levels_most(d->level, d->n);

    if (k->shed || !is_single(d))
        return 0;
    if (!gw_shedding_is_on(s) || most > k->whole_bps)
        k->whole_bps = most; /* while it is on the sender does as it was asked: that is not the whole */
    if (gw_shedding_is_on(s) && gw_shedding_bps(s, k->whole_bps) < bps)
        bps = gw_shedding_bps(s, k->whole_bps);
    return bps > LEAST_WISH ? bps : LEAST_WISH;
}

static void divide(struct gw_peer *p, struct round *r, uint32_t bps, int64_t now_us)
{
    p->allocated_bps = gw_allocate(r->demand, r->n, bps, now_us);
    for (unsigned i = 0; i < r->n; i++) {
        const struct gw_demand *d = &r->demand[i];
        struct gw_sink *k = r->sink[i];
        int level = d->allotment->level;

        k->wish_bps = wish(p, k, d);
        gw_sink_limit(k, level < 0 ? NULL : &d->level[level],
                      k->shed && level >= 0 ? d->level[level].bps : d->budget_bps, now_us);
    }
}

/* Sinks that are not (any more) ours to choose for. */
static void release(struct gw_peer *p, int64_t now_us)
{
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_sink *k = p->tracks[i] ? p->tracks[i]->sink : NULL;

        if (k && k->limited && !is_ours(p, k))
            gw_sink_unlimit(k, now_us);
    }
}

static void set_pace(struct gw_peer *p, uint32_t away_bps, int64_t now_us)
{
    struct gw_sender *s = &p->sender;
    uint32_t estimate = gw_bwe_estimate(&s->bwe, now_us);
    bool wide = estimate > WIDE * (p->allocated_bps + (double)away_bps);
    double pace = wide                                       ? WIDE_PACE
                  : gw_bwe_queue_us(&s->bwe) > LONG_QUEUE_US ? DRAIN_PACE
                                                             : PACE,
           rate = p->sending.no_pacing || general(p)->no_pacing ? 0 : pace * estimate;

    gw_pacer_set_rate(&s->pacer, rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX, wide ? WIDE_BURST_US : BURST_US,
                      now_us);
}

/* The part of the budget that is needed to send what waits already. */
static double backlog(const struct gw_peer *p, int64_t now_us)
{
    int64_t delay_us = gw_pacer_delay_us(&p->sender.pacer, now_us) - BACKLOG_US;

    if (delay_us <= 0)
        return 0;
    return delay_us < BACKLOG_MOST_US ? (double)delay_us / 1e6 : BACKLOG_MOST_US / 1e6;
}

/* What the estimate must be for everybody to have the best: a step up wants some room (allocator.c), losses theirs. */
static uint32_t needed(uint64_t bps, double loss)
{
    double all = (double)(bps + bps / SPARE) / (1 - (loss < RESERVE_MOST ? loss : RESERVE_MOST));

    return all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}

/* What is lost at any rate has to be sent again; and so it is, if more is lost than that. */
static uint32_t for_repeating(const struct round *r, uint32_t bps, double loss)
{
    double usual = bps * (loss < RESERVE_MOST ? loss : RESERVE_MOST),
           more = (double)r->again_bps - usual - bps * AGAIN_FREE, all = usual + (more > 0 ? more : 0);

    return (uint32_t)(all < bps * AGAIN_MOST ? all : bps * AGAIN_MOST);
}

void gw_budget_run(struct gw_peer *p, int64_t now_us)
{
    struct gw_bwe *b = &p->sender.bwe;
    uint32_t bps = available(p, now_us), away;
    double loss = gw_bwe_loss_inherent(b);
    struct round r;
    uint64_t next;
    bool video;

    away = fixed(p, &video);
    if (video && !p->first_video_us)
        p->first_video_us = now_us;
    gather(p, &r, now_us);
    r.need_bps = r.need_bps + AUDIO_HEADERS > away ? r.need_bps + AUDIO_HEADERS : away;
    if (!gw_probing_is_possible(&p->sender) || gw_shedding_is_on(&p->engine->shedding))
        r.need_bps = 0;
    next = r.step_bps ? (uint64_t)p->allocated_bps + r.step_bps + away : r.need_bps;
    gw_bwe_need(b, needed(r.need_bps, loss), needed(next, loss));
    gw_bwe_tick(b, now_us);
    if (gw_bwe_probe_bps(b))
        gw_sender_kick(&p->sender);
    set_pace(p, away, now_us);
    release(p, now_us);
    if (!bps && !gw_shedding_is_on(&p->engine->shedding)) {
        unlimit_all(p, now_us);
        p->allocated_bps = 0;
        return;
    }
    if (bps) {
        bps -= for_repeating(&r, bps, loss);
        bps -= (uint32_t)(bps * backlog(p, now_us));
        bps = patient(p, &r, bps, away, now_us);
    } else {
        bps = PLENTY;
    }
    divide(p, &r, bps > away ? bps - away : 0, now_us);
}

/* A queue on the way makes round trips longer at once; what is asked back then, and once more, must still be there.
 * Where losses are many, repetitions are lost as well: a receiver that still asks after the fourth time still wants it.
 */
static void keep_longer(struct gw_peer *p)
{
    int64_t want = 2 * gw_bwe_lag_us(&p->sender.bwe) + LAG_SLACK_US;

    p->sender.lossy = gw_bwe_loss_now(&p->sender.bwe) > LOSSY;
    if (p->sender.lossy || want > LAG_MOST_US)
        want = LAG_MOST_US;
    if (want > p->sender.history_us)
        p->sender.history_us = want;
}

/* Feedback came: a fall is answered at once, everything else has time. */
void gw_budget_feedback(struct gw_peer *p, int64_t now_us)
{
    uint32_t bps = gw_bwe_estimate(&p->sender.bwe, now_us);

    keep_longer(p);
    if (bps && bps < p->allocated_bps) {
        gw_budget_run(p, now_us);
        return;
    }
    gw_bwe_tick(&p->sender.bwe, now_us);
    if (gw_bwe_probe_bps(&p->sender.bwe))
        gw_sender_kick(&p->sender);
}

static void tick(void *arg, int64_t now_us)
{
    struct gw_peer *p = arg;

    p->engine->now_us = now_us;
    if (p->closing)
        return;
    gw_budget_run(p, now_us);
    gw_demand_run(p, now_us);
    gw_timer_start(p->engine->conf.timers, &p->budget_timer, now_us + EVERY_US);
}

void gw_budget_start(struct gw_peer *p, int64_t now_us)
{
    p->budget_timer = (struct gw_timer){.fire = tick, .arg = p, .coarse = true};
    gw_timer_start(p->engine->conf.timers, &p->budget_timer, now_us + EVERY_US);
}
