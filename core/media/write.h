/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One outgoing RTP packet, from the entry of its sink and the packet in the history: header and extensions are built
 * anew (RFC 3550, RFC 8285, RFC 4588), the payload is copied once, VP8 and VP9 descriptors are patched. Worker thread.
 */
#ifndef GW_MEDIA_WRITE_H
#define GW_MEDIA_WRITE_H

#include "media/sink.h"

#define GW_HEADER_MOST 352 /* 12, and every extension at its largest */

struct gw_outgoing {
    struct gw_sink *sink;
    struct gw_sent *entry;
    const struct gw_packet *pkt;
    const uint8_t *payload;
    uint64_t index; /* SRTP packet index */
    uint16_t header_len, payload_len, twcc;
    uint8_t twcc_at; /* where it stands in the header; 0: nowhere, or it was moved */
    uint8_t pad;
    bool rtx;   /* RFC 4588: the original number goes before the payload */
    bool again; /* not the first time */
    bool paddable, twcc_used;
    uint8_t header[GW_HEADER_MOST];
};

/*
 * Fills o (not padded). prev: what was prepared before it at the same now_us; where it is of the same sink, much of its
 * header need not be made again. NULL: nothing. false: the packet has gone from the history, or cannot be sent on this
 * line.
 */
bool gw_outgoing_prepare(struct gw_outgoing *o, const struct gw_outgoing *prev, struct gw_sender *s, struct gw_sink *k,
                         struct gw_sent *e, bool again, int64_t now_us);
size_t gw_outgoing_size(const struct gw_outgoing *o); /* without SRTP's overhead */
void gw_outgoing_pad(struct gw_outgoing *o, uint8_t n);
void gw_outgoing_write(const struct gw_outgoing *o, uint8_t *out); /* gw_outgoing_size() bytes */
/* Which m-line and picture it belongs to, for when it has arrived; 0: none. Once for each that leaves. */
uint16_t gw_outgoing_mark(const struct gw_outgoing *o);

#endif
