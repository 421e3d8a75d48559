/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of media, codecs and header extensions that the gateway knows by name. Numbers are internal, never sent. */
#ifndef GW_RTP_CODEC_H
#define GW_RTP_CODEC_H

enum gw_kind {
    GW_AUDIO = 1,
    GW_VIDEO = 2,
    GW_DATA = 3,
};

enum gw_codec {
    GW_CODEC_NONE,
    /* audio */
    GW_OPUS,
    GW_MULTIOPUS,
    GW_PCMU,
    GW_PCMA,
    GW_G722,
    GW_ISAC16,
    GW_ISAC32,
    GW_L16,
    GW_L16_48,
    /* video */
    GW_VP8,
    GW_VP9,
    GW_H264,
    GW_H265,
    GW_AV1,
};

/* Header extensions we know. Ids are given per m-line and direction, 0: not negotiated. */
enum gw_ext {
    GW_EXT_MID,
    GW_EXT_RID,
    GW_EXT_REPAIRED_RID,
    GW_EXT_AUDIO_LEVEL,
    GW_EXT_ORIENTATION,
    GW_EXT_PLAYOUT_DELAY,
    GW_EXT_ABS_SEND_TIME,
    GW_EXT_TRANSPORT_CC,
    GW_EXT_ABS_CAPTURE_TIME,
    GW_EXT_DEPENDENCY_DESCRIPTOR,
    GW_EXT_LAYERS_ALLOCATION,
    GW_EXT_TOFFSET,
    GW_EXT_COUNT,
};

#endif
