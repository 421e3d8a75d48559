/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/exported.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#include "host/control.h"
#include "log/log.h"
#include "metrics/metrics.h"

static struct {
    struct gw_api *api;
    struct gw_workers *workers;
} from;

/* --- of each worker ----------------------------------------------------------------------------------------------- */

struct exported {
    const char *name;
    size_t at; /* of a uint64_t */
    const char *help;
};

static const struct exported of_engine[] = {
#define OF(member) offsetof(struct gw_engine_stats, member)
    {"cardea_packets_received_total", OF(packets_in), "Media packets from peers."},
    {"cardea_received_bytes_total", OF(bytes_in), "Bytes of media from peers."},
    {"cardea_packets_forwarded_total", OF(packets_forwarded), "Media packets to peers."},
    {"cardea_sent_bytes_total", OF(bytes_out), "Bytes of media to peers."},
    {"cardea_retransmitted_total", OF(retransmitted), "Packets sent again because a peer asked."},
    {"cardea_nacks_received_total", OF(nacks_in), "Packets that peers asked for again."},
    {"cardea_nacks_sent_total", OF(nacks_out), "Packets asked for again at senders."},
    {"cardea_keyframe_requests_received_total", OF(plis_in), "PLI and FIR from peers."},
    {"cardea_keyframe_requests_sent_total", OF(plis_out), "PLI to senders."},
    {"cardea_probe_packets_sent_total", OF(probes), "RTX packets sent to find out whether more would fit."},
    {"cardea_transport_feedback_received_total", OF(feedbacks), "Transport-wide feedback packets from peers."},
    {"cardea_freezes_guessed_total", OF(freezes),
     "Freezes that receivers probably saw, by what feedback tells of pictures."},
    {"cardea_overuses_total", OF(overuses), "Times a connection's estimate was lowered because its queue grew."},
    {"cardea_handshakes_total", OF(handshakes), "DTLS handshakes finished."},
    {"cardea_overloads_total", OF(overloads), "Times a worker began to send less video because it could not keep up."},
    {0},
};

struct dropped {
    const char *reason;
    size_t at;
};

static const struct dropped by_engine[] = {
    {"srtp", OF(drops_srtp)},         {"rtp", OF(drops_rtp)},
    {"rtcp", OF(drops_rtcp)},         {"unknown_ssrc", OF(drops_unknown_ssrc)},
    {"muted", OF(drops_muted)},       {"queue_full", OF(drops_queue)},
    {"feedback", OF(drops_feedback)}, {0},
};
#undef OF
#define OF(member) offsetof(struct gw_ice_stats, member)
static const struct exported of_ice[] = {
    {"cardea_datagrams_sent_total", OF(out_packets), "Datagrams sent."},
    {"cardea_send_runs_total", OF(out_runs), "Messages they left in: one may be a UDP_SEGMENT run."},
    {"cardea_send_calls_total", OF(out_calls), "System calls that sent them."},
    {0},
};

static const struct dropped by_ice[] = {
    {"no_path", OF(drop_no_path)},
    {"send_full", OF(drop_send_full)},
    {"unknown_address", OF(drop_unknown_address)},
    {"bad_stun", OF(drop_bad_stun)},
    {"bad_integrity", OF(drop_bad_integrity)},
    {"not_demuxed", OF(drop_not_demuxed)},
    {"too_large", OF(drop_too_large)},
    {"no_buffer", OF(drop_no_buffer)},
    {"tcp_framing", OF(drop_tcp_framing)},
    {"send_error", OF(drop_send_error)},
    {"stun_rate", OF(drop_stun_rate)},
    {"unknown_ufrag", OF(drop_unknown_ufrag)},
    {"unverified_address", OF(drop_unverified)},
    {"tcp_limit", OF(drop_tcp_limit)},
    {0},
};
#undef OF
#define OF(member) offsetof(struct gw_plain_stats, member)
static const struct exported of_plain[] = {
    {"cardea_plain_received_total", OF(in_packets), "Datagrams at ports for plain RTP."},
    {"cardea_plain_sent_total", OF(out_packets), "Datagrams of forwarders, and RTCP of ports."},
    {"cardea_plain_sent_bytes_total", OF(out_bytes), "Bytes of them."},
    {0},
};

static const struct dropped by_plain[] = {
    {"plain_no_buffer", OF(drop_no_buffer)},
    {"plain_too_large", OF(drop_too_large)},
    {"plain_send", OF(drop_send)},
    {0},
};
#undef OF

/* A worker may be counting meanwhile (base/count.h). */
static int64_t number_at(const void *stats, size_t at)
{
    const _Atomic uint64_t *v = (const _Atomic uint64_t *)(const void *)((const char *)stats + at);

    return (int64_t)atomic_load_explicit(v, memory_order_relaxed);
}

static void set_counters(const struct exported *table, const char *worker, const void *stats)
{
    for (; table->name; table++)
        gw_metric_set(gw_metric_counter(table->name, worker, table->help), number_at(stats, table->at));
}

static void set_drops(const struct dropped *table, const char *worker, const void *stats)
{
    char labels[96];

    for (; table->reason; table++) {
        g_snprintf(labels, sizeof(labels), "%s,reason=\"%s\"", worker, table->reason);
        gw_metric_set(gw_metric_counter("cardea_dropped_total", labels, "Packets dropped, by reason."),
                      number_at(stats, table->at));
    }
}

static void set_loop(const char *labels, const struct gw_loop *loop)
{
    static const int64_t late_us[CARDEA_LATE_BOUNDS] = CARDEA_LATE_BOUNDS_US;
    struct cardea_loop_stats s;
    double bounds[CARDEA_LATE_BOUNDS];

    gw_loop_stats(loop, &s);
    for (unsigned i = 0; i < CARDEA_LATE_BOUNDS; i++)
        bounds[i] = (double)late_us[i] / 1e6;
    gw_metric_set(gw_metric_in_micros(gw_metric_counter("cardea_loop_busy_seconds_total", labels,
                                                        "Time that a thread's loop did not wait.")),
                  (int64_t)s.busy_us);
    gw_metric_set(gw_metric_in_micros(
                      gw_metric_counter("cardea_loop_cpu_seconds_total", labels, "Processor time of a thread's loop.")),
                  (int64_t)s.cpu_us);
    gw_metric_set_buckets(
        gw_metric_histogram("cardea_loop_lag_seconds", labels, "How late timers ran.", bounds, CARDEA_LATE_BOUNDS),
        s.late, (double)s.late_us / 1e6);
}

/* Returns the peers of this worker. */
static uint64_t set_worker(unsigned i)
{
    const struct gw_ice_stats *ice = gw_workers_ice(from.workers, i);
    const struct gw_plain_stats *plain = gw_workers_plain(from.workers, i);
    struct gw_engine_stats s;
    char worker[24], loop[32];

    g_snprintf(worker, sizeof(worker), "worker=\"%u\"", i);
    g_snprintf(loop, sizeof(loop), "loop=\"worker-%u\"", i);
    gw_engine_get_stats(gw_workers_engine(from.workers, i), &s);
    set_counters(of_engine, worker, &s);
    set_counters(of_ice, worker, ice);
    set_drops(by_engine, worker, &s);
    set_drops(by_ice, worker, ice);
    set_counters(of_plain, worker, plain);
    set_drops(by_plain, worker, plain);
    gw_metric_set(gw_metric_gauge("cardea_packet_pool_bytes", worker,
                                  "Memory for packets, which grows with the longest queues, up to a bound."),
                  (int64_t)gw_packet_pool_bytes(gw_engine_pool(gw_workers_engine(from.workers, i))));
    gw_metric_set(gw_metric_in_micros(gw_metric_gauge("cardea_shed_video_ratio", worker,
                                                      "Part of its video that a worker does not send, for want of "
                                                      "processor time; 0 while it keeps up.")),
                  (int64_t)s.shed_ppm);
    set_loop(loop, gw_workers_loop(from.workers, i));
    return s.peers;
}

/* --- of the process ----------------------------------------------------------------------------------------------- */

static void set_gauge(const char *name, const char *help, uint64_t value)
{
    gw_metric_set(gw_metric_gauge(name, NULL, help), (int64_t)value);
}

static void set_process(void)
{
    struct rusage u;

    gw_metric_set(gw_metric_gauge("cardea_build_info", "version=\"" PACKAGE_VERSION "\"", "Always 1."), 1);
    if (!getrusage(RUSAGE_SELF, &u))
        gw_metric_set(gw_metric_in_micros(gw_metric_counter("process_cpu_seconds_total", NULL,
                                                            "Processor time of the process, user and system.")),
                      (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec +
                          u.ru_stime.tv_usec);
}

static void set_all(void *unused)
{
    uint64_t peers = 0;

    for (unsigned i = 0; i < gw_workers_count(from.workers); i++)
        peers += set_worker(i);
    set_loop("loop=\"control\"", gw_control_loop());
    set_gauge("cardea_sessions", "Sessions.", gw_api_sessions(from.api));
    set_gauge("cardea_handles", "Handles.", gw_api_handles(from.api));
    set_gauge("cardea_peer_connections", "PeerConnections on workers.", peers);
    set_gauge("cardea_plain_ports", "Ports for plain RTP.", gw_links_plain_ports(gw_api_links(from.api)));
    set_gauge("cardea_forwarders", "RTP forwarders.", gw_links_forwarders(gw_api_links(from.api)));
    set_gauge("cardea_accepting", "1 while new sessions are accepted.", gw_api_accepts(from.api));
    set_gauge("cardea_draining", "1 while the gateway drains.", gw_api_drains(from.api));
    gw_metric_set(gw_metric_counter("cardea_sessions_total", NULL, "Sessions made."),
                  (int64_t)gw_api_sessions_made(from.api));
    gw_metric_set(gw_metric_counter("cardea_log_lines_dropped_total", NULL, "Log lines that did not fit the queue."),
                  (int64_t)gw_log_dropped());
    gw_metric_set(gw_metric_counter("cardea_log_lines_suppressed_total", NULL,
                                    "Log lines left out because their cause had its share."),
                  (int64_t)gw_log_suppressed());
    set_process();
}

void gw_exported_begin(struct gw_api *api, struct gw_workers *workers)
{
    from.api = api;
    from.workers = workers;
    gw_metrics_on_render(set_all, NULL);
}

void gw_exported_end(void)
{
    gw_metrics_off_render(set_all, NULL);
}
