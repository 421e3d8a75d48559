/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <stdio.h>
#include <time.h>

#include "loadreport.h"

/* Rounded to what means something. */
static json_t *real(double v, double unit)
{
    double n = v / unit;

    return json_real((double)(long long)(n + (n < 0 ? -0.5 : 0.5)) * unit);
}

static json_t *load_json(double v)
{
    char text[32];

    snprintf(text, sizeof(text), "%.3f", v); /* 0.62, not 0.62000000000000006 */
    return json_loads(text, JSON_DECODE_ANY, NULL);
}

static json_t *components_json(void)
{
    json_t *o = json_object();

    for (unsigned i = 0; i < COMPONENTS; i++)
        json_object_set_new(o, component_names[i], load_json(lr.figure.component[i]));
    return o;
}

static json_t *workers_json(void)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < lr.figure.n_workers; i++) {
        const struct figure_worker *w = &lr.figure.worker[i];

        json_array_append_new(list,
                              json_pack("{so so so sI sI sI}", "busy", load_json(w->busy), "cpu", load_json(w->cpu),
                                        "lag_ms", load_json(w->lag_s * 1000), "peers", (json_int_t)w->peers, "sources",
                                        (json_int_t)w->sources, "sinks", (json_int_t)w->sinks));
    }
    return list;
}

static json_t *resources_json(void)
{
    const struct kernel_reading *k = &lr.now.kernel;
    uint64_t memory = lr.limits.memory ? lr.limits.memory : k->memory_limit;
    json_t *o = json_pack("{so sI sI sI sI so}", "cores", load_json(lr.limits.cores > 0 ? lr.limits.cores : k->cores),
                          "memory_bytes", (json_int_t)k->rss, "memory_limit_bytes", (json_int_t)memory, "descriptors",
                          (json_int_t)k->descriptors, "descriptor_limit", (json_int_t)k->descriptor_limit, "steal",
                          load_json(lr.figure.steal));

    if (k->disk_free != UINT64_MAX)
        json_object_set_new(o, "disk_free_bytes", json_integer((json_int_t)k->disk_free));
    return o;
}

static json_t *traffic_json(void)
{
    const struct figure *f = &lr.figure;

    return json_pack("{so so so so so so so}", "in_bps", real(f->in_bps, 1), "out_bps", real(f->out_bps, 1), "in_pps",
                     real(f->in_pps, 1), "out_pps", real(f->out_pps, 1), "handshakes_ps", load_json(f->handshakes_ps),
                     "device_in_bps", real(f->net_in_bps, 1), "device_out_bps", real(f->net_out_bps, 1));
}

static json_t *counts_json(void)
{
    const struct figure *f = &lr.figure;
    const struct cardea_stats *s = &lr.now.stats;

    return json_pack("{sI sI sI sI sI sI sI sI}", "sessions", (json_int_t)s->sessions, "handles",
                     (json_int_t)s->handles, "peer_connections", (json_int_t)f->peers, "sources",
                     (json_int_t)f->sources, "sinks", (json_int_t)f->sinks, "sessions_made",
                     (json_int_t)s->sessions_made, "sessions_recent", (json_int_t)f->recent, "expected",
                     (json_int_t)s->expected);
}

json_t *report_json(void)
{
    const struct figure *f = &lr.figure;
    const struct cardea_stats *s = &lr.now.stats;
    struct timespec wall;

    clock_gettime(CLOCK_REALTIME, &wall);
    return json_pack("{sI s{ss ss ss} so so so ss sI sb sb so so so so so so s{so so so}}", "time_ms",
                     (json_int_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000, "node", "name", lr.node, "address",
                     s->address ? s->address : "", "version", s->version ? s->version : "", "load", load_json(f->load),
                     "load_now", load_json(f->now), "predicted", load_json(f->predicted), "worst",
                     component_names[f->worst], "capacity", (json_int_t)f->capacity, "accepting", s->accepting,
                     "draining", s->draining, "components", components_json(), "workers", workers_json(), "counts",
                     counts_json(), "traffic", traffic_json(), "resources", resources_json(), "drain",
                     lr.host->drain_status(), "packet_cost_us", "seal", load_json(s->seal_us), "send",
                     load_json(s->send_us), "forward", load_json(f->forward_us));
}

/* The weight is what is left: a balancer with weights by agent gives new sessions where there is room. */
void report_agent_line(char *line, size_t size)
{
    const struct cardea_stats *s = &lr.now.stats;
    int left = (int)((1 - lr.figure.predicted) * 100 + 0.5);

    if (s->draining && !s->sessions)
        snprintf(line, size, "stopped #deploy");
    else if (!s->accepting)
        snprintf(line, size, "drain up 0%%");
    else
        snprintf(line, size, "ready up %d%%", left < 1 ? 1 : left > 100 ? 100 : left);
}

/* --- metrics ------------------------------------------------------------------------------------------------------ */

static void set(enum cardea_metric_kind kind, const char *name, const char *labels, const char *help, double v)
{
    const struct cardea_metric_conf c = {.kind = kind, .name = name, .labels = labels, .help = help};

    lr.host->metric_set(lr.host->metric(&c), (int64_t)(kind == CARDEA_RATIO ? v * 1e6 : v));
}

void report_metrics(void)
{
    const struct kernel_reading *k = &lr.now.kernel;
    const struct figure *f = &lr.figure;
    char label[48];

    set(CARDEA_RATIO, "cardea_load_ratio", NULL, "How full this gateway is; 1 is full.", f->load);
    set(CARDEA_RATIO, "cardea_load_predicted_ratio", NULL, "The same with what was just admitted.", f->predicted);
    set(CARDEA_GAUGE, "cardea_load_capacity_subscribers", NULL, "Subscribers of the present mix that still fit.",
        (double)f->capacity);
    for (unsigned i = 0; i < COMPONENTS; i++) {
        snprintf(label, sizeof(label), "component=\"%s\"", component_names[i]);
        set(CARDEA_RATIO, "cardea_load_component_ratio", label, "Use of one resource ÷ its capacity.", f->component[i]);
    }
    set(CARDEA_RATIO, "cardea_machine_steal_ratio", NULL, "Processor time that the hypervisor took.", f->steal);
    set(CARDEA_GAUGE, "process_resident_memory_bytes", NULL, "Resident memory.", (double)k->rss);
    set(CARDEA_GAUGE, "process_open_fds", NULL, "Open descriptors.", (double)k->descriptors);
    set(CARDEA_GAUGE, "process_max_fds", NULL, "Descriptors allowed.", (double)k->descriptor_limit);
    set(CARDEA_GAUGE, "cardea_sources", NULL, "Incoming tracks.", (double)f->sources);
    set(CARDEA_GAUGE, "cardea_sinks", NULL, "Outgoing tracks.", (double)f->sinks);
}
