/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/inlet.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/link_state.h"
#include "plain/socket.h"
#include "sdp/names.h"

/* --- making ------------------------------------------------------------------------------------------------------- */

static bool sane(const struct cardea_inlet_conf *conf)
{
    return conf->events && conf->events->gone && conf->payload_type < 128 && conf->layers <= GW_MAX_LAYERS &&
           (conf->layers < 2 || conf->kind == CARDEA_VIDEO);
}

/* The m-line that the worker gets; heap, NULL: the codec is not known. */
static struct gw_media *describe(const struct cardea_inlet_conf *conf)
{
    const struct gw_codec_name *codec =
        conf->codec ? gw_codec_named((enum gw_kind)conf->kind, conf->codec, strlen(conf->codec)) : NULL;
    struct gw_media *media;
    struct gw_mline *m;

    if (conf->kind != CARDEA_DATA && !codec)
        return NULL;
    media = calloc(1, sizeof(*media) + sizeof(media->m[0]));
    if (!media)
        return NULL;
    media->n = 1;
    m = &media->m[0];
    m->kind = (enum gw_kind)conf->kind;
    m->receive = true;
    m->layers = conf->layers ? (uint8_t)conf->layers : 1;
    m->svc = conf->svc;
    m->e2ee = conf->e2ee;
    m->nack = m->pli = conf->nack;
    m->any_type = conf->payload_type < 0;
    m->red_payload_type = conf->red_payload_type;
    m->rtx_payload_type = conf->rtx_payload_type;
    m->ext[GW_EXT_AUDIO_LEVEL] = conf->audiolevel_id;
    m->ext[GW_EXT_ORIENTATION] = conf->orientation_id;
    m->ext[GW_EXT_PLAYOUT_DELAY] = conf->playout_delay_id;
    m->ext[GW_EXT_DEPENDENCY_DESCRIPTOR] = conf->dependency_descriptor_id;
    memcpy(m->ssrc, conf->ssrc, sizeof(m->ssrc));
    memcpy(m->rtx_ssrc, conf->rtx_ssrc, sizeof(m->rtx_ssrc));
    if (codec) {
        m->codec = codec->codec;
        m->clock_rate = conf->clock_rate ? conf->clock_rate : codec->clock;
        m->payload_type = conf->payload_type < 0 ? codec->offer_pt : (uint8_t)conf->payload_type;
    }
    return media;
}

static unsigned open_inlets(const struct gw_peer_entry *entry)
{
    unsigned n = 0;

    for (guint i = 0; i < entry->inlets->len; i++) {
        const struct cardea_inlet *in = entry->inlets->pdata[i];

        n += in && !in->closing;
    }
    return n;
}

int gw_inlet_new(struct gw_links *ls, const struct cardea_inlet_conf *conf, struct cardea_inlet **out,
                 cardea_source *source)
{
    struct gw_peer_entry *entry = conf->beside ? gw_links_entry(ls, gw_track_peer(conf->beside->source)) : NULL;
    struct gw_order order = {.tag = GW_ORDER_INLET_NEW};
    struct cardea_inlet *in;

    if (!sane(conf) || (conf->beside && (!entry || !open_inlets(entry))))
        return GW_EINVAL;
    if (entry && entry->inlets->len >= GW_MAX_MLINES)
        return GW_ELIMIT;
    order.u.media = describe(conf);
    if (!order.u.media)
        return GW_EINVAL;
    if (!entry) {
        entry = gw_links_enter(ls, conf->group, -1);
        entry->inlets = g_ptr_array_new();
    }
    in = g_new0(struct cardea_inlet, 1);
    in->ls = ls;
    in->kind = conf->kind;
    in->codec = order.u.media->m[0].codec ? gw_codec_get(order.u.media->m[0].codec)->name : NULL;
    in->events = conf->events;
    in->user = conf->user;
    in->post = ls->conf.post;
    in->post_arg = ls->conf.arg;
    in->source = gw_track_make(entry->id, entry->inlets->len);
    g_ptr_array_add(entry->inlets, in);
    order.u.media->m[0].mindex = (uint8_t)gw_track_mindex(in->source);
    order.track = in->source;
    order.peer = entry->id;
    if (!gw_links_post(ls, gw_peer_worker(entry->id), &order)) {
        gw_inlet_forget(in);
        return GW_ELIMIT;
    }
    *out = in;
    *source = in->source;
    return 0;
}

/* --- what goes in ------------------------------------------------------------------------------------------------- */

static struct gw_injected *room_for(struct cardea_inlet *in, size_t len)
{
    struct gw_injected *j;

    if (atomic_fetch_add_explicit(&in->waiting, 1, memory_order_relaxed) >= GW_INLET_WAITING ||
        !(j = calloc(1, sizeof(*j) + len))) {
        atomic_fetch_sub_explicit(&in->waiting, 1, memory_order_relaxed);
        return NULL;
    }
    j->waiting = &in->waiting;
    return j;
}

static int post(struct cardea_inlet *in, struct gw_injected *j)
{
    const struct gw_order order = {.tag = GW_ORDER_INJECT, .track = in->source, .u.injected = j};

    if (in->post(in->post_arg, gw_track_worker(in->source), &order))
        return 0;
    gw_injected_free(j);
    return GW_ELIMIT;
}

int gw_inlet_inject(struct cardea_inlet *in, const void *packet, size_t len)
{
    struct gw_injected *j;

    if (len > GW_INLET_PACKET || in->kind == CARDEA_DATA)
        return GW_EINVAL;
    j = room_for(in, len);
    if (!j)
        return GW_ELIMIT;
    j->len = (uint32_t)len;
    memcpy(j->bytes, packet, len);
    return post(in, j);
}

int gw_inlet_inject_data(struct cardea_inlet *in, const struct cardea_message *msg)
{
    size_t label = strnlen(msg->label, UINT8_MAX);
    struct gw_injected *j;

    if (in->kind != CARDEA_DATA)
        return GW_EINVAL;
    if (!msg->len)
        return 0;
    if (msg->len > GW_LINK_MAX_MESSAGE)
        return GW_ELIMIT;
    j = room_for(in, label + 1 + msg->len);
    if (!j)
        return GW_ELIMIT;
    j->is_data = true;
    j->binary = msg->binary;
    j->label_len = (uint16_t)label;
    j->len = (uint32_t)msg->len;
    memcpy(j->bytes, msg->label, label);
    memcpy(j->bytes + label + 1, msg->data, msg->len);
    return post(in, j);
}

/* --- a port ------------------------------------------------------------------------------------------------------- */

/* The profile of a suite number of the API; 0: not encrypted, -1: no such suite. */
int gw_plain_profile(unsigned suite)
{
    return suite == 80 ? GW_SRTP_CM_SHA1_80 : suite == 32 ? GW_SRTP_CM_SHA1_32 : suite ? -1 : 0;
}

static int open_sockets(const struct gw_links *ls, const struct cardea_port_conf *conf, struct gw_path_conf *w,
                        struct cardea_port_info *info)
{
    struct gw_plain_place place = {.address = conf->address,
                                   .interface = conf->interface,
                                   .multicast = conf->multicast,
                                   .port = conf->port,
                                   .min = ls->conf.plain_min,
                                   .max = ls->conf.plain_max};
    struct gw_address bound;
    int err = gw_plain_open(&w->rtp_fd, &bound, &place);

    if (err)
        return err;
    info->port = bound.port;
    gw_address_ip(&bound, info->address);
    if (!conf->address && !conf->interface && !conf->multicast)
        info->address[0] = '\0';
    if (!conf->rtcp)
        return 0;
    place.multicast = NULL;
    place.port = conf->rtcp_port;
    err = gw_plain_open(&w->rtcp_fd, &bound, &place);
    info->rtcp_port = err ? 0 : bound.port;
    return err;
}

int gw_inlet_port(struct cardea_inlet *in, const struct cardea_port_conf *conf, struct cardea_port_info *info)
{
    struct gw_order order = {.tag = GW_ORDER_INLET_PORT, .track = in->source, .peer = gw_track_peer(in->source)};
    struct gw_links *ls = in->ls;
    int profile = gw_plain_profile(conf->srtp_suite), err = 0;
    struct gw_path_conf *w;

    if (in->closing || profile < 0 || (profile && !conf->srtp_key))
        return GW_EINVAL;
    if (ls->n_ports >= ls->conf.plain_most)
        return GW_ELIMIT;
    w = calloc(1, sizeof(*w));
    if (!w)
        return GW_ENOMEM;
    w->rtp_fd = w->rtcp_fd = -1;
    w->shared = conf->shared;
    w->timeout_s = conf->timeout_s;
    w->profile = (enum gw_srtp_profile)profile;
    if (profile)
        memcpy(w->key, conf->srtp_key, sizeof(w->key));
    if (conf->from && !gw_address_parse(&w->from, conf->from, strlen(conf->from)))
        err = GW_EINVAL;
    memset(info, 0, sizeof(*info));
    if (!err)
        err = open_sockets(ls, conf, w, info);
    order.u.path = w;
    if (err)
        gw_order_drop(&order);
    else if (!gw_links_post(ls, gw_track_worker(in->source), &order))
        err = GW_ELIMIT;
    if (!err) {
        in->n_ports++;
        ls->n_ports++;
    }
    return err;
}

/* --- its end ------------------------------------------------------------------------------------------------------ */

void gw_inlet_close(struct cardea_inlet *in)
{
    struct gw_order order = {.tag = GW_ORDER_INLET_CLOSE, .track = in->source, .peer = gw_track_peer(in->source)};

    if (in->closing)
        return;
    in->closing = true;
    gw_graph_source_gone(in->ls, in->source);
    gw_links_post(in->ls, gw_track_worker(in->source), &order);
}

void gw_inlet_forget(struct cardea_inlet *in)
{
    struct gw_links *ls = in->ls;
    struct gw_peer_entry *entry = gw_links_entry(ls, gw_track_peer(in->source));
    bool left = false;

    ls->n_ports -= in->n_ports;
    entry->inlets->pdata[gw_track_mindex(in->source)] = NULL;
    for (guint i = 0; i < entry->inlets->len; i++)
        left |= entry->inlets->pdata[i] != NULL;
    if (!left)
        gw_links_leave(ls, entry);
    g_free(in);
}

/* --- news --------------------------------------------------------------------------------------------------------- */

static struct cardea_inlet *find(const struct gw_peer_entry *entry, gw_track_id source)
{
    unsigned mindex = gw_track_mindex(source);

    return mindex < entry->inlets->len ? entry->inlets->pdata[mindex] : NULL;
}

struct cardea_inlet *gw_inlet_find(struct gw_links *ls, gw_track_id source)
{
    const struct gw_peer_entry *entry = gw_links_entry(ls, gw_track_peer(source));
    struct cardea_inlet *in = entry && entry->inlets ? find(entry, source) : NULL;

    return in && !in->closing ? in : NULL;
}

static void tell_data(const struct cardea_inlet *in, const struct gw_data_blob *b)
{
    const struct cardea_message msg = {.label = gw_data_blob_label(b),
                                       .protocol = gw_data_blob_protocol(b),
                                       .binary = b->binary,
                                       .data = gw_data_blob_data(b),
                                       .len = b->len};

    in->events->data(in->user, in->source, &msg);
}

void gw_inlet_news(const struct gw_peer_entry *entry, const struct gw_news *n)
{
    struct cardea_inlet *in = find(entry, n->track);
    const struct cardea_inlet_events *ev = in ? in->events : NULL;

    if (!in)
        return;
    if (n->tag == GW_NEWS_INLET_GONE) {
        void *user = in->user;
        gw_track_id source = in->source;

        gw_inlet_forget(in);
        ev->gone(user, source);
    } else if (in->closing) {
        return;
    } else if (n->tag == GW_NEWS_KEYFRAME && ev->keyframe) {
        ev->keyframe(in->user, in->source);
    } else if (n->tag == GW_NEWS_MEDIA && ev->media) {
        ev->media(in->user, in->source, n->u.media.receiving, n->u.media.substream);
    } else if (n->tag == GW_NEWS_LOUDNESS && ev->loudness) {
        ev->loudness(in->user, in->source, n->u.talking.level);
    } else if (n->tag == GW_NEWS_TALKING && ev->talking) {
        ev->talking(in->user, in->source, n->u.talking.talking, n->u.talking.level);
    } else if (n->tag == GW_NEWS_INLET_LOST && ev->lost) {
        ev->lost(in->user, in->source);
    } else if (n->tag == GW_NEWS_DATA && ev->data) {
        tell_data(in, n->u.data);
    }
}
