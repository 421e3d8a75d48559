/* SPDX-License-Identifier: Apache-2.0 */
/* RTCP to a peer: reports once a second, and requests (NACK, PLI, REMB, transport-wide feedback) as they come up. */
#include <stdlib.h>
#include <string.h>

#include "peer/state.h"
#include "rtcp/stats.h"

#define CNAME "janus"

struct message {
    struct gw_writer w;
    uint8_t data[GW_RTCP_ROOM + GW_SRTP_OVERHEAD];
};

static void begin(struct message *m)
{
    m->w = gw_writer_make(m->data, GW_RTCP_ROOM);
}

static void finish(struct gw_peer *p, struct message *m)
{
    if (!m->w.failed && m->w.pos)
        gw_peer_send_rtcp(p, m->data, m->w.pos);
}

/* Who we are when we speak of what we receive: any of our senders. */
static uint32_t our_ssrc(const struct gw_peer *p)
{
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->m.send_ssrc)
            return p->tracks[i]->m.send_ssrc;
    return p->own_ssrc;
}

/* --- once a second ------------------------------------------------------------------------------------------------ */

/* One packet of the compound; what no longer fits begins a new compound. */
static void add_sender_report(struct gw_peer *p, struct message *m, struct gw_sink *k, int64_t now_us)
{
    struct gw_rtcp_sr sr = {.ssrc = k->conf.ssrc, .ntp = gw_ntp_from_us(now_us)};
    size_t mark = m->w.pos;

    if (!gw_sink_timestamp_at(k, now_us, &sr.rtp_timestamp))
        return;
    sr.packets = (uint32_t)(k->packets - (k->conf.rtx_ssrc ? k->retransmitted : 0));
    sr.octets = (uint32_t)k->payload_bytes;
    for (int tries = 0; tries < 2; tries++) {
        gw_rtcp_write_sr(&m->w, &sr, NULL, 0);
        gw_rtcp_write_sdes(&m->w, sr.ssrc, CNAME);
        if (!m->w.failed)
            break;
        m->w.failed = false;
        m->w.pos = mark;
        finish(p, m);
        begin(m);
        mark = 0;
    }
    k->last_report_mid = gw_ntp_middle(sr.ntp);
}

static unsigned gather_blocks(struct gw_peer *p, struct gw_rtcp_report *blocks, unsigned most, int64_t now_us)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_source *s = p->tracks[i] ? p->tracks[i]->source : NULL;

        for (unsigned j = 0; s && j < GW_LAYER_COUNT && n < most; j++) {
            struct gw_source_layer *l = s->layer[j];

            if (!l || !l->reception.started)
                continue;
            blocks[n] = (struct gw_rtcp_report){.ssrc = l->ssrc, .lsr = l->last_sr};
            gw_reception_report(&l->reception, &blocks[n]);
            if (l->last_sr)
                blocks[n].dlsr = (uint32_t)((now_us - l->last_sr_us) * 65536 / 1000000);
            n++;
        }
    }
    return n;
}

static void add_receiver_report(struct gw_peer *p, struct message *m, const struct gw_rtcp_report *blocks, unsigned n)
{
    size_t mark = m->w.pos;

    gw_rtcp_write_rr(&m->w, our_ssrc(p), blocks, n);
    if (!m->w.failed)
        return;
    m->w.failed = false;
    m->w.pos = mark;
    finish(p, m);
    begin(m);
    gw_rtcp_write_rr(&m->w, our_ssrc(p), blocks, n);
}

void gw_reports_send(struct gw_peer *p, int64_t now_us)
{
    struct gw_rtcp_report blocks[GW_PEER_SSRCS];
    struct message m;
    unsigned n;

    begin(&m);
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->sink && p->tracks[i]->sink->conf.send)
            add_sender_report(p, &m, p->tracks[i]->sink, now_us);
    n = gather_blocks(p, blocks, GW_PEER_SSRCS, now_us);
    for (unsigned at = 0; at < n; at += GW_RTCP_MAX_REPORTS)
        add_receiver_report(p, &m, blocks + at, n - at < GW_RTCP_MAX_REPORTS ? n - at : GW_RTCP_MAX_REPORTS);
    finish(p, &m);
}

static void slow_link(struct gw_peer *p, gw_track_id track, bool uplink, int64_t lost)
{
    struct gw_news n = {.tag = GW_NEWS_SLOW_LINK, .peer = p->id, .track = track};

    n.u.slow.uplink = uplink;
    n.u.slow.lost = (uint32_t)lost;
    gw_engine_tell(p->engine, &n);
}

void gw_reports_slow_link(struct gw_peer *p, int64_t now_us)
{
    int64_t threshold = p->engine->conf.settings.slowlink_threshold;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_track *t = p->tracks[i];
        struct gw_source_layer *l = t && t->source ? t->source->layer[0] : NULL;
        struct gw_sink *k = t ? t->sink : NULL;

        if (k) {
            int64_t lost = (int64_t)k->remote.lost - k->remote.lost_mark;

            k->remote.lost_mark = k->remote.lost;
            if (threshold && lost >= threshold)
                slow_link(p, k->id, true, lost);
        }
        if (l) {
            int64_t total = gw_reception_lost(&l->reception), lost = total - l->lost_mark;

            l->lost_mark = total;
            if (threshold && lost >= threshold)
                slow_link(p, t->source->id, false, lost);
        }
    }
}

/* --- when needed -------------------------------------------------------------------------------------------------- */

void gw_reports_nack(struct gw_peer *p, uint32_t media_ssrc, const uint16_t *seqs, size_t n)
{
    struct message m;

    begin(&m);
    gw_rtcp_write_rr(&m.w, our_ssrc(p), NULL, 0);
    gw_rtcp_write_nack(&m.w, our_ssrc(p), media_ssrc, seqs, n);
    finish(p, &m);
}

void gw_reports_pli(struct gw_peer *p, const struct gw_source *s, unsigned layers)
{
    struct message m;
    bool any = false;

    begin(&m);
    gw_rtcp_write_rr(&m.w, our_ssrc(p), NULL, 0);
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        if (layers & 1u << i && s->layer[i] && s->layer[i]->ssrc) {
            gw_rtcp_write_pli(&m.w, our_ssrc(p), s->layer[i]->ssrc);
            any = true;
        }
    if (!any)
        return; /* nothing came yet: it will begin with a keyframe */
    gw_count(&p->engine->counters.plis_out);
    finish(p, &m);
}

void gw_reports_remb(struct gw_peer *p, uint32_t bps)
{
    uint32_t ssrcs[GW_RTCP_MAX_REMB_SSRCS];
    struct message m;
    size_t n = 0;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_source *s = p->tracks[i] ? p->tracks[i]->source : NULL;

        for (unsigned j = 0; s && s->conf.kind == GW_VIDEO && j < GW_LAYER_COUNT && n < GW_RTCP_MAX_REMB_SSRCS; j++)
            if (s->layer[j] && s->layer[j]->ssrc)
                ssrcs[n++] = s->layer[j]->ssrc;
    }
    if (!n)
        return;
    begin(&m);
    gw_rtcp_write_rr(&m.w, our_ssrc(p), NULL, 0);
    gw_rtcp_write_remb(&m.w, our_ssrc(p), bps, ssrcs, n);
    finish(p, &m);
}

void gw_reports_dlrr(struct gw_peer *p, uint32_t ssrc, uint32_t lrr)
{
    struct message m;

    begin(&m);
    gw_rtcp_write_rr(&m.w, our_ssrc(p), NULL, 0);
    gw_rtcp_write_dlrr(&m.w, our_ssrc(p), ssrc, lrr, 0);
    finish(p, &m);
}

/* Any SSRC that we receive, video first: feedback needs one to name. */
static uint32_t media_ssrc(const struct gw_peer *p)
{
    uint32_t found = 0;

    for (unsigned i = 0; i < p->n_tracks; i++) {
        const struct gw_source *s = p->tracks[i] ? p->tracks[i]->source : NULL;

        for (unsigned j = 0; s && j < GW_LAYER_COUNT; j++) {
            if (!s->layer[j] || !s->layer[j]->ssrc)
                continue;
            if (s->conf.kind == GW_VIDEO)
                return s->layer[j]->ssrc;
            found = s->layer[j]->ssrc;
        }
    }
    return found;
}

void gw_reports_twcc(struct gw_peer *p, int64_t now_us)
{
    uint32_t ssrc = media_ssrc(p);

    while (ssrc && gw_twcc_table_is_pending(p->twcc)) {
        struct message m;

        begin(&m);
        gw_rtcp_write_rr(&m.w, our_ssrc(p), NULL, 0);
        if (!gw_twcc_table_write(p->twcc, &m.w, our_ssrc(p), ssrc))
            break;
        finish(p, &m);
    }
}
