/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet captures in the classic libpcap format: UDP datagrams out of Ethernet (with VLAN tags), Linux cooked capture
 * v1 and v2 and raw IP, IPv4 and IPv6, of either byte order, with micro- or nanoseconds; and written as Ethernet with
 * IPv4. Pure: bytes in, bytes out.
 */
#ifndef CARDEA_REC_PCAP_H
#define CARDEA_REC_PCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcap_reader {
    const uint8_t *data; /* borrowed */
    size_t len, at;
    bool swapped, nano;
    uint32_t link;  /* type of link layer */
    uint64_t other; /* frames that hold no (whole) UDP datagram */
    bool truncated; /* the last frame is cut off */
};

struct pcap_datagram {
    const uint8_t *data; /* payload of UDP; borrowed */
    size_t len;
    int64_t time_us; /* since the epoch */
};

/* 0; EPARSE: no capture of this format, or of a link layer that we do not know. */
int pcap_open(struct pcap_reader *r, const void *data, size_t len);
/* 1: one more datagram, 0: the end. */
int pcap_next(struct pcap_reader *r, struct pcap_datagram *out);

#define PCAP_FILE_HEAD  24
#define PCAP_FRAME_HEAD (16 + 14 + 20 + 8)

void pcap_write_file_head(uint8_t out[PCAP_FILE_HEAD]);
/* What stands before a payload of len bytes: 10.1.1.1:1000 → 10.2.2.2:2000. len <= 65507. */
void pcap_write_frame_head(uint8_t out[PCAP_FRAME_HEAD], size_t len, int64_t time_us);

#endif
