/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the queue on the way grow? The slope of a line through the smoothed delays of the last groups, against a
 * threshold that adapts, so that a flow beside a loss-based one is not starved (draft-ietf-rmcat-gcc-02 §5.4, with the
 * slope of a regression in place of its Kalman filter). Pure.
 */
#ifndef GW_BWE_TREND_H
#define GW_BWE_TREND_H

#include <stdbool.h>
#include <stdint.h>

#define GW_TREND_WINDOW 20

enum gw_usage { GW_USAGE_NORMAL, GW_USAGE_OVER, GW_USAGE_UNDER };

struct gw_trend {
    /* the line */
    unsigned n, at; /* points held; where the next goes */
    struct {
        double x_ms, y_ms;
    } point[GW_TREND_WINDOW];
    int64_t first_arrival_us;
    double delay_ms, smooth_ms; /* accumulated, and smoothed */
    unsigned groups;            /* up to 60 */
    double slope;
    /* the detector */
    double threshold_ms;
    int64_t threshold_us; /* when it was last moved */
    double over_ms;       /* for how long the slope has been above it; < 0: not */
    unsigned over_count;
    enum gw_usage usage;
};

void gw_trend_init(struct gw_trend *t);
/* A group arrived: distances to the one before it, and its arrival in the receiver's time. */
enum gw_usage gw_trend_group(struct gw_trend *t, int64_t sent_delta_us, int64_t arrival_delta_us, int64_t arrival_us);

#endif
