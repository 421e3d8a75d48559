/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue on the way to one peer, from how long packets are under way by two clocks: only differences count, so it
 * is measured against the least delay seen lately. Jitter leaves some packets undelayed, a full queue none: the least
 * delayed packet of a feedback tells the two apart. While no packet finds the queue empty, the way is never idle, and
 * what arrives is what it carries. Pure.
 */
#ifndef GW_BWE_QUEUE_H
#define GW_BWE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#define GW_QUEUE_UNKNOWN 10000000 /* µs: no packet of this feedback has arrived */

struct gw_queue {
    int64_t least_us;      /* the least delay seen lately, creeping up */
    int64_t least_at_us;   /* when it last crept, by our clock; 0: nothing yet */
    int64_t standing_us;   /* of the last feedback's packets the least, above that: a queue that does not go away */
    int64_t before_us;     /* the same of the feedback before */
    int64_t busy_us;       /* since when no packet found it empty, by the receiver's clock; 0: one just did */
    unsigned busy_packets; /* that came since then */
    int64_t newest_us;     /* the last arrival */
    /* a queue that stays long */
    int64_t stuck_us;      /* since when, by our clock; 0: it is not */
    int64_t stuck_from_us; /* how long it was then */
    unsigned steps;        /* down, for that reason, without making it shorter */
};

/* A feedback begins; then each of its packets that has arrived, in the order sent. */
void gw_queue_begin(struct gw_queue *q);
void gw_queue_packet(struct gw_queue *q, int64_t sent_us, int64_t arrival_us, int64_t now_us);
/* The receiver's clock was set: begin anew. */
void gw_queue_reset(struct gw_queue *q);

/* For how long the way has not been idle up to the last arrival; 0: it has, or too few packets came to tell. */
int64_t gw_queue_busy_us(const struct gw_queue *q);
/* It grew from one feedback to the next by more than jitter explains. */
bool gw_queue_grows(const struct gw_queue *q);
/*
 * A full queue does not grow any more, it only loses packets: where it is long and does not become shorter, that is
 * over-use as well. If several steps down (gw_queue_stepped()) do not help, it is not of our making, or the way has
 * become longer: then that is what it is like from now on. newest_sent_us: of what the feedback told of; down_us: the
 * last step down, whose effect must be seen first.
 */
bool gw_queue_stuck(struct gw_queue *q, int64_t newest_sent_us, int64_t down_us, int64_t now_us);
void gw_queue_stepped(struct gw_queue *q);

#endif
