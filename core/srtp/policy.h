/* SPDX-License-Identifier: Apache-2.0 */
/* libsrtp2: started once per process, and its policies for our profiles. Any thread. */
#ifndef GW_SRTP_POLICY_H
#define GW_SRTP_POLICY_H

#include <srtp2/srtp.h>

#include "srtp/profile.h"

#define GW_SRTP_WINDOW 1024 /* packets of replay window and of retransmission that we can seal */

/* GW_EIO when libsrtp2 does not start. */
int gw_libsrtp_init(void);
/* Fills a policy; key is borrowed for as long as the policy is used. */
int gw_libsrtp_policy(srtp_policy_t *out, const struct gw_srtp_params *params, srtp_ssrc_type_t type, uint32_t ssrc,
                      const uint8_t *key);
/* A gw_err for what libsrtp2 answered. */
int gw_libsrtp_error(srtp_err_status_t status);

#endif
