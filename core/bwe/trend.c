/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/trend.h"

#include <math.h>

#define SMOOTHING     0.9
#define GAIN          4.0
#define GROUPS_MOST   60
#define OVER_MS       10.0 /* a slope above the threshold for so long, twice in a row, is over-use */
#define THRESHOLD     12.5 /* ms at first */
#define THRESHOLD_MIN 6.0
#define THRESHOLD_MAX 600.0
#define RISE          0.0087 /* how fast the threshold follows, up and down, for each ms */
#define FALL          0.039
#define SPIKE         15.0 /* ms beyond the threshold that do not move it */
#define STEP_MOST     100.0

void gw_trend_init(struct gw_trend *t)
{
    *t = (struct gw_trend){.threshold_ms = THRESHOLD, .over_ms = -1};
}

/* Least squares over the window; the old slope when all points lie in one instant. */
static double fit(const struct gw_trend *t)
{
    double x = 0, y = 0, up = 0, down = 0;

    for (unsigned i = 0; i < t->n; i++) {
        x += t->point[i].x_ms;
        y += t->point[i].y_ms;
    }
    x /= t->n;
    y /= t->n;
    for (unsigned i = 0; i < t->n; i++) {
        double dx = t->point[i].x_ms - x;

        up += dx * (t->point[i].y_ms - y);
        down += dx * dx;
    }
    return down > 0 ? up / down : t->slope;
}

static void adapt(struct gw_trend *t, double trend_ms, int64_t arrival_us)
{
    double size = fabs(trend_ms), passed;

    if (!t->threshold_us || arrival_us < t->threshold_us)
        t->threshold_us = arrival_us;
    passed = (double)(arrival_us - t->threshold_us) / 1000;
    t->threshold_us = arrival_us;
    if (size > t->threshold_ms + SPIKE)
        return;
    if (passed > STEP_MOST)
        passed = STEP_MOST;
    t->threshold_ms += (size < t->threshold_ms ? FALL : RISE) * (size - t->threshold_ms) * passed;
    if (t->threshold_ms < THRESHOLD_MIN)
        t->threshold_ms = THRESHOLD_MIN;
    if (t->threshold_ms > THRESHOLD_MAX)
        t->threshold_ms = THRESHOLD_MAX;
}

static void detect(struct gw_trend *t, double before, double sent_ms, int64_t arrival_us)
{
    double trend_ms = t->slope * t->groups * GAIN;

    if (trend_ms > t->threshold_ms) {
        t->over_ms = t->over_ms < 0 ? sent_ms / 2 : t->over_ms + sent_ms;
        t->over_count++;
        if (t->over_ms > OVER_MS && t->over_count > 1 && t->slope >= before) {
            t->over_ms = 0;
            t->over_count = 0;
            t->usage = GW_USAGE_OVER;
        }
    } else {
        t->over_ms = -1;
        t->over_count = 0;
        t->usage = trend_ms < -t->threshold_ms ? GW_USAGE_UNDER : GW_USAGE_NORMAL;
    }
    adapt(t, trend_ms, arrival_us);
}

enum gw_usage gw_trend_group(struct gw_trend *t, int64_t sent_delta_us, int64_t arrival_delta_us, int64_t arrival_us)
{
    double before = t->slope;

    if (!t->first_arrival_us)
        t->first_arrival_us = arrival_us;
    if (t->groups < GROUPS_MOST)
        t->groups++;
    t->delay_ms += (double)(arrival_delta_us - sent_delta_us) / 1000;
    t->smooth_ms = SMOOTHING * t->smooth_ms + (1 - SMOOTHING) * t->delay_ms;
    t->point[t->at].x_ms = (double)(arrival_us - t->first_arrival_us) / 1000;
    t->point[t->at].y_ms = t->smooth_ms;
    t->at = (t->at + 1) % GW_TREND_WINDOW;
    if (t->n < GW_TREND_WINDOW)
        t->n++;
    if (t->n == GW_TREND_WINDOW)
        t->slope = fit(t);
    detect(t, before, (double)sent_delta_us / 1000, arrival_us);
    return t->usage;
}
