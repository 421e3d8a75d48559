/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that is played here: it takes orders, and says what a worker would say. */
#include <stdlib.h>
#include <string.h>

#include "support/world_inside.h"

static void tell(gw_peer_id peer, enum gw_news_tag tag, const char *text)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = tag;
    n->peer = peer;
    if (text)
        n->u.text = strdup(text);
    g_queue_push_tail(&world.news, n);
}

static void gathered(gw_peer_id peer)
{
    struct gw_described *d = calloc(1, sizeof(*d) + sizeof(char *));
    struct gw_news *n = g_new0(struct gw_news, 1);

    strcpy(d->ufrag, "abcd");
    strcpy(d->pwd, "0123456789012345678901");
    d->lite = true;
    d->n_candidates = 1;
    d->candidates[0] = strdup("1 1 udp 2015363327 127.0.0.1 10000 typ host");
    n->tag = GW_NEWS_GATHERED;
    n->peer = peer;
    n->u.described = d;
    g_queue_push_tail(&world.news, n);
}

static void answer_query(const struct gw_order *o)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_QUERY;
    n->peer = o->peer;
    n->u.query.ticket = o->u.number;
    n->u.query.json = strdup("{\"agent\":{\"agent-created\":5,\"ice-mode\":\"lite\",\"ice-role\":\"controlled\"},"
                             "\"ice\":{},\"media\":{\"0\":{},\"1\":{}}}");
    g_queue_push_tail(&world.news, n);
}

/* No sink does anything here: asked what they do, there is nothing to tell. */
static void answer_states(const struct gw_order *o)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_STATES;
    n->peer = o->peer;
    n->u.states.ask = o->u.states;
    g_queue_push_tail(&world.news, n);
}

/* Who listens to a source (and with this tap, if one is named), or to anything of a peer, does not any more. */
static void let_go(gw_track_id source, gw_peer_id peer, const struct gw_tap *tap)
{
    for (guint i = world.taps->len; i-- > 0;) {
        const struct world_tap *t = &g_array_index(world.taps, struct world_tap, i);
        struct gw_news *n;

        if ((source && t->source != source) || (peer && gw_track_peer(t->source) != peer) ||
            (tap && (t->tap.events != tap->events || t->tap.arg != tap->arg)))
            continue;
        n = g_new0(struct gw_news, 1);
        n->tag = GW_NEWS_TAP_GONE;
        n->track = t->source;
        n->u.tap = t->tap;
        g_queue_push_tail(&world.news, n);
        g_array_remove_index(world.taps, i);
    }
}

static void follow_taps(const struct gw_order *o)
{
    const struct world_tap t = {o->track, o->u.tap};

    if (o->tag == GW_ORDER_TAP)
        g_array_append_val(world.taps, t);
    else if (o->tag == GW_ORDER_UNTAP)
        let_go(o->track, 0, &o->u.tap);
    else if (o->tag == GW_ORDER_PEER_CLOSE)
        let_go(0, o->peer, NULL);
    else if (o->tag == GW_ORDER_INLET_CLOSE)
        let_go(o->track, 0, NULL);
}

static void close_inlet(gw_track_id source)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_INLET_GONE;
    n->track = source;
    g_queue_push_tail(&world.news, n);
}

bool (*world_worker)(unsigned worker, const struct gw_order *order);
unsigned world_workers = 1, world_peers = 100;
const char *world_fingerprint = "AA:BB";

bool world_post(void *arg, unsigned worker, const struct gw_order *order)
{
    struct gw_order o = *order;

    if (world.watch)
        world.watch(order);
    if (world_worker)
        return world_worker(worker, order);
    follow_taps(&o);
    if (o.tag == GW_ORDER_STATES)
        answer_states(&o);
    if (o.tag == GW_ORDER_INLET_CLOSE)
        close_inlet(o.track);
    if (o.tag == GW_ORDER_PEER_NEW) {
        world.peer = o.peer;
        gathered(o.peer);
    } else if (o.tag == GW_ORDER_PEER_RESTART)
        gathered(o.peer);
    else if (o.tag == GW_ORDER_QUERY && !world.silent_worker)
        answer_query(&o);
    else if (o.tag == GW_ORDER_PEER_CLOSE && !world.silent_worker) {
        if (o.u.text)
            tell(o.peer, GW_NEWS_DOWN, o.u.text);
        tell(o.peer, GW_NEWS_CLOSED, NULL);
    }
    gw_order_drop(&o);
    return true;
}

void world_news(enum gw_news_tag tag, const char *text)
{
    tell(world.peer, tag, text);
    world_turn();
}

void world_tell(const struct gw_news *n)
{
    g_queue_push_tail(&world.news, g_memdup2(n, sizeof(*n)));
    world_turn();
}
