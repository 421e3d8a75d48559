/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pacer.h"

#include <stdlib.h>

#define FIRST_SIZE 16
#define TICK_US    5000  /* what waits leaves in bursts, so that it still makes UDP_SEGMENT runs */
#define LEAST_BITS 24000 /* of a burst: two packets */

void gw_pacer_clear(struct gw_pacer *p)
{
    for (unsigned c = 0; c < GW_SEND_CLASSES; c++)
        free(p->queue[c].ring);
    *p = (struct gw_pacer){0};
}

static struct gw_send_item *at(const struct gw_send_queue *q, unsigned i)
{
    return &q->ring[(q->head + i) & (q->size - 1)];
}

static void shift(struct gw_send_queue *q)
{
    q->head = (q->head + 1) & (q->size - 1);
    q->n--;
}

static uint16_t waited_ms(const struct gw_send_item *item, int64_t now_us)
{
    return (uint16_t)((uint16_t)(now_us / 1000) - item->queued_ms);
}

/* A stream with a hole that nobody can fill has to begin anew. */
static void note_dropped(struct gw_pacer *p, const struct gw_send_queue *q)
{
    if (q == &p->queue[GW_SEND_VIDEO])
        p->broken = at(q, 0)->sink;
}

static bool make_room(struct gw_pacer *p, struct gw_send_queue *q)
{
    uint16_t size = q->size ? q->size * 2 : FIRST_SIZE;
    struct gw_send_item *ring;

    if (q->n < q->size)
        return true;
    if (size > GW_PACER_MAX_ITEMS) {
        note_dropped(p, q);
        shift(q);
        p->dropped_full++;
        return true;
    }
    ring = malloc(size * sizeof(*ring));
    if (!ring)
        return false;
    for (unsigned i = 0; i < q->n; i++)
        ring[i] = *at(q, i);
    free(q->ring);
    q->ring = ring;
    q->size = size;
    q->head = 0;
    return true;
}

bool gw_pacer_push(struct gw_pacer *p, enum gw_send_class class, const struct gw_send_item *item, int64_t now_us)
{
    struct gw_send_queue *q = &p->queue[class];

    if (!make_room(p, q)) {
        p->dropped_full++;
        return false;
    }
    *at(q, q->n) = *item;
    at(q, q->n)->queued_ms = (uint16_t)(now_us / 1000);
    q->n++;
    return true;
}

void gw_pacer_prefetch(const struct gw_pacer *p)
{
    for (unsigned c = 0; c < GW_SEND_CLASSES; c++)
        if (p->queue[c].ring)
            __builtin_prefetch(at(&p->queue[c], p->queue[c].n), 1);
}

const struct gw_send_item *gw_pacer_peek(const struct gw_pacer *p)
{
    for (unsigned c = 0; c < GW_SEND_CLASSES; c++)
        if (p->queue[c].n)
            return at(&p->queue[c], 0);
    return NULL;
}

static void fill(struct gw_pacer *p, int64_t now_us)
{
    int64_t most = (int64_t)p->rate_bps * p->burst_us / 1000000;

    if (most < LEAST_BITS)
        most = LEAST_BITS;
    p->budget_bits += (int64_t)p->rate_bps * (now_us - p->budget_us) / 1000000;
    p->budget_us = now_us;
    if (p->budget_bits > most)
        p->budget_bits = most;
}

bool gw_pacer_next(struct gw_pacer *p, struct gw_send_item *item, enum gw_send_class *class, int64_t now_us)
{
    if (p->rate_bps && now_us > p->budget_us)
        fill(p, now_us);
    for (unsigned c = 0; c < GW_SEND_CLASSES; c++) {
        struct gw_send_queue *q = &p->queue[c];

        while (q->n && waited_ms(at(q, 0), now_us) > GW_PACER_MAX_AGE_US / 1000) {
            note_dropped(p, q);
            shift(q);
            p->dropped_old++;
        }
        if (!q->n || (c != GW_SEND_AUDIO && p->rate_bps && p->budget_bits <= 0))
            continue;
        *item = *at(q, 0);
        *class = (enum gw_send_class)c;
        shift(q);
        p->left++;
        p->late += waited_ms(item, now_us) > GW_PACER_LATE_MS;
        if (p->rate_bps)
            p->budget_bits -= item->bytes * 8;
        return true;
    }
    return false;
}

void gw_pacer_forget(struct gw_pacer *p, const struct gw_sink *sink)
{
    if (p->broken == sink)
        p->broken = NULL;
    for (unsigned c = 0; c < GW_SEND_CLASSES; c++) {
        struct gw_send_queue *q = &p->queue[c];
        unsigned kept = 0;

        for (unsigned i = 0; i < q->n; i++)
            if (at(q, i)->sink != sink)
                *at(q, kept++) = *at(q, i);
        q->n = (uint16_t)kept;
    }
}

size_t gw_pacer_waiting(const struct gw_pacer *p)
{
    size_t n = 0;

    for (unsigned c = 0; c < GW_SEND_CLASSES; c++)
        n += p->queue[c].n;
    return n;
}

void gw_pacer_set_rate(struct gw_pacer *p, uint32_t rate_bps, uint32_t burst_us, int64_t now_us)
{
    if (!p->rate_bps && rate_bps) {
        p->budget_bits = LEAST_BITS;
        p->budget_us = now_us;
    }
    p->rate_bps = rate_bps;
    p->burst_us = burst_us;
}

int64_t gw_pacer_delay_us(const struct gw_pacer *p, int64_t now_us)
{
    uint16_t most = 0;

    for (unsigned c = 0; c < GW_SEND_CLASSES; c++)
        if (p->queue[c].n && waited_ms(at(&p->queue[c], 0), now_us) > most)
            most = waited_ms(at(&p->queue[c], 0), now_us);
    return (int64_t)most * 1000;
}

int64_t gw_pacer_due(const struct gw_pacer *p)
{
    int64_t wait;

    if (!gw_pacer_waiting(p))
        return INT64_MAX;
    if (!p->rate_bps || p->budget_bits > 0 || p->queue[GW_SEND_AUDIO].n)
        return p->budget_us;
    wait = (1 - p->budget_bits) * 1000000 / p->rate_bps + 1;
    return p->budget_us + (wait > TICK_US ? wait : TICK_US);
}
