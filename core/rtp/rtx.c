/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/rtx.h"

#include <string.h>

#include "rtp/rtp.h"

static void set_stream(uint8_t *data, uint8_t payload_type, uint32_t ssrc, uint16_t seq)
{
    data[1] = (uint8_t)((data[1] & 0x80) | (payload_type & 0x7f));
    gw_put_u16(data + 2, seq);
    gw_put_u32(data + 8, ssrc);
}

int gw_rtx_wrap(uint8_t *data, size_t *len, size_t cap, uint8_t payload_type, uint32_t ssrc, uint16_t seq)
{
    struct gw_rtp_header h;
    uint8_t *payload;
    int err;

    err = gw_rtp_parse(&h, data, *len);
    if (err)
        return err;
    if (*len + 2 > cap)
        return GW_ELIMIT;
    payload = data + h.payload.offset;
    memmove(payload + 2, payload, *len - h.payload.offset);
    gw_put_u16(payload, h.seq);
    set_stream(data, payload_type, ssrc, seq);
    *len += 2;
    return 0;
}

int gw_rtx_unwrap(uint8_t *data, size_t *len, uint8_t payload_type, uint32_t ssrc)
{
    struct gw_rtp_header h;
    uint8_t *payload;
    int err;

    err = gw_rtp_parse(&h, data, *len);
    if (err)
        return err;
    if (h.payload.len < 2)
        return GW_EPROTO;
    payload = data + h.payload.offset;
    set_stream(data, payload_type, ssrc, gw_get_u16(payload));
    memmove(payload, payload + 2, h.payload.len - 2u);
    data[0] &= (uint8_t)~0x20; /* no padding any more */
    *len = (size_t)h.payload.offset + h.payload.len - 2u;
    return 0;
}
