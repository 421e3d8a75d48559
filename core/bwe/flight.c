/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/flight.h"

#include <stdlib.h>

static struct gw_flight_packet *slot(const struct gw_flight *f, uint16_t seq)
{
    return &f->ring[seq & (f->size - 1)];
}

static bool grow(struct gw_flight *f)
{
    uint32_t size = f->size ? f->size * 2 : GW_FLIGHT_FIRST;
    struct gw_flight_packet *ring = size <= GW_FLIGHT_MOST ? calloc(size, sizeof(*ring)) : NULL;

    if (!ring)
        return false;
    for (uint32_t i = 0; i < f->size; i++)
        if (f->ring[i].state != GW_FLIGHT_NONE)
            ring[f->ring[i].seq & (size - 1)] = f->ring[i];
    free(f->ring);
    f->ring = ring;
    f->size = size;
    return true;
}

bool gw_flight_add(struct gw_flight *f, uint16_t seq, size_t bytes, uint8_t probe, uint16_t mark, int64_t now_us)
{
    struct gw_flight_packet *p;

    if (!f->size && !grow(f))
        return false;
    p = slot(f, seq);
    while (p->state == GW_FLIGHT_AWAY && now_us - p->sent_us < GW_FLIGHT_KEEP_US && grow(f))
        p = slot(f, seq);
    *p = (struct gw_flight_packet){.sent_us = now_us,
                                   .seq = seq,
                                   .bytes = bytes < UINT16_MAX ? (uint16_t)bytes : UINT16_MAX,
                                   .probe = probe,
                                   .mark = mark,
                                   .state = GW_FLIGHT_AWAY};
    return true;
}

struct gw_flight_packet *gw_flight_find(struct gw_flight *f, uint16_t seq, int64_t now_us)
{
    struct gw_flight_packet *p = f->size ? slot(f, seq) : NULL;

    if (!p || p->state == GW_FLIGHT_NONE || p->seq != seq || now_us - p->sent_us >= GW_FLIGHT_KEEP_US)
        return NULL;
    return p;
}

void gw_flight_clear(struct gw_flight *f)
{
    free(f->ring);
    *f = (struct gw_flight){0};
}
