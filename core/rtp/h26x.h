/* SPDX-License-Identifier: Apache-2.0 */
/* What H.264 and H.265 have in common: NAL units carry escape bytes that a bit cursor must not see. Pure; any thread.
 */
#ifndef GW_RTP_H26X_H
#define GW_RTP_H26X_H

#include <stddef.h>
#include <stdint.h>

#define GW_SPS_MAX 512 /* as much of a parameter set as we look at; sizes come early */

/* Copies without emulation prevention bytes (00 00 03), at most cap. Returns bytes written. */
static inline size_t gw_nal_unescape(uint8_t *out, size_t cap, const uint8_t *nal, size_t len)
{
    size_t n = 0, i, zeros = 0;

    for (i = 0; i < len && n < cap; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] ? 0 : zeros + 1;
        out[n++] = nal[i];
    }
    return n;
}

#endif
