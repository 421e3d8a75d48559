/* SPDX-License-Identifier: Apache-2.0 */
/* Feedback packets: NACK, PLI, FIR, REMB; reading and writing. Declared in rtcp.h. */
#include <string.h>

#include "rtcp/rtcp.h"

/* --- reading ------------------------------------------------------------------------------------------------------ */

int gw_rtcp_read_feedback(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *out)
{
    struct gw_reader r = gw_reader_make(p->body, p->len);
    struct gw_rtcp_feedback f;

    f.sender_ssrc = gw_read_u32(&r);
    f.media_ssrc = gw_read_u32(&r);
    if (r.failed || (p->type != GW_RTCP_RTPFB && p->type != GW_RTCP_PSFB))
        return GW_EPARSE;
    f.fci = p->body + r.pos;
    f.len = gw_reader_left(&r);
    *out = f;
    return 0;
}

static int read_format(const struct gw_rtcp_packet *p, uint8_t type, uint8_t format, struct gw_rtcp_feedback *head)
{
    if (p->type != type || p->count != format)
        return GW_EPARSE;
    return gw_rtcp_read_feedback(p, head);
}

/* Items of 16 bits PID and 16 bits BLP: the packet, and those of the 16 after it whose bit is set. */
int gw_rtcp_read_nack(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *head, uint16_t *seqs, size_t cap)
{
    struct gw_rtcp_feedback f;
    struct gw_reader r;
    uint16_t pid, blp;
    unsigned bit;
    size_t n = 0;

    if (read_format(p, GW_RTCP_RTPFB, GW_RTPFB_NACK, &f))
        return GW_EPARSE;
    r = gw_reader_make(f.fci, f.len);
    while (gw_reader_left(&r)) {
        pid = gw_read_u16(&r);
        blp = gw_read_u16(&r);
        if (r.failed)
            return GW_EPARSE;
        if (n < cap)
            seqs[n++] = pid;
        for (bit = 0; bit < 16; bit++) {
            if (blp >> bit & 1 && n < cap)
                seqs[n++] = (uint16_t)(pid + 1 + bit);
        }
    }
    *head = f;
    return (int)n;
}

int gw_rtcp_read_pli(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *head)
{
    return read_format(p, GW_RTCP_PSFB, GW_PSFB_PLI, head);
}

int gw_rtcp_read_fir(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, uint8_t *seq)
{
    struct gw_rtcp_feedback f;
    struct gw_reader r;

    if (read_format(p, GW_RTCP_PSFB, GW_PSFB_FIR, &f) || f.len % 8)
        return GW_EPARSE;
    if (i >= f.len / 8)
        return 0;
    r = gw_reader_make(f.fci + (size_t)i * 8, 8);
    *ssrc = gw_read_u32(&r);
    *seq = gw_read_u8(&r);
    return 1;
}

/* 'R' 'E' 'M' 'B', number of SSRCs, 6 bits exponent, 18 bits mantissa, SSRCs. */
int gw_rtcp_read_remb(const struct gw_rtcp_packet *p, uint64_t *bitrate_bps, uint32_t *ssrcs, size_t cap,
                      size_t *n_ssrcs)
{
    struct gw_rtcp_feedback f;
    const uint8_t *name;
    struct gw_reader r;
    uint64_t mantissa;
    uint8_t n, i, exponent;
    uint32_t rate;

    if (read_format(p, GW_RTCP_PSFB, GW_PSFB_AFB, &f))
        return GW_EPARSE;
    r = gw_reader_make(f.fci, f.len);
    name = gw_read_bytes(&r, 4);
    n = gw_read_u8(&r);
    rate = gw_read_u24(&r);
    if (r.failed || memcmp(name, "REMB", 4) || gw_reader_left(&r) < (size_t)n * 4)
        return GW_EPARSE;
    exponent = (uint8_t)(rate >> 18);
    mantissa = rate & 0x3ffff;
    *bitrate_bps = mantissa && mantissa > UINT64_MAX >> exponent ? UINT64_MAX : mantissa << exponent;
    *n_ssrcs = n < cap ? n : cap;
    for (i = 0; i < *n_ssrcs; i++)
        ssrcs[i] = gw_read_u32(&r);
    return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

/* Header and the two SSRCs; the room for the rest, or NULL. */
static uint8_t *write_head(struct gw_writer *w, uint8_t type, uint8_t format, uint32_t sender, uint32_t media,
                           size_t rest)
{
    uint8_t *p = gw_write_room(w, 12 + rest);

    if (!p)
        return NULL;
    p[0] = (uint8_t)(0x80 | format);
    p[1] = type;
    gw_put_u16(p + 2, (uint16_t)((12 + rest) / 4 - 1));
    gw_put_u32(p + 4, sender);
    gw_put_u32(p + 8, media);
    return p + 12;
}

/* How many of the numbers go into one item; its bits. */
static size_t pack_item(const uint16_t *seqs, size_t n, uint16_t *blp)
{
    uint16_t ahead;
    size_t i;

    *blp = 0;
    for (i = 1; i < n; i++) {
        ahead = (uint16_t)(seqs[i] - seqs[0]);
        if (ahead > 16)
            break;
        if (ahead)
            *blp |= (uint16_t)(1u << (ahead - 1));
    }
    return i;
}

void gw_rtcp_write_nack(struct gw_writer *w, uint32_t sender, uint32_t media, const uint16_t *seqs, size_t n)
{
    size_t items = 0, i;
    uint16_t blp;
    uint8_t *p;

    for (i = 0; i < n; items++)
        i += pack_item(seqs + i, n - i, &blp);
    if (!items || items > UINT16_MAX - 2) {
        w->failed = true;
        return;
    }
    p = write_head(w, GW_RTCP_RTPFB, GW_RTPFB_NACK, sender, media, items * 4);
    for (i = 0; p && i < n; p += 4) {
        gw_put_u16(p, seqs[i]);
        i += pack_item(seqs + i, n - i, &blp);
        gw_put_u16(p + 2, blp);
    }
}

void gw_rtcp_write_pli(struct gw_writer *w, uint32_t sender, uint32_t media)
{
    write_head(w, GW_RTCP_PSFB, GW_PSFB_PLI, sender, media, 0);
}

void gw_rtcp_write_fir(struct gw_writer *w, uint32_t sender, uint32_t media, uint8_t seq)
{
    /* RFC 5104 4.3.1.2: the media source of the head is 0, the entry names it */
    uint8_t *p = write_head(w, GW_RTCP_PSFB, GW_PSFB_FIR, sender, 0, 8);

    if (!p)
        return;
    gw_put_u32(p, media);
    gw_put_u32(p + 4, (uint32_t)seq << 24);
}

void gw_rtcp_write_remb(struct gw_writer *w, uint32_t sender, uint64_t bitrate_bps, const uint32_t *ssrcs, size_t n)
{
    uint8_t *p, exponent = 0;
    size_t i;

    if (n > GW_RTCP_MAX_REMB_SSRCS) {
        w->failed = true;
        return;
    }
    p = write_head(w, GW_RTCP_PSFB, GW_PSFB_AFB, sender, 0, 8 + 4 * n);
    if (!p)
        return;
    while (bitrate_bps > 0x3ffff) {
        bitrate_bps >>= 1;
        exponent++;
    }
    memcpy(p, "REMB", 4);
    p[4] = (uint8_t)n;
    gw_put_u24(p + 5, (uint32_t)exponent << 18 | (uint32_t)bitrate_bps);
    for (i = 0; i < n; i++)
        gw_put_u32(p + 8 + 4 * i, ssrcs[i]);
}
