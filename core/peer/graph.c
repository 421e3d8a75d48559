/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The media graph as control sees it: which sink is linked to which source. And the orders of plugins for sources and
 * whole peers, which go to the worker that has them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "peer/link_state.h"

#define FALLBACK_US 250000
#define TOP_LAYER   2

/* The sinks linked to a source. */
struct listeners {
    gw_track_id source;
    GHashTable *sinks; /* set of struct gw_sink_mirror, borrowed */
};

static void free_listeners(void *p)
{
    struct listeners *ln = p;

    g_hash_table_unref(ln->sinks);
    g_free(ln);
}

void gw_graph_init(struct gw_links *ls)
{
    ls->by_source = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_listeners);
    ls->taps = g_hash_table_new(NULL, NULL);
}

void gw_graph_end(struct gw_links *ls)
{
    g_hash_table_unref(ls->by_source);
    g_hash_table_unref(ls->taps);
}

/* --- who is linked to whom ---------------------------------------------------------------------------------------- */

static void forget_source(struct gw_sink_mirror *k)
{
    k->source = 0;
    k->state = (struct cardea_sink_state){.substream = -1,
                                          .temporal = -1,
                                          .spatial = -1,
                                          .target_substream = -1,
                                          .target_temporal = -1,
                                          .target_spatial = -1};
}

void gw_graph_unhook(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source)
{
    struct listeners *ln = g_hash_table_lookup(ls->by_source, &source);

    if (!ln)
        return;
    g_hash_table_remove(ln->sinks, k);
    if (!g_hash_table_size(ln->sinks))
        g_hash_table_remove(ls->by_source, &ln->source);
}

void gw_graph_hook(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source)
{
    struct listeners *ln = g_hash_table_lookup(ls->by_source, &source);

    if (!ln) {
        ln = g_new0(struct listeners, 1);
        ln->source = source;
        ln->sinks = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(ls->by_source, &ln->source, ln);
    }
    g_hash_table_add(ln->sinks, k);
}

static void unhook(struct gw_links *ls, struct gw_sink_mirror *k)
{
    if (k->source)
        gw_graph_unhook(ls, k, k->source);
    forget_source(k);
}

static void hook(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source)
{
    unhook(ls, k);
    gw_graph_hook(ls, k, source);
    k->source = source;
    k->state.source = source;
}

void gw_sink_mirror_free(gpointer mirror)
{
    struct gw_sink_mirror *k = mirror;

    if (k && k->data)
        g_ptr_array_unref(k->data);
    g_free(k);
}

static struct gw_sink_mirror *mirror_of(const struct gw_link *l, gw_track_id sink)
{
    unsigned mindex = gw_track_mindex(sink);

    return mindex < l->sinks->len ? l->sinks->pdata[mindex] : NULL;
}

static struct gw_sink_mirror *mirror_make(struct gw_link *l, gw_track_id sink)
{
    unsigned mindex = gw_track_mindex(sink);
    struct gw_sink_mirror *k = mirror_of(l, sink);

    if (k)
        return k;
    if (mindex >= l->sinks->len)
        g_ptr_array_set_size(l->sinks, (gint)mindex + 1);
    k = g_new0(struct gw_sink_mirror, 1);
    k->sink = sink;
    forget_source(k);
    l->sinks->pdata[mindex] = k;
    return k;
}

void gw_graph_source_gone(struct gw_links *ls, gw_track_id source)
{
    struct listeners *ln = g_hash_table_lookup(ls->by_source, &source);
    GHashTableIter it;
    gpointer sink;

    if (!ln)
        return;
    g_hash_table_iter_init(&it, ln->sinks);
    while (g_hash_table_iter_next(&it, &sink, NULL)) {
        forget_source(sink);
        gw_data_links_source_gone(ls, sink, source);
    }
    g_hash_table_remove(ls->by_source, &source);
}

void gw_graph_peer_gone(struct gw_link *l)
{
    size_t n;
    const struct cardea_stream *s = gw_plan_streams(l->plan, &n);

    for (guint i = 0; i < l->sinks->len; i++) {
        struct gw_sink_mirror *k = l->sinks->pdata[i];

        if (!k)
            continue;
        unhook(l->ls, k);
        for (guint d = 0; k->data && d < k->data->len; d++)
            gw_graph_unhook(l->ls, k, ((struct gw_data_link *)k->data->pdata[d])->source);
    }
    g_ptr_array_set_size(l->sinks, 0);
    for (size_t i = 0; l->entry && i < n; i++)
        gw_graph_source_gone(l->ls, gw_track_make(l->entry->id, s[i].mindex));
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

/* The m-line of an id, if its peer is alive. */
static const struct cardea_stream *find(struct gw_links *ls, gw_track_id id, struct gw_link **link)
{
    struct gw_link *l = gw_links_find(ls, gw_track_peer(id));

    if (!l || l->closing)
        return NULL;
    *link = l;
    return gw_plan_stream(l->plan, gw_track_mindex(id));
}

static const struct cardea_stream *find_sink(struct gw_links *ls, gw_track_id id, struct gw_link **link)
{
    const struct cardea_stream *s = find(ls, id, link);

    return s && s->sink == id ? s : NULL;
}

bool gw_graph_find_source(struct gw_links *ls, gw_track_id id, enum cardea_kind *kind, const char **codec)
{
    struct gw_link *l;
    const struct cardea_stream *s = find(ls, id, &l);
    const struct cardea_inlet *in = s ? NULL : gw_inlet_find(ls, id);

    if (in) {
        *kind = in->kind;
        *codec = in->codec;
        return true;
    }
    if (!s || s->source != id)
        return false;
    *kind = s->kind;
    *codec = s->codec;
    return true;
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static struct gw_link_options options_of(const struct cardea_link *o)
{
    struct gw_link_options r = {
        .substream = o->limit_substream ? o->substream : TOP_LAYER,
        .temporal = o->limit_temporal ? o->temporal : TOP_LAYER,
        .spatial = o->limit_spatial ? o->spatial : TOP_LAYER,
        .fallback_us = o->fallback_us ? o->fallback_us : FALLBACK_US,
        .paused = o->paused,
        .automatic = o->automatic,
        .playout_delay = -1,
        .priority = o->priority,
    };

    if (o->delay_set)
        r.playout_delay = (o->min_delay & 0xfff) << 12 | (o->max_delay & 0xfff);
    return r;
}

int gw_graph_post(struct gw_link *l, struct gw_order *order)
{
    if (!l->entry->started) {
        gw_order_drop(order);
        return 0; /* gw_graph_post_links() will */
    }
    return gw_link_post(l, order) ? 0 : GW_ELIMIT;
}

static int post_link(struct gw_link *l, enum gw_order_tag tag, const struct gw_sink_mirror *k)
{
    struct gw_order order = {.tag = tag, .track = k->sink, .other = k->source};

    if (tag != GW_ORDER_UNLINK)
        order.u.link = k->options;
    return gw_graph_post(l, &order);
}

void gw_graph_post_links(struct gw_link *l)
{
    for (guint i = 0; i < l->sinks->len; i++) {
        const struct gw_sink_mirror *k = l->sinks->pdata[i];

        if (k && k->source)
            post_link(l, GW_ORDER_LINK, k);
        if (k && k->data) {
            gw_data_links_post(l, k);
            post_link(l, GW_ORDER_ADJUST, k);
        }
    }
}

/* A data sink: one more source. Whether the sink is paused is said apart from it. */
static int connect_data(struct gw_link *l, struct gw_sink_mirror *k, gw_track_id source, const struct cardea_link *o)
{
    int err = gw_data_links_add(l, k, source, o->data_label);

    if (err || k->state.paused == o->paused)
        return err;
    k->options = options_of(o);
    k->state.paused = o->paused;
    return post_link(l, GW_ORDER_ADJUST, k);
}

int gw_link_connect(struct gw_links *ls, cardea_sink sink, cardea_source source, const struct cardea_link *o)
{
    struct gw_link *l;
    const struct cardea_stream *to = find_sink(ls, sink, &l);
    struct gw_sink_mirror *k;
    enum cardea_kind kind;
    const char *codec;

    if (!to || !gw_graph_find_source(ls, source, &kind, &codec))
        return GW_ENOENT;
    if (to->kind != kind || (to->codec && codec && strcmp(to->codec, codec) != 0))
        return GW_EINVAL;
    k = mirror_make(l, sink);
    if (to->kind == CARDEA_DATA)
        return connect_data(l, k, source, o);
    hook(ls, k, source);
    k->options = options_of(o);
    k->state.paused = o->paused;
    return post_link(l, GW_ORDER_LINK, k);
}

int gw_link_disconnect(struct gw_links *ls, cardea_sink sink)
{
    struct gw_link *l;
    struct gw_sink_mirror *k;

    if (!find_sink(ls, sink, &l))
        return GW_ENOENT;
    k = mirror_of(l, sink);
    if (!k)
        return 0;
    if (k->data)
        return gw_data_links_remove(l, k, 0);
    unhook(ls, k);
    return post_link(l, GW_ORDER_UNLINK, k);
}

int gw_link_disconnect_from(struct gw_links *ls, cardea_sink sink, cardea_source source)
{
    struct gw_link *l;
    struct gw_sink_mirror *k;

    if (!find_sink(ls, sink, &l) || !source)
        return GW_ENOENT;
    k = mirror_of(l, sink);
    if (k && k->data)
        return gw_data_links_remove(l, k, source);
    return k && k->source == source ? gw_link_disconnect(ls, sink) : 0;
}

int gw_link_adjust(struct gw_links *ls, cardea_sink sink, const struct cardea_link *o)
{
    struct gw_link *l;
    struct gw_sink_mirror *k = find_sink(ls, sink, &l) ? mirror_of(l, sink) : NULL;

    if (!k || (!k->source && !k->data))
        return GW_ENOENT;
    k->options = options_of(o);
    k->state.paused = o->paused;
    return post_link(l, GW_ORDER_ADJUST, k);
}

int gw_link_sink_state(struct gw_links *ls, cardea_sink sink, struct cardea_sink_state *state)
{
    struct gw_link *l;
    const struct gw_sink_mirror *k;

    if (!find_sink(ls, sink, &l))
        return GW_ENOENT;
    k = mirror_make(l, sink);
    *state = k->state;
    return 0;
}

void gw_graph_layer(struct gw_link *l, const struct gw_news *n)
{
    struct gw_sink_mirror *k = mirror_of(l, n->track);

    if (!k || !k->source || k->source != n->u.layer.source)
        return; /* about a link that has gone */
    k->state.substream = n->u.layer.substream;
    k->state.temporal = n->u.layer.temporal;
    k->state.spatial = n->u.layer.spatial;
    k->state.target_substream = n->u.layer.target_substream;
    k->state.target_temporal = n->u.layer.target_temporal;
    k->state.target_spatial = n->u.layer.target_spatial;
    k->state.bitrate_bps = n->u.layer.bitrate_bps;
    l->ls->conf.events->layer(l->owner, n->track, &k->state);
}

/* --- sources ------------------------------------------------------------------------------------------------------ */

static int post_source(struct gw_links *ls, cardea_source source, struct gw_order *order)
{
    enum cardea_kind kind;
    const char *codec;

    if (!gw_graph_find_source(ls, source, &kind, &codec))
        return GW_ENOENT;
    order->track = source;
    order->peer = gw_track_peer(source);
    return gw_links_post(ls, gw_track_worker(source), order) ? 0 : GW_ELIMIT;
}

int gw_link_source_order(struct gw_links *ls, cardea_source source, enum gw_order_tag tag, int64_t number)
{
    struct gw_order order = {.tag = tag, .u.number = number};

    switch (tag) {
    case GW_ORDER_MUTE:
    case GW_ORDER_KEYFRAME:
    case GW_ORDER_KEYFRAME_EVERY:
    case GW_ORDER_PLAYOUT_DELAY:
    case GW_ORDER_LOUDNESS:
    case GW_ORDER_HUSH:
    case GW_ORDER_FAST_START:
    case GW_ORDER_TOP_LAYER:
        return post_source(ls, source, &order);
    default:
        return GW_EINVAL;
    }
}

int gw_link_talk(struct gw_links *ls, cardea_source source, unsigned packets, unsigned threshold)
{
    struct gw_order order = {.tag = GW_ORDER_TALK};

    order.u.talk.packets = packets;
    order.u.talk.threshold = threshold;
    return post_source(ls, source, &order);
}

static void note_taps(struct gw_links *ls, const struct cardea_tap *events, int change)
{
    int n = GPOINTER_TO_INT(g_hash_table_lookup(ls->taps, events)) + change;

    if (n > 0)
        g_hash_table_insert(ls->taps, (gpointer)events, GINT_TO_POINTER(n));
    else
        g_hash_table_remove(ls->taps, events);
}

void gw_graph_tap_gone(struct gw_links *ls, const struct gw_news *n)
{
    note_taps(ls, n->u.tap.events, -1);
    if (n->u.tap.events->gone)
        n->u.tap.events->gone(n->u.tap.arg, n->track);
}

int gw_link_tap(struct gw_links *ls, cardea_source source, const struct gw_tap *tap)
{
    struct gw_order order = {.tag = GW_ORDER_TAP, .u.tap = *tap};
    int err = post_source(ls, source, &order);

    if (!err)
        note_taps(ls, tap->events, 1);
    return err;
}

int gw_link_untap(struct gw_links *ls, cardea_source source, const struct gw_tap *tap)
{
    struct gw_order order = {.tag = GW_ORDER_UNTAP, .u.tap = *tap};

    return post_source(ls, source, &order);
}

/* --- the whole peer ----------------------------------------------------------------------------------------------- */

int gw_link_bitrate(struct gw_link *l, uint32_t bps)
{
    if (l->closing)
        return GW_ESTATE;
    l->bitrate = bps;
    l->bitrate_set = true;
    if (gw_link_on_worker(l))
        gw_link_post_number(l, GW_ORDER_BITRATE, bps);
    return 0;
}

int gw_link_data_tap(struct gw_link *l, bool on)
{
    if (l->closing)
        return GW_ESTATE;
    l->data_tap = on;
    if (gw_link_on_worker(l))
        gw_link_post_number(l, GW_ORDER_DATA_TAP, on);
    return 0;
}

int gw_link_send_data(struct gw_link *l, const struct cardea_message *msg)
{
    struct gw_order order = {.tag = GW_ORDER_DATA};

    if (l->closing)
        return GW_ESTATE;
    if (!gw_link_on_worker(l))
        return GW_ENOENT;
    if (!msg->len)
        return 0;
    if (msg->len > GW_LINK_MAX_MESSAGE)
        return GW_ELIMIT;
    order.u.data = gw_data_blob_new(msg->label, msg->protocol, msg->binary, msg->data, msg->len);
    if (!order.u.data)
        return GW_ENOMEM;
    return gw_link_post(l, &order) ? 0 : GW_ELIMIT;
}

int gw_link_sending(struct gw_link *l, const struct cardea_sending *how)
{
    struct gw_order order = {.tag = GW_ORDER_SENDING, .u.sending = *how};

    if (l->closing)
        return GW_ESTATE;
    l->sending = *how;
    l->sending_set = true;
    if (gw_link_on_worker(l))
        gw_link_post(l, &order);
    return 0;
}

int gw_link_states(struct gw_link *l, const struct gw_states_ask *ask)
{
    struct gw_order order = {.tag = GW_ORDER_STATES, .u.states = *ask};

    if (!gw_link_on_worker(l))
        return GW_ENOENT;
    return gw_link_post(l, &order) ? 0 : GW_ELIMIT;
}

int gw_link_query(struct gw_link *l, int64_t ticket)
{
    struct gw_order order = {.tag = GW_ORDER_QUERY, .u.number = ticket};

    if (!gw_link_on_worker(l))
        return GW_ENOENT;
    return gw_link_post(l, &order) ? 0 : GW_ELIMIT;
}
