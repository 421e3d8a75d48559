/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answering half of a connectivity check (RFC 8445 §7.3, lite): look at a datagram, find out whom it is for,
 * prove it, build the answer. Our own scan trusts nothing and comes first; libnice's STUN codec does the MACs.
 * No sockets, no clock, no allocation after gw_stun_new(). One thread.
 */
#ifndef GW_ICE_STUN_H
#define GW_ICE_STUN_H

#include "ice/address.h"

#define GW_STUN_ANSWER 160 /* room for any answer */

struct gw_stun;

enum gw_stun_class { GW_STUN_REQUEST, GW_STUN_INDICATION, GW_STUN_SUCCESS, GW_STUN_ERROR };

/* What a look at the attributes tells, none of it proved yet. Pointers are into the datagram. */
struct gw_stun_scan {
    enum gw_stun_class class;
    uint16_t method;
    const uint8_t *ufrag; /* the part of USERNAME before ':'; NULL: none */
    size_t ufrag_len;
    uint32_t priority;
    bool use_candidate, controlled, has_priority, has_integrity, has_fingerprint;
};

enum gw_stun_verdict {
    GW_STUN_CHECK,     /* proved: learn from it and send the answer */
    GW_STUN_REFUSED,   /* proved, but answered with an error: learn nothing */
    GW_STUN_BAD,       /* malformed, not answered */
    GW_STUN_INTEGRITY, /* not proved, not answered */
};

int gw_stun_new(struct gw_stun **out);
void gw_stun_free(struct gw_stun *s);

/* RFC 8489 §5: the two bits, the length and the magic cookie. */
bool gw_stun_is(const uint8_t *data, size_t len);
/*
 * A whole message: attributes within bounds, nothing but FINGERPRINT after the integrity. GW_EPARSE otherwise.
 * Attributes behind MESSAGE-INTEGRITY are not looked at.
 */
int gw_stun_scan(struct gw_stun_scan *out, const uint8_t *data, size_t len);
/*
 * Proves a scanned request with the local password and builds the answer to `from` (GW_STUN_ANSWER bytes of room).
 * *answer_len is 0 where nothing is to be sent. We are lite and so always controlled: a peer that says it is
 * controlled gets 487.
 */
enum gw_stun_verdict gw_stun_answer(struct gw_stun *s, const struct gw_stun_scan *scan, const uint8_t *data, size_t len,
                                    const char *pwd, const struct gw_address *from, uint8_t *answer,
                                    size_t *answer_len);

#endif
