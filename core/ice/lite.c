/* SPDX-License-Identifier: Apache-2.0 */
/* The lite back end: one socket for all connections of a worker, RFC 8445 §2.5. */
#include "ice/lite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/err.h"
#include "base/str.h"
#include "log/log.h"

#define ADDRESSES_US 5000000 /* how old the list of addresses may be when somebody gathers */
#define TCP_PER_ICE  2       /* connections accepted, per connection the back end has room for */

static struct gw_lite *lite_of(const struct gw_ice *ice)
{
    return (struct gw_lite *)ice->io;
}

/* --- life of a connection ----------------------------------------------------------------------------------------- */

static void lost_patience(void *arg, int64_t now_us)
{
    struct gw_lite_ice *p = arg;

    if (p->base.route.kind == GW_ROUTE_NONE)
        gw_ice_tell_state(&p->base, GW_ICE_FAILED, now_us);
}

static int register_new(struct gw_lite *l, struct gw_lite_ice *p, struct gw_ice_credentials *c)
{
    int err = 0;

    for (int tries = 0; tries < 4; tries++) { /* that two of 48 bits meet */
        err = gw_ice_make_credentials(c);
        if (!err)
            err = gw_lite_register(l, c->ufrag, p);
        if (err != GW_EAGAIN)
            break;
    }
    return err;
}

static int lite_make(struct gw_ice **out, struct gw_ice_io *io, bool controlling, int64_t now_us)
{
    struct gw_lite_ice *p = calloc(1, sizeof(*p));
    int err;

    if (!p)
        return GW_ENOMEM;
    p->patience = (struct gw_timer){.fire = lost_patience, .arg = p};
    err = register_new((struct gw_lite *)io, p, &p->base.local);
    if (err) {
        free(p);
        return err;
    }
    *out = &p->base;
    return 0;
}

static void lite_detach(struct gw_ice *ice)
{
    struct gw_lite_ice *p = (struct gw_lite_ice *)ice;
    struct gw_lite *l = lite_of(ice);

    gw_timer_stop(gw_loop_timers(l->io.loop), &p->patience);
    gw_lite_forget(l, p);
    gw_lite_unregister(l, ice->local.ufrag);
    if (p->has_old)
        gw_lite_unregister(l, p->old.ufrag);
}

static void lite_destroy(struct gw_ice *ice)
{
    struct gw_lite_ice *p = (struct gw_lite_ice *)ice;

    for (size_t i = 0; i < p->n_conns; i++)
        gw_tcp_close(lite_of(ice)->tcp, p->conns[i]);
    free(p);
}

/* --- candidates --------------------------------------------------------------------------------------------------- */

static void find_addresses(struct gw_lite *l, int64_t now_us)
{
    struct gw_addresses found;

    if (l->addresses.n && now_us - l->addresses_us < ADDRESSES_US)
        return;
    l->addresses_us = now_us;
    if (gw_addresses_find(&found, &l->conf)) {
        gw_warn("No address to offer to peers: is a network interface up?");
        return;
    }
    if (found.only_loopback && (!l->addresses.n || !l->addresses.only_loopback))
        gw_warn("No address but loopback to offer%s: only peers on this host can connect",
                l->conf.enforce || l->conf.ignore ? " (see ice_enforce_list, ice_ignore_list)" : "");
    l->addresses = found;
}

static void add_candidates(struct gw_ice_lines *lines, const struct gw_addresses *list, const struct gw_lite *l,
                           bool tcp, unsigned *number)
{
    for (size_t i = 0; i < list->n; i++) {
        struct gw_candidate c = {.component = 1, .tcp = tcp, .type = GW_CANDIDATE_HOST, .address = list->list[i]};

        if (l->socket.family == AF_INET && !gw_address_is_v4(&c.address))
            continue;
        snprintf(c.foundation, sizeof(c.foundation), "%u", ++*number);
        c.address.port = l->socket.port;
        c.tcp_type = tcp ? GW_TCP_PASSIVE : GW_TCP_NONE;
        /* RFC 6544 §4.2: behind UDP, and passive is direction 4 of 7 */
        c.priority =
            tcp ? gw_candidate_priority(90, (4u << 13) + 8191 - *number) : gw_candidate_priority(126, 65536 - *number);
        gw_ice_add_line(lines, &c);
    }
}

static void list_candidates(struct gw_lite *l, struct gw_ice_lines *lines, int64_t now_us)
{
    unsigned number = 0;

    gw_ice_free_lines(lines);
    find_addresses(l, now_us);
    for (int tcp = 0; tcp <= (l->tcp != NULL); tcp++) {
        add_candidates(lines, &l->announced, l, tcp, &number);
        if (!l->announced.n || l->conf.keep_private)
            add_candidates(lines, &l->addresses, l, tcp, &number);
    }
}

static int lite_gather(struct gw_ice *ice, int64_t now_us)
{
    list_candidates(lite_of(ice), &ice->locals, now_us);
    if (!ice->locals.n)
        return GW_ENOENT;
    ice->gathered = true;
    gw_ice_defer_state(ice, GW_ICE_GATHERING);
    gw_ice_defer_gathered(ice);
    return 0;
}

/* --- credentials -------------------------------------------------------------------------------------------------- */

static int lite_set_local(struct gw_ice *ice, const struct gw_ice_credentials *local)
{
    struct gw_lite_ice *p = (struct gw_lite_ice *)ice;
    struct gw_lite *l = lite_of(ice);
    int err = gw_lite_register(l, local->ufrag, p);

    if (err)
        return err;
    gw_lite_unregister(l, ice->local.ufrag);
    ice->local = *local;
    return 0;
}

static int lite_set_remote(struct gw_ice *ice, int64_t now_us)
{
    struct gw_lite_ice *p = (struct gw_lite_ice *)ice;

    if (ice->route.kind != GW_ROUTE_NONE) { /* checks were faster than the signalling, or this is a restart */
        if (ice->state != GW_ICE_READY)
            gw_ice_defer_state(ice, GW_ICE_CONNECTED);
        if (p->nominated)
            gw_ice_defer_state(ice, GW_ICE_READY);
        return 0;
    }
    gw_ice_defer_state(ice, GW_ICE_CONNECTING);
    return gw_timer_start(gw_loop_timers(ice->io->loop), &p->patience, now_us + GW_LITE_PATIENCE_US);
}

static void lite_add_remote(struct gw_ice *ice, const struct gw_candidate *c, int64_t now_us)
{
    /* RFC 8445 §2.5: a lite agent sends no checks, so it has no use for the peer's candidates. */
}

static void lite_remote_done(struct gw_ice *ice)
{
}

static int lite_restart(struct gw_ice *ice, int64_t now_us)
{
    struct gw_lite_ice *p = (struct gw_lite_ice *)ice;
    struct gw_lite *l = lite_of(ice);
    struct gw_ice_credentials fresh;
    int err = register_new(l, p, &fresh);

    if (err)
        return err;
    if (p->has_old)
        gw_lite_unregister(l, p->old.ufrag);
    p->old = ice->local;
    p->has_old = true;
    ice->local = fresh;
    list_candidates(l, &ice->locals, now_us);
    return 0;
}

static void lite_selected(const struct gw_ice *ice, char *text, size_t len)
{
    const struct gw_lite_ice *p = (const struct gw_lite_ice *)ice;
    const struct gw_origin *o = &p->path;
    char local[GW_ADDRESS_TEXT], remote[GW_ADDRESS_TEXT];
    const char *transport = o->conn ? "tcp" : "udp";
    struct gw_address from = o->local;

    from.port = lite_of(ice)->socket.port;
    snprintf(text, len, "%s [host,%s] <-> %s [%s,%s]", gw_address_text(&from, local), transport,
             gw_address_text(&o->remote, remote), gw_ice_remote_kind(ice, &o->remote, o->conn != NULL), transport);
}

/* --- the back end ------------------------------------------------------------------------------------------------- */

static void lite_send_run(void *arg, const struct gw_run *run, const uint8_t *data)
{
    struct gw_lite *l = arg;

    gw_tcp_send(l->tcp, run->route.target, data, run->bytes, run->count);
}

static void lite_flushed(struct gw_ice_io *io)
{
    struct gw_lite *l = (struct gw_lite *)io;

    if (l->tcp)
        gw_tcp_sweep(l->tcp);
}

static void lite_free(struct gw_ice_io *io)
{
    struct gw_lite *l = (struct gw_lite *)io;

    gw_tcp_free(l->tcp);
    if (l->socket.udp >= 0)
        gw_loop_remove(l->io.loop, l->socket.udp);
    gw_ice_socket_close(&l->socket);
    gw_receive_free(l->receive);
    gw_stun_free(l->stun);
    gw_table_free(l->by_address);
    gw_table_free(l->by_ufrag);
    free((char *)l->conf.enforce);
    free((char *)l->conf.ignore);
    free(l);
}

static const struct gw_ice_backend backend = {
    .lite = true,
    .make = lite_make,
    .detach = lite_detach,
    .destroy = lite_destroy,
    .gather = lite_gather,
    .set_local = lite_set_local,
    .set_remote = lite_set_remote,
    .add_remote = lite_add_remote,
    .remote_done = lite_remote_done,
    .restart = lite_restart,
    .selected = lite_selected,
    .send_run = lite_send_run,
    .flushed = lite_flushed,
    .free = lite_free,
};

static void frame_in(void *arg, struct gw_tcp_conn *conn, uint8_t *data, size_t len, int64_t now_us)
{
    gw_lite_frame(arg, conn, data, len, now_us);
}

static void conn_closed(void *arg, struct gw_tcp_conn *conn, bool deferred, int64_t now_us)
{
    gw_lite_conn_closed(arg, conn, deferred, now_us);
}

static int copy_conf(struct gw_lite *l, const struct gw_ice_conf *conf, char *why, size_t why_len)
{
    char bad[72];

    l->conf = *conf;
    l->conf.enforce = l->conf.ignore = l->conf.announce = NULL;
    if ((conf->enforce && !(l->conf.enforce = strdup(conf->enforce))) ||
        (conf->ignore && !(l->conf.ignore = strdup(conf->ignore))))
        return GW_ENOMEM;
    if (gw_addresses_parse(&l->announced, conf->announce, bad, sizeof(bad))) {
        snprintf(why, why_len, "announce: \"%s\" is not an IP address", bad);
        return GW_EPARSE;
    }
    return 0;
}

static int open_all(struct gw_lite *l, char *why, size_t why_len)
{
    static const struct gw_tcp_events tcp_events = {.frame = frame_in, .closed = conn_closed};
    const struct gw_ice_conf *conf = &l->conf;
    int err = gw_ice_socket_open(&l->socket, conf->port, conf->tcp, conf->ipv6, conf->dscp, why, why_len);

    if (!err)
        err = gw_loop_add(l->io.loop, l->socket.udp, EPOLLIN, gw_lite_readable, l);
    if (!err && conf->tcp)
        err = gw_tcp_new(&l->tcp, l->io.loop, l->socket.tcp, l->io.capacity * TCP_PER_ICE + GW_TCP_STRANGERS,
                         conf->dscp, &tcp_events, l, &l->io.stats);
    return err;
}

int gw_lite_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len)
{
    struct gw_lite *l = calloc(1, sizeof(*l));
    int err;

    if (!l)
        return GW_ENOMEM;
    l->socket.udp = l->socket.tcp = -1;
    l->stun_turn_us = -1;
    err = gw_ice_io_init(&l->io, &backend, loop, pool, events, conf->capacity, conf->plain_udp);
    if (!err)
        err = copy_conf(l, conf, why, why_len);
    if (!err)
        err = gw_table_new(&l->by_ufrag, l->io.capacity * 2);
    if (!err)
        err = gw_table_new(&l->by_address, l->io.capacity * GW_LITE_KNOWN);
    if (!err)
        err = gw_stun_new(&l->stun);
    if (!err)
        err = gw_receive_new(&l->receive);
    if (!err)
        err = open_all(l, why, why_len);
    if (err) {
        gw_ice_io_free(&l->io);
        return err;
    }
    *out = &l->io;
    return 0;
}

uint16_t gw_ice_io_port(const struct gw_ice_io *io)
{
    return io->backend == &backend ? ((const struct gw_lite *)io)->socket.port : 0;
}
