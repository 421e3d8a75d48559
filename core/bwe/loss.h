/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate by losses. Radio links lose packets at any rate, full queues lose what is too much: of a few candidate
 * rates the one is taken that explains the losses of the last seconds best,
 *     P(lost) = inherent + (1 - inherent) * max(0, (sent - rate) / sent),
 * where the inherent part may be at most 6 % (more at low rates, where there is nothing left to save) and, of equals,
 * the higher rate wins.
 *
 * More than 6 % are believed to be inherent once it is proved: when less was sent, as much was lost. So a way that
 * loses a fifth at any rate costs one look at a lower rate, and one that is too narrow, but has no queue to show it,
 * does not pass for that. What it was proved to be is forgotten as soon as less is lost, or more at a higher rate.
 * Pure.
 */
#ifndef GW_BWE_LOSS_H
#define GW_BWE_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_LOSS_WINDOW    20
#define GW_LOSS_PERIOD_US 250000

struct gw_loss {
    double bps;      /* 0: no limit known */
    double inherent; /* 0…1 */
    double proved;   /* 0…1: the inherent part may be so much */
    unsigned n, at;
    struct gw_loss_period {
        uint32_t lost, received;
        double sent_bps;
    } seen[GW_LOSS_WINDOW];
    /* the period that is being filled */
    struct gw_loss_period now;
    uint64_t bytes;
    int64_t first_sent_us, last_sent_us;
};

/* What feedback told about one packet. */
void gw_loss_packet(struct gw_loss *l, bool lost, size_t bytes, int64_t sent_us);
/* After each feedback. upper_bps: the rate by delay. acked_bps 0: unknown. true: a period ended, l->bps is new. */
bool gw_loss_update(struct gw_loss *l, double upper_bps, double acked_bps, double min_bps);
double gw_loss_recent(const struct gw_loss *l); /* of the last seconds, 0…1 */

#endif
