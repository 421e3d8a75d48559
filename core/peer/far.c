/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTCP of forwarders. In: PLI and FIR become requests for a keyframe, a NACK becomes repetitions; only from the address
 * that was announced. Out: sender reports, so that sound and pictures stay together at the far end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "media/sync.h"
#include "peer/forward.h"
#include "rtcp/stats.h"

#define NACKS_MOST 256
#define PINHOLES   2 /* empty RTP packets to the RTCP address */

/* --- RTCP from the far end ---------------------------------------------------------------------------------------- */

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
    gw_count_add(&fw->conf.count->keyframes, 1);
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

static void nack(struct gw_far *far, const struct gw_rtcp_packet *pkt)
{
    struct gw_rtcp_feedback head;
    uint16_t seqs[NACKS_MOST];
    int n = gw_rtcp_read_nack(pkt, &head, seqs, NACKS_MOST);
    struct gw_forwarder *fw;
    unsigned layer;

    if (n <= 0 || !(fw = find_stream(far, head.media_ssrc, &layer)) || !fw->track->source || gw_forward_is_merged(fw))
        return; /* a merged stream has numbers of its own, and nothing remembers them */
    gw_count_add(&far->engine->counters.nacks_in, (uint64_t)n);
    for (int i = 0; i < n; i++)
        gw_forward_repeat(fw, layer, seqs[i]);
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
    gw_count_add(&far->first->conf.count->rtcp, 1);
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

/* --- RTCP to the far end ------------------------------------------------------------------------------------------ */

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

void gw_far_open(struct gw_far *far)
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

void gw_far_report(struct gw_forwarder *fw, unsigned layer, int64_t now_us)
{
    struct gw_rtcp_sr sr = {.ssrc = fw->ssrc[layer],
                            .ntp = gw_ntp_from_us(now_us),
                            .packets = fw->packets[layer],
                            .octets = fw->octets[layer]};
    uint8_t data[128];
    struct gw_writer w = gw_writer_make(data, sizeof(data));

    if (gw_forward_is_merged(fw))
        sr.rtp_timestamp = fw->rewrite.out_ts + (uint32_t)((now_us - fw->rewrite.newest_us) *
                                                           (int64_t)fw->track->source->conf.clock_rate / 1000000);
    else if (!timestamp_now(fw, layer, now_us, &sr.rtp_timestamp))
        return;
    gw_rtcp_write_sr(&w, &sr, NULL, 0);
    gw_rtcp_write_sdes(&w, sr.ssrc, "janus");
    send_rtcp(fw->far, data, w.pos, true);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

void gw_far_free(struct gw_far *far)
{
    gw_plain_remove(far->rtcp);
    gw_seal_flush(far->engine->sealer);
    gw_srtp_free(far->srtp);
    free(far);
}

struct gw_far *gw_far_get(struct gw_engine *e, struct gw_forward_conf *conf)
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
    gw_far_free(far);
    return NULL;
}
