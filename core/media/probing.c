/* SPDX-License-Identifier: Apache-2.0 */
#include "media/probing.h"

#include <string.h>

#include "media/sender.h"
#include "media/write.h"
#include "rtp/ext.h"

#define TICK_US     2000
#define LOOK_BACK   8   /* packets: what was sent last */
#define LOOK_LOST   64  /* packets: what was lost lately */
#define WORTH_BYTES 400 /* smaller ones make a probe of headers */
#define PADDING     255 /* bytes: the most that RTP's padding count can say */
#define TURN_MOST   64  /* packets in one turn */

static const struct gw_packet *worth(const struct gw_sink *k, const struct gw_sent *e)
{
    const struct gw_packet *pkt = e && e->sent_ms ? gw_sink_packet(k, e) : NULL;

    return pkt && pkt->facts.payload.len >= WORTH_BYTES ? pkt : NULL;
}

/* What became of it, when it was sent first, as far as the peer has told. */
static enum gw_flight_state fate(struct gw_sender *s, const struct gw_sent *e, int64_t now_us)
{
    const struct gw_flight_packet *p = s->bwe.twcc ? gw_flight_find(&s->bwe.twcc->flight, e->twcc, now_us) : NULL;

    return p ? p->state : GW_FLIGHT_NONE;
}

/* One of the last packets that is large enough: such as are known to be lost, else in turns. */
static struct gw_sent *pick(struct gw_sender *s, struct gw_sink *k, unsigned turn, int64_t now_us)
{
    for (unsigned i = 0; i < LOOK_LOST; i++) {
        struct gw_sent *e = gw_sink_entry(k, (uint32_t)k->out_highest - i);

        if (worth(k, e) && !e->resends && fate(s, e, now_us) == GW_FLIGHT_LOST)
            return e;
    }
    for (unsigned i = 0; i < LOOK_BACK; i++) {
        struct gw_sent *e = gw_sink_entry(k, (uint32_t)k->out_highest - (turn + i) % LOOK_BACK);

        if (worth(k, e))
            return e;
    }
    return NULL;
}

static size_t transmit(struct gw_sender *s, uint8_t *room, size_t header_len, size_t len, uint64_t index)
{
    size_t wire = len + gw_srtp_overhead(s->srtp);

    gw_seal_rtp(s->sealer, s->srtp, room, header_len, len, index);
    gw_ice_commit(s->ice, wire);
    return wire;
}

static size_t send_again(struct gw_sender *s, struct gw_sink *k, struct gw_sent *e, int64_t now_us)
{
    enum gw_flight_state first = fate(s, e, now_us);
    struct gw_outgoing o;
    uint8_t *room;
    size_t len, wire;

    if (!gw_outgoing_prepare(&o, NULL, s, k, e, true, now_us))
        return 0;
    len = gw_outgoing_size(&o);
    room = gw_ice_reserve(s->ice, len + gw_srtp_overhead(s->srtp) + 16);
    if (!room)
        return 0;
    gw_outgoing_write(&o, room);
    wire = transmit(s, room, o.header_len, len, o.index);
    gw_bwe_sent(&s->bwe, o.twcc_used, o.twcc, wire, first == GW_FLIGHT_ARRIVED ? 0 : gw_outgoing_mark(&o), now_us);
    if (first == GW_FLIGHT_LOST && !e->resends) { /* who asks for it now has it soon */
        e->resends = 1;
        e->sent_ms = (uint32_t)(now_us / 1000) ? (uint32_t)(now_us / 1000) : 1;
    }
    return wire;
}

/* An RTX packet without a payload: header, the transport's extensions, padding. */
static size_t send_padding(struct gw_sender *s, struct gw_sink *k, int64_t now_us)
{
    uint8_t *room = gw_ice_reserve(s->ice, GW_HEADER_MOST + PADDING + gw_srtp_overhead(s->srtp) + 16);
    struct gw_ext_builder b;
    uint64_t index;
    size_t header, wire;
    uint16_t twcc;

    if (!room)
        return 0;
    index = k->rtx_seq++;
    twcc = ++s->twcc_seq;
    room[0] = 2 << 6 | 1 << 5;
    room[1] = k->conf.rtx_payload_type;
    gw_put_u16(room + 2, (uint16_t)index);
    gw_put_u32(room + 4, k->rewrite.out_ts);
    gw_put_u32(room + 8, k->conf.rtx_ssrc);
    gw_ext_begin(&b, room, GW_RTP_FIXED, GW_HEADER_MOST, k->conf.two_byte_ok);
    if (k->conf.mid[0])
        gw_ext_add_text(&b, k->conf.ext[GW_EXT_MID], k->conf.mid);
    if (k->conf.ext[GW_EXT_ABS_SEND_TIME])
        gw_ext_add_abs_send_time(&b, k->conf.ext[GW_EXT_ABS_SEND_TIME], gw_abs_send_time(now_us));
    gw_ext_add_transport_cc(&b, k->conf.ext[GW_EXT_TRANSPORT_CC], twcc);
    header = gw_ext_end(&b);
    memset(room + header, 0, PADDING);
    room[header + PADDING - 1] = PADDING;
    wire = transmit(s, room, header, header + PADDING, index);
    gw_bwe_sent(&s->bwe, true, twcc, wire, 0, now_us);
    return wire;
}

bool gw_probing_is_possible(const struct gw_sender *s)
{
    const struct gw_sink *k = s->prober;

    return k && k->conf.ext[GW_EXT_TRANSPORT_CC] && k->conf.rtx_ssrc;
}

int64_t gw_probing_fill(struct gw_sender *s, int64_t now_us)
{
    struct gw_sink *k = s->prober;
    const struct gw_probe *p = s->bwe.twcc ? &s->bwe.twcc->probe : NULL;
    int64_t due = INT64_MAX;

    if (!p || !p->sending || !gw_probing_is_possible(s))
        return due;
    for (unsigned i = 0; i < TURN_MOST && p->sending; i++) {
        int64_t at_us = p->packets ? p->first_sent_us + (int64_t)(p->bytes * 8000000 / p->bps) : now_us;
        struct gw_sent *e;
        size_t wire;

        if (at_us > now_us) {
            due = at_us > now_us + TICK_US ? at_us : now_us + TICK_US;
            break;
        }
        e = pick(s, k, p->packets, now_us);
        wire = e ? send_again(s, k, e, now_us) : send_padding(s, k, now_us);
        if (!wire)
            break;
        k->probes++;
        k->bytes += wire;
        gw_count_add(&s->counters->bytes_out, wire);
        gw_count(&s->counters->probes);
    }
    return due;
}
