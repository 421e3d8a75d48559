/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/stats.h"

#include <string.h>

#include "base/err.h"
#include "host/control.h"

static struct {
    struct gw_api *api;
    struct gw_workers *workers;
    const struct gw_packet_cost *cost;
    const char *address;
    bool succeeded;
} from;

void gw_host_stats_begin(struct gw_api *api, struct gw_workers *workers, const struct gw_packet_cost *cost,
                         const char *address)
{
    from.api = api;
    from.workers = workers;
    from.cost = cost;
    from.address = address;
}

void gw_host_stats_end(void)
{
    memset(&from, 0, sizeof(from));
}

/* What the caller's build knows of: a module of yesterday has a shorter struct. */
static void give(void *out, uint32_t room, void *all, uint32_t size)
{
    uint32_t n = room < size ? room : size;

    memcpy(all, &n, sizeof(n)); /* size is the first member of both */
    memcpy(out, all, n);
}

void gw_host_stats_succeeded(void)
{
    from.succeeded = true;
}

int gw_host_stats(struct cardea_stats *out)
{
    struct cardea_stats s = {0};

    if (!from.api)
        return GW_ESTATE;
    s.workers = gw_workers_count(from.workers);
    gw_loop_stats(gw_control_loop(), &s.control);
    s.sessions = gw_api_sessions(from.api);
    s.handles = gw_api_handles(from.api);
    s.sessions_made = gw_api_sessions_made(from.api);
    s.accepting = gw_api_accepts(from.api);
    s.draining = gw_api_drains(from.api);
    s.expected = gw_links_coming(gw_api_links(from.api));
    s.succeeded = from.succeeded;
    s.seal_us = from.cost->seal_us;
    s.send_us = from.cost->send_us;
    s.version = PACKAGE_VERSION;
    s.address = from.address;
    give(out, out->size, &s, sizeof(s));
    return 0;
}

int gw_host_worker_stats(unsigned worker, struct cardea_worker_stats *out)
{
    struct cardea_worker_stats s = {0};
    struct gw_engine_stats e;

    if (!from.workers || worker >= gw_workers_count(from.workers))
        return GW_ENOENT;
    gw_engine_get_stats(gw_workers_engine(from.workers, worker), &e);
    gw_loop_stats(gw_workers_loop(from.workers, worker), &s.loop);
    s.peers = e.peers;
    s.sources = e.sources;
    s.sinks = e.sinks;
    s.packets_in = e.packets_in;
    s.bytes_in = e.bytes_in;
    s.packets_out = e.packets_forwarded;
    s.bytes_out = e.bytes_out;
    s.retransmitted = e.retransmitted;
    s.handshakes = e.handshakes;
    give(out, out->size, &s, sizeof(s));
    return 0;
}
