/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/opus.h"

#include "base/err.h"

#define MOST_SAMPLES 5760 /* 120 ms */

/* Samples of one frame, by the configuration number (RFC 6716 table 2). */
static int frame_samples(uint8_t toc)
{
    static const int silk[] = {480, 960, 1920, 2880}, celt[] = {120, 240, 480, 960};
    uint8_t config = toc >> 3;

    if (config < 12)
        return silk[config & 3];
    if (config < 16)
        return config & 1 ? 960 : 480; /* hybrid */
    return celt[config & 3];
}

int gw_opus_samples(const uint8_t *payload, size_t len)
{
    int frames, samples;

    if (!len)
        return GW_EPARSE;
    switch (payload[0] & 3) {
    case 0:
        frames = 1;
        break;
    case 3:
        if (len < 2 || !(payload[1] & 0x3f))
            return GW_EPARSE;
        frames = payload[1] & 0x3f;
        break;
    default:
        frames = 2;
    }
    samples = frames * frame_samples(payload[0]);
    return samples > MOST_SAMPLES ? GW_EPARSE : samples;
}

bool gw_opus_is_stereo(const uint8_t *payload, size_t len)
{
    return len && payload[0] & 4;
}

bool gw_opus_is_dtx(const uint8_t *payload, size_t len)
{
    return len == 1 || (len == 2 && (payload[0] & 3) != 0);
}

int gw_opus_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts)
{
    facts->frame_start = facts->frame_end = true;
    return gw_opus_samples(payload, len) < 0 ? GW_EPARSE : 0;
}
