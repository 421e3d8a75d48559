/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of the data channel establishment protocol (RFC 8832 §5). Pure; any thread.
 *
 *     0x03 | channel type | priority:16 | reliability:32 | label length:16 | protocol length:16 | label | protocol
 *     0x02                                                                                        (acknowledgement)
 */
#ifndef GW_SCTP_DCEP_H
#define GW_SCTP_DCEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_DCEP_LABEL    127 /* bytes kept of a label */
#define GW_DCEP_PROTOCOL 63
#define GW_DCEP_OPEN_MAX (12 + GW_DCEP_LABEL + GW_DCEP_PROTOCOL)

/* Payload protocol identifiers (RFC 8831 §8). */
enum gw_ppid {
    GW_PPID_DCEP = 50,
    GW_PPID_STRING = 51,
    GW_PPID_BINARY_PARTIAL = 52, /* deprecated: more of the message follows */
    GW_PPID_BINARY = 53,
    GW_PPID_STRING_PARTIAL = 54, /* deprecated */
    GW_PPID_STRING_EMPTY = 56,
    GW_PPID_BINARY_EMPTY = 57,
};

enum gw_dcep_type { GW_DCEP_ACK = 2, GW_DCEP_OPEN = 3 };
enum gw_reliability { GW_RELIABLE = 0, GW_MAX_RETRANSMITS = 1, GW_MAX_LIFETIME = 2 };

struct gw_dcep {
    enum gw_dcep_type type;
    /* of an open */
    bool unordered;
    enum gw_reliability reliability;
    uint32_t limit; /* retransmissions or milliseconds */
    uint16_t priority;
    char label[GW_DCEP_LABEL + 1], protocol[GW_DCEP_PROTOCOL + 1]; /* cut at a character (UTF-8), ended at a NUL */
};

/* Returns bytes consumed, or GW_EPARSE. */
int gw_dcep_parse(struct gw_dcep *out, const uint8_t *data, size_t len);
/* Returns bytes written; out holds at least GW_DCEP_OPEN_MAX. */
size_t gw_dcep_write(uint8_t *out, const struct gw_dcep *msg);
/* Copies at most room - 1 bytes of text of len bytes, cut where a character ends. */
void gw_dcep_text(char *out, size_t room, const void *text, size_t len);

#endif
