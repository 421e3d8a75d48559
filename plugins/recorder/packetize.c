/* SPDX-License-Identifier: Apache-2.0 */
#include "packetize.h"

#include <string.h>

/* Payloads are told one late, so that the last one can be told as such. */
struct out {
    rec_payload_fn *emit;
    void *arg;
    uint8_t payload[REC_PAYLOAD_MOST];
    size_t len; /* 0: none waits */
    unsigned n;
};

static void flush(struct out *o, bool last)
{
    if (o->len) {
        o->emit(o->arg, o->payload, o->len, last);
        o->n++;
    }
    o->len = 0;
}

/* A payload: head, then body; head_len + len is at most REC_PAYLOAD_MOST. */
static void put(struct out *o, const uint8_t *head, size_t head_len, const uint8_t *body, size_t len)
{
    flush(o, false);
    memcpy(o->payload, head, head_len);
    memcpy(o->payload + head_len, body, len);
    o->len = head_len + len;
}

/* --- VP8, VP9: one byte in front of each piece -------------------------------------------------------------------- */

static void put_vp8(struct out *o, const uint8_t *frame, size_t len, bool keyframe)
{
    for (size_t at = 0, n; at < len; at += n) {
        const uint8_t head = at ? 0 : 0x10; /* S: begins a partition */

        n = len - at < REC_PAYLOAD_MOST - 1 ? len - at : REC_PAYLOAD_MOST - 1;
        put(o, &head, 1, frame + at, n);
    }
}

static void put_vp9(struct out *o, const uint8_t *frame, size_t len, bool keyframe)
{
    for (size_t at = 0, n; at < len; at += n) {
        uint8_t head = keyframe ? 0 : 0x40; /* P: depends on frames before */

        n = len - at < REC_PAYLOAD_MOST - 1 ? len - at : REC_PAYLOAD_MOST - 1;
        head |= (uint8_t)((at ? 0 : 0x08) | (at + n == len ? 0x04 : 0)); /* B, E */
        put(o, &head, 1, frame + at, n);
    }
}

/* --- H.264, H.265: NAL units, the large ones in fragments --------------------------------------------------------- */

static void put_nal_264(struct out *o, const uint8_t *nal, size_t len)
{
    uint8_t head[2] = {(nal[0] & 0xe0) | 28, nal[0] & 0x1f}; /* FU-A */

    if (len <= REC_PAYLOAD_MOST) {
        put(o, nal, 1, nal + 1, len - 1);
        return;
    }
    for (size_t at = 1, n; at < len; at += n) {
        n = len - at < REC_PAYLOAD_MOST - 2 ? len - at : REC_PAYLOAD_MOST - 2;
        head[1] = (nal[0] & 0x1f) | (at == 1 ? 0x80 : 0) | (at + n == len ? 0x40 : 0);
        put(o, head, 2, nal + at, n);
    }
}

static void put_nal_265(struct out *o, const uint8_t *nal, size_t len)
{
    uint8_t head[3], type;

    if (len <= REC_PAYLOAD_MOST || len < 2) {
        put(o, nal, 1, nal + 1, len - 1);
        return;
    }
    type = nal[0] >> 1 & 0x3f;
    head[0] = (nal[0] & 0x81) | 49 << 1; /* FU */
    head[1] = nal[1];
    for (size_t at = 2, n; at < len; at += n) {
        n = len - at < REC_PAYLOAD_MOST - 3 ? len - at : REC_PAYLOAD_MOST - 3;
        head[2] = type | (at == 2 ? 0x80 : 0) | (at + n == len ? 0x40 : 0);
        put(o, head, 3, nal + at, n);
    }
}

/* Where the next start code (00 00 01) begins; len: nowhere. */
static size_t start_code(const uint8_t *frame, size_t len, size_t at)
{
    for (; at + 3 <= len; at++)
        if (!frame[at] && !frame[at + 1] && frame[at + 2] == 1)
            return at;
    return len;
}

static void put_annexb(struct out *o, const uint8_t *frame, size_t len,
                       void (*nal)(struct out *, const uint8_t *, size_t))
{
    size_t at = start_code(frame, len, 0), next;

    for (; at < len; at = next) {
        size_t begin = at + 3, end;

        next = start_code(frame, len, begin);
        end = next;
        while (end > begin && next < len && !frame[end - 1]) /* the zero of a longer start code */
            end--;
        if (end > begin)
            nal(o, frame + begin, end - begin);
    }
}

static void put_h264(struct out *o, const uint8_t *frame, size_t len, bool keyframe)
{
    put_annexb(o, frame, len, put_nal_264);
}

static void put_h265(struct out *o, const uint8_t *frame, size_t len, bool keyframe)
{
    put_annexb(o, frame, len, put_nal_265);
}

/* --- AV1: OBUs without their sizes, packed and cut ---------------------------------------------------------------- */

#define AV1_Z 0x80 /* begins with the rest of an OBU */
#define AV1_Y 0x40 /* its last OBU goes on in the next */
#define AV1_N 0x08 /* a coded video sequence begins */

struct obu {
    uint8_t head[2]; /* without the size bit */
    size_t head_len;
    const uint8_t *body;
    size_t len;
    unsigned type;
};

static size_t read_leb128(const uint8_t *p, size_t len, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < len && i < 8; i++) {
        *value |= (uint64_t)(p[i] & 0x7f) << (7 * i);
        if (!(p[i] & 0x80))
            return i + 1;
    }
    return 0;
}

static size_t write_leb128(uint8_t *p, size_t value)
{
    size_t n = 0;

    do {
        p[n] = (value & 0x7f) | (value > 0x7f ? 0x80 : 0);
        value >>= 7;
        n++;
    } while (value);
    return n;
}

/* Bytes of the OBU at p, or 0. One without a size is the last. */
static size_t read_obu(const uint8_t *p, size_t len, struct obu *o)
{
    uint64_t size;
    size_t n;

    if (!len || p[0] & 0x80)
        return 0;
    o->head_len = p[0] & 0x04 ? 2 : 1;
    if (len < o->head_len)
        return 0;
    o->head[0] = p[0] & ~0x02;
    o->head[1] = o->head_len == 2 ? p[1] : 0;
    o->type = p[0] >> 3 & 15;
    if (!(p[0] & 0x02)) {
        o->body = p + o->head_len;
        o->len = len - o->head_len;
        return len;
    }
    n = read_leb128(p + o->head_len, len - o->head_len, &size);
    if (!n || size > len - o->head_len - n)
        return 0;
    o->body = p + o->head_len + n;
    o->len = (size_t)size;
    return o->head_len + n + o->len;
}

static void begin_av1(struct out *o, uint8_t flags)
{
    flush(o, false);
    o->payload[0] = flags;
    o->len = 1;
}

/* Every element has its length in front (W = 0): at most two bytes, since a payload is short. */
static void put_obu(struct out *o, const struct obu *obu, bool first, bool keyframe)
{
    size_t total = obu->head_len + obu->len, at = 0;

    if (first)
        begin_av1(o, keyframe ? AV1_N : 0);
    while (at < total) {
        size_t room = REC_PAYLOAD_MOST - o->len, n;

        if (room < 16) {
            if (at)
                o->payload[0] |= AV1_Y;
            begin_av1(o, at ? AV1_Z : 0);
            continue;
        }
        n = total - at < room - 2 ? total - at : room - 2;
        o->len += write_leb128(o->payload + o->len, n);
        for (; n && at < obu->head_len; n--)
            o->payload[o->len++] = obu->head[at++];
        memcpy(o->payload + o->len, obu->body + (at - obu->head_len), n);
        o->len += n;
        at += n;
    }
}

static void put_av1(struct out *o, const uint8_t *frame, size_t len, bool keyframe)
{
    struct obu obu;
    bool first = true;

    for (size_t n; len && (n = read_obu(frame, len, &obu)); frame += n, len -= n) {
        if (obu.type == 2 || obu.type == 8 || obu.type == 15) /* temporal delimiter, tile list, padding */
            continue;
        put_obu(o, &obu, first, keyframe);
        first = false;
    }
}

unsigned rec_packetize(enum rec_codec codec, const uint8_t *frame, size_t len, bool keyframe, rec_payload_fn *emit,
                       void *arg)
{
    static void (*const put_codec[REC_CODEC_COUNT])(struct out *, const uint8_t *, size_t, bool) = {
        [REC_VP8] = put_vp8, [REC_VP9] = put_vp9, [REC_H264] = put_h264, [REC_H265] = put_h265, [REC_AV1] = put_av1};
    struct out o = {.emit = emit, .arg = arg};

    if (codec >= REC_CODEC_COUNT || !len)
        return 0;
    if (put_codec[codec])
        put_codec[codec](&o, frame, len, keyframe);
    else if (!rec_codec_is_video(codec) && codec != REC_CODEC_NONE && len <= REC_PAYLOAD_MOST)
        put(&o, frame, 0, frame, len); /* audio: the frame is the payload */
    flush(&o, true);
    return o.n;
}
