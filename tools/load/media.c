/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic media as browsers shape it: the packets of a frame leave in one burst and differ by one byte at most. */
#include <string.h>
#include <sys/socket.h>

#include "load.h"
#include "rtp/ext.h"
#include "rtp/rtp.h"

#define MOST_PAYLOAD 1100
#define AUDIO_BYTES  100
#define EXT_MID      4
#define EXT_RID      10

static const char *const rids[LAYERS] = {"q", "h", "f"};
static const unsigned parts[LAYERS] = {1, 2, 4}; /* of seven */

static void begin(struct outgoing *o, uint32_t ssrc)
{
    *o = (struct outgoing){.ssrc = ssrc, .seq = 1, .keyframe = true}; /* SRTP begins in the first cycle */
    gw_dtls_random(&o->picture_id, sizeof(o->picture_id));
    o->picture_id &= 0x7fff;
}

void media_start(struct publisher *p, uint32_t ssrc, int64_t now)
{
    uint16_t phase;

    gw_dtls_random(&phase, sizeof(phase));
    p->next_audio_us = now + phase % 20000;
    p->next_video_us = now + phase % (1000000 / option.fps); /* not all at the same moment */
    begin(&p->audio, ssrc);
    p->n_video = option.simulcast ? LAYERS : 1;
    for (unsigned i = 0; i < p->n_video; i++) {
        struct outgoing *o = &p->video[i];

        begin(o, ssrc + 1 + i);
        o->rid = option.simulcast ? rids[i] : NULL;
        o->bitrate = option.simulcast ? (unsigned)option.bitrate / 7 * parts[i] : (unsigned)option.bitrate;
        o->width = option.simulcast ? 320u << i : 1280;
        o->height = option.simulcast ? 180u << i : 720;
    }
}

void media_keyframe(struct publisher *p, uint32_t ssrc)
{
    for (unsigned i = 0; i < p->n_video; i++)
        if ((!ssrc || option.simulcast || p->video[i].ssrc == ssrc) && !p->video[i].keyframe_us)
            p->video[i].keyframe_us = now_us() + option.keyframe_delay * 1000;
}

static size_t put_header(struct peer *peer, struct outgoing *o, uint8_t *out, size_t cap, int pt, bool marker)
{
    struct publisher *p = peer->publisher;
    const struct remote *r = &peer->remote;
    struct gw_ext_builder b;

    out[0] = 0x80;
    out[1] = (uint8_t)(pt | (marker ? 0x80 : 0));
    gw_put_u16(out + 2, (uint16_t)o->seq);
    gw_put_u32(out + 4, o->ts);
    gw_put_u32(out + 8, o->ssrc);
    gw_ext_begin(&b, out, 12, cap, false);
    if (o->rid) {
        gw_ext_add_text(&b, EXT_MID, r->video_mid);
        gw_ext_add_text(&b, EXT_RID, o->rid);
    }
    if (r->twcc_ext)
        gw_ext_add_transport_cc(&b, (uint8_t)r->twcc_ext, p->twcc++);
    return gw_ext_end(&b);
}

static void transmit(struct peer *peer, struct outgoing *o, uint8_t *packet, size_t header, size_t len)
{
    gw_seal_rtp(sealer, peer->srtp, packet, header, len, o->seq++);
    gw_seal_flush(sealer);
    len += gw_srtp_overhead(peer->srtp);
    send(peer->fd, packet, len, 0);
    peer->publisher->packets++;
    peer->publisher->bytes += len;
}

static void send_audio(struct peer *peer)
{
    struct outgoing *o = &peer->publisher->audio;
    uint8_t packet[300] = {0};
    size_t n = put_header(peer, o, packet, sizeof(packet), 111, false);

    packet[n] = 0xfc; /* Opus TOC: fullband, 20 ms, stereo, one frame */
    stamp(packet + n + AUDIO_BYTES - STAMP, now_us());
    transmit(peer, o, packet, n, n + AUDIO_BYTES);
    o->ts += 960;
}

/* --- what a frame's packets begin with ---------------------------------------------------------------------------- */

/* RFC 7741: X, I with 15 bits, L, T; S on the first packet; then the frame's own header. */
static void shape_vp8(struct outgoing *o, uint8_t *out, bool first, bool last)
{
    out[0] = (uint8_t)(0x80 | (first ? 0x10 : 0));
    out[1] = 0xe0;
    out[2] = (uint8_t)(0x80 | (o->picture_id >> 8 & 0x7f));
    out[3] = (uint8_t)o->picture_id;
    out[4] = o->tl0;
    out[5] = 0x20;
    if (!first)
        return;
    out[6] = o->keyframe ? 0x10 : 0x11;
    out[7] = 0x02;
    out[8] = 0x00;
    if (!o->keyframe)
        return;
    memcpy(out + 9, "\x9d\x01\x2a", 3);
    out[12] = (uint8_t)o->width;
    out[13] = (uint8_t)(o->width >> 8);
    out[14] = (uint8_t)o->height;
    out[15] = (uint8_t)(o->height >> 8);
}

/* RFC 9628, flexible mode off: I with 15 bits, P unless a keyframe, B, E. */
static void shape_vp9(struct outgoing *o, uint8_t *out, bool first, bool last)
{
    out[0] = (uint8_t)(0x80 | (o->keyframe ? 0 : 0x40) | (first ? 0x08 : 0) | (last ? 0x04 : 0));
    out[1] = (uint8_t)(0x80 | (o->picture_id >> 8 & 0x7f));
    out[2] = (uint8_t)o->picture_id;
}

/* RFC 6184: one slice in FU-A fragments, or in one packet. */
static void shape_h264(struct outgoing *o, uint8_t *out, bool first, bool last)
{
    uint8_t type = o->keyframe ? 5 : 1;

    if (first && last) {
        out[0] = 0x60 | type;
        return;
    }
    out[0] = 0x60 | 28;
    out[1] = (uint8_t)((first ? 0x80 : 0) | (last ? 0x40 : 0) | type);
}

/* The AV1 RTP specification §4.4: Z, Y, W = 1, N; then an OBU of type frame. */
static void shape_av1(struct outgoing *o, uint8_t *out, bool first, bool last)
{
    out[0] = (uint8_t)((first ? 0 : 0x80) | (last ? 0 : 0x40) | 0x10 | (first && o->keyframe ? 0x08 : 0));
    if (first)
        out[1] = o->keyframe ? 0x08 : 0x30; /* a sequence header comes first in a coded video sequence */
}

static void (*shape(void))(struct outgoing *, uint8_t *, bool, bool)
{
    static const struct {
        const char *name;
        void (*shape)(struct outgoing *, uint8_t *, bool, bool);
    } table[] = {{"vp9", shape_vp9}, {"h264", shape_h264}, {"av1", shape_av1}};

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (!strcmp(option.codec, table[i].name))
            return table[i].shape;
    return shape_vp8;
}

/* SPS and PPS before a keyframe, as encoders send them: one STAP-A. */
static void send_parameter_sets(struct peer *peer, struct outgoing *o, int64_t now)
{
    static const uint8_t sets[] = {0x78, 0,    9,    0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01,
                                   0x40, 0x16, 0xe9, 0,    4,    0x68, 0xce, 0x3c, 0x80};
    uint8_t packet[200];
    size_t n = put_header(peer, o, packet, sizeof(packet), 96, false);

    memcpy(packet + n, sets, sizeof(sets));
    transmit(peer, o, packet, n, n + sizeof(sets));
}

static void send_frame(struct peer *peer, struct outgoing *o)
{
    int64_t now = now_us();
    size_t bytes = o->bitrate / 8 / (unsigned)option.fps, packets, small, larger;

    if (o->keyframe_us && o->keyframe_us <= now) {
        o->keyframe = true;
        o->keyframe_us = 0;
    }
    if (bytes < 64)
        bytes = 64;
    packets = (bytes + MOST_PAYLOAD - 1) / MOST_PAYLOAD;
    small = bytes / packets;
    larger = bytes % packets;
    if (o->keyframe && shape() == shape_h264)
        send_parameter_sets(peer, o, now);
    for (size_t i = 0; i < packets; i++) {
        uint8_t packet[1500];
        size_t len = small + (i >= packets - larger), n; /* the shorter ones first */

        memset(packet, 0x5a, sizeof(packet));
        n = put_header(peer, o, packet, sizeof(packet), 96, i == packets - 1);
        shape()(o, packet + n, !i, i == packets - 1);
        stamp(packet + n + len - STAMP, now);
        transmit(peer, o, packet, n, n + len);
    }
    peer->publisher->keyframes += o->keyframe;
    o->picture_id = (o->picture_id + 1) & 0x7fff;
    o->tl0++;
    o->keyframe = false;
    o->ts += 90000 / (unsigned)option.fps;
}

void media_send(struct peer *peer, int64_t now)
{
    struct publisher *p = peer->publisher;

    while (p->next_audio_us <= now) {
        if (!option.silent)
            send_audio(peer);
        p->next_audio_us += 20000;
    }
    while (p->next_video_us <= now) {
        for (unsigned i = 0; i < p->n_video; i++)
            send_frame(peer, &p->video[i]);
        p->next_video_us += 1000000 / option.fps;
    }
}
