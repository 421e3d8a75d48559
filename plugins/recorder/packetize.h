/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of a file into RTP payloads (RFC 7587, 7741, 9628, 6184, 7798, the AV1 RTP specification). The other way
 * round: depacketize/. Pure; any thread. H.264 and H.265 come as Annex B, AV1 as OBUs with sizes.
 */
#ifndef RECORDER_PACKETIZE_H
#define RECORDER_PACKETIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "depacketize/depacketize.h"

#define REC_PAYLOAD_MOST 1200 /* bytes of one payload */

/* One payload, borrowed; last: of the frame (the marker bit of video). */
typedef void rec_payload_fn(void *arg, const uint8_t *payload, size_t len, bool last);

/* Any bytes will do: what is not a frame of the codec gives no payload, or some. Returns how many there were. */
unsigned rec_packetize(enum rec_codec codec, const uint8_t *frame, size_t len, bool keyframe, rec_payload_fn *emit,
                       void *arg);

#endif
