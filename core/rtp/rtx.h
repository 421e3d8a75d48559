/* SPDX-License-Identifier: Apache-2.0 */
/* Retransmission payloads (RFC 4588): the original sequence number before the original payload. Pure; any thread. */
#ifndef GW_RTP_RTX_H
#define GW_RTP_RTX_H

#include <stddef.h>
#include <stdint.h>

/*
 * Both work in place on a whole packet of *len bytes and keep its header extensions.
 *
 * Wrap: gives the packet this payload type, SSRC and sequence number, and puts the old sequence number before the
 * payload. GW_ELIMIT: *len + 2 > cap.
 */
int gw_rtx_wrap(uint8_t *data, size_t *len, size_t cap, uint8_t payload_type, uint32_t ssrc, uint16_t seq);
/*
 * Unwrap: gives back the original sequence number, and this payload type and SSRC. Padding is cut off.
 * GW_EPARSE: not RTP. GW_EPROTO: payload too short to hold a sequence number (a padding probe): unchanged.
 */
int gw_rtx_unwrap(uint8_t *data, size_t *len, uint8_t payload_type, uint32_t ssrc);

#endif
