/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals outgoing RTCP (RFC 3711 §3.4, RFC 7714 §9) with OpenSSL: a second session of libsrtp2 would cost 18 to 29 KiB a
 * peer, this is 2. One index for all SSRCs. One thread.
 */
#ifndef GW_SRTP_RTCP_H
#define GW_SRTP_RTCP_H

#include "srtp/profile.h"

#define GW_SRTCP_GROWTH 20 /* tag and index at most */

struct gw_rtcp_sealer;

/* master: key then salt. */
int gw_rtcp_sealer_new(struct gw_rtcp_sealer **out, const struct gw_srtp_params *params, const uint8_t *master);
void gw_rtcp_sealer_free(struct gw_rtcp_sealer *r);
/* In place; at least 8 bytes, and room for GW_SRTCP_GROWTH more. GW_ELIMIT when 2^31 packets have been sealed. */
int gw_rtcp_seal(struct gw_rtcp_sealer *r, uint8_t *data, size_t *len);

#endif
