/* SPDX-License-Identifier: Apache-2.0 */
/* VP9 payload descriptor (RFC 9628). Pure; any thread. */
#ifndef GW_RTP_VP9_H
#define GW_RTP_VP9_H

#include "rtp/facts.h"

#include <stddef.h>

/* GW_EPARSE: too short for what it announces. */
int gw_vp9_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);
/* As gw_vp8_patch(). */
int gw_vp9_patch(uint8_t *payload, size_t len, int32_t picture_id, int16_t tl0_picidx);

#endif
