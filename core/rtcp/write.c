/* SPDX-License-Identifier: Apache-2.0 */
/* Writing of SR, RR, SDES, BYE and XR. Declared in rtcp.h. */
#include <string.h>

#include "rtcp/rtcp.h"

/* A packet of this many bytes in all: its header is written; what follows the header, or NULL. */
static uint8_t *write_head(struct gw_writer *w, uint8_t type, size_t count, size_t len)
{
    uint8_t *p = gw_write_room(w, len);

    if (!p)
        return NULL;
    p[0] = (uint8_t)(0x80 | count);
    p[1] = type;
    gw_put_u16(p + 2, (uint16_t)(len / 4 - 1));
    return p + 4;
}

static void put_report(uint8_t *p, const struct gw_rtcp_report *b)
{
    gw_put_u32(p, b->ssrc);
    p[4] = b->fraction;
    gw_put_u24(p + 5, (uint32_t)b->lost & 0xffffff);
    gw_put_u32(p + 8, b->highest_seq);
    gw_put_u32(p + 12, b->jitter);
    gw_put_u32(p + 16, b->lsr);
    gw_put_u32(p + 20, b->dlsr);
}

void gw_rtcp_write_sr(struct gw_writer *w, const struct gw_rtcp_sr *sr, const struct gw_rtcp_report *reports, size_t n)
{
    uint8_t *p = NULL;
    size_t i;

    if (n <= GW_RTCP_MAX_REPORTS)
        p = write_head(w, GW_RTCP_SR, n, 28 + 24 * n);
    if (!p) {
        w->failed = true;
        return;
    }
    gw_put_u32(p, sr->ssrc);
    gw_put_u64(p + 4, sr->ntp);
    gw_put_u32(p + 12, sr->rtp_timestamp);
    gw_put_u32(p + 16, sr->packets);
    gw_put_u32(p + 20, sr->octets);
    for (i = 0; i < n; i++)
        put_report(p + 24 + 24 * i, &reports[i]);
}

void gw_rtcp_write_rr(struct gw_writer *w, uint32_t ssrc, const struct gw_rtcp_report *reports, size_t n)
{
    uint8_t *p = NULL;
    size_t i;

    if (n <= GW_RTCP_MAX_REPORTS)
        p = write_head(w, GW_RTCP_RR, n, 8 + 24 * n);
    if (!p) {
        w->failed = true;
        return;
    }
    gw_put_u32(p, ssrc);
    for (i = 0; i < n; i++)
        put_report(p + 4 + 24 * i, &reports[i]);
}

void gw_rtcp_write_sdes(struct gw_writer *w, uint32_t ssrc, const char *cname)
{
    size_t text = strlen(cname), len = 8 + ((2 + text + 1) + 3) / 4 * 4; /* the item, and at least one zero */
    uint8_t *p = NULL;

    if (text <= UINT8_MAX)
        p = write_head(w, GW_RTCP_SDES, 1, len);
    if (!p) {
        w->failed = true;
        return;
    }
    gw_put_u32(p, ssrc);
    memset(p + 4, 0, len - 8);
    p[4] = 1;
    p[5] = (uint8_t)text;
    memcpy(p + 6, cname, text);
}

void gw_rtcp_write_bye(struct gw_writer *w, uint32_t ssrc)
{
    uint8_t *p = write_head(w, GW_RTCP_BYE, 1, 8);

    if (p)
        gw_put_u32(p, ssrc);
}

void gw_rtcp_write_dlrr(struct gw_writer *w, uint32_t sender, uint32_t ssrc, uint32_t lrr, uint32_t dlrr)
{
    uint8_t *p = write_head(w, GW_RTCP_XR, 0, 24);

    if (!p)
        return;
    gw_put_u32(p, sender);
    gw_put_u32(p + 4, 5u << 24 | 3); /* DLRR, three words */
    gw_put_u32(p + 8, ssrc);
    gw_put_u32(p + 12, lrr);
    gw_put_u32(p + 16, dlrr);
}
