/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/twcc.h"

#include <string.h>

#define TOLD ((uint64_t)1 << 63)

enum { LOST = 0, SMALL = 1, LARGE = 2 }; /* status symbols: no, one, two bytes of delta */

/*
 * | base sequence number          | packet status count           |
 * | reference time (24)                           | feedback count|
 * | chunks, 16 bits each … | deltas of 250 µs … | zeros
 *
 * A chunk is a run, 0 SS LLLLLLLLLLLLL; or 14 symbols of one bit, 10 b…; or 7 symbols of two bits, 11 bb….
 */

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Steps through the symbols of the chunks. */
struct symbols {
    struct gw_reader *r;
    uint16_t chunk;
    unsigned left; /* symbols left in the chunk */
};

static unsigned next_symbol(struct symbols *s)
{
    if (!s->left) {
        s->chunk = gw_read_u16(s->r);
        s->left = !(s->chunk & 0x8000) ? s->chunk & 0x1fff : s->chunk & 0x4000 ? 7 : 14;
        if (!s->left) /* an empty run would let us go round without end */
            s->r->failed = true;
        if (s->r->failed)
            return LOST;
    }
    s->left--;
    if (!(s->chunk & 0x8000))
        return s->chunk >> 13 & 3;
    return s->chunk & 0x4000 ? s->chunk >> (2 * s->left) & 3u : s->chunk >> s->left & 1u;
}

unsigned gw_twcc_count(const struct gw_rtcp_packet *p)
{
    struct gw_rtcp_feedback f;

    if (p->type != GW_RTCP_RTPFB || p->count != GW_RTPFB_TWCC || gw_rtcp_read_feedback(p, &f) || f.len < 8)
        return 0;
    return gw_get_u16(f.fci + 2);
}

int gw_twcc_read(const struct gw_rtcp_packet *p, struct gw_twcc_head *head, int64_t *arrival_us, size_t cap)
{
    struct gw_rtcp_feedback f;
    struct gw_reader chunks, deltas;
    struct gw_twcc_head h = {0};
    struct symbols s;
    int64_t ticks;
    unsigned i, symbol;

    if (p->type != GW_RTCP_RTPFB || p->count != GW_RTPFB_TWCC || gw_rtcp_read_feedback(p, &f))
        return GW_EPARSE;
    chunks = gw_reader_make(f.fci, f.len);
    h.sender_ssrc = f.sender_ssrc;
    h.media_ssrc = f.media_ssrc;
    h.base_seq = gw_read_u16(&chunks);
    h.count = gw_read_u16(&chunks);
    h.reference = (int32_t)(gw_read_u24(&chunks) ^ 0x800000) - 0x800000;
    h.feedback_count = gw_read_u8(&chunks);
    if (chunks.failed || !h.count)
        return GW_EPARSE;
    /* once over the chunks to find the deltas behind them, then over both together */
    deltas = chunks;
    s = (struct symbols){.r = &deltas};
    for (i = 0; i < h.count && !deltas.failed; i++)
        next_symbol(&s);
    s = (struct symbols){.r = &chunks};
    ticks = (int64_t)h.reference * 256;
    for (i = 0; i < h.count && !deltas.failed; i++) {
        symbol = next_symbol(&s);
        if (symbol == SMALL)
            ticks += gw_read_u8(&deltas);
        else if (symbol == LARGE)
            ticks += (int16_t)gw_read_u16(&deltas);
        else if (symbol != LOST)
            return GW_EPARSE;
        if (i < cap)
            arrival_us[i] = symbol == LOST ? GW_TWCC_LOST : ticks * 250;
    }
    if (deltas.failed)
        return GW_EPARSE;
    *head = h;
    return h.count < cap ? (int)h.count : (int)cap;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct plan {
    unsigned n;
    int64_t reference; /* not cut to 24 bits */
    bool received;     /* any of them */
    uint8_t symbols[GW_TWCC_MAX_ENTRIES];
    int16_t deltas[GW_TWCC_MAX_ENTRIES];
};

/* Chooses symbols for as many entries as can be told in one feedback. */
static void plan_entries(struct plan *plan, const int64_t *arrival_us, size_t n)
{
    int64_t now, before = 0, delta;

    plan->received = false;
    for (plan->n = 0; plan->n < n && plan->n < GW_TWCC_MAX_ENTRIES; plan->n++) {
        plan->symbols[plan->n] = LOST;
        if (arrival_us[plan->n] == GW_TWCC_LOST)
            continue;
        if (!plan->received) {
            plan->reference = floor_div(arrival_us[plan->n], 64000);
            before = plan->reference * 256;
            plan->received = true;
        }
        now = floor_div(arrival_us[plan->n] + 125, 250);
        delta = now - before;
        if (delta < INT16_MIN || delta > INT16_MAX)
            return;
        plan->symbols[plan->n] = delta >= 0 && delta <= UINT8_MAX ? SMALL : LARGE;
        plan->deltas[plan->n] = (int16_t)delta;
        before = now;
    }
}

/* One chunk for the symbols from the i-th on; returns how many it holds. */
static unsigned write_chunk(struct gw_writer *w, const struct plan *plan, unsigned i)
{
    const uint8_t *symbols = plan->symbols + i;
    unsigned left = plan->n - i, run, narrow, n, k;
    uint16_t chunk;

    for (run = 1; run < left && symbols[run] == symbols[0]; run++)
        ;
    for (narrow = 0; narrow < left && narrow < 14 && symbols[narrow] != LARGE; narrow++)
        ;
    if (run == left || run >= (narrow == 14 ? 14u : 7u)) {
        gw_write_u16(w, (uint16_t)(symbols[0] << 13 | run));
        return run;
    }
    if (narrow == 14 || narrow == left) {
        n = narrow;
        for (k = 0, chunk = 0x8000; k < n; k++)
            chunk |= (uint16_t)(symbols[k] << (13 - k));
    } else {
        n = left < 7 ? left : 7;
        for (k = 0, chunk = 0xc000; k < n; k++)
            chunk |= (uint16_t)(symbols[k] << (12 - 2 * k));
    }
    gw_write_u16(w, chunk);
    return n;
}

static void write_plan(struct gw_writer *w, const struct gw_twcc_head *head, const struct plan *plan)
{
    size_t begin = w->pos;
    uint8_t *p = gw_write_room(w, 20);
    unsigned i;

    if (!p)
        return;
    p[0] = 0x80 | GW_RTPFB_TWCC;
    p[1] = GW_RTCP_RTPFB;
    gw_put_u32(p + 4, head->sender_ssrc);
    gw_put_u32(p + 8, head->media_ssrc);
    gw_put_u16(p + 12, head->base_seq);
    gw_put_u16(p + 14, (uint16_t)plan->n);
    gw_put_u24(p + 16, (uint32_t)plan->reference & 0xffffff);
    p[19] = head->feedback_count;
    for (i = 0; i < plan->n;)
        i += write_chunk(w, plan, i);
    for (i = 0; i < plan->n; i++) {
        if (plan->symbols[i] == SMALL)
            gw_write_u8(w, (uint8_t)plan->deltas[i]);
        else if (plan->symbols[i] == LARGE)
            gw_write_u16(w, (uint16_t)plan->deltas[i]);
    }
    gw_write_zeros(w, (4 - (w->pos - begin) % 4) % 4);
    gw_put_u16(p + 2, (uint16_t)((w->pos - begin) / 4 - 1));
}

int gw_twcc_write(struct gw_writer *w, const struct gw_twcc_head *head, const int64_t *arrival_us, size_t n)
{
    struct gw_writer attempt;
    struct plan plan;

    if (w->failed)
        return 0;
    for (; n; n = plan.n / 2) { /* half as many, until there is room */
        plan_entries(&plan, arrival_us, n);
        if (!plan.received)
            return 0;
        attempt = *w;
        write_plan(&attempt, head, &plan);
        if (!attempt.failed) {
            *w = attempt;
            return (int)plan.n;
        }
    }
    return 0;
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

void gw_twcc_table_init(struct gw_twcc_table *t)
{
    memset(t, 0, sizeof(*t));
}

void gw_twcc_table_add(struct gw_twcc_table *t, uint16_t seq, int64_t arrival_us)
{
    uint64_t ext = gw_seq_extend(&t->seq, seq);
    size_t slot = ext % GW_TWCC_WINDOW;

    if (ext + GW_TWCC_WINDOW <= t->seq.highest) {
        t->too_late++;
        return;
    }
    if ((t->held[slot] & ~TOLD) == ext)
        return;
    t->held[slot] = ext;
    t->arrival_us[slot] = arrival_us;
    if (!t->next)
        t->next = ext;
    if (ext < t->next && (!t->late || ext < t->late))
        t->late = ext;
}

bool gw_twcc_table_is_pending(const struct gw_twcc_table *t)
{
    return t->late || (t->next && t->next <= t->seq.highest);
}

/* Received, and not told yet. */
static bool is_new(const struct gw_twcc_table *t, uint64_t ext)
{
    return t->held[ext % GW_TWCC_WINDOW] == ext;
}

static uint64_t window_begin(const struct gw_twcc_table *t)
{
    return t->seq.highest < GW_TWCC_WINDOW ? 0 : t->seq.highest - GW_TWCC_WINDOW + 1;
}

/* Moves on to a late comer that is still there and not told, or to none. */
static void find_late(struct gw_twcc_table *t)
{
    if (t->late && t->late < window_begin(t))
        t->late = window_begin(t);
    while (t->late && t->late < t->next && !is_new(t, t->late))
        t->late++;
    if (t->late >= t->next)
        t->late = 0;
}

/* Late comers that follow each other: what is between them was told before. */
static unsigned collect_late(struct gw_twcc_table *t, uint64_t *base, int64_t *arrival_us)
{
    unsigned n = 0;

    find_late(t);
    if (!t->late)
        return 0;
    *base = t->late;
    for (; n < GW_TWCC_MAX_ENTRIES && *base + n < t->next && is_new(t, *base + n); n++)
        arrival_us[n] = t->arrival_us[(*base + n) % GW_TWCC_WINDOW];
    return n;
}

/* What came since the last feedback, and what is missing in between. A gap longer than a feedback is left out. */
static unsigned collect_next(struct gw_twcc_table *t, uint64_t *base, int64_t *arrival_us)
{
    uint64_t ext;
    unsigned n = 0;

    if (t->next < window_begin(t))
        t->next = window_begin(t);
    for (ext = t->next; ext <= t->seq.highest && !is_new(t, ext); ext++)
        ;
    if (ext - t->next >= GW_TWCC_MAX_ENTRIES)
        t->next = ext;
    for (ext = t->next; ext <= t->seq.highest && n < GW_TWCC_MAX_ENTRIES; ext++, n++)
        arrival_us[n] = is_new(t, ext) ? t->arrival_us[ext % GW_TWCC_WINDOW] : GW_TWCC_LOST;
    *base = t->next;
    return n;
}

int gw_twcc_table_write(struct gw_twcc_table *t, struct gw_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc)
{
    struct gw_twcc_head head = {.sender_ssrc = sender_ssrc, .media_ssrc = media_ssrc};
    int64_t arrival_us[GW_TWCC_MAX_ENTRIES];
    uint64_t base, ext;
    bool late;
    int told, n;

    if (!t->next)
        return 0;
    n = (int)collect_late(t, &base, arrival_us);
    late = n > 0;
    if (!late)
        n = (int)collect_next(t, &base, arrival_us);
    head.base_seq = (uint16_t)base;
    head.feedback_count = t->feedback_count;
    told = gw_twcc_write(w, &head, arrival_us, (size_t)n);
    if (!told)
        return 0;
    t->feedback_count++;
    for (ext = base; ext < base + (uint64_t)told; ext++) {
        if (is_new(t, ext))
            t->held[ext % GW_TWCC_WINDOW] |= TOLD;
    }
    if (late) {
        t->late = base + (uint64_t)told;
        find_late(t);
    } else {
        t->next = base + (uint64_t)told;
    }
    return told;
}
