/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transport-wide feedback into an estimator that has sent some packets: as it comes from the wire, and from a way that
 * delays and loses each packet as the input says. The input is steps of {kind, length, bytes}. Whatever comes, the
 * estimate stays within its bounds and memory within its own.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bwe/bwe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void feed(struct gw_bwe *b, const uint8_t *body, size_t len, int64_t now_us)
{
    static int64_t arrivals[GW_BWE_FEEDBACK_MOST];
    struct gw_rtcp_packet p = {.type = GW_RTCP_RTPFB, .count = GW_RTPFB_TWCC, .body = body, .len = len};
    struct gw_twcc_head head;
    unsigned count = gw_twcc_count(&p);
    int n;

    if (count > GW_BWE_FEEDBACK_MOST)
        return;
    n = gw_twcc_read(&p, &head, arrivals, GW_BWE_FEEDBACK_MOST);
    require(n < 0 || (unsigned)n == count);
    if (n > 0)
        gw_bwe_feedback(b, &head, arrivals, (size_t)n, now_us);
}

static int64_t sent_us[1 << 16]; /* by number */
static uint16_t next, told;      /* the next to be sent; the first that no feedback spoke of */

/* n packets, a millisecond apart, or as fast as a probe wants them. */
static void transmit(struct gw_bwe *b, unsigned n, size_t bytes, int64_t *now)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t bps = gw_bwe_probe_bps(b);

        gw_bwe_sent(b, true, next, bytes, 0, *now);
        sent_us[next++] = *now;
        *now += bps ? (int64_t)bytes * 8000000 / bps : 1000;
    }
}

/* What an honest receiver says of the packets sent last: each byte is a delay in halves of a millisecond, or a loss. */
static void way(struct gw_bwe *b, const uint8_t *delays, size_t n, int64_t now_us)
{
    static int64_t arrivals[256];
    struct gw_twcc_head head = {.base_seq = told};

    for (size_t i = 0; i < n && told != next; i++, head.count++) {
        int64_t sent = sent_us[told++];

        arrivals[i] = delays[i] == 255 ? GW_TWCC_LOST : sent + 10000 + delays[i] * 500;
    }
    if (head.count)
        gw_bwe_feedback(b, &head, arrivals, head.count, now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int64_t now = 1000000000;
    struct gw_bwe b;
    uint16_t seq = 0;

    if (len > 20000)
        return 0;
    next = told = 0x8000;
    gw_bwe_init(&b, NULL);
    gw_bwe_need(&b, 3000000, 3000000);
    while (len >= 2) {
        uint8_t kind = data[0];
        size_t n = data[1] < len - 2 ? data[1] : len - 2;
        uint32_t bps;

        switch (kind & 7) {
        case 0:
            feed(&b, data + 2, n, now);
            break;
        case 4:
            transmit(&b, kind, 200 + n * 4, &now);
            break;
        case 5:
            now += kind * 100;
            way(&b, data + 2, n, now);
            gw_bwe_tick(&b, now);
            break;
        case 6:
            gw_bwe_rtt(&b, (uint32_t)n * kind * 100);
            gw_bwe_need(&b, (uint32_t)n << kind / 16, (uint32_t)n << kind / 12);
            break;
        case 1:
            for (unsigned i = 0; i < kind; i++)
                gw_bwe_sent(&b, true, ++seq, n * 8, 0, now + i * 100);
            break;
        case 2:
            now += (int64_t)n * kind * 100;
            gw_bwe_tick(&b, now);
            break;
        default:
            gw_bwe_remb(&b, (uint64_t)n << kind / 4, now);
            gw_bwe_loss(&b, kind, now);
            gw_bwe_need(&b, (uint32_t)((uint64_t)n << kind / 8), (uint32_t)((uint64_t)n << kind / 4));
        }
        data += 2 + n;
        len -= 2 + n;
        bps = gw_bwe_estimate(&b, now);
        require(!bps || (bps >= GW_BWE_MIN_BPS && bps <= GW_BWE_MAX_BPS));
        require(!b.twcc || (isfinite(b.twcc->aimd.bps) && isfinite(b.twcc->loss.bps) && isfinite(b.twcc->trend.slope)));
        require(!b.twcc || b.twcc->flight.size <= GW_FLIGHT_MOST);
    }
    gw_bwe_clear(&b);
    return 0;
}
