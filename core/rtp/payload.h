/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a payload says about its frame, whatever the codec; and everything about a packet in one call. Pure; any thread.
 */
#ifndef GW_RTP_PAYLOAD_H
#define GW_RTP_PAYLOAD_H

#include "rtp/codec.h"
#include "rtp/dd.h"
#include "rtp/ext.h"
#include "rtp/facts.h"

/* Facts with everything absent: -1 where that means absent, 0 elsewhere. */
void gw_facts_clear(struct gw_rtp_facts *facts);

/*
 * Fills the payload part of facts, which were cleared before; facts->marker is read (for frame_end). An empty payload
 * is fine and says nothing. GW_EPARSE: not a payload of this codec (encrypted, or broken); the facts then say nothing
 * about the frame but its end by the marker. Audio packets, and video of unknown codecs, are whole frames.
 */
int gw_payload_inspect(enum gw_codec codec, const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);

/*
 * The header, the extensions (ids: GW_EXT_COUNT bytes) and the payload. facts->ext_seq holds the bare 16 bits after
 * this: the source extends them; facts->layer is the source's too. dd: the dependency structure of this stream, carried
 * from packet to packet; NULL: extension not read. GW_EPARSE only for the RTP header: a payload that cannot be read is
 * forwarded as it is. A dependency descriptor, when there is one, decides over the payload.
 */
int gw_facts_fill(struct gw_rtp_facts *facts, const uint8_t *data, size_t len, enum gw_codec codec, const uint8_t *ids,
                  struct gw_dd_structure *dd);
/* The same for who has parsed the header and scanned the extensions already. */
void gw_facts_from(struct gw_rtp_facts *facts, const uint8_t *data, const struct gw_rtp_header *h,
                   const struct gw_ext_spans *ext, enum gw_codec codec, struct gw_dd_structure *dd);

#endif
