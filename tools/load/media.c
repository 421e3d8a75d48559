/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic media as browsers shape it: the packets of a frame leave in one burst and differ by one byte at most. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "load.h"

#define MOST_PAYLOAD 1100
#define STAMP_AT     16 /* offset of the time stamp in the payload, behind any descriptor */
#define AUDIO_BYTES  100

struct latency latency;

static size_t header(uint8_t *out, uint8_t pt, bool marker, uint64_t seq, uint32_t ts, uint32_t ssrc)
{
    uint32_t words[2] = {htonl(ts), htonl(ssrc)};

    out[0] = 0x80;
    out[1] = (uint8_t)(pt | (marker ? 0x80 : 0));
    out[2] = (uint8_t)(seq >> 8);
    out[3] = (uint8_t)seq;
    memcpy(out + 4, words, 8);
    return 12;
}

static void transmit(struct publisher *p, uint8_t *packet, size_t len, uint64_t seq)
{
    gw_seal_rtp(p->peer.sealer, p->peer.srtp, packet, 12, len, seq);
    gw_seal_flush(p->peer.sealer);
    len += gw_srtp_overhead(p->peer.srtp);
    send(p->peer.fd, packet, len, 0);
    p->sent_packets++;
    p->sent_bytes += len;
}

static void stamp(uint8_t *payload, int64_t now)
{
    memcpy(payload + STAMP_AT, "stmp", 4);
    memcpy(payload + STAMP_AT + 4, &now, 8);
}

static void send_audio(struct publisher *p, int64_t now)
{
    uint8_t packet[256] = {0};
    size_t n = header(packet, 111, false, p->audio_seq, p->audio_ts, p->audio_ssrc);

    stamp(packet + n, now);
    transmit(p, packet, n + AUDIO_BYTES, p->audio_seq++);
    p->audio_ts += 960;
}

/* VP8 payload descriptor (RFC 7741): X, I with 15 bits, L, T; S on the first packet of a frame. */
static size_t descriptor(struct publisher *p, uint8_t *out, bool first)
{
    out[0] = (uint8_t)(0x80 | (first ? 0x10 : 0));
    out[1] = 0xe0;
    out[2] = (uint8_t)(0x80 | (p->picture_id >> 8 & 0x7f));
    out[3] = (uint8_t)p->picture_id;
    out[4] = p->tl0;
    out[5] = 0x20;
    if (first) {
        static const uint8_t key[10] = {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01}; /* 640x480 */

        memcpy(out + 6, key, sizeof(key));
        if (!p->keyframe)
            out[6] |= 1;
    }
    return 6;
}

static void send_frame(struct publisher *p, size_t bytes, int64_t now)
{
    size_t packets = (bytes + MOST_PAYLOAD - 1) / MOST_PAYLOAD, small = bytes / packets, larger = bytes % packets;

    for (size_t i = 0; i < packets; i++) {
        uint8_t packet[1500];
        size_t len = small + (i >= packets - larger), n;

        memset(packet, 0x5a, sizeof(packet));
        n = header(packet, 96, i == packets - 1, p->video_seq, p->video_ts, p->video_ssrc);
        descriptor(p, packet + n, !i);
        stamp(packet + n, now);
        transmit(p, packet, n + len, p->video_seq++);
    }
    p->picture_id = (p->picture_id + 1) & 0x7fff;
    p->tl0++;
    p->keyframe = false;
}

void media_send(struct publisher *p, unsigned bitrate, unsigned fps, int64_t now)
{
    while (p->next_audio_us <= now) {
        send_audio(p, now);
        p->next_audio_us += 20000;
    }
    while (p->next_video_us <= now) {
        send_frame(p, bitrate / 8 / fps, now);
        p->video_ts += 90000 / fps;
        p->next_video_us += 1000000 / fps;
    }
}

/* --- arriving --------------------------------------------------------------------------------------------------------
 */

static struct stream *stream_of(struct peer *p, uint32_t ssrc)
{
    for (size_t i = 0; i < 4; i++)
        if (!p->in[i].seen || p->in[i].ssrc == ssrc)
            return &p->in[i];
    return NULL;
}

static void count(struct stream *s, uint32_t ssrc, uint16_t seq, size_t len)
{
    int16_t delta = (int16_t)(seq - (uint16_t)s->next);

    if (!s->seen) {
        s->seen = true;
        s->ssrc = ssrc;
        s->next = (1u << 16) + seq;
        delta = 0;
    }
    s->packets++;
    s->bytes += len;
    if (delta >= 0) {
        s->lost += (uint64_t)delta;
        s->next += (uint64_t)delta + 1;
    } else {
        s->reordered++;
        s->lost -= s->lost > 0;
    }
}

static void note_latency(const uint8_t *data, size_t len, int64_t now)
{
    size_t at = 12;
    int64_t sent;

    if (data[0] & 0x10 && len > 16)
        at += 4 + 4u * ((size_t)data[14] << 8 | data[15]);
    if (len < at + STAMP_AT + 12 || memcmp(data + at + STAMP_AT, "stmp", 4))
        return;
    memcpy(&sent, data + at + STAMP_AT + 4, 8);
    sent = (now - sent) / 20;
    latency.bucket[sent < 0 ? 0 : sent > LATENCY_BUCKETS ? LATENCY_BUCKETS : sent]++;
    latency.n++;
}

void media_received(struct peer *p, uint8_t *data, size_t len, int64_t now)
{
    uint32_t ssrc;
    struct stream *s;

    if (len < 12)
        return;
    memcpy(&ssrc, data + 8, 4);
    s = stream_of(p, ntohl(ssrc));
    if (!s)
        return;
    if (!p->first_media_us)
        p->first_media_us = now;
    count(s, ntohl(ssrc), (uint16_t)(data[2] << 8 | data[3]), len);
    if (!p->opens || !p->srtp)
        return;
    if (gw_srtp_open_rtp(p->srtp, data, &len))
        p->garbage++;
    else
        note_latency(data, len, now);
}

double latency_ms(double quantile)
{
    uint64_t want = (uint64_t)((double)latency.n * quantile), sum = 0;

    for (int i = 0; i <= LATENCY_BUCKETS; i++) {
        sum += latency.bucket[i];
        if (sum > want)
            return i * 0.02;
    }
    return 0;
}
