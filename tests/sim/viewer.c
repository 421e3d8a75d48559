/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/viewer.h"

#include <string.h>

#define ASKS      10
#define STUCK_US  300000 /* so long at the same hole: a keyframe is asked for */
#define PLI_US    500000 /* and again after so long */
#define FREEZE_US 150000 /* beyond the usual distance of pictures, and three times that: as getStats() counts them */
#define FACTOR    3
#define KNOWN     5 /* gaps, from which on there is a usual one */

typedef __typeof__(((struct sim_viewer *)0)->ring[0]) slot;

static slot *at(struct sim_viewer *v, uint32_t seq)
{
    slot *s = &v->ring[seq % SIM_VIEWER_RING];

    return s->got && s->seq == seq ? s : NULL;
}

/* 0: too few were shown to tell. */
static int64_t usual_gap_us(const struct sim_viewer *v)
{
    unsigned n = v->gaps < SIM_VIEWER_GAPS ? v->gaps : SIM_VIEWER_GAPS;
    int64_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += v->gap_us[i];
    return n < KNOWN ? 0 : sum / n;
}

static void show(struct sim_viewer *v, const slot *last, int64_t now_us)
{
    int64_t gap = v->shown_us ? now_us - v->shown_us : 0, usual = usual_gap_us(v);

    v->frames++;
    v->of_layer[last->layer % 3]++;
    v->layer = last->layer;
    v->shown_us = now_us;
    if (!gap)
        return;
    if (gap > v->longest_us)
        v->longest_us = gap;
    if (usual && gap > usual + FREEZE_US && gap > FACTOR * usual) {
        v->freezes++;
        v->frozen_us += gap;
    }
    v->gap_us[v->gaps++ % SIM_VIEWER_GAPS] = gap;
}

/* The frame that begins at seq is whole: the number behind it; 0: it is not. */
static uint32_t end_of(struct sim_viewer *v, uint32_t seq)
{
    uint32_t ts;
    slot *s = at(v, seq);

    if (!s || !s->first)
        return 0;
    for (ts = s->ts; s && s->ts == ts; s = at(v, ++seq))
        if (s->marker)
            return seq + 1;
    return 0;
}

/* A whole keyframe behind the hole; 0: none. */
static uint32_t find_keyframe(struct sim_viewer *v)
{
    for (uint32_t seq = v->next; (int32_t)(v->newest - seq) >= 0; seq++) {
        slot *s = at(v, seq);

        if (s && s->first && s->keyframe && end_of(v, seq))
            return seq;
    }
    return 0;
}

static bool advance(struct sim_viewer *v, int64_t now_us)
{
    bool any = false;
    uint32_t end;

    for (;;) {
        slot *s = at(v, v->next);

        end = s ? end_of(v, v->next) : 0;
        if (!end || (!v->decoding && !s->keyframe))
            break;
        v->decoding = true;
        show(v, at(v, end - 1), now_us);
        v->next = end;
        v->stuck_us = 0;
        any = true;
    }
    return any;
}

bool sim_viewer_packet(struct sim_viewer *v, uint16_t seq16, uint32_t ts, bool marker, bool first, bool keyframe,
                       unsigned layer, size_t wire, int64_t now_us)
{
    uint32_t seq, key;
    size_t second = v->began_us ? (size_t)((now_us - v->began_us) / 1000000) : 0;
    bool any;

    if (!v->started) {
        v->started = true;
        v->next = v->newest = 65536u + seq16;
        v->began_us = v->began_us ? v->began_us : now_us;
    }
    v->bytes += wire;
    if (second < SIM_VIEWER_SECONDS)
        v->second[second] += (uint32_t)wire * 8 / 1000;
    seq = v->newest + (uint32_t)(int32_t)(int16_t)(seq16 - (uint16_t)v->newest);
    if (at(v, seq) || (int32_t)(seq - v->next) < 0) {
        v->duplicates++;
        return false;
    }
    if ((int32_t)(seq - v->newest) > 0)
        v->newest = seq;
    v->ring[seq % SIM_VIEWER_RING] = (slot){.seq = seq,
                                            .ts = ts,
                                            .got = true,
                                            .marker = marker,
                                            .first = first,
                                            .keyframe = keyframe,
                                            .layer = (uint8_t)layer};
    any = advance(v, now_us);
    if (!any && v->newest != seq - 1 && (key = find_keyframe(v)) && key != v->next) {
        v->skipped += key - v->next;
        v->next = key;
        v->decoding = false;
        any = advance(v, now_us);
    }
    return any;
}

size_t sim_viewer_missing(struct sim_viewer *v, uint16_t *seqs, size_t most, int64_t rtt_us, int64_t now_us)
{
    size_t n = 0;

    if (!v->started || v->newest - v->next > SIM_VIEWER_RING / 4)
        return 0;
    for (uint32_t seq = v->next; (int32_t)(v->newest - seq) > 0 && n < most; seq++) {
        slot *s = &v->ring[seq % SIM_VIEWER_RING];

        if (s->seq == seq && (s->got || s->asks >= ASKS || now_us - s->asked_us < rtt_us))
            continue;
        *s = (slot){.seq = seq, .asks = (uint8_t)(s->seq == seq ? s->asks + 1 : 1), .asked_us = now_us};
        seqs[n++] = (uint16_t)seq;
    }
    return n;
}

bool sim_viewer_tick(struct sim_viewer *v, int64_t now_us)
{
    if (!v->started || v->next == v->newest + 1)
        return false;
    if (!v->stuck_us)
        v->stuck_us = now_us;
    if (now_us - v->stuck_us < STUCK_US + 2 * v->rtt_us || now_us - v->pli_us < PLI_US)
        return false;
    v->pli_us = now_us;
    v->plis++;
    return true;
}

void sim_viewer_measure(struct sim_viewer *v, int64_t now_us)
{
    v->frames = v->freezes = v->skipped = v->plis = v->duplicates = 0;
    memset(v->of_layer, 0, sizeof(v->of_layer));
    memset(v->second, 0, sizeof(v->second));
    v->longest_us = v->frozen_us = 0;
    v->bytes = 0;
    v->began_us = now_us;
}

int64_t sim_viewer_longest_us(const struct sim_viewer *v, int64_t now_us)
{
    int64_t now_gap = v->shown_us ? now_us - v->shown_us : now_us - v->began_us;

    return now_gap > v->longest_us ? now_gap : v->longest_us;
}
