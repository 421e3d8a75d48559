/* SPDX-License-Identifier: Apache-2.0 */
/* All PeerConnections: ids, the choice of a worker, orders out, news in. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/link_state.h"

#define CANDIDATES_TIMEOUT_S 45

/* How many peers of a group are on each worker. */
struct gw_group {
    uint64_t id;
    unsigned n, on[GW_MAX_WORKERS];
};

/* A group that is going to be large. */
struct expected {
    uint64_t group;
    unsigned peers;
};

/* --- making ------------------------------------------------------------------------------------------------------- */

static void free_entry(void *p)
{
    struct gw_peer_entry *entry = p;

    for (guint i = 0; entry->inlets && i < entry->inlets->len; i++) {
        struct cardea_inlet *in = entry->inlets->pdata[i]; /* left at the end of the process: its owner frees, too */

        if (in)
            in->events->gone(in->user, in->source);
        g_free(in);
    }
    if (entry->inlets)
        g_ptr_array_unref(entry->inlets);
    g_free(entry);
}

int gw_links_new(struct gw_links **out, const struct gw_links_conf *conf)
{
    struct gw_links *ls;

    if (!conf->workers || conf->workers > GW_MAX_WORKERS)
        return GW_EINVAL;
    ls = g_new0(struct gw_links, 1);
    ls->conf = *conf;
    gw_links_tune(ls, conf->peers_per_worker, conf->candidates_timeout_s);
    ls->fingerprint = g_strdup(conf->fingerprint);
    ls->address = g_strdup(conf->address);
    ls->peers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_entry);
    ls->groups = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    ls->expected = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    gw_graph_init(ls);
    gw_outlets_init(ls);
    for (unsigned i = 0; i < conf->workers; i++)
        ls->backlog[i] = g_queue_new();
    *out = ls;
    return 0;
}

static void drop_order(void *order)
{
    gw_order_drop(order);
    g_free(order);
}

void gw_links_free(struct gw_links *ls)
{
    if (!ls)
        return;
    for (unsigned i = 0; i < ls->conf.workers; i++)
        g_queue_free_full(ls->backlog[i], drop_order);
    g_queue_clear(&ls->due);
    gw_outlets_end(ls);
    gw_graph_end(ls);
    g_hash_table_unref(ls->groups);
    g_hash_table_unref(ls->expected);
    g_hash_table_unref(ls->peers);
    g_free(ls->fingerprint);
    g_free(ls->address);
    g_free(ls);
}

/* --- ids and workers ---------------------------------------------------------------------------------------------- */

static bool is_avoided(const struct gw_links *ls, unsigned worker)
{
    return ls->avoid >> worker & 1;
}

static unsigned least_loaded(const struct gw_links *ls)
{
    unsigned best = 0;

    for (unsigned i = 1; i < ls->conf.workers; i++)
        if (is_avoided(ls, i) != is_avoided(ls, best) ? is_avoided(ls, best) : ls->load[i] < ls->load[best])
            best = i;
    return best;
}

/* Does it have to be spread over workers sooner or later? */
static bool is_large(const struct gw_links *ls, uint64_t group)
{
    const struct expected *e = g_hash_table_lookup(ls->expected, &group);

    return e && ls->conf.peers_per_worker && e->peers > ls->conf.peers_per_worker;
}

/* Where the fewest of the group are, and of those where the fewest peers are. */
static unsigned spread(const struct gw_links *ls, const struct gw_group *g)
{
    unsigned best = 0;

    for (unsigned i = 1; i < ls->conf.workers; i++)
        if (g->on[i] < g->on[best] || (g->on[i] == g->on[best] && ls->load[i] < ls->load[best]))
            best = i;
    return best;
}

void gw_links_expect(struct gw_links *ls, uint64_t group, unsigned peers)
{
    struct expected *e;

    g_hash_table_remove(ls->expected, &group);
    if (!peers || !group)
        return;
    e = g_new(struct expected, 1);
    *e = (struct expected){group, peers};
    g_hash_table_insert(ls->expected, &e->group, e);
}

uint64_t gw_links_coming(const struct gw_links *ls)
{
    uint64_t coming = 0;
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, ls->expected);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct expected *e = value;
        const struct gw_group *g = g_hash_table_lookup(ls->groups, &e->group);
        unsigned here = g ? g->n : 0;

        if (here && e->peers > here)
            coming += e->peers - here;
    }
    return coming;
}

/* Where most of the group is and still has room and time; else the worker with the fewest peers. */
static unsigned choose_worker(const struct gw_links *ls, const struct gw_group *g)
{
    unsigned room = ls->conf.peers_per_worker ? ls->conf.peers_per_worker : UINT_MAX;
    int best = -1;

    if (g && is_large(ls, g->id))
        return spread(ls, g);
    for (unsigned i = 0; g && i < ls->conf.workers; i++)
        if (g->on[i] && g->on[i] < room && !is_avoided(ls, i) && (best < 0 || g->on[i] > g->on[best]))
            best = (int)i;
    return best < 0 ? least_loaded(ls) : (unsigned)best;
}

static struct gw_group *group_get(struct gw_links *ls, uint64_t id)
{
    struct gw_group *g = id ? g_hash_table_lookup(ls->groups, &id) : NULL;

    if (!g && id) {
        g = g_new0(struct gw_group, 1);
        g->id = id;
        g_hash_table_insert(ls->groups, &g->id, g);
    }
    return g;
}

struct gw_peer_entry *gw_links_enter(struct gw_links *ls, uint64_t group, int wish)
{
    struct gw_group *g = group_get(ls, group);
    struct gw_peer_entry *entry = g_new0(struct gw_peer_entry, 1);
    unsigned worker = wish >= 0 && (unsigned)wish < ls->conf.workers ? (unsigned)wish : choose_worker(ls, g);

    entry->id = gw_peer_make(++ls->serial, worker);
    entry->group = group;
    ls->load[worker]++;
    if (g) {
        g->n++;
        g->on[worker]++;
    }
    g_hash_table_insert(ls->peers, &entry->id, entry);
    return entry;
}

void gw_links_leave(struct gw_links *ls, struct gw_peer_entry *entry)
{
    struct gw_group *g = entry->group ? g_hash_table_lookup(ls->groups, &entry->group) : NULL;
    unsigned worker = gw_peer_worker(entry->id);

    ls->load[worker]--;
    if (g) {
        g->on[worker]--;
        if (!--g->n)
            g_hash_table_remove(ls->groups, &g->id);
    }
    if (entry->link)
        entry->link->entry = NULL;
    g_hash_table_remove(ls->peers, &entry->id);
}

struct gw_peer_entry *gw_links_entry(struct gw_links *ls, gw_peer_id peer)
{
    return g_hash_table_lookup(ls->peers, &peer);
}

struct gw_link *gw_links_find(struct gw_links *ls, gw_peer_id peer)
{
    struct gw_peer_entry *entry = gw_links_entry(ls, peer);

    return entry ? entry->link : NULL;
}

void gw_links_tune(struct gw_links *ls, unsigned peers_per_worker, unsigned candidates_timeout_s)
{
    ls->conf.peers_per_worker = peers_per_worker;
    ls->conf.candidates_timeout_s = candidates_timeout_s ? candidates_timeout_s : CANDIDATES_TIMEOUT_S;
}

void gw_links_avoid(struct gw_links *ls, uint64_t workers)
{
    ls->avoid = workers;
}

size_t gw_links_count(const struct gw_links *ls)
{
    GHashTableIter it;
    gpointer entry;
    size_t n = 0;

    g_hash_table_iter_init(&it, ls->peers);
    while (g_hash_table_iter_next(&it, NULL, &entry))
        n += ((struct gw_peer_entry *)entry)->started;
    return n;
}

unsigned gw_links_by_worker(const struct gw_links *ls, unsigned *counts, unsigned most)
{
    GHashTableIter it;
    gpointer entry;

    memset(counts, 0, most * sizeof(*counts));
    g_hash_table_iter_init(&it, ls->peers);
    while (g_hash_table_iter_next(&it, NULL, &entry)) {
        const struct gw_peer_entry *e = entry;
        unsigned worker = gw_peer_worker(e->id);

        if (e->started && !e->inlets && worker < most)
            counts[worker]++;
    }
    return ls->conf.workers;
}

size_t gw_links_plain_ports(const struct gw_links *ls)
{
    return ls->n_ports;
}

size_t gw_links_forwarders(const struct gw_links *ls)
{
    return g_hash_table_size(ls->outlets);
}

uint64_t gw_links_dropped(const struct gw_links *ls)
{
    return ls->dropped;
}

/* --- orders ------------------------------------------------------------------------------------------------------- */

bool gw_links_post(struct gw_links *ls, unsigned worker, struct gw_order *order)
{
    GQueue *q = ls->backlog[worker];
    bool closes =
        order->tag == GW_ORDER_PEER_CLOSE || order->tag == GW_ORDER_INLET_CLOSE || order->tag == GW_ORDER_FORWARD_STOP;
    unsigned room = closes ? GW_LINKS_BACKLOG_CLOSES : GW_LINKS_BACKLOG;

    if (!q->length && ls->conf.post(ls->conf.arg, worker, order))
        return true;
    if (q->length >= room) {
        gw_order_drop(order);
        ls->dropped++;
        return false;
    }
    g_queue_push_tail(q, g_memdup2(order, sizeof(*order)));
    return true;
}

static void retry(struct gw_links *ls, unsigned worker)
{
    struct gw_order *order;

    while ((order = g_queue_peek_head(ls->backlog[worker])) && ls->conf.post(ls->conf.arg, worker, order))
        g_free(g_queue_pop_head(ls->backlog[worker]));
}

/* --- the end of a turn -------------------------------------------------------------------------------------------- */

void gw_links_tell_later(struct gw_link *l)
{
    if (!l->queued)
        g_queue_push_tail(&l->ls->due, l);
    l->queued = true;
}

bool gw_links_turn(struct gw_links *ls)
{
    bool left = false;

    for (unsigned i = 0; i < ls->conf.workers; i++)
        retry(ls, i);
    for (unsigned n = ls->due.length; n && ls->due.length; n--) {
        struct gw_link *l = g_queue_pop_head(&ls->due);

        l->queued = false;
        gw_link_tell_due(l);
    }
    for (unsigned i = 0; i < ls->conf.workers; i++)
        left |= ls->backlog[i]->length > 0;
    return left || ls->due.length;
}

/* --- news --------------------------------------------------------------------------------------------------------- */

/* Reception of one of the link's m-lines, or losses on it. Of one that was closed before it came up nobody hears that.
 */
static void media_news(struct gw_link *l, const struct gw_news *n)
{
    const struct gw_link_events *ev = l->ls->conf.events;
    const struct cardea_stream *s = gw_plan_stream(l->plan, gw_track_mindex(n->track));

    if (!s || !l->up)
        return;
    if (n->tag == GW_NEWS_MEDIA)
        ev->media(l->owner, s, n->u.media.receiving, n->u.media.substream, n->u.media.seconds);
    else
        ev->slow_link(l->owner, s, n->u.slow.uplink, n->u.slow.lost);
}

static void data_news(struct gw_link *l, const struct gw_data_blob *b)
{
    struct cardea_message msg = {
        .label = gw_data_blob_label(b),
        .protocol = gw_data_blob_protocol(b),
        .binary = b->binary,
        .data = gw_data_blob_data(b),
        .len = b->len,
    };

    l->ls->conf.events->data(l->owner, &msg);
}

static void up_news(struct gw_link *l)
{
    bool first = !l->up;

    l->up = !l->closing;
    if (first && l->up)
        l->ls->conf.events->up(l->owner);
}

static void down_news(struct gw_link *l, const char *reason)
{
    gw_link_over(l);
    l->ls->conf.events->down(l->owner, reason ? reason : "");
}

static void closed_news(struct gw_links *ls, struct gw_peer_entry *entry)
{
    struct gw_link *l = entry->link;

    if (l)
        gw_link_reset(l);
    else
        gw_links_leave(ls, entry);
    if (l)
        ls->conf.events->closed(l->owner);
}

/* News of a peer whose link is alive. After an event the link may be gone. */
static void tell(struct gw_link *l, struct gw_news *n)
{
    const struct gw_link_events *ev = l->ls->conf.events;

    switch (n->tag) {
    case GW_NEWS_GATHERED:
        gw_link_gathered(l, n->u.described);
        n->u.described = NULL;
        break;
    case GW_NEWS_CANDIDATE: /* while a description is awaited it will be among those of GATHERED */
        if (l->full_trickle && l->local && !l->awaiting && !l->closing && n->u.text)
            ev->trickle(l->owner, gw_plan_transport_mid(l->plan), n->u.text);
        break;
    case GW_NEWS_ICE:
        ev->ice(l->owner, (enum gw_ice_state)n->u.number);
        break;
    case GW_NEWS_SELECTED:
        if (ev->selected && n->u.text)
            ev->selected(l->owner, n->u.text);
        break;
    case GW_NEWS_DTLS:
        if (ev->dtls)
            ev->dtls(l->owner, (enum gw_dtls_state)n->u.dtls.state, n->u.dtls.retransmissions);
        break;
    case GW_NEWS_UP:
        up_news(l);
        break;
    case GW_NEWS_DOWN:
        down_news(l, n->u.text);
        break;
    case GW_NEWS_MEDIA:
    case GW_NEWS_SLOW_LINK:
        media_news(l, n);
        break;
    case GW_NEWS_LAYER:
        gw_graph_layer(l, n);
        break;
    case GW_NEWS_TALKING:
        ev->talking(l->owner, n->track, n->u.talking.talking, n->u.talking.level);
        break;
    case GW_NEWS_LOUDNESS:
        ev->loudness(l->owner, n->track, n->u.talking.level);
        break;
    case GW_NEWS_DATA:
        data_news(l, n->u.data);
        break;
    case GW_NEWS_QUERY:
        ev->query(l->owner, n->u.query.ticket, n->u.query.json);
        break;
    case GW_NEWS_TAP_GONE: /* told whoever the source's owner is */
    case GW_NEWS_FORWARD_GONE:
    case GW_NEWS_KEYFRAME: /* of inlets only */
    case GW_NEWS_INLET_LOST:
    case GW_NEWS_INLET_GONE:
    case GW_NEWS_CLOSED:
    case GW_NEWS_STATES:
        break;
    }
}

bool gw_links_owes(const struct gw_links *ls, bool (*inside)(void *arg, const void *address), void *arg)
{
    GHashTableIter it;
    gpointer key, value;

    g_hash_table_iter_init(&it, ls->taps);
    while (g_hash_table_iter_next(&it, &key, NULL))
        if (inside(arg, key))
            return true;
    g_hash_table_iter_init(&it, ls->peers);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const GPtrArray *inlets = ((struct gw_peer_entry *)value)->inlets;

        for (guint i = 0; inlets && i < inlets->len; i++)
            if (inlets->pdata[i] && inside(arg, ((struct cardea_inlet *)inlets->pdata[i])->events))
                return true;
    }
    return gw_outlets_owe(ls, inside, arg);
}

/* They are awaited, whatever has become of the link. */
static void states_news(const struct gw_states_ask *ask, const struct gw_states *states)
{
    for (unsigned i = 0; states && i < states->n; i++)
        ask->tell(ask->arg, states->at[i].sink, &states->at[i].state);
    ask->tell(ask->arg, 0, NULL);
}

void gw_links_news(struct gw_links *ls, const struct gw_news *news)
{
    struct gw_news n = *news;
    struct gw_peer_entry *entry = gw_links_entry(ls, n.peer ? n.peer : gw_track_peer(n.track));

    if (n.tag == GW_NEWS_TAP_GONE)
        gw_graph_tap_gone(ls, &n);
    else if (n.tag == GW_NEWS_STATES)
        states_news(&n.u.states.ask, n.u.states.states);
    else if (n.tag == GW_NEWS_FORWARD_GONE)
        gw_outlet_news(ls, &n);
    else if (entry && entry->inlets)
        gw_inlet_news(entry, &n);
    else if (entry && n.tag == GW_NEWS_CLOSED)
        closed_news(ls, entry);
    else if (entry && entry->link)
        tell(entry->link, &n);
    gw_news_drop(&n);
}
