/* SPDX-License-Identifier: Apache-2.0 */
/* RTCP from a peer: what its sender says about our sources, and what its receiver says about our sinks. */
#include <string.h>

#include "peer/state.h"
#include "rtcp/stats.h"
#include "rtcp/twcc.h"

#define NACKS_MOST       512  /* numbers looked at in one packet */
#define TWCC_MOST        4096 /* entries of transport-wide feedback looked at in one datagram */
#define QUALITY_EVERY_US 2000000
#define XR_PERIOD_US     1000000
#define XR_MOST          2 /* answers in such a time: one for each of the peer's streams that tells its own */

static struct gw_sink *sink_of(struct gw_peer *p, uint32_t ssrc, bool *rtx)
{
    for (unsigned i = 0; i < p->n_tracks; i++) {
        struct gw_sink *k = p->tracks[i] ? p->tracks[i]->sink : NULL;

        *rtx = k && ssrc && k->conf.rtx_ssrc == ssrc;
        if (k && (k->conf.ssrc == ssrc || *rtx))
            return k;
    }
    return NULL;
}

static void sender_report(struct gw_peer *p, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    const struct gw_ssrc *where;
    struct gw_rtcp_sr sr;
    struct gw_track *t;

    if (gw_rtcp_read_sr(pkt, &sr) || !(where = gw_demux_find(p, sr.ssrc)) || where->rtx)
        return;
    t = p->tracks[where->mindex];
    if (!t || !t->source)
        return;
    gw_source_sender_report(t->source, where->layer, &p->clock, sr.ntp, sr.rtp_timestamp, now_us);
    gw_mirror_sync(p->engine, t->source, where->layer);
    gw_track_report(t, where->layer, sr.ntp, sr.rtp_timestamp);
}

/* --- report blocks ------------------------------------------------------------------------------------------------ */

static void note_rtt(struct gw_peer *p, struct gw_sink *k, const struct gw_rtcp_report *r, int64_t now_us)
{
    uint32_t ntp = gw_ntp_middle(gw_ntp_from_us(now_us));
    int64_t rtt = gw_rtt_us(r->lsr, r->dlsr, ntp);
    int64_t least = (int64_t)p->engine->conf.settings.min_nack_queue_ms * 1000, want;

    if (rtt < 0 || rtt > 10000000)
        return;
    gw_bwe_rtt(&p->sender.bwe, (uint32_t)rtt);
    k->remote.ntp = ntp;
    k->remote.lsr = r->lsr;
    k->remote.dlsr = r->dlsr;
    want = rtt + 100000;
    want = want < least ? least : want > 1000000 ? 1000000 : want;
    p->sender.history_us += (want - p->sender.history_us) / 8;
}

static void smooth(double *quality, uint64_t sent, uint64_t bad)
{
    double now = bad >= sent ? 0 : 100.0 * (double)(sent - bad) / (double)sent;

    *quality += (now - *quality) / 3;
}

static void note_quality(struct gw_sink *k, int64_t now_us)
{
    uint64_t sent = k->packets - k->remote.sent_mark, nacks = k->nacks - k->remote.nacks_mark;
    uint64_t lost = k->remote.lost > k->remote.lost_quality_mark ? k->remote.lost - k->remote.lost_quality_mark : 0;

    if (now_us - k->remote.us < QUALITY_EVERY_US || !sent)
        return;
    smooth(&k->remote.quality, sent, nacks > lost ? nacks : lost);
    smooth(&k->remote.media_quality, sent, lost);
    k->remote.us = now_us;
    k->remote.sent_mark = k->packets;
    k->remote.nacks_mark = k->nacks;
    k->remote.lost_quality_mark = k->remote.lost;
}

static void report_blocks(struct gw_peer *p, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    uint8_t worst = 0;
    bool any = false, rtx;

    for (unsigned i = 0; i < pkt->count; i++) {
        struct gw_rtcp_report r;
        struct gw_sink *k;

        if (gw_rtcp_read_report(pkt, i, &r) || !(k = sink_of(p, r.ssrc, &rtx)))
            continue;
        note_rtt(p, k, &r, now_us);
        if (rtx)
            continue;
        k->remote.lost = r.lost > 0 ? (uint32_t)r.lost : 0;
        k->remote.jitter = r.jitter;
        k->remote.highest = r.highest_seq;
        k->remote.fraction = r.fraction;
        note_quality(k, now_us);
        any = true;
        if (r.fraction > worst)
            worst = r.fraction;
    }
    if (any)
        gw_bwe_loss(&p->sender.bwe, worst, now_us);
}

/* --- feedback ----------------------------------------------------------------------------------------------------- */

static void nack(struct gw_peer *p, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    struct gw_rtcp_feedback head;
    uint16_t seqs[NACKS_MOST];
    int n = gw_rtcp_read_nack(pkt, &head, seqs, NACKS_MOST);
    struct gw_sink *k;
    bool rtx;

    if (n <= 0 || !(k = sink_of(p, head.media_ssrc, &rtx)) || rtx)
        return;
    gw_count_add(&p->engine->counters.nacks_in, (uint64_t)n);
    for (int i = 0; i < n; i++)
        gw_sink_nack(k, seqs[i], p->sender.history_us, now_us);
}

void gw_feedback_arrived(void *peer, uint16_t mark, int64_t arrival_us)
{
    struct gw_peer *p = peer;
    unsigned mindex = mark >> 8;
    struct gw_sink *k = mindex < p->n_tracks && p->tracks[mindex] ? p->tracks[mindex]->sink : NULL;
    uint32_t before;

    if (!k || !k->shown)
        return;
    before = k->shown->freezes;
    gw_shown_arrived(k->shown, mark & 0xff, arrival_us);
    gw_count_add(&p->engine->counters.freezes, k->shown->freezes - before);
}

/* left: entries that this datagram may still make us look at. */
static void transport_feedback(struct gw_peer *p, const struct gw_rtcp_packet *pkt, unsigned *left, int64_t now_us)
{
    int64_t arrivals[GW_BWE_FEEDBACK_MOST];
    struct gw_twcc_head head;
    unsigned count = gw_twcc_count(pkt);
    int n;

    if (!count || count > GW_BWE_FEEDBACK_MOST || count > *left) {
        p->sender.bwe.too_long += count > 0;
        gw_count(&p->engine->counters.drops_feedback);
        return;
    }
    *left -= count;
    n = gw_twcc_read(pkt, &head, arrivals, GW_BWE_FEEDBACK_MOST);
    if (n <= 0) {
        gw_count(&p->engine->counters.drops_feedback);
        return;
    }
    gw_count(&p->engine->counters.feedbacks);
    gw_count_add(&p->engine->counters.overuses, -p->sender.bwe.overuses);
    gw_bwe_feedback(&p->sender.bwe, &head, arrivals, (size_t)n, now_us);
    gw_count_add(&p->engine->counters.overuses, p->sender.bwe.overuses);
    gw_budget_feedback(p, now_us);
}

static void want_keyframe(struct gw_peer *p, uint32_t ssrc, int64_t now_us)
{
    bool rtx;
    struct gw_sink *k = sink_of(p, ssrc, &rtx);

    if (!k)
        return;
    gw_count(&p->engine->counters.plis_in);
    gw_sink_want_keyframe(k, now_us);
}

static void payload_feedback(struct gw_peer *p, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    struct gw_rtcp_feedback head;
    uint64_t bps;
    uint32_t ssrc;
    uint8_t seq;
    size_t n;

    switch (pkt->count) {
    case GW_PSFB_PLI:
        if (!gw_rtcp_read_pli(pkt, &head))
            want_keyframe(p, head.media_ssrc, now_us);
        break;
    case GW_PSFB_FIR:
        for (unsigned i = 0; i < 32 && gw_rtcp_read_fir(pkt, i, &ssrc, &seq) == 1; i++)
            want_keyframe(p, ssrc, now_us);
        break;
    case GW_PSFB_AFB:
        if (gw_rtcp_read_remb(pkt, &bps, NULL, 0, &n))
            break;
        p->remb_bps = bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bps;
        gw_bwe_remb(&p->sender.bwe, bps, now_us);
        break;
    default:
        break;
    }
}

/* Who only receives learns from us what a round trip takes (RFC 3611 §4.5), and asks for what it misses in time. */
static void reference_time(struct gw_peer *p, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    struct gw_rtcp_xr xr;

    if (gw_rtcp_read_xr(pkt, &xr) || !xr.has_rrtr)
        return;
    if (now_us - p->xr_us >= XR_PERIOD_US) {
        p->xr_us = now_us;
        p->xr_answers = 0;
    }
    if (p->xr_answers++ < XR_MOST)
        gw_reports_dlrr(p, xr.ssrc, gw_ntp_middle(xr.ntp));
}

void gw_feedback(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_rtcp_packet pkt;
    struct gw_rtcp_iter it;
    unsigned twcc_left = TWCC_MOST;

    if (gw_rtcp_check(data, len)) {
        gw_count(&p->engine->counters.drops_rtcp);
        return;
    }
    gw_rtcp_begin(&it, data, len);
    while (gw_rtcp_next(&it, &pkt)) {
        switch (pkt.type) {
        case GW_RTCP_SR:
            sender_report(p, &pkt, now_us);
            report_blocks(p, &pkt, now_us);
            break;
        case GW_RTCP_RR:
            report_blocks(p, &pkt, now_us);
            break;
        case GW_RTCP_RTPFB:
            if (pkt.count == GW_RTPFB_NACK)
                nack(p, &pkt, now_us);
            else if (pkt.count == GW_RTPFB_TWCC)
                transport_feedback(p, &pkt, &twcc_left, now_us);
            break;
        case GW_RTCP_PSFB:
            payload_feedback(p, &pkt, now_us);
            break;
        case GW_RTCP_XR:
            reference_time(p, &pkt, now_us);
            break;
        default: /* SDES, BYE, APP: nothing to do */
            break;
        }
    }
}
