/* SPDX-License-Identifier: Apache-2.0 */
#include "host/routes.h"

#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "metrics/metrics.h"

static struct {
    struct gw_api *api;
    struct gw_workers *workers;
} host;

static void say(struct cardea_http *x, int status, const char *text)
{
    static const char *const headers[] = {"Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store",
                                          NULL};

    gw_api_http_reply(host.api, x, status, headers, text, strlen(text));
}

/* Only about this process: do its loops move? That this is answered says so of the control thread. */
static void healthz(struct cardea_http *x, const struct cardea_http_request *rq)
{
    bool fine = gw_workers_alive(host.workers);

    say(x, fine ? 200 : 503, fine ? "ok\n" : "a worker does not move\n");
}

/* May I get new work? */
static void readyz(struct cardea_http *x, const struct cardea_http_request *rq)
{
    bool ready = gw_api_accepts(host.api);

    say(x, ready ? 200 : 503, ready ? "ready\n" : "draining\n");
}

static void metrics(struct cardea_http *x, const struct cardea_http_request *rq)
{
    static const char *const headers[] = {"Content-Type", "text/plain; version=0.0.4; charset=utf-8", NULL};
    char *text = gw_metrics_render();

    if (text)
        gw_api_http_reply(host.api, x, 200, headers, text, strlen(text));
    else
        say(x, 500, "out of memory\n");
    free(text);
}

/* --- figures that are kept elsewhere
 * ------------------------------------------------------------------------------------ */

static void set_counter(const char *name, unsigned worker, const char *help, uint64_t value)
{
    char number[16], label[48];

    g_snprintf(number, sizeof(number), "%u", worker);
    gw_metric_label(label, sizeof(label), "worker", number);
    gw_metric_set(gw_metric_counter(name, label, help), (int64_t)value);
}

static void set_drop(unsigned worker, const char *reason, uint64_t value)
{
    char number[16], label[96];
    size_t n;

    g_snprintf(number, sizeof(number), "%u", worker);
    n = gw_metric_label(label, sizeof(label), "worker", number);
    label[n++] = ',';
    gw_metric_label(label + n, sizeof(label) - n, "reason", reason);
    gw_metric_set(gw_metric_counter("cardea_dropped_total", label, "Packets dropped, by reason."), (int64_t)value);
}

static void set_gauge(const char *name, const char *help, uint64_t value)
{
    gw_metric_set(gw_metric_gauge(name, NULL, help), (int64_t)value);
}

static void set_worker(unsigned i)
{
    const struct gw_ice_stats *ice = gw_workers_ice(host.workers, i);
    struct gw_engine_stats s;

    gw_engine_get_stats(gw_workers_engine(host.workers, i), &s);
    set_counter("cardea_packets_received_total", i, "Media packets from peers.", s.packets_in);
    set_counter("cardea_received_bytes_total", i, "Bytes of media from peers.", s.bytes_in);
    set_counter("cardea_packets_forwarded_total", i, "Media packets to peers.", s.packets_forwarded);
    set_counter("cardea_sent_bytes_total", i, "Bytes of media to peers.", s.bytes_out);
    set_counter("cardea_retransmitted_total", i, "Packets sent again because a peer asked.", s.retransmitted);
    set_counter("cardea_nacks_received_total", i, "Packets that peers asked for again.", s.nacks_in);
    set_counter("cardea_nacks_sent_total", i, "Packets asked for again at senders.", s.nacks_out);
    set_counter("cardea_keyframe_requests_received_total", i, "PLI and FIR from peers.", s.plis_in);
    set_counter("cardea_keyframe_requests_sent_total", i, "PLI to senders.", s.plis_out);
    set_counter("cardea_handshakes_total", i, "DTLS handshakes finished.", s.handshakes);
    set_counter("cardea_datagrams_sent_total", i, "Datagrams sent.", ice->out_packets);
    set_counter("cardea_send_runs_total", i, "Messages they left in: one may be a UDP_SEGMENT run.", ice->out_runs);
    set_counter("cardea_send_calls_total", i, "System calls that sent them.", ice->out_calls);
    set_counter("cardea_worker_busy_microseconds_total", i, "Time the worker did not wait.",
                gw_workers_busy_us(host.workers, i));
    set_drop(i, "srtp", s.drops_srtp);
    set_drop(i, "rtp", s.drops_rtp);
    set_drop(i, "rtcp", s.drops_rtcp);
    set_drop(i, "unknown_ssrc", s.drops_unknown_ssrc);
    set_drop(i, "queue_full", s.drops_queue);
    set_drop(i, "no_path", ice->drop_no_path);
    set_drop(i, "send_full", ice->drop_send_full);
    set_drop(i, "unknown_address", ice->drop_unknown_address);
    set_drop(i, "bad_stun", ice->drop_bad_stun);
    set_drop(i, "bad_integrity", ice->drop_bad_integrity);
    set_drop(i, "not_demuxed", ice->drop_not_demuxed);
    set_drop(i, "too_large", ice->drop_too_large);
    set_drop(i, "no_buffer", ice->drop_no_buffer);
    set_drop(i, "tcp_framing", ice->drop_tcp_framing);
}

static void set_all(void *unused)
{
    uint64_t peers = 0;

    for (unsigned i = 0; i < gw_workers_count(host.workers); i++) {
        struct gw_engine_stats s;

        set_worker(i);
        gw_engine_get_stats(gw_workers_engine(host.workers, i), &s);
        peers += s.peers;
    }
    set_gauge("cardea_sessions", "Sessions.", gw_api_sessions(host.api));
    set_gauge("cardea_handles", "Handles.", gw_api_handles(host.api));
    set_gauge("cardea_peer_connections", "PeerConnections on workers.", peers);
    set_gauge("cardea_accepting", "1 while new sessions are accepted.", gw_api_accepts(host.api));
    set_gauge("cardea_log_lines_dropped", "Log lines that did not fit the queue.", gw_log_dropped());
}

int gw_host_routes(struct gw_api *api, struct gw_workers *workers)
{
    host.api = api;
    host.workers = workers;
    gw_metrics_on_render(set_all, NULL);
    return gw_api_route(api, "/healthz", healthz) || gw_api_route(api, "/readyz", readyz) ||
           gw_api_route(api, "/metrics", metrics);
}

void gw_host_routes_end(void)
{
    gw_metrics_off_render(set_all, NULL);
}
