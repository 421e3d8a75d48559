/* SPDX-License-Identifier: Apache-2.0 */
/* Between libnice and us: candidates in both directions, the pair in use, signals and packets of an agent. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ice/full.h"

static int64_t now_of(const struct gw_full_ice *p)
{
    return gw_loop_now(p->full->io.loop);
}

/* --- addresses and candidates between the library and us ---------------------------------------------------------- */

bool gw_full_to_nice(NiceAddress *out, const struct gw_address *a)
{
    union gw_sockaddr u;

    if (!gw_address_to_sockaddr(a, gw_address_is_v4(a) ? AF_INET : AF_INET6, &u))
        return false;
    nice_address_init(out);
    nice_address_set_from_sockaddr(out, &u.sa);
    return true;
}

static bool from_nice(struct gw_address *out, const NiceAddress *a)
{
    union gw_sockaddr u;

    memset(&u, 0, sizeof(u));
    if (!nice_address_is_valid(a))
        return false;
    nice_address_copy_to_sockaddr(a, &u.sa);
    return gw_address_from_sockaddr(out, &u.sa, sizeof(u));
}

static const struct {
    NiceCandidateTransport transport;
    enum gw_tcp_type type;
} transports[] = {
    {NICE_CANDIDATE_TRANSPORT_UDP, GW_TCP_NONE},
    {NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE, GW_TCP_ACTIVE},
    {NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE, GW_TCP_PASSIVE},
    {NICE_CANDIDATE_TRANSPORT_TCP_SO, GW_TCP_SO},
};

static enum gw_candidate_type type_from_nice(NiceCandidateType type)
{
    switch (type) {
    case NICE_CANDIDATE_TYPE_HOST:
        return GW_CANDIDATE_HOST;
    case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
        return GW_CANDIDATE_SRFLX;
    case NICE_CANDIDATE_TYPE_RELAYED:
        return GW_CANDIDATE_RELAY;
    default:
        return GW_CANDIDATE_PRFLX;
    }
}

static NiceCandidateType type_to_nice(enum gw_candidate_type type)
{
    static const NiceCandidateType types[] = {NICE_CANDIDATE_TYPE_HOST, NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE,
                                              NICE_CANDIDATE_TYPE_PEER_REFLEXIVE, NICE_CANDIDATE_TYPE_RELAYED};

    return types[type];
}

static bool candidate_from_nice(struct gw_candidate *out, const NiceCandidate *n)
{
    memset(out, 0, sizeof(*out));
    if (!from_nice(&out->address, &n->addr))
        return false;
    gw_strlcpy(out->foundation, n->foundation, sizeof(out->foundation));
    out->component = (uint16_t)n->component_id;
    out->priority = n->priority;
    out->type = type_from_nice(n->type);
    out->tcp = n->transport != NICE_CANDIDATE_TRANSPORT_UDP;
    for (size_t i = 0; i < G_N_ELEMENTS(transports); i++)
        if (transports[i].transport == n->transport)
            out->tcp_type = transports[i].type;
    if (!out->address.port)
        out->address.port = 9; /* an active TCP candidate, RFC 6544 §4.5 */
    if (out->type != GW_CANDIDATE_HOST)
        from_nice(&out->related, &n->base_addr);
    return true;
}

/* With 1:1 NAT the world sees other addresses than the ones our sockets have. */
static void add_local(struct gw_full_ice *p, const NiceCandidate *n)
{
    const struct gw_full *f = p->full;
    struct gw_candidate c, public;
    bool replaced = false;

    if (!candidate_from_nice(&c, n))
        return;
    for (size_t i = 0; c.type == GW_CANDIDATE_HOST && i < f->announced.n; i++) {
        const struct gw_address *a = &f->announced.list[i];

        if (gw_address_is_v4(a) != gw_address_is_v4(&c.address))
            continue;
        public = c;
        public.address = *a;
        public.address.port = c.address.port;
        gw_ice_add_line(&p->base.locals, &public);
        replaced = true;
    }
    if (!replaced || f->conf.keep_private)
        gw_ice_add_line(&p->base.locals, &c);
}

void gw_full_list_locals(struct gw_full_ice *p)
{
    GSList *list = nice_agent_get_local_candidates(p->agent, p->stream, 1);

    for (GSList *i = list; i; i = i->next)
        add_local(p, i->data);
    g_slist_free_full(list, (GDestroyNotify)nice_candidate_free);
}

void gw_full_give(struct gw_full_ice *p, const struct gw_candidate *c)
{
    NiceCandidate *n = nice_candidate_new(type_to_nice(c->type));
    GSList *list;

    n->component_id = 1;
    n->stream_id = p->stream;
    n->priority = c->priority;
    gw_strlcpy(n->foundation, c->foundation, sizeof(n->foundation));
    for (size_t i = 0; i < G_N_ELEMENTS(transports); i++)
        if (transports[i].type == c->tcp_type)
            n->transport = transports[i].transport;
    if (gw_full_to_nice(&n->addr, &c->address)) {
        n->base_addr = n->addr;
        if (!gw_address_is_none(&c->related))
            gw_full_to_nice(&n->base_addr, &c->related);
        list = g_slist_append(NULL, n);
        nice_agent_set_remote_candidates(p->agent, p->stream, 1, list);
        g_slist_free(list);
    }
    nice_candidate_free(n);
}

/* --- the path in use ---------------------------------------------------------------------------------------------- */

static bool selected_pair(const struct gw_full_ice *p, NiceCandidate **local, NiceCandidate **remote)
{
    return nice_agent_get_selected_pair(p->agent, p->stream, 1, local, remote) && *local && *remote;
}

/* A descriptor that datagrams of this pair may be sent on without the agent, or -1. */
static int direct_fd(const struct gw_full_ice *p, const NiceCandidate *local)
{
    GSocket *socket;

    if (local->transport != NICE_CANDIDATE_TRANSPORT_UDP || local->type == NICE_CANDIDATE_TYPE_RELAYED)
        return -1;
    socket = nice_agent_get_selected_socket(p->agent, p->stream, 1);
    if (!socket || g_socket_get_socket_type(socket) != G_SOCKET_TYPE_DATAGRAM)
        return -1;
    return g_socket_get_fd(socket);
}

static void update_route(struct gw_full_ice *p)
{
    struct gw_route route = {.kind = GW_ROUTE_OWN, .target = p};
    NiceCandidate *local, *remote;
    struct gw_address to;
    int fd;

    if (!selected_pair(p, &local, &remote)) {
        gw_ice_set_route(&p->base, NULL);
        return;
    }
    fd = direct_fd(p, local);
    if (fd >= 0 && from_nice(&to, &remote->addr)) {
        int family = gw_address_is_v4(&to) ? AF_INET : AF_INET6;

        route = (struct gw_route){.kind = GW_ROUTE_UDP, .fd = fd};
        route.to_len = gw_address_to_sockaddr(&to, family, &route.to);
    }
    if (p->base.route.kind != GW_ROUTE_NONE)
        gw_count(&p->full->io.stats.path_changes);
    gw_ice_set_route(&p->base, &route);
    p->base.last_seen_us = now_of(p);
}

static void describe_end(const NiceCandidate *n, char *text, size_t len)
{
    char address[GW_ADDRESS_TEXT];
    struct gw_candidate c;

    if (candidate_from_nice(&c, n))
        snprintf(text, len, "%s [%s,%s]", gw_address_text(&c.address, address), gw_candidate_type_name(c.type),
                 c.tcp ? "tcp" : "udp");
}

void gw_full_selected(const struct gw_ice *ice, char *text, size_t len)
{
    const struct gw_full_ice *p = (const struct gw_full_ice *)ice;
    char ours[GW_ADDRESS_TEXT + 16] = "", theirs[GW_ADDRESS_TEXT + 16] = "";
    NiceCandidate *local, *remote;

    if (!selected_pair(p, &local, &remote))
        return;
    describe_end(local, ours, sizeof(ours));
    describe_end(remote, theirs, sizeof(theirs));
    snprintf(text, len, "%s <-> %s", ours, theirs);
}

/* --- what the agent says ------------------------------------------------------------------------------------------ */

static void on_candidate(NiceAgent *agent, NiceCandidate *candidate, gpointer arg)
{
    struct gw_full_ice *p = arg;

    add_local(p, candidate);
    gw_ice_defer_candidates(&p->base);
}

static void on_gathered(NiceAgent *agent, guint stream, gpointer arg)
{
    gw_full_gathered(arg);
}

void gw_full_gathered(struct gw_full_ice *p)
{
    gw_timer_stop(gw_loop_timers(p->full->io.loop), &p->gathering);
    gw_full_list_locals(p);
    if (p->base.gathered) /* it was too slow */
        return;
    p->base.gathered = true;
    gw_ice_defer_gathered(&p->base);
}

static void on_pair(NiceAgent *agent, guint stream, guint component, NiceCandidate *local, NiceCandidate *remote,
                    gpointer arg)
{
    update_route(arg);
}

static void on_state(NiceAgent *agent, guint stream, guint component, guint state, gpointer arg)
{
    struct gw_full_ice *p = arg;
    struct gw_timers *timers = gw_loop_timers(p->full->io.loop);

    switch (state) {
    case NICE_COMPONENT_STATE_GATHERING:
        gw_ice_defer_state(&p->base, GW_ICE_GATHERING);
        break;
    case NICE_COMPONENT_STATE_CONNECTING:
        gw_ice_defer_state(&p->base, GW_ICE_CONNECTING);
        break;
    case NICE_COMPONENT_STATE_CONNECTED:
    case NICE_COMPONENT_STATE_READY:
        update_route(p);
        gw_timer_stop(timers, &p->patience);
        if (p->base.state != GW_ICE_CONNECTED && p->base.state != GW_ICE_READY)
            gw_ice_defer_state(&p->base, GW_ICE_CONNECTED);
        if (state == NICE_COMPONENT_STATE_READY)
            gw_ice_defer_state(&p->base, GW_ICE_READY);
        break;
    case NICE_COMPONENT_STATE_FAILED:
        update_route(p);
        gw_ice_defer_state(&p->base, GW_ICE_FAILED);
        break;
    default:
        break;
    }
}

static void on_packet(NiceAgent *agent, guint stream, guint component, guint len, gchar *data, gpointer arg)
{
    struct gw_full_ice *p = arg;
    struct gw_ice_stats *stats = &p->full->io.stats;
    uint8_t first = len ? (uint8_t)data[0] : 0;
    struct gw_packet *pkt;

    gw_count(&stats->in_packets);
    gw_count_add(&stats->in_bytes, len);
    if (!((first >= 20 && first <= 63) || (first >= 128 && first <= 191))) { /* RFC 7983 */
        gw_count(&stats->drop_not_demuxed);
        return;
    }
    if (len > 1500) {
        gw_count(&stats->drop_too_large);
        return;
    }
    pkt = gw_packet_take(p->full->io.pool);
    if (!pkt) {
        gw_count(&stats->drop_no_buffer);
        return;
    }
    memcpy(pkt->data, data, len);
    pkt->len = (uint16_t)len;
    pkt->arrival_us = now_of(p);
    p->base.last_seen_us = pkt->arrival_us;
    gw_ice_defer_packet(&p->base, pkt);
}

bool gw_full_listen(struct gw_full_ice *p)
{
    g_signal_connect(p->agent, "new-candidate-full", G_CALLBACK(on_candidate), p);
    g_signal_connect(p->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), p);
    g_signal_connect(p->agent, "component-state-changed", G_CALLBACK(on_state), p);
    g_signal_connect(p->agent, "new-selected-pair-full", G_CALLBACK(on_pair), p);
    return nice_agent_attach_recv(p->agent, p->stream, 1, p->full->context, on_packet, p);
}

void gw_full_stop_listening(struct gw_full_ice *p)
{
    g_signal_handlers_disconnect_by_data(p->agent, p);
    nice_agent_attach_recv(p->agent, p->stream, 1, p->full->context, NULL, NULL);
}
