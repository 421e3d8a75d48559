/* SPDX-License-Identifier: Apache-2.0 */
#include "sdp/names.h"

#include <string.h>
#include <strings.h>

/* In order of preference, kind by kind. */
static const struct gw_codec_name codecs[] = {
    {GW_OPUS, GW_AUDIO, "opus", "opus", 48000, 2, 111},
    {GW_PCMU, GW_AUDIO, "pcmu", "PCMU", 8000, 1, 0},
    {GW_PCMA, GW_AUDIO, "pcma", "PCMA", 8000, 1, 8},
    {GW_G722, GW_AUDIO, "g722", "G722", 8000, 1, 9},
    {GW_ISAC32, GW_AUDIO, "isac32", "ISAC", 32000, 1, 104},
    {GW_ISAC16, GW_AUDIO, "isac16", "ISAC", 16000, 1, 103},
    {GW_MULTIOPUS, GW_AUDIO, "multiopus", "multiopus", 48000, 6, 111},
    {GW_L16_48, GW_AUDIO, "l16-48", "L16", 48000, 1, 105},
    {GW_L16, GW_AUDIO, "l16", "L16", 16000, 1, 106},
    {GW_VP8, GW_VIDEO, "vp8", "VP8", 90000, 1, 96},
    {GW_VP9, GW_VIDEO, "vp9", "VP9", 90000, 1, 101},
    {GW_H264, GW_VIDEO, "h264", "H264", 90000, 1, 107},
    {GW_AV1, GW_VIDEO, "av1", "AV1", 90000, 1, 98},
    {GW_H265, GW_VIDEO, "h265", "H265", 90000, 1, 100},
};
#define N_CODECS (sizeof(codecs) / sizeof(codecs[0]))

const struct gw_codec_name *gw_codec_nth(enum gw_kind kind, unsigned i)
{
    for (size_t k = 0; k < N_CODECS; k++)
        if (codecs[k].kind == kind && !i--)
            return &codecs[k];
    return NULL;
}

const struct gw_codec_name *gw_codec_get(enum gw_codec codec)
{
    for (size_t k = 0; k < N_CODECS; k++)
        if (codecs[k].codec == codec)
            return &codecs[k];
    return NULL;
}

const struct gw_codec_name *gw_codec_named(enum gw_kind kind, const char *name, size_t len)
{
    for (size_t k = 0; k < N_CODECS; k++)
        if (codecs[k].kind == kind && strlen(codecs[k].name) == len && !strncasecmp(codecs[k].name, name, len))
            return &codecs[k];
    return NULL;
}

const struct gw_codec_name *gw_codec_mapped(enum gw_kind kind, const char *rtpmap, uint32_t clock)
{
    for (size_t k = 0; k < N_CODECS; k++)
        if (codecs[k].kind == kind && codecs[k].clock == clock && !strcasecmp(codecs[k].rtpmap, rtpmap))
            return &codecs[k];
    return NULL;
}

static const struct {
    const char *uri;
    uint8_t offer_id;
} exts[GW_EXT_COUNT] = {
    [GW_EXT_MID] = {"urn:ietf:params:rtp-hdrext:sdes:mid", 4},
    [GW_EXT_RID] = {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 5},
    [GW_EXT_REPAIRED_RID] = {"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", 6},
    [GW_EXT_AUDIO_LEVEL] = {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", 1},
    [GW_EXT_ORIENTATION] = {"urn:3gpp:video-orientation", 13},
    [GW_EXT_PLAYOUT_DELAY] = {"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", 12},
    [GW_EXT_ABS_SEND_TIME] = {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", 2},
    [GW_EXT_TRANSPORT_CC] = {"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", 3},
    [GW_EXT_ABS_CAPTURE_TIME] = {"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", 7},
    [GW_EXT_DEPENDENCY_DESCRIPTOR] =
        {"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension", 8},
    [GW_EXT_LAYERS_ALLOCATION] = {"http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00", 0},
    [GW_EXT_TOFFSET] = {"urn:ietf:params:rtp-hdrext:toffset", 14},
};

const char *gw_ext_uri(enum gw_ext ext)
{
    return exts[ext].uri;
}

int gw_ext_by_uri(const char *uri, size_t len)
{
    for (int i = 0; i < GW_EXT_COUNT; i++)
        if (strlen(exts[i].uri) == len && !memcmp(exts[i].uri, uri, len))
            return i;
    return -1;
}

uint8_t gw_ext_offer_id(enum gw_ext ext)
{
    return exts[ext].offer_id;
}
