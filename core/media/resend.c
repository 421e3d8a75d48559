/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer misses is sent again. */
#include "media/sender.h"
#include "media/sink.h"

#define RESEND_FIRST_MS 40
#define RESEND_MOST_MS  1000

/* Twice as long each time; where repetitions are lost as well, a round trip: who asks then asks for a good reason. */
static uint32_t resend_wait_ms(const struct gw_sender *s, unsigned resends)
{
    uint32_t wait = resends < 6 ? RESEND_FIRST_MS << (resends - 1) : RESEND_MOST_MS, round_trip = s->bwe.rtt_us / 1000;

    if (s->lossy && wait > round_trip)
        wait = round_trip > RESEND_FIRST_MS ? round_trip : RESEND_FIRST_MS;
    return wait < RESEND_MOST_MS ? wait : RESEND_MOST_MS;
}

void gw_sink_nack(struct gw_sink *k, uint16_t seq16, int64_t history_us, int64_t now_us)
{
    uint32_t seq = (uint32_t)k->out_highest + (uint32_t)(int32_t)(int16_t)(seq16 - (uint16_t)k->out_highest);
    struct gw_sent *e = gw_sink_entry(k, seq);
    const struct gw_packet *pkt = e ? gw_sink_packet(k, e) : NULL;
    uint32_t now_ms = (uint32_t)(now_us / 1000);
    struct gw_send_item item = {.sink = k, .out_seq = seq};

    k->nacks++;
    if (!k->conf.nack || !pkt || !e->sent_ms)
        return;
    if (e->cached ? (int64_t)(now_ms - e->sent_ms) * 1000 > history_us : now_us - pkt->arrival_us > history_us)
        return;
    if ((k->sender->forget_at_keyframe || k->limited) && (int32_t)(seq - k->keyframe_seq) < 0)
        return;
    if (k->limited && k->conf.kind == GW_VIDEO && k->layers.waiting)
        return; /* it would only delay the keyframe that is to come */
    if (e->resends && now_ms - e->sent_ms < resend_wait_ms(k->sender, e->resends))
        return;
    item.bytes = pkt->facts.payload.len + 42;
    e->sent_ms = now_ms ? now_ms : 1;
    if (e->resends < UINT8_MAX)
        e->resends++;
    gw_sender_push(k->sender, GW_SEND_RTX, &item, now_us);
}
