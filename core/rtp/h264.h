/* SPDX-License-Identifier: Apache-2.0 */
/* H.264 payloads (RFC 6184): single NAL units, STAP-A, STAP-B, FU-A, FU-B; picture size from an SPS. Pure; any thread.
 */
#ifndef GW_RTP_H264_H
#define GW_RTP_H264_H

#include "rtp/facts.h"

#include <stddef.h>

/*
 * keyframe: an SPS, or the first slice of an IDR picture, begins here. Parameter sets often travel alone, before the
 * picture: several packets of one frame may be a frame_start.
 */
int gw_h264_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);
/* Size in pixels, cropped, from an SPS NAL unit with its first byte. GW_EPARSE, GW_ELIMIT when past 65535. */
int gw_h264_sps_size(const uint8_t *nal, size_t len, uint16_t *width, uint16_t *height);

#endif
