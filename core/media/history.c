/* SPDX-License-Identifier: Apache-2.0 */
#include "media/history.h"

#include <stdlib.h>

#include "base/err.h"

static struct gw_packet **slot(const struct gw_history *h, uint64_t seq)
{
    return &h->ring[seq & (h->size - 1)];
}

static int resize(struct gw_history *h, uint32_t size)
{
    struct gw_packet **ring = calloc(size, sizeof(*ring));

    if (!ring)
        return GW_ENOMEM;
    for (uint32_t i = 0; i < h->size; i++) {
        struct gw_packet *p = h->ring[i];

        if (p)
            ring[p->facts.ext_seq & (size - 1)] = p;
    }
    free(h->ring);
    h->ring = ring;
    h->size = size;
    return 0;
}

static bool is_kept(const struct gw_history *h, const struct gw_packet *pkt, int64_t now_us)
{
    return now_us - pkt->arrival_us < GW_HISTORY_KEEP_US || (h->keep_from && pkt->facts.ext_seq >= h->keep_from);
}

int gw_history_put(struct gw_history *h, struct gw_packet *pkt, uint32_t first_size, int64_t now_us)
{
    uint64_t seq = pkt->facts.ext_seq;
    struct gw_packet *old;

    if (!h->size && resize(h, first_size))
        return GW_ENOMEM;
    if (h->newest && seq + h->size <= h->newest)
        return GW_ELIMIT; /* older than anything we hold */
    old = *slot(h, seq);
    if (old && h->size < GW_HISTORY_MAX && old->facts.ext_seq != seq && is_kept(h, old, now_us) &&
        !resize(h, h->size * 2))
        old = *slot(h, seq);
    gw_packet_unref(old);
    *slot(h, seq) = gw_packet_ref(pkt);
    if (!h->newest || seq < h->oldest)
        h->oldest = seq;
    if (seq > h->newest)
        h->newest = seq;
    if (h->newest - h->oldest >= h->size)
        h->oldest = h->newest - h->size + 1;
    return 0;
}

struct gw_packet *gw_history_get(const struct gw_history *h, uint32_t seq)
{
    struct gw_packet *p = h->size ? *slot(h, seq) : NULL;

    return p && (uint32_t)p->facts.ext_seq == seq ? p : NULL;
}

void gw_history_expire(struct gw_history *h, int64_t before_us)
{
    if (!h->size || !h->newest)
        return;
    for (; h->oldest <= h->newest; h->oldest++) {
        struct gw_packet **s = slot(h, h->oldest);

        if (h->keep_from && h->oldest >= h->keep_from)
            return;
        if (!*s)
            continue;
        if ((*s)->facts.ext_seq <= h->oldest && (*s)->arrival_us >= before_us)
            break;
        if ((*s)->facts.ext_seq > h->oldest)
            continue; /* the slot is already used by a newer one */
        gw_packet_unref(*s);
        *s = NULL;
    }
    if (h->oldest > h->newest)
        h->newest = h->oldest = 0;
}

void gw_history_clear(struct gw_history *h)
{
    for (uint32_t i = 0; i < h->size; i++)
        gw_packet_unref(h->ring[i]);
    free(h->ring);
    *h = (struct gw_history){0};
}
