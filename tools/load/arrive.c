/* SPDX-License-Identifier: Apache-2.0 */
/* What arrives: counted by the clear header at everybody, read at some for its time stamp. */
#include <string.h>

#include "load.h"
#include "rtp/ext.h"
#include "rtp/rtp.h"

#define MARK    "cardea-l"
#define JUMP_S  2 /* timestamps that move by more in one packet than time does; */
#define PAUSE_S 2 /* and who gets no packet for so long: its picture was stopped */
#define WINDOW  64
#define RESTART 1000

struct latency latency, data_latency;

void latency_add(struct latency *l, int64_t us)
{
    int64_t at = us / 10;

    l->bucket[at < 0 ? 0 : at > LATENCY_BUCKETS ? LATENCY_BUCKETS : at]++;
    l->n++;
}

void stamp(uint8_t *at, int64_t now)
{
    memcpy(at, MARK, 8);
    memcpy(at + 8, &now, 8);
}

static struct stream *stream_of(struct peer *p, uint32_t ssrc)
{
    for (size_t i = 0; i < STREAMS; i++)
        if (!p->in[i].seen || p->in[i].ssrc == ssrc)
            return &p->in[i];
    return NULL;
}

/* What is missing between the number expected and this one is asked for at once, as browsers do after a few ms. */
static void note_gap(struct peer *p, struct stream *s, uint64_t gap)
{
    s->lost += gap;
    for (uint64_t i = 0; i < gap && s->n_missing < 32; i++)
        s->missing[s->n_missing++] = (uint16_t)(s->next + i);
    if (s->video && s->n_missing && strstr(option.feedback, "nack"))
        feedback_nack(p, s);
    s->n_missing = 0;
}

/* true: new, not a repetition. */
static bool count(struct peer *p, struct stream *s, uint16_t seq, size_t len)
{
    int64_t delta = (int16_t)(seq - (uint16_t)s->next);

    s->packets++;
    s->bytes += len;
    if (delta > RESTART || delta < -RESTART) {
        s->jumps++;
        s->next += (uint64_t)delta;
        s->window = 0;
        delta = 0;
    }
    if (delta >= 0) {
        if (delta && !s->rtx)
            note_gap(p, s, (uint64_t)delta);
        s->window = delta + 1 < WINDOW ? s->window << (delta + 1) | 1 : 1;
        s->next += (uint64_t)delta + 1;
        return true;
    }
    delta = -delta - 1; /* behind the newest */
    if (delta < WINDOW && s->window >> delta & 1) {
        s->duplicates++;
        return false;
    }
    if (delta < WINDOW)
        s->window |= UINT64_C(1) << delta;
    s->late++;
    s->lost -= s->lost > 0;
    return true;
}

static void note_time(struct stream *s, uint32_t ts, int64_t now)
{
    double rate = s->video ? 90000 : 48000;
    double step = (double)(int32_t)(ts - s->ts) / rate, waited = (double)(now - s->arrival_us) / 1e6, d;

    if (s->packets > 1) {
        d = waited - step;
        s->jumps += d > JUMP_S || d < -JUMP_S;
        s->pauses += waited > PAUSE_S;
        s->jitter += ((d < 0 ? -d : d) * rate - s->jitter) / 16;
    }
    s->ts = ts;
    s->arrival_us = now;
}

static void note_latency(const uint8_t *data, size_t len, int64_t now)
{
    int64_t sent;

    if (data[0] & 0x20 && data[len - 1] < len)
        len -= data[len - 1];
    if (len < 12 + STAMP || memcmp(data + len - STAMP, MARK, 8))
        return;
    memcpy(&sent, data + len - 8, 8);
    latency_add(&latency, now - sent);
}

static void note_transport(struct peer *p, const uint8_t *data, size_t len, int64_t now)
{
    uint8_t ids[GW_EXT_COUNT] = {[GW_EXT_TRANSPORT_CC] = (uint8_t)p->remote.twcc_ext};
    struct gw_rtp_header h;
    struct gw_ext_spans ext;
    struct gw_span at;
    uint16_t seq;
    uint8_t clear[12 + 60 + 256];
    size_t n = len < sizeof(clear) ? len : sizeof(clear);

    memcpy(clear, data, n);
    clear[0] &= (uint8_t)~0x20; /* padding is encrypted: its length cannot be read here */
    if (gw_rtp_parse(&h, clear, n))
        return;
    gw_ext_scan(&ext, clear, &h, ids);
    at = ext.at[GW_EXT_TRANSPORT_CC];
    if (gw_ext_read_transport_cc(clear + at.offset, at.len, &seq))
        gw_twcc_table_add(p->twcc, seq, now);
}

static bool lost_on_purpose(void)
{
    static uint32_t x = 2463534242u;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x % 100000 < option.loss * 1000;
}

static bool introduce(struct peer *p, struct stream *s, uint32_t ssrc, int pt, uint16_t seq)
{
    *s = (struct stream){.ssrc = ssrc, .seen = true, .next = (1u << 16) + seq};
    s->rtx = pt == p->remote.rtx_pt;
    s->video = pt == p->remote.video_pt;
    return true;
}

void media_arrived(struct peer *p, uint8_t *data, size_t len, int64_t now)
{
    uint32_t ssrc = gw_get_u32(data + 8), ts = gw_get_u32(data + 4);
    uint16_t seq = gw_get_u16(data + 2);
    int pt = data[1] & 127;
    struct stream *s;

    if (option.loss > 0 && lost_on_purpose()) {
        p->dropped++;
        return;
    }
    s = stream_of(p, ssrc);
    if (!s || (!s->seen && !introduce(p, s, ssrc, pt, seq))) {
        p->garbage++;
        return;
    }
    if (p->twcc)
        note_transport(p, data, len, now);
    if (!p->first_packet_us)
        p->first_packet_us = now_us(); /* when it was taken, not when it came: the handshake's end may lie between */
    if (!p->first_frame_us && s->video && data[1] & 0x80)
        p->first_frame_us = now_us();
    p->repaired += s->rtx;
    if (!count(p, s, seq, len) || s->rtx)
        return;
    note_time(s, ts, now);
    if (!p->opens || !p->srtp)
        return;
    if (gw_srtp_open_rtp(p->srtp, data, &len))
        p->garbage++;
    else
        note_latency(data, len, now);
}

double latency_ms(const struct latency *l, double quantile)
{
    uint64_t want = (uint64_t)((double)l->n * quantile), sum = 0;

    for (int i = 0; i <= LATENCY_BUCKETS; i++) {
        sum += l->bucket[i];
        if (sum > want)
            return i * 0.01;
    }
    return 0;
}
