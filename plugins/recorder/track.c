/* SPDX-License-Identifier: Apache-2.0 */
#include "track.h"

#include <stdlib.h>
#include <string.h>

#define LAYER_SILENT_US 1000000 /* after this a lower layer will do */

struct rec_track *rec_track_new(const struct rec_track_conf *conf, cardea_source source, size_t capacity)
{
    struct rec_track *t = aligned_alloc(64, (sizeof(*t) + 63) & ~(size_t)63);

    if (!t)
        return NULL;
    memset(t, 0, sizeof(*t));
    if (rec_ring_init(&t->ring, capacity)) {
        free(t);
        return NULL;
    }
    t->conf = *conf;
    t->source = source;
    return t;
}

void rec_track_free(struct rec_track *t)
{
    if (!t)
        return;
    rec_ring_free(&t->ring);
    free(t->conf.mid);
    free(t->conf.description);
    free(t->conf.fmtp);
    free(t);
}

/* The layer to take: a better one from its keyframe on, a worse one when the present one has gone silent. */
static bool is_wanted(struct rec_track *t, const struct cardea_packet *p)
{
    if (!t->begun || (p->substream != t->substream && p->keyframe &&
                      (p->substream > t->substream || p->arrival_us - t->substream_us > LAYER_SILENT_US))) {
        t->begun = true;
        t->substream = p->substream;
    }
    if (p->substream != t->substream)
        return false;
    t->substream_us = p->arrival_us;
    return true;
}

static void drop(struct rec_track *t, size_t len)
{
    t->dropping = t->gap = true;
    atomic_store_explicit(&t->starving, true, memory_order_relaxed);
    atomic_fetch_add_explicit(&t->dropped_packets, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&t->dropped_bytes, len, memory_order_relaxed);
}

/* Dropping ends where decoding can begin, and not before there is room for more than a moment. */
static bool may_resume(struct rec_track *t, const struct cardea_packet *p)
{
    if ((t->conf.kind == CARDEA_VIDEO && !p->keyframe) || rec_ring_used(&t->ring) > t->ring.capacity / 2)
        return false;
    t->dropping = false;
    atomic_store_explicit(&t->starving, false, memory_order_relaxed);
    return true;
}

void rec_track_packet(void *tap, const struct cardea_packet *p)
{
    struct rec_track *t = tap;
    struct rec_entry *e;

    if (!is_wanted(t, p) || atomic_load_explicit(&t->closed, memory_order_relaxed))
        return;
    if ((t->dropping && !may_resume(t, p)) || !(e = rec_ring_reserve(&t->ring, p->len))) {
        drop(t, p->len);
        return;
    }
    e->kind = REC_ENTRY_PACKET;
    e->substream = p->substream;
    e->keyframe = p->keyframe;
    e->recovered = p->recovered;
    e->gap = t->gap;
    e->timestamp = p->timestamp;
    e->ext_seq = p->ext_seq;
    e->time_us = p->arrival_us;
    memcpy(e->bytes, p->data, p->len);
    rec_ring_commit(&t->ring, e);
    t->gap = false;
}

/* Reports of other layers come too: they are remembered by their layer. */
void rec_track_report(void *tap, const struct cardea_report *report)
{
    struct rec_track *t = tap;
    struct rec_entry *e = rec_ring_reserve(&t->ring, 0);

    if (!e)
        return; /* the next one will do */
    e->kind = REC_ENTRY_REPORT;
    e->substream = report->substream;
    e->timestamp = report->rtp;
    e->time_us = report->local_us;
    rec_ring_commit(&t->ring, e);
}
