/* SPDX-License-Identifier: Apache-2.0 */
/* libipsec-mb, made ready for this processor: for the files here that use it. */
#ifndef GW_SRTP_IPSEC_MB_H
#define GW_SRTP_IPSEC_MB_H

#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>

/* To be freed by free_mb_mgr(). GW_ENOENT: it would only emulate here what it is wanted for. Any thread. */
int gw_ipsec_mb_new(IMB_MGR **out);

#endif
