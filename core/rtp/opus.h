/* SPDX-License-Identifier: Apache-2.0 */
/* Opus packets (RFC 6716 section 3, RFC 7587). Pure; any thread. */
#ifndef GW_RTP_OPUS_H
#define GW_RTP_OPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/facts.h"

/* Samples at 48 kHz in the packet, or GW_EPARSE (empty, or longer than the 120 ms that are allowed). */
int gw_opus_samples(const uint8_t *payload, size_t len);
bool gw_opus_is_stereo(const uint8_t *payload, size_t len);
/* Nothing but the table of contents: silence under DTX. */
bool gw_opus_is_dtx(const uint8_t *payload, size_t len);
/* Checks the packet; every packet is a whole frame. */
int gw_opus_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);

#endif
