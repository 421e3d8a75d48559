/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate towards a peer without transport-wide feedback: its own estimate (REMB) of the last 10 s, and losses in
 * its receiver reports. Without either nothing is known and nothing is limited; losses above 10 % begin a limit that
 * follows them (draft-ietf-rmcat-gcc-02 §6), and a long time without any ends it. Pure.
 */
#ifndef GW_BWE_FALLBACK_H
#define GW_BWE_FALLBACK_H

#include <stdint.h>

#define GW_FALLBACK_REMB_US 10000000

struct gw_fallback {
    uint32_t remb_bps;
    int64_t remb_us;
    double loss_bps;  /* 0: no limit */
    int64_t clean_us; /* since when losses are below 2 % */
};

void gw_fallback_remb(struct gw_fallback *f, uint32_t bps, int64_t now_us);
/* A receiver report: the worst of its blocks. sent_bps: what was sent meanwhile. */
void gw_fallback_loss(struct gw_fallback *f, double loss, double sent_bps, int64_t now_us);
double gw_fallback_bps(const struct gw_fallback *f, int64_t now_us); /* 0: no limit */

#endif
