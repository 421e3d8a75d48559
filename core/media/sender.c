/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sender.h"

#include <stddef.h>
#include <string.h>

#include "media/batch.h"
#include "media/probing.h"

static void enlist(struct gw_sender *s)
{
    if (s->queued)
        return;
    s->queued = true;
    s->next = s->dirty->first;
    s->dirty->first = s;
}

static void wake(void *arg, int64_t now_us)
{
    enlist(arg);
}

void gw_sender_init(struct gw_sender *s, struct gw_dirty *dirty, struct gw_timers *timers, struct gw_counters *counters)
{
    memset(s, 0, sizeof(*s));
    s->dirty = dirty;
    s->timers = timers;
    s->counters = counters;
    s->pad_runs = true;
    s->history_us = 200000;
    s->wake.fire = wake;
    s->wake.arg = s;
    gw_bwe_init(&s->bwe, NULL);
}

void gw_sender_end(struct gw_sender *s)
{
    struct gw_sender **at = &s->dirty->first;

    while (*at && *at != s)
        at = &(*at)->next;
    if (*at)
        *at = s->next;
    gw_timer_stop(s->timers, &s->wake);
    gw_pacer_clear(&s->pacer);
    gw_bwe_clear(&s->bwe);
}

void gw_sender_kick(struct gw_sender *s)
{
    enlist(s);
}

void gw_sender_forget(struct gw_sender *s, const struct gw_sink *k)
{
    gw_pacer_forget(&s->pacer, k);
    if (s->prober == k)
        s->prober = NULL;
}

bool gw_sender_ready(const struct gw_sender *s)
{
    return s->srtp;
}

void gw_sender_push(struct gw_sender *s, enum gw_send_class class, const struct gw_send_item *item, int64_t now_us)
{
    if (!gw_pacer_push(&s->pacer, class, item, now_us))
        gw_count(&s->counters->drops_queue);
    enlist(s);
}

/* --- a batch ------------------------------------------------------------------------------------------------------ */

static void account(struct gw_sender *s, const struct gw_outgoing *o, size_t wire, int64_t now_us)
{
    struct gw_sink *k = o->sink;

    k->packets++;
    k->bytes += wire;
    k->payload_bytes += o->payload_len;
    gw_count_add(&s->counters->bytes_out, wire);
    if (o->again) {
        k->retransmitted++;
        k->again_bytes += wire;
        gw_count(&s->counters->retransmitted);
    } else {
        gw_count(&s->counters->packets_forwarded);
        o->entry->sent_ms = (uint32_t)(now_us / 1000) ? (uint32_t)(now_us / 1000) : 1;
    }
    gw_bwe_sent(&s->bwe, o->twcc_used, o->twcc, wire, gw_outgoing_mark(o), now_us);
}

static void emit(struct gw_sender *s, struct gw_batch *b, int64_t now_us)
{
    size_t overhead = gw_srtp_overhead(s->srtp);

    if (s->pad_runs)
        gw_batch_even_out(b);
    for (size_t i = 0; i < b->n; i++) {
        struct gw_outgoing *o = &b->o[i];
        size_t len = gw_outgoing_size(o);
        uint8_t *room = gw_ice_reserve(s->ice, len + overhead + 16);

        if (!room) {
            gw_count(&s->counters->drops_queue);
            continue;
        }
        gw_outgoing_write(o, room);
        if (s->watch)
            s->watch(s->watch_arg, room, len);
        gw_seal_rtp(s->sealer, s->srtp, room, o->header_len, len, o->index);
        gw_ice_commit(s->ice, len + overhead);
        account(s, o, len + overhead, now_us);
    }
}

/* Headers are written in the order of sending: the numbers of transport-wide feedback are in them. */
static void prepare(struct gw_sender *s, struct gw_batch *b, const struct gw_batch_item *items, size_t n,
                    int64_t now_us)
{
    b->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct gw_sink *k = items[i].item.sink;
        struct gw_sent *e = gw_sink_entry(k, items[i].item.out_seq);
        struct gw_outgoing *o = &b->o[b->n];

        if (e && gw_outgoing_prepare(o, b->n ? o - 1 : NULL, s, k, e, items[i].class == GW_SEND_RTX, now_us)) {
            b->n++;
            continue;
        }
        gw_count(&s->counters->drops_history);
        if (e && !e->sent_ms)
            e->used = false;
    }
}

static size_t take(struct gw_sender *s, struct gw_batch_item *items, int64_t now_us)
{
    size_t n = 0;

    while (n < GW_BATCH_MOST && gw_pacer_next(&s->pacer, &items[n].item, &items[n].class, now_us))
        n++;
    return n;
}

void gw_sender_flush(struct gw_sender *s, int64_t now_us)
{
    struct gw_batch_item items[GW_BATCH_MOST];
    struct gw_batch b;
    int64_t due;
    size_t n;

    if (!s->srtp || !s->ice)
        return;
    while ((n = take(s, items, now_us))) {
        gw_batch_sort(items, n);
        prepare(s, &b, items, n, now_us);
        emit(s, &b, now_us);
    }
    if (s->pacer.broken) {
        struct gw_sink *k = s->pacer.broken;

        gw_pacer_forget(&s->pacer, k);
        gw_sink_broken(k, now_us);
    }
    due = gw_probing_fill(s, now_us);
    if (gw_pacer_waiting(&s->pacer) && gw_pacer_due(&s->pacer) < due)
        due = gw_pacer_due(&s->pacer);
    if (due != INT64_MAX)
        gw_timer_start(s->timers, &s->wake, due);
}

void gw_sender_prefetch(const struct gw_sender *s)
{
    for (size_t at = 0; at < offsetof(struct gw_sender, bwe.feedbacks); at += 64)
        __builtin_prefetch((const char *)s + at, 1);
}

void gw_sender_prefetch_rest(const struct gw_sender *s)
{
    gw_pacer_prefetch(&s->pacer);
    if (s->ice)
        gw_ice_prefetch(s->ice);
    if (s->srtp)
        __builtin_prefetch(s->srtp);
}

/* While one sender is worked on: keys of the next, which are large, and the entries of its packets; of the one after it
 * the sink; and so on. */
static void fetch_ahead(const struct gw_sender *next)
{
    const struct gw_send_item *item;

    if (!next)
        return;
    if (next->srtp)
        gw_seal_prefetch(next->srtp);
    item = gw_pacer_peek(&next->pacer);
    if (item)
        gw_sink_prefetch_entries(item->sink, item->out_seq);
    next = next->next;
    if (!next)
        return;
    item = gw_pacer_peek(&next->pacer);
    if (item)
        gw_sink_prefetch(item->sink);
    next = next->next;
    if (!next)
        return;
    gw_sender_prefetch_rest(next);
    if (next->next)
        gw_sender_prefetch(next->next);
}

void gw_dirty_flush(struct gw_dirty *d, int64_t now_us)
{
    while (d->first) {
        struct gw_sender *s = d->first;

        d->first = s->next;
        s->queued = false;
        fetch_ahead(d->first);
        gw_sender_flush(s, now_us);
    }
}
