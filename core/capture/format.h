/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How captured packets look in a file: libpcap's format with invented Ethernet, IPv4 and UDP headers, so that analyzers
 * open it; or a line of text2pcap. Pure; any thread.
 *
 * The peer is 192.0.2.1 port 5004, the gateway 192.0.2.2 port 5006 (RFC 5737): real addresses are nobody's business.
 */
#ifndef GW_CAPTURE_FORMAT_H
#define GW_CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define GW_PCAP_FILE_HEADER   24
#define GW_PCAP_RECORD_HEADER 16
#define GW_PCAP_INVENTED      42 /* Ethernet, IPv4, UDP */
#define GW_PCAP_BEFORE        (GW_PCAP_RECORD_HEADER + GW_PCAP_INVENTED)

struct gw_captured {
    bool incoming;
    struct timespec when; /* wall clock */
    size_t len;           /* as it was on the wire, decrypted; at most 65000 */
    size_t kept;          /* bytes of it that are stored, at most len */
};

/* What a file begins with. */
void gw_pcap_begin(uint8_t out[GW_PCAP_FILE_HEADER]);
/* What stands before the `kept` bytes of a packet. */
void gw_pcap_record(uint8_t out[GW_PCAP_BEFORE], const struct gw_captured *c);
/* "I 08:13:34.123456 000000 80 6f …  RTP" and the end of the line. */
void gw_text2pcap_line(FILE *f, const struct gw_captured *c, const uint8_t *data);

#endif
