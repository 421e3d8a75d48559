/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/acked.h"

#include <string.h>

#define BURST  4 /* buckets */
#define BUSY   2 /* at least */
#define WINDOW (GW_ACKED_WINDOW_US / GW_ACKED_BUCKET_US)

static uint32_t *bucket(struct gw_acked *a, int64_t n)
{
    return &a->bytes[(uint64_t)n % GW_ACKED_BUCKETS];
}

static void restart(struct gw_acked *a, int64_t n)
{
    memset(a->bytes, 0, sizeof(a->bytes));
    a->bucket = a->first = n;
}

void gw_acked_packet(struct gw_acked *a, size_t bytes, int64_t arrival_us)
{
    int64_t n = arrival_us / GW_ACKED_BUCKET_US;

    if (!a->bucket || n - a->bucket > WINDOW || a->bucket - n > 10 * WINDOW)
        restart(a, n);
    while (a->bucket < n)
        *bucket(a, ++a->bucket) = 0;
    if (n > a->bucket - WINDOW && *bucket(a, n) < UINT32_MAX - UINT16_MAX)
        *bucket(a, n) += (uint32_t)(bytes < UINT16_MAX ? bytes : UINT16_MAX);
}

/* Over the last so many buckets; the newest is not complete. */
static uint32_t rate(const struct gw_acked *a, unsigned buckets)
{
    uint64_t sum = 0;

    if (!a->bucket || a->bucket - a->first < WINDOW)
        return 0;
    for (int64_t n = a->bucket - buckets; n < a->bucket; n++)
        sum += a->bytes[(uint64_t)n % GW_ACKED_BUCKETS];
    sum = sum * 8 * 1000000 / (buckets * (uint64_t)GW_ACKED_BUCKET_US);
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

uint32_t gw_acked_bps(const struct gw_acked *a)
{
    return rate(a, WINDOW);
}

uint32_t gw_acked_busy_bps(const struct gw_acked *a, int64_t busy_us)
{
    int64_t whole = busy_us / GW_ACKED_BUCKET_US - 1; /* the first may have begun before */

    return whole < BUSY ? 0 : rate(a, whole < WINDOW ? (unsigned)whole : WINDOW);
}

uint32_t gw_acked_burst_bps(const struct gw_acked *a)
{
    uint32_t whole = rate(a, WINDOW), part = rate(a, BURST);

    return whole > part ? whole : part;
}
