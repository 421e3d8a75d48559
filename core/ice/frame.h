/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams on a stream, RFC 4571: two bytes of length, then the datagram. A buffer that a stream is read into and
 * frames are taken out of. No allocation; one owner.
 */
#ifndef GW_ICE_FRAME_H
#define GW_ICE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define GW_FRAME_MAX 1500 /* longest datagram accepted */

struct gw_deframer {
    size_t start, end; /* the bytes not taken yet */
    uint8_t data[2 * (2 + GW_FRAME_MAX)];
};

void gw_deframer_init(struct gw_deframer *d);
/* Where the next bytes of the stream go, at least one; *room is how many fit. Frames taken before become invalid. */
uint8_t *gw_deframer_room(struct gw_deframer *d, size_t *room);
void gw_deframer_add(struct gw_deframer *d, size_t len); /* that many were written there */
/* 1: a frame (never empty), valid until the next room; 0: more bytes needed; GW_EPARSE: longer than GW_FRAME_MAX. */
int gw_deframer_take(struct gw_deframer *d, uint8_t **frame, size_t *len);

#endif
