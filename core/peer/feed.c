/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inlets on their worker: m-lines of a peer that has no PeerConnection. What is injected goes the way of any packet
 * from here on: number, facts, history, fan-out. See peer/inlet.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/state.h"

/* --- making and closing ------------------------------------------------------------------------------------------- */

void gw_feed_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p = gw_engine_find(e, gw_track_peer(o->track));

    if (!p && g_hash_table_size(e->peers) >= e->conf.max_peers)
        return; /* closing it is answered all the same */
    if (!p && gw_peer_new_fed(&p, e, gw_track_peer(o->track), now_us))
        return;
    p->n_inlets++;
    gw_tracks_set(p, o->u.media, now_us);
}

void gw_feed_close(struct gw_engine *e, gw_track_id source)
{
    struct gw_peer *p = gw_engine_find(e, gw_track_peer(source));
    struct gw_track *t = p ? gw_engine_track(e, source) : NULL;

    if (t) {
        gw_path_forget(p, t->m.mindex);
        gw_track_free(t);
        p->tracks[gw_track_mindex(source)] = NULL;
        if (!--p->n_inlets)
            gw_peer_close(p, NULL);
    }
    gw_engine_tell(e, &(struct gw_news){.tag = GW_NEWS_INLET_GONE, .peer = gw_track_peer(source), .track = source});
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

/* Where a packet belongs: layers are told apart by SSRC, one layer alone takes any. false: unknown. */
static bool find_layer(struct gw_track *t, const struct gw_rtp_header *h, struct gw_ssrc *where)
{
    bool rtx = t->m.rtx_payload_type && h->payload_type == t->m.rtx_payload_type;
    const struct gw_ssrc *known = gw_demux_find(t->peer, h->ssrc);

    if (!known || known->mindex != t->m.mindex) {
        if (t->m.layers > 1)
            return false;
        gw_demux_learn(t->peer, h->ssrc, t->m.mindex, 0, rtx);
        known = gw_demux_find(t->peer, h->ssrc);
    }
    if (!known)
        return false;
    *where = *known;
    return true;
}

/* Numbers that mean nothing here become the codec's own. */
static void settle_type(const struct gw_track *t, struct gw_packet *pkt, struct gw_rtp_header *h)
{
    if (!t->m.any_type || (t->m.rtx_payload_type && h->payload_type == t->m.rtx_payload_type) ||
        (t->m.red_payload_type && h->payload_type == t->m.red_payload_type))
        return;
    h->payload_type = t->m.payload_type;
    pkt->data[1] = (uint8_t)((pkt->data[1] & 0x80) | t->m.payload_type);
}

static void receive_rtp(struct gw_track *t, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_counters *c = &t->peer->engine->counters;
    struct gw_rtp_header h;
    struct gw_ext_spans ext;
    struct gw_ssrc where;

    if (gw_rtp_parse(&h, pkt->data, pkt->len)) {
        gw_count(&c->drops_rtp);
        return;
    }
    settle_type(t, pkt, &h);
    if (!find_layer(t, &h, &where)) {
        gw_count(&c->drops_unknown_ssrc);
        return;
    }
    gw_ext_scan(&ext, pkt->data, &h, t->m.ext);
    gw_demux_to_source(t->peer, pkt, &h, &ext, where, now_us);
}

void gw_feed_receive(struct gw_track *t, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_counters *c = &t->peer->engine->counters;
    enum gw_datagram kind = gw_datagram_kind(pkt->data, pkt->len);

    gw_count(&c->packets_in);
    gw_count_add(&c->bytes_in, pkt->len);
    pkt->arrival_us = now_us;
    if (kind == GW_DATAGRAM_RTCP)
        gw_feedback(t->peer, pkt->data, pkt->len, now_us);
    else if (kind == GW_DATAGRAM_RTP)
        receive_rtp(t, pkt, now_us);
    else
        gw_count(&c->drops_rtp);
    gw_packet_unref(pkt);
}

void gw_feed_data(struct gw_track *t, struct gw_data_blob *b)
{
    struct gw_engine *e = t->peer->engine;

    if (t->muted) {
        gw_count(&e->counters.drops_muted);
        return;
    }
    gw_forward_message(t, b);
    gw_data_deliver(e, gw_track_id_of(t), b);
    gw_mirror_data(e, gw_track_id_of(t), b);
}

static void take_data(struct gw_track *t, const struct gw_injected *in)
{
    const char *label = (const char *)in->bytes;
    struct gw_data_blob *b = gw_data_blob_new(label, "", in->binary, label + in->label_len + 1, in->len);

    if (!b)
        return;
    gw_feed_data(t, b);
    gw_data_blob_unref(b);
}

void gw_feed_take(struct gw_engine *e, gw_track_id source, struct gw_injected *in, int64_t now_us)
{
    struct gw_track *t = gw_engine_track(e, source);
    struct gw_packet *pkt;

    if (!t || !t->peer->fed) {
        gw_count(&e->counters.drops_not_ready);
    } else if (in->is_data) {
        take_data(t, in);
    } else if (!(pkt = gw_packet_take(e->pool))) {
        gw_count(&e->counters.drops_queue);
    } else {
        memcpy(pkt->data, in->bytes, in->len);
        pkt->len = (uint16_t)in->len;
        gw_feed_receive(t, pkt, now_us);
    }
    gw_injected_free(in);
}
