/* SPDX-License-Identifier: Apache-2.0 */
/* What the SRTP protection profiles of RFC 5764 and RFC 7714 are made of. A table; any thread. */
#ifndef GW_SRTP_PROFILE_H
#define GW_SRTP_PROFILE_H

#include "srtp/srtp.h"

#define GW_SRTP_MAX_KEY  32
#define GW_SRTP_MAX_SALT 14
#define GW_SRTP_AUTH_KEY 20 /* HMAC-SHA1 */
#define GW_SRTP_CM_TAG   10 /* at most */

struct gw_srtp_params {
    enum gw_srtp_profile profile;
    const char *name;
    bool gcm;
    uint8_t key_len, salt_len; /* master and session alike */
    uint8_t tag_len;           /* what sealing RTP adds */
};

/* NULL for a number that is no profile of ours. */
const struct gw_srtp_params *gw_srtp_params(enum gw_srtp_profile profile);

#endif
