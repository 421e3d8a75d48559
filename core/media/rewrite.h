/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One continuous outgoing line of sequence numbers, timestamps and picture ids, whatever comes in: another source,
 * another simulcast layer, a sender that changes its SSRC, frames left out on purpose. Pure: no clock, no allocation.
 *
 * Packets lost on the way to us stay holes, so that they can still be filled in, unless there are more than
 * GW_REWRITE_WINDOW in a row: such a hole is one number long. Packets dropped on purpose leave none.
 *     out = in + delta, and delta shrinks by one with every drop; a late packet adds back the drops that came after it.
 */
#ifndef GW_MEDIA_REWRITE_H
#define GW_MEDIA_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp/facts.h"

#define GW_REWRITE_WINDOW 512 /* how late a packet may be, in packets */
#define GW_REWRITE_PICS   32  /* how late a picture may be, in pictures */

struct gw_rewrite {
    /* the outgoing line */
    uint64_t out_seq; /* next to be used by a switch: highest sent + 1. 48 bits: roc << 16 | seq */
    uint32_t out_ts;  /* of the newest packet sent */
    int32_t out_pic, out_tl0;
    bool started;

    /* the mapping of what comes in now */
    bool mapped;
    uint32_t ssrc;
    uint64_t first_in, newest_in;
    int64_t seq_delta;
    uint32_t ts_delta, newest_ts;
    int64_t newest_us;                        /* arrival of the newest packet sent */
    uint64_t dropped[GW_REWRITE_WINDOW / 64]; /* bit seq % window: dropped on purpose */

    /* pictures: the mapping of each recent one */
    bool pics_mapped;
    bool compact_pics; /* VP8: a dropped picture leaves no hole */
    int32_t newest_pic;
    int32_t pic_delta;
    int32_t tl0_delta;
    uint8_t pic_at;
    struct {
        int32_t in, delta;
    } pics[GW_REWRITE_PICS];
};

struct gw_patch {
    uint64_t seq; /* extended */
    uint32_t ts;
    uint16_t picture_id; /* 15 bits; valid when the packet has one */
    uint8_t tl0_picidx;
};

/* The line starts at this sequence number (< 1 << 15, so that SRTP starts with roc 0) and timestamp. */
void gw_rewrite_init(struct gw_rewrite *r, uint16_t first_seq, uint32_t first_ts);
/*
 * The packet with these facts is the first of something new: the line continues with it.
 * ts_step: how far the timestamp moves on from the newest packet sent, in clock ticks; at least 1 is used.
 */
void gw_rewrite_switch(struct gw_rewrite *r, const struct gw_rtp_facts *f, uint32_t ts_step);
/* Numbers for a packet that passes. false: too old, or from before the last switch. Needs a switch before. */
bool gw_rewrite_pass(struct gw_rewrite *r, const struct gw_rtp_facts *f, int64_t arrival_us, struct gw_patch *patch);
/* The packet is left out on purpose. `picture`: so is the whole picture it belongs to. */
void gw_rewrite_drop(struct gw_rewrite *r, const struct gw_rtp_facts *f, bool picture);

#endif
