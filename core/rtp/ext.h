/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header extensions (RFC 8285): finding elements of either form, building a block, and the values of those we know.
 * Pure; any thread.
 */
#ifndef GW_RTP_EXT_H
#define GW_RTP_EXT_H

#include "rtp/codec.h"
#include "rtp/rtp.h"

#define GW_EXT_ONE_BYTE 0xbede
#define GW_EXT_TWO_BYTE 0x1000 /* low four bits: appbits */

/* --- reading ------------------------------------------------------------------------------------------------------ */

struct gw_ext_element {
    uint8_t id;
    struct gw_span value; /* inside the packet; len may be 0 in the two-byte form */
};

/* Where an iteration is. Zeroed: at the beginning. */
struct gw_ext_iter {
    uint16_t pos;
};

/* The next element, false at the end. Padding is stepped over; a cut-off element or id 15 (one-byte) ends it. */
bool gw_ext_next(struct gw_ext_iter *it, struct gw_ext_element *out, const uint8_t *data,
                 const struct gw_rtp_header *h);
/* The value of the first element with this id; len 0 and offset 0 when there is none, or id is 0. */
struct gw_span gw_ext_find(const uint8_t *data, const struct gw_rtp_header *h, uint8_t id);

/* All the extensions we know, found in one pass. len 0: absent. */
struct gw_ext_spans {
    struct gw_span at[GW_EXT_COUNT];
};
/* ids: GW_EXT_COUNT bytes, 0: not negotiated. */
void gw_ext_scan(struct gw_ext_spans *out, const uint8_t *data, const struct gw_rtp_header *h, const uint8_t *ids);

/* The values. Each answers false, and writes nothing, when the length is not what the extension says. */
bool gw_ext_read_audio_level(const uint8_t *value, size_t len, int8_t *level, bool *voice); /* RFC 6464: 0…127 -dBov */
bool gw_ext_read_orientation(const uint8_t *value, size_t len, int16_t *orientation);       /* 3GPP TS 26.114: a byte */
bool gw_ext_read_playout_delay(const uint8_t *value, size_t len, int32_t *delay); /* min << 12 | max, each in 10 ms */
bool gw_ext_read_abs_send_time(const uint8_t *value, size_t len, uint32_t *time); /* 6.18 bits of seconds */
bool gw_ext_read_transport_cc(const uint8_t *value, size_t len, uint16_t *seq);
/* ntp: when it was captured, by the capturer's clock; offset: of that clock against the sender's, 32.32 s, 0: not told.
 */
bool gw_ext_read_capture_time(const uint8_t *value, size_t len, uint64_t *ntp, int64_t *offset);
bool gw_ext_read_toffset(const uint8_t *value, size_t len, int32_t *ticks); /* RFC 5450, signed 24 bits */
/* mid, rid, repaired-rid: 1…cap-1 printable bytes, NUL-terminated in out. RFC 8852, RFC 9143. */
bool gw_ext_read_text(const uint8_t *value, size_t len, char *out, size_t cap);

/* abs-send-time of a moment: 24 bits, wraps every 64 s. */
uint32_t gw_abs_send_time(int64_t now_us);

/* --- writing ------------------------------------------------------------------------------------------------------ */

/*
 * Writes a block behind the fixed header of a packet under construction. One-byte form, until an element is longer than
 * 16 bytes, empty, or has an id above 14: then, if two_byte_ok, all of it changes to the two-byte form.
 */
struct gw_ext_builder {
    uint8_t *data;  /* borrowed: the packet, from its first byte */
    size_t cap;     /* of the packet */
    uint16_t begin; /* where the block begins */
    uint16_t pos;   /* where the next element goes */
    uint8_t n;      /* elements so far */
    bool two_byte, two_byte_ok;
};

/* begin: bytes of the packet already written (12 + 4 * CSRC). */
void gw_ext_begin(struct gw_ext_builder *b, uint8_t *data, size_t begin, size_t cap, bool two_byte_ok);
/* false when it cannot be written (no room, or only in two bytes); the others stay. id 0 writes nothing: true. */
bool gw_ext_add(struct gw_ext_builder *b, uint8_t id, const void *value, size_t len);
bool gw_ext_add_audio_level(struct gw_ext_builder *b, uint8_t id, int8_t level, bool voice);
bool gw_ext_add_orientation(struct gw_ext_builder *b, uint8_t id, uint8_t orientation);
bool gw_ext_add_playout_delay(struct gw_ext_builder *b, uint8_t id, int32_t delay);
bool gw_ext_add_abs_send_time(struct gw_ext_builder *b, uint8_t id, uint32_t time);
bool gw_ext_add_transport_cc(struct gw_ext_builder *b, uint8_t id, uint16_t seq);
bool gw_ext_add_capture_time(struct gw_ext_builder *b, uint8_t id, uint64_t ntp, int64_t offset);
bool gw_ext_add_toffset(struct gw_ext_builder *b, uint8_t id, int32_t ticks);
bool gw_ext_add_text(struct gw_ext_builder *b, uint8_t id, const char *text);
/* Pads, writes the block's own header, sets the packet's X bit. Returns the length of the packet so far. */
size_t gw_ext_end(struct gw_ext_builder *b);

#endif
