/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/net.h"

#include <glib.h>
#include <string.h>

#define IP_UDP     28 /* bytes that a limited link carries besides */
#define REORDER_US 30000

struct datagram {
    int64_t due_us;
    uint64_t order; /* equal times: as sent */
    struct sim_link *link;
    size_t len;
    uint8_t data[];
};

struct sim_net {
    uint64_t random, order;
    GSequence *queue; /* of struct datagram, by time */
};

struct sim_net *sim_net_new(uint64_t seed)
{
    struct sim_net *n = g_new0(struct sim_net, 1);

    n->random = seed * 2 + 1;
    n->queue = g_sequence_new(g_free);
    return n;
}

void sim_net_free(struct sim_net *n)
{
    g_sequence_free(n->queue);
    g_free(n);
}

uint32_t sim_random(struct sim_net *n)
{
    n->random = n->random * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(n->random >> 33);
}

static gint by_time(gconstpointer a, gconstpointer b, gpointer unused)
{
    const struct datagram *x = a, *y = b;

    if (x->due_us != y->due_us)
        return x->due_us < y->due_us ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool chance(struct sim_net *n, double p)
{
    return p > 0 && sim_random(n) % 10000 < (uint32_t)(p * 10000);
}

static bool is_lost(struct sim_net *n, struct sim_link *l, int64_t now_us)
{
    if (chance(n, l->burst))
        l->bad_until_us = now_us + l->burst_us;
    return now_us < l->bad_until_us || chance(n, l->loss);
}

static void deliver_at(struct sim_net *n, struct sim_link *l, const uint8_t *data, size_t len, int64_t due_us)
{
    struct datagram *d = g_malloc(sizeof(*d) + len);

    d->due_us = due_us;
    d->order = n->order++;
    d->link = l;
    d->len = len;
    memcpy(d->data, data, len);
    g_sequence_insert_sorted(n->queue, d, by_time, NULL);
}

void sim_net_send(struct sim_net *n, struct sim_link *l, const uint8_t *data, size_t len, int64_t now_us)
{
    struct sim_link *q = l->shared ? l->shared : l;
    int64_t leaves = q->free_us > now_us ? q->free_us : now_us, waited;

    l->sent++;
    if (l->stall_every_us && leaves % l->stall_every_us < l->stall_us)
        leaves += l->stall_us - leaves % l->stall_every_us;
    if (q->rate_bps && leaves - now_us > q->queue_us) {
        l->lost++;
        return;
    }
    if (q->rate_bps)
        leaves += (int64_t)(len + IP_UDP) * 8 * 1000000 / q->rate_bps;
    q->free_us = leaves;
    waited = (leaves - now_us) / 1000;
    l->waited_ms[waited < 1023 ? waited : 1023]++;
    if (is_lost(n, l, now_us)) {
        l->lost++;
        return;
    }
    leaves += l->delay_us + (l->jitter_us ? (int64_t)(sim_random(n) % (uint32_t)l->jitter_us) : 0);
    if (chance(n, l->duplicate))
        deliver_at(n, l, data, len, leaves + 1000);
    deliver_at(n, l, data, len, chance(n, l->reorder) ? leaves + REORDER_US : leaves);
}

int64_t sim_link_waited_ms(const struct sim_link *l, unsigned percent)
{
    uint64_t all = 0, sum = 0;
    unsigned ms = 0;

    for (unsigned i = 0; i < 1024; i++)
        all += l->waited_ms[i];
    while (ms < 1024 && (sum += l->waited_ms[ms]) * 100 < all * percent)
        ms++;
    return ms;
}

void sim_link_measure(struct sim_link *l)
{
    memset(l->waited_ms, 0, sizeof(l->waited_ms));
    l->sent = l->lost = l->delivered = l->bytes = 0;
}

static struct datagram *first(const struct sim_net *n)
{
    GSequenceIter *it = g_sequence_get_begin_iter(n->queue);

    return g_sequence_iter_is_end(it) ? NULL : g_sequence_get(it);
}

int64_t sim_net_next(const struct sim_net *n)
{
    const struct datagram *d = first(n);

    return d ? d->due_us : INT64_MAX;
}

void sim_net_run(struct sim_net *n, int64_t now_us)
{
    struct datagram *d;

    while ((d = first(n)) && d->due_us <= now_us) {
        uint8_t data[2048];
        struct sim_link *l = d->link;
        size_t len = d->len;

        memcpy(data, d->data, len);
        g_sequence_remove(g_sequence_get_begin_iter(n->queue));
        l->delivered++;
        l->bytes += len;
        l->deliver(l->arg, data, len, now_us);
    }
}
