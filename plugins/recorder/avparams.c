/* SPDX-License-Identifier: Apache-2.0 */
#include "avparams.h"

#include <string.h>

#include <libavcodec/defs.h>
#include <libavutil/channel_layout.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <libavutil/pixfmt.h>

static const struct {
    enum rec_codec codec;
    enum AVCodecID id;
    bool webm;
    uint8_t bits; /* of a coded sample */
} codecs[] = {
    {REC_OPUS, AV_CODEC_ID_OPUS, true, 0},
    {REC_MULTIOPUS, AV_CODEC_ID_OPUS, true, 0},
    {REC_PCMU, AV_CODEC_ID_PCM_MULAW, false, 8},
    {REC_PCMA, AV_CODEC_ID_PCM_ALAW, false, 8},
    {REC_G722, AV_CODEC_ID_ADPCM_G722, false, 4},
    {REC_L16, AV_CODEC_ID_PCM_S16LE, false, 16}, /* as the depacketizer turns them round */
    {REC_L16_48, AV_CODEC_ID_PCM_S16LE, false, 16},
    {REC_VP8, AV_CODEC_ID_VP8, true, 0},
    {REC_VP9, AV_CODEC_ID_VP9, true, 0},
    {REC_H264, AV_CODEC_ID_H264, false, 0},
    {REC_H265, AV_CODEC_ID_HEVC, false, 0},
    {REC_AV1, AV_CODEC_ID_AV1, true, 0},
};
#define N_CODECS (sizeof(codecs) / sizeof(codecs[0]))

static size_t find(enum rec_codec codec)
{
    size_t i = 0;

    while (i < N_CODECS && codecs[i].codec != codec)
        i++;
    return i;
}

enum AVCodecID rec_codec_to_av(enum rec_codec codec)
{
    size_t i = find(codec);

    return i < N_CODECS ? codecs[i].id : AV_CODEC_ID_NONE;
}

enum rec_codec rec_codec_from_av(enum AVCodecID id)
{
    size_t i;

    for (i = 0; i < N_CODECS; i++) {
        if (codecs[i].id == id)
            return codecs[i].codec;
    }
    return REC_CODEC_NONE;
}

bool rec_codec_is_webm(enum rec_codec codec)
{
    size_t i = find(codec);

    return i < N_CODECS && codecs[i].webm;
}

static int set_config(AVCodecParameters *p, const uint8_t *config, size_t len)
{
    if (!len)
        return 0;
    p->extradata = av_mallocz(len + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!p->extradata)
        return AVERROR(ENOMEM);
    memcpy(p->extradata, config, len);
    p->extradata_size = (int)len;
    return 0;
}

static int fill_audio(AVCodecParameters *p, const struct rec_params *params, unsigned bits)
{
    unsigned channels = params->channels ? params->channels : 1;
    uint8_t head[REC_OPUS_HEAD];

    p->codec_type = AVMEDIA_TYPE_AUDIO;
    p->sample_rate = (int)rec_codec_sample_rate(params->codec);
    av_channel_layout_default(&p->ch_layout, (int)channels);
    p->bits_per_coded_sample = (int)bits;
    p->block_align = bits ? (int)(channels * (bits + 7) / 8) : 0;
    if (p->codec_id != AV_CODEC_ID_OPUS || params->config_len)
        return set_config(p, params->config, params->config_len);
    rec_opus_head(head, channels == 2 ? 2 : 1);
    return set_config(p, head, sizeof(head));
}

int rec_params_fill(AVCodecParameters *p, const struct rec_params *params)
{
    size_t i = find(params->codec);

    if (i == N_CODECS)
        return AVERROR(EINVAL);
    p->codec_id = codecs[i].id;
    if (!rec_codec_is_video(params->codec))
        return fill_audio(p, params, codecs[i].bits);
    p->codec_type = AVMEDIA_TYPE_VIDEO;
    p->width = params->width;
    p->height = params->height;
    p->format = AV_PIX_FMT_YUV420P; /* MP4 asks for it */
    return set_config(p, params->config, params->config_len);
}

/* From the offset behind an array's head. Returns the offset behind its units, 0: they end outside. */
static size_t skip_units(const uint8_t *config, size_t len, size_t at, unsigned units)
{
    while (units--) {
        if (len - at < 2 || len - at - 2 < (size_t)(config[at] << 8 | config[at + 1]))
            return 0;
        at += 2 + (size_t)(config[at] << 8 | config[at + 1]);
    }
    return at;
}

bool rec_hvcc_is_whole(const uint8_t *config, size_t len)
{
    enum { ARRAYS = 22, HEAD = 3 };
    size_t at = ARRAYS + 1;

    if (len < ARRAYS + 1)
        return false;
    for (unsigned arrays = config[ARRAYS]; arrays; arrays--) {
        if (len - at < HEAD)
            return false;
        at = skip_units(config, len, at + HEAD, (unsigned)(config[at + 1] << 8 | config[at + 2]));
        if (!at)
            return false;
    }
    return true;
}
