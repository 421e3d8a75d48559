/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/format.h"

#include <string.h>

#include "base/cursor.h"

#define ETHERNET 1 /* LINKTYPE_ETHERNET */
#define SNAPLEN  65535
#define PEER     0xc0000201u
#define OURS     0xc0000202u

/* The file's byte order is that of whoever writes it; the magic number tells. */
static void put_host32(uint8_t *at, uint32_t v)
{
    memcpy(at, &v, sizeof(v));
}

static void put_host16(uint8_t *at, uint16_t v)
{
    memcpy(at, &v, sizeof(v));
}

void gw_pcap_begin(uint8_t out[GW_PCAP_FILE_HEADER])
{
    memset(out, 0, GW_PCAP_FILE_HEADER);
    put_host32(out, 0xa1b2c3d4);
    put_host16(out + 4, 2);
    put_host16(out + 6, 4);
    put_host32(out + 16, SNAPLEN);
    put_host32(out + 20, ETHERNET);
}

/* RFC 1071 */
static uint16_t checksum(const uint8_t *data, size_t len)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < len; i += 2)
        sum += gw_get_u16(data + i);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put_ethernet(uint8_t *out, bool incoming)
{
    static const uint8_t peer[6] = {2, 0, 0, 0, 0, 1}, ours[6] = {2, 0, 0, 0, 0, 2}; /* locally administered */

    memcpy(out, incoming ? ours : peer, 6);
    memcpy(out + 6, incoming ? peer : ours, 6);
    gw_put_u16(out + 12, 0x0800);
}

static void put_ipv4(uint8_t *out, const struct gw_captured *c)
{
    memset(out, 0, 20);
    out[0] = 0x45;
    gw_put_u16(out + 2, (uint16_t)(28 + c->len));
    out[8] = 64;
    out[9] = 17;
    gw_put_u32(out + 12, c->incoming ? PEER : OURS);
    gw_put_u32(out + 16, c->incoming ? OURS : PEER);
    gw_put_u16(out + 10, checksum(out, 20));
}

static void put_udp(uint8_t *out, const struct gw_captured *c)
{
    gw_put_u16(out, c->incoming ? 5004 : 5006);
    gw_put_u16(out + 2, c->incoming ? 5006 : 5004);
    gw_put_u16(out + 4, (uint16_t)(8 + c->len));
    gw_put_u16(out + 6, 0); /* none */
}

void gw_pcap_record(uint8_t out[GW_PCAP_BEFORE], const struct gw_captured *c)
{
    uint8_t *invented = out + GW_PCAP_RECORD_HEADER;

    put_host32(out, (uint32_t)c->when.tv_sec);
    put_host32(out + 4, (uint32_t)(c->when.tv_nsec / 1000));
    put_host32(out + 8, (uint32_t)(GW_PCAP_INVENTED + c->kept));
    put_host32(out + 12, (uint32_t)(GW_PCAP_INVENTED + c->len));
    put_ethernet(invented, c->incoming);
    put_ipv4(invented + 14, c);
    put_udp(invented + 34, c);
}

/* RFC 5761, section 4 */
static bool is_rtcp(const uint8_t *data, size_t len)
{
    return len > 1 && data[1] >= 192 && data[1] <= 223;
}

void gw_text2pcap_line(FILE *f, const struct gw_captured *c, const uint8_t *data)
{
    struct tm tm;
    char time[16];

    localtime_r(&c->when.tv_sec, &tm);
    strftime(time, sizeof(time), "%H:%M:%S", &tm);
    fprintf(f, "%c %s.%06ld 000000", c->incoming ? 'I' : 'O', time, c->when.tv_nsec / 1000);
    for (size_t i = 0; i < c->kept; i++)
        fprintf(f, " %02x", data[i]);
    fprintf(f, " %s\n", is_rtcp(data, c->kept) ? "RTCP" : "RTP");
}
