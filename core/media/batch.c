/* SPDX-License-Identifier: Apache-2.0 */
#include "media/batch.h"

void gw_batch_sort(struct gw_batch_item *items, size_t n)
{
    struct gw_batch_item sound[GW_BATCH_MOST];
    size_t pictures = 0, n_sound = 0;

    for (size_t i = 0; i < n; i++)
        if (items[i].class == GW_SEND_AUDIO)
            sound[n_sound++] = items[i];
        else
            items[pictures++] = items[i];
    for (size_t i = 0; i < n_sound; i++)
        items[pictures + i] = sound[i];
}

static bool is_sound(const struct gw_outgoing *o)
{
    return o->sink->conf.kind == GW_AUDIO && !o->again;
}

/* Pads `n` packets to the largest of `of`, where they lack at most so many bytes. */
static void pad(struct gw_outgoing *o, size_t n, size_t of, size_t at_most)
{
    size_t most = 0;

    for (size_t i = 0; i < of; i++)
        if (gw_outgoing_size(&o[i]) > most)
            most = gw_outgoing_size(&o[i]);
    for (size_t i = 0; i < n; i++) {
        size_t short_by = most - gw_outgoing_size(&o[i]);

        if (short_by <= at_most)
            gw_outgoing_pad(&o[i], (uint8_t)short_by);
    }
}

static bool same_frame(const struct gw_outgoing *a, const struct gw_outgoing *o)
{
    return o->paddable && o->sink == a->sink && o->entry->ts == a->entry->ts;
}

void gw_batch_even_out(struct gw_batch *b)
{
    size_t pictures = b->n, end;

    while (pictures && is_sound(&b->o[pictures - 1]))
        pictures--;
    for (size_t i = 0; i < pictures; i = end) {
        for (end = i + 1; end < pictures && same_frame(&b->o[i], &b->o[end]); end++)
            ;
        /* The last one may stay short, since it ends the run anyway; unless sound is to follow. */
        if (b->o[i].paddable)
            pad(&b->o[i], end == pictures && pictures < b->n ? end - i : end - i - 1, end - i, GW_BATCH_PAD);
    }
    if (pictures + 1 < b->n)
        pad(&b->o[pictures], b->n - 1 - pictures, b->n - pictures, GW_BATCH_PAD_SOUND);
}
