/* SPDX-License-Identifier: Apache-2.0 */
/* VP8 payload descriptor and frame header (RFC 7741, RFC 6386). Pure; any thread. */
#ifndef GW_RTP_VP8_H
#define GW_RTP_VP8_H

#include "rtp/facts.h"

#include <stddef.h>

/* GW_EPARSE: too short for what it announces. facts->marker is read. */
int gw_vp8_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);
/*
 * Writes other values over picture id and TL0PICIDX of a copied payload, each only if its value is >= 0 and the
 * descriptor has the field. The id keeps its width (7 or 15 bits) and is cut to it. GW_EPARSE as above: unchanged.
 */
int gw_vp8_patch(uint8_t *payload, size_t len, int32_t picture_id, int16_t tl0_picidx);

#endif
