/* SPDX-License-Identifier: Apache-2.0 */
#include "media/burst.h"

#include "media/sink.h"
#include "media/source.h"

static void drop(struct gw_pending *p)
{
    for (unsigned i = 0; i < p->n; i++)
        gw_packet_unref(p->pkt[i]);
    p->n = 0;
}

static void hand_on(struct gw_source *s, struct gw_dirty *dirty, int64_t now_us)
{
    gw_fanout(s, s->pending.pkt, s->pending.n, dirty, now_us);
    drop(&s->pending);
}

static void enlist(struct gw_burst *b, struct gw_source *s)
{
    s->pending.listed = true;
    s->pending.next = NULL;
    if (b->first)
        *b->last = s;
    else
        b->first = s;
    b->last = &s->pending.next;
}

void gw_burst_add(struct gw_source *s, struct gw_packet *pkt, int64_t now_us)
{
    struct gw_pending *p = &s->pending;

    if (p->n == GW_BURST_MOST)
        hand_on(s, NULL, now_us);
    if (!p->n)
        p->since_us = now_us;
    p->pkt[p->n++] = gw_packet_ref(pkt);
    if (!p->listed)
        enlist(s->burst, s);
}

/* The last packet that came ends a frame, or nothing is known of frames. */
static bool is_complete(const struct gw_source *s)
{
    const struct gw_pending *p = &s->pending;

    return !p->n || s->conf.kind != GW_VIDEO || p->pkt[p->n - 1]->facts.marker;
}

int64_t gw_burst_flush(struct gw_burst *b, int64_t now_us)
{
    struct gw_source *s = b->first, *next;
    int64_t due = INT64_MAX;

    b->first = NULL;
    for (; s; s = next) {
        next = s->pending.next;
        s->pending.listed = false;
        if (is_complete(s) || now_us - s->pending.since_us >= GW_BURST_HOLD_US) {
            hand_on(s, next ? NULL : b->dirty, now_us);
            continue;
        }
        if (s->pending.since_us + GW_BURST_HOLD_US < due)
            due = s->pending.since_us + GW_BURST_HOLD_US;
        enlist(b, s);
    }
    return due;
}

static unsigned offered(const struct gw_pending *p, const struct gw_sink *k)
{
    return !k || k->at > p->sink ? 0 : k->at == p->sink ? p->at : p->n;
}

bool gw_burst_holds(const struct gw_source *s, const struct gw_sink *k, const struct gw_packet *pkt)
{
    for (unsigned i = offered(&s->pending, k); i < s->pending.n; i++)
        if (s->pending.pkt[i] == pkt)
            return true;
    return false;
}

void gw_burst_forget(struct gw_source *s)
{
    struct gw_source **at = s->pending.listed ? &s->burst->first : NULL;

    drop(&s->pending);
    if (!at)
        return;
    while (*at != s)
        at = &(*at)->pending.next;
    *at = s->pending.next;
    if (!*at)
        s->burst->last = at;
    s->pending.listed = false;
}
