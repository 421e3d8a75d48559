/* SPDX-License-Identifier: Apache-2.0 */
/* RTCP of the clients. */
#include <string.h>
#include <sys/socket.h>

#include "load.h"
#include "rtcp/rtcp.h"

#define OWN_SSRC 7
#define ROOM     1400

static void transmit(struct peer *p, struct gw_writer *w)
{
    size_t len = w->pos;

    if (w->failed || !len || !p->srtp || gw_srtp_seal_rtcp(p->srtp, w->data, &len, ROOM))
        return;
    send(p->fd, w->data, len, 0);
    p->feedback_bytes += len;
}

/* What the server asks of publishers. */
void feedback_read(struct peer *p, uint8_t *data, size_t len)
{
    struct gw_rtcp_packet packet;
    struct gw_rtcp_feedback head;
    struct gw_rtcp_iter it;
    uint32_t ssrc;
    uint8_t seq;

    if (!p->publisher || !p->srtp || gw_srtp_open_rtcp(p->srtp, data, &len))
        return;
    for (gw_rtcp_begin(&it, data, len); gw_rtcp_next(&it, &packet);) {
        if (packet.type == GW_RTCP_RTPFB && packet.count == GW_RTPFB_NACK)
            p->nacks++;
        if (packet.type != GW_RTCP_PSFB)
            continue;
        if (packet.count == GW_PSFB_PLI && !gw_rtcp_read_pli(&packet, &head)) {
            media_keyframe(p->publisher, head.media_ssrc);
            p->plis++;
        } else if (packet.count == GW_PSFB_FIR && gw_rtcp_read_fir(&packet, 0, &ssrc, &seq) == 1) {
            media_keyframe(p->publisher, ssrc);
            p->plis++;
        }
    }
}

void feedback_nack(struct peer *p, struct stream *s)
{
    uint8_t buf[ROOM];
    struct gw_writer w = gw_writer_make(buf, ROOM - 40);

    gw_rtcp_write_nack(&w, OWN_SSRC, s->ssrc, s->missing, s->n_missing);
    p->nacks += s->n_missing;
    transmit(p, &w);
}

void feedback_pli(struct peer *p, uint32_t ssrc)
{
    uint8_t buf[ROOM];
    struct gw_writer w = gw_writer_make(buf, ROOM - 40);

    gw_rtcp_write_pli(&w, OWN_SSRC, ssrc);
    p->plis++;
    transmit(p, &w);
}

static size_t blocks_of(struct peer *p, struct gw_rtcp_report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < STREAMS; i++) {
        struct stream *s = &p->in[i];
        uint64_t lost = s->lost - s->told_lost, expected = s->packets - s->told_packets + lost;

        if (!s->seen || s->rtx)
            continue;
        if (s->lost < s->told_lost)
            lost = 0;
        r[n++] = (struct gw_rtcp_report){.ssrc = s->ssrc,
                                         .fraction = (uint8_t)(expected ? lost * 255 / expected : 0),
                                         .lost = (int32_t)s->lost,
                                         .highest_seq = (uint32_t)s->next - (1u << 16) - 1,
                                         .jitter = (uint32_t)s->jitter};
        s->told_lost = s->lost;
        s->told_packets = s->packets;
    }
    return n;
}

void feedback_report(struct peer *p, int64_t now)
{
    struct gw_rtcp_report blocks[STREAMS];
    uint8_t buf[ROOM];
    struct gw_writer w = gw_writer_make(buf, ROOM - 40);
    const struct publisher *pub = p->publisher;

    if (pub) {
        const struct outgoing *all[1 + LAYERS] = {&pub->audio, &pub->video[0], &pub->video[1], &pub->video[2]};

        for (unsigned i = 0; i <= pub->n_video; i++) {
            const struct gw_rtcp_sr sr = {.ssrc = all[i]->ssrc,
                                          .ntp = ((uint64_t)(now / 1000000) << 32) +
                                                 (((uint64_t)(now % 1000000) << 32) / 1000000),
                                          .rtp_timestamp = all[i]->ts,
                                          .packets = (uint32_t)all[i]->seq};

            gw_rtcp_write_sr(&w, &sr, NULL, 0);
        }
    } else {
        size_t n = blocks_of(p, blocks);

        gw_rtcp_write_rr(&w, OWN_SSRC, blocks, n);
        if (n && strstr(option.feedback, "remb"))
            gw_rtcp_write_remb(&w, OWN_SSRC, 50000000, &blocks[0].ssrc, 1);
    }
    transmit(p, &w);
}

void feedback_twcc(struct peer *p)
{
    while (gw_twcc_table_is_pending(p->twcc)) {
        uint8_t buf[ROOM];
        struct gw_writer w = gw_writer_make(buf, ROOM - 40);

        if (gw_twcc_table_write(p->twcc, &w, OWN_SSRC, p->in[0].ssrc) <= 0)
            return;
        transmit(p, &w);
    }
}
