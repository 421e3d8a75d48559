/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's back end: a path is there when the simulator says so, and leads to a function. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ice/inside.h"

struct gw_sim {
    struct gw_ice_io io; /* must stay first */
    gw_ice_transmit *transmit;
    void *arg;
};

static int sim_make(struct gw_ice **out, struct gw_ice_io *io, bool controlling, int64_t now_us)
{
    struct gw_ice *ice = calloc(1, sizeof(*ice));
    int err;

    if (!ice)
        return GW_ENOMEM;
    err = gw_ice_make_credentials(&ice->local);
    if (err) {
        free(ice);
        return err;
    }
    *out = ice;
    return 0;
}

static void sim_detach(struct gw_ice *ice)
{
}

static void sim_destroy(struct gw_ice *ice)
{
    free(ice);
}

static int sim_gather(struct gw_ice *ice, int64_t now_us)
{
    static const uint8_t documentation[4] = {192, 0, 2, 1};
    struct gw_candidate c = {.foundation = "1", .component = 1, .type = GW_CANDIDATE_HOST};

    c.priority = gw_candidate_priority(126, 65535);
    c.address = gw_address_make(documentation, false, 9);
    gw_ice_add_line(&ice->locals, &c);
    gw_ice_defer_state(ice, GW_ICE_GATHERING);
    gw_ice_defer_gathered(ice);
    return 0;
}

static int sim_set_local(struct gw_ice *ice, const struct gw_ice_credentials *local)
{
    ice->local = *local;
    return 0;
}

static int sim_set_remote(struct gw_ice *ice, int64_t now_us)
{
    if (ice->route.kind == GW_ROUTE_NONE)
        gw_ice_defer_state(ice, GW_ICE_CONNECTING);
    return 0;
}

static void sim_add_remote(struct gw_ice *ice, const struct gw_candidate *c, int64_t now_us)
{
}

static void sim_remote_done(struct gw_ice *ice)
{
}

static int sim_restart(struct gw_ice *ice, int64_t now_us)
{
    return gw_ice_make_credentials(&ice->local);
}

static void sim_selected(const struct gw_ice *ice, char *text, size_t len)
{
    snprintf(text, len, "192.0.2.1:9 [host,udp] <-> 192.0.2.2:9 [host,udp]");
}

static void sim_send_run(void *arg, const struct gw_run *run, const uint8_t *data)
{
    struct gw_sim *s = arg;
    const uint8_t *datagram;
    size_t at = 0, len;

    while (gw_run_next(run, data, &at, &datagram, &len)) {
        gw_count(&s->io.stats.out_packets);
        gw_count_add(&s->io.stats.out_bytes, len);
        s->transmit(s->arg, run->route.target, datagram, len, s->io.now_us);
    }
}

static void sim_free(struct gw_ice_io *io)
{
    free(io);
}

static const struct gw_ice_backend backend = {
    .lite = true,
    .make = sim_make,
    .detach = sim_detach,
    .destroy = sim_destroy,
    .gather = sim_gather,
    .set_local = sim_set_local,
    .set_remote = sim_set_remote,
    .add_remote = sim_add_remote,
    .remote_done = sim_remote_done,
    .restart = sim_restart,
    .selected = sim_selected,
    .send_run = sim_send_run,
    .free = sim_free,
};

int gw_ice_io_new_sim(struct gw_ice_io **out, struct gw_packet_pool *pool, const struct gw_ice_events *events,
                      gw_ice_transmit *transmit, void *arg)
{
    struct gw_sim *s = calloc(1, sizeof(*s));
    int err;

    if (!s)
        return GW_ENOMEM;
    s->transmit = transmit;
    s->arg = arg;
    err = gw_ice_io_init(&s->io, &backend, NULL, pool, events, SIZE_MAX, false);
    if (err) {
        gw_ice_io_free(&s->io);
        return err;
    }
    *out = &s->io;
    return 0;
}

void gw_ice_sim_connect(struct gw_ice *ice, int64_t now_us)
{
    struct gw_route route = {.kind = GW_ROUTE_OWN, .target = ice};

    ice->io->now_us = now_us;
    ice->last_seen_us = now_us;
    gw_ice_set_route(ice, &route);
    if (gw_ice_tell_state(ice, GW_ICE_CONNECTED, now_us))
        gw_ice_tell_state(ice, GW_ICE_READY, now_us);
}

void gw_ice_sim_deliver(struct gw_ice *ice, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_ice_io *io = ice->io;
    struct gw_packet *pkt;

    io->now_us = now_us;
    gw_count(&io->stats.in_packets);
    gw_count_add(&io->stats.in_bytes, len);
    if (!len || len > GW_PACKET_ROOM) {
        gw_count(&io->stats.drop_too_large);
        return;
    }
    pkt = gw_packet_take(io->pool);
    if (!pkt) {
        gw_count(&io->stats.drop_no_buffer);
        return;
    }
    memcpy(pkt->data, data, len);
    pkt->len = (uint16_t)len;
    pkt->arrival_us = now_us;
    ice->last_seen_us = now_us;
    io->events.packet(ice->peer, pkt, now_us);
}
