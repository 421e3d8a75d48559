/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From two readings a second apart to one figure: how loaded this gateway is, what it is short of, and how many more
 * subscribers of the present mix fit. Pure: no clock, no files; the caller brings readings and keeps the struct.
 *
 * Each component is its use ÷ its capacity: 1.0 is full, more is possible. `load` is the worst of them, smoothed: up
 * within two seconds, down within ten.
 */
#ifndef LOADREPORT_FIGURE_H
#define LOADREPORT_FIGURE_H

#include <cardea/stats.h>

#include "kernel.h"

#define FIGURE_WORKERS 64
#define FIGURE_RECENT  10 /* seconds for which a new session counts at the cost it is about to have */

enum component {
    ON_CPU,         /* processor time of the process ÷ what it may use */
    ON_MACHINE,     /* all processors, also for others; stolen time counts as used */
    ON_WORKER,      /* the busiest worker's share of time that it did not wait */
    ON_CONTROL,     /* the same of the control thread */
    ON_LAG,         /* how late the loops run (99 of 100 timers) ÷ the limit */
    ON_MEMORY,      /* resident ÷ limit of the control group or the machine */
    ON_DESCRIPTORS, /* open ÷ limit */
    ON_NETWORK,     /* bits a second, the busier direction ÷ limit; without a limit 0 */
    ON_DISK,        /* the least free space that is bearable ÷ what is free */
    COMPONENTS,
};

extern const char *const component_names[COMPONENTS];

struct figure_limits { /* 0: as found, or none */
    double cores;
    uint64_t memory, network_bps, disk_free;
    double lag_s;
    bool machine; /* what others use counts, where no control group limits us */
    uint64_t subscribers;
};

struct reading {
    int64_t at_us;
    struct kernel_reading kernel;
    struct cardea_stats stats;
    unsigned n_workers;
    struct cardea_worker_stats worker[FIGURE_WORKERS];
};

struct figure_worker {
    double busy, cpu; /* shares of one processor */
    double lag_s;
    uint64_t peers, sources, sinks;
};

struct figure {
    bool valid; /* there were two readings */
    double component[COMPONENTS];
    enum component worst;
    double now, load, predicted; /* not smoothed; smoothed; with what is about to come */
    int64_t capacity;            /* subscribers that still fit */
    double steal;                /* share of the machine's time */
    double forward_us;           /* processor time a forwarded packet costs; 0: not known yet */
    double in_bps, out_bps, in_pps, out_pps, handshakes_ps, net_in_bps, net_out_bps;
    uint64_t peers, sources, sinks, recent; /* recent: sessions made in the last FIGURE_RECENT seconds */
    double coming;                          /* of them, weighted: a second old almost 1, ten seconds old almost 0 */
    unsigned n_workers;
    struct figure_worker worker[FIGURE_WORKERS];
    uint64_t made[FIGURE_RECENT]; /* sessions made so far, as of the last seconds, newest first */
};

/* before: the reading a second earlier. f: the figure of then; becomes that of now. Zero at first. */
void figure_update(struct figure *f, const struct reading *before, const struct reading *now,
                   const struct figure_limits *limits);
/* How late 99 of 100 timers were at most, seconds; 0 when there were none. */
double figure_lag(const struct cardea_loop_stats *before, const struct cardea_loop_stats *now);

#endif
