/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/outlet.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/link_state.h"
#include "plain/socket.h"

struct gw_outlet {
    uint64_t id;
    gw_track_id source;
    uint16_t rtcp_port; /* ours */
    void (*gone)(void *user, cardea_forwarder forwarder);
    void *user;
    bool stopping;
    struct gw_forward_count count; /* the worker writes here until it says FORWARD_GONE */
};

void gw_outlets_init(struct gw_links *ls)
{
    ls->outlets = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
}

void gw_outlets_end(struct gw_links *ls)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, ls->outlets);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct gw_outlet *o = value;

        if (o->gone)
            o->gone(o->user, o->id);
    }
    g_hash_table_unref(ls->outlets);
}

static bool sane(const struct cardea_forward_conf *conf, struct gw_address *to)
{
    return conf->host && gw_address_parse(to, conf->host, strlen(conf->host)) && conf->port &&
           conf->payload_type < 128 && conf->substream < GW_MAX_LAYERS && (!conf->merge || conf->ssrc[0]) &&
           gw_plain_profile(conf->srtp_suite) >= 0 && (!conf->srtp_suite || conf->srtp_key);
}

static void describe(struct gw_forward_conf *f, const struct cardea_forward_conf *conf, const struct gw_address *to)
{
    f->to = *to;
    f->to.port = conf->port;
    f->rtcp_to = *to;
    f->rtcp_to.port = conf->rtcp_port;
    f->rtcp_fd = -1;
    f->beside = conf->beside;
    f->payload_type = (int16_t)(conf->payload_type < 0 ? -1 : conf->payload_type);
    f->layer = (int8_t)(conf->substream < 0 || conf->merge ? -1 : conf->substream);
    f->merge = conf->merge;
    memcpy(f->ssrc, conf->ssrc, sizeof(f->ssrc));
    f->profile = (enum gw_srtp_profile)gw_plain_profile(conf->srtp_suite);
    if (conf->srtp_suite)
        memcpy(f->key, conf->srtp_key, sizeof(f->key));
}

/* A socket for RTCP from the far end, of its family. */
static int open_rtcp(const struct gw_links *ls, struct gw_forward_conf *f, uint16_t *port)
{
    const struct gw_plain_place place = {.min = ls->conf.plain_min, .max = ls->conf.plain_max};
    struct gw_address bound;
    int err;

    if (!f->rtcp_to.port)
        return 0;
    err = gw_plain_open(&f->rtcp_fd, &bound, &place);
    *port = err ? 0 : bound.port;
    return err;
}

int gw_outlet_new(struct gw_links *ls, cardea_source source, const struct cardea_forward_conf *conf,
                  cardea_forwarder *forwarder)
{
    const struct gw_outlet *beside = g_hash_table_lookup(ls->outlets, &conf->beside);
    struct gw_order order = {.tag = GW_ORDER_FORWARD, .track = source, .peer = gw_track_peer(source)};
    struct gw_address to;
    struct gw_outlet *o;
    enum cardea_kind kind;
    const char *codec;
    int err;

    if (!sane(conf, &to) || (beside && gw_track_worker(beside->source) != gw_track_worker(source)))
        return GW_EINVAL;
    if (!gw_graph_find_source(ls, source, &kind, &codec) || (conf->beside && (!beside || beside->stopping)))
        return GW_ENOENT;
    if (g_hash_table_size(ls->outlets) >= ls->conf.plain_most)
        return GW_ELIMIT;
    order.u.forward = calloc(1, sizeof(*order.u.forward));
    if (!order.u.forward)
        return GW_ENOMEM;
    describe(order.u.forward, conf, &to);
    o = g_new0(struct gw_outlet, 1);
    o->id = order.u.forward->id = ++ls->outlet_serial;
    o->source = source;
    o->gone = conf->gone;
    o->user = conf->user;
    order.u.forward->count = &o->count;
    err = beside ? 0 : open_rtcp(ls, order.u.forward, &o->rtcp_port);
    if (err)
        gw_order_drop(&order);
    else if (!gw_links_post(ls, gw_track_worker(source), &order))
        err = GW_ELIMIT;
    if (err) {
        g_free(o);
        return err;
    }
    if (beside)
        o->rtcp_port = beside->rtcp_port;
    g_hash_table_insert(ls->outlets, &o->id, o);
    *forwarder = o->id;
    return 0;
}

int gw_outlet_stop(struct gw_links *ls, cardea_forwarder forwarder)
{
    struct gw_outlet *o = g_hash_table_lookup(ls->outlets, &forwarder);
    struct gw_order order = {.tag = GW_ORDER_FORWARD_STOP};

    if (!o)
        return GW_ENOENT;
    if (o->stopping)
        return 0;
    o->stopping = true;
    order.track = o->source;
    order.peer = gw_track_peer(o->source);
    order.u.number = (int64_t)o->id;
    return gw_links_post(ls, gw_track_worker(o->source), &order) ? 0 : GW_ELIMIT;
}

int gw_outlet_state(struct gw_links *ls, cardea_forwarder forwarder, struct cardea_forward_state *state)
{
    const struct gw_outlet *o = g_hash_table_lookup(ls->outlets, &forwarder);

    if (!o)
        return GW_ENOENT;
#define READ(name) .name = atomic_load_explicit(&o->count.name, memory_order_relaxed)
    *state = (struct cardea_forward_state){READ(packets),
                                           READ(bytes),
                                           READ(resent),
                                           READ(dropped),
                                           READ(rtcp),
                                           READ(keyframes),
                                           .rtcp_port = o->rtcp_port};
#undef READ
    return 0;
}

bool gw_outlets_owe(const struct gw_links *ls, bool (*inside)(void *arg, const void *address), void *arg)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, ls->outlets);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct gw_outlet *o = value;

        if (o->gone && inside(arg, (const void *)(uintptr_t)o->gone))
            return true;
    }
    return false;
}

void gw_outlet_news(struct gw_links *ls, const struct gw_news *n)
{
    const uint64_t id = (uint64_t)n->u.number;
    struct gw_outlet *o = g_hash_table_lookup(ls->outlets, &id);
    void (*gone)(void *user, cardea_forwarder forwarder);
    void *user;

    if (!o)
        return;
    gone = o->gone;
    user = o->user;
    g_hash_table_remove(ls->outlets, &id);
    if (gone)
        gone(user, id);
}
