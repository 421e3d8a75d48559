/* SPDX-License-Identifier: Apache-2.0 */
/* Redundant audio (RFC 2198): several blocks in one payload, the primary one last. Pure; any thread. */
#ifndef GW_RTP_RED_H
#define GW_RTP_RED_H

#include <stddef.h>
#include <stdint.h>

#define GW_RED_BLOCKS 10 /* more than anyone sends */

struct gw_red_block {
    uint8_t payload_type;
    uint16_t ts_offset;  /* ticks before the packet's timestamp; 0 for the primary */
    const uint8_t *data; /* borrowed */
    uint16_t len;
};

/* Splits a payload; the primary is the last. Returns how many blocks, GW_EPARSE, or GW_ELIMIT for more than cap. */
int gw_red_split(struct gw_red_block *blocks, size_t cap, const uint8_t *payload, size_t len);
/*
 * Puts blocks together, the primary last. Returns bytes written; GW_ELIMIT: no room; GW_EINVAL: an offset above
 * 16383, a redundant block above 1023 bytes, or none at all.
 */
int gw_red_join(uint8_t *out, size_t cap, const struct gw_red_block *blocks, size_t n);

#endif
