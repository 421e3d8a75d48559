/* SPDX-License-Identifier: Apache-2.0 */
#include "media/remb.h"

uint32_t gw_remb_set(struct gw_remb *r, uint32_t cap_bps, int64_t now_us)
{
    uint32_t old = r->cap_bps;

    r->cap_bps = cap_bps;
    if (!r->ramp)
        return 0; /* nothing has come yet: the ramp will tell */
    r->sent_us = now_us;
    r->ramp = 4;
    if (!cap_bps)
        return old ? GW_REMB_NO_CAP : 0;
    return cap_bps;
}

uint32_t gw_remb_packet(struct gw_remb *r, int64_t now_us)
{
    if (r->ramp < 4) {
        r->ramp++;
        r->sent_us = now_us;
        return r->cap_bps / (5u - r->ramp);
    }
    if (!r->cap_bps || now_us - r->sent_us < GW_REMB_EVERY_US)
        return 0;
    r->sent_us = now_us;
    return r->cap_bps;
}
