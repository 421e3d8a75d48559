/* SPDX-License-Identifier: Apache-2.0 */
#include "media/write.h"

#include <string.h>

#include "media/sender.h"
#include "rtp/ext.h"
#include "rtp/red.h"
#include "rtp/vla.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

#define EXTENDED 0x10 /* the X bit of RFC 3550 5.1 */

/* --- header extensions -------------------------------------------------------------------------------------------- */

static void relay_span(struct gw_ext_builder *b, uint8_t id, const struct gw_packet *pkt, struct gw_span s)
{
    if (s.len)
        gw_ext_add(b, id, pkt->data + s.offset, s.len);
}

/* What the sender says of all its streams becomes what it says of this one. The same for each repetition, so it does
 * not depend on what the sink is allowed just now. */
static void add_allocation(struct gw_ext_builder *b, uint8_t id, const struct gw_packet *pkt)
{
    struct gw_span s = pkt->facts.layers_allocation;
    uint8_t value[GW_VLA_MOST];
    struct gw_vla v;
    int len;

    if (!id || !s.len || gw_vla_read(&v, pkt->data + s.offset, s.len))
        return;
    len = gw_vla_write(value, sizeof(value), &v, v.stream, GW_VLA_SPATIAL - 1, GW_VLA_TEMPORAL - 1);
    if (len > 0)
        gw_ext_add(b, id, value, (size_t)len);
}

/* What follows the packet. The dependency descriptor comes last: it may need the two-byte form. */
static void add_relayed(struct gw_ext_builder *b, const struct gw_sink *k, const struct gw_packet *pkt)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    const uint8_t *id = k->conf.ext;
    int32_t delay = f->playout_delay;

    if (k->source->playout_delay >= 0)
        delay = k->source->playout_delay;
    if (k->options.playout_delay >= 0)
        delay = k->options.playout_delay;
    if (f->audio_level >= 0)
        gw_ext_add_audio_level(b, id[GW_EXT_AUDIO_LEVEL], f->audio_level, f->voice);
    if (f->orientation >= 0)
        gw_ext_add_orientation(b, id[GW_EXT_ORIENTATION], (uint8_t)f->orientation);
    if (delay >= 0)
        gw_ext_add_playout_delay(b, id[GW_EXT_PLAYOUT_DELAY], delay);
    if (f->capture_ntp)
        gw_ext_add_capture_time(b, id[GW_EXT_ABS_CAPTURE_TIME], f->capture_ntp, f->capture_offset);
    add_allocation(b, id[GW_EXT_LAYERS_ALLOCATION], pkt);
    relay_span(b, id[GW_EXT_DEPENDENCY_DESCRIPTOR], pkt, f->dependency_descriptor);
}

/* What says something about this very transmission: made at the first one and repeated as it was, but new with RTX. */
static void add_transport(struct gw_ext_builder *b, struct gw_outgoing *o, struct gw_sender *s, int64_t now_us)
{
    const struct gw_sink *k = o->sink;
    const uint8_t *id = k->conf.ext;
    struct gw_sent *e = o->entry;
    bool repeat = o->again && !o->rtx;

    if (id[GW_EXT_ABS_SEND_TIME] && k->conf.kind == GW_VIDEO) {
        uint32_t time = repeat ? gw_get_u24(e->abs_time) : gw_abs_send_time(now_us);

        if (!o->again)
            gw_put_u24(e->abs_time, time);
        gw_ext_add_abs_send_time(b, id[GW_EXT_ABS_SEND_TIME], time);
    }
    if (id[GW_EXT_TRANSPORT_CC]) {
        o->twcc = repeat ? e->twcc : ++s->twcc_seq;
        o->twcc_used = !repeat;
        if (!o->again)
            e->twcc = o->twcc;
        if (gw_ext_add_transport_cc(b, id[GW_EXT_TRANSPORT_CC], o->twcc))
            o->twcc_at = (uint8_t)(b->pos - sizeof(o->twcc));
    }
}

static void add_extensions(struct gw_outgoing *o, struct gw_sender *s, int64_t now_us)
{
    const struct gw_sink *k = o->sink;
    struct gw_ext_builder b;
    bool wide;

    gw_ext_begin(&b, o->header, GW_RTP_FIXED, sizeof(o->header), k->conf.two_byte_ok);
    if (k->conf.mid[0])
        gw_ext_add_text(&b, k->conf.ext[GW_EXT_MID], k->conf.mid);
    add_transport(&b, o, s, now_us);
    wide = b.two_byte;
    add_relayed(&b, k, o->pkt);
    if (b.two_byte != wide)
        o->twcc_at = 0;
    o->header_len = (uint16_t)gw_ext_end(&b);
}

/* Do both packets bring the same for the header, and nothing that is longer than a comparison? */
static bool brings_same(const struct gw_rtp_facts *a, const struct gw_rtp_facts *b)
{
    return a->audio_level == b->audio_level && a->voice == b->voice && a->orientation == b->orientation &&
           a->playout_delay == b->playout_delay && !a->capture_ntp && !b->capture_ntp && !a->layers_allocation.len &&
           !b->layers_allocation.len && !a->dependency_descriptor.len && !b->dependency_descriptor.len;
}

static bool continues(const struct gw_outgoing *o, const struct gw_outgoing *prev)
{
    return prev && prev->sink == o->sink && !prev->again && !o->again &&
           (prev->twcc_at || !o->sink->conf.ext[GW_EXT_TRANSPORT_CC]) && brings_same(&prev->pkt->facts, &o->pkt->facts);
}

/* Packets of a frame differ in their fixed header and in the number for feedback: the rest is as in the one before. */
static void repeat_extensions(struct gw_outgoing *o, const struct gw_outgoing *prev, struct gw_sender *s)
{
    o->header_len = prev->header_len;
    memcpy(o->header + GW_RTP_FIXED, prev->header + GW_RTP_FIXED, prev->header_len - GW_RTP_FIXED);
    o->header[0] |= prev->header[0] & EXTENDED;
    memcpy(o->entry->abs_time, prev->entry->abs_time, sizeof(o->entry->abs_time));
    if (!prev->twcc_at)
        return;
    o->twcc_at = prev->twcc_at;
    o->twcc = o->entry->twcc = ++s->twcc_seq;
    o->twcc_used = true;
    gw_put_u16(o->header + o->twcc_at, o->twcc);
}

/* --- the packet --------------------------------------------------------------------------------------------------- */

/* RED for a line without it: the primary encoding is the last block. */
static bool unwrap_red(struct gw_outgoing *o)
{
    struct gw_red_block blocks[GW_RED_BLOCKS];
    int n = gw_red_split(blocks, GW_RED_BLOCKS, o->payload, o->payload_len);

    if (n <= 0)
        return false;
    o->payload = blocks[n - 1].data;
    o->payload_len = blocks[n - 1].len;
    return true;
}

static void write_fixed(struct gw_outgoing *o, uint8_t payload_type, uint16_t seq, uint32_t ssrc)
{
    o->header[0] = 2 << 6;
    o->header[1] = (uint8_t)(payload_type | (o->entry->marker ? 0x80 : 0));
    gw_put_u16(o->header + 2, seq);
    gw_put_u32(o->header + 4, o->entry->ts);
    gw_put_u32(o->header + 8, ssrc);
}

bool gw_outgoing_prepare(struct gw_outgoing *o, const struct gw_outgoing *prev, struct gw_sender *s, struct gw_sink *k,
                         struct gw_sent *e, bool again, int64_t now_us)
{
    const struct gw_packet *pkt = gw_sink_packet(k, e);
    uint8_t payload_type = k->conf.payload_type;

    if (!pkt)
        return false;
    o->sink = k;
    o->entry = e;
    o->pkt = pkt;
    o->payload = pkt->data + pkt->facts.payload.offset;
    o->payload_len = pkt->facts.payload.len;
    o->again = again;
    o->rtx = again && k->conf.rtx_payload_type && k->conf.rtx_ssrc;
    o->twcc_used = false;
    o->twcc_at = 0;
    o->pad = again && !o->rtx ? e->pad : 0;
    o->paddable = !again && k->conf.kind == GW_VIDEO;
    if (k->source->conf.red_payload_type && pkt->facts.payload_type == k->source->conf.red_payload_type) {
        if (k->conf.red_payload_type)
            payload_type = k->conf.red_payload_type;
        else if (!unwrap_red(o))
            return false;
    }
    if (o->rtx) {
        o->index = k->rtx_seq++;
        write_fixed(o, k->conf.rtx_payload_type, (uint16_t)o->index, k->conf.rtx_ssrc);
    } else {
        o->index = e->out_seq; /* 2^32 packets are some weeks: the upper half of the index stays 0 */
        write_fixed(o, payload_type, (uint16_t)e->out_seq, k->conf.ssrc);
    }
    if (continues(o, prev))
        repeat_extensions(o, prev, s);
    else
        add_extensions(o, s, now_us);
    if (o->pad)
        o->header[0] |= 1 << 5;
    return true;
}

size_t gw_outgoing_size(const struct gw_outgoing *o)
{
    return (size_t)o->header_len + (o->rtx ? 2 : 0) + o->payload_len + o->pad;
}

void gw_outgoing_pad(struct gw_outgoing *o, uint8_t n)
{
    if (!n)
        return;
    o->pad = o->entry->pad = n;
    o->header[0] |= 1 << 5;
}

static void patch_payload(const struct gw_outgoing *o, uint8_t *payload)
{
    const struct gw_rtp_facts *f = &o->pkt->facts;
    int32_t picture_id = f->picture_id >= 0 ? o->entry->picture_id : -1;
    int16_t tl0 = f->tl0_picidx >= 0 ? o->entry->tl0_picidx : -1;

    if (o->sink->conf.codec == GW_VP8)
        gw_vp8_patch(payload, o->payload_len, picture_id, tl0);
    else if (o->sink->conf.codec == GW_VP9)
        gw_vp9_patch(payload, o->payload_len, picture_id, tl0);
}

void gw_outgoing_write(const struct gw_outgoing *o, uint8_t *out)
{
    const struct gw_rtp_facts *f = &o->pkt->facts;
    uint8_t *p = out + o->header_len;

    memcpy(out, o->header, o->header_len);
    if (o->rtx) {
        gw_put_u16(p, (uint16_t)o->entry->out_seq);
        p += 2;
    }
    memcpy(p, o->payload, o->payload_len);
    if (f->picture_id >= 0 || f->tl0_picidx >= 0)
        patch_payload(o, p);
    if (o->pad) {
        p += o->payload_len;
        memset(p, 0, o->pad);
        p[o->pad - 1] = o->pad;
    }
}

uint16_t gw_outgoing_mark(const struct gw_outgoing *o)
{
    uint8_t picture = o->twcc_used ? gw_sink_mark(o->sink, o->entry, o->pkt->facts.keyframe, o->again) : 0;

    return picture ? (uint16_t)((o->sink->id & 0xff) << 8 | picture) : 0; /* the m-line is the id's low byte */
}
