/* SPDX-License-Identifier: Apache-2.0 */
/* Session keys from a master key: the AES-CM function of RFC 3711 §4.3.3, for AES-128 and AES-256 (RFC 6188). */
#ifndef GW_SRTP_KDF_H
#define GW_SRTP_KDF_H

#include "srtp/profile.h"

enum gw_kdf_label {
    GW_KDF_RTP_KEY = 0,
    GW_KDF_RTP_AUTH = 1,
    GW_KDF_RTP_SALT = 2,
    GW_KDF_RTCP_KEY = 3,
    GW_KDF_RTCP_AUTH = 4,
    GW_KDF_RTCP_SALT = 5,
};

/*
 * Writes out_len bytes. key_len is 16 or 32; a salt of 12 bytes (RFC 7714 §11) is taken as 14 with zeros behind it.
 * Key derivation rate 0. GW_EINVAL for other lengths, GW_EIO when the cipher refuses.
 */
int gw_kdf(uint8_t *out, size_t out_len, const uint8_t *key, size_t key_len, const uint8_t *salt, size_t salt_len,
           enum gw_kdf_label label);

/* What one direction of RTP is sealed with. */
struct gw_session_keys {
    uint8_t key[GW_SRTP_MAX_KEY];
    uint8_t salt[GW_SRTP_MAX_SALT];
    uint8_t auth[GW_SRTP_AUTH_KEY]; /* zero with GCM */
};

/* master: key then salt, as long as the profile says. */
int gw_kdf_session(struct gw_session_keys *out, const struct gw_srtp_params *params, const uint8_t *master);

#endif
