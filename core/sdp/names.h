/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the codecs and header extensions of rtp/codec.h are called in SDP and in the API, and the numbers that our own
 * offers give them. Tables; pure; any thread.
 */
#ifndef GW_SDP_NAMES_H
#define GW_SDP_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "rtp/codec.h"

struct gw_codec_name {
    enum gw_codec codec;
    enum gw_kind kind;
    const char *name;   /* in the API: "opus" */
    const char *rtpmap; /* in a=rtpmap: "opus" */
    uint32_t clock;
    uint8_t channels; /* written in a=rtpmap when greater than 1 */
    uint8_t offer_pt; /* payload type in our offers */
};

/* The i-th codec of a kind in the gateway's order of preference; NULL: no more. */
const struct gw_codec_name *gw_codec_nth(enum gw_kind kind, unsigned i);
const struct gw_codec_name *gw_codec_get(enum gw_codec codec); /* NULL for GW_CODEC_NONE */
/* By API name, any case. */
const struct gw_codec_name *gw_codec_named(enum gw_kind kind, const char *name, size_t len);
/* By encoding name (any case) and clock rate. */
const struct gw_codec_name *gw_codec_mapped(enum gw_kind kind, const char *rtpmap, uint32_t clock);

const char *gw_ext_uri(enum gw_ext ext);
int gw_ext_by_uri(const char *uri, size_t len); /* enum gw_ext, or -1 */
uint8_t gw_ext_offer_id(enum gw_ext ext);       /* id in our offers; 0: never offered */

#endif
