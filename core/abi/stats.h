/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway is doing, for those who watch it: figures of the process, of its threads, and metrics of a plugin's
 * own. Counters are totals since the start; members are only added at the tail, the reader looks at `size` first.
 */
#ifndef CARDEA_STATS_H
#define CARDEA_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How late a loop did what was due: upper bounds in microseconds; what was later is counted behind the last one. */
#define CARDEA_LATE_BOUNDS 10
#define CARDEA_LATE_BOUNDS_US                                                                                          \
    {                                                                                                                  \
        500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000                                             \
    }

struct cardea_loop_stats {
    uint64_t cpu_us;  /* processor time of the thread */
    uint64_t busy_us; /* time that it did not wait */
    uint64_t turns;
    uint64_t late[CARDEA_LATE_BOUNDS + 1], late_us; /* timers by how late they ran; the sum of it */
};

struct cardea_worker_stats {
    uint32_t size;
    struct cardea_loop_stats loop;
    uint64_t peers, sources, sinks; /* now */
    uint64_t packets_in, bytes_in, packets_out, bytes_out, retransmitted, handshakes;
};

struct cardea_stats {
    uint32_t size;
    unsigned workers;
    struct cardea_loop_stats control;
    uint64_t sessions, handles; /* now */
    uint64_t sessions_made;     /* total */
    bool accepting, draining;
    double seal_us, send_us; /* processor time a packet of 1100 bytes costs here, measured at the start; 0: unknown */
    const char *version, *address;
    uint64_t expected; /* connections that were announced (host->expect) and are not here yet */
    bool succeeded; /* another process has taken over: it speaks for this node now */
};

/* --- metrics, served at /metrics ---------------------------------------------------------------------------------- */

struct cardea_metric;

enum cardea_metric_kind {
    CARDEA_COUNTER,   /* only grows; the name ends in _total */
    CARDEA_GAUGE,     /* a whole number */
    CARDEA_RATIO,     /* a gauge given in millionths, printed as a fraction; the name ends in _ratio */
    CARDEA_HISTOGRAM, /* of observations in base units (seconds, bytes) */
};

struct cardea_metric_conf {
    enum cardea_metric_kind kind;
    const char *name;     /* cardea_<plugin>_<what>, base units */
    const char *labels;   /* as between the braces, worker="0", or NULL. Never rooms or people: they have no bound */
    const char *help;     /* one sentence */
    const double *bounds; /* HISTOGRAM: n upper bounds, rising, at most 24 */
    size_t n;
};

#endif
