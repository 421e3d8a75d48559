/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The full back end: a libnice agent for each connection, on the worker's GMainContext. Its signals and packets are
 * noted and told later in the turn, so that no peer is ever called from inside the library. Datagrams of a UDP pair
 * are sent on the pair's own descriptor, in the same runs as everywhere; relayed and TCP ones go through the agent.
 */
#include "ice/full.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "ice/relay.h"
#include "log/log.h"

#define ADDRESSES_US 5000000

/* --- life of a connection ----------------------------------------------------------------------------------------- */

static void lost_patience(void *arg, int64_t now_us)
{
    struct gw_full_ice *p = arg;

    if (p->base.route.kind == GW_ROUTE_NONE)
        gw_ice_tell_state(&p->base, GW_ICE_FAILED, now_us);
}

static void gathered_enough(void *arg, int64_t now_us)
{
    gw_full_gathered(arg);
}

static bool take_credentials(struct gw_full_ice *p)
{
    gchar *ufrag = NULL, *pwd = NULL;
    bool good = nice_agent_get_local_credentials(p->agent, p->stream, &ufrag, &pwd);

    if (good) {
        gw_strlcpy(p->base.local.ufrag, ufrag, sizeof(p->base.local.ufrag));
        gw_strlcpy(p->base.local.pwd, pwd, sizeof(p->base.local.pwd));
    }
    g_free(ufrag);
    g_free(pwd);
    return good;
}

static void find_addresses(struct gw_full *f, int64_t now_us)
{
    struct gw_addresses found;

    if ((f->addresses.n && now_us - f->addresses_us < ADDRESSES_US) || gw_addresses_find(&found, &f->conf))
        return;
    f->addresses_us = now_us;
    f->addresses = found;
}

static NiceAgentOption options_of(const struct gw_ice_conf *conf)
{
    NiceAgentOption o = NICE_AGENT_OPTION_ICE_TRICKLE;

    if (!conf->aggressive)
        o |= NICE_AGENT_OPTION_REGULAR_NOMINATION;
    if (conf->consent_freshness)
        o |= NICE_AGENT_OPTION_CONSENT_FRESHNESS;
    return o;
}

static NiceRelayType relay_type(const char *name)
{
    if (name && !strcmp(name, "tcp"))
        return NICE_RELAY_TYPE_TURN_TCP;
    if (name && !strcmp(name, "tls"))
        return NICE_RELAY_TYPE_TURN_TLS;
    return NICE_RELAY_TYPE_TURN_UDP;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void set_servers(struct gw_full_ice *p)
{
    const struct gw_full *f = p->full;
    const struct gw_ice_conf *c = &f->conf;

    if (f->stun_ip[0])
        g_object_set(p->agent, "stun-server", f->stun_ip, "stun-server-port",
                     (guint)(c->stun_port ? c->stun_port : 3478), NULL);
    if (f->turn_ip[0])
        p->relayed =
            nice_agent_set_relay_info(p->agent, p->stream, 1, f->turn_ip, c->turn_port ? c->turn_port : 3478,
                                      or_empty(c->turn_user), or_empty(c->turn_password), relay_type(c->turn_type));
}

static bool set_up_agent(struct gw_full_ice *p, bool controlling)
{
    struct gw_full *f = p->full;
    const struct gw_ice_conf *c = &f->conf;

    p->agent = nice_agent_new_full(f->context, NICE_COMPATIBILITY_RFC5245, options_of(c));
    if (!p->agent)
        return false;
    g_object_set(p->agent, "upnp", FALSE, "ice-udp", TRUE, "ice-tcp", (gboolean)c->tcp, "controlling-mode",
                 (gboolean)controlling, "keepalive-conncheck", (gboolean)c->keepalive_conncheck, NULL);
    for (size_t i = 0; i < f->addresses.n; i++) {
        NiceAddress a;

        if (gw_full_to_nice(&a, &f->addresses.list[i]))
            nice_agent_add_local_address(p->agent, &a);
    }
    p->stream = nice_agent_add_stream(p->agent, 1);
    if (!p->stream)
        return false;
    if (c->port_min || c->port_max)
        nice_agent_set_port_range(p->agent, p->stream, 1, c->port_min ? c->port_min : 1024,
                                  c->port_max ? c->port_max : 65535);
    if (c->dscp)
        nice_agent_set_stream_tos(p->agent, p->stream, c->dscp << 2);
    set_servers(p);
    return gw_full_listen(p) && take_credentials(p);
}

static int full_make(struct gw_ice **out, struct gw_ice_io *io, bool controlling, int64_t now_us)
{
    struct gw_full *f = (struct gw_full *)io;
    struct gw_full_ice *p = calloc(1, sizeof(*p));

    if (!p)
        return GW_ENOMEM;
    p->full = f;
    p->base.io = io; /* signals may come before the caller has filled it in */
    p->gathering = (struct gw_timer){.fire = gathered_enough, .arg = p};
    p->patience = (struct gw_timer){.fire = lost_patience, .arg = p};
    find_addresses(f, now_us);
    if (!set_up_agent(p, controlling)) {
        g_clear_object(&p->agent);
        free(p);
        return GW_EIO;
    }
    *out = &p->base;
    return 0;
}

static void full_detach(struct gw_ice *ice)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    gw_timer_stop(gw_loop_timers(ice->io->loop), &p->gathering);
    gw_timer_stop(gw_loop_timers(ice->io->loop), &p->patience);
    gw_full_forget_lookups(p);
    gw_full_stop_listening(p);
}

static void closed(GObject *agent, GAsyncResult *result, gpointer arg)
{
    struct gw_full *f = arg;

    f->pending--;
    g_object_unref(agent);
}

static void full_destroy(struct gw_ice *ice)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;
    struct gw_full *f = p->full;

    nice_agent_remove_stream(p->agent, p->stream);
    if (p->relayed) { /* lets the relay's allocation go, which takes a round trip */
        f->pending++;
        g_main_context_push_thread_default(f->context);
        nice_agent_close_async(p->agent, closed, f);
        g_main_context_pop_thread_default(f->context);
    } else {
        g_object_unref(p->agent);
    }
    free(p);
}

static void full_relay_only(struct gw_ice *ice)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    g_object_set(p->agent, "force-relay", TRUE, NULL);
}

static void full_relays(struct gw_ice *ice, const struct gw_relays *relays)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    for (unsigned i = 0; i < relays->n && i < GW_MAX_RELAYS; i++) {
        const struct gw_relay *r = &relays->list[i];

        p->relayed |= nice_agent_set_relay_info(p->agent, p->stream, 1, r->ip, r->port, relays->user, relays->password,
                                                relay_type(r->type));
    }
}

static int full_gather(struct gw_ice *ice, int64_t now_us)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    int err = gw_timer_start(gw_loop_timers(ice->io->loop), &p->gathering, now_us + GW_FULL_GATHER_US);

    if (!err && !nice_agent_gather_candidates(p->agent, p->stream))
        err = GW_EIO;
    return err;
}

static int full_set_local(struct gw_ice *ice, const struct gw_ice_credentials *local)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    if (!nice_agent_set_local_credentials(p->agent, p->stream, local->ufrag, local->pwd))
        return GW_EIO;
    ice->local = *local;
    return 0;
}

/* --- the remote side ---------------------------------------------------------------------------------------------- */

void gw_full_use(struct gw_full_ice *p, const struct gw_candidate *c)
{
    const struct gw_ice_conf *conf = &p->full->conf;

    if ((c->tcp && (!conf->tcp || c->tcp_type == GW_TCP_NONE)) || (!gw_address_is_v4(&c->address) && !conf->ipv6))
        return;
    if (p->base.has_remote)
        gw_full_give(p, c);
    else if (p->n_waiting < GW_ICE_CANDIDATES)
        p->waiting[p->n_waiting++] = *c;
}

static void full_add_remote(struct gw_ice *ice, const struct gw_candidate *c, int64_t now_us)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    if (!c->name[0])
        gw_full_use(p, c);
    else if (gw_candidate_is_mdns(c))
        gw_full_resolve(p, c);
}

static void full_remote_done(struct gw_ice *ice)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    p->done = true;
    if (ice->has_remote)
        nice_agent_peer_candidate_gathering_done(p->agent, p->stream);
}

static int full_set_remote(struct gw_ice *ice, int64_t now_us)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    if (!nice_agent_set_remote_credentials(p->agent, p->stream, ice->remote.ufrag, ice->remote.pwd))
        return GW_EIO;
    for (size_t i = 0; i < p->n_waiting; i++)
        gw_full_give(p, &p->waiting[i]);
    p->n_waiting = 0;
    if (p->done)
        nice_agent_peer_candidate_gathering_done(p->agent, p->stream);
    if (ice->route.kind != GW_ROUTE_NONE)
        return 0;
    return gw_timer_start(gw_loop_timers(ice->io->loop), &p->patience, now_us + GW_FULL_PATIENCE_US);
}

static int full_restart(struct gw_ice *ice, int64_t now_us)
{
    struct gw_full_ice *p = (struct gw_full_ice *)ice;

    if (!nice_agent_restart(p->agent) || !take_credentials(p))
        return GW_EIO;
    gw_ice_free_lines(&ice->remotes);
    ice->has_remote = false; /* what comes now belongs to the next generation */
    p->done = false;
    p->n_waiting = 0;
    gw_full_list_locals(p);
    return 0;
}

/* --- sending through the agent: relayed and TCP pairs ------------------------------------------------------------- */

static void full_send_run(void *arg, const struct gw_run *run, const uint8_t *data)
{
    struct gw_full *f = arg;
    struct gw_full_ice *p = run->route.target;
    struct gw_ice_stats *stats = &f->io.stats;
    const uint8_t *datagram;
    size_t at = 0, len;

    while (gw_run_next(run, data, &at, &datagram, &len)) {
        GOutputVector vector = {datagram, len};
        NiceOutputMessage message = {&vector, 1};
        GError *error = NULL;
        int n = nice_agent_send_messages_nonblocking(p->agent, p->stream, 1, &message, 1, NULL, &error);

        gw_count(&stats->out_calls);
        if (n == 1) {
            gw_count(&stats->out_packets);
            gw_count_add(&stats->out_bytes, len);
        } else if (!error || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
            gw_count(&stats->drop_send_full);
        } else {
            gw_count(&stats->drop_send_error);
        }
        g_clear_error(&error);
    }
}

/* --- the back end ------------------------------------------------------------------------------------------------- */

static void full_free(struct gw_ice_io *io)
{
    struct gw_full *f = (struct gw_full *)io;

    while (f->pending) /* all of them are cancelled or bounded by the library's own timeouts */
        g_main_context_iteration(f->context, TRUE);
    free((char *)f->conf.enforce);
    free((char *)f->conf.ignore);
    free((char *)f->conf.turn_type);
    free((char *)f->conf.turn_user);
    free((char *)f->conf.turn_password);
    free(f);
}

/* A conflict of roles may have changed it (RFC 8445 §7.3.1.1). */
static bool full_is_controlling(const struct gw_ice *ice)
{
    gboolean controlling = FALSE;

    g_object_get(((const struct gw_full_ice *)ice)->agent, "controlling-mode", &controlling, NULL);
    return controlling;
}

static const struct gw_ice_backend backend = {
    .make = full_make,
    .detach = full_detach,
    .destroy = full_destroy,
    .relay_only = full_relay_only,
    .relays = full_relays,
    .gather = full_gather,
    .set_local = full_set_local,
    .set_remote = full_set_remote,
    .add_remote = full_add_remote,
    .remote_done = full_remote_done,
    .restart = full_restart,
    .is_controlling = full_is_controlling,
    .selected = gw_full_selected,
    .send_run = full_send_run,
    .free = full_free,
};

/* The agent wants numbers. Runs while the gateway starts, so it may wait for the DNS. */
static int resolve_server(char ip[GW_ADDRESS_TEXT], const char *name, const char *setting, char *why, size_t why_len)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
    struct gw_address a;
    int err;

    if (!name || !name[0])
        return 0;
    err = getaddrinfo(name, NULL, &hints, &list);
    if (err || !gw_address_from_sockaddr(&a, list->ai_addr, list->ai_addrlen)) {
        snprintf(why, why_len, "%s: \"%s\" cannot be resolved: %s", setting, name, gai_strerror(err));
        if (list)
            freeaddrinfo(list);
        return GW_EIO;
    }
    gw_address_ip(&a, ip);
    freeaddrinfo(list);
    return 0;
}

static bool copy_text(const char **to, const char *from)
{
    *to = from ? strdup(from) : NULL;
    return !from || *to;
}

static int copy_conf(struct gw_full *f, const struct gw_ice_conf *conf, char *why, size_t why_len)
{
    char bad[72];
    bool copied;
    int err;

    f->conf = *conf;
    f->conf.announce = f->conf.stun_server = f->conf.turn_server = NULL;
    copied = copy_text(&f->conf.enforce, conf->enforce);
    copied &= copy_text(&f->conf.ignore, conf->ignore);
    copied &= copy_text(&f->conf.turn_type, conf->turn_type);
    copied &= copy_text(&f->conf.turn_user, conf->turn_user);
    copied &= copy_text(&f->conf.turn_password, conf->turn_password);
    if (!copied)
        return GW_ENOMEM;
    if (gw_addresses_parse(&f->announced, conf->announce, bad, sizeof(bad))) {
        snprintf(why, why_len, "announce: \"%s\" is not an IP address", bad);
        return GW_EPARSE;
    }
    err = resolve_server(f->stun_ip, conf->stun_server, "stun_server", why, why_len);
    if (!err || conf->without_servers)
        err = resolve_server(f->turn_ip, conf->turn_server, "turn_server", why, why_len);
    return conf->without_servers ? 0 : err;
}

int gw_full_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len)
{
    struct gw_full *f;
    int err;

    if (!gw_loop_context(loop)) {
        snprintf(why, why_len, "full ICE needs a loop with a GLib context");
        return GW_EINVAL;
    }
    f = calloc(1, sizeof(*f));
    if (!f)
        return GW_ENOMEM;
    f->context = gw_loop_context(loop);
    err = gw_ice_io_init(&f->io, &backend, loop, pool, events, conf->capacity, conf->plain_udp);
    if (!err)
        err = copy_conf(f, conf, why, why_len);
    if (err) {
        gw_ice_io_free(&f->io);
        return err;
    }
    *out = &f->io;
    return 0;
}
