/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum of SCTP packets, CRC32c (RFC 9260 appendix A), by the processor's instruction for it. usrsctp goes
 * through a table byte by byte, a tenth of what a message costs.
 */
#ifndef GW_SCTP_CHECKSUM_H
#define GW_SCTP_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any thread. false: this processor has no such instruction, the functions below must not be called. */
bool gw_sctp_checksum_is_here(void);

/* Any thread. Writes the sum into a packet of at least 12 bytes, the common header. */
void gw_sctp_checksum_put(uint8_t *packet, size_t len);

/* Any thread. false: the sum is another one, or the packet is shorter than a common header. */
bool gw_sctp_checksum_holds(const uint8_t *packet, size_t len);

#endif
