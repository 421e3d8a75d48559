/* SPDX-License-Identifier: Apache-2.0 */
#include "figure.h"

#include <math.h>
#include <string.h>

#define UP   0.6 /* share of the way to the present value that a second goes */
#define DOWN 0.1

/* A subscriber before anybody has shown what one costs: 1.5 Mbit/s of video and one audio stream. */
#define USUAL_PACKETS  220.0
#define USUAL_OVERHEAD 2.0 /* forwarding costs about that much more than sealing and sending alone */
#define USUAL_MEMORY   (64.0 * 1024)
#define FEW_SINKS      5
#define SOME_LOAD      0.02

const char *const component_names[COMPONENTS] = {"cpu",    "machine",     "worker",  "control", "lag",
                                                 "memory", "descriptors", "network", "disk"};

static double share(double part, double whole)
{
    return whole > 0 && part > 0 ? part / whole : 0;
}

/* Counters start anew when something behind them does. */
static double grown(uint64_t before, uint64_t now)
{
    return now > before ? (double)(now - before) : 0;
}

double figure_lag(const struct cardea_loop_stats *before, const struct cardea_loop_stats *now)
{
    static const int64_t bounds[CARDEA_LATE_BOUNDS] = CARDEA_LATE_BOUNDS_US;
    double all = 0, behind = 0;

    for (unsigned i = 0; i <= CARDEA_LATE_BOUNDS; i++)
        all += grown(before->late[i], now->late[i]);
    for (unsigned i = CARDEA_LATE_BOUNDS + 1; i > 0 && all > 0; i--) {
        behind += grown(before->late[i - 1], now->late[i - 1]);
        if (behind > all / 100)
            return i > CARDEA_LATE_BOUNDS ? 1.0 : i > 1 ? (double)bounds[i - 1] / 1e6 : 0;
    }
    return 0;
}

/* --- components --------------------------------------------------------------------------------------------------- */

static double on_cpu(const struct reading *b, const struct reading *n, double seconds, const struct figure_limits *l)
{
    double cores = l->cores > 0 ? l->cores : n->kernel.cores;

    return share(grown(b->kernel.cpu_us, n->kernel.cpu_us) / 1e6 / seconds, cores);
}

static double on_machine(struct figure *f, const struct reading *b, const struct reading *n)
{
    double total = grown(b->kernel.machine.total, n->kernel.machine.total);
    double idle = grown(b->kernel.machine.idle, n->kernel.machine.idle);

    f->steal = share(grown(b->kernel.machine.steal, n->kernel.machine.steal), total);
    return share(total - idle, total);
}

static void look_at_workers(struct figure *f, const struct reading *b, const struct reading *n, double seconds)
{
    double cpu_us = 0, packets = 0;

    f->n_workers = n->n_workers;
    f->peers = f->sources = f->sinks = 0;
    f->in_bps = f->out_bps = f->in_pps = f->out_pps = f->handshakes_ps = 0;
    f->component[ON_WORKER] = 0;
    for (unsigned i = 0; i < n->n_workers; i++) {
        const struct cardea_worker_stats *was = &b->worker[i], *is = &n->worker[i];
        struct figure_worker *w = &f->worker[i];

        w->busy = grown(was->loop.busy_us, is->loop.busy_us) / 1e6 / seconds;
        w->cpu = grown(was->loop.cpu_us, is->loop.cpu_us) / 1e6 / seconds;
        w->lag_s = figure_lag(&was->loop, &is->loop);
        w->peers = is->peers;
        w->sources = is->sources;
        w->sinks = is->sinks;
        f->peers += is->peers;
        f->sources += is->sources;
        f->sinks += is->sinks;
        f->in_bps += grown(was->bytes_in, is->bytes_in) * 8 / seconds;
        f->out_bps += grown(was->bytes_out, is->bytes_out) * 8 / seconds;
        f->in_pps += grown(was->packets_in, is->packets_in) / seconds;
        f->out_pps += grown(was->packets_out, is->packets_out) / seconds;
        f->handshakes_ps += grown(was->handshakes, is->handshakes) / seconds;
        f->component[ON_WORKER] = fmax(f->component[ON_WORKER], w->busy);
        f->component[ON_LAG] = fmax(f->component[ON_LAG], w->lag_s);
        cpu_us += grown(was->loop.cpu_us, is->loop.cpu_us);
        packets += grown(was->packets_out, is->packets_out);
    }
    if (packets > 500 * seconds)
        f->forward_us += (cpu_us / packets - f->forward_us) * (f->forward_us > 0 ? 0.1 : 1);
}

static void look_at_components(struct figure *f, const struct reading *b, const struct reading *n,
                               const struct figure_limits *l, double seconds)
{
    uint64_t memory = l->memory ? l->memory : n->kernel.memory_limit;

    f->component[ON_LAG] = figure_lag(&b->stats.control, &n->stats.control);
    look_at_workers(f, b, n, seconds);
    f->component[ON_LAG] = share(f->component[ON_LAG], l->lag_s);
    f->component[ON_CPU] = on_cpu(b, n, seconds, l);
    f->component[ON_MACHINE] = on_machine(f, b, n);
    f->component[ON_CONTROL] = grown(b->stats.control.busy_us, n->stats.control.busy_us) / 1e6 / seconds;
    f->component[ON_MEMORY] = share((double)n->kernel.rss, (double)memory);
    f->component[ON_DESCRIPTORS] = share((double)n->kernel.descriptors, (double)n->kernel.descriptor_limit);
    f->net_in_bps = grown(b->kernel.net_in, n->kernel.net_in) * 8 / seconds;
    f->net_out_bps = grown(b->kernel.net_out, n->kernel.net_out) * 8 / seconds;
    f->component[ON_NETWORK] = share(fmax(f->net_in_bps, f->net_out_bps), (double)l->network_bps);
    f->component[ON_DISK] =
        n->kernel.disk_free == UINT64_MAX ? 0 : share((double)l->disk_free, (double)n->kernel.disk_free + 1);
    f->worst = ON_CPU;
    for (unsigned i = 0; i < COMPONENTS; i++)
        if (f->component[i] > f->component[f->worst] && (i != ON_MACHINE || (l->machine && !n->kernel.limited)))
            f->worst = (enum component)i;
    f->now = f->component[f->worst];
}

/* --- what is about to come, and what fits ------------------------------------------------------------------------- */

/* What media costs: components that grow with it. */
static double working(const struct figure *f)
{
    return fmax(f->component[ON_CPU], f->component[ON_WORKER]);
}

/* Load that one more subscriber brings. */
static double cost_of_sink(const struct figure *f, const struct reading *n, const struct figure_limits *l)
{
    double cores = l->cores > 0 ? l->cores : n->kernel.cores;
    double packet_us = (n->stats.seal_us + n->stats.send_us) * USUAL_OVERHEAD;

    if (f->sinks >= FEW_SINKS && working(f) > SOME_LOAD)
        return working(f) / (double)f->sinks;
    return share(packet_us * USUAL_PACKETS / 1e6, fmin(cores, n->n_workers ? n->n_workers : 1));
}

static void look_ahead(struct figure *f, const struct reading *n, const struct figure_limits *l)
{
    double sink = cost_of_sink(f, n, l), per_session = 2 * sink; /* audio and video */
    double room = fmax(1 - f->load, 0), fits, memory;

    if (n->stats.sessions > f->recent && f->sinks >= FEW_SINKS)
        per_session = sink * (double)f->sinks / (double)(n->stats.sessions - f->recent);
    f->predicted = f->load + (f->coming + (double)n->stats.expected) * per_session;
    fits = sink > 0 ? room / sink : 0;
    memory = (double)(l->memory ? l->memory : n->kernel.memory_limit) - (double)n->kernel.rss;
    fits = fmin(fits, fmax(memory, 0) / USUAL_MEMORY);
    if (l->subscribers)
        fits = fmin(fits, l->subscribers > f->sinks ? (double)(l->subscribers - f->sinks) : 0);
    f->capacity = fits < 1e9 ? (int64_t)fits : 1000000000;
}

static void count_recent(struct figure *f, const struct reading *n)
{
    uint64_t later = n->stats.sessions_made;

    f->coming = 0;
    for (unsigned i = 0; f->valid && i < FIGURE_RECENT; i++) {
        f->coming += grown(f->made[i], later) * (FIGURE_RECENT - i) / FIGURE_RECENT;
        later = f->made[i];
    }
    f->recent = f->valid ? (uint64_t)grown(f->made[FIGURE_RECENT - 1], n->stats.sessions_made) : 0;
    memmove(f->made + 1, f->made, sizeof(f->made) - sizeof(f->made[0]));
    f->made[0] = n->stats.sessions_made;
    for (unsigned i = 1; !f->valid && i < FIGURE_RECENT; i++)
        f->made[i] = f->made[0];
}

void figure_update(struct figure *f, const struct reading *before, const struct reading *now,
                   const struct figure_limits *limits)
{
    double seconds = (double)(now->at_us - before->at_us) / 1e6;

    if (seconds < 0.05)
        return;
    look_at_components(f, before, now, limits, seconds);
    count_recent(f, now);
    f->load = f->valid ? f->load + (f->now - f->load) * (f->now > f->load ? UP : DOWN) : f->now;
    f->valid = true;
    look_ahead(f, now, limits);
}
