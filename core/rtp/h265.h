/* SPDX-License-Identifier: Apache-2.0 */
/* H.265 payloads (RFC 7798): single NAL units, aggregation packets, fragmentation units. Pure; any thread. */
#ifndef GW_RTP_H265_H
#define GW_RTP_H265_H

#include "rtp/facts.h"

#include <stddef.h>

/* keyframe: a VPS or SPS, or the first slice segment of an IRAP picture, begins here. layer_sync: a temporal sub-layer
 * access picture. discardable stays false: a non-reference picture may still serve higher sub-layers. */
int gw_h265_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);
/* Size in pixels, cropped, from an SPS NAL unit with its two first bytes. GW_EPARSE, GW_ELIMIT when past 65535. */
int gw_h265_sps_size(const uint8_t *nal, size_t len, uint16_t *width, uint16_t *height);

#endif
