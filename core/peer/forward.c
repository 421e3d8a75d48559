/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forwarders: a source's packets leave as plain RTP (or SRTP, RFC 3711) to an address, as they came: same sequence
 * numbers, timestamps and extensions; payload type and SSRC are replaced where asked. A merged simulcast forwarder is
 * one continuous stream of the best layer instead.
 *
 * The far end may answer by RTCP from the address it was announced at: PLI and FIR become requests for a keyframe, a
 * NACK a repetition out of the source's history. Repetitions never exceed what was forwarded meanwhile, so nobody can
 * make us flood an address.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/forward.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

#define RESENT_MOST 20000 /* bytes that may be repeated before anything was forwarded again */
#define MESSAGE     1500  /* bytes of a datagram with a data-channel message */

static void add(_Atomic uint64_t *c, uint64_t n)
{
    gw_count_add(c, n);
}

/* --- a packet ----------------------------------------------------------------------------------------------------- */

struct out { /* how it is to leave */
    const struct gw_packet *pkt;
    unsigned layer;
    uint16_t seq;
    uint32_t ts, ssrc;
    bool marker;
    const struct gw_patch *patch; /* merged: picture ids */
};

static void patch_payload(const struct gw_forwarder *fw, const struct out *o, uint8_t *data)
{
    const struct gw_rtp_facts *f = &o->pkt->facts;
    uint8_t *payload = data + f->payload.offset;
    int32_t picture_id = f->picture_id >= 0 ? o->patch->picture_id : -1;
    int16_t tl0 = f->tl0_picidx >= 0 ? o->patch->tl0_picidx : -1;

    if (fw->track->m.codec == GW_VP8)
        gw_vp8_patch(payload, f->payload.len, picture_id, tl0);
    else if (fw->track->m.codec == GW_VP9)
        gw_vp9_patch(payload, f->payload.len, picture_id, tl0);
}

static void write_packet(const struct gw_forwarder *fw, const struct out *o, uint8_t *data)
{
    uint8_t type = fw->conf.payload_type < 0 ? o->pkt->facts.payload_type : (uint8_t)fw->conf.payload_type;

    memcpy(data, o->pkt->data, o->pkt->len);
    data[1] = (uint8_t)(type | (o->marker ? 0x80 : 0));
    gw_put_u16(data + 2, o->seq);
    gw_put_u32(data + 4, o->ts);
    gw_put_u32(data + 8, o->ssrc);
    if (o->patch)
        patch_payload(fw, o, data);
}

/* false: it did not leave. */
static bool send_packet(struct gw_forwarder *fw, const struct out *o)
{
    struct gw_srtp *srtp = fw->far->srtp;
    size_t overhead = srtp ? gw_srtp_overhead(srtp) : 0, len = o->pkt->len;
    uint64_t index = gw_seq_extend(&fw->seq[o->layer], o->seq);
    uint8_t *room;

    if (index < 1 << 16)
        return false; /* from before the first one: the far end knows no index for it */
    room = gw_plain_reserve(fw->port, &fw->conf.to, len + overhead + 16);
    if (!room) {
        add(&fw->conf.count->dropped, 1);
        return false;
    }
    write_packet(fw, o, room);
    if (srtp)
        gw_seal_rtp(fw->far->engine->sealer, srtp, room, o->pkt->facts.payload.offset, len, index - (1 << 16));
    gw_plain_commit(fw->port, &fw->conf.to, fw, len + overhead);
    add(&fw->conf.count->packets, 1);
    add(&fw->conf.count->bytes, len + overhead);
    return true;
}

static uint32_t out_ssrc(const struct gw_forwarder *fw, const struct gw_rtp_facts *f)
{
    uint32_t told = fw->conf.ssrc[fw->conf.layer > 0 ? 0 : f->layer];

    return told ? told : f->ssrc;
}

static void account(struct gw_forwarder *fw, unsigned layer, size_t len, size_t payload)
{
    fw->packets[layer]++;
    fw->octets[layer] += (uint32_t)payload;
    fw->allowance += (int64_t)len;
    if (fw->allowance > 10 * RESENT_MOST)
        fw->allowance = 10 * RESENT_MOST;
}

static void forward(struct gw_forwarder *fw, const struct gw_packet *pkt)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    struct out o = {.pkt = pkt,
                    .layer = f->layer,
                    .seq = (uint16_t)f->ext_seq,
                    .ts = f->timestamp,
                    .ssrc = out_ssrc(fw, f),
                    .marker = f->marker};

    if (fw->conf.layer >= 0 && f->layer != fw->conf.layer)
        return;
    if (fw->ssrc[f->layer] != o.ssrc)
        fw->seq[f->layer].highest = 0; /* a new stream for the far end */
    fw->ssrc[f->layer] = o.ssrc;
    if (send_packet(fw, &o))
        account(fw, f->layer, pkt->len, f->payload.len);
}

static void forward_merged(struct gw_forwarder *fw, const struct gw_packet *pkt, int64_t now_us)
{
    const struct gw_rtp_facts *f = &pkt->facts;
    struct gw_source *s = fw->track->source;
    struct gw_rewrite *r = &fw->rewrite;
    struct gw_layer_verdict v;
    struct gw_patch patch;
    struct out o = {.pkt = pkt, .patch = &patch, .ssrc = fw->conf.ssrc[0]};

    gw_layers_decide(&fw->layers, &s->view, f, now_us, &v);
    if (v.want_keyframe)
        gw_source_want_keyframe(s, GW_LAYERS_ALL, now_us);
    if (!v.pass) {
        if (r->mapped && f->ssrc == r->ssrc)
            gw_rewrite_drop(r, f, v.whole_frame);
        return;
    }
    if (v.switched || !r->mapped || r->ssrc != f->ssrc) {
        int64_t step = (pkt->arrival_us - r->newest_us) * (int64_t)s->conf.clock_rate / 1000000;

        gw_rewrite_switch(r, f, step > 0 ? (uint32_t)step : 1);
    }
    if (!gw_rewrite_pass(r, f, pkt->arrival_us, &patch))
        return;
    o.seq = (uint16_t)patch.seq;
    o.ts = patch.ts;
    o.marker = v.marker;
    fw->ssrc[0] = o.ssrc;
    if (send_packet(fw, &o))
        account(fw, 0, pkt->len, f->payload.len);
}

void gw_forward_packet(struct gw_track *t, const struct gw_packet *pkt, int64_t now_us)
{
    for (struct gw_forwarder *fw = t->forwarders; fw; fw = fw->next) {
        if (gw_forward_is_merged(fw))
            forward_merged(fw, pkt, now_us);
        else
            forward(fw, pkt);
    }
}

/* One datagram a message, never encrypted; between gateways behind an RTP header. */
void gw_forward_message(struct gw_track *t, const struct gw_data_blob *b)
{
    for (struct gw_forwarder *fw = t->forwarders; fw; fw = fw->next) {
        size_t head = fw->conf.ssrc[0] ? GW_RTP_FIXED : 0;
        size_t len = b->len > MESSAGE - head ? MESSAGE - head : b->len;
        uint8_t *room = gw_plain_reserve(fw->port, &fw->conf.to, head + len);

        if (!room) {
            add(&fw->conf.count->dropped, 1);
            continue;
        }
        if (head) {
            memset(room, 0, head);
            room[0] = 2 << 6;
            room[1] = b->binary ? 1 : 0;
            gw_put_u32(room + 8, fw->conf.ssrc[0]);
        }
        memcpy(room + head, gw_data_blob_data(b), len);
        gw_plain_commit(fw->port, &fw->conf.to, NULL, head + len);
        add(&fw->conf.count->packets, 1);
        add(&fw->conf.count->bytes, head + len);
    }
}

/* --- repetitions and reports -------------------------------------------------------------------------------------- */

void gw_forward_repeat(struct gw_forwarder *fw, unsigned layer, uint16_t seq)
{
    const struct gw_source_layer *l = fw->track->source->layer[layer];
    uint64_t newest = l ? l->reception.newest : 0;
    const struct gw_packet *pkt =
        l ? gw_history_get(&l->history, (uint32_t)(newest + (uint64_t)(int64_t)(int16_t)(seq - (uint16_t)newest)))
          : NULL;
    struct out o = {.pkt = pkt, .layer = layer, .seq = seq};

    if (!pkt || fw->allowance < (int64_t)pkt->len)
        return;
    o.ts = pkt->facts.timestamp;
    o.marker = pkt->facts.marker;
    o.ssrc = fw->ssrc[layer];
    fw->allowance -= (int64_t)pkt->len;
    if (!send_packet(fw, &o))
        return;
    add(&fw->conf.count->resent, 1);
    gw_count(&fw->far->engine->counters.retransmitted);
}

void gw_forward_tick(struct gw_track *t, int64_t now_us)
{
    for (struct gw_forwarder *fw = t->forwarders; fw; fw = fw->next) {
        bool reported = false;

        for (unsigned i = 0; fw->far->rtcp && i < GW_LAYER_COUNT; i++)
            if (fw->packets[i]) {
                gw_far_report(fw, i, now_us);
                reported = true;
            }
        if (fw->far->rtcp && !reported && fw == fw->far->first)
            gw_far_open(fw->far); /* nothing to say, but the way back stays open */
    }
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void tell_gone(struct gw_engine *e, gw_track_id source, uint64_t id)
{
    struct gw_news n = {.tag = GW_NEWS_FORWARD_GONE, .peer = gw_track_peer(source), .track = source};

    n.u.number = (int64_t)id;
    gw_engine_tell(e, &n);
}

static struct gw_forwarder *make(struct gw_engine *e, struct gw_track *t, struct gw_forward_conf *conf)
{
    struct gw_forwarder *fw = calloc(1, sizeof(*fw));
    uint32_t random;

    if (!fw)
        return NULL;
    fw->track = t;
    fw->port = gw_plain_sender(e->plain);
    fw->far = fw->port ? gw_far_get(e, conf) : NULL;
    if (!fw->far) {
        free(fw);
        return NULL;
    }
    fw->conf = *conf;
    fw->allowance = RESENT_MOST;
    gw_layers_init(&fw->layers);
    gw_dtls_random(&random, sizeof(random));
    gw_rewrite_init(&fw->rewrite, random & 0x7fff, random * 2654435761u);
    fw->rewrite.compact_pics = t->m.codec == GW_VP8;
    fw->next_far = fw->far->first;
    fw->far->first = fw;
    fw->next = t->forwarders;
    t->forwarders = fw;
    g_hash_table_insert(e->forwarders, &fw->conf.id, fw);
    return fw;
}

void gw_forward_new(struct gw_engine *e, const struct gw_order *o, int64_t now_us)
{
    struct gw_peer *p = e->plain ? gw_engine_find(e, gw_track_peer(o->track)) : NULL;
    struct gw_track *t = p ? gw_track_get(p, gw_track_mindex(o->track)) : NULL;
    struct gw_forwarder *fw = t ? make(e, t, o->u.forward) : NULL;
    struct gw_order rest = *o;

    if (!fw) {
        tell_gone(e, o->track, o->u.forward->id);
    } else {
        gw_track_note_listeners(t);
        if (fw->far->rtcp && fw == fw->far->first && !fw->next_far)
            gw_far_open(fw->far);
        if (t->source) {
            gw_layers_restart(&fw->layers, now_us);
            gw_source_want_keyframe(t->source, GW_LAYERS_ALL, now_us);
        }
    }
    gw_order_drop(&rest);
}

static void unhook(struct gw_forwarder *fw)
{
    struct gw_forwarder **at = &fw->track->forwarders;

    while (*at != fw)
        at = &(*at)->next;
    *at = fw->next;
    at = &fw->far->first;
    while (*at != fw)
        at = &(*at)->next_far;
    *at = fw->next_far;
}

static void end(struct gw_forwarder *fw)
{
    struct gw_engine *e = fw->far->engine;

    unhook(fw);
    g_hash_table_remove(e->forwarders, &fw->conf.id);
    gw_plain_flush(e->plain); /* what is still being sealed uses the keys */
    if (!fw->far->first)
        gw_far_free(fw->far);
    gw_track_note_listeners(fw->track);
    tell_gone(e, gw_track_id_of(fw->track), fw->conf.id);
    free(fw);
}

void gw_forward_stop(struct gw_engine *e, uint64_t id)
{
    struct gw_forwarder *fw = g_hash_table_lookup(e->forwarders, &id);

    if (fw)
        end(fw);
}

void gw_forward_end(struct gw_track *t)
{
    while (t->forwarders)
        end(t->forwarders);
}
