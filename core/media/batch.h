/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets that one connection gets in one turn, arranged so that they leave in as few UDP_SEGMENT runs as possible:
 * a run holds datagrams of one size, and at its end one that is shorter. So packets of one frame that differ by a few
 * bytes are padded (RFC 3550 §5.1) to the largest, sound goes behind pictures, and sound of several speakers is padded
 * to one size. Pure.
 */
#ifndef GW_MEDIA_BATCH_H
#define GW_MEDIA_BATCH_H

#include "media/pacer.h"
#include "media/write.h"

#define GW_BATCH_MOST      32
#define GW_BATCH_PAD       8  /* bytes: more would cost more than it saves */
#define GW_BATCH_PAD_SOUND 24 /* small packets, and there a message each is at stake */

struct gw_batch_item { /* what a queue gave */
    struct gw_send_item item;
    enum gw_send_class class;
};

struct gw_batch {
    size_t n;
    struct gw_outgoing o[GW_BATCH_MOST]; /* in the order of sending */
};

/* Puts sound that leaves for the first time behind all else; apart from that they stay as they came. n <= the most. */
void gw_batch_sort(struct gw_batch_item *items, size_t n);
/* Pads what is prepared and sorted. */
void gw_batch_even_out(struct gw_batch *b);

#endif
