/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"

struct codec {
    const char *name;
    uint32_t clock_rate, sample_rate;
    enum gw_codec gw;
    const struct rec_video_ops *video;
};

static const struct codec codecs[REC_CODEC_COUNT] = {
    [REC_CODEC_NONE] = {"none", 0, 0, GW_CODEC_NONE, NULL},
    [REC_OPUS] = {"opus", 48000, 48000, GW_OPUS, NULL},
    [REC_MULTIOPUS] = {"multiopus", 48000, 48000, GW_MULTIOPUS, NULL},
    [REC_PCMU] = {"pcmu", 8000, 8000, GW_PCMU, NULL},
    [REC_PCMA] = {"pcma", 8000, 8000, GW_PCMA, NULL},
    [REC_G722] = {"g722", 8000, 16000, GW_G722, NULL}, /* the clock is a historical mistake: RFC 3551 section 4.5.2 */
    [REC_L16] = {"l16", 16000, 16000, GW_L16, NULL},
    [REC_L16_48] = {"l16-48", 48000, 48000, GW_L16_48, NULL},
    [REC_VP8] = {"vp8", 90000, 0, GW_VP8, &rec_vp8_ops},
    [REC_VP9] = {"vp9", 90000, 0, GW_VP9, &rec_vp9_ops},
    [REC_H264] = {"h264", 90000, 0, GW_H264, &rec_h264_ops},
    [REC_H265] = {"h265", 90000, 0, GW_H265, &rec_h265_ops},
    [REC_AV1] = {"av1", 90000, 0, GW_AV1, &rec_av1_ops},
};

static const struct codec *find(enum rec_codec codec)
{
    return &codecs[(unsigned)codec < REC_CODEC_COUNT ? codec : REC_CODEC_NONE];
}

enum rec_codec rec_codec_named(const char *name)
{
    unsigned i;

    for (i = REC_CODEC_NONE + 1; name && i < REC_CODEC_COUNT; i++) {
        if (!strcmp(codecs[i].name, name))
            return (enum rec_codec)i;
    }
    return REC_CODEC_NONE;
}

const char *rec_codec_name(enum rec_codec codec)
{
    return find(codec)->name;
}

bool rec_codec_is_video(enum rec_codec codec)
{
    return find(codec)->video != NULL;
}

uint32_t rec_codec_clock_rate(enum rec_codec codec)
{
    return find(codec)->clock_rate;
}

uint32_t rec_codec_sample_rate(enum rec_codec codec)
{
    return find(codec)->sample_rate;
}

const struct rec_video_ops *rec_codec_video_ops(enum rec_codec codec)
{
    return find(codec)->video;
}

enum gw_codec rec_codec_gw(enum rec_codec codec)
{
    return find(codec)->gw;
}
