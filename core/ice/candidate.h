/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One candidate line (RFC 8839 §5.1, RFC 6544 §4.5), read and written. Pure: no allocation, any thread.
 */
#ifndef GW_ICE_CANDIDATE_H
#define GW_ICE_CANDIDATE_H

#include "ice/address.h"

enum gw_candidate_type { GW_CANDIDATE_HOST, GW_CANDIDATE_SRFLX, GW_CANDIDATE_PRFLX, GW_CANDIDATE_RELAY };
enum gw_tcp_type { GW_TCP_NONE, GW_TCP_ACTIVE, GW_TCP_PASSIVE, GW_TCP_SO };

#define GW_CANDIDATE_NAME 128 /* longest host name and its NUL; an mDNS one has 42 characters */
#define GW_CANDIDATE_TEXT 384 /* any line gw_candidate_write() makes, and its NUL */

struct gw_candidate {
    char foundation[33];
    uint16_t component; /* 1 … 256 */
    bool tcp;
    enum gw_candidate_type type;
    enum gw_tcp_type tcp_type; /* GW_TCP_NONE for UDP */
    uint32_t priority;
    struct gw_address address;    /* its port also belongs to `name` */
    char name[GW_CANDIDATE_NAME]; /* a host name in place of the address, or "" */
    struct gw_address related;    /* raddr and rport; none when absent */
};

/*
 * Reads len bytes of "[a=][candidate:]foundation component transport priority address port typ …", up to the end of
 * the line. Unknown extension attributes are passed over. Returns the bytes read or GW_EPARSE.
 */
int gw_candidate_parse(struct gw_candidate *out, const char *text, size_t len);
/* The line without "candidate:", with a NUL. Returns its length, or GW_ELIMIT when size is too small. */
int gw_candidate_write(const struct gw_candidate *c, char *text, size_t size);
/* RFC 8445 §5.1.2.1, component 1. local_preference: 0 … 65535 */
uint32_t gw_candidate_priority(unsigned type_preference, unsigned local_preference);
const char *gw_candidate_type_name(enum gw_candidate_type type);
bool gw_candidate_is_mdns(const struct gw_candidate *c); /* a name that ends in ".local" */

#endif
