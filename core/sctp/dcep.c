/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/err.h"
#include "sctp/dcep.h"

enum { OPEN_HEADER = 12, UNORDERED = 0x80 };

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

void gw_dcep_text(char *out, size_t room, const void *text, size_t len)
{
    const char *p = text;
    size_t n = len < room ? len : room - 1;

    /* Do not begin a character that does not fit: its first byte is the last that is not 10xxxxxx. */
    if (n < len)
        while (n && ((uint8_t)p[n] & 0xc0) == 0x80)
            n--;
    memcpy(out, p, n);
    out[n] = '\0';
}

static int parse_open(struct gw_dcep *out, const uint8_t *data, size_t len)
{
    size_t label, protocol;

    if (len < OPEN_HEADER)
        return GW_EPARSE;
    if ((data[1] & ~UNORDERED) > GW_MAX_LIFETIME)
        return GW_EPARSE;
    label = get16(data + 8);
    protocol = get16(data + 10);
    if (label + protocol > len - OPEN_HEADER)
        return GW_EPARSE;
    out->unordered = data[1] & UNORDERED;
    out->reliability = (enum gw_reliability)(data[1] & ~UNORDERED);
    out->priority = get16(data + 2);
    out->limit = get32(data + 4);
    gw_dcep_text(out->label, sizeof(out->label), data + OPEN_HEADER, label);
    gw_dcep_text(out->protocol, sizeof(out->protocol), data + OPEN_HEADER + label, protocol);
    return (int)(OPEN_HEADER + label + protocol);
}

int gw_dcep_parse(struct gw_dcep *out, const uint8_t *data, size_t len)
{
    memset(out, 0, sizeof(*out));
    if (!len)
        return GW_EPARSE;
    out->type = (enum gw_dcep_type)data[0];
    switch (data[0]) {
    case GW_DCEP_ACK:
        return 1;
    case GW_DCEP_OPEN:
        return parse_open(out, data, len);
    default:
        return GW_EPARSE;
    }
}

size_t gw_dcep_write(uint8_t *out, const struct gw_dcep *msg)
{
    size_t label = strlen(msg->label), protocol = strlen(msg->protocol);

    out[0] = (uint8_t)msg->type;
    if (msg->type == GW_DCEP_ACK)
        return 1;
    out[1] = (uint8_t)(msg->reliability | (msg->unordered ? UNORDERED : 0));
    put16(out + 2, msg->priority);
    put16(out + 4, msg->limit >> 16);
    put16(out + 6, msg->limit);
    put16(out + 8, label);
    put16(out + 10, protocol);
    memcpy(out + OPEN_HEADER, msg->label, label);
    memcpy(out + OPEN_HEADER + label, msg->protocol, protocol);
    return OPEN_HEADER + label + protocol;
}
