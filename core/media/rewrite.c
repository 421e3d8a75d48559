/* SPDX-License-Identifier: Apache-2.0 */
#include "media/rewrite.h"

#include <string.h>

#define WORDS (GW_REWRITE_WINDOW / 64)

void gw_rewrite_init(struct gw_rewrite *r, uint16_t first_seq, uint32_t first_ts)
{
    memset(r, 0, sizeof(*r));
    r->out_seq = first_seq;
    r->out_ts = first_ts;
    r->out_pic = first_seq & 0x3fff;
    r->out_tl0 = first_seq & 0xff;
}

/* --- pictures ----------------------------------------------------------------------------------------------------- */

/* The picture id as a number that does not wrap, near the newest one. */
static int32_t unwrap(int32_t newest, int32_t id, bool wide)
{
    int32_t size = wide ? 1 << 15 : 1 << 7;
    int32_t d = (id - newest) & (size - 1);

    return newest + (d >= size / 2 ? d - size : d);
}

static void note_picture(struct gw_rewrite *r, int32_t in)
{
    r->pic_at = (r->pic_at + 1) % GW_REWRITE_PICS;
    r->pics[r->pic_at].in = in;
    r->pics[r->pic_at].delta = r->pic_delta;
    r->newest_pic = in;
}

/* Delta that was valid at a picture: that of the nearest one not newer. */
static int32_t delta_at(const struct gw_rewrite *r, int32_t in)
{
    for (unsigned i = 0; i < GW_REWRITE_PICS; i++) {
        unsigned at = (r->pic_at + GW_REWRITE_PICS - i) % GW_REWRITE_PICS;

        if (r->pics[at].in <= in)
            return r->pics[at].delta;
    }
    return r->pic_delta;
}

static void map_pictures(struct gw_rewrite *r, const struct gw_rtp_facts *f)
{
    r->pics_mapped = f->picture_id >= 0;
    if (r->pics_mapped) {
        /* far from zero, so that "before the first" is a number too */
        int32_t in = f->picture_id + (1 << 20);

        r->pic_delta = r->out_pic + 1 - in;
        for (unsigned i = 0; i < GW_REWRITE_PICS; i++) {
            r->pics[i].in = INT32_MIN;
            r->pics[i].delta = r->pic_delta;
        }
        note_picture(r, in);
    }
    if (f->tl0_picidx >= 0)
        r->tl0_delta = r->out_tl0 + 1 - f->tl0_picidx;
}

static void pass_picture(struct gw_rewrite *r, const struct gw_rtp_facts *f, struct gw_patch *patch)
{
    if (f->picture_id >= 0) {
        int32_t in, out;

        if (!r->pics_mapped)
            map_pictures(r, f);
        in = unwrap(r->newest_pic, f->picture_id, f->picture_id_wide);
        if (in > r->newest_pic)
            note_picture(r, in);
        out = in + (in == r->newest_pic ? r->pic_delta : delta_at(r, in));
        if (in == r->newest_pic)
            r->out_pic = out;
        patch->picture_id = out & 0x7fff;
    }
    if (f->tl0_picidx >= 0) {
        uint8_t out = f->tl0_picidx + r->tl0_delta;

        if ((int8_t)(out - (uint8_t)r->out_tl0) > 0)
            r->out_tl0 = out;
        patch->tl0_picidx = out;
    }
}

static void drop_picture(struct gw_rewrite *r, const struct gw_rtp_facts *f)
{
    int32_t in;

    if (f->picture_id < 0 || !r->pics_mapped || !r->compact_pics)
        return;
    in = unwrap(r->newest_pic, f->picture_id, f->picture_id_wide);
    if (in <= r->newest_pic)
        return; /* counted with its first packet, or too late to matter */
    r->pic_delta--;
    note_picture(r, in);
}

/* --- sequence numbers --------------------------------------------------------------------------------------------- */

/*
 * A hole too long to be filled in counts as one number: so many more, and receivers would take what comes for something
 * old, guess the wrong rollover counter, and never open a packet again (RFC 3711 section 3.3.1).
 */
static void close_hole(struct gw_rewrite *r, uint64_t in)
{
    r->seq_delta -= (int64_t)(in - r->newest_in - 2);
    r->first_in = in;
    memset(r->dropped, 0, sizeof(r->dropped));
}

static void advance(struct gw_rewrite *r, uint64_t in)
{
    if (in - r->newest_in > GW_REWRITE_WINDOW)
        close_hole(r, in);
    else
        for (uint64_t s = r->newest_in + 1; s <= in; s++)
            r->dropped[s / 64 % WORDS] &= ~(1ull << s % 64);
    r->newest_in = in;
}

/* How many were dropped after `in`, up to the newest. */
static unsigned drops_after(const struct gw_rewrite *r, uint64_t in)
{
    unsigned n = 0;

    for (uint64_t s = in + 1; s <= r->newest_in;) {
        uint64_t word = r->dropped[s / 64 % WORDS] >> s % 64;
        uint64_t here = 64 - s % 64, left = r->newest_in - s + 1;

        if (left < here)
            word &= (1ull << left) - 1;
        n += (unsigned)__builtin_popcountll(word);
        s += here;
    }
    return n;
}

void gw_rewrite_switch(struct gw_rewrite *r, const struct gw_rtp_facts *f, uint32_t ts_step)
{
    uint32_t ts = r->started ? r->out_ts + (ts_step ? ts_step : 1) : r->out_ts;

    r->mapped = true;
    r->ssrc = f->ssrc;
    r->first_in = f->ext_seq;
    r->newest_in = f->ext_seq - 1;
    r->seq_delta = (int64_t)(r->out_seq - f->ext_seq);
    r->ts_delta = ts - f->timestamp;
    r->newest_ts = f->timestamp;
    memset(r->dropped, 0, sizeof(r->dropped));
    r->started = true;
    map_pictures(r, f);
}

bool gw_rewrite_pass(struct gw_rewrite *r, const struct gw_rtp_facts *f, int64_t arrival_us, struct gw_patch *patch)
{
    uint64_t in = f->ext_seq;

    *patch = (struct gw_patch){0};
    if (!r->mapped || in < r->first_in || in + GW_REWRITE_WINDOW <= r->newest_in)
        return false;
    if (in > r->newest_in) {
        advance(r, in);
        patch->seq = in + (uint64_t)r->seq_delta;
        r->out_seq = patch->seq + 1;
        r->newest_us = arrival_us;
    } else {
        patch->seq = in + (uint64_t)r->seq_delta + drops_after(r, in);
    }
    patch->ts = f->timestamp + r->ts_delta;
    if ((int32_t)(f->timestamp - r->newest_ts) >= 0) {
        r->newest_ts = f->timestamp;
        r->out_ts = patch->ts;
    }
    pass_picture(r, f, patch);
    return true;
}

void gw_rewrite_drop(struct gw_rewrite *r, const struct gw_rtp_facts *f, bool picture)
{
    if (!r->mapped || f->ext_seq <= r->newest_in)
        return; /* its number is given away already: it stays a hole */
    advance(r, f->ext_seq);
    r->dropped[f->ext_seq / 64 % WORDS] |= 1ull << f->ext_seq % 64;
    r->seq_delta--;
    if (picture)
        drop_picture(r, f);
}
