/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named numbers for whoever watches the gateway, printed in the text format of Prometheus.
 *
 * Making a metric takes a lock and may be done on any thread, but belongs to start-up; updating one is a relaxed atomic
 * add or store, on any thread. A metric lives as long as the process. Every function takes a NULL metric (the registry
 * was full) and does nothing.
 *
 *     static struct gw_metric *joins;
 *     joins = gw_metric_counter("cardea_room_joins_total", NULL, "Participants that joined a room.");
 *     gw_metric_add(joins, 1);
 */
#ifndef GW_METRICS_METRICS_H
#define GW_METRICS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#define GW_METRICS_MAX         2048 /* metrics; a histogram counts as one */
#define GW_METRICS_MAX_BUCKETS 24

struct gw_metric;

/*
 * name: [a-zA-Z_][a-zA-Z0-9_]*. labels: as printed between the braces (worker="0"), NULL for none; quote values with
 * gw_metric_label(). help: one sentence. Strings are copied. Asking again for the same name and labels gives the same
 * metric. NULL: full, a bad name, or the name is in use for another kind.
 */
struct gw_metric *gw_metric_counter(const char *name, const char *labels, const char *help);
struct gw_metric *gw_metric_gauge(const char *name, const char *labels, const char *help);
/* bounds: n upper bounds, rising, without the last (+Inf). */
struct gw_metric *gw_metric_histogram(const char *name, const char *labels, const char *help, const double *bounds,
                                      size_t n);

/* Counter or gauge: its values are millionths (of a second, of a ratio) and printed as a fraction. Returns m. */
struct gw_metric *gw_metric_in_micros(struct gw_metric *m);

void gw_metric_add(struct gw_metric *m, int64_t n);    /* counter (n >= 0) or gauge */
void gw_metric_set(struct gw_metric *m, int64_t v);    /* gauge, or a counter that is kept elsewhere */
void gw_metric_observe(struct gw_metric *m, double v); /* histogram */
/* Histogram that is kept elsewhere: counts for each bound and +Inf, not cumulative, and the sum of what was observed. */
void gw_metric_set_buckets(struct gw_metric *m, const uint64_t *counts, double sum);
int64_t gw_metric_value(const struct gw_metric *m);    /* of a histogram: how many observations */

/* Writes key="value" with the value escaped. Returns the length wanted, as snprintf. */
size_t gw_metric_label(char *to, size_t size, const char *key, const char *value);

/* fn is called at the start of every render, on the rendering thread: the place to set what is kept elsewhere. */
int gw_metrics_on_render(void (*fn)(void *arg), void *arg);
void gw_metrics_off_render(void (*fn)(void *arg), void *arg);

/* The whole registry as text; free() it. Content type: text/plain; version=0.0.4. One render at a time. */
char *gw_metrics_render(void);

#endif
