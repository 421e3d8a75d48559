/* SPDX-License-Identifier: Apache-2.0 */
#include "media/nack.h"

#include <string.h>

static void forget_first(struct gw_nack *n, unsigned count)
{
    n->n -= count;
    memmove(n->list, n->list + count, n->n * sizeof(n->list[0]));
}

void gw_nack_gap(struct gw_nack *n, uint64_t newest, uint64_t seq, int64_t now_us)
{
    unsigned old = 0;

    if (seq - newest > GW_NACK_WINDOW) { /* a jump: nobody could repair that */
        n->n = 0;
        return;
    }
    while (old < n->n && (n->list[old].seq + GW_NACK_WINDOW <= seq))
        old++;
    forget_first(n, old);
    for (uint64_t s = newest + 1; s < seq && n->n < GW_NACK_WINDOW; s++)
        n->list[n->n++] = (struct gw_missing){.seq = s, .seen_us = now_us};
}

static void note_repair(struct gw_nack *n, const struct gw_missing *m, int64_t now_us)
{
    int64_t took = now_us - m->seen_us - (int64_t)m->asked_ms * 1000;

    if (m->asked != 1 || took <= 0) /* of several requests nobody knows which was answered */
        return;
    n->repair_us = n->repair_us ? n->repair_us + (took - n->repair_us) / 8 : took;
}

bool gw_nack_arrived(struct gw_nack *n, uint64_t seq, bool *asked, bool repaired, int64_t now_us)
{
    *asked = false;
    for (unsigned i = 0; i < n->n && n->list[i].seq <= seq; i++) {
        if (n->list[i].seq != seq)
            continue;
        *asked = n->list[i].asked > 0;
        if (repaired)
            note_repair(n, &n->list[i], now_us);
        n->n--;
        memmove(n->list + i, n->list + i + 1, (n->n - i) * sizeof(n->list[0]));
        return true;
    }
    return false;
}

static bool is_due(const struct gw_nack *n, const struct gw_missing *m, int64_t waited_us)
{
    int64_t again_us = n->repair_us + n->repair_us / 2 + GW_NACK_SLACK_US; /* later than most repairs come */

    if (!m->asked)
        return waited_us >= GW_NACK_FIRST_US;
    if (!n->repair_us)
        return m->asked < 2 && waited_us >= GW_NACK_SECOND_US;
    return m->asked < GW_NACK_TRIES && waited_us - (int64_t)m->asked_ms * 1000 >= again_us;
}

size_t gw_nack_due(struct gw_nack *n, uint16_t *out, size_t max, int64_t now_us)
{
    size_t count = 0;
    unsigned old = 0;

    while (old < n->n && now_us - n->list[old].seen_us > GW_NACK_FORGET_US)
        old++;
    forget_first(n, old);
    for (unsigned i = 0; i < n->n && count < max; i++) {
        struct gw_missing *m = &n->list[i];
        int64_t waited = now_us - m->seen_us;

        if (!is_due(n, m, waited))
            continue;
        m->asked++;
        m->asked_ms = (uint32_t)(waited / 1000);
        out[count++] = (uint16_t)m->seq;
    }
    return count;
}

void gw_nack_keyframe(struct gw_nack *n, uint64_t seq)
{
    unsigned old = 0;

    while (old < n->n && n->list[old].seq < seq)
        old++;
    forget_first(n, old);
}

void gw_nack_clear(struct gw_nack *n)
{
    n->n = 0;
}
