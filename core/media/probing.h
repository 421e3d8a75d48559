/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a probe of the bandwidth estimator (bwe/probe.h): where the media that leaves anyway does not reach the rate
 * to be tried, recent packets are sent again by RTX, which also repairs what was lost, and, without any, RTX packets
 * that hold padding alone. Worker thread.
 */
#ifndef GW_MEDIA_PROBING_H
#define GW_MEDIA_PROBING_H

#include <stdbool.h>
#include <stdint.h>

struct gw_sender;

/* There is a sink by which probes can be sent. */
bool gw_probing_is_possible(const struct gw_sender *s);
/* Sends what the probe lacks by now; returns when it wants more, INT64_MAX: there is no probe, or it is complete. */
int64_t gw_probing_fill(struct gw_sender *s, int64_t now_us);

#endif
