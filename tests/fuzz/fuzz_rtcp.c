/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be read from a compound packet. */
#include <stdlib.h>

#include "rtcp/stats.h"
#include "rtcp/twcc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void read_reports(const struct gw_rtcp_packet *p)
{
    struct gw_rtcp_report block, again;
    struct gw_rtcp_packet back;
    struct gw_rtcp_iter it;
    uint8_t room[64];
    struct gw_writer w;
    unsigned i;

    for (i = 0; i <= p->count; i++) {
        if (gw_rtcp_read_report(p, i, &block))
            continue;
        gw_rtt_us(block.lsr, block.dlsr, block.jitter);
        w = gw_writer_make(room, sizeof(room));
        gw_rtcp_write_rr(&w, 1, &block, 1);
        gw_rtcp_begin(&it, room, w.pos);
        require(!w.failed && gw_rtcp_next(&it, &back) && !gw_rtcp_read_report(&back, 0, &again));
        require(again.lost == block.lost && again.highest_seq == block.highest_seq && again.dlsr == block.dlsr);
    }
}

/* Written again, a list asks for the same numbers. */
static void read_nack(const struct gw_rtcp_packet *p)
{
    static uint16_t seqs[2048], again[4096];
    static uint8_t room[16384], asked[65536];
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    struct gw_rtcp_feedback f;
    struct gw_rtcp_packet back;
    struct gw_rtcp_iter it;
    int n = gw_rtcp_read_nack(p, &f, seqs, 2048), i, m;

    if (n <= 0)
        return;
    gw_rtcp_write_nack(&w, f.sender_ssrc, f.media_ssrc, seqs, (size_t)n);
    gw_rtcp_begin(&it, room, w.pos);
    require(!w.failed && gw_rtcp_next(&it, &back));
    m = gw_rtcp_read_nack(&back, &f, again, 4096);
    require(m > 0 && m <= n);
    for (i = 0; i < n; i++)
        asked[seqs[i]] = 1;
    for (i = 0; i < m; i++) {
        require(asked[again[i]]);
        asked[again[i]] = 2;
    }
    for (i = 0; i < n; i++)
        require(asked[seqs[i]] == 2);
    for (i = 0; i < n; i++)
        asked[seqs[i]] = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static int64_t arrivals[512];
    uint32_t a, b, c, ssrcs[8];
    struct gw_rtcp_feedback f;
    struct gw_twcc_head head;
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    struct gw_rtcp_sr sr;
    struct gw_rtcp_xr xr;
    size_t n, total = 0;
    const char *text;
    uint64_t rate;
    uint8_t seq;
    unsigned i;
    int ok = gw_rtcp_check(data, len), count;

    gw_rtcp_begin(&it, data, len);
    while (gw_rtcp_next(&it, &p)) {
        total += 4 + p.len;
        require(total <= len);
        if (!gw_rtcp_read_sr(&p, &sr))
            gw_ntp_to_us(sr.ntp);
        gw_rtcp_read_rr(&p, &a);
        read_reports(&p);
        for (i = 0; i <= p.count; i++) {
            if (!gw_rtcp_read_cname(&p, i, &a, &text, &n) && n)
                require((const uint8_t *)text > p.body && (const uint8_t *)text + n <= p.body + p.len);
            require(gw_rtcp_read_bye(&p, i, &a) || i < p.count);
        }
        if (!gw_rtcp_read_feedback(&p, &f))
            require(f.len == p.len - 8);
        read_nack(&p);
        gw_rtcp_read_pli(&p, &f);
        for (i = 0; gw_rtcp_read_fir(&p, i, &a, &seq) == 1; i++)
            ;
        if (!gw_rtcp_read_remb(&p, &rate, ssrcs, 8, &n))
            require(n <= 8);
        if (!gw_rtcp_read_xr(&p, &xr)) {
            for (i = 0; i < xr.n_dlrr; i++)
                require(!gw_rtcp_read_dlrr(&p, i, &a, &b, &c));
            require(gw_rtcp_read_dlrr(&p, xr.n_dlrr, &a, &b, &c) == GW_EPARSE);
        }
        count = gw_twcc_read(&p, &head, arrivals, 512);
        require(count <= 512 && (count < 0 || count <= head.count));
    }
    require(ok || (len && !gw_reader_left(&it.r)));
    return 0;
}
