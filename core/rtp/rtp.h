/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTP datagrams: what kind one is (RFC 7983, RFC 5761), its fixed header (RFC 3550), counting sequence numbers and
 * timestamps past their wrap. Pure functions and plain values; any thread; nothing is kept, nothing allocated.
 */
#ifndef GW_RTP_RTP_H
#define GW_RTP_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/facts.h"

#define GW_RTP_FIXED 12 /* bytes of the header before CSRCs */

/* --- what is it? -------------------------------------------------------------------------------------------------- */

enum gw_datagram {
    GW_DATAGRAM_UNKNOWN,
    GW_DATAGRAM_STUN,
    GW_DATAGRAM_ZRTP,
    GW_DATAGRAM_DTLS,
    GW_DATAGRAM_TURN_CHANNEL,
    GW_DATAGRAM_RTP,
    GW_DATAGRAM_RTCP,
};

/* By the first byte (RFC 7983 section 7), RTP and RTCP told apart by the second (RFC 5761 section 4). */
enum gw_datagram gw_datagram_kind(const void *data, size_t len);
/* Of a datagram that is RTP or RTCP: the second byte is 192…223. */
bool gw_is_rtcp(const void *data, size_t len);

/* --- header ------------------------------------------------------------------------------------------------------- */

struct gw_rtp_header {
    bool marker;
    uint8_t payload_type;
    uint16_t seq;
    uint32_t timestamp, ssrc;
    uint8_t csrc_count;     /* they begin at offset 12 */
    uint8_t padding;        /* bytes at the end, 0: none */
    uint16_t ext_profile;   /* 0xbede one-byte, 0x1000…0x100f two-byte form; 0 when there is no block */
    struct gw_span ext;     /* the elements, without the four bytes before them */
    struct gw_span payload; /* without padding; its offset is the length of the whole header */
};

/* GW_EPARSE: version is not 2, or CSRCs, extension or padding pass the end. len <= 65535. */
int gw_rtp_parse(struct gw_rtp_header *out, const void *data, size_t len);
/* The twelve fixed bytes: marker, payload type, seq, timestamp, ssrc. No CSRC, extension or padding bit. */
void gw_rtp_write(struct gw_writer *w, const struct gw_rtp_header *h);

/* --- sequence numbers --------------------------------------------------------------------------------------------- */

/* a after b in the sense of RFC 1982: less than half the circle ahead. */
static inline bool gw_seq_after(uint16_t a, uint16_t b)
{
    return (int16_t)(uint16_t)(a - b) > 0;
}

/* Extends 16 bits to 64. Zeroed: nothing seen yet. */
struct gw_seq {
    uint64_t highest; /* extended; 0 before the first */
};

/*
 * The extended number nearest to the highest seen; the first is 1 << 16 | seq, so that what was sent before it can be
 * expressed too. Remembers the highest.
 */
uint64_t gw_seq_extend(struct gw_seq *s, uint16_t seq);
/* The same without remembering: for numbers in NACKs and retransmissions. 0 when nothing was seen yet. */
uint64_t gw_seq_look(const struct gw_seq *s, uint16_t seq);

/* --- timestamps --------------------------------------------------------------------------------------------------- */

/* How far a is after b, negative when before. */
static inline int32_t gw_ts_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* Extends 32 bits to 64 the same way; the first is 1 << 32 | timestamp. Zeroed: nothing seen yet. */
struct gw_ts {
    uint64_t highest;
};
uint64_t gw_ts_extend(struct gw_ts *s, uint32_t timestamp);

/* Between clock ticks and microseconds, rounded toward zero; rate in Hz, 0 gives 0. Exact for |value| < 2^43. */
int64_t gw_ts_from_us(int64_t us, uint32_t rate);
int64_t gw_ts_to_us(int64_t ticks, uint32_t rate);

#endif
