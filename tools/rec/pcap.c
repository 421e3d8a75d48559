/* SPDX-License-Identifier: Apache-2.0 */
#include "pcap.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"

enum { MAGIC_MICRO = 0xa1b2c3d4, MAGIC_NANO = 0xa1b23c4d };
enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_SLL2 = 276 };
enum { TYPE_IPV4 = 0x0800, TYPE_IPV6 = 0x86dd, TYPE_VLAN = 0x8100, TYPE_QINQ = 0x88a8, PROTOCOL_UDP = 17 };

static uint32_t number(const struct pcap_reader *r, struct gw_reader *in)
{
    uint32_t v = gw_read_u32(in);

    return r->swapped ? __builtin_bswap32(v) : v;
}

int pcap_open(struct pcap_reader *r, const void *data, size_t len)
{
    struct gw_reader in = gw_reader_make(data, len);
    uint32_t magic = gw_read_u32(&in), turned = __builtin_bswap32(magic);

    memset(r, 0, sizeof(*r));
    r->data = data;
    r->len = len;
    r->swapped = turned == MAGIC_MICRO || turned == MAGIC_NANO;
    magic = r->swapped ? turned : magic;
    r->nano = magic == MAGIC_NANO;
    if (magic != MAGIC_MICRO && magic != MAGIC_NANO)
        return GW_EPARSE;
    gw_read_skip(&in, 16); /* version, time zone, accuracy, snapshot length */
    r->link = number(r, &in) & 0x0fffffff;
    r->at = in.pos;
    if (in.failed || (r->link != LINK_ETHERNET && r->link != LINK_RAW && r->link != LINK_SLL && r->link != LINK_SLL2))
        return GW_EPARSE;
    return 0;
}

/* Past the link layer; returns the type of what follows, 0: unknown. */
static uint16_t link_layer(const struct pcap_reader *r, struct gw_reader *in)
{
    uint16_t type;

    switch (r->link) {
    case LINK_ETHERNET:
        gw_read_skip(in, 12);
        type = gw_read_u16(in);
        while ((type == TYPE_VLAN || type == TYPE_QINQ) && !in->failed) {
            gw_read_skip(in, 2);
            type = gw_read_u16(in);
        }
        return type;
    case LINK_SLL:
        gw_read_skip(in, 14);
        return gw_read_u16(in);
    case LINK_SLL2:
        type = gw_read_u16(in);
        gw_read_skip(in, 18);
        return type;
    default:
        if (!gw_reader_left(in))
            return 0;
        return in->data[in->pos] >> 4 == 6 ? TYPE_IPV6 : TYPE_IPV4;
    }
}

/* Past the IP header; false: no UDP, or only a fragment. Bytes behind the IP packet (padding) are cut off. */
static bool ip_layer(struct gw_reader *in, uint16_t type)
{
    struct gw_reader packet = *in;
    uint8_t head, protocol;
    uint16_t total, fragment = 0;
    size_t options;

    if (type == TYPE_IPV4) {
        head = gw_read_u8(&packet);
        gw_read_u8(&packet);
        total = gw_read_u16(&packet);
        gw_read_u16(&packet);
        fragment = gw_read_u16(&packet) & 0x3fff;
        gw_read_u8(&packet);
        protocol = gw_read_u8(&packet);
        options = head & 0x0f;
        if (packet.failed || head >> 4 != 4 || options < 5 || total < options * 4)
            return false;
        gw_read_skip(&packet, options * 4 - 10);
        total = (uint16_t)(total - options * 4);
    } else if (type == TYPE_IPV6) {
        gw_read_u32(&packet);
        total = gw_read_u16(&packet);
        protocol = gw_read_u8(&packet); /* extension headers are not followed */
        gw_read_skip(&packet, 33);
    } else {
        return false;
    }
    if (packet.failed || protocol != PROTOCOL_UDP || fragment)
        return false;
    *in = gw_read_part(&packet, total);
    return !in->failed;
}

static bool udp_layer(struct gw_reader *in, struct pcap_datagram *out)
{
    uint16_t len;

    gw_read_u32(in);
    len = gw_read_u16(in);
    gw_read_u16(in);
    if (in->failed || len <= 8) /* nothing in it is as good as none */
        return false;
    out->len = (size_t)len - 8;
    out->data = gw_read_bytes(in, out->len);
    return out->data != NULL;
}

int pcap_next(struct pcap_reader *r, struct pcap_datagram *out)
{
    for (;;) {
        struct gw_reader in = gw_reader_make(r->data + r->at, r->len - r->at), frame;
        uint32_t seconds = number(r, &in), fraction = number(r, &in), captured = number(r, &in);

        if (!(r->len - r->at))
            return 0;
        number(r, &in); /* length on the wire */
        frame = gw_read_part(&in, captured);
        if (in.failed) {
            r->truncated = true;
            return 0;
        }
        r->at += in.pos;
        out->time_us = (int64_t)seconds * 1000000 + fraction / (r->nano ? 1000 : 1);
        if (ip_layer(&frame, link_layer(r, &frame)) && udp_layer(&frame, out))
            return 1;
        r->other++;
    }
}

void pcap_write_file_head(uint8_t out[PCAP_FILE_HEAD])
{
    struct gw_writer w = gw_writer_make(out, PCAP_FILE_HEAD);

    gw_write_u32(&w, MAGIC_MICRO);
    gw_write_u16(&w, 2);
    gw_write_u16(&w, 4);
    gw_write_zeros(&w, 8);
    gw_write_u32(&w, 262144);
    gw_write_u32(&w, LINK_ETHERNET);
}

static uint16_t ip_checksum(const uint8_t *head)
{
    uint32_t sum = 0;
    unsigned i;

    for (i = 0; i < 20; i += 2)
        sum += (uint32_t)(head[i] << 8 | head[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

void pcap_write_frame_head(uint8_t out[PCAP_FRAME_HEAD], size_t len, int64_t time_us)
{
    static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0}, from[4] = {10, 1, 1, 1},
                         to[4] = {10, 2, 2, 2};
    struct gw_writer w = gw_writer_make(out, PCAP_FRAME_HEAD);
    uint32_t whole = (uint32_t)(len + 14 + 20 + 8);
    uint8_t *ip;

    time_us = time_us < 0 ? 0 : time_us;
    gw_write_u32(&w, (uint32_t)(time_us / 1000000));
    gw_write_u32(&w, (uint32_t)(time_us % 1000000));
    gw_write_u32(&w, whole);
    gw_write_u32(&w, whole);
    gw_write_bytes(&w, ethernet, sizeof(ethernet));
    ip = out + w.pos;
    gw_write_u16(&w, 0x4500);
    gw_write_u16(&w, (uint16_t)(len + 28));
    gw_write_u32(&w, 0x4000); /* one piece */
    gw_write_u32(&w, 64u << 24 | PROTOCOL_UDP << 16);
    gw_write_bytes(&w, from, sizeof(from));
    gw_write_bytes(&w, to, sizeof(to));
    gw_put_u16(ip + 10, ip_checksum(ip));
    gw_write_u16(&w, 1000);
    gw_write_u16(&w, 2000);
    gw_write_u16(&w, (uint16_t)(len + 8));
    gw_write_u16(&w, 0); /* no checksum */
}
