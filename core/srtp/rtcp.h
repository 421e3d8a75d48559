/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SRTCP (RFC 3711 §3.4, RFC 7714 §9) with OpenSSL: keys by value, and cipher contexts that all peers of a worker share
 * and that are keyed anew for each packet. RTCP is rare, a context of its own would cost each peer 2 KiB. One thread.
 */
#ifndef GW_SRTP_RTCP_H
#define GW_SRTP_RTCP_H

#include "srtp/profile.h"

#define GW_SRTCP_GROWTH 20 /* tag and index at most */
#define GW_SRTCP_LAST   0x7fffffffu

struct gw_rtcp_crypt; /* one a worker */

struct gw_rtcp_keys { /* of one direction */
    uint8_t key[GW_SRTP_MAX_KEY], salt[GW_SRTP_MAX_SALT], auth[GW_SRTP_AUTH_KEY];
};

int gw_rtcp_crypt_new(struct gw_rtcp_crypt **out);
void gw_rtcp_crypt_free(struct gw_rtcp_crypt *c);
/* master: key then salt. */
int gw_rtcp_derive(struct gw_rtcp_keys *out, const struct gw_srtp_params *params, const uint8_t *master);
/* In place; at least 8 bytes, and room for GW_SRTCP_GROWTH more. index: 1 … GW_SRTCP_LAST, never twice. */
int gw_rtcp_seal(struct gw_rtcp_crypt *c, const struct gw_srtp_params *params, const struct gw_rtcp_keys *keys,
                 uint32_t index, uint8_t *data, size_t *len);
/* The index of a sealed packet, without looking at its tag. GW_EPARSE: too short, or not encrypted. */
int gw_rtcp_index(const struct gw_srtp_params *params, const uint8_t *data, size_t len, uint32_t *index);
/* In place. GW_EPROTO: the tag is wrong, and the bytes are of no use any more. After gw_rtcp_index(). */
int gw_rtcp_open(struct gw_rtcp_crypt *c, const struct gw_srtp_params *params, const struct gw_rtcp_keys *keys,
                 uint8_t *data, size_t *len);

#endif
