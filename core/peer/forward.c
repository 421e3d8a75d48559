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
#include "media/sync.h"
#include "peer/state.h"
#include "rtcp/stats.h"
#include "rtp/vp8.h"
#include "rtp/vp9.h"

#define NACKS_MOST  256
#define RESENT_MOST 20000 /* bytes that may be repeated before anything was forwarded again */
#define PINHOLES    2     /* empty RTP packets to the RTCP address, at first */
#define MESSAGE     1500  /* bytes of a datagram with a data-channel message */

/* What forwarders to one far end share. */
struct gw_far {
    struct gw_engine *engine;   /* borrowed */
    struct gw_plain_port *rtcp; /* owned; NULL: no RTCP */
    struct gw_address rtcp_to;
    struct gw_srtp *srtp; /* owned; NULL: not encrypted */
    struct gw_forwarder *first;
};

struct gw_forwarder {
    /* given at creation */
    struct gw_forward_conf conf;
    /* borrowed */
    struct gw_track *track;
    struct gw_far *far;
    struct gw_plain_port *port;
    /* state */
    struct gw_layers layers; /* merged: which one, and under which numbers */
    struct gw_rewrite rewrite;
    struct gw_seq seq[GW_LAYER_COUNT]; /* what the far end makes of our numbers: the SRTP index */
    uint32_t ssrc[GW_LAYER_COUNT];     /* in use */
    int64_t allowance;                 /* bytes that may be repeated */
    uint32_t packets[GW_LAYER_COUNT], octets[GW_LAYER_COUNT];
    struct gw_forwarder *next, *next_far;
};

static void add(_Atomic uint64_t *c, uint64_t n)
{
    gw_count_add(c, n);
}

/* --- a packet --- */

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
        if (fw->conf.merge && t->source->conf.simulcast)
            forward_merged(fw, pkt, now_us);
        else
            forward(fw, pkt);
    }
}

/* One datagram a message, never encrypted; between gateways behind an RTP header. */
void gw_forward_message(struct gw_track *t, const struct gw_sctp_message *m)
{
    for (struct gw_forwarder *fw = t->forwarders; fw; fw = fw->next) {
        size_t head = fw->conf.ssrc[0] ? GW_RTP_FIXED : 0;
        size_t len = m->len > MESSAGE - head ? MESSAGE - head : m->len;
        uint8_t *room = gw_plain_reserve(fw->port, &fw->conf.to, head + len);

        if (!room) {
            add(&fw->conf.count->dropped, 1);
            continue;
        }
        if (head) {
            memset(room, 0, head);
            room[0] = 2 << 6;
            room[1] = m->binary ? 1 : 0;
            gw_put_u32(room + 8, fw->conf.ssrc[0]);
        }
        memcpy(room + head, m->data, len);
        gw_plain_commit(fw->port, &fw->conf.to, NULL, head + len);
        add(&fw->conf.count->packets, 1);
        add(&fw->conf.count->bytes, head + len);
    }
}

/* --- RTCP from the far end --- */

static struct gw_forwarder *find_stream(const struct gw_far *far, uint32_t ssrc, unsigned *layer)
{
    for (struct gw_forwarder *fw = far->first; ssrc && fw; fw = fw->next_far)
        for (*layer = 0; *layer < GW_LAYER_COUNT; (*layer)++)
            if (fw->ssrc[*layer] == ssrc)
                return fw;
    return NULL;
}

static void want_keyframe(struct gw_forwarder *fw, int64_t now_us)
{
    if (!fw || !fw->track->source)
        return;
    add(&fw->conf.count->keyframes, 1);
    gw_count(&fw->far->engine->counters.plis_in);
    gw_source_want_keyframe(fw->track->source, GW_LAYERS_ALL, now_us);
}

/* A far end that names nobody we know, or whose SSRC is not settled yet, means the first video stream. */
static struct gw_forwarder *any_video(const struct gw_far *far)
{
    for (struct gw_forwarder *fw = far->first; fw; fw = fw->next_far)
        if (fw->track->m.kind == GW_VIDEO)
            return fw;
    return NULL;
}

static void keyframe_for(struct gw_far *far, uint32_t ssrc, int64_t now_us)
{
    unsigned layer;
    struct gw_forwarder *fw = find_stream(far, ssrc, &layer);

    want_keyframe(fw ? fw : any_video(far), now_us);
}

static void repeat(struct gw_forwarder *fw, unsigned layer, uint16_t seq)
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

static void nack(struct gw_far *far, const struct gw_rtcp_packet *pkt)
{
    struct gw_rtcp_feedback head;
    uint16_t seqs[NACKS_MOST];
    int n = gw_rtcp_read_nack(pkt, &head, seqs, NACKS_MOST);
    struct gw_forwarder *fw;
    unsigned layer;

    if (n <= 0 || !(fw = find_stream(far, head.media_ssrc, &layer)) || !fw->track->source ||
        (fw->conf.merge && fw->track->source->conf.simulcast))
        return; /* a merged stream has numbers of its own, and nothing remembers them */
    gw_count_add(&far->engine->counters.nacks_in, (uint64_t)n);
    for (int i = 0; i < n; i++)
        repeat(fw, layer, seqs[i]);
}

static void payload_feedback(struct gw_far *far, const struct gw_rtcp_packet *pkt, int64_t now_us)
{
    struct gw_rtcp_feedback head;
    uint32_t ssrc;
    uint8_t seq;

    if (pkt->count == GW_PSFB_PLI && !gw_rtcp_read_pli(pkt, &head))
        keyframe_for(far, head.media_ssrc, now_us);
    for (unsigned i = 0; pkt->count == GW_PSFB_FIR && i < 32 && gw_rtcp_read_fir(pkt, i, &ssrc, &seq) == 1; i++)
        keyframe_for(far, ssrc, now_us);
}

static void feedback(struct gw_far *far, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_rtcp_packet pkt;
    struct gw_rtcp_iter it;

    if (gw_rtcp_check(data, len)) {
        gw_count(&far->engine->counters.drops_rtcp);
        return;
    }
    add(&far->first->conf.count->rtcp, 1);
    gw_rtcp_begin(&it, data, len);
    while (gw_rtcp_next(&it, &pkt)) {
        if (pkt.type == GW_RTCP_RTPFB && pkt.count == GW_RTPFB_NACK)
            nack(far, &pkt);
        else if (pkt.type == GW_RTCP_PSFB)
            payload_feedback(far, &pkt, now_us);
    }
}

static void on_rtcp(void *owner, struct gw_packet *pkt, const struct gw_address *from, int64_t now_us)
{
    struct gw_far *far = owner;
    struct gw_counters *c = &far->engine->counters;
    size_t len = pkt->len;

    far->engine->now_us = now_us;
    if (!gw_address_same_ip(from, &far->rtcp_to) || gw_datagram_kind(pkt->data, len) != GW_DATAGRAM_RTCP || !far->first)
        gw_count(&c->drops_rtcp);
    else if (far->srtp && gw_srtp_open_rtcp(far->srtp, pkt->data, &len))
        gw_count(&c->drops_srtp);
    else
        feedback(far, pkt->data, len, now_us);
    gw_packet_unref(pkt);
}

/* --- RTCP to the far end --- */

static void send_rtcp(struct gw_far *far, const uint8_t *data, size_t len, bool seal)
{
    uint8_t *room = gw_plain_reserve(far->rtcp, &far->rtcp_to, len + GW_SRTP_OVERHEAD);

    if (!room)
        return;
    memcpy(room, data, len);
    if (seal && far->srtp && gw_srtp_seal_rtcp(far->srtp, room, &len, len + GW_SRTP_OVERHEAD))
        return;
    gw_plain_commit(far->rtcp, &far->rtcp_to, NULL, len);
}

static void open_pinhole(struct gw_far *far)
{
    const uint8_t empty[GW_RTP_FIXED] = {2 << 6};

    for (unsigned i = 0; i < PINHOLES; i++)
        send_rtcp(far, empty, sizeof(empty), false);
}

/* Where the stream is now: by the sender's own report, else by its newest packet. */
static bool timestamp_now(const struct gw_forwarder *fw, unsigned layer, int64_t now_us, uint32_t *ts)
{
    const struct gw_source *s = fw->track->source;
    const struct gw_source_layer *l = s ? s->layer[layer] : NULL;
    const struct gw_packet *newest = l ? gw_history_get(&l->history, (uint32_t)l->reception.newest) : NULL;

    if (l && l->sync.valid)
        *ts = gw_sync_rtp_at(&l->sync, now_us, s->conf.clock_rate);
    else if (newest)
        *ts =
            newest->facts.timestamp + (uint32_t)((now_us - newest->arrival_us) * (int64_t)s->conf.clock_rate / 1000000);
    else
        return false;
    return true;
}

static void report(struct gw_forwarder *fw, unsigned layer, int64_t now_us)
{
    struct gw_rtcp_sr sr = {.ssrc = fw->ssrc[layer],
                            .ntp = gw_ntp_from_us(now_us),
                            .packets = fw->packets[layer],
                            .octets = fw->octets[layer]};
    uint8_t data[128];
    struct gw_writer w = gw_writer_make(data, sizeof(data));

    if (fw->conf.merge && fw->track->source && fw->track->source->conf.simulcast)
        sr.rtp_timestamp = fw->rewrite.out_ts + (uint32_t)((now_us - fw->rewrite.newest_us) *
                                                           (int64_t)fw->track->source->conf.clock_rate / 1000000);
    else if (!timestamp_now(fw, layer, now_us, &sr.rtp_timestamp))
        return;
    gw_rtcp_write_sr(&w, &sr, NULL, 0);
    gw_rtcp_write_sdes(&w, sr.ssrc, "janus");
    send_rtcp(fw->far, data, w.pos, true);
}

void gw_forward_tick(struct gw_track *t, int64_t now_us)
{
    for (struct gw_forwarder *fw = t->forwarders; fw; fw = fw->next) {
        bool reported = false;

        for (unsigned i = 0; fw->far->rtcp && i < GW_LAYER_COUNT; i++)
            if (fw->packets[i]) {
                report(fw, i, now_us);
                reported = true;
            }
        if (fw->far->rtcp && !reported && fw == fw->far->first)
            open_pinhole(fw->far); /* nothing to say, but the way back stays open */
    }
}

/* --- life --- */

static void far_free(struct gw_far *far)
{
    gw_plain_remove(far->rtcp);
    gw_seal_flush(far->engine->sealer);
    gw_srtp_free(far->srtp);
    free(far);
}

/* The far end of another forwarder, or a new one. Takes conf->rtcp_fd. */
static struct gw_far *get_far(struct gw_engine *e, struct gw_forward_conf *conf)
{
    const struct gw_forwarder *beside = g_hash_table_lookup(e->forwarders, &conf->beside);
    struct gw_far *far;
    int fd = conf->rtcp_fd, err = 0;

    if (beside)
        return beside->far;
    far = calloc(1, sizeof(*far));
    if (!far)
        return NULL;
    far->engine = e;
    far->rtcp_to = conf->rtcp_to;
    conf->rtcp_fd = -1;
    if (fd >= 0)
        err = gw_plain_add(&far->rtcp, e->plain, fd, on_rtcp, far);
    if (!err && conf->profile)
        err = gw_srtp_new(&far->srtp, e->sealer, conf->profile, conf->key, conf->key, sizeof(conf->key));
    if (!err)
        return far;
    far_free(far);
    return NULL;
}

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
    fw->far = fw->port ? get_far(e, conf) : NULL;
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
            open_pinhole(fw->far);
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
        far_free(fw->far);
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
