/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the way to one peer can carry: one a connection, fed with what was sent and what the peer says of it.
 *
 *     sent packets (flight) --+                       +-> trend -> aimd: rate by delay --+
 *                             +-> feedback -> arrival-+-> acked, queue: what arrives     +-> the smaller -> estimate
 *     transport-wide feedback +                       +-> loss: rate by losses ----------+        ^
 *                                                     +-> probe: a higher rate tried ----> both   | REMB: never above
 *
 * Peers without transport-wide feedback: bwe/fallback.h. Pure, but for memory that is taken with the first packet sent.
 *
 * Feedback is hostile: each packet of it costs a bounded time, what it says about packets never sent or told before is
 * counted and ignored, and the estimate stays between min and max.
 */
#ifndef GW_BWE_BWE_H
#define GW_BWE_BWE_H

#include "bwe/acked.h"
#include "bwe/aimd.h"
#include "bwe/arrival.h"
#include "bwe/fallback.h"
#include "bwe/flight.h"
#include "bwe/loss.h"
#include "bwe/probe.h"
#include "bwe/queue.h"
#include "rtcp/twcc.h"

#define GW_BWE_START_BPS     600000
#define GW_BWE_MIN_BPS       30000
#define GW_BWE_MAX_BPS       100000000
#define GW_BWE_FEEDBACK_MOST 2048 /* entries looked at in one feedback packet */
#define GW_BWE_OVERHEAD      28   /* IPv4 and UDP: links carry these bytes as well */

struct gw_bwe_conf {
    uint32_t start_bps, min_bps, max_bps; /* 0: the defaults above */
    bool no_probing;
    uint32_t seed; /* of what is done at random: connections that share a way should differ */
};

struct gw_bwe_twcc {
    struct gw_flight flight;
    struct gw_arrival arrival;
    struct gw_queue queue;
    struct gw_trend trend;
    struct gw_aimd aimd;
    struct gw_acked acked;
    struct gw_loss loss;
    struct gw_probe probe;
    /* the receiver's clock */
    bool any;             /* feedback came */
    int32_t reference;    /* of the last feedback, 24 bits */
    int64_t reference_us; /* unwrapped */
    int64_t feedback_us;  /* when the last one came, by our clock */
    int64_t back_off_us;  /* last step down for want of feedback */
    int64_t clear_us;     /* since when there is no queue on the way */
    /* of packets that left together: how much came in how long; of this feedback and the one before */
    struct {
        int64_t bytes, us;
    } close[2];
    int64_t close_sent_us, close_arrival_us; /* the last packet's */
    int64_t last_sent_us;
    int64_t newest_sent_us; /* of what has arrived: when the newest of it left */
};

struct gw_bwe {
    struct gw_bwe_conf conf;
    /* borrowed, optional: a marked packet has arrived, by the receiver's clock */
    void (*arrived)(void *arg, uint16_t mark, int64_t arrival_us);
    void *arg;
    struct gw_fallback fallback;
    struct gw_bwe_twcc *twcc; /* owned; NULL: nothing numbered was sent */
    uint32_t rtt_us;          /* smoothed; 0 unknown */
    uint8_t fraction_lost;    /* last receiver report, 1/256 */
    uint32_t sent_bps;        /* of the last half second */
    uint64_t sent_bytes;      /* since then */
    int64_t sent_us;
    /* counters */
    uint64_t feedbacks, unsent, repeated, clock_jumps, too_long, overuses, rembs;
};

void gw_bwe_init(struct gw_bwe *b, const struct gw_bwe_conf *conf); /* conf NULL: defaults */
void gw_bwe_clear(struct gw_bwe *b);                                /* frees what it holds */
/* New bounds; the estimate moves into them. */
void gw_bwe_configure(struct gw_bwe *b, const struct gw_bwe_conf *conf, int64_t now_us);

/* A packet left. numbered: it carries twcc_seq. bytes: on the wire, without IP and UDP. mark: for b->arrived, 0: none.
 */
void gw_bwe_sent(struct gw_bwe *b, bool numbered, uint16_t twcc_seq, size_t bytes, uint16_t mark, int64_t now_us);
/* Transport-wide feedback; head and arrivals as gw_twcc_read() gives them, n <= GW_BWE_FEEDBACK_MOST. */
void gw_bwe_feedback(struct gw_bwe *b, const struct gw_twcc_head *head, const int64_t *arrival_us, size_t n,
                     int64_t now_us);
void gw_bwe_remb(struct gw_bwe *b, uint64_t bps, int64_t now_us);
void gw_bwe_loss(struct gw_bwe *b, uint8_t fraction_lost, int64_t now_us); /* a receiver report, worst of its blocks */
void gw_bwe_rtt(struct gw_bwe *b, uint32_t rtt_us);
/* Ten times a second or so: steps down when feedback fails to come, and whether a probe is due. */
void gw_bwe_tick(struct gw_bwe *b, int64_t now_us);
/* What could be used if there were room for it: nothing beyond is tried out. next_bps: what the next better quality
 * takes, which is enough to try where the way was full lately. */
void gw_bwe_need(struct gw_bwe *b, uint32_t bps, uint32_t next_bps);

uint32_t gw_bwe_estimate(const struct gw_bwe *b, int64_t now_us); /* bit/s; 0: nothing known, no limit */
/* How old the newest packet was of which the last feedback told: a round trip, and the peer's interval. 0 unknown. */
int64_t gw_bwe_lag_us(const struct gw_bwe *b);
/* The queue on the way, as the last feedback tells: what every packet has waited. 0: none, or unknown. */
int64_t gw_bwe_queue_us(const struct gw_bwe *b);
/* The probe that waits for packets: its rate, 0 none. */
uint32_t gw_bwe_probe_bps(const struct gw_bwe *b);
double gw_bwe_loss_inherent(const struct gw_bwe *b);          /* 0…1: what the way loses at any rate */
double gw_bwe_loss_now(const struct gw_bwe *b);               /* 0…1, of the last seconds */
bool gw_bwe_by_delay(const struct gw_bwe *b, int64_t now_us); /* delays are: neither losses nor a REMB */
bool gw_bwe_by_loss(const struct gw_bwe *b);                  /* losses are what limits the estimate */

#endif
