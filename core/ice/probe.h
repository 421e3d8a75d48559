/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a STUN server which address it sees (RFC 8489 Binding). Blocks: for helper threads. */
#ifndef GW_ICE_PROBE_H
#define GW_ICE_PROBE_H

#include "ice/address.h"

/* local_port 0: any. GW_EIO with one sentence in why: unknown host, no answer within patience_us, nonsense. */
int gw_ice_probe(struct gw_address *out, const char *host, uint16_t port, uint16_t local_port, int64_t patience_us,
                 char *why, size_t why_len);

#endif
