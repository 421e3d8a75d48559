/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/rtcp.h"

/* --- compound ----------------------------------------------------------------------------------------------------- */

/*
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|  count  |     type      |  length in words, less one    |
 */
static bool read_packet(struct gw_reader *r, struct gw_rtcp_packet *out)
{
    uint8_t first = gw_read_u8(r), type = gw_read_u8(r), padding = 0;
    size_t len = gw_read_u16(r) * (size_t)4;
    const uint8_t *body = gw_read_bytes(r, len);

    if (!body || first >> 6 != 2)
        return false;
    if (first & 0x20) {
        padding = len ? body[len - 1] : 0;
        if (!padding || padding > len)
            return false;
    }
    *out = (struct gw_rtcp_packet){.type = type, .count = first & 0x1f, .body = body, .len = len - padding};
    return true;
}

int gw_rtcp_check(const void *data, size_t len)
{
    struct gw_reader r = gw_reader_make(data, len);
    struct gw_rtcp_packet p;

    do {
        if (!read_packet(&r, &p))
            return GW_EPARSE;
    } while (gw_reader_left(&r));
    return 0;
}

void gw_rtcp_begin(struct gw_rtcp_iter *it, const void *data, size_t len)
{
    it->r = gw_reader_make(data, len);
}

bool gw_rtcp_next(struct gw_rtcp_iter *it, struct gw_rtcp_packet *out)
{
    if (!gw_reader_left(&it->r))
        return false;
    if (read_packet(&it->r, out))
        return true;
    it->r.failed = true;
    return false;
}

/* --- reports ------------------------------------------------------------------------------------------------------ */

static struct gw_reader body_of(const struct gw_rtcp_packet *p)
{
    return gw_reader_make(p->body, p->len);
}

int gw_rtcp_read_sr(const struct gw_rtcp_packet *p, struct gw_rtcp_sr *out)
{
    struct gw_reader r = body_of(p);
    struct gw_rtcp_sr sr;

    sr.ssrc = gw_read_u32(&r);
    sr.ntp = gw_read_u64(&r);
    sr.rtp_timestamp = gw_read_u32(&r);
    sr.packets = gw_read_u32(&r);
    sr.octets = gw_read_u32(&r);
    if (r.failed || p->type != GW_RTCP_SR)
        return GW_EPARSE;
    *out = sr;
    return 0;
}

int gw_rtcp_read_rr(const struct gw_rtcp_packet *p, uint32_t *ssrc)
{
    struct gw_reader r = body_of(p);
    uint32_t v = gw_read_u32(&r);

    if (r.failed || p->type != GW_RTCP_RR)
        return GW_EPARSE;
    *ssrc = v;
    return 0;
}

static int32_t sign24(uint32_t v)
{
    return (int32_t)(v ^ 0x800000) - 0x800000;
}

int gw_rtcp_read_report(const struct gw_rtcp_packet *p, unsigned i, struct gw_rtcp_report *out)
{
    struct gw_reader r = body_of(p);
    struct gw_rtcp_report b;

    if ((p->type != GW_RTCP_SR && p->type != GW_RTCP_RR) || i >= p->count)
        return GW_EPARSE;
    gw_read_skip(&r, (p->type == GW_RTCP_SR ? 24 : 4) + (size_t)i * 24);
    b.ssrc = gw_read_u32(&r);
    b.fraction = gw_read_u8(&r);
    b.lost = sign24(gw_read_u24(&r));
    b.highest_seq = gw_read_u32(&r);
    b.jitter = gw_read_u32(&r);
    b.lsr = gw_read_u32(&r);
    b.dlsr = gw_read_u32(&r);
    if (r.failed)
        return GW_EPARSE;
    *out = b;
    return 0;
}

/* --- SDES, BYE ---------------------------------------------------------------------------------------------------- */

/* A chunk: SSRC, items {type, length, text}, a zero, zeros up to the next word. RFC 3550 section 6.5. */
static void read_chunk(struct gw_reader *r, uint32_t *ssrc, const char **cname, size_t *len)
{
    const uint8_t *text;
    uint8_t type, size;

    *cname = NULL;
    *len = 0;
    *ssrc = gw_read_u32(r);
    while ((type = gw_read_u8(r))) {
        size = gw_read_u8(r);
        text = gw_read_bytes(r, size);
        if (type == 1 && text && !*cname) {
            *cname = (const char *)text;
            *len = size;
        }
    }
    if (!r->failed)
        gw_read_skip(r, (4 - r->pos % 4) % 4);
}

int gw_rtcp_read_cname(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, const char **cname, size_t *len)
{
    struct gw_reader r = body_of(p);
    const char *text;
    uint32_t source;
    size_t size;
    unsigned at;

    if (p->type != GW_RTCP_SDES || i >= p->count)
        return GW_EPARSE;
    for (at = 0; at <= i && !r.failed; at++)
        read_chunk(&r, &source, &text, &size);
    if (r.failed)
        return GW_EPARSE;
    *ssrc = source;
    *cname = text;
    *len = size;
    return 0;
}

int gw_rtcp_read_bye(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc)
{
    struct gw_reader r = body_of(p);
    uint32_t v;

    if (p->type != GW_RTCP_BYE || i >= p->count)
        return GW_EPARSE;
    gw_read_skip(&r, (size_t)i * 4);
    v = gw_read_u32(&r);
    if (r.failed)
        return GW_EPARSE;
    *ssrc = v;
    return 0;
}

/* --- extended reports, RFC 3611 ----------------------------------------------------------------------------------- */

enum { XR_RRTR = 4, XR_DLRR = 5 };

struct xr_block {
    uint8_t type;
    struct gw_reader body;
};

static bool next_block(struct gw_reader *r, struct xr_block *out)
{
    if (!gw_reader_left(r))
        return false;
    out->type = gw_read_u8(r);
    gw_read_skip(r, 1);
    out->body = gw_read_part(r, gw_read_u16(r) * (size_t)4);
    return !r->failed;
}

int gw_rtcp_read_xr(const struct gw_rtcp_packet *p, struct gw_rtcp_xr *out)
{
    struct gw_reader r = body_of(p);
    struct gw_rtcp_xr xr = {.ssrc = gw_read_u32(&r)};
    struct xr_block b;

    if (p->type != GW_RTCP_XR || r.failed)
        return GW_EPARSE;
    while (next_block(&r, &b)) {
        if (b.type == XR_RRTR && gw_reader_left(&b.body) == 8) {
            xr.has_rrtr = true;
            xr.ntp = gw_read_u64(&b.body);
        } else if (b.type == XR_DLRR) {
            xr.n_dlrr += (unsigned)(gw_reader_left(&b.body) / 12);
        }
    }
    if (r.failed)
        return GW_EPARSE;
    *out = xr;
    return 0;
}

int gw_rtcp_read_dlrr(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, uint32_t *lrr, uint32_t *dlrr)
{
    struct gw_reader r = body_of(p);
    struct xr_block b;
    unsigned n;

    if (p->type != GW_RTCP_XR || !gw_read_skip(&r, 4))
        return GW_EPARSE;
    while (next_block(&r, &b)) {
        n = b.type == XR_DLRR ? (unsigned)(gw_reader_left(&b.body) / 12) : 0;
        if (i >= n) {
            i -= n;
            continue;
        }
        gw_read_skip(&b.body, (size_t)i * 12);
        *ssrc = gw_read_u32(&b.body);
        *lrr = gw_read_u32(&b.body);
        *dlrr = gw_read_u32(&b.body);
        return 0;
    }
    return GW_EPARSE;
}
