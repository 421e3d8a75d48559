/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain sockets that feed inlets: RTP, SRTP (RFC 3711) with keys told by the API, RTCP both ways. A path carries the
 * packets of one inlet, or of all that are beside one another: those are told apart by SSRC, else by payload type.
 *
 * RTCP goes to where the last packet came from on its socket, so that it finds the way back through a NAT. It is never
 * more than a report a second, a request for a keyframe a second, and requests for packets that are really missing.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "peer/state.h"

#define LARGEST    1500
#define PLI_SENDER 1 /* whom a far gateway takes for the one who asks */

struct gw_path {
    /* given at creation */
    unsigned mindex; /* of the inlet it was opened for */
    bool shared;
    struct gw_address from; /* none: any */
    uint32_t timeout_s;
    /* owned */
    struct gw_plain_port *rtp, *rtcp; /* rtcp NULL: on the same socket */
    struct gw_srtp *srtp;             /* NULL: not encrypted */
    /* borrowed */
    struct gw_peer *peer;
    /* state */
    struct gw_address feedback; /* where RTCP goes; none: nothing came yet */
    int64_t heard_us;
    bool reports, lost; /* reports: RTCP has come, so it is expected to go on */
    struct gw_path *next;
};

/* --- in ----------------------------------------------------------------------------------------------------------- */

static bool is_allowed(const struct gw_path *w, const struct gw_address *from)
{
    return gw_address_is_none(&w->from) || gw_address_same_ip(&w->from, from);
}

static void heard(struct gw_path *w, int64_t now_us)
{
    w->heard_us = now_us;
    w->lost = false;
}

/* Whose packet it is. NULL: nobody's. */
static struct gw_track *find_track(const struct gw_path *w, const struct gw_packet *pkt)
{
    struct gw_peer *p = w->peer;
    uint32_t ssrc = gw_get_u32(pkt->data + 8);
    uint8_t payload_type = pkt->data[1] & 0x7f;
    const struct gw_ssrc *known;
    struct gw_track *by_type = NULL;

    if (!w->shared)
        return p->tracks[w->mindex];
    known = gw_demux_find(p, ssrc);
    if (known)
        return p->tracks[known->mindex];
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_track *t = p->tracks[i];

        if (!t || !t->known)
            continue;
        if (t->m.kind == GW_DATA && ssrc && t->m.ssrc[0] == ssrc)
            return t;
        if (t->m.kind != GW_DATA && !t->m.any_type && !t->m.ssrc[0] && t->m.payload_type == payload_type)
            by_type = t;
    }
    return by_type;
}

/* A data-channel message behind an RTP header: payload type 1 binary, 0 text. */
static void receive_data(struct gw_track *t, const struct gw_packet *pkt)
{
    size_t len = pkt->len - GW_RTP_FIXED;
    struct gw_data_blob *b =
        len ? gw_data_blob_new("", "", (pkt->data[1] & 0x7f) == 1, pkt->data + GW_RTP_FIXED, len) : NULL;

    if (!b)
        return;
    gw_feed_data(t, b);
    if (t->muted)
        gw_data_blob_unref(b);
    else
        gw_engine_tell(
            t->peer->engine,
            &(struct gw_news){.tag = GW_NEWS_DATA, .peer = t->peer->id, .track = gw_track_id_of(t), .u.data = b});
}

/* Takes the reference. */
static void receive_rtp(struct gw_path *w, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_counters *c = &w->peer->engine->counters;
    struct gw_track *t = pkt->len >= GW_RTP_FIXED ? find_track(w, pkt) : NULL;
    size_t len = pkt->len;

    if (!t) {
        gw_count(&c->drops_unknown_ssrc);
    } else if (t->m.kind == GW_DATA) {
        heard(w, now_us);
        receive_data(t, pkt);
    } else if (w->srtp && gw_srtp_open_rtp(w->srtp, pkt->data, &len)) {
        gw_count(&c->drops_srtp);
    } else {
        pkt->len = (uint16_t)len;
        heard(w, now_us);
        gw_feed_receive(t, pkt, now_us);
        return;
    }
    gw_packet_unref(pkt);
}

/* Takes the reference. */
static void receive_rtcp(struct gw_path *w, struct gw_packet *pkt, int64_t now_us)
{
    size_t len = pkt->len;

    if (w->srtp && gw_srtp_open_rtcp(w->srtp, pkt->data, &len)) {
        gw_count(&w->peer->engine->counters.drops_srtp);
    } else {
        heard(w, now_us);
        w->reports = true;
        gw_feedback(w->peer, pkt->data, len, now_us);
    }
    gw_packet_unref(pkt);
}

static bool begin(struct gw_path *w, struct gw_packet *pkt, const struct gw_address *from, int64_t now_us)
{
    struct gw_engine *e = w->peer->engine;

    e->now_us = now_us;
    if (pkt->len <= LARGEST && !w->peer->closing && is_allowed(w, from))
        return true;
    gw_count(pkt->len > LARGEST ? &e->counters.drops_too_large : &e->counters.drops_not_ready);
    gw_packet_unref(pkt);
    return false;
}

static void on_rtp(void *owner, struct gw_packet *pkt, const struct gw_address *from, int64_t now_us)
{
    struct gw_path *w = owner;

    if (!begin(w, pkt, from, now_us))
        return;
    if (!w->rtcp)
        w->feedback = *from;
    if (gw_datagram_kind(pkt->data, pkt->len) == GW_DATAGRAM_RTCP)
        receive_rtcp(w, pkt, now_us);
    else
        receive_rtp(w, pkt, now_us);
}

/* RTCP, or empty RTP packets that open a way back. */
static void on_rtcp(void *owner, struct gw_packet *pkt, const struct gw_address *from, int64_t now_us)
{
    struct gw_path *w = owner;
    enum gw_datagram kind = gw_datagram_kind(pkt->data, pkt->len);

    if (!begin(w, pkt, from, now_us))
        return;
    if (kind == GW_DATAGRAM_RTCP || kind == GW_DATAGRAM_RTP)
        w->feedback = *from;
    if (kind == GW_DATAGRAM_RTCP)
        receive_rtcp(w, pkt, now_us);
    else
        gw_packet_unref(pkt);
}

/* --- out ---------------------------------------------------------------------------------------------------------- */

static void send_rtcp(struct gw_path *w, const uint8_t *data, size_t len)
{
    struct gw_plain_port *port = w->rtcp ? w->rtcp : w->rtp;
    uint8_t *room;

    if (gw_address_is_none(&w->feedback))
        return;
    room = gw_plain_reserve(port, &w->feedback, len + GW_SRTP_OVERHEAD);
    if (!room)
        return;
    memcpy(room, data, len);
    if (w->srtp && gw_srtp_seal_rtcp(w->srtp, room, &len, len + GW_SRTP_OVERHEAD))
        return;
    gw_plain_commit(port, &w->feedback, NULL, len);
}

void gw_path_send_rtcp(struct gw_peer *p, const uint8_t *data, size_t len)
{
    for (struct gw_path *w = p->paths; w; w = w->next)
        send_rtcp(w, data, len);
}

/* What far gateways expect: the PLI alone, naming the lowest layer. */
void gw_path_want_keyframe(struct gw_peer *p, const struct gw_source *s, uint32_t told_ssrc)
{
    uint32_t ssrc = told_ssrc ? told_ssrc : s->layer[0] ? s->layer[0]->ssrc : 0;
    uint8_t data[64];
    struct gw_writer out = gw_writer_make(data, sizeof(data));

    if (!p->paths || !ssrc)
        return;
    gw_rtcp_write_pli(&out, PLI_SENDER, ssrc);
    gw_count(&p->engine->counters.plis_out);
    gw_path_send_rtcp(p, data, out.pos);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void close_path(struct gw_path *w)
{
    gw_plain_remove(w->rtp);
    gw_plain_remove(w->rtcp);
    gw_seal_flush(w->peer->engine->sealer);
    gw_srtp_free(w->srtp);
    free(w);
}

static int open_path(struct gw_path *w, struct gw_path_conf *conf)
{
    struct gw_engine *e = w->peer->engine;
    int rtp = conf->rtp_fd, rtcp = conf->rtcp_fd, err;

    conf->rtp_fd = conf->rtcp_fd = -1;
    err = gw_plain_add(&w->rtp, e->plain, rtp, on_rtp, w);
    if (rtcp >= 0) {
        int err_rtcp = gw_plain_add(&w->rtcp, e->plain, rtcp, on_rtcp, w);

        err = err ? err : err_rtcp;
    }
    if (!err && conf->profile)
        err = gw_srtp_new(&w->srtp, e->sealer, conf->profile, conf->key, conf->key, sizeof(conf->key));
    return err;
}

void gw_path_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_track *t = gw_engine_track(e, o->track);
    struct gw_path *w = t && t->peer->fed && e->plain ? calloc(1, sizeof(*w)) : NULL;
    struct gw_order rest = *o;

    if (w) {
        w->peer = t->peer;
        w->mindex = t->m.mindex;
        w->shared = o->u.path->shared;
        w->from = o->u.path->from;
        w->timeout_s = o->u.path->timeout_s;
        w->heard_us = now_us;
        if (open_path(w, o->u.path)) {
            close_path(w);
        } else {
            w->next = t->peer->paths;
            t->peer->paths = w;
        }
    }
    gw_order_drop(&rest);
}

void gw_path_tick(struct gw_peer *p, int64_t now_us)
{
    for (struct gw_path *w = p->paths; w; w = w->next) {
        if (!w->timeout_s || !w->reports || w->lost || now_us - w->heard_us < (int64_t)w->timeout_s * 1000000)
            continue;
        w->lost = true;
        gw_engine_tell(
            p->engine,
            &(struct gw_news){.tag = GW_NEWS_INLET_LOST, .peer = p->id, .track = gw_track_make(p->id, w->mindex)});
    }
}

void gw_path_forget(struct gw_peer *p, unsigned mindex)
{
    for (struct gw_path **at = &p->paths; *at;) {
        struct gw_path *w = *at;

        if (w->mindex != mindex || (w->shared && p->n_inlets > 1)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        close_path(w);
    }
}

void gw_paths_free(struct gw_peer *p)
{
    while (p->paths) {
        struct gw_path *w = p->paths;

        p->paths = w->next;
        close_path(w);
    }
}
