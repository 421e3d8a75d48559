/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate by delay: up while the queue on the way is quiet, down to 85 % of what arrives when it grows
 * (draft-ietf-rmcat-gcc-02 §5.5). Near the rate at which the queue grew last it goes up by about a packet a response
 * time, far from it by 8 % a second. It never grows beyond what was tried: a forwarder cannot send more than there is,
 * so the way up without media is probing (bwe/probe.h). Pure.
 */
#ifndef GW_BWE_AIMD_H
#define GW_BWE_AIMD_H

#include <stdbool.h>
#include <stdint.h>

#include "bwe/trend.h"

struct gw_aimd {
    double bps, min_bps, max_bps;
    bool holding;
    int64_t changed_us, decreased_us;
    /* what arrived when the queue grew: 0 unknown */
    double capacity_bps;
    double deviation; /* relative, squared and smoothed */
};

void gw_aimd_init(struct gw_aimd *a, uint32_t start_bps, uint32_t min_bps, uint32_t max_bps);
/* acked_bps 0: unknown. Returns true when it went down. */
bool gw_aimd_update(struct gw_aimd *a, enum gw_usage usage, uint32_t acked_bps, uint32_t rtt_us, int64_t now_us);
/* It is known from elsewhere: a probe, another controller. */
void gw_aimd_set(struct gw_aimd *a, double bps, int64_t now_us);

#endif
