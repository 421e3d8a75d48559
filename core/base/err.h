/* SPDX-License-Identifier: Apache-2.0 */
/* Results of functions: 0 or one of these. Same values as cardea/plugin.h's CARDEA_E…. Any thread. */
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

enum gw_err {
    GW_OK = 0,
    GW_ENOMEM = -1,
    GW_EINVAL = -2, /* the caller's bug */
    GW_EPARSE = -3, /* the bytes are not what they claim to be */
    GW_EPROTO = -4, /* well-formed, but not allowed now */
    GW_ELIMIT = -5, /* a bound was hit */
    GW_EIO = -6,    /* the operating system or a library refused */
    GW_EAGAIN = -7, /* try again later */
    GW_ENOENT = -8, /* no such thing */
    GW_ESTATE = -9, /* being closed */
};

/* A short English text for err, never NULL. */
const char *gw_strerror(int err);

#endif
