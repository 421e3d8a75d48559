/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connectivity checks and what they prove (RFC 8445 §7.3): an address may send to us once a check from it passed, and
 * we send to the first such address, then to the one nominated last.
 *
 * An answer goes out from the address the check came to, and so does everything on that path: with one socket for all
 * interfaces the kernel would otherwise pick a source the peer does not know.
 */
#include <string.h>

#include "base/err.h"
#include "ice/lite.h"

/* --- who is who --------------------------------------------------------------------------------------------------- */

static struct gw_table_key ufrag_key(const void *ufrag, size_t len)
{
    return gw_table_key(ufrag, len);
}

int gw_lite_register(struct gw_lite *l, const char *ufrag, struct gw_lite_ice *p)
{
    struct gw_table_key key = ufrag_key(ufrag, strlen(ufrag));

    if (!ufrag[0] || strlen(ufrag) > sizeof(key))
        return GW_EINVAL;
    if (gw_table_get(l->by_ufrag, &key))
        return GW_EAGAIN;
    return gw_table_put(l->by_ufrag, &key, p);
}

void gw_lite_unregister(struct gw_lite *l, const char *ufrag)
{
    struct gw_table_key key = ufrag_key(ufrag, strlen(ufrag));

    gw_table_remove(l->by_ufrag, &key);
}

static struct gw_lite_ice *whose(struct gw_lite *l, const struct gw_stun_scan *scan)
{
    struct gw_table_key key;

    if (!scan->ufrag_len || scan->ufrag_len > sizeof(key))
        return NULL;
    key = ufrag_key(scan->ufrag, scan->ufrag_len);
    return gw_table_get(l->by_ufrag, &key);
}

static bool is_old(const struct gw_lite_ice *p, const struct gw_stun_scan *scan)
{
    size_t n = strlen(p->base.local.ufrag);

    return p->has_old && (scan->ufrag_len != n || memcmp(scan->ufrag, p->base.local.ufrag, n));
}

/* --- proved addresses --------------------------------------------------------------------------------------------- */

static void forget_address(struct gw_lite *l, struct gw_lite_ice *p, size_t i)
{
    struct gw_table_key key = gw_table_key(&p->known[i], sizeof(p->known[i]));

    gw_table_remove(l->by_address, &key);
    p->n_known--;
    memmove(&p->known[i], &p->known[i + 1], (p->n_known - i) * sizeof(p->known[0]));
}

static bool is_path(const struct gw_lite_ice *p, const struct gw_address *a)
{
    return p->base.route.kind == GW_ROUTE_UDP && gw_address_equal(&p->path.remote, a);
}

static void lose_path(struct gw_lite_ice *p)
{
    gw_ice_set_route(&p->base, NULL);
    p->nominated = false;
}

/* The address has a new owner: a NAT gave its port to somebody else. */
static void take_from(struct gw_lite *l, struct gw_lite_ice *other, const struct gw_address *a)
{
    for (size_t i = 0; i < other->n_known; i++) {
        if (!gw_address_equal(&other->known[i], a))
            continue;
        if (is_path(other, a))
            lose_path(other);
        forget_address(l, other, i);
        return;
    }
}

static bool know_address(struct gw_lite *l, struct gw_lite_ice *p, const struct gw_address *a)
{
    struct gw_table_key key = gw_table_key(a, sizeof(*a));
    struct gw_lite_ice *before = gw_table_get(l->by_address, &key);

    if (before == p)
        return true;
    if (before)
        take_from(l, before, a);
    if (p->n_known == GW_LITE_KNOWN)
        forget_address(l, p, is_path(p, &p->known[0]) ? 1 : 0);
    if (gw_table_put(l->by_address, &key, p))
        return false;
    p->known[p->n_known++] = *a;
    return true;
}

static bool know_conn(struct gw_lite *l, struct gw_lite_ice *p, struct gw_tcp_conn *conn)
{
    if (conn->owner)
        return conn->owner == p;
    if (p->n_conns == GW_LITE_CONNS)
        return false;
    p->conns[p->n_conns++] = conn;
    gw_tcp_own(l->tcp, conn, p);
    return true;
}

void gw_lite_forget(struct gw_lite *l, struct gw_lite_ice *p)
{
    while (p->n_known)
        forget_address(l, p, p->n_known - 1);
}

void gw_lite_conn_closed(struct gw_lite *l, struct gw_tcp_conn *conn, bool deferred, int64_t now_us)
{
    struct gw_lite_ice *p = conn->owner;

    for (size_t i = 0; i < p->n_conns; i++)
        if (p->conns[i] == conn) {
            p->conns[i] = p->conns[--p->n_conns];
            break;
        }
    if (p->base.route.kind != GW_ROUTE_OWN || p->path.conn != conn)
        return;
    lose_path(p);
    if (deferred)
        gw_ice_defer_state(&p->base, GW_ICE_FAILED);
    else
        gw_ice_tell_state(&p->base, GW_ICE_FAILED, now_us);
}

/* --- paths -------------------------------------------------------------------------------------------------------- */

static bool route_to(const struct gw_lite *l, const struct gw_origin *o, struct gw_route *out)
{
    memset(out, 0, sizeof(*out));
    if (o->conn) {
        out->kind = GW_ROUTE_OWN;
        out->framed = true;
        out->target = o->conn;
        return true;
    }
    out->kind = GW_ROUTE_UDP;
    out->fd = l->socket.udp;
    out->from = o->local;
    out->to_len = gw_address_to_sockaddr(&o->remote, l->socket.family, &out->to);
    return out->to_len > 0;
}

static bool same_path(const struct gw_origin *a, const struct gw_origin *b)
{
    return a->conn == b->conn && gw_address_equal(&a->remote, &b->remote) && gw_address_equal(&a->local, &b->local);
}

static void use_path(struct gw_lite *l, struct gw_lite_ice *p, const struct gw_origin *from)
{
    bool had = p->base.route.kind != GW_ROUTE_NONE;
    struct gw_route route;

    if ((had && same_path(&p->path, from)) || !route_to(l, from, &route))
        return;
    gw_count_add(&l->io.stats.path_changes, had);
    p->path = *from;
    gw_ice_set_route(&p->base, &route);
}

static void tell(struct gw_lite_ice *p, int64_t now_us)
{
    struct gw_ice *ice = &p->base;

    if (!ice->has_remote) /* set_remote() will */
        return;
    if (ice->state != GW_ICE_CONNECTED && ice->state != GW_ICE_READY &&
        !gw_ice_tell_state(ice, GW_ICE_CONNECTED, now_us))
        return;
    if (p->nominated)
        gw_ice_tell_state(ice, GW_ICE_READY, now_us);
}

static void learn(struct gw_lite *l, struct gw_lite_ice *p, const struct gw_stun_scan *scan,
                  const struct gw_origin *from, int64_t now_us)
{
    bool old = is_old(p, scan);

    if (from->conn ? !know_conn(l, p, from->conn) : !know_address(l, p, &from->remote))
        return;
    p->base.last_seen_us = now_us;
    if (p->base.route.kind == GW_ROUTE_NONE || scan->use_candidate)
        use_path(l, p, from);
    if (scan->use_candidate) {
        p->nominated = true;
        if (!old && p->has_old) {
            gw_lite_unregister(l, p->old.ufrag);
            p->has_old = false;
        }
    }
    gw_timer_stop(gw_loop_timers(l->io.loop), &p->patience);
    tell(p, now_us);
}

/* --- answering ---------------------------------------------------------------------------------------------------- */

static bool is_known(struct gw_lite *l, const struct gw_lite_ice *p, const struct gw_origin *from)
{
    struct gw_table_key key = gw_table_key(&from->remote, sizeof(from->remote));

    return from->conn ? true : gw_table_get(l->by_address, &key) == p; /* TCP has proved its address by itself */
}

static void send_answer(struct gw_lite *l, const struct gw_lite_ice *p, const struct gw_origin *from,
                        const uint8_t *answer, size_t len, size_t request_len)
{
    struct gw_route route;
    uint8_t *room;

    if (len > request_len && !is_known(l, p, from)) { /* nobody shall use us to amplify */
        gw_count(&l->io.stats.drop_unverified);
        return;
    }
    if (!route_to(l, from, &route))
        return;
    room = gw_egress_reserve(l->io.egress, &route, len);
    if (!room) { /* the peer asks again */
        gw_count(&l->io.stats.drop_send_full);
        return;
    }
    memcpy(room, answer, len);
    gw_egress_commit(l->io.egress, &route, NULL, 0, len);
    gw_count(&l->io.stats.stun_answers);
}

static bool within_rate(struct gw_lite *l, int64_t now_us)
{
    if (l->stun_turn_us != now_us) {
        l->stun_turn_us = now_us;
        l->stun_left = GW_LITE_STUN_CALLS;
    }
    if (!l->stun_left)
        return false;
    l->stun_left--;
    return true;
}

void gw_lite_stun(struct gw_lite *l, const uint8_t *data, size_t len, const struct gw_origin *from, int64_t now_us)
{
    struct gw_ice_stats *stats = &l->io.stats;
    uint8_t answer[GW_STUN_ANSWER];
    struct gw_stun_scan scan;
    enum gw_stun_verdict verdict;
    struct gw_lite_ice *p;
    size_t answer_len;

    if (gw_stun_scan(&scan, data, len)) {
        gw_count(&stats->drop_bad_stun);
        return;
    }
    if (scan.class == GW_STUN_INDICATION) /* a keepalive */
        return;
    if (scan.class != GW_STUN_REQUEST || !scan.ufrag) { /* we ask nothing, so nothing is an answer to us */
        gw_count(&stats->drop_bad_stun);
        return;
    }
    p = whose(l, &scan);
    if (!p) {
        gw_count(&stats->drop_unknown_ufrag);
        return;
    }
    if (!within_rate(l, now_us)) {
        gw_count(&stats->drop_stun_rate);
        return;
    }
    verdict = gw_stun_answer(l->stun, &scan, data, len, is_old(p, &scan) ? p->old.pwd : p->base.local.pwd,
                             &from->remote, answer, &answer_len);
    gw_count_add(&stats->drop_bad_stun, verdict == GW_STUN_BAD);
    gw_count_add(&stats->drop_bad_integrity, verdict == GW_STUN_INTEGRITY);
    if (answer_len)
        send_answer(l, p, from, answer, answer_len, len);
    if (verdict == GW_STUN_CHECK)
        learn(l, p, &scan, from, now_us);
}
