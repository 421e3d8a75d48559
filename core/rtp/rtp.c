/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/rtp.h"

#include <string.h>

bool gw_is_rtcp(const void *data, size_t len)
{
    const uint8_t *p = data;

    return len >= 2 && p[1] >= 192 && p[1] <= 223;
}

enum gw_datagram gw_datagram_kind(const void *data, size_t len)
{
    const uint8_t *p = data;

    if (!len)
        return GW_DATAGRAM_UNKNOWN;
    if (p[0] <= 3)
        return GW_DATAGRAM_STUN;
    if (p[0] >= 16 && p[0] <= 19)
        return GW_DATAGRAM_ZRTP;
    if (p[0] >= 20 && p[0] <= 63)
        return GW_DATAGRAM_DTLS;
    if (p[0] >= 64 && p[0] <= 79)
        return GW_DATAGRAM_TURN_CHANNEL;
    if (p[0] >= 128 && p[0] <= 191)
        return gw_is_rtcp(data, len) ? GW_DATAGRAM_RTCP : GW_DATAGRAM_RTP;
    return GW_DATAGRAM_UNKNOWN;
}

/*
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |                             CSRC …                            |
 * |        profile (X)            |      length in words          |
 */
int gw_rtp_parse(struct gw_rtp_header *out, const void *data, size_t len)
{
    struct gw_reader r = gw_reader_make(data, len);
    struct gw_rtp_header h = {0};
    uint8_t first = gw_read_u8(&r), second = gw_read_u8(&r);
    size_t left, ext;

    h.seq = gw_read_u16(&r);
    h.timestamp = gw_read_u32(&r);
    h.ssrc = gw_read_u32(&r);
    h.csrc_count = first & 0x0f;
    gw_read_skip(&r, (size_t)h.csrc_count * 4);
    if (r.failed || first >> 6 != 2 || len > UINT16_MAX)
        return GW_EPARSE;
    h.marker = second >> 7;
    h.payload_type = second & 0x7f;
    if (first & 0x10) {
        h.ext_profile = gw_read_u16(&r);
        ext = gw_read_u16(&r) * (size_t)4;
        h.ext = (struct gw_span){.offset = (uint16_t)r.pos, .len = (uint16_t)ext};
        if (!gw_read_skip(&r, ext))
            return GW_EPARSE;
    }
    left = gw_reader_left(&r);
    if (first & 0x20) {
        if (!left)
            return GW_EPARSE;
        h.padding = ((const uint8_t *)data)[len - 1];
        if (!h.padding || h.padding > left)
            return GW_EPARSE;
    }
    h.payload.offset = (uint16_t)r.pos;
    h.payload.len = (uint16_t)(left - h.padding);
    *out = h;
    return 0;
}

void gw_rtp_write(struct gw_writer *w, const struct gw_rtp_header *h)
{
    uint8_t *p = gw_write_room(w, GW_RTP_FIXED);

    if (!p)
        return;
    p[0] = 2 << 6;
    p[1] = (uint8_t)((h->marker ? 0x80 : 0) | (h->payload_type & 0x7f));
    gw_put_u16(p + 2, h->seq);
    gw_put_u32(p + 4, h->timestamp);
    gw_put_u32(p + 8, h->ssrc);
}

uint64_t gw_seq_look(const struct gw_seq *s, uint16_t seq)
{
    int64_t ext;

    if (!s->highest)
        return 0;
    ext = (int64_t)s->highest + (int16_t)(uint16_t)(seq - (uint16_t)s->highest);
    return ext > 0 ? (uint64_t)ext : 0;
}

uint64_t gw_seq_extend(struct gw_seq *s, uint16_t seq)
{
    uint64_t ext = s->highest ? gw_seq_look(s, seq) : (uint64_t)1 << 16 | seq;

    if (ext > s->highest)
        s->highest = ext;
    return ext;
}

uint64_t gw_ts_extend(struct gw_ts *s, uint32_t timestamp)
{
    uint64_t ext;

    if (!s->highest) {
        ext = (uint64_t)1 << 32 | timestamp;
    } else {
        ext = (uint64_t)((int64_t)s->highest + gw_ts_diff(timestamp, (uint32_t)s->highest));
    }
    if (ext > s->highest)
        s->highest = ext;
    return ext;
}

/* value * to / from without leaving 64 bits for what lies between. */
static int64_t scale(int64_t value, int64_t to, int64_t from)
{
    return value / from * to + value % from * to / from;
}

int64_t gw_ts_from_us(int64_t us, uint32_t rate)
{
    return scale(us, rate, 1000000);
}

int64_t gw_ts_to_us(int64_t ticks, uint32_t rate)
{
    return rate ? scale(ticks, 1000000, rate) : 0;
}
