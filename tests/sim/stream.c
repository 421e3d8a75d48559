/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/stream.h"

#include <string.h>

#include "peer/state.h"
#include "rtcp/stats.h"
#include "rtcp/twcc.h"
#include "rtp/payload.h"
#include "rtp/rtp.h"
#include "rtp/rtx.h"
#include "rtp/vp8.h"

#define REPORT_US 1000000

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* VP8: X, I (15 bits), L, T; then a frame header whose lowest bit says whether it is a key frame. */
static size_t put_vp8(uint8_t *p, const struct sim_out *o, bool first, bool keyframe, unsigned temporal)
{
    p[0] = (uint8_t)(0x80 | (first ? 0x10 : 0));
    p[1] = 0x80 | 0x40 | 0x20;
    gw_put_u16(p + 2, (uint16_t)(0x8000 | o->picture_id));
    p[4] = o->tl0;
    p[5] = (uint8_t)(temporal << 6 | (temporal ? 0x20 : 0)); /* every upper frame is a sync point */
    if (!first)
        return 6;
    p[6] = keyframe ? 0x10 : 0x11;
    p[7] = p[8] = 0;
    if (!keyframe)
        return 9;
    memcpy(p + 9, "\x9d\x01\x2a\x80\x02\xe0\x01", 7); /* 640×480 */
    return 16;
}

/* The content names who sent it, and fills the packet with bytes that follow from that. */
static void put_content(uint8_t *p, size_t len, const struct sim_out *o, unsigned index)
{
    gw_put_u32(p, o->ssrc);
    gw_put_u32(p + 4, o->frame);
    p[8] = (uint8_t)index;
    p[9] = (uint8_t)o->layer;
    for (size_t i = 10; i < len; i++)
        p[i] = (uint8_t)(o->frame * 31 + index * 7 + i);
}

static bool content_is_good(const uint8_t *p, size_t len)
{
    uint32_t frame = gw_get_u32(p + 4);

    for (size_t i = 10; i < len; i++)
        if (p[i] != (uint8_t)(frame * 31 + p[8] * 7u + i))
            return false;
    return true;
}

static size_t put_header(struct sim_client *c, const struct sim_out *o, uint8_t *data, const struct gw_rtp_header *h,
                         bool rtx)
{
    struct gw_writer w = gw_writer_make(data, 12);
    struct gw_ext_builder b;
    char mid[2] = {(char)('a' + o->mindex), 0};

    gw_rtp_write(&w, h);
    gw_ext_begin(&b, data, 12, 200, true);
    gw_ext_add_text(&b, SIM_EXT_MID, mid);
    if (o->rid[0])
        gw_ext_add_text(&b, rtx ? SIM_EXT_RRID : SIM_EXT_RID, o->rid);
    gw_ext_add_transport_cc(&b, SIM_EXT_TWCC, ++c->twcc);
    if (!o->video)
        gw_ext_add_audio_level(&b, SIM_EXT_LEVEL, 30, true);
    if (o->extend && !rtx)
        o->extend(o, &b);
    return gw_ext_end(&b);
}

static unsigned packets_of(const struct sim_out *o, bool keyframe)
{
    return keyframe && o->keyframe_packets ? o->keyframe_packets : o->packets_per_frame;
}

static void send_packet(struct sim_client *c, struct sim_out *o, bool keyframe, unsigned temporal, unsigned index)
{
    struct gw_rtp_header h = {.seq = o->seq, .timestamp = o->ts, .ssrc = o->ssrc};
    unsigned last = packets_of(o, keyframe) - 1;
    uint8_t data[1600];
    size_t header, descriptor = 0;

    h.payload_type = o->video ? SIM_PT_VP8 : SIM_PT_OPUS;
    h.marker = o->video && index == last;
    header = put_header(c, o, data, &h, false);
    if (o->video)
        descriptor = put_vp8(data + header, o, index == 0, keyframe, temporal);
    /* the last packets of a frame are one byte longer, as browsers split them */
    header += descriptor;
    put_content(data + header, o->payload + (index >= 2), o, index);
    sim_client_rtp(c, data, header - descriptor, header + o->payload + (index >= 2), o->index);
    o->kept[o->seq % SIM_KEPT].seq = o->seq;
    o->kept[o->seq % SIM_KEPT].len = (uint16_t)(header + o->payload + (index >= 2));
    memcpy(o->kept[o->seq % SIM_KEPT].data, data, header + o->payload + (index >= 2));
    o->index++;
    o->seq = (uint16_t)o->index;
    o->packets++;
    o->octets += descriptor + o->payload + (index >= 2);
}

/* Bytes of a packet, so that the frames fit what REMB allows. */
static unsigned fitting(const struct sim_client *c, const struct sim_out *o)
{
    uint64_t frame = c->remb_bps * (uint64_t)o->every_us / 8000000, most = frame / o->packets_per_frame;

    if (!c->remb_bps || most > o->payload + 80u)
        return o->payload;
    return most > 100 + 80 ? (unsigned)most - 80 : 100;
}

static void send_frame(struct sim_client *c, struct sim_out *o)
{
    static const unsigned pattern[] = {0, 2, 1, 2};
    bool keyframe = o->video && (o->want_keyframe || (o->keyframe_at_us && o->keyframe_at_us <= c->world->now_us));
    unsigned temporal, payload = o->payload;

    if (o->obeys_remb)
        o->payload = fitting(c, o);

    if (keyframe)
        o->frame = (o->frame + 3) / 4 * 4; /* a key frame begins the temporal pattern anew */
    temporal = o->temporal ? pattern[o->frame % 4] : 0;
    if (!temporal)
        o->tl0++;
    for (unsigned i = 0; i < packets_of(o, keyframe); i++)
        send_packet(c, o, keyframe, temporal, i);
    o->payload = payload;
    o->want_keyframe = false;
    if (keyframe)
        o->keyframe_at_us = 0;
    o->keyframes += keyframe;
    o->frames++;
    o->frame++;
    o->picture_id = (o->picture_id + 1) & 0x7fff;
    o->ts += (uint32_t)(o->every_us * (o->video ? 9 : 4) / 100 + (o->video ? 0 : o->every_us * 8 / 1000));
}

static void resend(struct sim_client *c, struct sim_out *o, uint16_t seq)
{
    __typeof__(*o->kept) *k = &o->kept[seq % SIM_KEPT];
    struct gw_rtp_header h, rtx;
    uint8_t data[1600];
    size_t header;

    o->nacks++;
    if (!k->len || k->seq != seq || gw_rtp_parse(&h, k->data, k->len))
        return;
    o->resent++;
    if (!o->video) { /* without RTX the same packet goes out again, under the same number */
        sim_client_rtp(c, k->data, h.payload.offset, k->len, (o->index & ~0xffffull) | seq);
        return;
    }
    rtx = h;
    rtx.payload_type = SIM_PT_RTX;
    rtx.ssrc = o->rtx_ssrc;
    rtx.seq = (uint16_t)o->rtx_index;
    header = put_header(c, o, data, &rtx, true);
    gw_put_u16(data + header, seq);
    memcpy(data + header + 2, k->data + h.payload.offset, h.payload.len);
    sim_client_rtp(c, data, header, header + 2 + h.payload.len, o->rtx_index++);
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

static void note(struct sim_in *in, const uint8_t *data, const struct gw_rtp_header *h, bool by_rtx, size_t wire,
                 int64_t now_us)
{
    const uint8_t *p = data + h->payload.offset;
    struct gw_rtp_facts f;
    struct sim_seen *s;
    size_t skip = 0;
    bool asked;

    gw_facts_clear(&f);
    f.marker = h->marker;
    if (!in->started) {
        in->started = true;
        in->first = in->newest = h->seq;
    }
    if (gw_seq_after(h->seq, in->newest)) {
        gw_nack_gap(&in->nack, 65536u + (uint16_t)(in->newest - in->first), 65536u + (uint16_t)(h->seq - in->first),
                    now_us);
        in->newest = h->seq;
    }
    s = &in->seen[(uint16_t)(h->seq - in->first) % SIM_SEEN];
    if (s->got) {
        in->duplicates++;
        return;
    }
    gw_nack_arrived(&in->nack, 65536u + (uint16_t)(h->seq - in->first), &asked, by_rtx, now_us);
    if (h->payload_type == SIM_PT_VP8) {
        gw_vp8_inspect(p, h->payload.len, &f);
        skip = f.frame_start ? (f.keyframe ? 16 : 9) : 6;
    }
    if (h->payload.len < skip + 10 || !content_is_good(p + skip, h->payload.len - skip)) {
        in->bad++;
        return;
    }
    p += skip;
    *s = (struct sim_seen){.got = true, .ts = h->timestamp, .marker = h->marker, .by_rtx = by_rtx, .wire = wire};
    s->publisher = gw_get_u32(p);
    s->frame = gw_get_u32(p + 4);
    s->index = p[8];
    s->layer = p[9];
    s->keyframe = f.keyframe;
    s->first_of_frame = f.frame_start;
    s->picture_id = (uint16_t)f.picture_id;
    s->tl0 = (uint8_t)f.tl0_picidx;
    s->temporal = f.temporal;
    if (in->heard)
        in->heard(in->arg, in, s);
    in->packets++;
    in->rtx += by_rtx;
    in->padded += h->padding > 0;
    in->last_us = now_us;
}

/* Takes note of the transport-wide number. */
static void hear(struct sim_client *c, const uint8_t *data, const struct gw_rtp_header *h, int64_t now_us)
{
    uint8_t ids[GW_EXT_COUNT] = {[GW_EXT_TRANSPORT_CC] = SIM_EXT_TWCC};
    struct gw_ext_spans ext;
    struct gw_span s;
    uint16_t seq;

    gw_ext_scan(&ext, data, h, ids);
    s = ext.at[GW_EXT_TRANSPORT_CC];
    if (s.len && gw_ext_read_transport_cc(data + s.offset, s.len, &seq))
        gw_twcc_table_add(c->heard, seq, now_us);
}

static void watch(struct sim_in *in, const uint8_t *data, const struct gw_rtp_header *h, size_t wire, int64_t now_us)
{
    const uint8_t *p = data + h->payload.offset;
    struct gw_rtp_facts f;
    size_t skip;

    gw_facts_clear(&f);
    gw_vp8_inspect(p, h->payload.len, &f);
    skip = f.frame_start ? (f.keyframe ? 16 : 9) : 6;
    if (h->payload.len < skip + 10 || !content_is_good(p + skip, h->payload.len - skip)) {
        in->bad += h->payload.len > 0; /* RTX padding has none */
        return;
    }
    in->packets++;
    in->newest = h->seq;
    in->started = true;
    in->last_us = now_us;
    sim_viewer_packet(in->viewer, h->seq, h->timestamp, h->marker, f.frame_start, f.keyframe, p[skip + 9], wire,
                      now_us);
}

void sim_stream_rtp(struct sim_client *c, uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_rtp_header h;
    size_t wire = len;

    if (gw_rtp_parse(&h, data, len))
        return;
    if (c->heard)
        hear(c, data, &h, now_us);
    for (unsigned i = 0; i < c->n_in; i++) {
        struct sim_in *in = c->in[i];
        bool rtx = in->rtx_ssrc && h.ssrc == in->rtx_ssrc;

        if (h.ssrc != in->ssrc && !rtx)
            continue;
        if (rtx && (gw_rtx_unwrap(data, &len, SIM_PT_VP8, in->ssrc) || gw_rtp_parse(&h, data, len)))
            return;
        if (in->look)
            in->look(in, data, &h);
        if (in->viewer) {
            watch(in, data, &h, wire, now_us);
            return;
        }
        note(in, data, &h, rtx, wire, now_us);
        return;
    }
}

unsigned sim_holes(const struct sim_in *in, unsigned tail)
{
    unsigned holes = 0, n = (uint16_t)(in->newest - in->first) + 1u;

    for (unsigned i = 0; i + tail < n; i++)
        holes += !in->seen[i].got;
    return holes;
}

/* --- RTCP --------------------------------------------------------------------------------------------------------- */

static void for_senders(struct sim_client *c, const struct gw_rtcp_packet *p)
{
    struct gw_rtcp_feedback head;
    uint16_t seqs[256];
    int n;

    if (p->type == GW_RTCP_RTPFB && p->count == GW_RTPFB_NACK) {
        n = gw_rtcp_read_nack(p, &head, seqs, 256);
        for (unsigned i = 0; i < c->n_out; i++)
            for (int j = 0; c->out[i].ssrc == head.media_ssrc && j < n; j++)
                resend(c, &c->out[i], seqs[j]);
    } else if (p->type == GW_RTCP_PSFB && p->count == GW_PSFB_PLI && !gw_rtcp_read_pli(p, &head)) {
        for (unsigned i = 0; i < c->n_out; i++)
            if (c->out[i].ssrc == head.media_ssrc) {
                c->out[i].plis++;
                if (!c->out[i].keyframe_late_us)
                    c->out[i].want_keyframe = true;
                else if (!c->out[i].keyframe_at_us)
                    c->out[i].keyframe_at_us = c->world->now_us + c->out[i].keyframe_late_us;
            }
    } else if (p->type == GW_RTCP_PSFB && p->count == GW_PSFB_AFB) {
        size_t ssrcs;

        if (!gw_rtcp_read_remb(p, &c->remb_bps, NULL, 0, &ssrcs) && c->rembs < 16)
            c->rembs_seen[c->rembs++] = (uint32_t)c->remb_bps;
    } else if (p->type == GW_RTCP_RTPFB && p->count == GW_RTPFB_TWCC) {
        int64_t arrivals[GW_TWCC_MAX_ENTRIES];
        struct gw_twcc_head twcc;

        n = gw_twcc_read(p, &twcc, arrivals, GW_TWCC_MAX_ENTRIES);
        c->twccs += n > 0;
        for (int i = 0; i < n; i++)
            c->twcc_packets += arrivals[i] != GW_TWCC_LOST;
    }
}

static void sender_report(struct sim_client *c, const struct gw_rtcp_packet *p, int64_t now_us)
{
    struct gw_rtcp_sr sr;

    if (gw_rtcp_read_sr(p, &sr))
        return;
    for (unsigned i = 0; i < c->n_in; i++) {
        if (c->in[i]->ssrc != sr.ssrc)
            continue;
        c->in[i]->last_sr_rtp = sr.rtp_timestamp;
        c->in[i]->last_sr_mid = gw_ntp_middle(sr.ntp);
        c->in[i]->last_sr_ntp_us = gw_ntp_to_us(sr.ntp);
        c->in[i]->last_sr_us = now_us;
        c->in[i]->reports++;
    }
}

static void note_dlrr(struct sim_client *c, const struct gw_rtcp_packet *p, int64_t now_us)
{
    uint32_t ssrc, lrr, dlrr;

    if (gw_rtcp_read_dlrr(p, 0, &ssrc, &lrr, &dlrr))
        return;
    c->dlrrs++;
    c->dlrr_rtt_us = gw_rtt_us(lrr, dlrr, gw_ntp_middle(gw_ntp_from_us(now_us)));
}

void sim_stream_rtcp(struct sim_client *c, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;

    if (gw_rtcp_check(data, len))
        return;
    gw_rtcp_begin(&it, data, len);
    while (gw_rtcp_next(&it, &p)) {
        if (p.type == GW_RTCP_SR)
            sender_report(c, &p, now_us);
        if (p.type == GW_RTCP_RR && p.count && !gw_rtcp_read_report(&p, 0, &c->last_report))
            c->reports++;
        note_dlrr(c, &p, now_us);
        for_senders(c, &p);
    }
}

static void report(struct sim_client *c, int64_t now_us)
{
    uint8_t data[1500];
    struct gw_writer w = gw_writer_make(data, 1400);
    struct gw_rtcp_report blocks[SIM_STREAMS];
    unsigned n = 0;

    for (unsigned i = 0; i < c->n_out; i++) {
        struct sim_out *o = &c->out[i];
        struct gw_rtcp_sr sr = {.ssrc = o->ssrc, .rtp_timestamp = o->ts, .packets = o->packets};

        if (!o->on)
            continue;
        sr.ntp = gw_ntp_from_us(now_us + 777000000); /* this client's clock is not the gateway's */
        sr.octets = (uint32_t)o->octets;
        /* the timestamp of the next frame, taken back to now */
        sr.rtp_timestamp -= (uint32_t)((o->next_us - now_us) * (o->video ? 90 : 48) / 1000);
        gw_rtcp_write_sr(&w, &sr, NULL, 0);
        gw_rtcp_write_sdes(&w, o->ssrc, "sim");
    }
    for (unsigned i = 0; i < c->n_in; i++) {
        struct sim_in *in = c->in[i];

        if (!in->started || n == 24)
            continue;
        blocks[n] = (struct gw_rtcp_report){.ssrc = in->ssrc, .lsr = in->last_sr_mid};
        blocks[n].highest_seq = in->newest;
        blocks[n].fraction = (uint8_t)c->report_loss;
        blocks[n].lost = (int32_t)c->report_lost;
        if (in->last_sr_us)
            blocks[n].dlsr = (uint32_t)((now_us - in->last_sr_us) * 65536 / 1000000);
        n++;
    }
    gw_rtcp_write_rr(&w, sim_ssrc(c, 63, 0), blocks, n);
    sim_client_rtcp(c, data, w.pos);
}

void sim_client_pli(struct sim_client *c, const struct sim_in *in)
{
    uint8_t data[200];
    struct gw_writer w = gw_writer_make(data, 100);

    gw_rtcp_write_pli(&w, sim_ssrc(c, 63, 0), in->ssrc);
    sim_client_rtcp(c, data, w.pos);
}

static void ask_for_missing(struct sim_client *c, struct sim_in *in, int64_t now_us)
{
    uint16_t seqs[GW_NACK_WINDOW];
    size_t n = in->viewer ? sim_viewer_missing(in->viewer, seqs, GW_NACK_WINDOW, c->nack_rtt_us, now_us)
                          : gw_nack_due(&in->nack, seqs, GW_NACK_WINDOW, now_us);
    uint8_t data[1500];
    struct gw_writer w = gw_writer_make(data, 1400);

    if (!n)
        return;
    for (size_t i = 0; i < n && !in->viewer; i++)
        seqs[i] = (uint16_t)(seqs[i] + in->first);
    gw_rtcp_write_nack(&w, sim_ssrc(c, 63, 0), in->ssrc, seqs, n);
    sim_client_rtcp(c, data, w.pos);
}

/* Transport-wide feedback, as a browser gives it. */
static void give_feedback(struct sim_client *c, int64_t now_us)
{
    c->feedback_us = now_us + c->feedback_every_us;
    while (gw_twcc_table_is_pending(c->heard)) {
        uint8_t data[1500];
        struct gw_writer w = gw_writer_make(data, 1200);

        if (!gw_twcc_table_write(c->heard, &w, sim_ssrc(c, 63, 0), c->n_in ? c->in[0]->ssrc : 1))
            break;
        sim_client_rtcp(c, data, w.pos);
    }
}

void sim_stream_tick(struct sim_client *c, int64_t now_us)
{
    for (unsigned i = 0; i < c->n_out; i++) {
        struct sim_out *o = &c->out[i];

        if (!o->next_us)
            o->next_us = now_us;
        for (; o->next_us <= now_us; o->next_us += o->every_us)
            if (o->on)
                send_frame(c, o);
    }
    for (unsigned i = 0; i < c->n_in; i++) {
        if (c->in[i]->nack_on)
            ask_for_missing(c, c->in[i], now_us);
        if (c->in[i]->viewer && sim_viewer_tick(c->in[i]->viewer, now_us))
            sim_client_pli(c, c->in[i]);
    }
    if (c->heard && now_us >= c->feedback_us)
        give_feedback(c, now_us);
    if (now_us % REPORT_US < 5000)
        report(c, now_us);
}
