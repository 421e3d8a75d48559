/* SPDX-License-Identifier: Apache-2.0 */
/* From the path to where it belongs: DTLS, RTCP, or the source that an RTP packet is of (RFC 7983, RFC 5761, RFC 9143).
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "capture/capture.h"
#include "peer/state.h"
#include "rtp/rtx.h"

#define LARGEST 1500

/* --- which stream is it? ------------------------------------------------------------------------------------------ */

static void to_front(struct gw_peer *p, unsigned i)
{
    struct gw_ssrc hit = p->ssrcs[i];

    if (!i)
        return;
    p->ssrcs[i] = p->ssrcs[i - 1];
    p->ssrcs[i - 1] = hit;
}

const struct gw_ssrc *gw_demux_find(struct gw_peer *p, uint32_t ssrc)
{
    for (unsigned i = 0; i < p->n_ssrcs; i++)
        if (p->ssrcs[i].ssrc == ssrc) {
            to_front(p, i);
            return &p->ssrcs[i ? i - 1 : 0];
        }
    return NULL;
}

static void remove_at(struct gw_peer *p, unsigned i)
{
    p->ssrcs[i] = p->ssrcs[--p->n_ssrcs];
}

void gw_demux_learn(struct gw_peer *p, uint32_t ssrc, unsigned mindex, unsigned layer, bool rtx)
{
    for (unsigned i = p->n_ssrcs; i-- > 0;) {
        const struct gw_ssrc *s = &p->ssrcs[i];

        if (s->ssrc == ssrc || (s->mindex == mindex && s->layer == layer && s->rtx == rtx))
            remove_at(p, i);
    }
    if (p->n_ssrcs == GW_PEER_SSRCS)
        return;
    if (p->n_ssrcs % 8 == 0) {
        struct gw_ssrc *more = realloc(p->ssrcs, (p->n_ssrcs + 8) * sizeof(*more));

        if (!more)
            return;
        p->ssrcs = more;
    }
    p->ssrcs[p->n_ssrcs++] =
        (struct gw_ssrc){.ssrc = ssrc, .mindex = (uint8_t)mindex, .layer = (uint8_t)layer, .rtx = rtx};
}

void gw_demux_forget(struct gw_peer *p, unsigned mindex)
{
    for (unsigned i = p->n_ssrcs; i-- > 0;)
        if (p->ssrcs[i].mindex == mindex)
            remove_at(p, i);
}

static bool has_type(const struct gw_track *t, uint8_t payload_type)
{
    return payload_type == t->m.payload_type || (t->m.rtx_payload_type && payload_type == t->m.rtx_payload_type) ||
           (t->m.red_payload_type && payload_type == t->m.red_payload_type);
}

static struct gw_track *by_mid(struct gw_peer *p, const char *mid)
{
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->known && strcmp(p->tracks[i]->m.mid, mid) == 0)
            return p->tracks[i];
    return NULL;
}

/* Without a mid: when one m-line alone uses the payload type, it is that (RFC 9143 §9.2). */
static struct gw_track *by_type(struct gw_peer *p, uint8_t payload_type)
{
    struct gw_track *found = NULL;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_track *t = p->tracks[i];

        if (!t || !t->source || !has_type(t, payload_type))
            continue;
        if (found)
            return NULL;
        found = t;
    }
    return found;
}

static bool read_text(const uint8_t *data, struct gw_span s, char *out, size_t cap)
{
    return s.len && gw_ext_read_text(data + s.offset, s.len, out, cap);
}

/* The layer of a rid, -1: not one we know. */
static int layer_of(const struct gw_track *t, const char *rid)
{
    for (int i = 0; i < GW_MAX_LAYERS; i++)
        if (t->m.rid[i][0] && strcmp(t->m.rid[i], rid) == 0)
            return i;
    return -1;
}

static const struct gw_ssrc *identify(struct gw_peer *p, const uint8_t *data, const struct gw_rtp_header *h,
                                      const struct gw_ext_spans *ext)
{
    char mid[17], rid[17];
    struct gw_track *t;
    bool rtx;
    int layer = 0;

    if (read_text(data, ext->at[GW_EXT_MID], mid, sizeof(mid)))
        t = by_mid(p, mid);
    else
        t = by_type(p, h->payload_type);
    if (!t || !t->source)
        return NULL;
    rtx = t->m.rtx_payload_type && h->payload_type == t->m.rtx_payload_type;
    if (read_text(data, ext->at[rtx ? GW_EXT_REPAIRED_RID : GW_EXT_RID], rid, sizeof(rid)))
        layer = layer_of(t, rid);
    else if (t->m.layers > 1)
        layer = -1;
    if (layer < 0 || layer >= GW_MAX_LAYERS)
        return NULL;
    gw_demux_learn(p, h->ssrc, t->m.mindex, (unsigned)layer, rtx);
    return gw_demux_find(p, h->ssrc);
}

/* --- RTP ---------------------------------------------------------------------------------------------------------- */

static void note_transport(struct gw_peer *p, const struct gw_packet *pkt, struct gw_span s)
{
    uint16_t seq;

    if (!p->twcc_ext || !gw_ext_read_transport_cc(pkt->data + s.offset, s.len, &seq))
        return;
    if (!p->twcc) {
        p->twcc = malloc(sizeof(*p->twcc));
        if (!p->twcc)
            return;
        gw_twcc_table_init(p->twcc);
        gw_timer_start(p->engine->conf.timers, &p->twcc_timer,
                       pkt->arrival_us + (int64_t)p->engine->conf.settings.twcc_period_ms * 1000);
    }
    gw_twcc_table_add(p->twcc, seq, pkt->arrival_us);
}

/* Gives a retransmission its original form. false: a probe, or for a stream not seen yet. */
static bool unwrap(const struct gw_track *t, unsigned layer, struct gw_packet *pkt, struct gw_rtp_header *h,
                   struct gw_ext_spans *ext)
{
    const struct gw_source_layer *l = t->source->layer[layer];
    size_t len = pkt->len;

    if (!l || !l->ssrc || gw_rtx_unwrap(pkt->data, &len, t->m.payload_type, l->ssrc))
        return false;
    pkt->len = (uint16_t)len;
    if (gw_rtp_parse(h, pkt->data, pkt->len))
        return false;
    gw_ext_scan(ext, pkt->data, h, t->m.ext);
    return true;
}

static void count_result(struct gw_counters *c, enum gw_source_result r)
{
    switch (r) {
    case GW_SOURCE_TAKEN:
        return;
    case GW_SOURCE_DUPLICATE:
        gw_count(&c->drops_duplicate);
        return;
    case GW_SOURCE_MUTED:
        gw_count(&c->drops_muted);
        return;
    case GW_SOURCE_IMPLAUSIBLE:
    case GW_SOURCE_NO_MEMORY:
        gw_count(&c->drops_rtp);
        return;
    }
}

void gw_demux_to_source(struct gw_peer *p, struct gw_packet *pkt, struct gw_rtp_header *h, struct gw_ext_spans *ext,
                        struct gw_ssrc where, int64_t now_us)
{
    struct gw_counters *c = &p->engine->counters;
    struct gw_track *t = p->tracks[where.mindex];
    uint32_t cap;

    if (!t || !t->source) {
        gw_count(&c->drops_not_receiving);
        return;
    }
    if (!has_type(t, h->payload_type)) {
        gw_count(&c->drops_payload_type);
        return;
    }
    if (t->m.rtx_payload_type && h->payload_type == t->m.rtx_payload_type) {
        if (!unwrap(t, where.layer, pkt, h, ext)) {
            gw_count(&c->drops_duplicate);
            return;
        }
        where.rtx = true;
    }
    count_result(c, gw_source_receive(t->source, pkt, where.layer, h, ext, where.rtx, now_us));
    if (t->m.kind == GW_VIDEO && t->m.remb && (cap = gw_remb_packet(&p->remb, now_us)))
        gw_reports_remb(p, cap);
}

static void receive_rtp(struct gw_peer *p, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_counters *c = &p->engine->counters;
    const struct gw_ssrc *where;
    struct gw_rtp_header h;
    struct gw_ext_spans ext;
    size_t len = pkt->len;

    if (gw_srtp_open_rtp(p->srtp, pkt->data, &len)) {
        gw_count(&c->drops_srtp);
        return;
    }
    pkt->len = (uint16_t)len;
    if (p->capture)
        gw_capture_packet(p->capture, true, pkt->data, len);
    if (gw_rtp_parse(&h, pkt->data, len)) {
        gw_count(&c->drops_rtp);
        return;
    }
    gw_ext_scan(&ext, pkt->data, &h, p->ids);
    note_transport(p, pkt, ext.at[GW_EXT_TRANSPORT_CC]);
    where = gw_demux_find(p, h.ssrc);
    if (!where)
        where = identify(p, pkt->data, &h, &ext);
    if (!where) {
        gw_count(&c->drops_unknown_ssrc);
        return;
    }
    gw_demux_to_source(p, pkt, &h, &ext, *where, now_us);
}

static void receive_rtcp(struct gw_peer *p, struct gw_packet *pkt, int64_t now_us)
{
    size_t len = pkt->len;

    if (gw_srtp_open_rtcp(p->srtp, pkt->data, &len)) {
        gw_count(&p->engine->counters.drops_srtp);
        return;
    }
    if (p->capture)
        gw_capture_packet(p->capture, true, pkt->data, len);
    gw_feedback(p, pkt->data, len, now_us);
}

void gw_demux(struct gw_peer *p, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_counters *c = &p->engine->counters;
    enum gw_datagram kind = gw_datagram_kind(pkt->data, pkt->len);

    gw_count(&c->packets_in);
    gw_count_add(&c->bytes_in, pkt->len);
    if (p->closing) {
        gw_packet_unref(pkt);
        return;
    }
    if (kind == GW_DATAGRAM_DTLS) {
        gw_peer_dtls_receive(p, pkt->data, pkt->len, now_us);
    } else if (kind != GW_DATAGRAM_RTP && kind != GW_DATAGRAM_RTCP) {
        gw_count(&c->drops_rtp);
    } else if (pkt->len > LARGEST) {
        p->too_large++;
        gw_count(&c->drops_too_large);
    } else if (!p->srtp) {
        gw_count(&c->drops_not_ready);
    } else if (kind == GW_DATAGRAM_RTCP) {
        receive_rtcp(p, pkt, now_us);
    } else {
        receive_rtp(p, pkt, now_us);
    }
    gw_packet_unref(pkt);
}
